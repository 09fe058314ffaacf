"""Makes batches of the events of one window: new ones only, in the order of time."""

from collections.abc import Iterable, Iterator

from attrs import Factory, define, field, frozen

from .keys import Element, read_elements
from .position import Position, Segment, delivered
from .schedule import Settings, Window

__all__ = ["Collector", "Found"]


def _moment(element: Element, without: int = 0) -> int:
    """Return the timestamp of an event, or another moment if it has none."""
    return without if element.timestamp is None else element.timestamp


@frozen
class Found:
    """Some new events of a window.

    Attributes:
        elements: The events.
        segment: Their keys.
        late: How many of the first ones are older than the cursor was.
    """

    elements: list[Element]
    segment: Segment
    late: int


@define(eq=False)
class Collector:
    """Takes the events of a window as they arrive, and returns the new ones in batches.

    Attributes:
        position: Where the query stands.
        settings: The settings of the feed.
        window: The window that was asked for. Its end may be moved to an earlier moment before the
            first event is taken, but not after that.
        arrived: Events that arrived.
        known: Those that were delivered before, or came twice in the response.
        outside: Those that are not in the window.
    """

    position: Position
    window: Window
    settings: Settings
    arrived: int = 0
    known: int = 0
    outside: int = 0
    _asked_end: int = field(init=False)
    _unread: list[bytes] = Factory(list)  # their keys were not read yet: fast only for many at once
    _unread_size: int = 0
    _new: list[Element] = Factory(list)
    _undated: list[Element] = Factory(list)  # they come last
    _segments: list[Segment] = field(init=False)  # of the position, and of this window so far

    def __attrs_post_init__(self) -> None:
        self._asked_end = self.window.end
        self._segments = list(self.position.segments)

    def end_at(self, moment: int) -> None:
        """Move the end of the window to an earlier moment."""
        if moment < self.window.end:
            self.window = self.window._replace(end=max(moment, self.window.start))

    def take(self, raw: list[bytes]) -> Iterator[Found]:
        """Take events as they arrive; yield batches that are full."""
        for each in raw:
            self._unread.append(each)
            self._unread_size += len(each)
            if self._is_full(len(self._unread), self._unread_size):
                self._read()
                yield from self._full()

    def finish(self) -> Iterator[Found]:
        """Yield the rest: the window was answered in full."""
        self._read()
        self._new += self._undated
        self._undated = []
        yield from self._full()
        if self._new:
            yield self._found(len(self._new))

    def _read(self) -> None:
        elements = self._fresh(read_elements(self._unread))
        self._unread, self._unread_size = [], 0
        self._undated += [each for each in elements if each.timestamp is None]
        self._new += sorted((each for each in elements if each.timestamp is not None), key=_moment)

    def _fresh(self, elements: list[Element]) -> list[Element]:
        """Return those that are in the window and were not delivered before, each once."""
        start, end = self.window
        inside = [each for each in elements if start <= _moment(each, start) < end]
        keys = {each.key: each for each in reversed(inside)}  # the first one of equal ones stays
        for key in delivered(keys, self._segments, since=start):
            del keys[key]
        self._segments.append(self._segment(keys))
        self.arrived += len(elements)
        self.known += len(inside) - len(keys)
        if len(inside) < len(elements):
            self.outside += sum(
                not start <= _moment(each, start) < self._asked_end for each in elements
            )
        return [each for each in inside if keys.get(each.key) is each]

    def _segment(self, keys: Iterable[bytes]) -> Segment:
        # An event without timestamp may lie anywhere in what was asked for.
        return Segment(self._asked_end, b"".join(keys))

    def _is_full(self, count: int, size: int) -> bool:
        return count >= self.settings.batch_events or size >= self.settings.batch_bytes

    def _full(self) -> Iterator[Found]:
        """Yield batches that are full; keep the rest."""
        count = size = 0
        for each in list(self._new):
            if count and size + len(each.raw) > self.settings.batch_bytes:
                yield self._found(count)
                count = size = 0
            count += 1
            size += len(each.raw)
            if self._is_full(count, size):
                yield self._found(count)
                count = size = 0

    def _found(self, count: int) -> Found:
        elements, self._new = self._new[:count], self._new[count:]
        segment = self._segment(each.key for each in elements)
        return Found(elements, segment, _count_late(elements, self.position.cursor))


def _count_late(elements: list[Element], cursor: int) -> int:
    """Return how many of the first events are older than the cursor."""
    for number, each in enumerate(elements):
        if each.timestamp is None or each.timestamp >= cursor:
            return number
    return len(elements)
