"""What the texts in a query string mean."""

import pytest

from np6_async.sandbox._values import read_value


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("2021-02-23T14:12:56Z", 1614089576000),
        ("2021-02-23t14:12:56z", 1614089576000),
        ("2021-02-23T14:12:56.5Z", 1614089576500),
        ("2021-02-23T14:12:56.123Z", 1614089576123),
        ("2021-02-23T16:12:56+02:00", 1614089576000),
        ("2021-02-23T08:42:56-05:30", 1614089576000),
        ("2021-02-23T14:12:56-00:00", 1614089576000),
        ("1969-12-31T23:59:59.999Z", -1),
        ("0001-01-01T00:00:00+14:00", -62135647200000),
        ("9999-12-31T23:59:59.999Z", 253402300799999),
        ("1614089576000", 1614089576000),
        ("0", 0),
        ("-1", -1),
        (str(2**63 - 1), 2**63 - 1),
        (str(-(2**63)), -(2**63)),
    ],
)
def test_a_moment_is_a_date_time_of_any_offset_or_milliseconds(
    text: str, milliseconds: int
) -> None:
    assert read_value(text, "date-time") == milliseconds


@pytest.mark.parametrize("digits", ["1234", "123000001", "1230" + "0" * 50 + "1"])
def test_a_part_of_a_millisecond_rounds_up_as_it_bounds_a_half_open_window(digits: str) -> None:
    assert read_value(f"2021-02-23T14:12:56.{digits}Z", "date-time") == 1614089576124
    assert read_value(f"1969-12-31T23:59:59.{digits}Z", "date-time") == -876


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2021-02-23",
        "2021-02-23T14:12",
        "2021-02-23T14:12:56",
        "2021-02-23T14:12:56.Z",
        "2021-02-23 14:12:56Z",
        "2021-02-23T16:12:56 02:00",
        "2021-02-30T14:12:56Z",
        "2021-02-23T24:12:56Z",
        "2021-02-23T14:12:56+25:00",
        "20210223T141256Z",
        "1614089576000.5",
        "1e12",
        "+1614089576000",
        " 1614089576000",
        "1614089576000\n",
        "١٦١٤٠٨٩٥٧٦٠٠٠",
        str(2**63),
        "9" * 5000,
        f"2021-02-23T14:12:56.{'9' * 5000}Z",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_value(text, "date-time")


def test_an_integer_has_digits_and_perhaps_a_minus() -> None:
    assert [read_value(text, "integer") for text in ("156", "-1", "007")] == [156, -1, 7]


@pytest.mark.parametrize("text", ["", "1.0", "+1", " 1", "1e3", "0x1", "1_0", "\u0661", str(2**63)])
def test_any_other_integer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an integer of 64 bits"):
        read_value(text, "integer")


def test_a_boolean_is_true_or_false() -> None:
    assert read_value("true", "boolean") is True
    assert read_value("false", "boolean") is False


@pytest.mark.parametrize("text", ["", "True", "1", "yes"])
def test_any_other_boolean_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither true nor false"):
        read_value(text, "boolean")


@pytest.mark.parametrize("text", ["", "true", "1", " a,b "])
def test_a_string_is_what_it_is(text: str) -> None:
    assert read_value(text, "string") == text
