# Generated from openapi/np6-events.yaml by `make codegen`; do not edit.
"""A query: which events to ask for."""

from typing import SupportsIndex

from attrs import frozen

from np6_async._generated.kinds import EventKind
from np6_async._parameters import Instant, Sort
from np6_async._query_base import BaseQuery

__all__ = ["EventQuery"]


@frozen(kw_only=True, init=False)
class EventQuery(BaseQuery):
    """Which events to ask for. Frozen and hashable: equal queries are equal keys.

    Attributes:
        kind: The event family; may be given as its string.
        notification_id: The id. From -(2**31) to 2**31 - 1.
        start: From here. Held in milliseconds since 1970-01-01T00:00:00Z; may be given as an
            aware `datetime` of any class, of which a fraction of a millisecond rounds up.
        end: To here. Held in milliseconds since 1970-01-01T00:00:00Z; may be given as an aware
            `datetime` of any class, of which a fraction of a millisecond rounds up.
        sort: The order.

    Raises:
        ValueError: A value is of the wrong type or range, or not a parameter of the kind; a
            parameter that the kind needs is missing; a datetime is naive, an int looks like
            seconds, or a window ends before it starts.
    """

    kind: EventKind
    notification_id: int
    start: int | None = None
    end: int | None = None
    sort: Sort | None = None

    def __init__(
        self,
        *,
        kind: str,
        notification_id: SupportsIndex,
        start: Instant | SupportsIndex | None = None,
        end: Instant | SupportsIndex | None = None,
        sort: Sort | None = None,
    ) -> None:
        self._hold(
            kind,
            {
                "notification_id": notification_id,
                "start": start,
                "end": end,
                "sort": sort,
            },
        )
