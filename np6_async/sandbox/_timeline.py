"""Events in the order of time."""

from bisect import bisect_left
from collections.abc import Iterable
from operator import itemgetter
from typing import Final, NamedTuple, Self, TypeAlias

from ._selection import Selection

__all__ = ["TIE", "Key", "Timeline", "merge"]

Key: TypeAlias = tuple[str, int | str | None]
"""A kind of events and the id of what they belong to; None for a kind without ids."""

TIE: Final = 0.05
"""The share of events with the timestamp of the one before."""


class Timeline(NamedTuple):
    """The events of one kind and one id, oldest first.

    Attributes:
        timestamps: When each was published, in milliseconds since 1970-01-01T00:00:00Z.
        events: The JSON of each.
    """

    timestamps: list[int]
    events: list[bytes]

    def window(self, selection: Selection) -> slice:
        """Return where the events between the start and the end of a selection are."""
        start, end = selection.start, selection.end
        return slice(
            None if start is None else bisect_left(self.timestamps, start),
            None if end is None else bisect_left(self.timestamps, end),
        )

    def part(self, window: slice) -> Self:
        """Return a part of this timeline."""
        return type(self)(self.timestamps[window], self.events[window])

    def select(self, selection: Selection) -> list[bytes]:
        """Return the events of a selection, oldest first, or newest first if its sort is `desc`."""
        events = self.events[self.window(selection)]
        if selection.filters:
            events = list(filter(selection.admits, events))
        return events[::-1] if selection.sort == "desc" else events


def merge(timelines: Iterable[Timeline]) -> Timeline:
    """Return the events of several timelines as one."""
    pairs = [pair for each in timelines for pair in zip(each.timestamps, each.events, strict=True)]
    pairs.sort(key=itemgetter(0))
    return Timeline([moment for moment, _ in pairs], [event for _, event in pairs])
