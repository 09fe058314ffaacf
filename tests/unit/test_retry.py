"""RetryState: what may succeed in a moment, and how long that moment is."""

from collections.abc import Callable
from random import Random
from statistics import mean, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from np6_async import RetryPolicy, errors
from np6_async._policy.retry import (
    CAPACITY,
    MAX_RETRY_AFTER,
    MAX_THROTTLES,
    THROTTLED,
    TRANSIENT,
    RetryBudget,
    RetryDecision,
    RetryState,
    is_throttled,
    is_transient,
)
from np6_async.errors import NP6Error

POLICY = RetryPolicy()
LOST = errors.ConnectError("lost")


def longest() -> float:
    return 1.0


def status(value: int, *, retry_after: float | None = None) -> NP6Error:
    family = errors.ServerError if value >= 500 else errors.StatusError
    return family(f"{value}", status=value, retry_after=retry_after)


PASSING = [
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


@pytest.mark.parametrize("error", PASSING, ids=repr)
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
    assert is_throttled(error) is throttles


MANY = RetryPolicy(attempts=10**9)


def retries(
    policy: RetryPolicy = POLICY,
    *,
    random: Callable[[], float] = longest,
    budget: RetryBudget | None = None,
) -> RetryState:
    return RetryState(policy, budget or RetryBudget(), random)


def delay(
    policy: RetryPolicy, error: NP6Error, failures: int, random: Callable[[], float]
) -> float:
    """Return the delay after the last of so many failures in a row, which cost nothing."""
    tried = retries(policy, random=random)
    return [retried(tried.decide(error, charge=False)) for _ in range(failures)][-1]


def retried(decision: RetryDecision) -> float:
    """Return the delay of a decision to retry."""
    assert decision.delay is not None
    return decision.delay


# Pauses


@pytest.mark.parametrize(
    ("failures", "bound"),
    [*enumerate([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 20, 20, 20, 20], start=1)],
)
def test_a_pause_doubles_up_to_its_cap(failures: int, bound: float) -> None:
    assert delay(MANY, LOST, failures, longest) == pytest.approx(bound)
    assert delay(MANY, LOST, failures, lambda: 0.0) == 0
    assert delay(MANY, LOST, failures, lambda: 0.25) == pytest.approx(bound / 4)


@given(
    st.builds(
        RetryPolicy,
        attempts=st.just(10**9),
        base=st.floats(1e-300, 1e300),
        cap=st.floats(1e-300, 1e300),
    ),
    st.integers(1, 200),
    st.floats(0, 1),
)
def test_a_pause_is_never_longer_than_its_cap(
    policy: RetryPolicy, failures: int, random: float
) -> None:
    assert 0 <= delay(policy, LOST, failures, lambda: random) <= policy.cap


@pytest.mark.parametrize(
    "failures",
    [1, 2, 4, 12, *(pytest.param(each, marks=pytest.mark.nightly) for each in (3, *range(5, 12)))],
)
def test_pauses_are_spread_evenly_between_nothing_and_their_bound(failures: int) -> None:
    random = Random(failures).random
    bound = delay(MANY, LOST, failures, longest)
    pauses = [delay(MANY, LOST, failures, random) / bound for _ in range(4_000)]
    tenths = [part / 10 for part in range(1, 10)]
    assert quantiles(pauses, n=10) == pytest.approx(tenths, abs=0.03)
    assert mean(pauses) == pytest.approx(0.5, abs=0.02)
    assert [min(pauses), max(pauses)] == pytest.approx([0, 1], abs=0.01)


@pytest.mark.parametrize("random", [longest, lambda: 0.0])
@pytest.mark.parametrize("seconds", [0.0, 0.5, 30.0, MAX_RETRY_AFTER])
def test_what_the_api_asks_for_counts_more_than_what_was_drawn(
    seconds: float, random: Callable[[], float]
) -> None:
    assert delay(MANY, status(500, retry_after=seconds), 3, random) == seconds


@pytest.mark.parametrize(
    "error", [status(429), status(503), status(429, retry_after=9), status(503, retry_after=9)]
)
def test_who_was_refused_waits_with_everybody_and_not_alone(error: NP6Error) -> None:
    assert retries().decide(error) == RetryDecision(0.0)


# Refusals


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize(
    ("refusals", "bound"),
    [*enumerate([0.35, 0.7, 1.4, 2.8, 5.6, 11.2, 20, 20, 20, 20], start=1)],
)
def test_R4_a_refusal_without_a_hint_closes_the_gate_for_longer_each_time(
    code: int, refusals: int, bound: float
) -> None:
    tried, random = retries(MANY), retries(MANY, random=lambda: 0.25)
    for _ in range(refusals - 1):
        tried.decide(status(code))
        random.decide(status(code))
    assert tried.throttle_delay(code, None) == bound
    assert random.throttle_delay(code, None) == bound / 4


@given(st.floats(0, 1), st.floats(0, MAX_RETRY_AFTER))
def test_R1_the_gate_is_closed_for_as_long_as_asked_and_up_to_a_tenth_more(
    random: float, asked: float
) -> None:
    assert asked <= retries(random=lambda: random).throttle_delay(429, asked) <= 1.1 * asked + 1e-9


@pytest.mark.parametrize(("probes", "bound"), [(0, 0.0), (1, 0.35), (2, 0.7), (3, 1.4), (99, 20)])
def test_R10_a_hint_that_was_too_short_counts_no_more_than_backing_off(
    probes: int, bound: float
) -> None:
    assert retries().throttle_delay(429, 0.0, probes=probes) == bound
    assert retries(random=lambda: 0.25).throttle_delay(429, 0.0, probes=probes) == bound / 4
    assert retries().throttle_delay(429, 40.0, probes=probes) == pytest.approx(44)


def test_R6_what_nobody_waits_for_closes_no_gate() -> None:
    assert retries().throttle_delay(429, MAX_RETRY_AFTER + 1) == 0


def test_H8_a_503_closes_no_gate_once_no_retry_is_paid_for() -> None:
    budget = RetryBudget()
    tried = retries(budget=budget)
    budget.spend(CAPACITY - TRANSIENT)
    assert tried.throttle_delay(503, None) == 0.35
    budget.spend(1)
    assert tried.throttle_delay(503, None) == 0
    assert tried.throttle_delay(503, 2.0) == pytest.approx(2.2)
    assert tried.throttle_delay(429, None) == 0.35


# What ends it


@pytest.mark.parametrize("attempts", [1, 2, 4])
@pytest.mark.parametrize("error", [LOST, status(500), status(503)])
def test_there_are_so_many_attempts(attempts: int, error: NP6Error) -> None:
    tried = retries(RetryPolicy(attempts=attempts))
    for _ in range(attempts - 1):
        tried.decide(error)
    assert tried.decide(error) == RetryDecision(None, stopped_by=None)


@pytest.mark.parametrize("error", [status(429), status(503, retry_after=0.0)])
def test_being_throttled_costs_no_attempt_but_has_an_end(error: NP6Error) -> None:
    tried = retries(RetryPolicy(attempts=2))
    for _ in range(MAX_THROTTLES):
        assert tried.decide(error).delay is not None
    assert tried.decide(error).delay is None


def test_failures_are_counted_anew_once_something_came() -> None:
    tried = retries(RetryPolicy(attempts=2))
    assert tried.decide(LOST).delay == 0.1
    tried.reset_failures()
    assert tried.decide(LOST).delay == 0.1
    assert tried.decide(LOST).delay is None


def test_P2_a_protocol_error_is_tried_again_once_whatever_comes_in_between() -> None:
    tried = retries(MANY)
    assert tried.decide(errors.ProtocolError("no HTTP")).delay is not None
    assert tried.decide(LOST).delay is not None
    tried.reset_failures()
    assert tried.decide(errors.ProtocolError("no HTTP")) == RetryDecision(None, permanent=True)


@pytest.mark.parametrize("error", [status(429), *FINAL], ids=repr)
def test_one_attempt_is_never_repeated(error: NP6Error) -> None:
    assert retries(RetryPolicy(attempts=1)).decide(error) == RetryDecision(None)


@pytest.mark.parametrize("code", [429, 500, 503])
def test_R6_a_pause_longer_than_anyone_waits_is_an_error_at_once(code: int) -> None:
    budget = RetryBudget()
    error = status(code, retry_after=MAX_RETRY_AFTER + 1)
    assert retries(budget=budget).decide(error) == RetryDecision(None)
    assert budget.tokens == CAPACITY


@pytest.mark.parametrize(
    ("error", "cost"),
    [(LOST, TRANSIENT), (status(503), TRANSIENT), (status(429), THROTTLED)],
)
def test_a_retry_is_paid_for_and_given_back_when_it_succeeds(error: NP6Error, cost: int) -> None:
    budget = RetryBudget()
    tried = retries(MANY, budget=budget)
    tried.decide(error)
    assert budget.tokens == CAPACITY - cost
    tried.decide(error)
    assert budget.tokens == CAPACITY - 2 * cost
    tried.succeed()
    assert budget.tokens == CAPACITY - cost
    retries(budget=budget).succeed()
    assert budget.tokens == CAPACITY - cost + 1


def test_a_throttle_that_was_charged_already_costs_nothing() -> None:
    budget = RetryBudget()
    tried = retries(MANY, budget=budget)
    tried.decide(status(429), charge=False)
    assert budget.tokens == CAPACITY
    tried.decide(status(429))
    assert budget.tokens == CAPACITY - THROTTLED


def test_what_cannot_be_paid_for_is_not_tried_again() -> None:
    budget = RetryBudget()
    budget.spend(CAPACITY - TRANSIENT + 1)
    assert retries(budget=budget).decide(LOST) == RetryDecision(None, stopped_by="budget")


def test_the_limits_are_the_documented_ones() -> None:
    assert (MAX_RETRY_AFTER, MAX_THROTTLES) == (300, 10)
