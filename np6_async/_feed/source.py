"""Which queries a feed follows: the caller's ids and queries, at first and again later."""

from collections.abc import AsyncIterable, Callable, Iterable
from hashlib import blake2b
from typing import Any, Final, TypeAlias

import msgspec
from attrs import evolve

from np6_async._generated.kinds import OPERATIONS, EventKind
from np6_async._query import EventQuery
from np6_async._query_source import Ids, expander

from .position import ID_SIZE

__all__ = ["Followed", "check_ids", "key_of", "to_queries"]

Followed: TypeAlias = Ids | Callable[[], Ids]
"""Ids, or queries, or both; or a function that returns those of now."""

_WINDOW: Final = ("start", "end", "sort")
_LATE_ENOUGH: Final = {"start": 10**12, "end": 10**12, "sort": "asc"}


def can_follow(kind: EventKind) -> bool:
    """Say whether a kind has windows and an order, without which it cannot be followed."""
    return {parameter.name for parameter in OPERATIONS[kind].parameters}.issuperset(_WINDOW)


def key_of(query: EventQuery) -> bytes:
    """Return the key of a query in a store: a digest, so that it shows no personal data."""
    params = {name: value for name, value in query.params.items() if name not in _WINDOW}
    named = msgspec.json.encode([query.kind, query.id, sorted(params.items())])
    return blake2b(named, digest_size=ID_SIZE).digest()


def check_ids(ids: object) -> None:
    """Check that ids can be read.

    Raises:
        ValueError: They are not an iterable, nor a function that returns one.
    """
    if isinstance(ids, str | bytes | bytearray) or not (
        callable(ids) or isinstance(ids, Iterable | AsyncIterable)
    ):
        raise ValueError(
            "ids must be an iterable of ids or of EventQuery, or a function that returns one, not "
            f"{type(ids).__name__}"
        )


def to_queries(kinds: Iterable[str] | None) -> Callable[[Any], list[EventQuery]]:
    """Return a function that returns the queries for an id: one of each kind.

    Raises:
        ValueError: A kind cannot be followed.
    """
    expand = expander(kinds, _LATE_ENOUGH)

    def to_followed(item: object) -> list[EventQuery]:
        if isinstance(item, EventQuery):
            return [_check(item, is_named=kinds is not None)]
        return [evolve(each, start=None, end=None, sort=None) for each in expand(item)]

    return to_followed


def _check(query: EventQuery, *, is_named: bool) -> EventQuery:
    if is_named:
        raise ValueError(
            "kinds apply to ids, and this is an EventQuery, which has its own: leave them out, or "
            "pass ids only"
        )
    if not can_follow(query.kind):
        raise ValueError(f"{query.kind} cannot be followed: it lacks one of {', '.join(_WINDOW)}")
    if any(getattr(query, name) is not None for name in _WINDOW):
        raise ValueError(
            f"a query that is followed has no start, end or sort, which the feed sets: {query}"
        )
    return query
