"""The governor: how many requests at once, how fast, and when to wait for the API."""

from math import inf

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from np6_async._policy.governor import Governor
from np6_async._policy.headers import Quota


def admit_all(governor: Governor, now: float) -> list[int]:
    """Let as many requests go as may; return their numbers."""
    numbers = []
    while governor.delay(now) == 0:
        numbers.append(governor.admit(now))
    return numbers


def answer_all(
    governor: Governor, now: float, numbers: list[int], quota: Quota | None = None
) -> None:
    for number in numbers:
        governor.on_admitted(now, number, quota)
        governor.release()


def windowfuls(governor: Governor, count: int, quota: Quota | None = None) -> list[int]:
    """Return how many requests go at once, time after time, if all are answered."""
    sizes = []
    for _ in range(count):
        numbers = admit_all(governor, 0.0)
        sizes.append(len(numbers))
        answer_all(governor, 0.0, numbers, quota)
    return sizes


def opened(*, concurrency: int = 16) -> Governor:
    """Return a governor whose window has grown as wide as it may."""
    governor = Governor(concurrency=concurrency)
    windowfuls(governor, 20)
    return governor


# The window


@pytest.mark.parametrize(("concurrency", "first"), [(1, 1), (2, 2), (16, 2), (999, 2)])
def test_few_go_at_once_at_first(concurrency: int, first: int) -> None:
    governor = Governor(concurrency=concurrency)
    assert len(admit_all(governor, 5.0)) == governor.in_flight == first
    assert governor.delay(5.0) == inf
    governor.release()
    assert governor.delay(5.0) == 0


def test_one_more_goes_for_each_windowful_of_answers() -> None:
    assert windowfuls(Governor(concurrency=8), 8) == [2, 2, 3, 4, 5, 6, 7, 7]


@pytest.mark.parametrize("concurrency", [1, 2, 16])
def test_so_many_requests_go_at_once_and_no_more(concurrency: int) -> None:
    assert len(admit_all(opened(concurrency=concurrency), 0.0)) == concurrency


def test_with_rate_headers_the_window_doubles() -> None:
    sizes = windowfuls(Governor(concurrency=30), 6, Quota(999, 30.0))
    assert sizes == [2, 4, 8, 16, 30, 30]


def test_rate_headers_do_not_open_a_window_that_a_refusal_has_closed() -> None:
    governor = Governor(concurrency=64)
    governor.on_throttled(0.0, governor.admit(0.0), None, seconds=0.0)
    governor.release()
    governor.on_admitted(9.0, governor.admit(9.0), Quota(999, 30.0))
    governor.release()
    governor.admit(9.9)
    governor.admit(10.9)
    assert governor.delay(20.0) == inf


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


# Refusals


def test_R1_after_a_refusal_nobody_goes_for_as_long_as_was_asked() -> None:
    governor = opened()
    governor.on_throttled(10.0, governor.admit(10.0), None, seconds=5.0)
    governor.release()
    assert [governor.delay(now) for now in (10.0, 12.5, 15.0, 20.0)] == [5.0, 2.5, 0, 0]
    assert governor.blocked_until == 15.0


def test_a_shorter_wait_does_not_end_a_longer_one() -> None:
    governor = opened()
    first, second = governor.admit(10.0), governor.admit(10.0)
    governor.on_throttled(10.0, first, None, seconds=30.0)
    governor.on_throttled(11.0, second, None, seconds=1.0)
    assert governor.delay(11.0) == 29.0
    assert governor.blocked_until == 40.0


def test_the_first_to_go_after_a_refusal_goes_alone() -> None:
    governor = opened()
    governor.on_throttled(10.0, governor.admit(10.0), None, seconds=1.0)
    governor.release()
    (probe,) = admit_all(governor, 11.0)
    assert governor.delay(99.0) == inf
    governor.on_admitted(12.0, probe, None)
    assert governor.delay(13.0) == 0


def test_an_older_answer_does_not_tell_that_the_api_admits_requests_again() -> None:
    governor = opened()
    older = governor.admit(10.0)
    governor.on_throttled(10.0, governor.admit(10.0), None, seconds=1.0)
    governor.admit(11.0)
    governor.on_admitted(11.0, older, None)
    assert governor.delay(99.0) == inf


def test_another_goes_first_if_the_first_is_never_answered() -> None:
    governor = opened()
    governor.on_throttled(10.0, governor.admit(10.0), None, seconds=1.0)
    governor.on_lost(governor.admit(11.0))
    governor.release()
    assert governor.delay(12.0) == 0
    assert governor.admit(12.0)
    assert governor.delay(99.0) == inf


def test_losing_another_request_lets_nobody_go_first() -> None:
    governor = opened()
    older = governor.admit(10.0)
    governor.on_throttled(10.0, governor.admit(10.0), None, seconds=1.0)
    governor.admit(11.0)
    governor.on_lost(older)
    governor.release()
    assert governor.delay(99.0) == inf


def window(governor: Governor) -> int:
    """Return how many requests go at once, from 200.0 on, if none of them is answered."""
    went = 0
    while governor.delay(200.0 + went) == 0:
        governor.admit(200.0 + went)
        went += 1
    return went


def test_a_window_is_halved_once_for_what_was_under_way_together() -> None:
    governor = opened()
    numbers = admit_all(governor, 10.0)
    news = [governor.on_throttled(10.0, number, None, seconds=1.0) for number in numbers]
    assert news == [True] + [False] * 15
    for _ in numbers:
        governor.release()
    answer_all(governor, 100.0, [governor.admit(100.0)])
    assert window(governor) == 8


def test_a_refusal_lets_no_more_go_than_were_wanted() -> None:
    governor = Governor(concurrency=1)
    governor.on_throttled(10.0, governor.admit(10.0), None, seconds=1.0)
    governor.release()
    answer_all(governor, 100.0, [governor.admit(100.0)])
    assert window(governor) == 1


def test_a_refused_probe_is_news_and_makes_nothing_smaller() -> None:
    governor = opened()
    governor.on_throttled(10.0, governor.admit(10.0), None, seconds=1.0)
    governor.release()
    for now in (20.0, 30.0, 40.0, 50.0, 60.0):
        assert governor.on_throttled(now, governor.admit(now), None, seconds=1.0)
        governor.release()
    answer_all(governor, 100.0, [governor.admit(100.0)])
    assert window(governor) == 8


def test_probes_are_counted_until_one_is_answered() -> None:
    governor = opened()
    first = governor.admit(10.0)
    assert governor.probes(first) == 0
    governor.on_throttled(10.0, first, None, seconds=1.0)
    counted = []
    for now in (20.0, 30.0, 40.0):
        number = governor.admit(now)
        counted.append(governor.probes(number))
        governor.on_throttled(now, number, None, seconds=1.0)
        assert governor.probes(first) == governor.probes(number) == 0
    assert counted == [1, 2, 3]
    number = governor.admit(50.0)
    governor.on_admitted(50.0, number, None)
    assert governor.probes(number) == 0
    governor.on_throttled(60.0, governor.admit(60.0), None, seconds=1.0)
    assert governor.probes(governor.admit(70.0)) == 1


@pytest.mark.parametrize(("reset_in", "counted"), [(0.5, [1, 1, 1]), (0.0, [1, 2, 3])])
def test_R11_probes_that_came_after_others_had_used_the_quota_do_not_count(
    reset_in: float, counted: list[int]
) -> None:
    governor = opened()
    governor.on_throttled(10.0, governor.admit(10.0), None, seconds=1.0)
    probes = []
    for now in (20.0, 30.0, 40.0):
        number = governor.admit(now)
        probes.append(governor.probes(number))
        governor.on_throttled(now, number, Quota(0, reset_in, 100), seconds=1.0)
    assert probes == counted


def test_where_no_header_speaks_a_refusal_starts_a_pace() -> None:
    governor = opened()
    governor.on_throttled(10.0, governor.admit(10.0), None, seconds=0.0)
    governor.release()
    answer_all(governor, 20.0, [governor.admit(20.0)])
    governor.admit(20.1)
    assert 0 < governor.delay(20.1) < 1


def test_an_older_answer_does_not_end_the_pause_for_which_a_probe_is_not_paced() -> None:
    governor = opened()
    older = governor.admit(10.0)
    governor.on_throttled(10.0, governor.admit(10.0), None, seconds=0.0)
    governor.on_admitted(10.1, older, None)
    governor.on_throttled(20.0, governor.admit(20.0), None, seconds=0.0)
    assert governor.delay(20.0) == 0


def test_requests_sent_after_the_one_that_was_refused_do_not_raise_the_limit() -> None:
    gaps = []
    for unanswered in (0, 5):
        governor = opened()
        answer_all(governor, 10.0, [governor.admit(10.0) for _ in range(8)])
        governor.on_throttled(10.0, governor.admit(10.0), None, seconds=0.0)
        governor.release()
        answer_all(governor, 11.0, [governor.admit(11.0)])
        now = 11.0
        while now < 12.5:
            now += governor.delay(now)
            answer_all(governor, now, [governor.admit(now)])
        for _ in range(unanswered):
            now += governor.delay(now)
            governor.admit(now)
        now += governor.delay(now)
        governor.on_throttled(now, governor.admit(now), None, seconds=0.0)
        governor.release()
        answer_all(governor, 20.0, [governor.admit(20.0)])
        gaps.append(governor.delay(20.0))
    assert gaps[1] == pytest.approx(gaps[0])


@pytest.mark.parametrize("remaining", [0, 7])
def test_R10_a_refusal_starts_a_pace_unless_the_quota_explains_it(remaining: int) -> None:
    governor = opened()
    quota = Quota(remaining, 1.0, 100)
    governor.on_throttled(10.0, governor.admit(10.0), quota, seconds=1.0)
    governor.release()
    answer_all(governor, 20.0, [governor.admit(20.0)], Quota(99, 1.0, 100))
    governor.admit(20.1)
    assert (governor.delay(20.1) > 0) is (remaining > 0)


# The quota


def test_R8_when_the_quota_is_used_up_requests_wait_for_its_reset() -> None:
    governor = opened()
    answer_all(governor, 0.0, [governor.admit(0.0)], Quota(2, 30.0))
    assert len(admit_all(governor, 1.0)) == 2
    assert governor.delay(1.0) == 29.0
    assert governor.delay(30.0) == 0


def test_requests_without_an_answer_are_taken_off_the_quota_and_answered_ones_are_not() -> None:
    governor = opened()
    numbers = [governor.admit(0.0) for _ in range(4)]
    governor.on_admitted(0.0, numbers[0], None)  # its body is still on its way
    governor.on_admitted(0.0, numbers[3], Quota(5, 30.0))
    assert len(admit_all(governor, 1.0)) == 3
    assert governor.delay(1.0) == 29.0


def test_R11_beside_others_few_go_at_once_as_the_quota_runs_out() -> None:
    governor = opened()
    answer_all(governor, 0.0, [governor.admit(0.0)], Quota(20, 30.0, 100))
    assert len(admit_all(governor, 1.0)) == 3  # an 8th of 20, rounded up
    assert governor.delay(1.0) == inf


@pytest.mark.parametrize("refused", [1, 3])
def test_R11_refusals_for_want_of_quota_show_that_there_are_others(refused: int) -> None:
    governor = opened()
    answer_all(governor, 0.0, [governor.admit(0.0)], Quota(19, 1.0, 20))
    for number in [governor.admit(0.1) for _ in range(refused)]:
        governor.on_throttled(0.1, number, Quota(0, 0.9, 20), seconds=0.9)
        governor.release()
    answer_all(governor, 2.0, [governor.admit(2.0)], Quota(19, 1.0, 20))
    assert len(admit_all(governor, 2.1)) == 3


def test_R11_a_refusal_for_another_reason_shows_no_others() -> None:
    governor = opened()
    answer_all(governor, 0.0, [governor.admit(0.0)], Quota(19, 999.0, 20))
    governor.on_throttled(0.1, governor.admit(0.1), None, seconds=0.9)
    governor.release()
    answer_all(governor, 2.0, [governor.admit(2.0)], Quota(17, 997.0, 20))
    assert window(governor) == 8


def test_the_latest_of_all_reasons_to_wait_counts() -> None:
    governor = Governor(concurrency=16, max_rate=0.1)
    answer_all(governor, 0.0, [governor.admit(0.0)])
    answer_all(governor, 10.0, [governor.admit(10.0)])
    assert governor.delay(10.0) == pytest.approx(10, abs=0.011)
    governor.on_throttled(10.0, governor.admit(10.0), None, seconds=50.0)
    governor.release()
    assert governor.delay(10.0) == 50
    answer_all(governor, 10.0, [governor.admit(10.0)], Quota(0, 70.0))
    assert governor.delay(10.0) == 70


class Api(RuleBasedStateMachine):
    """Requests that go, end, are held up, lost and answered in any order, while time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.governor = Governor(concurrency=6, max_rate=50)
        self.now = 100.0
        self.blocked_until = 0.0
        self.waiting: list[int] = []  # for their answers
        self.reading = 0
        self.lent = 0
        self.left = inf  # what the answers of this period admit, at the most
        self.reset_at = 0.0

    def number(self, place: int) -> int:
        return self.waiting.pop(place % len(self.waiting))

    def quota(self, remaining: int, reset_in: float, skew: float) -> Quota:
        """Return headers that never tell of an older period, by a clock that may be wrong."""
        self.reset_at = max(self.reset_at, self.now + reset_in)
        return Quota(remaining, max(0.0, self.reset_at - self.now + skew), 5)

    @rule(seconds=st.sampled_from([0.0, 0.001, 0.02, 0.5, 5.0, 60.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.governor.delay(self.now) == 0)
    @rule()
    def send(self) -> None:
        assert self.governor.in_flight < 6
        assert self.now >= self.blocked_until
        self.waiting.append(self.governor.admit(self.now))

    @precondition(lambda self: self.waiting)
    @rule(
        place=st.integers(0, 5),
        remaining=st.integers(0, 5),
        reset_in=st.sampled_from([0.0, 0.1, 2.0, 30.0]),
        skew=st.sampled_from([0.0, 0.0, -1.0, 1.0]),
        speaks=st.booleans(),
    )
    def on_admitted(
        self, place: int, remaining: int, reset_in: float, skew: float, speaks: bool
    ) -> None:
        quota = self.quota(remaining, reset_in, skew) if speaks else None
        self.governor.on_admitted(self.now, self.number(place), quota)
        self.reading += 1

    @precondition(lambda self: self.waiting)
    @rule(
        place=st.integers(0, 5),
        seconds=st.sampled_from([0.0, 0.5, 10.0]),
        speaks=st.booleans(),
        remaining=st.integers(0, 2),
    )
    def on_throttled(self, place: int, seconds: float, speaks: bool, remaining: int) -> None:
        quota = self.quota(remaining, seconds, 0.0) if speaks else None
        self.governor.on_throttled(self.now, self.number(place), quota, seconds=seconds)
        self.blocked_until = max(self.blocked_until, self.now + seconds)
        self.governor.release()

    @precondition(lambda self: self.waiting)
    @rule(place=st.integers(0, 5))
    def on_lost(self, place: int) -> None:
        self.governor.on_lost(self.number(place))
        self.governor.release()

    @precondition(lambda self: self.reading)
    @rule(is_lent=st.booleans())
    def end(self, is_lent: bool) -> None:
        self.reading -= 1
        self.lent += is_lent
        self.governor.release()

    @precondition(lambda self: self.lent)
    @rule()
    def reacquire(self) -> None:
        self.lent -= 1
        self.reading += 1
        self.governor.resume()

    @rule()
    def close(self) -> None:
        """All at once give up what they have."""
        for number in self.waiting:
            self.governor.on_lost(number)
        for _ in range(len(self.waiting) + self.reading):
            self.governor.release()
        self.waiting, self.reading = [], 0

    @invariant()
    def counts_what_is_under_way(self) -> None:
        assert self.governor.in_flight == len(self.waiting) + self.reading

    @invariant()
    def sends_nothing_while_it_is_closed(self) -> None:
        assert self.governor.delay(self.now) >= self.blocked_until - self.now

    @invariant()
    def waits_for_what_is_under_way_or_for_a_moment_that_comes(self) -> None:
        delay = self.governor.delay(self.now)
        assert delay >= 0
        if not self.waiting and not self.reading:
            assert delay <= 60


TestApi = Api.TestCase
TestApi.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
