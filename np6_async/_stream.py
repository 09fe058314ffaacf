"""The answer to one query: awaited as a list, or taken in as it arrives."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from attrs import frozen

from ._decoder import Decode
from ._exchange import Exchange, Page
from ._query import EventQuery
from ._single_use import SingleUse

__all__ = ["Batch", "EventStream", "batches"]

E = TypeVar("E")
T = TypeVar("T")


@frozen(kw_only=True, unsafe_hash=False)
class Batch(Generic[E]):
    """Some events of one query, in the answer's order.

    Attributes:
        query: What was asked for.
        events: The events; an `UnknownEvent` where one does not fit its model.
        last: Whether the query is answered in full with these. The last batch may be empty.
    """

    query: EventQuery
    events: list[E]
    last: bool


async def batches(
    exchange: Exchange, query: EventQuery, decode: Decode[E]
) -> AsyncGenerator[Batch[E], None]:
    """Ask a query and yield its events as they arrive; the last batch, and only it, says so."""
    given = 0
    async with aclosing(exchange.pages(query, restarts=False)) as pages:
        async for page in pages:
            events, misfit = decode(page.elements)
            given += len(events)
            if misfit is None:
                yield Batch(query=query, events=events, last=page.last)
                continue
            if events:
                yield Batch(query=query, events=events, last=False)
            misfit.query, misfit.request_id, misfit.events_yielded = query, page.request_id, given
            raise misfit


class EventStream(SingleUse[list[E]], AsyncIterator[E]):
    """The events that answer one query. Nothing is sent before it is used, and it is used once.

    ``await stream`` returns a list of all events; ``async for event in stream`` yields them while
    they arrive, in constant memory. `batches` yields lists of events, `raw` the JSON of each.
    Use it as a context manager (``async with stream:``) when the loop may be left early: that ends
    the request at once instead of whenever Python gets to it.

    Raises:
        NP6Error: From any of these, when the query fails. Events yielded before stay good.
        ClientClosedError: The client is, or was meanwhile, closed.
        RuntimeError: It was used already.
    """

    def __init__(self, exchange: Exchange, query: EventQuery, decode: Decode[E]) -> None:
        super().__init__()
        self._exchange = exchange
        self._query = query
        self._decode = decode
        self._active: AsyncGenerator[Any, None] | None = None
        self._stepped: AsyncGenerator[E, None] | None = None  # by `anext(stream)`

    def __repr__(self) -> str:
        return f"<EventStream: {self._query}>"

    @property
    def query(self) -> EventQuery:
        """What is asked for."""
        return self._query

    async def _result(self) -> list[E]:
        events: list[E] = []
        async with aclosing(self._exchange.pages(self._query, restarts=True)) as pages:
            async for page in pages:
                if page.restarted:
                    events.clear()
                decoded, misfit = self._decode(page.elements)
                if misfit is not None:
                    misfit.query, misfit.request_id = self._query, page.request_id
                    raise misfit
                events += decoded
        return events

    def __aiter__(self) -> AsyncGenerator[E, None]:
        return self._stepped or self._start(_events(self._batches()))

    async def __anext__(self) -> E:
        if self._stepped is None:
            self._stepped = aiter(self)
        return await anext(self._stepped)

    def batches(self) -> AsyncGenerator[list[E], None]:
        """Yield the events in lists as large as they arrive: the fastest way to take them in."""
        return self._start(_lists(self._batches()))

    def raw(self) -> AsyncGenerator[bytes, None]:
        """Yield the JSON of each event, byte for byte as the API sent it; no event is built."""
        return self._start(_bytes(self._exchange.pages(self._query, restarts=False)))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        if self._active is not None:
            await self._active.aclose()

    def _start(self, generator: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        self._claim()
        self._active = generator
        return generator

    def _batches(self) -> AsyncGenerator[Batch[E], None]:
        return batches(self._exchange, self._query, self._decode)


# Functions, so that no generator refers to its stream: a loop that is left then lets go of both at
# once, and of the connection with them, instead of when cycles are collected.


async def _events(found: AsyncGenerator[Batch[E], None]) -> AsyncGenerator[E, None]:
    async with aclosing(found):
        async for batch in found:
            for event in batch.events:
                yield event


async def _lists(found: AsyncGenerator[Batch[E], None]) -> AsyncGenerator[list[E], None]:
    async with aclosing(found):
        async for batch in found:
            if batch.events:
                yield batch.events


async def _bytes(found: AsyncGenerator[Page, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(found):
        async for page in found:
            for element in page.elements:
                yield bytes(element)
