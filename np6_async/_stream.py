"""The answer to one query: awaited as a list, or taken in as it arrives."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from types import TracebackType
from typing import Any, Self, TypeVar

from ._decode.array import ElementDecoder, RawDecoder
from ._engine.resume import EVENT_KEYS, RAW_KEYS, KeyReader
from ._engine.runner import Page, QueryRunner
from ._query import EventQuery
from ._single_use import SingleUse

__all__ = ["EventStream"]

E = TypeVar("E")
T = TypeVar("T")


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

    def __init__(self, runner: QueryRunner, query: EventQuery, decoder: ElementDecoder[E]) -> None:
        super().__init__()
        self._runner = runner
        self._query = query
        self._decoder = decoder
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
        pages = self._runner.pages(self._query, self._decoder, keys=None)
        try:
            async with aclosing(pages):
                async for page in pages:
                    if page.restarted:
                        events.clear()
                    events += page.elements
        except BaseException:
            events.clear()  # a traceback that shows local variables must not show events
            raise
        return events

    def __aiter__(self) -> AsyncGenerator[E, None]:
        return self._stepped or self._start(_each(self._pages(self._decoder, EVENT_KEYS)))

    async def __anext__(self) -> E:
        if self._stepped is None:
            self._stepped = aiter(self)
        return await anext(self._stepped)

    def batches(self) -> AsyncGenerator[list[E], None]:
        """Yield the events in lists as large as they arrive: the fastest way to take them in."""
        return self._start(_lists(self._pages(self._decoder, EVENT_KEYS)))

    def raw(self) -> AsyncGenerator[bytes, None]:
        """Yield the JSON of each event, byte for byte as the API sent it; no event is built."""
        return self._start(_each(self._pages(RawDecoder(), RAW_KEYS)))

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

    def _pages(
        self, decoder: ElementDecoder[T], keys: KeyReader[T]
    ) -> AsyncGenerator[Page[T], None]:
        return self._runner.pages(self._query, decoder, keys=keys)


# Functions, so that no generator refers to its stream: a loop that is left then lets go of both at
# once, and of the connection with them, instead of when cycles are collected.


async def _each(pages: AsyncGenerator[Page[T], None]) -> AsyncGenerator[T, None]:
    async with aclosing(pages):
        async for page in pages:
            for element in page.elements:
                yield element
                del element  # a traceback that shows local variables must not show events


async def _lists(pages: AsyncGenerator[Page[T], None]) -> AsyncGenerator[list[T], None]:
    async with aclosing(pages):
        async for page in pages:
            if page.elements:
                yield page.elements
