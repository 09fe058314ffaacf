"""Someone who administers a database: ends connections, holds locks, and sees who waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from psycopg import AsyncConnection

__all__ = ["END_OTHERS", "PAUSE", "READ_ONLY", "Run", "admin", "until_waiting"]

Run: TypeAlias = Callable[..., Awaitable[list[Any]]]
"""Runs a statement, and returns the rows."""


@asynccontextmanager
async def admin(conninfo: str) -> AsyncIterator[Run]:
    """Give a function that runs a statement on a connection of its own, and returns the rows."""
    async with await AsyncConnection.connect(conninfo, autocommit=True) as connection:

        async def run(statement: str, *values: object) -> list[Any]:
            cursor = await connection.execute(statement.encode(), values or None)
            return await cursor.fetchall() if cursor.description else []

        yield run


END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
READ_ONLY = """
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database());
END $$
"""
PAUSE = """
DO $$ BEGIN
    CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER pause AFTER INSERT ON mine DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pause();
    PERFORM pg_advisory_lock(1);
END $$
"""
"""Makes each COMMIT wait until the lock 1 is given back."""


async def until_waiting(run: Run, number: int) -> None:
    """Wait until so many connections wait for a lock."""
    async with asyncio.timeout(10):
        while await run(WAITING) != [(number,)]:  # noqa: ASYNC110 - of a server
            await asyncio.sleep(0.01)
