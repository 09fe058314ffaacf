"""A caller's connection to PostgreSQL: commits, isolation, and what may be set."""

import asyncio

import psycopg
import pytest
from psycopg import IsolationLevel
from psycopg.rows import dict_row

from np6_async.follow import LeaseLostError, Position

from .admin import PAUSE, admin, until_waiting
from .callers import PostgresCaller
from .postgres import Server
from .stores import KEY, NOON, advance, closing, held

pytestmark = pytest.mark.postgres

STORED = {KEY: Position(NOON, NOON, 1)}


@pytest.fixture
def caller(postgres: Server) -> PostgresCaller:
    return PostgresCaller(postgres)


@pytest.mark.parametrize("autocommit", [False, True])
@pytest.mark.parametrize("level", [None, *IsolationLevel])
async def test_every_autocommit_and_isolation_level_works(
    caller: PostgresCaller, autocommit: bool, level: IsolationLevel | None
) -> None:
    async with (
        held(caller.store()) as (store, fence),
        caller.connect(autocommit=autocommit) as connection,
    ):
        await connection.set_isolation_level(level)
        async with store.transaction(connection, advance(), fence=fence):
            await caller.execute(connection)
            assert await store.acquire("a", seconds=60) == fence  # a renewal disturbs nobody
        assert await caller.count() == 1
        assert await store.load([KEY]) == STORED


@pytest.mark.parametrize("level", IsolationLevel)
async def test_a_takeover_during_the_block_is_seen_at_every_isolation_level(
    caller: PostgresCaller, level: IsolationLevel
) -> None:
    async with held(caller.store()) as (store, fence), caller.connect() as connection:
        await connection.set_isolation_level(level)

        async def work() -> None:
            async with store.transaction(connection, advance(), fence=fence):
                await caller.execute(connection)
                await store.release("a")
                assert await store.acquire("b", seconds=60) == fence + 1

        with pytest.raises((LeaseLostError, psycopg.errors.SerializationFailure)):
            await work()
        assert (await caller.count(), await store.load([KEY])) == (0, {})


async def test_a_takeover_and_a_load_wait_for_a_commit_that_is_under_way(
    caller: PostgresCaller,
) -> None:
    async with (
        held(caller.store()) as (store, fence),
        closing(caller.store()) as other,
        caller.connect() as connection,
        admin(caller.conninfo) as run,
    ):
        await run(PAUSE)

        async def work() -> None:
            async with store.transaction(connection, advance(), fence=fence):
                await caller.execute(connection)

        working = asyncio.create_task(work())
        await until_waiting(run, 1)
        assert await store.acquire("a", seconds=60) == fence  # a renewal does not wait
        loading = asyncio.create_task(store.load([KEY]))
        await until_waiting(run, 2)
        await other.release("a")
        taking = asyncio.create_task(other.acquire("b", seconds=60))
        await until_waiting(run, 3)
        await run("SELECT pg_advisory_unlock(1)")
        await working
        assert await loading == STORED
        assert await taking == fence + 1


async def test_a_connection_that_is_lost_amid_the_commit_is_an_error_and_load_tells_the_outcome(
    caller: PostgresCaller,
) -> None:
    async with (
        held(caller.store()) as (store, fence),
        caller.connect() as connection,
        admin(caller.conninfo) as run,
    ):
        await run(PAUSE)

        async def work() -> None:
            async with store.transaction(connection, advance(), fence=fence):
                await caller.execute(connection)

        working = asyncio.create_task(work())
        await until_waiting(run, 1)
        await run("SELECT pg_terminate_backend(%s)", connection.info.backend_pid)
        with pytest.raises(psycopg.OperationalError):
            await working
        assert (await caller.count(), await store.load([KEY])) == (0, {})
        await store.save([advance()], fence=fence)


async def test_a_connection_that_is_lost_in_the_block_stores_nothing(
    caller: PostgresCaller,
) -> None:
    async with (
        held(caller.store()) as (store, fence),
        caller.connect() as connection,
        admin(caller.conninfo) as run,
    ):
        with pytest.raises(psycopg.OperationalError):
            async with store.transaction(connection, advance(), fence=fence):
                await run("SELECT pg_terminate_backend(%s)", connection.info.backend_pid)
        assert await store.load([KEY]) == {}


async def test_a_rollback_of_psycopg_is_not_taken_for_a_commit(caller: PostgresCaller) -> None:
    async with held(caller.store()) as (store, fence), caller.connect() as connection:

        async def work() -> None:
            async with store.transaction(connection, advance(), fence=fence):
                await caller.execute(connection)
                raise psycopg.Rollback

        with pytest.raises(psycopg.Rollback):
            await work()
        assert (await caller.count(), await store.load([KEY])) == (0, {})


async def test_the_rows_of_a_connection_may_be_of_any_kind(caller: PostgresCaller) -> None:
    async with (
        held(caller.store()) as (store, fence),
        caller.connect(row_factory=dict_row, cursor_factory=psycopg.AsyncRawCursor) as connection,
    ):
        async with store.transaction(connection, advance(), fence=fence):
            await caller.execute(connection)
            await connection.execute("SET LOCAL timezone = 'Asia/Tokyo'")
        assert await store.load([KEY]) == STORED


async def test_a_block_may_have_transactions_of_its_own_inside(caller: PostgresCaller) -> None:
    async with held(caller.store()) as (store, fence), caller.connect() as connection:
        async with store.transaction(connection, advance(), fence=fence):
            async with connection.transaction(force_rollback=True):
                await caller.execute(connection)
            async with connection.transaction():
                await caller.execute(connection)
        assert await caller.count() == 1
        assert await store.load([KEY]) == STORED
