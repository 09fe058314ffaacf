"""Someone who keeps data of their own in the database of a store, in SQLite or PostgreSQL."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import AsyncConnection

from np6_async.follow import PostgresCursorStore, SQLiteCursorStore, TransactionalCursorStore

from .postgres import Server

__all__ = ["Caller", "PostgresCaller", "SQLiteCaller"]

_TABLE = "CREATE TABLE IF NOT EXISTS mine (number integer)"
_INSERT = "INSERT INTO mine VALUES (1)"
_COUNT = "SELECT count(*) FROM mine"


class Caller(Protocol):
    """A table of one's own, and a store beside it."""

    def store(self) -> TransactionalCursorStore: ...

    def connect(self, **settings: Any) -> Any:
        """Return a context with a connection to the database, where the table is."""

    def elsewhere(self) -> Any:
        """Return a context with a connection to another database."""

    async def execute(self, connection: Any, statement: str = _INSERT) -> None: ...

    def is_open(self, connection: Any) -> bool:
        """Say whether a transaction is open."""
        ...

    async def count(self) -> int:
        """Return how many rows others see in the table."""
        ...


class SQLiteCaller:
    """As for `Caller`."""

    def __init__(self, place: Path) -> None:
        self.path = place / "mine.db"

    def store(self) -> SQLiteCursorStore:
        return SQLiteCursorStore(self.path)

    @asynccontextmanager
    async def connect(self, **settings: Any) -> AsyncIterator[sqlite3.Connection]:
        settings = {"check_same_thread": False, **settings}
        with closing(sqlite3.connect(self.path, **settings)) as connection:
            connection.execute(_TABLE)
            yield connection

    @asynccontextmanager
    async def elsewhere(self) -> AsyncIterator[sqlite3.Connection]:
        path = self.path.with_name("other.db")
        with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
            yield connection

    async def execute(self, connection: sqlite3.Connection, statement: str = _INSERT) -> None:
        connection.execute(statement)

    def is_open(self, connection: sqlite3.Connection) -> bool:
        return connection.in_transaction

    async def count(self) -> int:
        async with self.connect() as connection:
            return int(connection.execute(_COUNT).fetchone()[0])


class PostgresCaller:
    """As for `Caller`."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.conninfo = server.new_database()
        with psycopg.connect(self.conninfo) as connection:
            connection.execute(_TABLE)

    def store(self) -> PostgresCursorStore:
        return PostgresCursorStore(self.conninfo)

    @asynccontextmanager
    async def connect(self, **settings: Any) -> AsyncIterator[AsyncConnection[Any]]:
        async with await AsyncConnection.connect(self.conninfo, **settings) as connection:
            yield connection

    @asynccontextmanager
    async def elsewhere(self) -> AsyncIterator[AsyncConnection[Any]]:
        async with await AsyncConnection.connect(self._server.new_database()) as connection:
            yield connection

    async def execute(self, connection: AsyncConnection[Any], statement: str = _INSERT) -> None:
        await connection.execute(statement.encode())

    def is_open(self, connection: AsyncConnection[Any]) -> bool:
        return bool(connection.info.transaction_status)

    async def count(self) -> int:
        async with self.connect() as connection:
            row = await (await connection.execute(_COUNT)).fetchone()
            return 0 if row is None else int(row[0])
