"""One window of one query: from its request to the commit of its last batch."""

import asyncio
from collections.abc import Callable
from typing import cast

from attrs import Factory, define

from np6_async.errors import NP6Error

from .agenda import Entry
from .collector import Collector
from .position import Advance, Position, Segment
from .schedule import after

__all__ = ["Poll"]


@define(eq=False)
class Poll:
    """One window of one query.

    Attributes:
        entry: The query.
        collector: Its events.
        began_at: When it was asked for, by the event loop.
        asked_at: When it was asked for, by the server's clock, in milliseconds since the epoch.
        settled_at: The same, or by this machine's clock if that is earlier.
        lock: Held during a commit, as each changes the version.
        is_live: Whether the window ends as late as it may: the query has caught up.
        has_ended: Whether no more batches come.
        is_complete: Whether the window was answered in full.
        failure: Why it was not answered in full; None if it was, or the feed was stopped.
    """

    entry: Entry
    collector: Collector
    began_at: float
    asked_at: int
    settled_at: int
    is_live: bool
    lock: asyncio.Lock = Factory(asyncio.Lock)
    has_ended: bool = False
    is_complete: bool = False
    failure: NP6Error | None = None
    _open: dict[int, Callable[[], None]] = Factory(dict)  # batches that are not committed
    _count: int = 0
    _is_over: bool = False
    _unsure: tuple[int, int] | None = None  # the batch of an interrupted commit, and its version

    @property
    def is_current(self) -> bool:
        """Whether the query had caught up before."""
        new = self.collector.window.end - self.collector.position.cursor
        return self.is_live and new <= 2 * self.collector.settings.max_interval

    def open(self, on_commit: Callable[[], None]) -> int:
        """Return the number of a new batch; a function is called when that is committed."""
        self._count += 1
        self._open[self._count] = on_commit
        return self._count

    def answered(self) -> None:
        """Note that the window was answered in full."""
        self.is_complete = True
        window, position = self.collector.window, _known(self.entry)
        self.entry.schedule.answered(
            window,
            now=self.asked_at,
            is_deep=window.start == position.horizon,
            events=self.collector.arrived,
        )

    def prepare(self, number: int, segment: Segment) -> Advance:
        """Return the change that commits a batch. The last one moves the cursor as well."""
        is_last = self._open.keys() == {number} and self.is_complete
        self._unsure = number, _known(self.entry).version
        return self._advance(segment, moves=is_last)

    def finish(self) -> Advance | None:
        """Return the change that moves the cursor, if it has not been moved and can be."""
        is_moved = self.collector.window.end <= _known(self.entry).cursor
        if is_moved or self._open or not self.is_complete:
            return None
        return self._advance(None, moves=True)

    def _advance(self, segment: Segment | None, *, moves: bool) -> Advance:
        entry, position = self.entry, _known(self.entry)
        horizon, cursor = position.horizon, position.cursor
        if moves:
            window, settings = self.collector.window, self.collector.settings
            horizon, cursor = after(position, window, now=self.settled_at, settings=settings)
        return Advance(
            key=entry.key,
            label=str(entry.query),
            version=position.version,
            horizon=horizon,
            cursor=cursor,
            segment=segment,
        )

    def is_open(self, number: int) -> bool:
        """Whether a batch is not committed, now that the position is known for sure."""
        if self._unsure is not None:
            unsure, version = self._unsure
            if _known(self.entry).version > version:
                self.committed(unsure)
            self._unsure = None
        return number in self._open

    def committed(self, number: int) -> None:
        """Note that a batch is committed."""
        self._unsure = None
        self._open.pop(number)()

    def is_over(self) -> bool:
        """Whether it has just become over: nothing comes, and everything is committed."""
        was_over, self._is_over = self._is_over, self.has_ended and not self._open
        return self._is_over and not was_over


def _known(entry: Entry) -> Position:
    return cast("Position", entry.position)  # it is asked only when it is known
