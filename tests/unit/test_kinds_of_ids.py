"""Which kinds a fan-out asks for with an id, where kinds have different parameters."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from np6_async import EventKind, EventQuery
from np6_async._generated.kinds import OPERATIONS, Operation, Parameter
from np6_async._query_base import _RULES, _rules
from np6_async._query_source import read_queries

[ID, START, END, SORT] = OPERATIONS[EventKind.BOUNCES].parameters
SMALL = ID._replace(maximum=9)
KINDS: dict[EventKind, tuple[Parameter, ...]] = {
    EventKind.EXECUTIONS: (START, END, SORT),
    EventKind.CANCELLATIONS: (SMALL, SORT._replace(required=True)),
    EventKind.BOUNCES: (SMALL, START, END),
}


@pytest.fixture(autouse=True)
def families(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the kinds other parameters: no id, a required one, no order."""
    changed = {
        kind: Operation("/a/{}/b", parameters, ("BounceEvent",), "bounce", "")
        for kind, parameters in KINDS.items()
    }
    monkeypatch.setattr("np6_async._query_source.OPERATIONS", changed)
    for kind, operation in changed.items():
        monkeypatch.setitem(_RULES, kind, _rules(kind, operation))


async def asked(ids: Iterable[Any], **options: Any) -> list[EventQuery]:
    every = {"kinds": None, "start": None, "end": None, "sort": None, **options}
    return [query async for query in read_queries(ids, **every)]


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        ({}, ["bounces"]),
        ({"sort": "asc"}, ["cancellations"]),
        ({"start": 0}, ["bounces"]),
        ({"start": 0, "end": 10**12}, ["bounces"]),
    ],
)
async def test_an_id_is_asked_for_with_each_kind_that_needs_and_has_what_is_given(
    options: dict[str, Any], kinds: list[str]
) -> None:
    queries = await asked([5], **options)
    assert [query.kind for query in queries] == kinds
    for name, value in options.items():
        assert {getattr(query, name) for query in queries} == {value}


async def test_a_window_may_begin_in_the_first_days_of_1970() -> None:
    """As an int, the moment would look like seconds."""
    for moment in (datetime(1970, 1, 2, tzinfo=UTC), datetime(1969, 1, 1, tzinfo=UTC)):
        [query] = await asked([5], kinds=["bounces"], start=moment)
        assert query == EventQuery(kind="bounces", notification_id=5, start=moment)


async def test_an_id_that_no_kind_accepts_ends_the_run() -> None:
    with pytest.raises(ValueError, match="notification_id must be from 0 to 9"):
        await asked([5, 10])
    with pytest.raises(ValueError, match="; cancellations also needs sort: ask for it with an E"):
        await asked([10])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kinds": ["executions"]}, "executions takes no id: ask for it with an EventQuery"),
        ({"kinds": ["cancellations"]}, "cancellations also needs sort: ask for it with an Event"),
        ({"kinds": ["cancellations"], "start": 0, "sort": "asc"}, "cancellations has no start"),
        ({"kinds": ["bounces"], "sort": "asc"}, "bounces has no sort"),
        ({"start": 10**12, "end": 0}, "lies before start"),
        ({"start": 0, "sort": "asc"}, "cancellations has no start; bounces has no sort"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_at_the_call(
    options: dict[str, Any], message: str
) -> None:
    every = {"kinds": None, "start": None, "end": None, "sort": None, **options}
    with pytest.raises(ValueError, match=message):
        read_queries([5], **every)
