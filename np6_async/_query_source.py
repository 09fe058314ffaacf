"""The queries of a fan-out, read one by one from the caller's ids and queries."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from ._generated.kinds import OPERATIONS, EventKind, Parameter
from ._parameters import Instant, Sort
from ._query import EventQuery
from ._query_base import check_options, id_parameter, to_kind

__all__ = ["Ids", "expander", "read", "read_queries"]

Ids: TypeAlias = Iterable[int | str | EventQuery] | AsyncIterable[int | str | EventQuery]
"""Ids, or queries, or both. Each is read when a worker is free, not earlier."""


class _Asked(NamedTuple):
    """A kind to ask for, for each id.

    Attributes:
        kind: The kind.
        id: The parameter that takes the id.
        options: The other parameters.
    """

    kind: EventKind
    id: Parameter
    options: dict[str, Any]

    def query(self, id_: object) -> EventQuery:
        """Return the query for an id."""
        named: dict[str, Any] = {self.id.name: id_}
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
    for_id = expander(kinds, options)

    def expand(item: object) -> list[EventQuery]:
        if not isinstance(item, EventQuery):
            return for_id(item)
        if kinds is not None or options:
            raise ValueError(
                "kinds, start, end and sort apply to ids, and this is an EventQuery, which has its"
                " own: leave them out, or pass ids only"
            )
        return [item]

    return read(ids, expand)


def expander(
    kinds: Iterable[str] | None, options: Mapping[str, Any]
) -> Callable[[object], list[EventQuery]]:
    """Return a function that returns the queries for an id: one of each kind.

    Args:
        kinds: The kinds. None for every kind that accepts the id, has the options and needs nothing
            else.
        options: The other parameters of the queries.

    Raises:
        ValueError: A kind that is named, or every kind, cannot be asked for so.
    """
    is_named = kinds is not None
    if kinds is not None:
        kinds_asked = [_asked(kind, options) for kind in _to_kinds(kinds)]
    else:
        kinds_asked = [_asked(kind, options) for kind in EventKind if id_parameter(kind)]
    asked = [one for one in kinds_asked if isinstance(one, _Asked)]
    refused = [one for one in kinds_asked if isinstance(one, str)]
    if refused and (is_named or (options and not asked)):
        raise ValueError("; ".join(dict.fromkeys(refused)))
    return partial(_queries, asked, is_named=is_named, others=refused)


def _asked(kind: EventKind, options: Mapping[str, Any]) -> _Asked | str:
    """Return a kind to ask for with an id and these options, or why it cannot be asked for so."""
    parameter = id_parameter(kind)
    if parameter is None:
        return f"{kind} takes no id: ask for it with an EventQuery"
    own = {each.name: each for each in OPERATIONS[kind].parameters if each is not parameter}
    if lacking := [name for name in options if name not in own]:
        return f"{kind} has no {' and no '.join(lacking)}"
    if needed := [name for name, each in own.items() if each.required and name not in options]:
        names = " and ".join(needed)
        return f"{kind} also needs {names}: ask for it with an EventQuery"
    try:
        held = check_options(kind, options)
    except ValueError as error:
        return str(error)
    try:
        check_options(kind, held)  # an early instant that is held as an int looks like seconds
    except ValueError:
        held = dict(options)
    return _Asked(kind, parameter, held)


def _queries(
    asked: list[_Asked], item: object, *, is_named: bool, others: list[str]
) -> list[EventQuery]:
    """Return the queries for an id: of each kind that is named, or of each kind that accepts it.

    Raises:
        ValueError: A kind that is named does not accept it, or no kind does.
    """
    queries: list[EventQuery] = []
    reasons: dict[Parameter, str] = {}
    for each in asked:
        if not reasons or each.id not in reasons:
            try:
                queries.append(each.query(item))
            except ValueError as error:
                if is_named:
                    raise
                reasons[each.id] = str(error)  # the error itself would hold this frame
    if queries:
        return queries
    known = "; ".join(dict.fromkeys((*reasons.values(), *others)))
    raise ValueError(known or "no kind takes an id: ask with an EventQuery")


async def read(
    ids: Ids, expand: Callable[[Any], list[EventQuery]]
) -> AsyncGenerator[EventQuery, None]:
    """Yield the queries for each item of an iterable, or of an async iterable."""
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
