"""The budget: what retries cost, and what pays for them."""

from hypothesis import given
from hypothesis import strategies as st

from np6_async._policy.retry import CAPACITY, THROTTLED, TRANSIENT, RetryBudget


def test_the_prices_are_the_documented_ones() -> None:
    assert (CAPACITY, TRANSIENT, THROTTLED) == (500, 14, 5)


def test_N16_an_outage_pays_for_tens_of_retries() -> None:
    budget = RetryBudget()
    assert sum(budget.spend(TRANSIENT) for _ in range(1000)) == 35
    assert budget.tokens == 10


def test_what_is_too_dear_costs_nothing() -> None:
    budget = RetryBudget()
    budget.spend(CAPACITY - 5)
    assert not budget.spend(TRANSIENT)
    assert budget.spend(THROTTLED)
    assert not budget.spend(THROTTLED)


def test_so_many_first_tries_pay_for_a_retry() -> None:
    budget = RetryBudget()
    budget.spend(CAPACITY)
    for _ in range(TRANSIENT):
        assert not budget.spend(TRANSIENT)
        budget.earn(1)
    assert budget.spend(TRANSIENT)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([1, THROTTLED, TRANSIENT]))))
def test_there_is_never_less_than_nothing_or_more_than_all(steps: list[tuple[bool, int]]) -> None:
    budget = RetryBudget()
    for spends, tokens in steps:
        if spends:
            budget.spend(tokens)
        else:
            budget.earn(tokens)
        assert 0 <= budget.tokens <= CAPACITY
