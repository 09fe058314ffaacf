"""The events of one query: awaited as a list, or iterated while they arrive."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from types import TracebackType
from typing import Any, Self, TypeVar

from ._decode.array import RawDecoder
from ._engine.resources import Resources
from ._engine.resume import EVENT_KEYS, RAW_KEYS, KeyReader
from ._engine.runner import MakeDecoder, Page, gather, stream
from ._query import EventQuery
from ._single_use import SingleUse
from .models import UnknownEvent

__all__ = ["EventStream", "raw_decoder"]

E = TypeVar("E")
T = TypeVar("T")


class EventStream(SingleUse[list[E]], AsyncIterator[E]):
    """The events of one query. Nothing is sent before it is used, and it is used once.

    ``await stream`` returns a list of all events; ``async for event in stream`` yields them while
    they arrive, in constant memory. `batches` yields lists of events, `raw` the JSON of each.
    Use it as a context manager (``async with stream:``) if you may leave the loop early: that ends
    the request at once, and not only when Python frees the iterator.

    Raises:
        NP6Error: From any of these, when the query fails. Events that were yielded stay valid.
        ClientClosedError: The client is closed, or was closed meanwhile.
        RuntimeError: It was used already, or no asyncio event loop is running.
    """

    def __init__(self, resources: Resources, query: EventQuery, make: MakeDecoder[E]) -> None:
        super().__init__()
        self._resources = resources
        self._query = query
        self._make = make
        self._active: AsyncGenerator[Any, None] | None = None
        self._stepped: AsyncGenerator[E, None] | None = None  # by `anext(stream)`

    def __repr__(self) -> str:
        return f"<EventStream: {self._query}>"

    @property
    def query(self) -> EventQuery:
        """What is asked for."""
        return self._query

    async def _result(self) -> list[E]:
        return await gather(self._resources, self._query, self._make)

    def __aiter__(self) -> AsyncGenerator[E, None]:
        return self._stepped or self._start(_each(self._pages(self._make, EVENT_KEYS)))

    async def __anext__(self) -> E:
        if self._stepped is None:
            self._stepped = aiter(self)
        return await anext(self._stepped)

    def batches(self) -> AsyncGenerator[list[E], None]:
        """Yield the events in lists, as they arrive. This is the fastest way."""
        return self._start(_lists(self._pages(self._make, EVENT_KEYS)))

    def raw(self) -> AsyncGenerator[bytes, None]:
        """Yield the JSON of each event, byte for byte as the API sent it, without a model."""
        return self._start(_each(self._pages(raw_decoder, RAW_KEYS)))

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

    def _pages(self, make: MakeDecoder[T], keys: KeyReader[T]) -> AsyncGenerator[Page[T], None]:
        return stream(self._resources, self._query, make, keys)


def raw_decoder(_: Callable[[UnknownEvent], None]) -> RawDecoder:
    """Return a decoder that leaves elements as they are: a `MakeDecoder`."""
    return RawDecoder()


# Functions, so that no generator refers to its stream. When a loop is left, both are freed at once,
# with the connection, and not only by the garbage collector. Each deletes what it has yielded,
# because error reports show local variables.


async def _each(pages: AsyncGenerator[Page[T], None]) -> AsyncGenerator[T, None]:
    async with aclosing(pages):
        async for page in pages:
            for element in page.elements:
                yield element
                del element
            del page


async def _lists(pages: AsyncGenerator[Page[T], None]) -> AsyncGenerator[list[T], None]:
    async with aclosing(pages):
        async for page in pages:
            if page.elements:
                yield page.elements
            del page
