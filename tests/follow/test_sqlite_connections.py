"""Which SQLite connections of a caller can store a cursor, and how they may be set."""

import asyncio
import sqlite3
from contextlib import closing as closing_file
from pathlib import Path
from typing import cast

import pytest

from np6_async.follow import Advance, Position, SQLiteCursorStore
from tests.support import settled

from .callers import SQLiteCaller
from .sqlite import Slow
from .stores import KEY, NOON, advance, held

STORED = {KEY: Position(NOON, NOON, 1)}


async def test_a_connection_of_one_thread_is_refused(tmp_path: Path) -> None:
    caller = SQLiteCaller(tmp_path)
    async with (
        held(caller.store()) as (store, fence),
        caller.connect(check_same_thread=True) as connection,
    ):
        with pytest.raises(ValueError, match="make it with check_same_thread=False"):
            async with store.transaction(connection, advance(), fence=fence):
                pytest.fail("it was not refused")


async def test_a_connection_to_memory_is_refused(path: Path) -> None:
    memory = closing_file(sqlite3.connect(":memory:", check_same_thread=False))
    async with held(SQLiteCursorStore(path)) as (store, fence):
        with memory as connection, pytest.raises(ValueError, match="is to a database in memory"):
            async with store.transaction(connection, advance(), fence=fence):
                pytest.fail("it was not refused")


async def test_the_rows_and_texts_of_a_connection_may_be_of_any_kind(tmp_path: Path) -> None:
    caller = SQLiteCaller(tmp_path)
    async with held(caller.store()) as (store, fence), caller.connect() as connection:
        connection.row_factory = lambda cursor, row: {"row": row}
        connection.text_factory = bytes
        connection.isolation_level = "EXCLUSIVE"
        async with store.transaction(connection, advance(), fence=fence):
            await caller.execute(connection)
        assert await store.load([KEY]) == STORED
        assert await caller.count() == 1


async def test_a_link_to_the_file_is_the_same_file(tmp_path: Path) -> None:
    caller = SQLiteCaller(tmp_path)
    (tmp_path / "link.db").symlink_to(caller.path)
    async with (
        held(SQLiteCursorStore(tmp_path / "link.db")) as (store, fence),
        caller.connect() as connection,
    ):
        async with store.transaction(connection, advance(), fence=fence):
            await caller.execute(connection)
        assert await store.load([KEY]) == STORED


async def test_a_block_that_closes_the_connection_is_an_error(tmp_path: Path) -> None:
    caller = SQLiteCaller(tmp_path)
    async with held(caller.store()) as (store, fence), caller.connect() as connection:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            async with store.transaction(connection, advance(), fence=fence):
                connection.close()
        assert await store.load([KEY]) == {}


async def test_a_lock_is_waited_for_as_long_as_the_connection_says(tmp_path: Path) -> None:
    caller = SQLiteCaller(tmp_path)
    async with (
        held(caller.store()) as (store, fence),
        caller.connect(timeout=0.01) as connection,
        caller.connect() as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            async with store.transaction(connection, advance(), fence=fence):
                pytest.fail("it was not refused")
        other.execute("ROLLBACK")


async def test_a_constraint_that_fails_at_the_commit_rolls_both_back(tmp_path: Path) -> None:
    caller = SQLiteCaller(tmp_path)
    async with held(caller.store()) as (store, fence), caller.connect() as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("CREATE TABLE parent (id PRIMARY KEY)")
        connection.execute(
            "CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
        )
        with pytest.raises(sqlite3.IntegrityError):
            async with store.transaction(connection, advance(), fence=fence):
                await caller.execute(connection, "INSERT INTO child VALUES (1)")
        assert not connection.in_transaction
        assert await store.load([KEY]) == {}


@pytest.mark.parametrize("version", [0, 7])
async def test_a_cancellation_waits_for_a_commit_that_was_begun(
    tmp_path: Path, version: int
) -> None:
    caller = SQLiteCaller(tmp_path)
    async with held(caller.store()) as (store, fence), caller.connect() as connection:
        slow = Slow(advance(version))

        async def work() -> None:
            async with store.transaction(connection, cast("Advance", slow), fence=fence):
                await caller.execute(connection)

        working = asyncio.create_task(work())
        await asyncio.to_thread(slow.has_begun.wait)
        for _ in range(2):
            working.cancel()
            await settled()
            assert not working.done()
        slow.go.set()
        await asyncio.wait([working])
        assert working.cancelled()
        assert not connection.in_transaction
        is_valid = version == 0
        assert await caller.count() == is_valid
        assert await store.load([KEY]) == (STORED if is_valid else {})
