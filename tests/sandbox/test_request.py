"""What a query string gives, and what of it is refused."""

from typing import Any

import pytest
from multidict import MultiDict

from np6_async._generated.kinds import OPERATIONS, EventKind, Operation, Parameter
from np6_async.sandbox._request import read_query

BOUNCES = OPERATIONS[EventKind.BOUNCES]


def parameter(name: str = "code", type_: Any = "string", **more: Any) -> Parameter:
    return Parameter(name=name, wire_name=name, location="query", type=type_, **more)


def read(operation: Operation | Parameter, *pairs: tuple[str, str]) -> dict[str, Any]:
    if isinstance(operation, Parameter):
        operation = BOUNCES._replace(parameters=(operation,))
    return read_query(operation, MultiDict(pairs))


def test_nothing_gives_nothing() -> None:
    assert read(BOUNCES) == {}


def test_values_come_by_the_names_and_in_the_form_of_a_query() -> None:
    given = read(BOUNCES, ("start", "2021-02-23T14:12:56Z"), ("end", "1614089640000"))
    renamed = parameter("hit_start", "date-time")._replace(wire_name="hitStart")

    assert given == {"start": 1614089576000, "end": 1614089640000}
    assert read(BOUNCES, ("sort", "desc")) == {"sort": "desc"}
    assert read(renamed, ("hitStart", "5")) == {"hit_start": 5}


def test_parameters_that_are_not_in_the_query_string_are_ignored() -> None:
    assert read(BOUNCES, ("page", "2"), ("notification_id", "x"), ("id", "x")) == {}


@pytest.mark.parametrize("sort", ["", "ASC", "up", "asc "])
def test_an_unknown_order_is_refused(sort: str) -> None:
    with pytest.raises(ValueError, match="sort must be 'asc', 'desc' or None"):
        read(BOUNCES, ("sort", sort))


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (parameter(type_="integer"), "many"),
        (parameter(type_="integer", minimum=1), "0"),
        (parameter(type_="integer", maximum=9), "10"),
        (parameter(type_="integer", values=(1, 2)), "3"),
        (parameter(type_="boolean"), "1"),
        (parameter(type_="date-time"), "today"),
        (parameter(values=("hard", "soft")), "Hard"),
        (parameter(pattern="^[0-9]+$"), "1a"),
        (parameter(format="uuid"), "1"),
        (parameter(format="date"), "01/02/2025"),
        (parameter(type_="integer", is_array=True, is_exploded=False), "1,b"),
    ],
)
def test_a_value_that_is_malformed_or_not_allowed_is_refused(one: Parameter, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(one, ("code", text))


def test_a_required_parameter_must_be_there() -> None:
    hash_ = parameter("hash", required=True)

    assert read(hash_, ("hash", "a")) == {"hash": "a"}
    with pytest.raises(ValueError, match="hash is missing"):
        read(hash_)


def test_an_array_comes_one_by_one_or_with_commas() -> None:
    exploded = parameter(type_="integer", is_array=True)
    joined = parameter(is_array=True, is_exploded=False, values=("hard", "soft"))

    assert read(exploded, ("code", "1"), ("code", "2")) == {"code": (1, 2)}
    assert read(joined, ("code", "hard,soft")) == {"code": ("hard", "soft")}
    assert read(parameter(is_array=True), ("code", "a,b")) == {"code": ("a,b",)}
    assert read(parameter(type_="date-time", is_array=True), ("code", "5")) == {"code": (5,)}


@pytest.mark.parametrize("one", [parameter(), parameter(is_array=True, is_exploded=False)])
def test_a_parameter_that_comes_twice_is_refused(one: Parameter) -> None:
    with pytest.raises(ValueError, match="code is given twice"):
        read(one, ("code", "1"), ("code", "1"))


@pytest.mark.parametrize("prefix", ["", "hit_"])
def test_a_window_that_ends_before_it_starts_is_refused(prefix: str) -> None:
    names = (f"{prefix}start", f"{prefix}end", "other_start")
    window = BOUNCES._replace(parameters=tuple(parameter(name, "date-time") for name in names))

    assert read(window, (names[0], "2"), (names[1], "2"), ("other_start", "3"))
    with pytest.raises(ValueError, match="end lies before"):
        read(window, (names[0], "2"), (names[1], "1"))


def test_only_moments_make_a_window() -> None:
    numbers = BOUNCES._replace(parameters=(parameter("start"), parameter("end")))

    assert read(numbers, ("start", "2"), ("end", "1")) == {"start": "2", "end": "1"}
