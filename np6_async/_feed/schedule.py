"""Which window a query asks for next, and where it stands after that. Pure functions of moments.

All moments and lengths are in milliseconds.
"""

from typing import Final, NamedTuple

from attrs import define, frozen

from .position import Position

__all__ = ["Schedule", "Settings", "Window", "after"]

_EVENTS: Final = 20_000  # that a slice should bring
_FIRST_SLICE: Final = 3_600_000
_MOST_CHANGE: Final = 4  # of the length of a slice, from one to the next
_INTERVALS: Final = 2  # a slice is never shorter than so many
_QUIET: Final = 4  # answers without an event, after which the interval doubles
_DEEP: Final = 2  # reads from the horizon in each look-back


@frozen(kw_only=True)
class Settings:
    """How new events are followed.

    Attributes:
        interval: Between two requests of a query that has caught up.
        max_interval: The same, for a query that has had no events for long.
        lag: How far before now a window ends.
        lookback: How late an event may become visible.
        once: Whether the feed ends when each query was asked up to `lag` before now.
        batch_events: Events of a batch at most.
        batch_bytes: Bytes of JSON of a batch at most, unless a single event is larger.
    """

    interval: int
    max_interval: int
    lag: int
    lookback: int
    once: bool
    batch_events: int = 5000
    batch_bytes: int = 4 * 2**20


class Window(NamedTuple):
    """The part of time that a request asks for: ``start <= timestamp < end``.

    Attributes:
        start: Its first moment, in milliseconds since the epoch.
        end: The first moment after it.
    """

    start: int
    end: int


@define(eq=False)
class Schedule:
    """The windows of one query, one after the other.

    A window begins at the cursor, or before it, to find events that became visible late: the k-th
    one reaches back by ``2**v(k) - 1`` intervals, where v(k) is the number of trailing zero bits of
    k. Twice in a look-back, and at first, it begins at the horizon. So an event that is up to three
    intervals late is found soon, and any other within half the look-back, for few requests.

    A query that is far behind goes on in slices, each as long as it takes for some 20,000 events.

    Attributes:
        polls: Windows that were chosen so far.
        deep_at: When the last one that began at the horizon was answered; None if none was.
        slice: How far a window may reach beyond the cursor.
        quiet: Answers in a row without an event.
    """

    polls: int = 0
    deep_at: int | None = None
    slice: int = _FIRST_SLICE
    quiet: int = 0

    def window(self, position: Position, now: int, settings: Settings) -> Window | None:
        """Return the next window; None if it is too early for one.

        Args:
            position: Where the query stands.
            now: The server's time.
            settings: The settings of the feed.
        """
        least = _INTERVALS * settings.interval
        end = min(now - settings.lag, position.cursor + max(self.slice, least))
        if end <= position.cursor:
            return None
        self.polls += 1
        reach = ((self.polls & -self.polls) - 1) * settings.interval
        is_deep = self.deep_at is None or now - self.deep_at >= settings.lookback // _DEEP
        start = position.horizon if is_deep else max(position.horizon, position.cursor - reach)
        return Window(start, end)

    def answered(self, window: Window, *, now: int, is_deep: bool, events: int) -> None:
        """Note that a window was answered in full.

        Args:
            window: The window.
            now: When it was asked for.
            is_deep: Whether it began at the horizon.
            events: How many events were in it.
        """
        if is_deep:
            self.deep_at = now
        self.quiet = 0 if events else self.quiet + 1
        wanted = (window.end - window.start) * _EVENTS // max(events, 1)
        least = max(self.slice // _MOST_CHANGE, 1)
        self.slice = min(max(wanted, least), self.slice * _MOST_CHANGE)

    def interval(self, settings: Settings) -> int:
        """Return the interval in force: longer, if the settings allow it, while nothing comes."""
        return min(settings.max_interval, settings.interval << min(self.quiet // _QUIET, 16))


def after(position: Position, window: Window, *, now: int, settings: Settings) -> tuple[int, int]:
    """Return horizon and cursor after a window was answered in full and all of it committed.

    Args:
        position: Where the query stands.
        window: The window.
        now: When it was asked for, by the server's clock or the client's, whichever is earlier.
        settings: The settings of the feed.
    """
    cursor, horizon = max(position.cursor, window.end), position.horizon
    if window.start == horizon:
        horizon = max(horizon, min(window.end, now - settings.lookback))
    return horizon, cursor
