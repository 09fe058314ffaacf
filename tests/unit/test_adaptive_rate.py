"""The rate: as fast as the user allows, and as throttled responses have taught."""

import math
from itertools import pairwise

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from np6_async._policy.adaptive_rate import AdaptiveRate
from tests.simulation import Bucket


def sent_at(adaptive: AdaptiveRate, *, count: int, since: float) -> list[float]:
    """Return when each request goes if the clock is never late."""
    now, moments = since, []
    for _ in range(count):
        now = max(now, adaptive.next_send)
        adaptive.sent(now)
        moments.append(now)
    return moments


@frozen
class Throttling:
    """What a throttled response changed.

    Attributes:
        at: When it came.
        rate: The rate before.
        held: The rate after.
    """

    at: float
    rate: float
    held: float


def run(
    adaptive: AdaptiveRate, bucket: Bucket, *, seconds: float, pause: float = 0.3
) -> list[Throttling]:
    """Send as fast as the rate allows, without latency."""
    now, found = max(bucket.last, adaptive.next_send), []
    end = now + seconds
    while now < end:
        adaptive.sent(now)
        if bucket.answer(now).status == 200:
            adaptive.admitted(now)
            now = max(now + 0.0005, adaptive.next_send)
        else:
            before = adaptive.rate
            adaptive.cut(now, unanswered=0)
            found.append(Throttling(now, before, adaptive.rate))
            now = max(now + pause, adaptive.next_send)
    return found


def held(rate: int, *, pause: float = 0.3) -> tuple[AdaptiveRate, Bucket]:
    """Return a rate whose limit is found and that is held since the last request."""
    adaptive, bucket = AdaptiveRate(None), Bucket(rate, burst=max(2.0, rate / 5))
    run(adaptive, bucket, seconds=30, pause=pause)
    while not run(adaptive, bucket, seconds=0.1, pause=pause):
        pass
    return adaptive, bucket


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


# The first throttling


@pytest.mark.parametrize(
    ("sent", "seconds", "rate"), [(20, 0.0, 80), (50, 0.25, 100), (95, 0.7, 100), (0, 0.0, 16)]
)
def test_the_first_throttling_slows_down_to_about_the_rate_of_what_was_admitted(
    sent: int, seconds: float, rate: float
) -> None:
    adaptive = AdaptiveRate(None)
    adaptive.sent(100.0)
    for _ in range(sent):
        adaptive.admitted(100.0 + seconds / 2)
    adaptive.cut(100.0 + seconds, unanswered=3)
    assert adaptive.rate == pytest.approx(rate)


def test_the_first_throttling_goes_by_the_last_seconds() -> None:
    adaptive = AdaptiveRate(None)
    for number in range(10_000):  # for hours
        adaptive.sent(100.0 + number)
        adaptive.admitted(100.0 + number)
    for number in range(100):
        adaptive.sent(10_100.0 + number / 100)
        adaptive.admitted(10_100.0 + number / 100)
    adaptive.cut(10_101.0, unanswered=0)
    assert 30 < adaptive.rate < 110


# The search


def test_then_the_rate_grows_until_requests_are_throttled_again() -> None:
    adaptive = AdaptiveRate(None)
    adaptive.sent(100.0)
    adaptive.admitted(100.0)
    adaptive.cut(100.0, unanswered=0)
    start = adaptive.rate
    adaptive.sent(101.0)
    adaptive.admitted(101.0)
    while adaptive.next_send < 103:
        adaptive.sent(adaptive.next_send)
    assert adaptive.rate / start == pytest.approx(math.exp(1.4 * 2), rel=0.2)


@pytest.mark.parametrize("rate", [3, 20, 100, 1000])
@pytest.mark.parametrize("burst", [0.05, 0.2, 1.0])
def test_the_limit_is_found(rate: int, burst: float) -> None:
    adaptive = AdaptiveRate(None)
    bucket = Bucket(rate, burst=max(1, rate * burst))
    found = run(adaptive, bucket, seconds=60 if rate > 3 else 300)
    assert (0.45 if rate * burst < 3 else 0.75) * rate < found[-1].held < 1.1 * rate
    assert len(found) < 0.13 * rate * found[-1].at


@given(st.sampled_from([10, 100, 400]), st.floats(0.05, 1.0), st.floats(0.05, 2.0))
def test_most_of_the_limit_is_used_and_little_is_throttled(
    rate: int, burst: float, pause: float
) -> None:
    adaptive, bucket = AdaptiveRate(None), Bucket(rate, burst=max(2, rate * burst))
    run(adaptive, bucket, seconds=20, pause=pause)
    found = run(adaptive, bucket, seconds=60, pause=pause)
    assert len(found) * pause < 0.5 * 60
    assert len(found) < 0.08 * 60 * rate
    assert sum(each.held for each in found) > 0.6 * rate * len(found)


def test_requests_sent_after_the_throttled_one_do_not_count_as_sent_before() -> None:
    limits = []
    for unanswered in (0, 10):
        adaptive = AdaptiveRate(None)
        sent_at(adaptive, count=20, since=100.0)
        adaptive.cut(100.1, unanswered=0)
        adaptive.sent(100.5)
        adaptive.admitted(100.5)
        while adaptive.next_send < 102:
            adaptive.sent(adaptive.next_send)
            adaptive.admitted(adaptive.next_send)
        adaptive.cut(102.0, unanswered=unanswered)
        limits.append(adaptive.rate)
    assert limits[1] < limits[0]


def test_a_search_that_nothing_ended_finds_no_limit_far_beyond_what_was_admitted() -> None:
    adaptive = AdaptiveRate(None)
    sent_at(adaptive, count=1, since=100.0)
    adaptive.cut(100.0, unanswered=0)
    adaptive.sent(101.0)
    adaptive.admitted(101.0)
    admitted = 1
    while adaptive.next_send < 106:
        adaptive.sent(adaptive.next_send)
        adaptive.admitted(adaptive.next_send)
        admitted += 1
    assert adaptive.rate > 5 * admitted / 5
    adaptive.cut(106.0, unanswered=0)
    assert adaptive.rate < 4 * admitted / 5


# The hold


def steady(adaptive: AdaptiveRate, *, since: float, until: float) -> int:
    """Send as fast as the rate allows, have all admitted, and return how many that were."""
    adaptive.sent(since)
    adaptive.admitted(since)
    count = 1
    while adaptive.next_send < until:
        adaptive.sent(adaptive.next_send)
        adaptive.admitted(adaptive.next_send)
        count += 1
    return count


def held_for(adaptive: AdaptiveRate, *, since: float) -> float:
    """Return for how many seconds from now the rate stays the same."""
    limit = adaptive.rate
    steady(adaptive, since=since, until=since)
    while adaptive.rate == limit:
        adaptive.sent(adaptive.next_send)
        adaptive.admitted(adaptive.next_send)
    return adaptive.next_send - since


def test_a_rate_that_was_too_high_is_held_for_less_time_and_then_for_longer_again() -> None:
    adaptive, bucket = held(100, pause=1.1)
    now, times = bucket.last + 1.1, []
    steady(adaptive, since=now, until=now + 1)
    adaptive.cut(now + 1, unanswered=0)
    for _ in range(4):
        now = adaptive.next_send + 1.1
        times.append(held_for(adaptive, since=now))
        adaptive.cut(adaptive.next_send, unanswered=0)
    assert times[0] < 3
    ratios = [later / earlier for earlier, later in pairwise(times)]
    assert ratios == pytest.approx([1.25] * 3, rel=0.05)


def test_a_rate_that_was_too_high_after_a_long_pause_is_lowered_further() -> None:
    rates = []
    for pause in (0.3, 4.0):
        adaptive, bucket = held(100)
        now = bucket.last + pause
        steady(adaptive, since=now, until=now + 1)
        adaptive.cut(now + 1, unanswered=0)
        rates.append(adaptive.rate)
    assert rates[1] < 0.8 * rates[0]


@pytest.mark.parametrize("rate", [100, 6, 4])
def test_a_slow_rate_is_held_for_twenty_requests_and_the_slowest_for_fewer(rate: int) -> None:
    adaptive, bucket = held(rate)
    seconds = max(2.45, min(20 / adaptive.rate, adaptive.rate))
    found = held_for(adaptive, since=bucket.last + 0.3)
    assert found == pytest.approx(seconds + 1 / adaptive.rate, rel=0.15)


def test_growth_leads_to_no_limit_beyond_what_was_admitted() -> None:
    adaptive, bucket = held(100)
    now = bucket.last + 0.3
    admitted = steady(adaptive, since=now, until=now + 6)
    adaptive.cut(now + 6, unanswered=0)
    assert adaptive.rate <= 1.01 * admitted / 6


def test_time_without_requests_does_not_count_for_the_hold() -> None:
    adaptive, bucket = held(100)
    now = bucket.last + 0.3
    steady(adaptive, since=now, until=now + 1)
    steady(adaptive, since=now + 60, until=now + 64)
    adaptive.cut(now + 64, unanswered=0)
    assert held_for(adaptive, since=now + 64.3) < 4


def test_a_rate_is_held_and_then_grows() -> None:
    adaptive, _ = held(100)
    limit, now = adaptive.rate, adaptive.next_send + 0.3
    adaptive.sent(now)
    adaptive.admitted(now)
    rates: dict[float, float] = {}
    while now < adaptive.next_send < 1e6 and len(rates) < 2000:
        now = adaptive.next_send
        adaptive.sent(now)
        rates[now] = adaptive.rate
    began = min(rates)
    assert {rate for at, rate in rates.items() if at < began + 2.3} == {limit}
    assert all(rate > limit for at, rate in rates.items() if at > began + 2.6)


@pytest.mark.parametrize("pause", [1.0, 5.0, 30.0])
def test_the_longer_a_pause_is_the_longer_the_rate_is_held(pause: float) -> None:
    adaptive, bucket = AdaptiveRate(None), Bucket(100, burst=20)
    found = run(adaptive, bucket, seconds=20 * pause, pause=pause)
    gaps = [later.at - earlier.at for earlier, later in pairwise(found[1:])]
    assert min(gaps) > 2 * pause
    assert 7 * min(pause, 10) < max(gaps) < 8 * min(pause, 10) + pause + 5


def test_refusals_at_random_leave_a_rate_of_one_request_a_second() -> None:
    adaptive, now = AdaptiveRate(None), 100.0
    for _ in range(200):
        for admitted in (True, False):
            now = max(now + 0.1, adaptive.next_send)
            adaptive.sent(now)
            if admitted:
                adaptive.admitted(now)
            else:
                adaptive.cut(now, unanswered=0)
    assert adaptive.rate >= 1


def test_a_rate_that_is_throttled_while_it_is_held_is_lowered_a_little() -> None:
    adaptive, _ = held(100)
    before, now = adaptive.rate, adaptive.next_send + 0.3
    for number in range(90):
        adaptive.sent(now + number / 90)
        adaptive.admitted(now + number / 90)
    adaptive.cut(now + 1, unanswered=0)
    assert 0.8 * before < adaptive.rate <= 0.92 * before


def test_a_limit_that_falls_is_followed() -> None:
    adaptive, bucket = AdaptiveRate(None), Bucket(100, burst=20)
    run(adaptive, bucket, seconds=20)
    bucket.rate = 20
    run(adaptive, bucket, seconds=10)
    assert 10 < adaptive.rate < 40


def test_a_limit_that_rises_is_followed() -> None:
    adaptive, bucket = AdaptiveRate(None), Bucket(20, burst=20)
    run(adaptive, bucket, seconds=20)
    bucket.rate = 200
    found = run(adaptive, bucket, seconds=10)
    assert max(adaptive.rate, *(each.rate for each in found)) > 160


def test_a_slow_rate_grows_faster_than_a_fast_one() -> None:
    growth = []
    for rate in (5, 100):
        adaptive, bucket = held(rate)
        bucket.rate = bucket.burst = 10**6
        before = adaptive.rate
        run(adaptive, bucket, seconds=8)
        growth.append(adaptive.rate / before)
    assert growth[0] > 1.3 * growth[1]


def test_a_rate_does_not_grow_while_nobody_asks() -> None:
    adaptive, _ = held(100)
    adaptive.sent(adaptive.next_send + 1)
    adaptive.admitted(adaptive.next_send + 1)
    before = adaptive.rate
    sent_at(adaptive, count=1, since=10_000.0)
    assert adaptive.rate == pytest.approx(before, rel=0.02)


def test_a_rate_does_not_grow_while_less_is_asked() -> None:
    adaptive, _ = held(100)
    now = adaptive.next_send + 1
    adaptive.sent(now)
    adaptive.admitted(now)
    before = adaptive.rate
    for _ in range(1000):
        now += 0.1
        adaptive.sent(now)
    assert adaptive.rate == before


@pytest.mark.parametrize(("asked", "max_rate"), [(500, None), (60, 50)])
def test_a_rate_does_not_grow_while_something_else_limits(
    asked: int, max_rate: float | None
) -> None:
    adaptive = AdaptiveRate(max_rate)
    adaptive.sent(100.0)
    adaptive.cut(100.0, unanswered=0)
    adaptive.sent(101.0)
    adaptive.admitted(101.0)
    now = 101.0
    for _ in range(60 * asked):
        now = max(now + 1 / asked, adaptive.next_send)
        adaptive.sent(now)
    assert adaptive.rate < 3 * asked


def test_time_without_requests_does_not_lower_a_limit() -> None:
    adaptive, bucket = AdaptiveRate(None), Bucket(100, burst=20)
    run(adaptive, bucket, seconds=20, pause=1.1)
    for _ in range(10):
        bucket.last += 60
        adaptive.next_send = max(adaptive.next_send, bucket.last - 60)
        run(adaptive, bucket, seconds=6, pause=1.1)
    assert adaptive.rate > 85


def test_a_client_that_was_idle_sends_at_the_rate_that_it_knows() -> None:
    adaptive, _ = held(100)
    adaptive.sent(adaptive.next_send + 1)
    adaptive.admitted(adaptive.next_send + 1)
    moments = sent_at(adaptive, count=100, since=10_000.0)
    assert moments[0] == 10_000.0
    assert moments[-1] - moments[0] == pytest.approx(1, rel=0.1)


@given(
    st.lists(
        st.tuples(st.sampled_from(["send", "admit", "cut"]), st.floats(0, 100), st.integers(0, 50))
    )
)
def test_whatever_happens_there_is_a_rate(steps: list[tuple[str, float, int]]) -> None:
    adaptive, now = AdaptiveRate(None), 100.0
    for step, seconds, unanswered in steps:
        now += seconds
        if step == "send":
            now = max(now, adaptive.next_send)
            adaptive.sent(now)
        elif step == "admit":
            adaptive.admitted(now)
        else:
            adaptive.cut(now, unanswered=unanswered)
        assert adaptive.rate > 0


def test_a_bound_of_the_user_s_own_is_never_passed() -> None:
    adaptive = AdaptiveRate(10)
    sent_at(adaptive, count=20, since=100.0)
    for _ in range(100):
        adaptive.admitted(102.0)
    adaptive.cut(102.0, unanswered=0)
    adaptive.admitted(102.0)
    gaps = [b - a for a, b in pairwise(sent_at(adaptive, count=500, since=102.0))]
    assert min(gaps[1:]) >= 0.0999
