"""Events in the order of time that grow in number as time passes."""

from collections.abc import Callable
from itertools import compress
from random import Random
from typing import Final

from ._live import Live
from ._selection import Selection
from ._timeline import TIE, Timeline

__all__ = ["LiveTimeline"]


class LiveTimeline:
    """The live events of one kind and one id.

    Each is generated once, in the order of their timestamps, so it does not depend on when and how
    often they are asked for.

    Args:
        live: How often events are published, and how late.
        start: The timestamp of the first one, in milliseconds since 1970-01-01T00:00:00Z.
        random: Chooses timestamps and delays.
        make: Returns the JSON of an event with this timestamp.
    """

    def __init__(
        self, live: Live, *, start: int, random: Random, make: Callable[[int], bytes]
    ) -> None:
        self._live: Final = live
        self._start: Final = start
        self._random: Final = random
        self._make: Final = make
        self._generated: Final = Timeline([], [])
        self._visible_from: Final[list[float]] = []
        self._next = 0.0  # milliseconds from the start to the next event

    def visible(self, selection: Selection, at: int) -> Timeline:
        """Return the events in the window of a selection that are visible at a moment.

        Args:
            selection: What is selected; its filters are not applied.
            at: The moment, in milliseconds since 1970-01-01T00:00:00Z.
        """
        self._grow(at)
        end = at + 1 if selection.end is None else min(selection.end, at + 1)
        window = self._generated.window(selection._replace(end=end))
        are_visible = [moment <= at for moment in self._visible_from[window]]
        timestamps, events = self._generated.part(window)
        return Timeline(
            list(compress(timestamps, are_visible)), list(compress(events, are_visible))
        )

    def _grow(self, until: int) -> None:
        """Generate the events up to a moment."""
        while self._next < until + 1 - self._start:
            timestamp = self._start + int(self._next)
            self._generated.timestamps.append(timestamp)
            self._generated.events.append(self._make(timestamp))
            self._visible_from.append(timestamp + self._delay())
            self._next += self._gap()

    # Both draw two numbers whatever they are, so that `late` and `delay` change no timestamp.

    def _delay(self) -> float:
        """Return how many milliseconds after its timestamp the next event becomes visible."""
        is_late, share = self._random.random() < self._live.late, self._random.random()
        return 1000 * self._live.delay * share if is_late else 0

    def _gap(self) -> float:
        """Return how many milliseconds there are between two events."""
        is_tie = self._random.random() < TIE
        seconds = self._random.expovariate(self._live.rate * (1 - TIE))
        return 0 if is_tie else 1000 * seconds
