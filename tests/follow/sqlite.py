"""SQLite files for tests."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from np6_async.follow import Advance, SQLiteCursorStore

from .stores import NOON, advance, held, segment

__all__ = ["Slow", "fill", "run"]


async def fill(path: Path) -> None:
    """Make a store with something in it, which no feed uses."""
    async with held(SQLiteCursorStore(path)) as (store, fence):
        changes = [
            advance(key=bytes([number]) * 16, segment=segment(NOON + 1, *range(500)))
            for number in range(20)
        ]
        await store.save(changes, fence=fence)
        await store.release("a")


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for each in statements:
            connection.execute(each)


class Slow:
    """A change whose writing waits: it has begun, and goes on when told."""

    def __init__(self, change: Advance) -> None:
        self._change = change
        self.has_begun = threading.Event()
        self.go = threading.Event()

    def __getattr__(self, name: str) -> Any:
        self.has_begun.set()
        assert self.go.wait(10)
        return getattr(self._change, name)
