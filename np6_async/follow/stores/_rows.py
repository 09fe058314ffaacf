"""Positions as rows of a database, the same in SQLite and in PostgreSQL."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from np6_async._feed.position import Advance, Position, Segment

__all__ = ["SCHEMA_VERSION", "CursorRow", "SegmentRow", "chunks", "segment_rows", "to_positions"]

SCHEMA_VERSION: Final = 1
"""The version of the tables. A store refuses those of a later one."""

CursorRow: TypeAlias = tuple[bytes, int, int, int]
"""Key, horizon, cursor, version."""

SegmentRow: TypeAlias = tuple[bytes, int, int, bytes]
"""Key, version of the position that it came with, end, ids."""


def to_positions(
    cursors: Iterable[CursorRow], segments: Iterable[SegmentRow]
) -> dict[bytes, Position]:
    """Return positions by key. The segments of each come in the order of their versions."""
    remembered: defaultdict[bytes, list[Segment]] = defaultdict(list)
    for key, _, end, ids in segments:
        remembered[key].append(Segment(end, ids))
    return {
        key: Position(horizon, cursor, version, tuple(remembered[key]))
        for key, horizon, cursor, version in cursors
    }


def segment_rows(advances: Iterable[Advance]) -> list[SegmentRow]:
    """Return the rows of the segments that come with changes and are still remembered after."""
    return [
        (each.key, each.version + 1, each.segment.end, each.segment.ids)
        for each in advances
        if each.segment is not None and each.segment.end > each.horizon
    ]


def chunks(keys: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    """Yield parts of at most a size."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
