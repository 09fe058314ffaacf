"""What a query string means."""

import pytest
from multidict import MultiDict

from np6_async.sandbox._window import Window, read_window


def start_of(text: str) -> int | None:
    return read_window(MultiDict(start=text)).start


def test_no_parameter_means_no_bound_and_no_order() -> None:
    assert read_window(MultiDict()) == Window(None, None, None)


def test_start_end_and_sort_are_read() -> None:
    window = read_window(MultiDict(start="1614089576000", end="1614089640000", sort="desc"))

    assert window == Window(1614089576000, 1614089640000, "desc")


def test_unknown_parameters_are_ignored() -> None:
    assert read_window(MultiDict(page="2")) == Window(None, None, None)


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
    assert start_of(text) == milliseconds


@pytest.mark.parametrize("digits", ["1234", "123000001", "1230" + "0" * 50 + "1"])
def test_a_part_of_a_millisecond_rounds_up_as_it_bounds_a_half_open_window(digits: str) -> None:
    assert start_of(f"2021-02-23T14:12:56.{digits}Z") == 1614089576124
    assert start_of(f"1969-12-31T23:59:59.{digits}Z") == -876


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
        start_of(text)


@pytest.mark.parametrize("sort", ["", "ASC", "up", "asc "])
def test_an_unknown_order_is_refused(sort: str) -> None:
    with pytest.raises(ValueError, match="neither asc nor desc"):
        read_window(MultiDict(sort=sort))


def test_a_window_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        read_window(MultiDict(start="2", end="1"))


def test_a_window_that_ends_where_it_starts_is_empty_and_fine() -> None:
    assert read_window(MultiDict(start="2", end="2")) == Window(2, 2, None)


def test_a_parameter_that_comes_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="given twice"):
        read_window(MultiDict([("start", "1"), ("start", "1")]))
