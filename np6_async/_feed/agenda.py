"""When each query is due."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count

from attrs import define

from np6_async._query import EventQuery

from .position import Position
from .schedule import Schedule

__all__ = ["Agenda", "Entry"]


@define(eq=False)
class Entry:
    """A query that is followed.

    Attributes:
        query: The query, without a window.
        key: Its key in the store.
        position: Where it stands; None before that is known.
        schedule: Its windows.
        failures: Requests that failed in a row.
        is_followed: Whether its id is still among those to follow.
        is_spread: Whether its time within an interval is its own, and not that of the start.
        is_sure: Whether `position` is what the store has. A commit that was interrupted may
            have changed that.
    """

    query: EventQuery
    key: bytes
    position: Position | None
    schedule: Schedule
    failures: int = 0
    is_followed: bool = True
    is_sure: bool = True
    is_spread: bool = False


class Agenda:
    """Returns queries when they are due, those that have been due for longest first."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Entry]] = []
        self._numbers = count()
        self._turn = asyncio.Lock()  # of the one who waits for the next query
        self._changed = asyncio.Event()

    def add(self, entry: Entry, *, due: float) -> None:
        """Make a query due at a time of the event loop."""
        heappush(self._heap, (due, next(self._numbers), entry))
        self._changed.set()

    def wake(self) -> None:
        """Let those who wait find out whether it is over."""
        self._changed.set()

    async def next(self, is_over: Callable[[], bool]) -> Entry | None:
        """Wait for the next query that is due; return None as soon as it is over."""
        now = asyncio.get_running_loop().time
        async with self._turn:
            while not is_over():
                if self._heap and self._heap[0][0] <= now():
                    return heappop(self._heap)[2]
                self._changed.clear()
                wait = self._heap[0][0] - now() if self._heap else None
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._changed.wait()
        return None
