"""A transaction on a caller's SQLite connection, in which a cursor is stored as well."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from np6_async._feed.position import Advance

from . import _sqlite_tables as tables

__all__ = ["transaction"]

_SAVEPOINT = "np6_async"  # it is gone if the block ends the transaction


@asynccontextmanager
async def transaction(
    connection: sqlite3.Connection, advance: Advance, *, fence: int
) -> AsyncIterator[None]:
    """Begin a transaction; apply a change and commit both if the block succeeds."""
    own = _Transaction(connection)
    try:
        await _in_thread(own.begin)
        yield
        await _in_thread(lambda: own.commit(advance, fence))
    except BaseException:
        await _in_thread(own.roll_back)
        raise


class _Transaction:
    """Its methods wait for locks and the disk."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._is_open = False

    def begin(self) -> None:
        if self._connection.in_transaction:
            raise ValueError(
                "the connection has an open transaction: commit it first, and do not make the "
                "connection with autocommit=False, which always has one"
            )
        self._connection.execute("BEGIN IMMEDIATE")
        self._is_open = True
        self._connection.execute(f"SAVEPOINT {_SAVEPOINT}")

    def commit(self, advance: Advance, fence: int) -> None:
        try:
            self._connection.execute(f"RELEASE {_SAVEPOINT}")
        except sqlite3.OperationalError as error:
            raise RuntimeError(
                "the block ended the transaction itself, for example by commit() or "
                "executescript(): the cursor was not stored with it"
            ) from error
        tables.write(self._connection, [advance], fence=fence)
        self._connection.execute("COMMIT")
        self._is_open = False

    def roll_back(self) -> None:
        if self._is_open:
            self._is_open = False
            with suppress(sqlite3.Error):  # the block may have ended it, or closed the connection
                self._connection.execute("ROLLBACK")


async def _in_thread(work: Callable[[], None]) -> None:
    """Run in another thread, to the end also when cancelled: what a thread does goes on anyway."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    cancellation: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        task.exception()  # is read, so that nothing complains: the cancellation goes first
        raise cancellation
    task.result()
