"""Follow new events: each is delivered once, also across restarts."""

from np6_async._feed.batch import FollowBatch
from np6_async._feed.errors import ClockSkewError, CursorStoreError, FollowError, LeaseLostError
from np6_async._feed.feed import Feed
from np6_async._feed.position import Advance, Position, Segment
from np6_async._feed.schedule import Window
from np6_async._feed.stats import LATENESS, FollowStats
from np6_async._feed.store import CursorStore, TransactionalCursorStore

from .stores._memory import MemoryCursorStore
from .stores._postgres import PostgresCursorStore
from .stores._sqlite import SQLiteCursorStore
from .stores._stored import StoredCursor

__all__ = [
    "LATENESS",
    "Advance",
    "ClockSkewError",
    "CursorStore",
    "CursorStoreError",
    "Feed",
    "FollowBatch",
    "FollowError",
    "FollowStats",
    "LeaseLostError",
    "MemoryCursorStore",
    "Position",
    "PostgresCursorStore",
    "SQLiteCursorStore",
    "Segment",
    "StoredCursor",
    "TransactionalCursorStore",
    "Window",
]
