"""Many queries at once: lazy, with back-pressure, each failure kept to its own query."""

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
)
from types import TracebackType
from typing import Final, Generic, Self, TypeAlias, TypeVar

from attrs import frozen

from ._engine.runner import Page
from ._generated.kinds import EventKind
from ._pool import Ask, Batch, Pool
from ._query import EventQuery, Instant, Sort, to_kind
from ._single_use import SingleUse
from .errors import NP6Error

__all__ = ["FanOut", "FanOutResult", "Ids", "read_queries"]

E = TypeVar("E")

Ids: TypeAlias = Iterable[int] | AsyncIterable[int]
"""Where notification ids come from; read as queries get their turn, and no earlier."""


_AHEAD: Final = 4  # batches that wait for the loop over them: few, so that few are in memory


@frozen(kw_only=True)
class FanOutResult(Generic[E]):
    """What came of a fan-out.

    Attributes:
        events: The events of each query that was answered in full.
        failures: The error of each query that was not.
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

    ``await fan_out`` gathers everything in a `FanOutResult`. With ``async with fan_out as run:``
    and ``async for batch in run:`` batches come as they arrive and none is kept; while the loop is
    busy, the queries wait for it. Leaving the block ends what is still under way.

    A query that fails harms no other: its error is in `failures`.

    Raises:
        ValueError: An id is not usable; the run ends.
        Exception: What the iterable of ids raised; the run ends.
        ClientClosedError: The client is, or was meanwhile, closed.
        RuntimeError: It was used already.
    """

    def __init__(
        self,
        queries: AsyncGenerator[EventQuery, None],
        ask: Ask[E],
        collect: Callable[[EventQuery], Awaitable[list[E]]],
        *,
        concurrency: int,
        deadline: float | None,
    ) -> None:
        super().__init__()
        self._ask = ask
        self._collect = collect
        self._pool: Pool[E] = Pool(queries, size=concurrency, deadline=deadline)
        self._runner: asyncio.Task[None] | None = None
        self._handed: asyncio.Queue[Batch[E] | None] = asyncio.Queue(
            _AHEAD
        )  # None wakes its reader

    @property
    def failures(self) -> dict[EventQuery, NP6Error]:
        """The error of each query that has failed so far."""
        return self._pool.failures

    @property
    def complete(self) -> bool:
        """Whether nothing is missing: every id was read and every query answered."""
        return self._pool.complete

    async def _result(self) -> FanOutResult[E]:
        events: dict[EventQuery, list[E]] = {}

        async def ask(query: EventQuery) -> AsyncGenerator[Page[E], None]:
            yield Page(await self._collect(query), last=True)

        async def keep(batch: Batch[E]) -> None:
            events[batch.query] = batch.events

        await self._pool.run(ask, keep)
        for query in self.failures:
            events.pop(query, None)  # it was asked twice, and answered once
        return FanOutResult(events=events, failures=self.failures, complete=self.complete)

    async def __aenter__(self) -> Self:
        self._claim()
        self._runner = asyncio.create_task(self._pool.run(self._ask, self._handed.put))
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
            if batch is not None:
                return batch
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


def read_queries(
    ids: Ids,
    *,
    kinds: Iterable[str] | None,
    start: Instant | None,
    end: Instant | None,
    sort: Sort | None,
) -> AsyncGenerator[EventQuery, None]:
    """Return the queries for every id and kind, ids being read one by one as they are wanted.

    Raises:
        ValueError: Now, if an argument is not usable; when it is read, if an id is not.
    """
    wanted = _to_kinds(kinds)
    if isinstance(ids, str | bytes) or not isinstance(ids, Iterable | AsyncIterable):
        raise ValueError(f"ids must be an iterable of ints, not {type(ids).__name__}")
    window = EventQuery(kind=wanted[0], notification_id=0, start=start, end=end, sort=sort)

    def ask(notification_id: int) -> Iterator[EventQuery]:
        for kind in wanted:
            yield EventQuery(
                kind=kind,
                notification_id=notification_id,
                start=window.start,
                end=window.end,
                sort=window.sort,
            )

    async def read() -> AsyncGenerator[EventQuery, None]:
        if isinstance(ids, AsyncIterable):
            async for notification_id in ids:
                for query in ask(notification_id):
                    yield query
        else:
            for notification_id in ids:
                for query in ask(notification_id):
                    yield query

    return read()


def _to_kinds(kinds: Iterable[str] | None) -> list[EventKind]:
    if kinds is None:
        return list(EventKind)
    if isinstance(kinds, str):
        return [to_kind(kinds)]
    wanted = list(dict.fromkeys(map(to_kind, kinds)))
    if not wanted:
        raise ValueError("kinds is empty: name at least one, or leave it out for all")
    return wanted
