"""Where a query stands: what of it was delivered, and what may still come."""

from collections.abc import Iterable
from itertools import chain
from struct import iter_unpack
from typing import NamedTuple, Self

from attrs import frozen

__all__ = ["ID_SIZE", "Advance", "Position", "Segment", "delivered"]

ID_SIZE = 16
"""Bytes of the id of an event, as it is remembered."""


class Segment(NamedTuple):
    """The ids of some events that were delivered, packed.

    Attributes:
        end: The end of the window in which they were found, in milliseconds since the epoch. The
            timestamps of all of them are earlier.
        ids: 16 bytes for each.
    """

    end: int
    ids: bytes


def delivered(ids: Iterable[bytes], segments: Iterable[Segment], *, since: int) -> set[bytes]:
    """Return those of the ids that are in segments with events at or after a moment."""
    # All in C, and nothing is built: the ids of a busy query would take 100 MB as a set.
    packed = (iter_unpack(f"{ID_SIZE}s", each.ids) for each in segments if each.end > since)
    return set(ids).intersection(chain.from_iterable(chain.from_iterable(packed)))


@frozen
class Position:
    """Where a query stands. All moments are in milliseconds since the epoch.

    Every event before `horizon` is final. Every id that was delivered from a window that ends after
    `horizon` is remembered.

    Attributes:
        horizon: No event before this moment is asked for again.
        cursor: Everything before this moment was asked for, at least once.
        version: How often it was changed; 0 if it is not stored yet.
        segments: The ids that are remembered.
    """

    horizon: int
    cursor: int
    version: int = 0
    segments: tuple[Segment, ...] = ()

    def after(self, advance: "Advance") -> Self:
        """Return the position after a change."""
        segments = self.segments
        if advance.segment is not None:
            segments += (advance.segment,)
        return type(self)(
            horizon=advance.horizon,
            cursor=advance.cursor,
            version=advance.version + 1,
            segments=tuple(each for each in segments if each.end > advance.horizon),
        )


@frozen(kw_only=True)
class Advance:
    """A change of the position of one query. A store applies it as a whole, or not at all.

    Attributes:
        key: The query, as 16 bytes.
        label: The query as text, without personal data.
        version: The version of the position that it changes. 0 for a query that is not stored yet.
        horizon: The new horizon. Segments that end there or earlier are deleted.
        cursor: The new cursor.
        segment: The ids that are delivered with this change; None if none are.
    """

    key: bytes
    label: str
    version: int
    horizon: int
    cursor: int
    segment: Segment | None = None
