"""Many queries at once: lazy, with back-pressure. A failure affects only its own query."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from types import TracebackType
from typing import Final, Generic, Self, TypeVar

from attrs import frozen

from ._engine.resources import Resources
from ._engine.resume import EVENT_KEYS
from ._engine.runner import MakeDecoder, gather, stream
from ._generated.kinds import EventKind
from ._pool import Pool, Task
from ._query import EventQuery
from ._single_use import SingleUse
from .errors import NP6Error

__all__ = ["Batch", "FanOut", "FanOutResult"]

E = TypeVar("E")

_AHEAD: Final = 4  # batches that wait for the caller's loop: few, to save memory


@frozen(kw_only=True, unsafe_hash=False)
class Batch(Generic[E]):
    """Some events of one query, in the order of its response.

    Attributes:
        query: What was asked for.
        events: The events; an `UnknownEvent` for each that does not fit its model.
        last: Whether the query is answered in full with these. The last batch may be empty.
    """

    query: EventQuery
    events: list[E]
    last: bool


@frozen(kw_only=True)
class FanOutResult(Generic[E]):
    """The result of a fan-out.

    Attributes:
        events: The events of each query that was answered in full.
        failures: The error of each query that was not; ``await np6.fan_out(result.failures)`` asks
            for these again. After a deadline or a rejected key it lacks the ids that were not read.
        complete: Whether nothing is missing: every id was read and every query answered.
    """

    events: dict[EventQuery, list[E]]
    failures: dict[EventQuery, NP6Error]
    complete: bool

    def raise_for_failures(self) -> None:
        """Raise the failures, if there are any.

        Raises:
            ExceptionGroup: The error of each query that failed.
        """
        if self.failures:
            count = len(self.failures)
            message = f"{count} {'query' if count == 1 else 'queries'} failed"
            raise ExceptionGroup(message, list(self.failures.values()))


class FanOut(SingleUse[FanOutResult[E]]):
    """A run of many queries. Nothing is sent before it is used, and it is used once.

    ``await fan_out`` returns everything as a `FanOutResult`. ``async with fan_out as run:`` and
    ``async for batch in run:`` yield batches as they arrive, and keep none. While the loop is busy,
    the queries wait. Leaving the block ends the queries that are still under way.

    A query that fails does not affect the others: its error is in `failures`.

    Raises:
        ValueError: An id is invalid; the run ends.
        Exception: The iterable of ids raised it; the run ends.
        ClientClosedError: The client is closed, or was closed meanwhile.
        RuntimeError: It was used already, or no asyncio event loop is running.
    """

    def __init__(
        self,
        resources: Resources,
        queries: AsyncGenerator[EventQuery, None],
        make: Mapping[EventKind, MakeDecoder[E]],
        *,
        concurrency: int,
        deadline: float | None,
    ) -> None:
        super().__init__()
        self._resources = resources
        self._make = make
        self._pool = Pool(queries, size=concurrency, deadline=deadline)
        self._runner: asyncio.Task[None] | None = None
        self._handed: asyncio.Queue[Batch[E] | None] = asyncio.Queue(_AHEAD)  # None: wake up

    @property
    def failures(self) -> dict[EventQuery, NP6Error]:
        """The error of each query that has failed so far."""
        return self._pool.failures

    @property
    def complete(self) -> bool:
        """Whether nothing is missing: every id was read and every query answered."""
        return self._pool.complete

    async def _result(self) -> FanOutResult[E]:
        self._resources.timers.check()
        events: dict[EventQuery, list[E]] = {}

        async def serve(task: Task) -> None:
            make = self._make[task.query.kind]
            events[task.query] = await gather(self._resources, task.query, make)

        try:
            await asyncio.create_task(self._pool.run(serve))
        except BaseException:
            events.clear()  # error reports show local variables, which must not hold events
            raise
        for query in self.failures:
            events.pop(query, None)  # it was asked twice, and answered once
        return FanOutResult(events=events, failures=self.failures, complete=self.complete)

    async def _serve(self, task: Task) -> None:
        make = self._make[task.query.kind]
        pages = stream(self._resources, task.query, make, EVENT_KEYS)
        try:
            async for page in pages:
                count = len(page.elements)
                handing = self._handed.put(
                    Batch(query=task.query, events=page.elements, last=page.last)
                )
                del page  # error reports show local variables, which must not hold events
                await handing
                task.events_yielded += count
        except BaseException:  # `aclosing` would cost each query half a per cent
            await pages.aclose()
            raise

    async def __aenter__(self) -> Self:
        self._resources.timers.check()
        self._claim()
        self._runner = asyncio.create_task(self._pool.run(self._serve))
        self._runner.add_done_callback(self._wake)
        return self

    def _wake(self, _: asyncio.Task[None]) -> None:
        if self._handed.empty():
            self._handed.put_nowait(None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Batch[E]:
        if self._runner is None:
            raise RuntimeError("iterate inside `async with np6.fan_out(...) as run:`, over run")
        if not (self._runner.done() and self._handed.empty()):
            batch = await self._handed.get()
            if self._runner.done():
                self._wake(self._runner)  # the next one who waits, if several tasks iterate
            if batch is not None:
                return batch
        if self._runner.cancelled():
            raise RuntimeError("the block of this fan-out was left: make a new one")
        await self._runner
        raise StopAsyncIteration

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.gather(self._runner, return_exceptions=True)
            while not self._handed.empty():
                self._handed.get_nowait()  # error reports show `self`, which must not hold events
            self._wake(self._runner)  # others that iterate
