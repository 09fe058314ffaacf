"""The database of a PostgreSQL store, on a connection of its own and on those of callers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow, tuple_row

from np6_async._feed.position import Advance, Position

from ._postgres_errors import LOCK_TIMEOUT, to_store_error
from ._postgres_settings import ConnectSettings
from ._postgres_tables import Cursor, Tables

__all__ = ["Database"]

T = TypeVar("T")


class Database:
    """A database. What its methods return, `CursorStore` says."""

    def __init__(self, conninfo: str, schema: str) -> None:
        self.settings = ConnectSettings.parse(conninfo)
        self._tables = Tables(schema)
        self._connection: AsyncConnection[TupleRow] | None = None
        self._store = ""  # its id; known once there was a connection
        self._is_committing = False
        self._turn = asyncio.Lock()

    async def acquire(self, holder: str, seconds: float) -> int | None:
        """Take the lease, or renew it."""
        return await self._run(lambda cursor: self._tables.acquire(cursor, holder, seconds))

    async def release(self, holder: str) -> None:
        """Give the lease back, if the holder has it."""
        await self._run(lambda cursor: self._tables.release(cursor, holder))

    async def load(self, keys: Sequence[bytes]) -> dict[bytes, Position]:
        """Return the positions of those queries that are stored."""
        return await self._run(lambda cursor: self._tables.read(cursor, keys))

    async def save(self, advances: Sequence[Advance], fence: int) -> None:
        """Apply changes, all or none of them."""
        await self._run(lambda cursor: self._tables.write(cursor, advances, fence))

    @asynccontextmanager
    async def transaction(
        self,
        connection: object,
        advance: Advance,
        fence: int,
    ) -> AsyncIterator[None]:
        """Return a context that is a transaction on a caller's connection with a change."""
        if not isinstance(connection, AsyncConnection):
            raise TypeError(
                f"connection must be a psycopg.AsyncConnection, not {type(connection).__name__}"
            )
        await self._check(connection)
        rollback: psycopg.Rollback | None = None
        async with connection.transaction():
            cursor = AsyncCursor(connection, row_factory=tuple_row)
            began = await self._identify(cursor)
            try:
                yield
            except psycopg.Rollback as error:  # psycopg ends it, as if all was committed
                rollback = error
                raise
            if await self._tables.began(cursor) != began:
                raise RuntimeError(
                    "the block ended the transaction itself, for example by COMMIT: the cursor was "
                    "not stored with it"
                )
            await self._tables.write(cursor, [advance], fence)
        if rollback is not None:
            raise rollback

    async def _check(self, connection: AsyncConnection[TupleRow]) -> None:
        if connection.closed:
            raise ValueError("the connection is closed")
        if connection.info.transaction_status != TransactionStatus.IDLE:
            raise ValueError("the connection has an open transaction: commit it first")
        if not self._store:
            await self._run(self._tables.identify)

    async def _identify(self, cursor: Cursor) -> str:
        """Return when a caller's transaction began, in the same database."""
        try:
            store, began = await self._tables.identify(cursor)
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
            store = began = ""
        if store != self._store:
            raise ValueError(
                "the connection is to another database than that of the cursor store, "
                f"{self.settings.where}"
            )
        return began

    async def close(self) -> None:
        """Close the connection."""
        async with self._turn:
            await self._disconnect()
        self._turn = asyncio.Lock()  # it may be used on another event loop next

    async def _run(self, work: Callable[[Cursor], Awaitable[T]]) -> T:
        """Work in a transaction; once more, if the connection was lost since it was used last.

        Raises:
            CursorStoreError: It fails.
        """
        async with self._turn:
            try:
                connection = await self._kept()
                if connection is not None:
                    try:
                        return await self._attempt(connection, work)
                    except psycopg.OperationalError:
                        if not connection.closed or self._is_committing:
                            raise
                return await self._attempt(await self._connect(), work)
            except psycopg.Error as error:
                raise to_store_error(error, self.settings) from error

    async def _attempt(
        self, connection: AsyncConnection[TupleRow], work: Callable[[Cursor], Awaitable[T]]
    ) -> T:
        self._is_committing = False
        async with connection.transaction():
            result = await work(AsyncCursor(connection))
            self._is_committing = True
        return result

    async def _kept(self) -> AsyncConnection[TupleRow] | None:
        """Return the connection, if nothing is wrong with it that shows from here."""
        connection = self._connection
        if connection is None or connection.info.transaction_status == TransactionStatus.IDLE:
            return connection
        await self._disconnect()  # a cancellation has left it amid a statement, or it is closed
        return None

    async def _connect(self) -> AsyncConnection[TupleRow]:
        await self._disconnect()
        connection = await AsyncConnection.connect(
            self.settings.conninfo,
            autocommit=True,
            prepare_threshold=None,  # a pooler such as PgBouncer may be in between
        )
        try:
            await connection.execute(
                "SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_TIMEOUT}s"]
            )
            async with connection.transaction():
                cursor = AsyncCursor(connection)
                self._store = await self._tables.prepare(cursor, self.settings.where)
        except BaseException:
            await connection.close()
            raise
        self._connection = connection
        return connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
