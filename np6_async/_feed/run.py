"""The run of a feed: it reads ids, lets workers ask, and saves what needs no commit."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias

from np6_async._parameters import SECONDS_BELOW
from np6_async._query import EventQuery
from np6_async._query_source import read
from np6_async.errors import NP6Error

from .agenda import Agenda, Entry
from .follower import Follower
from .ledger import Ledger
from .poll import Poll
from .position import Advance
from .schedule import Schedule, Settings
from .source import Followed, key_of
from .stats import FollowStats

__all__ = ["Run", "Since"]

Since: TypeAlias = int | Literal["now", "beginning"]
"""Where a query that is new begins: a moment in milliseconds since the epoch, or one of these."""

_FLUSH: Final = 0.25  # seconds in which changes without events are gathered
_FLUSH_ONCE: Final = 0.02
_NEAR: Final = 5000  # milliseconds that a query may be behind beside its interval


class Run:
    """Follows all queries of a feed.

    Args:
        ids: What to follow.
        to_queries: Returns the queries for an id.
        since: Where new queries begin.
        settings: The settings of the feed.
        follower: Asks.
        ledger: Commits.
    """

    def __init__(
        self,
        ids: Followed,
        to_queries: Callable[[Any], list[EventQuery]],
        *,
        since: Since,
        settings: Settings,
        follower: Follower,
        ledger: Ledger,
    ) -> None:
        self.entries: dict[bytes, Entry] = {}
        """The queries that are followed, and those that were until recently, by their keys."""
        self._ids = ids
        self._to_queries = to_queries
        self._since = since
        self._settings = settings
        self._follower = follower
        self._ledger = ledger
        self._agenda = Agenda()
        self._new: list[Entry] = []  # their positions are not known yet
        self._unsaved: list[tuple[Poll, Advance]] = []
        self._to_save = asyncio.Event()
        self._has_read = False  # all ids, at least once
        self._unfinished = 0  # queries that must still be asked, if the feed runs once

    async def run(self, workers: int) -> None:
        """Follow until stopped; with `once`, until each query was asked.

        Raises:
            AuthenticationError: The key is rejected.
            FollowError: The store or the clocks make it impossible.
            Exception: Reading the ids raised it.
        """
        async with asyncio.TaskGroup() as group:
            others = [group.create_task(self._read_ids()), group.create_task(self._save())]
            async with asyncio.TaskGroup() as working:
                for _ in range(workers):
                    working.create_task(self._work())
            for task in others:
                task.cancel()
        await self._flush()
        if self._follower.rejection is not None:
            raise self._follower.rejection

    def stop(self) -> None:
        """Ask nothing any more."""
        self._follower.is_stopping = True
        self._agenda.wake()

    def _is_over(self) -> bool:
        is_done = self._settings.once and self._has_read and not self._unfinished
        return is_done or self._follower.is_stopping or self._follower.rejection is not None

    def stats(self) -> FollowStats:
        """Return a snapshot of what the feed did."""
        counters, now = self._follower.counters, self._follower.time.now()
        known = [each.position.cursor for each in self.entries.values() if each.position]
        near = now - self._settings.lag - 2 * self._settings.max_interval - _NEAR
        half, most = counters.delays()
        return FollowStats(
            queries=len(self.entries),
            failing=len(self._follower.failures),
            behind=sum(cursor < near for cursor in known),
            lag=max(0, now - min(known, default=now)) / 1000,
            polls=counters.polls,
            downloaded=counters.downloaded,
            delivered=counters.delivered,
            committed=counters.committed,
            late=counters.late,
            outside=counters.outside,
            downloads_per_event=counters.downloaded / max(counters.delivered, 1),
            delay_p50=half,
            delay_p99=most,
            lateness=tuple(counters.lateness),
        )

    # Which queries there are

    async def _read_ids(self) -> None:
        while True:
            ids = self._ids() if callable(self._ids) else self._ids
            found: set[bytes] = set()
            async for query in read(ids, self._to_queries):
                found.add(self._follow(query))
            if callable(self._ids):
                for key, entry in self.entries.items():
                    entry.is_followed = key in found
            self._has_read = True
            self._agenda.wake()
            if self._settings.once or not callable(self._ids):
                return
            await asyncio.sleep(self._settings.interval / 1000)

    def _follow(self, query: EventQuery) -> bytes:
        key = key_of(query)
        if key not in self.entries:
            self.entries[key] = entry = Entry(query, key, None, Schedule())
            self._unfinished += 1
            self._new.append(entry)
            self._to_save.set()
        return key

    def _drop(self, entry: Entry) -> None:
        """Let go of a query that is not followed any more. Its cursor stays in the store."""
        del self.entries[entry.key]
        self._follower.failures.pop(entry.query, None)
        self._finish()

    def _finish(self) -> None:
        self._unfinished -= 1
        self._agenda.wake()

    # Asking

    async def _work(self) -> None:
        while (entry := await self._agenda.next(self._is_over)) is not None:
            await self._serve(entry)

    async def _serve(self, entry: Entry) -> None:
        if not entry.is_followed:
            self._drop(entry)
            return
        try:
            if entry.position is None:
                await self._begin(entry)
            asked = entry.position and await self._follower.ask(entry, entry.position)
        except NP6Error as error:
            self._put_off(entry, error)
        else:
            if not asked:
                self._schedule(entry, asyncio.get_running_loop().time(), is_live=True)

    async def _begin(self, entry: Entry) -> None:
        """Find where a query begins whose events are wanted from the first one on."""
        first = await self._follower.find_first(entry.query)
        if first is None:
            first = self._follower.time.earlier() - self._settings.lookback
        await self._ledger.commit(entry, _beginning(entry, first))

    def over(self, poll: Poll) -> None:
        """Go on after a window that is over."""
        if poll.failure is not None:
            self._put_off(poll.entry, poll.failure)
            return
        advance = poll.finish()
        if advance is None:
            self._answered(poll)
        else:
            self._unsaved.append((poll, advance))
            self._to_save.set()

    def _put_off(self, entry: Entry, error: NP6Error) -> None:
        seconds = self._follower.failed(entry, error)
        self._agenda.wake()
        if self._settings.once:
            self._finish()
        else:
            self._agenda.add(entry, due=asyncio.get_running_loop().time() + seconds)

    def _answered(self, poll: Poll) -> None:
        self._follower.succeeded(poll.entry)
        self._schedule(poll.entry, poll.began_at, is_live=poll.is_live)

    def _schedule(self, entry: Entry, began_at: float, *, is_live: bool) -> None:
        """Make a query due again, at once if it has not caught up."""
        if not is_live:
            self._agenda.add(entry, due=asyncio.get_running_loop().time())
        elif self._settings.once:
            self._finish()
        else:
            interval = entry.schedule.interval(self._settings) / 1000
            if not entry.is_spread:  # all were asked at the start; from now on one after the other
                entry.is_spread = True
                interval *= int.from_bytes(entry.key[:4], "big") / 2**32
            self._agenda.add(entry, due=began_at + interval)

    # Saving

    async def _save(self) -> None:
        while True:
            await self._to_save.wait()
            await asyncio.sleep(_FLUSH_ONCE if self._settings.once or self._new else _FLUSH)
            self._to_save.clear()
            await self._flush()

    async def _flush(self) -> None:
        """Store where new queries begin, and the windows that had no events, many at once."""
        if self._new:
            await self._load()
        unsaved, self._unsaved = self._unsaved, []
        if unsaved:
            await self._ledger.save([(poll.entry, advance) for poll, advance in unsaved])
        for poll, _ in unsaved:
            self._answered(poll)

    async def _load(self) -> None:
        new, self._new = self._new, []
        found = await self._ledger.load(entry.key for entry in new)
        for entry in new:
            entry.position = found.get(entry.key)
        unknown = [entry for entry in new if entry.position is None]
        if unknown and self._since != "beginning":
            try:
                since = await self._moment(unknown[0].query)
            except NP6Error as error:
                await self._load_later(new, error)
                return
            await self._ledger.save([(entry, _beginning(entry, since)) for entry in unknown])
        now = asyncio.get_running_loop().time()
        for entry in new:
            self._agenda.add(entry, due=now)

    async def _load_later(self, new: list[Entry], error: NP6Error) -> None:
        """Try again after the server's time could not be found out."""
        seconds = self._follower.failed(new[0], error)
        if self._settings.once:
            raise error
        self._agenda.wake()
        await asyncio.sleep(seconds)
        self._new += new
        self._to_save.set()

    async def _moment(self, query: EventQuery) -> int:
        if isinstance(self._since, int):
            return self._since
        if not self._follower.time.is_known:
            await self._follower.learn_time(query)
            self._follower.time.check(self._settings.lookback)
        return self._follower.time.now()


def _beginning(entry: Entry, moment: int) -> Advance:
    """Return the change that stores where a query begins."""
    start = max(moment, SECONDS_BELOW)  # before that, moments look like seconds
    return Advance(key=entry.key, label=str(entry.query), version=0, horizon=start, cursor=start)
