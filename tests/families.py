"""Queries of kinds that the shipped spec does not have: no id, an id that is a string, and more."""

from typing import Any

import pytest
from attrs import field, frozen

from np6_async import EventKind
from np6_async._generated.kinds import Operation, Parameter
from np6_async._parameters import masked
from np6_async._query_base import _RULES, BaseQuery, _rules

__all__ = ["HASH", "Query", "add_families"]

HASH = "0441619ab463/1d18+548aa"
PATH = Parameter(name="action_id", wire_name="id", location="path", type="string", required=True)
START = Parameter(name="start", wire_name="start", location="query", type="date-time")
END = Parameter(name="end", wire_name="end", location="query", type="date-time")
FIRST = Parameter(name="start_a", wire_name="startA", location="query", type="date-time")
LAST = Parameter(name="end_a", wire_name="endA", location="query", type="date-time")
SECRET = Parameter(
    name="hash", wire_name="hash", location="query", type="string", required=True, is_personal=True
)
TAGS = Parameter(
    name="tags", wire_name="tags", location="query", type="string", is_array=True, is_personal=True
)
OPERATIONS = {
    EventKind.BOUNCES: (PATH, START, END),
    EventKind.EXECUTIONS: (SECRET, TAGS, FIRST, LAST),
    EventKind.CANCELLATIONS: (PATH._replace(is_personal=True),),
}


@frozen(kw_only=True, init=False)
class Query(BaseQuery):
    kind: EventKind
    action_id: str | None = None
    start: int | None = None
    end: int | None = None
    sort: str | None = None
    hash: str | None = field(default=None, repr=masked)
    tags: tuple[str, ...] | None = field(default=None, repr=masked)
    start_a: int | None = None
    end_a: int | None = None

    def __init__(
        self,
        *,
        kind: str,
        action_id: Any = None,
        start: Any = None,
        end: Any = None,
        sort: Any = None,
        hash: Any = None,
        tags: Any = None,
        start_a: Any = None,
        end_a: Any = None,
    ) -> None:
        given = {"action_id": action_id, "start": start, "end": end, "sort": sort, "hash": hash}
        self._hold(kind, {**given, "tags": tags, "start_a": start_a, "end_a": end_a})


def add_families(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the shipped kinds the parameters of other families, until the test ends."""
    names = [each.name for parameters in OPERATIONS.values() for each in parameters]
    monkeypatch.setattr("np6_async._query_base._NAMES", tuple(dict.fromkeys([*names, "sort"])))
    for kind, parameters in OPERATIONS.items():
        path = "/a/{}/b" if parameters[0].location == "path" else "/a/b"
        operation = Operation(path, parameters, ("BounceEvent",), "bounce", "")
        monkeypatch.setitem(_RULES, kind, _rules(kind, operation))
