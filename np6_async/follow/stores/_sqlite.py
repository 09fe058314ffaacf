"""Cursors in a SQLite file: for feeds of one machine, one at a time."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from np6_async._feed.position import Advance, Position

from ._sqlite_file import CursorFile
from ._sqlite_transaction import transaction
from ._stored import StoredCursor

__all__ = ["SQLiteCursorStore"]

P = ParamSpec("P")
T = TypeVar("T")


class SQLiteCursorStore:
    """Keeps cursors in a SQLite file, which it creates. The file may have tables of your own.

    It uses WAL and `synchronous=FULL`: what is committed survives a loss of power. The file belongs
    on a local disk, since SQLite's locks fail on many network file systems. A thread of its own
    waits for the disk.

    Args:
        path: The file. Its directory must exist.

    Raises:
        ValueError: The path names a database in memory.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if os.fspath(path) in ("", ":memory:"):
            raise ValueError("path must name a file: for cursors in memory, use MemoryCursorStore")
        self._path = Path(path).absolute()
        self._file = CursorFile(self._path)
        self._thread: ThreadPoolExecutor | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._path)!r})"

    async def acquire(self, holder: str, *, seconds: float) -> int | None:
        """Take the lease, or renew it; see `CursorStore.acquire`. It runs by the wall clock."""
        return await self._run(CursorFile.acquire, holder, seconds)

    async def release(self, holder: str) -> None:
        """Give the lease back, if the holder has it."""
        await self._run(CursorFile.release, holder)

    async def load(self, keys: Sequence[bytes]) -> dict[bytes, Position]:
        """Return the positions of those queries that are stored."""
        return await self._run(CursorFile.load, list(keys))

    async def save(self, advances: Sequence[Advance], *, fence: int) -> None:
        """Apply changes, all or none of them; see `CursorStore.save`.

        Once begun, it completes even if it is cancelled. A later `load` sees the outcome.
        """
        await self._run(CursorFile.save, list(advances), fence)

    @asynccontextmanager
    async def transaction(
        self, connection: sqlite3.Connection, advance: Advance, *, fence: int
    ) -> AsyncIterator[None]:
        """Return a context that is a transaction; see `TransactionalCursorStore.transaction`.

        It holds the write lock of the file from the start (`BEGIN IMMEDIATE`). Keep the block
        short: the feed must write as well, to keep its lease. Errors of the connection pass as they
        are.

        Args:
            connection: A connection to the same file, made with `check_same_thread=False`, since
                another thread waits for its locks.
            advance: The change.
            fence: The number of the lease.

        Raises:
            LeaseLostError: As from `save`; the transaction is rolled back.
            ValueError: The connection has an open transaction, is to another file, or cannot be
                used in another thread.
            TypeError: It is not a `sqlite3.Connection`.
            RuntimeError: The block ended the transaction itself.
        """
        if not isinstance(connection, sqlite3.Connection):
            raise TypeError(
                f"connection must be a sqlite3.Connection, not {type(connection).__name__}"
            )
        await self._run(CursorFile.check_same, connection)
        async with transaction(connection, advance, fence=fence):
            yield

    async def describe(self) -> list[StoredCursor]:
        """Return the cursors of all queries, in the order of their labels."""
        return await self._run(CursorFile.describe)

    async def forget(self, key: bytes) -> bool:
        """Delete the cursor of a query; return whether there was one.

        Raises:
            CursorStoreError: A feed holds the lease of the store.
        """
        return await self._run(CursorFile.forget, key)

    async def aclose(self) -> None:
        """Close the file, after what was begun. Safe to call twice."""
        thread, self._thread = self._thread, None
        if thread is not None:
            file, self._file = self._file, CursorFile(self._path)
            closed = asyncio.get_running_loop().run_in_executor(thread, file.close)
            thread.shutdown(wait=False)
            await asyncio.shield(closed)

    async def _run(
        self, work: Callable[Concatenate[CursorFile, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="np6-cursors")
        call = partial(work, self._file, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)
