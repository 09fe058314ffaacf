"""The file of a SQLite store. All of this runs in one thread, since it waits for the disk."""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from np6_async._feed.errors import CursorStoreError
from np6_async._feed.position import Advance, Position

from . import _sqlite_tables as tables
from ._refusals import damaged
from ._sqlite_errors import BUSY_TIMEOUT, to_store_error
from ._stored import StoredCursor

__all__ = ["CursorFile"]


class _Lease(NamedTuple):
    holder: str
    fence: int
    expires: float


class CursorFile:
    """A file, opened when it is first used. What its methods return, `CursorStore` says.

    Args:
        path: The file.
        timeout: Seconds to wait for a lock of another connection.
    """

    def __init__(self, path: Path, timeout: float = BUSY_TIMEOUT) -> None:
        self._path = path
        self._timeout = timeout
        self._name = f"the cursor store {path}"
        self._connection: sqlite3.Connection | None = None
        self._is_ready = False

    def acquire(self, holder: str, seconds: float) -> int | None:
        """Take the lease, or renew it."""
        with self._transaction() as connection:
            now, held = time.time(), self._lease(connection)
            is_valid = now < held.expires
            if is_valid and held.holder != holder:
                return None
            fence = held.fence if is_valid else held.fence + 1
            connection.execute(
                "UPDATE np6_lease SET holder = ?, fence = ?, expires = ?",
                (holder, fence, now + seconds),
            )
            return fence

    def release(self, holder: str) -> None:
        """Give the lease back, if the holder has it."""
        with self._transaction() as connection:
            connection.execute("UPDATE np6_lease SET expires = 0 WHERE holder = ?", (holder,))

    def load(self, keys: Sequence[bytes]) -> dict[bytes, Position]:
        """Return the positions of those queries that are stored."""
        with self._transaction("DEFERRED") as connection:
            return tables.read(connection, keys)

    def save(self, advances: Sequence[Advance], fence: int) -> None:
        """Apply changes, all or none of them."""
        with self._transaction() as connection:
            tables.write(connection, advances, fence=fence)

    def describe(self) -> list[StoredCursor]:
        """Return all that is stored; nothing if there are no tables, which are not made."""
        with self._errors():
            connection = self._open()
            return tables.describe(connection) if tables.has_tables(connection) else []

    def forget(self, key: bytes) -> bool:
        """Delete the cursor of a query, unless a feed may be using it."""
        with self._transaction() as connection:
            expires = self._lease(connection).expires
            if time.time() < expires:
                until = datetime.fromtimestamp(expires, UTC)
                raise CursorStoreError(
                    f"{self._name} is used by a feed, whose lease lasts until "
                    f"{until:%H:%M:%S} UTC: end the feed first"
                )
            return tables.forget(connection, key)

    def check_same(self, connection: sqlite3.Connection) -> None:
        """Check that a caller's connection is to this file, and usable in any thread.

        Raises:
            ValueError: It is not.
        """
        with self._errors():
            self._ready()
        try:
            cursor = connection.cursor()
        except sqlite3.ProgrammingError as error:
            raise ValueError(
                "the connection cannot be used in another thread, or is closed: make it with "
                f"check_same_thread=False ({error})"
            ) from error
        cursor.row_factory = None
        names = {row[1]: row[2] for row in cursor.execute("PRAGMA database_list")}
        file = os.fsdecode(names.get("main") or names.get(b"main") or "")
        if not file or not self._path.samefile(file):
            raise ValueError(
                f"the connection is to {file or 'a database in memory'}, not to the file of the "
                f"cursor store, {self._path}"
            )

    def close(self) -> None:
        """Close the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise to_store_error(error, self._path) from error

    @contextmanager
    def _transaction(self, mode: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        with self._errors():
            connection = self._ready()
            with _transaction(connection, mode):
                yield connection

    def _ready(self) -> sqlite3.Connection:
        """Return a connection to a file that has the tables."""
        connection = self._open()
        if not self._is_ready:
            if not tables.has_tables(connection):
                with _transaction(connection, "IMMEDIATE"):
                    tables.create(connection)
            # Another connection may be in the way. It works without WAL too: readers and a writer
            # then take turns. Any other fault shows in the next statement.
            with suppress(sqlite3.OperationalError):
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            self._is_ready = True
        return connection

    def _open(self) -> sqlite3.Connection:
        """Return a connection to the file, which is not changed by that."""
        if self._connection is None:
            connection = sqlite3.connect(self._path, timeout=self._timeout, isolation_level=None)
            try:
                if tables.has_tables(connection):
                    tables.check_version(connection, self._name)
            except BaseException:
                connection.close()
                raise
            self._connection, self._is_ready = connection, False
        return self._connection

    def _lease(self, connection: sqlite3.Connection) -> _Lease:
        row = connection.execute("SELECT holder, fence, expires FROM np6_lease").fetchone()
        if row is None:
            raise damaged(self._name, "its lease")
        return _Lease(*row)


@contextmanager
def _transaction(connection: sqlite3.Connection, mode: str) -> Iterator[None]:
    connection.execute(f"BEGIN {mode}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # the first error tells more
            connection.execute("ROLLBACK")
        raise
