"""The live events of every kind and id."""

from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

from ._clock import to_milliseconds
from ._live import Live
from ._live_timeline import LiveTimeline
from ._selection import Selection
from ._timeline import Key, Timeline

__all__ = ["LiveLog", "Maker"]

Maker: TypeAlias = Callable[[int], bytes]
"""Returns the JSON of an event with this timestamp."""


class LiveLog:
    """The live events of every kind and id, generated on first use and as time passes.

    Args:
        live: How they are published.
        seed: The seed of the events.
        maker: Returns what makes the events of a kind and id, with one source of their content and
            one of their faults.
    """

    def __init__(
        self, live: Live, *, seed: int, maker: Callable[[Key, Random, Random], Maker]
    ) -> None:
        self._live: Final = live
        self._start: Final = self.now() if live.start is None else live.start
        self._seed: Final = seed
        self._maker: Final = maker
        self._timelines: Final[dict[Key, LiveTimeline]] = {}

    def now(self) -> int:
        """Return the time of the clock, in milliseconds since 1970-01-01T00:00:00Z."""
        return to_milliseconds(self._live.clock())

    def visible(self, key: Key, selection: Selection, at: int) -> Timeline:
        """Return the events of a kind and id that `LiveTimeline.visible` returns."""
        if key not in self._timelines:
            self._timelines[key] = self._make(key)
        return self._timelines[key].visible(selection, at)

    def _make(self, key: Key) -> LiveTimeline:
        # Each Random chooses one thing, so that a setting changes only what it is about.
        kind, id_ = key
        name = f"{self._seed}/live/{kind}/{id_}"
        make = self._maker(key, Random(name), Random(f"{name}/faults"))
        times = Random(f"{name}/times")
        return LiveTimeline(self._live, start=self._start, random=times, make=make)
