"""The rate limit: pure state, fed with a clock by hand."""

import pytest

from np6_async.sandbox._quota import Quota, ResetUnit

NOON = 1_740_830_400.25


def test_a_window_admits_as_many_requests_as_the_rate_says() -> None:
    quota = Quota(3, reset="epoch_ms")

    assert [quota.admit(NOON + i / 10) for i in range(5)] == [True, True, True, False, False]


def test_a_new_window_opens_one_second_after_the_first_request_of_the_last() -> None:
    quota = Quota(2, reset="epoch_ms")
    quota.admit(NOON)
    quota.admit(NOON + 0.9)

    assert not quota.admit(NOON + 0.999)
    assert quota.admit(NOON + 1)
    assert quota.admit(NOON + 1.5)
    assert not quota.admit(NOON + 1.999)


@pytest.mark.parametrize(
    ("rate", "admitted", "seconds"), [(0.5, 1, 2.0), (2.5, 2, 0.8), (1.6, 1, 0.625)]
)
def test_a_fraction_of_a_request_changes_the_length_of_the_window(
    rate: float, admitted: int, seconds: float
) -> None:
    quota = Quota(rate, reset="epoch_ms")

    assert [quota.admit(NOON) for _ in range(4)].count(True) == admitted
    assert not quota.admit(NOON + seconds - 0.001)
    assert quota.admit(NOON + seconds + 0.001)


def test_headers_say_what_is_left() -> None:
    quota = Quota(2, reset="epoch_ms")

    def remaining() -> str:
        return quota.headers(NOON)["X-RateLimit-Remaining"]

    assert remaining() == "2"
    quota.admit(NOON)
    assert remaining() == "1"
    quota.admit(NOON)
    quota.admit(NOON)
    assert remaining() == "0"
    assert quota.headers(NOON)["X-RateLimit-Limit"] == "2"
    assert quota.headers(NOON + 1)["X-RateLimit-Remaining"] == "2"


@pytest.mark.parametrize(
    ("unit", "reset"),
    [("epoch_ms", "1740830401250"), ("epoch", "1740830402"), ("delta", "1")],
)
def test_the_reset_header_counts_in_the_unit_that_was_chosen(unit: ResetUnit, reset: str) -> None:
    quota = Quota(1, reset=unit)
    quota.admit(NOON)

    assert quota.headers(NOON + 0.5)["X-RateLimit-Reset"] == reset


def test_a_window_that_is_not_open_resets_now() -> None:
    assert Quota(1, reset="delta").headers(NOON)["X-RateLimit-Reset"] == "0"


def test_retry_after_is_whole_seconds_until_the_next_window() -> None:
    quota = Quota(0.25, reset="epoch_ms")
    quota.admit(NOON)

    assert quota.retry_after(NOON + 0.5) == 4
    assert quota.retry_after(NOON + 3.9) == 1
    assert quota.retry_after(NOON + 4) == 1


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="reset must be one of"):
        Quota(1, reset="minutes")  # type: ignore[arg-type]
