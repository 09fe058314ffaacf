"""A fan-out at its edges: clocks that lag, several readers, and what comes after its block."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from np6_async import NP6Client, Timeouts
from np6_async.errors import DeadlineExceededError, RequestTimeoutError
from np6_async.hooks import Hook, QueryRun
from tests.support import MakeClient, body, settled

from .conftest import Serve
from .fault_server import End, always, array, chunked


async def test_a_deadline_loses_no_query_when_the_timer_is_early(
    serve: Serve, np6: MakeClient
) -> None:
    """As on uvloop, whose clock lags behind its timers, and where a clock is coarse."""
    server = await serve(always([End.SILENCE]))

    async def ids() -> AsyncIterator[int]:
        yield 1
        await asyncio.Event().wait()

    run = np6(server.url, concurrency=2).fan_out(ids(), kinds="bounces", deadline=60)
    running = asyncio.create_task(run)
    await server.until(lambda: server.busy == 1)
    expire(run)
    result = await running
    assert not result.complete
    assert [type(error) for error in result.failures.values()] == [DeadlineExceededError]


def expire(run: object) -> None:
    """Have the deadline of a run pass although its clock does not say so."""
    vars(run)["_pool"]._scope.reschedule(-1)


async def test_a_run_that_was_left_says_so_when_it_is_iterated(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always([End.SILENCE]))
    async with np6(server.url).fan_out([1], kinds="bounces") as run:
        await server.until(lambda: server.busy == 1)
    with pytest.raises(RuntimeError, match="was left: make a new one"):
        await anext(run)


@pytest.mark.parametrize("tasks", [2, 5, 40])
async def test_several_tasks_may_share_a_run(serve: Serve, np6: MakeClient, tasks: int) -> None:
    server = await serve(always(array(body(1, 2))))
    found: list[int] = []
    async with np6(server.url).fan_out(range(30), kinds="bounces") as run:

        async def read() -> None:
            async for batch in run:
                found.append(int(batch.query.notification_id or 0))  # noqa: PERF401 - shared

        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            for _ in range(tasks):
                group.create_task(read())
    assert sorted(found) == list(range(30))


@pytest.mark.parametrize(
    ("steps", "phase"), [([End.SILENCE], "response"), (chunked(b"[", End.SILENCE), "body")]
)
async def test_a_timeout_of_a_callers_session_says_its_phase_too(
    serve: Serve, key: str, steps: list[bytes], phase: str
) -> None:
    server = await serve(always(steps))
    async with (
        aiohttp.ClientSession() as session,
        NP6Client(key, base_url=server.url, session=session, timeouts=Timeouts(idle=0.05)) as np6,
    ):
        with pytest.raises(RequestTimeoutError) as caught:
            await np6.executions(156)
    assert caught.value.phase == phase


async def test_a_bug_of_ours_is_not_taken_for_a_fault_of_the_network(
    serve: Serve, np6: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AttributeError("a bug")

    monkeypatch.setattr("np6_async._engine.deadline.Deadline.next_phase", fail)
    server = await serve(always(array(body(1))))
    with pytest.raises(AttributeError, match="a bug"):
        await np6(server.url).executions(156)
    assert len(server.requests) <= 1


@pytest.mark.parametrize("iterated", [False, True])
@pytest.mark.parametrize("source", ["ids", "hook"])
async def test_a_cancellation_that_nobody_asked_for_is_an_error(
    serve: Serve, np6: MakeClient, source: str, iterated: bool
) -> None:
    """A task group takes it for the end of a worker, so the run would seem to be complete."""
    server = await serve(always(array(body(1))))

    def cancelled() -> None:
        raise asyncio.CancelledError

    async def ids() -> AsyncIterator[int]:
        yield 1
        if source == "ids":
            cancelled()
        yield 2

    class Cancelling(Hook):
        def query_started(self, run: QueryRun) -> None:
            cancelled()

    hooks = [Cancelling()] if source == "hook" else []
    run = np6(server.url, hooks=hooks).fan_out(ids(), kinds="bounces")

    async def use() -> None:
        if not iterated:
            await run
            return
        async with run:
            async for _ in run:
                pass

    with pytest.raises(RuntimeError, match="nobody cancelled this fan-out") as caught:
        await use()
    assert caught.value.__context__ is None
    assert not run.complete


def test_kinds_that_are_no_iterable_are_refused(key: str) -> None:
    kinds: Any = 5
    with pytest.raises(ValueError, match="kinds must be an iterable of kinds, not int"):
        _ = NP6Client(key).fan_out([1], kinds=kinds)


class Cancelling(Hook):
    """Cancels the task of one query, as a watchdog may."""

    def attempt_started(self, run: QueryRun, *, attempt: int) -> None:
        task = asyncio.current_task()
        if run.query.notification_id == 2 and task is not None:
            task.cancel()


async def test_a_run_of_which_somebody_cancelled_one_query_is_an_error(
    serve: Serve, np6: MakeClient
) -> None:
    client = np6((await serve(always(array(body(1))))).url, hooks=[Cancelling()])
    with pytest.raises(RuntimeError, match="nobody cancelled this fan-out"):
        await client.fan_out([1, 2, 3], kinds="bounces")
    async with client.fan_out([1, 2, 3], kinds="bounces") as run:
        with pytest.raises(RuntimeError, match="nobody cancelled this fan-out"):
            _ = [batch async for batch in run]
    assert not run.complete


async def test_a_run_that_fails_does_not_cancel_the_task_it_is_awaited_in(np6: MakeClient) -> None:
    with pytest.raises(ValueError, match="notification_id"):
        await np6().fan_out([-1], kinds="bounces")
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_all_tasks_that_share_a_run_learn_that_it_was_left(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always([End.SILENCE]))
    async with np6(server.url).fan_out([1], kinds="bounces") as run:
        readers = [asyncio.create_task(anext(run)) for _ in range(4)]
        await server.until(lambda: server.busy == 1)
    async with asyncio.timeout(1):
        ended = await asyncio.gather(*readers, return_exceptions=True)
    assert [str(each) for each in ended] == [
        "the block of this fan-out was left: make a new one"
    ] * 4


async def test_a_deadline_holds_for_ids_that_come_in_spite_of_it(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always([End.SILENCE]))

    async def ids() -> AsyncIterator[int]:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            yield 7

    async with asyncio.timeout(5):
        result = await np6(server.url).fan_out(ids(), kinds="bounces", deadline=0.02)
    assert not result.complete
    assert [type(error) for error in result.failures.values()] == [DeadlineExceededError]
    assert server.requests == []


async def test_many_empty_windows_do_not_block_the_event_loop(np6: MakeClient) -> None:
    run = np6().fan_out(range(4000), kinds="bounces", start=0, end=0)
    running = asyncio.ensure_future(run)
    await settled()
    assert not running.done()
    assert (await running).complete
