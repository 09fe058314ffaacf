"""The server's clock is bounded by its responses, and followed if it jumps."""

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from np6_async._policy.server_clock import ServerClock


def observed(clock: ServerClock, *, at: float, skew: float, latency: float = 0.2) -> None:
    """Let the clock see a response that was made halfway."""
    made = at + latency / 2 + skew
    clock.observe(sent=at, received=at + latency, date=math.floor(made))


def test_nothing_is_known_before_the_first_response() -> None:
    clock = ServerClock()
    assert not clock.is_known
    observed(clock, at=100.0, skew=0.0)
    assert clock.is_known


@given(
    st.floats(-1e6, 1e6),
    st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 30)), min_size=1, max_size=30),
)
def test_it_is_never_later_than_the_servers_and_gets_closer(
    skew: float, responses: list[tuple[float, float]]
) -> None:
    clock, errors = ServerClock(), []
    for at, latency in responses:
        observed(clock, at=at, skew=skew, latency=latency)
        errors.append(at + skew - clock.now(at))
    assert min(errors) >= -1e-3
    assert all(later <= earlier + 1e-3 for earlier, later in pairwise(errors))
    assert errors[-1] <= 1 + max(latency for _, latency in responses)


def test_many_responses_tell_it_to_a_fraction_of_a_second() -> None:
    clock = ServerClock()
    for number in range(100):
        observed(clock, at=number * 1.37, skew=0.0, latency=0.02)
    assert 0 <= 200 - clock.now(200) < 0.1


def test_a_jump_counts_after_three_responses_that_agree() -> None:
    clock = ServerClock()
    observed(clock, at=0.0, skew=0.0)
    for number in range(1, 3):
        observed(clock, at=float(number), skew=500.0)
        assert clock.now(10.0) <= 10
    observed(clock, at=3.0, skew=500.0)
    assert 508 < clock.now(10.0) <= 510


def test_responses_that_contradict_each_other_are_no_jump() -> None:
    clock = ServerClock()
    observed(clock, at=0.0, skew=0.0)
    for number, skew in enumerate([500.0, -500.0, 900.0, 500.0, -500.0]):
        observed(clock, at=float(number), skew=skew)
    assert 8 < clock.now(10.0) <= 10


def test_a_response_that_agrees_ends_a_row_of_others() -> None:
    clock = ServerClock()
    for skew in [0.0, 500.0, 500.0, 0.0, 500.0, 500.0]:
        observed(clock, at=1.0, skew=skew)
    assert 8 < clock.now(10.0) <= 10
