"""Events in the order of time."""

from bisect import bisect_left
from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple

from ._selection import Selection

__all__ = ["Timeline", "merge"]


class Timeline(NamedTuple):
    """The events of one kind and one id, oldest first.

    Attributes:
        timestamps: When each was published, in milliseconds since 1970-01-01T00:00:00Z.
        events: The JSON of each.
    """

    timestamps: list[int]
    events: list[bytes]

    def select(self, selection: Selection) -> list[bytes]:
        """Return the events of a selection, oldest first, or newest first if its sort is `desc`."""
        start, end = selection.start, selection.end
        first = 0 if start is None else bisect_left(self.timestamps, start)
        last = None if end is None else bisect_left(self.timestamps, end)
        events = self.events[first:last]
        if selection.filters:
            events = list(filter(selection.admits, events))
        return events[::-1] if selection.sort == "desc" else events


def merge(timelines: Iterable[Timeline]) -> Timeline:
    """Return the events of several timelines as one."""
    pairs = [pair for each in timelines for pair in zip(each.timestamps, each.events, strict=True)]
    pairs.sort(key=itemgetter(0))
    return Timeline([moment for moment, _ in pairs], [event for _, event in pairs])
