"""What a commit does if it fails, is cancelled, or comes with other changes."""

import asyncio
from typing import Any

import pytest

from np6_async.follow import CursorStoreError, MemoryCursorStore
from tests.follow.api import Api, following, query_of
from tests.follow.support import FaultyStore, raw_of, take
from tests.simulation import run

ONE = query_of(1)


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def store() -> FaultyStore:
    return FaultyStore()


@pytest.mark.parametrize("fault", ["before", "after"])
def test_a_commit_that_failed_can_be_repeated(api: Api, store: FaultyStore, fault: str) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            raw = api.publish(ONE)
            (batch,) = await take(feed, 80, commit=False)
            store.faults.append(fault)
            with pytest.raises(CursorStoreError):
                await batch.commit()
            await batch.commit()
            assert feed.stats.committed == 1
            later = api.publish(ONE)
            assert raw_of(await take(feed, 80)) == [later]
        async with following(api, [1], store, once=True) as feed:
            assert raw not in raw_of(await take(feed, 80))

    run(main)


@pytest.mark.parametrize("seconds", [0, 0.0005, 0.0015])
def test_a_commit_that_was_cancelled_can_be_repeated(
    api: Api, store: FaultyStore, seconds: float
) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            api.publish(ONE)
            (batch,) = await take(feed, 80, commit=False)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(seconds):
                    await batch.commit()
            await batch.commit()
            later = api.publish(ONE)
            assert raw_of(await take(feed, 80)) == [later]

    run(main)


def test_another_commit_of_the_query_finds_out_about_one_that_was_interrupted(
    api: Api, store: FaultyStore
) -> None:
    async def main() -> None:
        async with following(api, [1], store, batch_events=1) as feed:
            await take(feed, 5)
            api.publish(ONE)
            api.publish(ONE)
            first, second = await take(feed, 80, commit=False)
            store.faults.append("after")
            with pytest.raises(CursorStoreError):
                await first.commit()
            await second.commit()
            later = api.publish(ONE)
            assert raw_of(await take(feed, 80)) == [later]
            assert feed.stats.committed == 3
            await first.commit()
            assert feed.stats.committed == 3

    run(main)


def test_a_cursor_does_not_move_before_the_response_is_complete(
    api: Api, store: FaultyStore
) -> None:
    async def main() -> None:
        published = [api.publish(ONE, age=5000 - number) for number in range(5)]
        api.page, api.pause = 1, 20.0
        since = api.now() - 10**7
        async with following(api, [1], store, since=since, batch_events=1) as feed:
            batches = await take(feed, 70)
            assert 0 < len(batches) < 5
        api.pause = 0.0
        async with following(api, [1], store, once=True) as feed:
            batches += await take(feed, 80)
        assert raw_of(batches) == published

    run(main)


def test_a_batch_may_be_committed_in_a_transaction(api: Api, store: FaultyStore) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            api.publish(ONE)
            (batch,) = await take(feed, 80, commit=False)
            with pytest.raises(LookupError):
                async with batch.transaction("connection"):
                    raise LookupError
            async with batch.transaction("connection"):
                pass
            assert store.connections == ["connection"] * 2
            with pytest.raises(RuntimeError, match="committed already"):
                async with batch.transaction("connection"):
                    pass
            later = api.publish(ONE)
            assert raw_of(await take(feed, 80)) == [later]

    run(main)


def test_a_store_without_transactions_says_so(api: Api) -> None:
    async def main() -> None:
        async with following(api, [1], MemoryCursorStore()) as feed:
            await take(feed, 5)
            api.publish(ONE)
            (batch,) = await take(feed, 80, commit=False)
            connection: Any = object()
            with pytest.raises(TypeError, match="MemoryCursorStore has no transactions"):
                async with batch.transaction(connection):
                    pass

    run(main)


def test_a_store_that_fails_between_commits_ends_the_feed(api: Api, store: FaultyStore) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            store.faults.append("before")
            with pytest.raises(CursorStoreError):
                await take(feed, 200)

    run(main)


def test_a_store_that_cannot_be_opened_is_an_error_of_the_block(api: Api) -> None:
    class Closed(MemoryCursorStore):
        async def acquire(self, holder: str, *, seconds: float) -> int | None:
            raise CursorStoreError("it is closed")

    async def main() -> None:
        with pytest.raises(CursorStoreError, match="closed"):
            async with following(api, [1], Closed()):
                pass

    run(main)
