"""Workers over one source of queries, where it matters who comes first in a turn of the loop."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from np6_async import EventKind, EventQuery
from np6_async._pool import Pool, Serve, Task
from np6_async.errors import AuthenticationError, ServerError
from tests.support import settled

QUERIES = [EventQuery(kind=EventKind.BOUNCES, notification_id=each) for each in range(9)]


async def source() -> AsyncGenerator[EventQuery, None]:
    for query in QUERIES:
        yield query


async def test_a_key_that_dies_as_the_deadline_comes_ends_the_run_once() -> None:
    async def serve(task: Task) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise AuthenticationError("no", status=401)

    pool: Pool = Pool(source(), size=3, deadline=0.02)
    await pool.run(serve)
    assert not pool.complete
    assert set(pool.failures) == set(QUERIES[:3])


async def run_as_one(serve: Serve, go: asyncio.Event, *, size: int) -> Pool:
    """Start as many queries as there are workers, then let them go on in the same moment."""
    pool = Pool(source(), size=size, deadline=None)
    running = asyncio.create_task(pool.run(serve))
    await settled()
    go.set()
    async with asyncio.timeout(1):
        await running
    return pool


def number(task: Task) -> int:
    return int(task.query.notification_id or 0)


async def test_a_dead_key_stays_dead_though_an_answer_comes_in_the_same_moment() -> None:
    go = asyncio.Event()

    async def serve(task: Task) -> None:
        await go.wait()
        if number(task) < 3:
            raise AuthenticationError("no", status=401)
        if number(task) > 3:
            await asyncio.Event().wait()

    pool = await run_as_one(serve, go, size=4)
    assert not pool.complete
    assert set(pool.failures) == {*QUERIES[:3], *QUERIES[4:6]}
    assert [error.stopped_by for error in pool.failures.values()] == [None] * 3 + [
        "rejected key"
    ] * 2


async def test_a_failure_that_comes_as_the_key_dies_keeps_its_own_reason() -> None:
    go = asyncio.Event()

    async def serve(task: Task) -> None:
        await go.wait()
        if number(task) == 3:
            raise ServerError("oops", status=500)
        if number(task) > 3:
            await asyncio.Event().wait()
        raise AuthenticationError("no", status=401)

    pool = await run_as_one(serve, go, size=4)
    assert not pool.complete
    assert [error.status for error in pool.failures.values()] == [401, 401, 401, 500, 401, 401]


async def test_what_the_source_raises_when_it_is_closed_is_no_deadline() -> None:
    async def ends_badly() -> AsyncGenerator[EventQuery, None]:
        try:
            yield QUERIES[0]
        finally:
            raise TimeoutError("mine")

    async def serve(task: Task) -> None:
        await asyncio.Event().wait()

    running = asyncio.create_task(Pool(ends_badly(), size=1, deadline=60).run(serve))
    await settled()
    running.cancel()
    with pytest.raises(TimeoutError, match="mine"):
        await running
