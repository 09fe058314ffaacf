"""Which events a caller has, so that a stream that breaks off can be resumed.

The API has no cursor, so the client asks again and leaves out the events that the caller has. A
sorted query is asked again from its last timestamp on, inclusive, and only the ids at that
timestamp must be remembered; any other query is asked again as a whole. Pure: no clock, no I/O.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import compress
from math import inf
from operator import attrgetter
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from attrs import evolve

from np6_async._decode.heads import UNREADABLE, Head, read_head, read_heads
from np6_async._query import EventQuery
from np6_async.errors import NP6Error, StreamInterruptedError, TransportError
from np6_async.models import Event, UnknownEvent

__all__ = ["EVENT_KEYS", "MAX_IDS", "RAW_KEYS", "KeyReader", "Progress"]

T = TypeVar("T")

MAX_IDS: Final = 100_000
"""How many ids are remembered of one response: 56 bytes each, about 5 MiB."""

_MAX_UNREAD: Final = 2**19  # bytes of elements whose keys have not been read yet
_MAX_UNSETTLED: Final = 2000  # elements whose order has not been checked yet


EventKey: TypeAlias = Event | UnknownEvent | Head
"""What holds the id and timestamp of an element."""


class KeyReader(NamedTuple, Generic[T]):
    """How to read the keys of elements: their ids and timestamps.

    Attributes:
        keys: Returns the key of each element.
        size: Returns the bytes of the elements, if that is faster than to read their keys. The keys
            are then read later, many at once. None to read them at once.
    """

    keys: Callable[[list[T]], Sequence[EventKey]]
    size: Callable[[list[T]], int] | None = None


def _read_all(elements: list[bytes]) -> Sequence[EventKey]:
    """Read the ids and timestamps of elements, and nothing else of them."""
    try:
        return read_heads(elements)
    except UNREADABLE:
        return list(map(_read, elements))


def _read(element: bytes) -> EventKey:
    try:
        return read_head(element)
    except UNREADABLE:
        return UnknownEvent(type=None, id=None, timestamp=None, reason="", raw=element)


def _size(elements: list[bytes]) -> int:
    return sum(map(len, elements))


def _identity(events: list[Any]) -> list[Any]:
    return events


EVENT_KEYS: Final = KeyReader(_identity)
"""Events are their own keys."""

RAW_KEYS: Final = KeyReader(_read_all, _size)
"""Elements that are JSON: their id and timestamp are decoded."""

_uuids: Final = attrgetter("id.int")
_timestamp: Final = attrgetter("timestamp")


def _ids(keys: Sequence[EventKey]) -> list[int]:
    try:
        return list(map(_uuids, keys))
    except AttributeError:  # an element has no id
        return list(map(_id, keys))


def _id(key: EventKey) -> int:
    """Return the number by which an element is recognized.

    That is its id, which is the same in every response. For an element without one it is a digest
    of its JSON, not its position, because the order may change. If the API formats it in another
    way the next time, it is yielded twice, which is better than not at all.
    """
    if isinstance(key, UnknownEvent) and key.id is None:
        return int.from_bytes(blake2b(key.raw, digest_size=16).digest(), "big")
    number: int = _uuids(key)
    return number


class Progress(Generic[T]):
    """Which events the caller of one query has.

    Call `take` for the elements of a response as they arrive, and `resume` when it breaks off.

    Args:
        query: What the caller asked for.
        keys: Reads the ids and timestamps of elements.
    """

    def __init__(self, query: EventQuery, keys: KeyReader[T]) -> None:
        self.query = query
        """What to ask for next."""
        self.given = 0
        """How many elements the caller has."""
        self._whole = query
        self._key_reader = keys
        self._unread: list[T] = []  # given; their keys have not been read yet
        self._unseen_size = 0
        self._new_ids: list[int] = []  # read; their order has not been checked yet
        self._new_times: list[int | None] = []
        self._ordered = True
        self._follows = query.sort in ("asc", "desc")  # whether it is known where the rest begins
        self._ids: list[int] | None = []  # of all given elements; None if they are too many
        self._edge: int | None = None  # a timestamp at which the rest can begin
        self._since: list[int] = []  # ids of the elements from `_edge` on
        self._latest: int | None = None  # the last timestamp
        self._before: float | None = inf  # the timestamp of the last element; None if it had none
        self._repeated: dict[int, int] = {}  # ids that this response will repeat

    def take(self, elements: list[T], *, last: bool = False) -> list[T]:
        """Return those of the elements that the caller does not have, and count them as given.

        Args:
            elements: What has arrived of the response.
            last: Whether the response is complete with them. Then only their order matters.
        """
        if self._repeated:
            new = map(self._is_new, self._key_reader.keys(elements))
            elements = list(compress(elements, new))
        if elements:
            self.given += len(elements)
            if not last or self._follows:
                self._record(elements)
        return elements

    @property
    def in_order(self) -> bool:
        """Whether the elements came in the requested order, if one was requested."""
        if self._follows:
            self._settle()
        return self._ordered

    def resume(self, failure: NP6Error) -> NP6Error | None:
        """Set `query` to the next query after a failure; return an error if that is impossible."""
        if not (self.given and isinstance(failure, TransportError)):
            return None
        self._settle()
        rest = self._rest()
        if rest is not None:
            self.query, repeated = rest, self._since
        elif self._ids is not None:
            self.query, repeated = self._whole, self._ids
        else:
            return self._too_many_ids(failure)
        self._repeated = Counter(repeated)
        return None

    def _too_many_ids(self, failure: NP6Error) -> NP6Error:
        advice = "ask for less at once" if self._whole.sort else 'ask with sort="asc"'
        return StreamInterruptedError(
            f"{failure.args[0]}, after too many events to resume: {advice}",
            status=failure.status,
            request_id=failure.request_id,
        )

    def _is_new(self, key: EventKey) -> bool:
        if self._is_outside(key.timestamp):
            return False
        found = _id(key)
        if found not in self._repeated:
            return True
        self._repeated[found] -= 1
        if not self._repeated[found]:
            del self._repeated[found]
        return False

    def _is_outside(self, timestamp: int | None) -> bool:
        """Whether it is outside the window of the rest: the API has ignored the window."""
        if self.query is self._whole or timestamp is None:
            return False
        start, end = self.query.start, self.query.end
        return (start is not None and timestamp < start) or (end is not None and timestamp >= end)

    @property
    def _descends(self) -> bool:
        return self._whole.sort == "desc"

    def _rest(self) -> EventQuery | None:
        """Return the query for the rest, which repeats few elements; None if that is unknown."""
        if not self._follows or self._edge is None:
            return None
        try:
            if self._descends:
                return evolve(self._whole, end=self._edge + 1)
            return evolve(self._whole, start=self._edge)
        except ValueError:  # not an instant that the API accepts
            return None

    def _record(self, elements: list[T]) -> None:
        if self._ids is None and not self._follows:
            return
        if self._key_reader.size is None:
            self._remember(self._key_reader.keys(elements))
            return
        self._unread += elements
        self._unseen_size += self._key_reader.size(elements)
        if self._unseen_size > _MAX_UNREAD:
            self.read_keys()

    def read_keys(self) -> None:
        """Let go of the elements whose keys were not read yet: read them now."""
        unseen, self._unread, self._unseen_size = self._unread, [], 0
        if unseen:
            self._remember(self._key_reader.keys(unseen))

    def _remember(self, keys: Sequence[EventKey]) -> None:
        """Note the ids, and for a sorted query the timestamps. This runs for every page."""
        self._new_ids += _ids(keys)
        if self._follows:
            self._new_times += map(_timestamp, keys)
        if len(self._new_ids) > _MAX_UNSETTLED:
            self._settle()

    def _settle(self) -> None:
        """Check the order of the elements since the last call, and find where the rest begins."""
        self.read_keys()
        ids, times = self._new_ids, self._new_times
        self._new_ids, self._new_times = [], []
        if self._ids is not None:
            self._ids += ids
            if len(self._ids) > MAX_IDS:
                self._ids = None
        if self._follows:
            self._follow(ids, times)
            if not self._ordered or len(self._since) > MAX_IDS:
                self._follows, self._since = False, []

    def _follow(self, ids: list[int], times: list[int | None]) -> None:
        """Check the order, and move the edge as far as possible.

        The edge lies between two different timestamps. An element without a timestamp could belong
        to either side, so the edge is never next to one.
        """
        dated = [time for time in (self._latest, *times) if time is not None]
        if dated != sorted(dated, reverse=self._descends):
            self._ordered = False
            return
        first = 0 if None in times or not times else times.index(times[-1])
        before = times[first - 1] if first else self._before
        for time, number in zip(times[first:], ids[first:], strict=True):
            if time is not None and before is not None and time != before:
                self._edge, self._since = time, []
            self._since.append(number)
            before = time
        self._before, self._latest = before, dated[-1] if dated else None
