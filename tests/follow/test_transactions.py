"""A cursor and a caller's own data in one transaction: both are stored, or neither."""

import asyncio
from typing import Any

import pytest

from np6_async.follow import LeaseLostError, Position, TransactionalCursorStore

from .callers import Caller
from .stores import KEY, NOON, advance, closing, held, segment

STORED = {KEY: Position(NOON, NOON, 1)}


class HandlingError(Exception):
    """The block of a caller fails."""


async def test_both_are_stored_when_the_block_has_succeeded(caller: Caller) -> None:
    change = advance(segment=segment(NOON + 1, 1, 2))
    async with held(caller.store()) as (store, fence), caller.connect() as connection:
        assert isinstance(store, TransactionalCursorStore)
        async with store.transaction(connection, change, fence=fence):
            await caller.execute(connection)
            assert (await caller.count(), await store.load([KEY])) == (0, {})
        assert await caller.count() == 1
        assert await store.load([KEY]) == {KEY: Position(0, 0).after(change)}
        assert not caller.is_open(connection)


async def test_a_connection_serves_one_transaction_after_another(caller: Caller) -> None:
    async with held(caller.store()) as (store, fence), caller.connect() as connection:
        for version in range(3):
            async with store.transaction(connection, advance(version), fence=fence):
                await caller.execute(connection)
        assert await caller.count() == 3
        assert (await store.load([KEY]))[KEY].version == 3


async def test_neither_is_stored_when_the_block_fails(caller: Caller) -> None:
    async with held(caller.store()) as (store, fence), caller.connect() as connection:

        async def work() -> None:
            async with store.transaction(connection, advance(), fence=fence):
                await caller.execute(connection)
                raise HandlingError

        with pytest.raises(HandlingError):
            await work()
        assert not caller.is_open(connection)
        assert (await caller.count(), await store.load([KEY])) == (0, {})


async def test_neither_is_stored_when_the_block_is_cancelled(caller: Caller) -> None:
    entered = asyncio.Event()
    async with held(caller.store()) as (store, fence), caller.connect() as connection:

        async def work() -> None:
            async with store.transaction(connection, advance(), fence=fence):
                await caller.execute(connection)
                entered.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(work())
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not caller.is_open(connection)
        assert (await caller.count(), await store.load([KEY])) == (0, {})


async def test_both_or_neither_are_stored_whenever_the_task_is_cancelled(caller: Caller) -> None:
    outcomes = set()
    async with held(caller.store()) as (store, fence), caller.connect() as connection:
        for turns in range(0, 60, 2):
            version = sum(each.version for each in (await store.load([KEY])).values())
            before = await caller.count()

            async def work(version: int = version) -> None:
                async with store.transaction(connection, advance(version), fence=fence):
                    await caller.execute(connection)

            task = asyncio.create_task(work())
            for _ in range(turns):
                await asyncio.sleep(0.0002)
            task.cancel()
            await asyncio.wait([task])
            assert not caller.is_open(connection)
            after = sum(each.version for each in (await store.load([KEY])).values())
            assert after - version == await caller.count() - before
            outcomes.add((task.cancelled(), after > version))
    assert (True, False) in outcomes
    assert (False, False) not in outcomes


async def test_a_takeover_during_the_block_rolls_both_back(caller: Caller) -> None:
    async with held(caller.store()) as (store, fence), caller.connect() as connection:
        await store.release("a")
        other = await store.acquire("b", seconds=60)
        with pytest.raises(LeaseLostError, match="taken over"):
            async with store.transaction(connection, advance(), fence=fence):
                await caller.execute(connection)
        assert not caller.is_open(connection)
        assert (await caller.count(), await store.load([KEY])) == (0, {})
        assert other is not None
        await store.save([advance()], fence=other)


async def test_a_version_that_does_not_match_rolls_both_back(caller: Caller) -> None:
    async with held(caller.store()) as (store, fence), caller.connect() as connection:
        await store.save([advance()], fence=fence)
        with pytest.raises(LeaseLostError, match="bounces of notification 156"):
            async with store.transaction(connection, advance(), fence=fence):
                await caller.execute(connection)
        assert not caller.is_open(connection)
        assert (await caller.count(), await store.load([KEY])) == (0, STORED)


async def test_an_open_transaction_is_refused_and_stays_as_it_is(caller: Caller) -> None:
    async with held(caller.store()) as (store, fence), caller.connect() as connection:
        await caller.execute(connection)
        with pytest.raises(ValueError, match="has an open transaction"):
            async with store.transaction(connection, advance(), fence=fence):
                pytest.fail("it was not refused")
        assert caller.is_open(connection)
        await caller.execute(connection, "COMMIT")
        assert (await caller.count(), await store.load([KEY])) == (1, {})


async def test_a_connection_to_another_database_is_refused(caller: Caller) -> None:
    async with held(caller.store()) as (store, fence), caller.elsewhere() as connection:
        with pytest.raises(ValueError, match="the connection is to"):
            async with store.transaction(connection, advance(), fence=fence):
                pytest.fail("it was not refused")
        assert not caller.is_open(connection)


async def test_a_closed_connection_is_refused(caller: Caller) -> None:
    async with held(caller.store()) as (store, fence):
        async with caller.connect() as connection:
            pass
        with pytest.raises(ValueError, match="closed"):
            async with store.transaction(connection, advance(), fence=fence):
                pytest.fail("it was not refused")


@pytest.mark.parametrize("connection", [None, "cursors.db", object()])
async def test_what_is_no_connection_is_refused(caller: Caller, connection: Any) -> None:
    async with held(caller.store()) as (store, fence):
        with pytest.raises(TypeError, match=f"not {type(connection).__name__}"):
            async with store.transaction(connection, advance(), fence=fence):
                pytest.fail("it was not refused")


@pytest.mark.parametrize("statements", [["COMMIT"], ["ROLLBACK"], ["COMMIT", "BEGIN"]])
async def test_a_block_that_ends_the_transaction_itself_is_an_error(
    caller: Caller, statements: list[str]
) -> None:
    async with held(caller.store()) as (store, fence), caller.connect() as connection:

        async def work() -> None:
            async with store.transaction(connection, advance(), fence=fence):
                for each in statements:
                    await caller.execute(connection, each)

        with pytest.raises(RuntimeError, match="ended the transaction itself"):
            await work()
        assert not caller.is_open(connection)
        assert await store.load([KEY]) == {}


async def test_transactions_of_several_connections_take_turns(caller: Caller) -> None:
    keys = [bytes([number]) * 16 for number in range(5)]
    async with held(caller.store()) as (store, fence):

        async def work(key: bytes) -> None:
            async with (
                caller.connect() as connection,
                store.transaction(connection, advance(key=key), fence=fence),
            ):
                await caller.execute(connection)

        await asyncio.gather(*map(work, keys))
        assert (await store.load(keys)).keys() == set(keys)
        assert await caller.count() == 5


async def test_a_store_that_was_not_used_yet_opens_for_a_transaction(caller: Caller) -> None:
    async with held(caller.store()) as (_, fence), closing(caller.store()) as store:
        async with (
            caller.connect() as connection,
            store.transaction(connection, advance(), fence=fence),
        ):
            await caller.execute(connection)
        assert await store.load([KEY]) == STORED
