"""Cursors in PostgreSQL: for feeds of several machines, one at a time."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from np6_async._feed.position import Advance, Position

__all__ = ["PostgresCursorStore"]


class PostgresCursorStore:
    """Keeps cursors in PostgreSQL 13 or newer, in tables whose names begin with ``np6_``.

    It creates the tables. One connection of its own, opened when needed and again when lost, serves
    the lease and the cursors. The lease runs by the clock of the database.

    Args:
        conninfo: How to connect: a URL, or ``name=value`` pairs; see
            https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
        schema: The schema of the tables, which must exist.

    Raises:
        ImportError: psycopg is not installed: ``pip install 'np6-async[postgres]'``.
        ValueError: `conninfo` is not valid.
    """

    def __init__(self, conninfo: str, *, schema: str = "public") -> None:
        try:
            from ._postgres_database import Database  # noqa: PLC0415 - psycopg is optional
        except ImportError as error:
            raise ImportError(
                f"PostgresCursorStore needs psycopg 3: pip install 'np6-async[postgres]' ({error})"
            ) from error
        self._database = Database(conninfo, schema)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._database.settings.where}>"

    async def acquire(self, holder: str, *, seconds: float) -> int | None:
        """Take the lease, or renew it; see `CursorStore.acquire`."""
        return await self._database.acquire(holder, seconds)

    async def release(self, holder: str) -> None:
        """Give the lease back, if the holder has it."""
        await self._database.release(holder)

    async def load(self, keys: Sequence[bytes]) -> dict[bytes, Position]:
        """Return the positions of those queries that are stored.

        It waits for changes that are being committed at the time, also on connections of others.
        """
        return await self._database.load(keys)

    async def save(self, advances: Sequence[Advance], *, fence: int) -> None:
        """Apply changes, all or none of them; see `CursorStore.save`.

        If it is cancelled, or the connection is lost during the commit, `load` tells the outcome.
        """
        await self._database.save(advances, fence)

    def transaction(
        self,
        connection: Any,  # noqa: ANN401 - psycopg is optional
        advance: Advance,
        *,
        fence: int,
    ) -> AbstractAsyncContextManager[None]:
        """Return a context that is a transaction; see `TransactionalCursorStore.transaction`.

        Errors of the connection pass as they are. So does a `psycopg.Rollback` that the block
        raises, since then nothing is committed.

        Args:
            connection: A `psycopg.AsyncConnection` to the same database, with or without
                autocommit, and at any isolation level.
            advance: The change.
            fence: The number of the lease.

        Raises:
            LeaseLostError: As from `save`; the transaction is rolled back.
            ValueError: The connection has an open transaction, is closed, or is to another
                database.
            TypeError: It is not a `psycopg.AsyncConnection`.
            RuntimeError: The block ended the transaction itself.
        """
        return self._database.transaction(connection, advance, fence)

    async def aclose(self) -> None:
        """Close the connection. Safe to call twice."""
        await self._database.close()
