"""The events of the sandbox: the same for the same seed, in every process and for every query."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from np6_async._decode.decoder import MODELS
from np6_async._generated.examples import EXAMPLES
from np6_async._generated.kinds import OPERATIONS, Operation
from np6_async._parameters import path_parameter

from ._examples import templates
from ._faults import Faults, spoil
from ._ids import FIRST_ID, make_ids
from ._live import Live
from ._live_log import LiveLog, Maker
from ._selection import Selection
from ._template import Own
from ._timeline import TIE, Key, Timeline, merge

__all__ = ["EventLog"]

_BEGIN: Final = int(datetime(2025, 3, 1, tzinfo=UTC).timestamp() * 1000)
_END: Final = int(datetime(2025, 3, 31, tzinfo=UTC).timestamp() * 1000)
_NONE: Final = 0.1  # share of ids without an event of a kind


class EventLog:
    """Every event of every kind, generated on first use, and live events as time passes.

    A kind with an id in its path has a timeline for each id. One without has a single timeline:
    that of all ids together, if there is the same path with an id, and else one of its own.

    Args:
        seed: The seed of the events.
        notifications: The number of notifications, and of the ids of any other sort.
        events: The number of events of each kind that an id has, on average.
        faults: The faults of some events.
        live: How live events are published; None for no live events.
        operations: The endpoint of each kind.
        examples: The example events of each kind.
        models: The models of each kind.

    Raises:
        ValueError: There are no ids for the parameter of a path.
    """

    def __init__(
        self,
        *,
        seed: int,
        notifications: int,
        events: int,
        faults: Faults,
        live: Live | None = None,
        operations: Mapping[Any, Operation] = OPERATIONS,
        examples: Mapping[Any, Sequence[dict[str, Any]]] = EXAMPLES,
        models: Mapping[Any, Sequence[type[Any]]] = MODELS,
    ) -> None:
        self.operations: Final = operations
        """The endpoint of each kind."""
        self.notification_ids: Final = range(FIRST_ID, FIRST_ID + notifications)
        """The ids of the notifications."""
        self.ids: Final[dict[str, list[int | str]]] = {}
        """The ids of each kind; none if its path has no id."""
        for kind, operation in operations.items():
            parameter = path_parameter(operation.parameters)
            found = [] if parameter is None else make_ids(parameter, notifications, examples[kind])
            self.ids[kind] = found
        self._wholes = {
            operation.path.replace("/{}", "", 1): kind
            for kind, operation in operations.items()
            if self.ids[kind]
        }
        self._templates = {
            kind: templates(operation, examples[kind], models[kind])
            for kind, operation in operations.items()
        }
        self._seed = seed
        self._average = events
        self._faults = faults
        self._timelines: dict[Key, Timeline] = {}
        self._live = None if live is None else LiveLog(live, seed=seed, maker=self._maker)

    def select(
        self, kind: str, id_: int | str | None, selection: Selection, at: int | None = None
    ) -> list[bytes]:
        """Return the events of a selection that are visible at a moment.

        Args:
            kind: The kind of the events.
            id_: The id of what they belong to; None for a kind without ids.
            selection: Which of them to return, and in which order.
            at: The moment, in milliseconds since 1970-01-01T00:00:00Z; None for now.

        Raises:
            LookupError: There is no such id.
        """
        seeded = self.timeline(kind, id_)
        if self._live is None:
            return seeded.select(selection)
        moment = self._live.now() if at is None else at
        live = [
            self._live.visible(part, selection, moment)
            for part in self._parts(kind) or [(kind, id_)]
            if self._templates[part[0]]
        ]
        return merge([seeded.part(seeded.window(selection)), *live]).select(selection)

    def timeline(self, kind: str, id_: int | str | None) -> Timeline:
        """Return the events of the seed, of one kind and one id; None for a kind without ids.

        Raises:
            LookupError: There is no such id.
        """
        key = (kind, id_)
        if key not in self._timelines:
            self._timelines[key] = self._make(kind, id_)
        return self._timelines[key]

    def _make(self, kind: str, id_: int | str | None) -> Timeline:
        parameter = path_parameter(self.operations[kind].parameters)
        if parameter is not None and id_ not in self.ids[kind]:
            shown = "***" if parameter.is_personal else id_
            raise LookupError(f"the sandbox has no {parameter.name.removesuffix('_id')} {shown}")
        parts = self._parts(kind)
        return merge(self.timeline(*part) for part in parts) if parts else self._generate(kind, id_)

    def _parts(self, kind: str) -> list[Key]:
        """Return what the timeline of a kind is merged from; nothing if it has its own events."""
        parts = self._wholes.get(self.operations[kind].path)
        return [] if parts is None else [(parts, id_) for id_ in self.ids[parts]]

    def _generate(self, kind: str, id_: int | str | None) -> Timeline:
        # A Random seeded with a string is the same in every process. Faults use a Random of their
        # own, so that they change nothing else in the events.
        name = f"{self._seed}/{kind}/{'' if id_ is None else id_}"
        random, fault_random = Random(name), Random(f"{name}/faults")
        if not self._templates[kind]:
            return Timeline([], [])
        none = 0 if id_ is None else _NONE
        timestamps = _timestamps(_count(self._average, none, random), random)
        make = self._maker((kind, id_), random, fault_random)
        return Timeline(timestamps, [make(timestamp) for timestamp in timestamps])

    def _maker(self, key: Key, random: Random, fault_random: Random) -> Maker:
        kind, id_ = key

        def make(timestamp: int) -> bytes:
            template = random.choice(self._templates[kind])
            owner = random.choice(self.notification_ids) if id_ is None else id_
            return spoil(template.fill(Own(owner, timestamp, random)), self._faults, fault_random)

        return make


def _count(average: int, none: float, random: Random) -> int:
    """Return a random number of events: none, or up to 60 % more or less than the average."""
    if random.random() < none:
        return 0
    usual = average / (1 - none)
    return random.randint(round(0.4 * usual), round(1.6 * usual))


def _timestamps(count: int, random: Random) -> list[int]:
    """Return random timestamps in order, some of them equal."""
    moments = sorted(random.randrange(_BEGIN, _END) for _ in range(count))
    for index in range(1, count):
        if random.random() < TIE:
            moments[index] = moments[index - 1]
    return moments
