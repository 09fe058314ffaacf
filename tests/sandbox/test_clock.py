"""The time of a clock in the units of the API."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from np6_async.sandbox._clock import http_date, to_milliseconds
from tests.thorough import examples


@settings(max_examples=examples(400), deadline=None, derandomize=True)
@given(st.integers(-(10**12), 4 * 10**12))
def test_a_float_stands_for_the_millisecond_that_it_was_made_from(milliseconds: int) -> None:
    assert to_milliseconds(milliseconds / 1000) == milliseconds


def test_a_float_just_below_a_millisecond_stands_for_it() -> None:
    seconds = 1_750_000_000.3 + 0.1

    assert seconds * 1000 < 1_750_000_000_400
    assert to_milliseconds(seconds) == 1_750_000_000_400


def test_a_part_of_a_millisecond_is_rounded_down() -> None:
    assert to_milliseconds(1_750_000_000.000_999) == 1_750_000_000_000


@pytest.mark.parametrize("seconds", [784_111_777, 784_111_777.999_999_9])
def test_a_date_is_in_whole_seconds_in_the_form_of_rfc_9110(seconds: float) -> None:
    assert http_date(seconds) == "Sun, 06 Nov 1994 08:49:37 GMT"
