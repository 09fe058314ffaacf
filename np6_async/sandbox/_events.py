"""The events of the sandbox: the same for the same seed, in every process and for every query."""

from bisect import bisect_left
from datetime import UTC, datetime
from random import Random
from typing import Final, NamedTuple

from np6_async._generated.examples import EXAMPLES
from np6_async._generated.kinds import OPERATIONS, EventKind

from ._faults import Faults, spoil
from ._template import Own, Template
from ._window import Window

__all__ = ["EventLog", "Timeline"]

_FIRST_ID: Final = 156  # the notification of the vendor's documentation
_BEGIN: Final = int(datetime(2025, 3, 1, tzinfo=UTC).timestamp() * 1000)
_END: Final = int(datetime(2025, 3, 31, tzinfo=UTC).timestamp() * 1000)
_NONE: Final = 0.1  # share of notifications without an event of a kind
_TIE: Final = 0.05  # share of events with the timestamp of the one before

# The spec's examples, each with the type of its kind; those of other types are left out.
_TEMPLATES: Final = {
    kind: [
        Template({"type": operation.event_type, **example})
        for example in EXAMPLES[kind]
        if example.get("type", operation.event_type) == operation.event_type
    ]
    for kind, operation in OPERATIONS.items()
}


class Timeline(NamedTuple):
    """The events of one kind of one notification, oldest first.

    Attributes:
        timestamps: When each was published, in milliseconds since 1970-01-01T00:00:00Z.
        events: The JSON of each.
    """

    timestamps: list[int]
    events: list[bytes]

    def select(self, window: Window) -> list[bytes]:
        """Return the events of a window, oldest first, or newest first if its sort is `desc`."""
        first = 0 if window.start is None else bisect_left(self.timestamps, window.start)
        last = None if window.end is None else bisect_left(self.timestamps, window.end)
        events = self.events[first:last]
        return events[::-1] if window.sort == "desc" else events


class EventLog:
    """Every event of every notification, generated on first use.

    Args:
        seed: The seed of the events.
        notifications: The number of notifications.
        events: The number of events of each kind that a notification has, on average.
        faults: The faults of some events.
    """

    def __init__(self, *, seed: int, notifications: int, events: int, faults: Faults) -> None:
        self.ids = range(_FIRST_ID, _FIRST_ID + notifications)
        """The ids of the notifications."""
        self._seed = seed
        self._average = events
        self._faults = faults
        self._timelines: dict[tuple[EventKind, int], Timeline] = {}

    def timeline(self, kind: EventKind, notification_id: int) -> Timeline:
        """Return the events of one kind of one notification.

        Raises:
            LookupError: There is no such notification.
        """
        if notification_id not in self.ids:
            raise LookupError(f"the sandbox has no notification {notification_id}")
        key = (kind, notification_id)
        if key not in self._timelines:
            self._timelines[key] = self._make(kind, notification_id)
        return self._timelines[key]

    def _make(self, kind: EventKind, notification_id: int) -> Timeline:
        # A Random seeded with a string is the same in every process. Faults use a Random of their
        # own, so that they change nothing else in the events.
        random = Random(f"{self._seed}/{kind}/{notification_id}")
        fault_random = Random(f"{self._seed}/{kind}/{notification_id}/faults")
        templates = _TEMPLATES[kind]
        timestamps = _timestamps(_count(self._average, random), random)
        events = [
            spoil(
                random.choice(templates).fill(Own(notification_id, timestamp, random)),
                self._faults,
                fault_random,
            )
            for timestamp in timestamps
        ]
        return Timeline(timestamps, events)


def _count(average: int, random: Random) -> int:
    """Return a random number of events: none, or up to 60 % more or less than the average."""
    if random.random() < _NONE:
        return 0
    usual = average / (1 - _NONE)
    return random.randint(round(0.4 * usual), round(1.6 * usual))


def _timestamps(count: int, random: Random) -> list[int]:
    """Return random timestamps in order, some of them equal."""
    moments = sorted(random.randrange(_BEGIN, _END) for _ in range(count))
    for index in range(1, count):
        if random.random() < _TIE:
            moments[index] = moments[index - 1]
    return moments
