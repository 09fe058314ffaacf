"""The statistics of a feed."""

from bisect import bisect_left
from collections import deque
from statistics import quantiles
from typing import Final

from attrs import Factory, define, frozen

__all__ = ["LATENESS", "Counters", "FollowStats"]

LATENESS: Final = (1, 5, 15, 60, 300, 900, 3600, 6 * 3600, 24 * 3600)
"""The upper bounds of `FollowStats.lateness`, in seconds; a last bucket has no bound."""

_RECENT: Final = 10_000  # deliveries of which the delay is remembered


@frozen(kw_only=True)
class FollowStats:
    """A snapshot of what a feed did. Times are in seconds.

    Attributes:
        queries: Queries that are followed.
        failing: Those whose last request failed.
        behind: Those that have not caught up yet.
        lag: How far the query that is furthest behind is behind now; 0 without queries.
        polls: Windows that were asked for.
        downloaded: Events that arrived, repeated ones included.
        delivered: Events that were delivered.
        committed: Events that were committed.
        late: Delivered events that were older than the cursor: they became visible late.
        outside: Events that were not in the window that was asked for, and not delivered.
        downloads_per_event: How often an event was downloaded on average.
        delay_p50: The median of the delay from the timestamp of an event to its delivery, over the
            last 10,000 that came when their query had caught up; None without any.
        delay_p99: The 99th percentile of the same.
        lateness: How many late events were delivered at most so many seconds after their timestamp,
            for each bound in `LATENESS`, and how many later than that.
    """

    queries: int
    failing: int
    behind: int
    lag: float
    polls: int
    downloaded: int
    delivered: int
    committed: int
    late: int
    outside: int
    downloads_per_event: float
    delay_p50: float | None
    delay_p99: float | None
    lateness: tuple[int, ...]


@define
class Counters:
    """What a feed counts; `FollowStats` says what each number means."""

    polls: int = 0
    downloaded: int = 0
    delivered: int = 0
    committed: int = 0
    late: int = 0
    outside: int = 0
    lateness: list[int] = Factory(lambda: [0] * (len(LATENESS) + 1))
    _delays: deque[float] = Factory(lambda: deque(maxlen=_RECENT))

    def deliver(
        self, timestamps: list[int | None], *, late: int, now: int, is_current: bool
    ) -> None:
        """Count a batch.

        Args:
            timestamps: Those of its events.
            late: How many of the first ones are late.
            now: The server's time, in milliseconds.
            is_current: Whether their query had caught up before.
        """
        self.delivered += len(timestamps)
        self.late += late
        ages = [(now - each) / 1000 for each in timestamps if each is not None]
        for age in ages[:late]:
            self.lateness[bisect_left(LATENESS, age)] += 1
        if is_current:
            self._delays.extend(ages)

    def delays(self) -> tuple[float, float] | tuple[None, None]:
        """Return the median and the 99th percentile of the delays."""
        if not self._delays:
            return None, None
        if len(self._delays) == 1:
            return self._delays[0], self._delays[0]
        cuts = quantiles(self._delays, n=100)
        return cuts[49], cuts[98]
