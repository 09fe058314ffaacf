"""Retries: what may succeed in a moment, and how long that moment is."""

from collections.abc import Callable
from random import Random
from statistics import mean, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from np6_async import RetryPolicy, errors
from np6_async._retry import LONGEST_WAIT, MAX_THROTTLES, is_throttle, is_transient, pause
from np6_async.errors import NP6Error

POLICY = RetryPolicy()
LOST = errors.ConnectError("lost")


def longest() -> float:
    return 1.0


def status(value: int, *, retry_after: float | None = None) -> NP6Error:
    family = errors.ServerError if value >= 500 else errors.StatusError
    return family(f"{value}", status=value, retry_after=retry_after)


TRANSIENT = [
    *(status(value) for value in (408, 425, 500, 502, 503, 504, 522, 524)),
    errors.ConnectError("refused"),
    errors.RequestTimeoutError("silent"),
    errors.StreamInterruptedError("cut"),
    errors.ProtocolError("no HTTP"),
    errors.TransportError("lost"),
]
FINAL = [
    *(status(value) for value in (201, 206, 400, 401, 403, 404, 409, 410, 415, 429, 501, 505)),
    errors.RedirectError("moved", status=302),
    errors.ConnectError("no such host", permanent=True),
    errors.ProtocolError("no such URL", permanent=True),
    errors.ResponseError("no array", status=200),
    errors.ResponseError("no array", status=500),
    errors.EventDecodeError("no event"),
    errors.DeadlineExceededError("late"),
]


@pytest.mark.parametrize("error", TRANSIENT, ids=repr)
def test_what_may_pass_is_transient(error: NP6Error) -> None:
    assert is_transient(error)


@pytest.mark.parametrize("error", FINAL, ids=repr)
def test_what_stays_is_final(error: NP6Error) -> None:
    assert not is_transient(error)


@pytest.mark.parametrize(
    ("error", "throttles"),
    [
        (status(429), True),
        (status(429, retry_after=0.0), True),
        (status(503, retry_after=0.0), True),
        (status(503), False),
        (status(500, retry_after=5.0), False),
        (status(400), False),
        (LOST, False),
    ],
)
def test_a_throttle_is_a_429_or_a_503_that_names_a_time(error: NP6Error, throttles: bool) -> None:
    assert is_throttle(error) is throttles


@pytest.mark.parametrize(
    ("failures", "bound"),
    [*enumerate([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 20, 20, 20, 20], start=1)],
)
def test_a_pause_doubles_up_to_its_cap(failures: int, bound: float) -> None:
    assert pause(POLICY, LOST, failures, longest) == pytest.approx(bound)
    assert pause(POLICY, LOST, failures, lambda: 0.0) == 0
    assert pause(POLICY, LOST, failures, lambda: 0.25) == pytest.approx(bound / 4)


@pytest.mark.parametrize(
    ("failures", "bound"), [*enumerate([1, 2, 4, 8, 16, 20, 20, 20, 20, 20, 20, 20], start=1)]
)
def test_a_throttle_without_a_hint_pauses_longer(failures: int, bound: float) -> None:
    assert pause(POLICY, status(429), failures, longest) == bound


@given(
    st.builds(
        RetryPolicy,
        base=st.floats(1e-300, 1e300),
        cap=st.floats(1e-300, 1e300),
    ),
    st.integers(1, 10**9),
    st.floats(0, 1),
)
def test_a_pause_is_never_longer_than_its_cap(
    policy: RetryPolicy, failures: int, random: float
) -> None:
    assert 0 <= pause(policy, LOST, failures, lambda: random) <= policy.cap


@pytest.mark.parametrize("failures", range(1, 13))
def test_pauses_are_spread_evenly_between_nothing_and_their_bound(failures: int) -> None:
    random = Random(failures).random
    bound = pause(POLICY, LOST, failures, longest)
    pauses = [pause(POLICY, LOST, failures, random) / bound for _ in range(10_000)]
    tenths = [part / 10 for part in range(1, 10)]
    assert quantiles(pauses, n=10) == pytest.approx(tenths, abs=0.02)
    assert mean(pauses) == pytest.approx(0.5, abs=0.01)
    assert [min(pauses), max(pauses)] == pytest.approx([0, 1], abs=0.01)


@pytest.mark.parametrize("random", [longest, lambda: 0.0])
@pytest.mark.parametrize("seconds", [0.0, 0.5, 30.0, LONGEST_WAIT + 1])
@pytest.mark.parametrize("value", [429, 500, 503])
def test_what_the_api_asks_for_counts_more_than_what_was_drawn(
    value: int, seconds: float, random: Callable[[], float]
) -> None:
    assert pause(POLICY, status(value, retry_after=seconds), 3, random) == seconds


def test_the_limits_are_the_documented_ones() -> None:
    assert (LONGEST_WAIT, MAX_THROTTLES) == (300, 10)
