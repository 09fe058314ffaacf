"""When an answer comes too slowly."""

import pytest

from np6_async._policy.minimum_rate import MinimumRate


@pytest.mark.parametrize(("received", "holds"), [(61_440, True), (61_439, False), (0, False)])
def test_N13_a_kibibyte_a_second_is_enough(received: int, holds: bool) -> None:
    minimum = MinimumRate(60)
    assert minimum.holds(30, received)
    assert minimum.holds(30, 0) is holds


def test_what_is_waited_for_a_short_time_is_never_too_slow() -> None:
    minimum = MinimumRate(60)
    assert all(minimum.holds(0.001, 1) for _ in range(59_000))


def test_a_burst_does_not_make_up_for_the_minute_after() -> None:
    minimum = MinimumRate(60)
    assert minimum.holds(61, 10**9)
    assert minimum.holds(59, 1)
    assert not minimum.holds(1, 1)


def test_after_a_judgement_the_time_starts_again() -> None:
    minimum = MinimumRate(60)
    assert not minimum.holds(60, 1)
    assert minimum.holds(59, 1)
