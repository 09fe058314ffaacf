"""The governor: how many requests at once, how fast, and when to wait for the API."""

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from np6_async._governor import Governor


def sent_at(governor: Governor, *, count: int, since: float = 0.0) -> list[float]:
    """Return when each request goes if each ends at once and the clock is never late."""
    now, moments = since, []
    for _ in range(count):
        now += governor.delay(now)
        governor.admit(now)
        governor.release()
        moments.append(now)
    return moments


# Concurrency


@pytest.mark.parametrize("concurrency", [1, 2, 16])
def test_so_many_requests_go_at_once_and_no_more(concurrency: int) -> None:
    governor = Governor(concurrency=concurrency)
    for _ in range(concurrency):
        assert governor.delay(5.0) == 0
        governor.admit(5.0)
    assert governor.delay(5.0) == inf
    assert governor.in_flight == concurrency
    governor.release()
    assert governor.delay(5.0) == 0


def test_a_request_that_was_held_up_counts_again_even_if_it_is_one_too_many() -> None:
    governor = Governor(concurrency=1)
    governor.admit(0.0)
    governor.release()
    governor.admit(0.0)
    governor.resume()
    assert (governor.in_flight, governor.delay(0.0)) == (2, inf)
    governor.release()
    assert governor.delay(0.0) == inf
    governor.release()
    assert governor.delay(0.0) == 0


# Pace


def test_without_a_rate_nothing_is_paced() -> None:
    assert sent_at(Governor(concurrency=1), count=100, since=7.0) == [7.0] * 100


@pytest.mark.parametrize("rate", [0.5, 1, 3, 100, 1000])
@pytest.mark.parametrize("since", [0.0, 12345.678])
def test_requests_are_spread_evenly_from_the_first_one_on(rate: float, since: float) -> None:
    moments = sent_at(Governor(concurrency=1, max_rate=rate), count=50, since=since)
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert moments[0] == since
    assert min(gaps) >= 1 / rate - 0.0101
    assert gaps[1:] == pytest.approx([1 / rate] * 48)


@given(
    st.sampled_from([0.25, 1.0, 7.0, 100.0]),
    st.lists(st.floats(0, 3), min_size=2, max_size=60),
)
def test_at_most_so_many_requests_go_in_a_second(rate: float, pauses: list[float]) -> None:
    governor = Governor(concurrency=1, max_rate=rate)
    now, moments = 1000.0, []
    for pause in pauses:
        now += pause + governor.delay(now + pause)
        governor.admit(now)
        governor.release()
        moments.append(now)
    for position, first in enumerate(moments):
        within = [moment for moment in moments[position:] if moment - first < 1 - 0.011]
        assert len(within) <= max(1, rate)


def test_a_timer_that_is_a_little_late_does_not_lower_the_rate() -> None:
    governor = Governor(concurrency=1, max_rate=100)
    now = 0.0
    for _ in range(1000):
        now += governor.delay(now) and governor.delay(now) + 0.001
        governor.admit(now)
        governor.release()
    assert now == pytest.approx(10, rel=0.01)


# What the API asks for


def test_a_block_lasts_until_its_end() -> None:
    governor = Governor(concurrency=4)
    governor.block(10.0, 5.0)
    assert [governor.delay(now) for now in (10.0, 12.5, 15.0, 20.0)] == [5.0, 2.5, 0, 0]


def test_a_shorter_block_does_not_end_a_longer_one() -> None:
    governor = Governor(concurrency=4)
    governor.block(10.0, 30.0)
    governor.block(11.0, 1.0)
    assert governor.delay(11.0) == 29.0


def test_r8_when_the_quota_is_used_up_requests_wait_for_its_reset() -> None:
    governor = Governor(concurrency=4)
    governor.admit(0.0)
    governor.observe_quota(0.0, remaining=2, reset_in=30.0)
    assert sent_at(governor, count=4, since=1.0) == [1.0, 1.0, 30.0, 30.0]


def test_requests_under_way_are_taken_off_the_quota_all_but_the_answered_one() -> None:
    governor = Governor(concurrency=16)
    for _ in range(4):
        governor.admit(0.0)
    governor.observe_quota(0.0, remaining=5, reset_in=30.0)
    governor.admit(0.0)
    governor.admit(0.0)
    assert governor.delay(0.0) == 30.0


def test_more_under_way_than_the_quota_admits_waits_for_its_reset() -> None:
    governor = Governor(concurrency=16)
    for _ in range(4):
        governor.admit(0.0)
    governor.observe_quota(1.0, remaining=0, reset_in=9.0)
    assert [governor.delay(now) for now in (1.0, 9.5, 10.0)] == [9.0, 0.5, 0]


def test_r9_an_answer_that_was_overtaken_does_not_raise_the_quota() -> None:
    governor = Governor(concurrency=16)
    governor.admit(0.0)
    governor.observe_quota(0.0, remaining=0, reset_in=30.0)
    governor.observe_quota(0.1, remaining=100, reset_in=29.9)
    assert governor.delay(1.0) == 29.0


def test_r9_an_answer_that_was_overtaken_does_not_bring_the_reset_forward() -> None:
    governor = Governor(concurrency=16)
    governor.admit(0.0)
    governor.observe_quota(0.0, remaining=0, reset_in=30.0)
    governor.observe_quota(0.1, remaining=0, reset_in=1.0)
    assert governor.delay(2.0) == 28.0


def test_after_its_reset_the_quota_is_what_the_next_answer_says() -> None:
    governor = Governor(concurrency=16)
    governor.admit(0.0)
    governor.observe_quota(0.0, remaining=0, reset_in=30.0)
    governor.observe_quota(30.0, remaining=2, reset_in=30.0)
    governor.release()
    assert sent_at(governor, count=3, since=31.0) == [31.0, 31.0, 60.0]


def test_after_its_reset_the_quota_is_unknown_until_an_answer_says_it() -> None:
    governor = Governor(concurrency=16)
    governor.admit(0.0)
    governor.observe_quota(0.0, remaining=1, reset_in=30.0)
    governor.release()
    assert sent_at(governor, count=50, since=30.0) == [30.0] * 50


def test_the_latest_of_all_reasons_to_wait_counts() -> None:
    governor = Governor(concurrency=16, max_rate=0.1)
    sent_at(governor, count=2)
    governor.block(0.0, 3.0)
    assert governor.delay(0.0) > 3
    governor.block(0.0, 50.0)
    assert governor.delay(0.0) == 50
    governor.admit(0.0)
    governor.observe_quota(0.0, remaining=0, reset_in=70.0)
    assert governor.delay(0.0) == 70


class Api(RuleBasedStateMachine):
    """Requests that go, end, are held up and answered in any order, while time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.governor = Governor(concurrency=4, max_rate=50)
        self.now = 100.0
        self.blocked_until = 0.0
        self.lent = 0
        self.left: float = inf  # what the answers of this period admit at the most
        self.reset_at = 0.0

    @rule(seconds=st.sampled_from([0.0, 0.001, 0.02, 0.5, 5.0, 60.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.governor.delay(self.now) == 0)
    @rule()
    def send(self) -> None:
        assert self.governor.in_flight < 4
        assert self.now >= self.blocked_until
        if self.now >= self.reset_at:
            self.left = inf
        assert self.left > 0
        self.left -= 1
        self.governor.admit(self.now)

    @precondition(lambda self: self.governor.in_flight)
    @rule(remaining=st.integers(0, 5), reset_in=st.sampled_from([0.0, 0.1, 2.0, 30.0]))
    def answer(self, remaining: int, reset_in: float) -> None:
        self.left = min(remaining, self.left if self.now < self.reset_at else inf)
        self.reset_at = max(self.now + reset_in, self.reset_at)
        self.governor.observe_quota(self.now, remaining=remaining, reset_in=reset_in)

    @precondition(lambda self: self.governor.in_flight)
    @rule(seconds=st.sampled_from([0.0, 0.5, 10.0]))
    def throttle(self, seconds: float) -> None:
        self.blocked_until = max(self.blocked_until, self.now + seconds)
        self.governor.block(self.now, seconds)

    @precondition(lambda self: self.governor.in_flight)
    @rule(is_lent=st.booleans())
    def end(self, is_lent: bool) -> None:
        self.lent += is_lent
        self.governor.release()

    @precondition(lambda self: self.lent)
    @rule()
    def take_back(self) -> None:
        self.lent -= 1
        self.governor.resume()

    @invariant()
    def waits_no_longer_than_there_is_reason_to(self) -> None:
        delay = self.governor.delay(self.now)
        if self.governor.in_flight >= 4:
            assert delay == inf
        else:
            until = max(self.blocked_until, self.reset_at, self.now + 0.1)
            assert 0 <= delay <= until - self.now


TestApi = Api.TestCase
TestApi.settings = settings(max_examples=40, deadline=None)
