"""Which events a selection takes, and in which order."""

import json
from typing import Any

import pytest

from np6_async._generated.kinds import OPERATIONS, EventKind, Parameter
from np6_async.sandbox._selection import Filter, Selection, selection
from np6_async.sandbox._timeline import Timeline, merge

BOUNCES = OPERATIONS[EventKind.BOUNCES]
TIME = "source.detail.activation.stamp.time"
EVENTS = [
    {"timestamp": 1, "code": "a", "source": {"detail": {"activation": {"stamp": {"time": 7}}}}},
    {"timestamp": 2, "code": "b", "source": {"detail": {"activation": {"stamp": {"time": 8}}}}},
    {"timestamp": 2, "code": True, "source": {"detail": {"activation": {}}}},
    {"timestamp": 3, "code": 1, "source": {"detail": "text"}},
    {"timestamp": 4},
]
TIMELINE = Timeline([1, 2, 2, 3, 4], [json.dumps(event).encode() for event in EVENTS])


def select(chosen: Selection) -> list[int]:
    """Return which events it selects."""
    return [TIMELINE.events.index(event) for event in TIMELINE.select(chosen)]


def chosen_by(*parameters: Parameter, **given: Any) -> Selection:
    return selection(BOUNCES._replace(parameters=parameters), given)


def bounded(name: str, member: str, bound: str, type_: Any = "date-time") -> Parameter:
    return Parameter(
        name=name, wire_name=name, location="query", type=type_, filters=(member, bound)
    )


def test_nothing_given_selects_all_in_no_order() -> None:
    assert selection(BOUNCES, {}) == selection(BOUNCES, {"start": None}) == Selection()
    assert select(Selection()) == [0, 1, 2, 3, 4]


def test_start_end_and_sort_have_their_meaning_without_a_filter() -> None:
    chosen = selection(BOUNCES, {"notification_id": 156, "start": 2, "end": 4, "sort": "desc"})

    assert chosen == Selection(2, 4, "desc")
    assert select(chosen) == [3, 2, 1]


@pytest.mark.parametrize("name", ["begin", "start"])
def test_only_moments_of_that_name_are_bounds(name: str) -> None:
    type_: Any = "date-time" if name == "begin" else "integer"
    other = Parameter(name=name, wire_name=name, location="query", type=type_)

    assert chosen_by(other, **{name: 2}) == Selection()


def test_another_order_than_by_time_is_none() -> None:
    assert chosen_by(sort="size") == Selection()


def test_bounds_of_the_timestamp_are_the_start_and_the_end() -> None:
    parameters = [
        bounded("hit_start", "timestamp", "minimum"),
        bounded("hit_end", "timestamp", "exclusiveMaximum"),
        Parameter(name="start", wire_name="start", location="query", type="date-time"),
    ]

    assert chosen_by(*parameters, hit_start=2, hit_end=4, start=3) == Selection(3, 4)


def test_a_bound_of_another_member_leaves_out_what_lacks_it() -> None:
    least = bounded("activation_start", TIME, "minimum")
    most = bounded("activation_end", TIME, "exclusiveMaximum")

    assert select(chosen_by(least, most, activation_start=0)) == [0, 1]
    assert select(chosen_by(least, most, activation_start=8)) == [1]
    assert select(chosen_by(least, most, activation_end=8)) == [0]
    assert select(chosen_by(least, most, activation_start=8, activation_end=8)) == []


def test_a_constant_is_equal_and_of_the_same_type() -> None:
    code = bounded("code", "code", "const", "string")

    assert select(chosen_by(code, code="b")) == [1]
    assert select(chosen_by(code, code=True)) == [2]
    assert select(chosen_by(code, code=1)) == [3]
    assert select(chosen_by(code, code=("b", "a", "z"))) == [0, 1]


def test_a_bound_of_another_type_than_the_member_selects_nothing() -> None:
    assert select(chosen_by(bounded("least", TIME, "minimum", "string"), least="7")) == []
    assert select(chosen_by(bounded("least", "timestamp", "minimum", "string"), least="1")) == []


def test_filters_keep_the_order() -> None:
    by_time = (Filter(TIME, "minimum", 0),)

    assert select(Selection(filters=by_time, sort="desc")) == [1, 0]


def test_merged_timelines_are_in_order_and_equal_times_in_the_order_they_came() -> None:
    one, other = Timeline([1, 3], [b"a", b"b"]), Timeline([0, 1, 3], [b"c", b"d", b"e"])

    assert merge([one, other]) == Timeline([0, 1, 1, 3, 3], [b"c", b"a", b"d", b"b", b"e"])
    assert merge([]) == Timeline([], [])
