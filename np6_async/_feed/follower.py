"""Asks each query when it is due, and hands on what is new."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Final, TypeAlias

from attrs import evolve

from np6_async._engine.resources import Observe
from np6_async._engine.runner import Page
from np6_async._query import EventQuery
from np6_async.errors import AuthenticationError, NP6Error

from .agenda import Entry
from .collector import Collector, Found
from .keys import read_elements
from .log import FeedLog
from .poll import Poll
from .position import Position
from .schedule import Settings
from .server_time import ServerTime
from .stats import Counters

__all__ = ["Follower", "Pages"]

_MAX_REJECTIONS: Final = 3  # 401s in a row that show that the key is rejected
_ROUNDING: Final = 1000  # milliseconds by which a window may fall short and still be the last one
_MOST_DOUBLINGS: Final = 16  # of the delay
_MOST_DELAY: Final = 60.0  # seconds before a query that failed is asked again, or an interval


Pages: TypeAlias = Callable[[EventQuery, Observe], AsyncGenerator[Page[bytes], None]]
"""Returns the response to a query, and calls a function with the headers."""


class Follower:
    """Asks queries, one window at a time.

    Args:
        pages: Sends a query.
        log: Is told what happens.
        time: The clocks.
        settings: The settings of the feed.
        hand: Hands a batch to the caller.
        over: Is called when a window is over: all of it arrived, or not, and all is committed.
    """

    def __init__(
        self,
        pages: Pages,
        log: FeedLog,
        time: ServerTime,
        settings: Settings,
        *,
        hand: Callable[[Poll, Found], Awaitable[None]],
        over: Callable[[Poll], None],
    ) -> None:
        self.counters = Counters()
        self.failures: dict[EventQuery, NP6Error] = {}
        """The latest error of each query whose last request failed."""
        self.log = log
        self.time = time
        self.is_stopping = False
        self.rejection: NP6Error | None = None
        """The last of several errors in a row that show that the key is rejected."""
        self._pages = pages
        self._settings = settings
        self._hand = hand
        self._over = over
        self._rejections = 0

    async def ask(self, entry: Entry, position: Position) -> bool:
        """Ask for the next window of a query, and hand on what is new.

        Returns:
            Whether there is a window: none if the query was asked up to `lag` before now.

        Raises:
            ClockSkewError: The clocks differ too much.
        """
        window = entry.schedule.window(position, self.time.now(), self._settings)
        if window is None and not self.time.was_asked:  # the server may be ahead
            await self.learn_time(entry.query)
            window = entry.schedule.window(position, self.time.now(), self._settings)
        if window is None:
            return False
        poll = Poll(
            entry,
            Collector(position, window, self._settings),
            began_at=asyncio.get_running_loop().time(),
            asked_at=self.time.now(),
            settled_at=self.time.earlier(),
            is_live=self.time.now() - self._settings.lag - window.end <= _ROUNDING,
        )
        self.counters.polls += 1
        try:
            await self._read(poll)
        except NP6Error as error:
            poll.failure = error.with_traceback(None)
        poll.has_ended = True
        self.counters.downloaded += poll.collector.arrived
        self.counters.outside += poll.collector.outside
        self.time.check(self._settings.lookback)
        if poll.is_over():
            self._over(poll)
        return True

    async def _read(self, poll: Poll) -> None:
        window, lag = poll.collector.window, self._settings.lag

        def observe(response: Mapping[str, str], sent: float, received: float) -> None:
            made = self.time.observe(response, sent, received)
            if made is not None:  # later events may not be there yet
                poll.collector.end_at(made + 1000 - lag)

        query = evolve(poll.entry.query, start=window.start, end=window.end, sort="asc")
        async with aclosing(self._pages(query, observe)) as pages:
            async for page in pages:
                for found in poll.collector.take(page.elements):
                    await self._hand(poll, found)
                if self.is_stopping and not page.last:
                    return
        for found in poll.collector.finish():
            await self._hand(poll, found)
        poll.answered()

    async def learn_time(self, query: EventQuery) -> None:
        """Ask for as little as possible, to learn the server's time.

        Raises:
            NP6Error: The request failed.
        """
        now = self.time.now()
        pages = self._pages(evolve(query, start=now - 1, end=now), self.time.observe)
        async with aclosing(pages):
            async for _ in pages:
                pass

    async def find_first(self, query: EventQuery) -> int | None:
        """Return the timestamp of the first event of a query; None if there is none.

        Raises:
            NP6Error: The request failed.
        """
        pages = self._pages(evolve(query, sort="asc"), self.time.observe)
        async with aclosing(pages):
            async for page in pages:
                for each in read_elements(page.elements):
                    if each.timestamp is not None:
                        return each.timestamp
        return None

    def failed(self, entry: Entry, error: NP6Error) -> float:
        """Note that a query failed; return after how many seconds it is asked again."""
        self.failures[entry.query] = error
        self._rejections = self._rejections + 1 if isinstance(error, AuthenticationError) else 0
        if self._rejections == _MAX_REJECTIONS:
            self.rejection = error
        most = max(_MOST_DELAY, self._settings.interval / 1000)
        seconds = min(2.0 ** min(entry.failures, _MOST_DOUBLINGS), most)
        entry.failures += 1
        self.log.failed(entry.query, error, seconds=seconds)
        return seconds

    def succeeded(self, entry: Entry) -> None:
        """Note that a query was answered."""
        self._rejections = entry.failures = 0
        self.failures.pop(entry.query, None)
