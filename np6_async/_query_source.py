"""The queries of a fan-out, read one by one from the caller's ids and queries."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Mapping
from typing import TypeAlias

from ._generated.kinds import EventKind
from ._query import EventQuery, Instant, Sort, to_kind

__all__ = ["Ids", "read_queries"]

Ids: TypeAlias = Iterable[int | EventQuery] | AsyncIterable[int | EventQuery]
"""Notification ids, or queries, or both. Each is read when a worker is free, not earlier."""


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
            f"ids must be an iterable of ints or of EventQuery, not {type(ids).__name__}"
        )
    if isinstance(ids, Mapping):
        ids = tuple(ids)  # the failures of a run may change while it is read
    has_options = kinds is not None or any(each is not None for each in (start, end, sort))
    wanted = _to_kinds(kinds)
    window = EventQuery(kind=wanted[0], notification_id=0, start=start, end=end, sort=sort)

    def expand(item: int | EventQuery) -> list[EventQuery]:
        if not isinstance(item, EventQuery):
            return [
                EventQuery(
                    kind=kind,
                    notification_id=item,
                    start=window.start,
                    end=window.end,
                    sort=window.sort,
                )
                for kind in wanted
            ]
        if has_options:
            raise ValueError(
                "kinds, start, end and sort apply to ids, and this is an EventQuery, which has its"
                " own: leave them out, or pass ids only"
            )
        return [item]

    return _read(ids, expand)


async def _read(
    ids: Ids, expand: Callable[[int | EventQuery], list[EventQuery]]
) -> AsyncGenerator[EventQuery, None]:
    if isinstance(ids, AsyncIterable):
        async for item in ids:
            for query in expand(item):
                yield query
    else:
        for item in ids:
            for query in expand(item):
                yield query


def _to_kinds(kinds: Iterable[str] | None) -> list[EventKind]:
    if kinds is None:
        return list(EventKind)
    if isinstance(kinds, str):
        return [to_kind(kinds)]
    if not isinstance(kinds, Iterable):
        raise ValueError(f"kinds must be an iterable of kinds, not {type(kinds).__name__}")
    wanted = list(dict.fromkeys(map(to_kind, kinds)))
    if not wanted:
        raise ValueError("kinds is empty: name at least one, or leave it out for all")
    return wanted
