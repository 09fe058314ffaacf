"""The rate: as fast as the user allows, and as throttled responses have taught."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from np6_async._policy.adaptive_rate import AdaptiveRate


def sent_at(adaptive: AdaptiveRate, *, count: int, since: float) -> list[float]:
    """Return when each request goes if the clock is never late."""
    now, moments = since, []
    for _ in range(count):
        now = max(now, adaptive.next_send)
        adaptive.sent(now)
        moments.append(now)
    return moments


def learned(*, rate: float, since: float = 100.0) -> AdaptiveRate:
    """Return what a throttling teaches after two seconds of requests at a rate."""
    adaptive = AdaptiveRate(None)
    for number in range(int(2 * rate)):
        adaptive.sent(since - 2 + number / rate)
    adaptive.cut(since)
    return adaptive


def test_without_a_rate_nothing_is_paced() -> None:
    assert sent_at(AdaptiveRate(None), count=100, since=7.0) == [7.0] * 100


@pytest.mark.parametrize("rate", [0.5, 1, 3, 100, 1000])
@pytest.mark.parametrize("since", [0.0, 12345.678])
def test_requests_are_spread_evenly_from_the_first_one_on(rate: float, since: float) -> None:
    moments = sent_at(AdaptiveRate(rate), count=50, since=since)
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert moments[0] == since
    assert min(gaps) >= 1 / rate - 0.0101
    assert gaps[1:] == pytest.approx([1 / rate] * 48)


@given(
    st.sampled_from([0.25, 1.0, 7.0, 100.0]),
    st.lists(st.floats(0, 3), min_size=2, max_size=60),
)
def test_at_most_so_many_requests_go_in_a_second(rate: float, pauses: list[float]) -> None:
    adaptive = AdaptiveRate(rate)
    now, moments = 1000.0, []
    for pause in pauses:
        now = max(now + pause, adaptive.next_send)
        adaptive.sent(now)
        moments.append(now)
    for position, first in enumerate(moments):
        within = [moment for moment in moments[position:] if moment - first < 1 - 0.011]
        assert len(within) <= max(1, rate)


def test_a_timer_that_is_a_little_late_does_not_lower_the_rate() -> None:
    adaptive, now = AdaptiveRate(100), 0.0
    for _ in range(1000):
        now = max(now, adaptive.next_send + 0.001 if adaptive.next_send > now else 0.0)
        adaptive.sent(now)
    assert now == pytest.approx(10, rel=0.01)


@pytest.mark.parametrize("rate", [20, 100, 300])
def test_a_first_refusal_slows_down_to_a_part_of_the_rate_of_sending(rate: float) -> None:
    assert learned(rate=rate).rate == pytest.approx(0.7 * rate, rel=0.1)


def test_a_first_refusal_in_the_first_moment_does_not_take_the_burst_for_the_rate() -> None:
    adaptive = AdaptiveRate(None)
    sent_at(adaptive, count=4, since=100.0)
    adaptive.cut(100.001)
    assert adaptive.rate == pytest.approx(0.7 * 4 / 0.1)


def test_a_refusal_after_a_long_silence_does_not_take_the_silence_for_the_rate() -> None:
    adaptive = AdaptiveRate(None)
    sent_at(adaptive, count=1, since=100.0)
    sent_at(adaptive, count=50, since=5000.0)
    adaptive.cut(5000.5)
    assert adaptive.rate == pytest.approx(70)


def test_a_refusal_as_a_second_begins_goes_by_the_second_before() -> None:
    adaptive = AdaptiveRate(None)
    for number in range(103):
        adaptive.sent(100 + number / 100)
    adaptive.cut(101.02)
    assert adaptive.rate == pytest.approx(70, rel=0.01)


def test_a_burst_of_two_seconds_ago_is_not_taken_for_the_rate() -> None:
    adaptive = AdaptiveRate(None)
    for number in range(300):
        adaptive.sent(100 + number / 300)
    for number in range(50):
        adaptive.sent(101.01 + number / 30)
    adaptive.cut(102.65)
    assert adaptive.rate == pytest.approx(0.7 * 30, rel=0.1)


def test_each_refusal_slows_down_further() -> None:
    adaptive = learned(rate=100)
    first = adaptive.rate
    adaptive.cut(100.0)
    assert adaptive.rate == pytest.approx(0.7 * first)


def test_a_refusal_of_few_requests_is_not_taken_for_one_of_many() -> None:
    adaptive = learned(rate=300)
    sent_at(adaptive, count=30, since=200.0)
    adaptive.cut(201.0)
    assert adaptive.rate == pytest.approx(0.7 * 30, rel=0.1)


@pytest.mark.parametrize("rate", [0.5, 2, 10])
def test_R7_a_refusal_while_little_is_asked_does_not_make_little_the_most(rate: float) -> None:
    assert learned(rate=rate).rate == 14


def test_a_limit_lower_than_that_is_found_by_more_refusals() -> None:
    adaptive = learned(rate=2)
    for second in range(20):
        sent_at(adaptive, count=1, since=101.0 + second)
        adaptive.cut(101.0 + second)
    assert 0 < adaptive.rate < 1


def test_a_pace_grows_while_requests_wait_for_it() -> None:
    adaptive = learned(rate=100)
    moments = sent_at(adaptive, count=300, since=100.0)
    assert 60 < adaptive.rate < 130
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert gaps[1:] == sorted(gaps[1:], reverse=True)


def test_a_pace_grows_slowly_near_the_rate_of_the_last_refusal() -> None:
    adaptive = learned(rate=100)
    rates: list[float] = []
    for _ in range(12):
        while adaptive.next_send < 100 + len(rates) + 1:
            adaptive.sent(adaptive.next_send)
        rates.append(adaptive.rate)
    growth = [later / earlier for earlier, later in pairwise(rates)]
    assert min(growth) == pytest.approx(1.05, abs=0.01)
    assert growth[-1] == pytest.approx(1.34, abs=0.02)


def test_a_pace_does_not_grow_while_nobody_asks() -> None:
    adaptive = learned(rate=100)
    before = adaptive.rate
    sent_at(adaptive, count=1, since=10_000.0)
    assert adaptive.rate == pytest.approx(before, rel=0.01)


def test_a_bound_of_the_user_s_own_is_never_passed() -> None:
    adaptive = AdaptiveRate(10)
    sent_at(adaptive, count=20, since=100.0)
    adaptive.cut(102.0)
    gaps = [b - a for a, b in pairwise(sent_at(adaptive, count=500, since=102.0))]
    assert min(gaps[1:]) >= 0.0999
