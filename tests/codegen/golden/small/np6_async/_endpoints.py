# Generated from openapi/np6-events.yaml by `make codegen`; do not edit.
"""The endpoint methods: one typed method for each endpoint of the API."""

from abc import ABC, abstractmethod
from typing import Any

from np6_async._decode.decoder import MODELS
from np6_async._parameters import Instant, Sort
from np6_async._query import EventQuery
from np6_async._stream import EventStream
from np6_async.models import Event, UnknownEvent

from ._generated.kinds import EventKind
from ._generated.models import Opening

__all__ = ["Endpoints"]


class Endpoints(ABC):
    """The endpoint methods of a client. The client defines how to start a query."""

    __slots__ = ()

    @abstractmethod
    def _stream(self, query: EventQuery, *models: type[Any]) -> EventStream[Any]: ...

    def openings(
        self,
        notification_id: int,
        *,
        start: Instant | None = None,
        end: Instant | None = None,
        sort: Sort | None = None,
    ) -> EventStream[Opening | UnknownEvent]:
        """Retrieve openings.

        Args:
            notification_id: The id. From -(2**31) to 2**31 - 1.
            start: From here. An aware datetime, or milliseconds since 1970-01-01T00:00:00Z.
            end: To here. An aware datetime, or milliseconds since 1970-01-01T00:00:00Z.
            sort: The order.

        Returns:
            A stream that has not started yet. Await it to get a list, or use ``async for`` to get
            each event as it arrives. An event that does not match its model is an `UnknownEvent`.

        Raises:
            ValueError: An argument is invalid. No request was sent.
            NP6Error: The request failed. This is raised when the stream is awaited or iterated.
        """
        query = EventQuery(
            kind=EventKind.OPENINGS,
            notification_id=notification_id,
            start=start,
            end=end,
            sort=sort,
        )
        return self._stream(query, Opening)

    def events(
        self,
        kind: str,
        notification_id: int,
        *,
        start: Instant | None = None,
        end: Instant | None = None,
        sort: Sort | None = None,
    ) -> EventStream[Event | UnknownEvent]:
        """Retrieve events of a kind that is only known at run time.

        Args:
            kind: An `EventKind`, or its string.
            notification_id: The id. From -(2**31) to 2**31 - 1.
            start: From here. An aware datetime, or milliseconds since 1970-01-01T00:00:00Z.
            end: To here. An aware datetime, or milliseconds since 1970-01-01T00:00:00Z.
            sort: The order.

        Raises:
            ValueError: An argument is invalid, or not one of this kind. No request was sent.
            NP6Error: The request failed. This is raised when the stream is awaited or iterated.
        """
        query = EventQuery(
            kind=kind,
            notification_id=notification_id,
            start=start,
            end=end,
            sort=sort,
        )
        return self._stream(query, *MODELS[query.kind])
