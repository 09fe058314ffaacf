"""The queries of a fan-out, read one by one from the caller's ids and queries."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from ._generated.kinds import OPERATIONS, EventKind
from ._parameters import Instant, Sort
from ._query import EventQuery
from ._query_base import check_options, id_parameter, to_kind

__all__ = ["Ids", "read_queries"]

Ids: TypeAlias = Iterable[int | str | EventQuery] | AsyncIterable[int | str | EventQuery]
"""Ids, or queries, or both. Each is read when a worker is free, not earlier."""


class _Asked(NamedTuple):
    """A kind to ask for, for each id.

    Attributes:
        kind: The kind.
        id_name: The name of the parameter that takes the id.
        options: The other parameters, checked.
    """

    kind: EventKind
    id_name: str
    options: dict[str, Any]

    def query(self, id_: object) -> EventQuery:
        """Return the query for an id."""
        named: dict[str, Any] = {self.id_name: id_}
        return EventQuery(kind=self.kind, **named, **self.options)


def read_queries(
    ids: Ids,
    *,
    kinds: Iterable[str] | None,
    start: Instant | None,
    end: Instant | None,
    sort: Sort | None,
) -> AsyncGenerator[EventQuery, None]:
    """Return the queries: one of each kind for an id. Ids are read one by one as they are needed.

    Raises:
        ValueError: An argument is invalid. An invalid id raises it when it is read.
    """
    if isinstance(ids, str | bytes | bytearray | memoryview) or not isinstance(
        ids, Iterable | AsyncIterable
    ):
        raise ValueError(
            f"ids must be an iterable of ids or of EventQuery, not {type(ids).__name__}"
        )
    if isinstance(ids, Mapping):
        ids = tuple(ids)  # the failures of a run may change while it is read
    given = {"start": start, "end": end, "sort": sort}
    options = {name: value for name, value in given.items() if value is not None}
    if kinds is None:
        asked = [one for kind in EventKind if not isinstance(one := _asked(kind, options), str)]
    else:
        asked = [_named(kind, options) for kind in _to_kinds(kinds)]

    def expand(item: Any) -> list[EventQuery]:  # noqa: ANN401 - an id is checked by the query
        if not isinstance(item, EventQuery):
            return (
                _accepting(asked, item) if kinds is None else [each.query(item) for each in asked]
            )
        if kinds is not None or options:
            raise ValueError(
                "kinds, start, end and sort apply to ids, and this is an EventQuery, which has its"
                " own: leave them out, or pass ids only"
            )
        return [item]

    return _read(ids, expand)


def _asked(kind: EventKind, options: dict[str, Any]) -> _Asked | str:
    """Return a kind to ask for with an id and these options, or why it cannot be asked for so."""
    parameter = id_parameter(kind)
    if parameter is None:
        return f"{kind} takes no id: ask for it with an EventQuery"
    own = {each.name: each for each in OPERATIONS[kind].parameters if each is not parameter}
    if lacking := [name for name in options if name not in own]:
        return f"{kind} has no {' and no '.join(lacking)}"
    if needed := [name for name, each in own.items() if each.required and name not in options]:
        return f"{kind} also needs {' and '.join(needed)}: ask for it with an EventQuery"
    return _Asked(kind, parameter.name, check_options(kind, options))


def _named(kind: EventKind, options: dict[str, Any]) -> _Asked:
    asked = _asked(kind, options)
    if isinstance(asked, str):
        raise ValueError(asked)
    return asked


def _accepting(asked: list[_Asked], item: object) -> list[EventQuery]:
    """Return a query of each kind that accepts an id."""
    queries: list[EventQuery] = []
    reasons: dict[str, None] = {}
    for each in asked:
        try:
            queries.append(each.query(item))
        except ValueError as error:
            reasons[str(error)] = None
    if not queries:
        raise ValueError("; ".join(reasons) or "no kind takes an id with these options")
    return queries


async def _read(
    ids: Ids, expand: Callable[[Any], list[EventQuery]]
) -> AsyncGenerator[EventQuery, None]:
    if isinstance(ids, AsyncIterable):
        async for item in ids:
            for query in expand(item):
                yield query
    else:
        for item in ids:
            for query in expand(item):
                yield query


def _to_kinds(kinds: Iterable[str]) -> list[EventKind]:
    if isinstance(kinds, str):
        return [to_kind(kinds)]
    if not isinstance(kinds, Iterable):
        raise ValueError(f"kinds must be an iterable of kinds, not {type(kinds).__name__}")
    wanted = list(dict.fromkeys(map(to_kind, kinds)))
    if not wanted:
        raise ValueError("kinds is empty: name at least one, or leave it out for all")
    return wanted
