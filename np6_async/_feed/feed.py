"""A feed of new events: each is delivered once, across restarts."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar, cast

import msgspec

from np6_async._engine.records import Records
from np6_async._query import EventQuery
from np6_async.errors import NP6Error

from .batch import FollowBatch
from .collector import Found
from .follower import Follower, Pages
from .ledger import Ledger
from .log import FeedLog
from .poll import Poll
from .run import Run, Since
from .schedule import Settings
from .server_time import ServerTime
from .source import Followed
from .stats import FollowStats
from .store import CursorStore

__all__ = ["Decode", "Feed"]

E = TypeVar("E")

Decode = Callable[[EventQuery, list[msgspec.Raw]], list[E]]
"""Decodes events of a query."""

_AHEAD: Final = 2  # batches that wait for the caller's loop: few, to save memory


class Feed(Generic[E]):
    """Yields new events of many queries, in batches. Made by `NP6Client.follow`; used once.

    ::

        async with np6.follow(ids, store=SQLiteCursorStore("cursors.db")) as feed:
            async for batch in feed:
                await handle(batch.events)
                await batch.commit()

    What is not committed is delivered again by the next feed with this store. To leave without
    that, leave the loop after a commit, or call `stop`. Leaving the block forgets what was not
    committed.

    Raises:
        AuthenticationError: From the loop: the API rejected the key.
        FollowError: From the block or the loop: the store cannot be used, another feed has taken it
            over, or the clocks differ too much.
        ValueError: From the loop: an id is invalid.
        Exception: From the loop: the iterable of ids raised it.
    """

    def __init__(
        self,
        pages: Pages,
        ids: Followed,
        to_queries: Callable[[Any], list[EventQuery]],
        *,
        store: CursorStore,
        since: Since,
        settings: Settings,
        decode: Decode[E],
        workers: int,
        records: Records,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._decode = decode
        self._workers = workers
        self._ledger = Ledger(store)
        log = FeedLog(records)
        self._follower = Follower(
            pages,
            log,
            ServerTime(log, wall_clock),
            settings,
            hand=self._hand,
            over=self._over,
        )
        self._run = Run(
            ids,
            to_queries,
            since=since,
            settings=settings,
            follower=self._follower,
            ledger=self._ledger,
        )
        self._handed: asyncio.Queue[FollowBatch[E] | None] = asyncio.Queue(_AHEAD)  # None: wake up
        self._runner: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_open = False
        self._warnings: dict[FollowBatch[E], asyncio.TimerHandle] = {}

    @property
    def failures(self) -> dict[EventQuery, NP6Error]:
        """The latest error of each query whose last request failed. It is asked again."""
        return self._follower.failures

    @property
    def stats(self) -> FollowStats:
        """The statistics of the feed so far, as a snapshot."""
        return self._run.stats()

    def stop(self) -> None:
        """Ask nothing any more, and end the loop after the batches at hand.

        It returns at once, and may be called from a signal handler.
        """
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._run.stop)

    async def __aenter__(self) -> Self:
        if self._loop is not None:
            raise RuntimeError("this feed was used already: make a new one")
        self._loop = asyncio.get_running_loop()
        try:
            has_lease = await self._ledger.acquire()
        except BaseException:
            await self._ledger.close()
            raise
        self._is_open = True
        self._runner = asyncio.create_task(self._follow(has_lease=has_lease))
        self._runner.add_done_callback(self._wake)
        return self

    async def _follow(self, *, has_lease: bool) -> None:
        if not has_lease:
            self._follower.log.standby()
            await self._ledger.wait()
        try:
            async with asyncio.TaskGroup() as group:
                keeping = group.create_task(self._ledger.keep())
                await self._run.run(self._workers)
                keeping.cancel()
        except BaseExceptionGroup as failed:
            error: BaseException = failed
            while isinstance(error, BaseExceptionGroup):
                error = error.exceptions[0]
            raise error from None

    def _wake(self, _: "asyncio.Task[None]") -> None:
        with suppress(asyncio.QueueFull):  # then nobody waits
            self._handed.put_nowait(None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> FollowBatch[E]:
        if self._runner is None or self._loop is None:
            raise RuntimeError("iterate inside `async with np6.follow(...) as feed:`, over feed")
        batch = await self._handed.get()
        if self._runner.done():
            self._wake(self._runner)  # the next one who waits, or comes
        if batch is not None:
            self._deliver(batch, self._loop)
            return batch
        if self._runner.cancelled():
            raise RuntimeError("the block of this feed was left: make a new one")
        await self._runner
        raise StopAsyncIteration

    def _deliver(self, batch: FollowBatch[E], loop: asyncio.AbstractEventLoop) -> None:
        seconds, query, events = self._settings.interval / 1000, batch.query, len(batch.raw)
        self._follower.counters.deliver(
            batch.timestamps,
            late=batch.late,
            now=self._follower.time.now(),
            is_current=batch.poll.is_current,
        )

        def warn() -> None:
            self._follower.log.uncommitted(query, events=events, seconds=seconds)

        self._warnings[batch] = loop.call_later(seconds, warn)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_open = False
        for handle in self._warnings.values():
            handle.cancel()
        runner = cast("asyncio.Task[None]", self._runner)
        runner.cancel()
        try:
            await asyncio.gather(runner, return_exceptions=True)
        finally:
            while not self._handed.empty():
                self._handed.get_nowait()  # error reports show `self`, which must not hold events
            self._wake(runner)  # others that iterate
            await asyncio.shield(self._ledger.close())

    async def _hand(self, poll: Poll, found: Found) -> None:
        def decode(events: list[msgspec.Raw]) -> list[E]:
            return self._decode(poll.entry.query, events)

        await self._handed.put(FollowBatch(self, poll, found, decode))

    def _over(self, poll: Poll) -> None:
        self._run.over(poll)

    # Commits

    async def commit(self, batch: FollowBatch[E]) -> None:
        """Commit a batch; see `FollowBatch.commit`."""
        poll = batch.poll
        self._check_open()
        async with poll.lock:
            await self._ledger.settle(poll.entry)
            if poll.is_open(batch.number):
                advance = poll.prepare(batch.number, batch.segment)
                await self._ledger.commit(poll.entry, advance)
                poll.committed(batch.number)
        self._go_on(poll)

    @asynccontextmanager
    async def transaction(
        self,
        connection: Any,  # noqa: ANN401 - of the database's own library
        batch: FollowBatch[E],
    ) -> AsyncIterator[None]:
        """Commit a batch with other changes; see `FollowBatch.transaction`."""
        poll = batch.poll
        self._check_open()
        async with poll.lock:
            await self._ledger.settle(poll.entry)
            if not poll.is_open(batch.number):
                raise RuntimeError("this batch is committed already")
            advance = poll.prepare(batch.number, batch.segment)
            async with self._ledger.transaction(connection, poll.entry, advance):
                yield
            poll.committed(batch.number)
        self._go_on(poll)

    def committed(self, batch: FollowBatch[E]) -> None:
        """Note that a batch is committed."""
        self._follower.counters.committed += len(batch.raw)
        self._warnings.pop(batch).cancel()

    def _go_on(self, poll: Poll) -> None:
        if self._is_open and poll.is_over():
            self._run.over(poll)

    def _check_open(self) -> None:
        if not self._is_open:
            raise RuntimeError(
                "the block of this feed was left, which forgets what was not committed: commit "
                "inside `async with np6.follow(...)`"
            )
