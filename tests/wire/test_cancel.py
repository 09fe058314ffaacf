"""Cancelling a call, at any moment: it passes untouched, and takes nothing with it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from np6_async import NP6Client, RetryPolicy, Timeouts
from np6_async.errors import ClientClosedError
from tests.support import MakeClient, body, event, numbers, settled

from .conftest import Serve
from .fault_server import End, Step, array, chunked, in_turn, status

BEGUN = b"[" + event(1) + b"," + event(2)
SLOW = RetryPolicy(base=1e6, cap=1e6)
MOMENTS: dict[str, list[Step]] = {
    "for the head": [End.SILENCE],
    "in the head": [b"HTTP/1.1 200 OK\r\n", End.SILENCE],
    "for the body": chunked(End.SILENCE),
    "in the body": chunked(BEGUN, End.SILENCE),
    "at the end of the body": [*array(body(1), Content_Length=999), End.SILENCE],
    "in an error body": [*status(404, b"no", Content_Length=9), End.SILENCE],
    "in back-off": status(500),
    "while the client is throttled": status(429),
}


async def awaited(client: NP6Client) -> list[int]:
    return numbers(await client.executions(156))


async def iterated(client: NP6Client) -> list[int]:
    return [number async for each in client.executions(156) for number in numbers([each])]


async def in_batches(client: NP6Client) -> list[int]:
    return [number async for some in client.executions(156).batches() for number in numbers(some)]


async def fanned_out(client: NP6Client) -> list[int]:
    result = await client.fan_out([156], kinds="executions")
    return [number for events in result.events.values() for number in numbers(events)]


async def fanned_out_in_a_block(client: NP6Client) -> list[int]:
    async with client.fan_out([156], kinds="executions") as run:
        return [number async for batch in run for number in numbers(batch.events)]


WAYS = [awaited, iterated, in_batches, fanned_out, fanned_out_in_a_block]
Ask = Callable[[NP6Client], Awaitable[list[int]]]


@pytest.fixture
def short_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait 200 ms after a bare 429, and still for hours after a 500."""
    monkeypatch.setattr("random.random", lambda: 0.2)


@pytest.mark.parametrize("steps", MOMENTS.values(), ids=MOMENTS.keys())
@pytest.mark.parametrize("ask", WAYS)
async def test_U7_a_call_that_is_cancelled_leaves_its_turn(
    serve: Serve, np6: MakeClient, steps: list[Step], ask: Ask, short_throttle: None
) -> None:
    server = await serve(in_turn(steps, array(body(7))))
    client = np6(server.url, concurrency=1, retry=SLOW)
    task = asyncio.ensure_future(ask(client))
    await server.until(lambda: server.busy == 1 or len(server.requests) == 1)
    await settled()
    task.cancel("mine")
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        assert await ask(client) == [7]
    assert len(server.requests) == 2


@pytest.mark.parametrize("ask", WAYS)
async def test_U7_a_call_that_is_cancelled_in_the_queue_leaves_its_place(
    serve: Serve, np6: MakeClient, ask: Ask
) -> None:
    go = asyncio.Event()
    server = await serve(in_turn([go, *array(body(1))], array(body(2))))
    client = np6(server.url, concurrency=1)
    first = asyncio.create_task(awaited(client))
    await server.until(lambda: server.busy == 1)
    queued, last = asyncio.ensure_future(ask(client)), asyncio.ensure_future(ask(client))
    await settled()
    queued.cancel()
    go.set()
    assert (await first, await last) == ([1], [2])
    assert queued.cancelled()


@pytest.mark.parametrize("ask", WAYS)
async def test_U7_whenever_a_call_is_cancelled_the_next_one_works(
    serve: Serve, np6: MakeClient, ask: Ask
) -> None:
    """Cancel after every number of turns of the loop, until the call is done before."""
    server = await serve(lambda _: chunked(BEGUN, b"," + event(3), b"]"))
    client = np6(server.url, concurrency=1)
    turns = 0
    while await is_cancelled_after(turns, asyncio.ensure_future(ask(client))):
        async with asyncio.timeout(1):
            assert await ask(client) == [1, 2, 3]
        await server.until(lambda: server.open <= 1)  # the connection that is kept
        turns += 1
    assert turns > 3


async def test_U7_whenever_leaving_early_is_cancelled_the_next_call_works(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(lambda _: chunked(BEGUN, b"," + event(3), b"]"))
    client = np6(server.url, concurrency=2)

    async def leave_early() -> list[int]:
        async with client.executions(156) as stream, client.fan_out(range(9)) as run:
            async for _ in run:
                break
            async for _ in stream:
                break
        return [1, 2, 3]

    turns = 0
    while await is_cancelled_after(turns, asyncio.ensure_future(leave_early())):
        async with asyncio.timeout(1):
            assert await awaited(client) == [1, 2, 3]
        await server.until(lambda: server.open <= 2)
        turns += 1
    assert turns > 3


async def test_U7_whenever_closing_is_cancelled_it_can_be_done_again(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(
        lambda request: [End.SILENCE] if request.notification_id else chunked(BEGUN, b"]")
    )

    async def closing_is_cancelled_after(turns: int) -> bool:
        client = np6(server.url)
        await client.executions(0)
        call = asyncio.create_task(client.executions(156))
        await server.until(lambda: server.busy == 1)
        closing = asyncio.create_task(client.aclose())
        for _ in range(turns):
            await asyncio.sleep(0)
        closing.cancel()
        await asyncio.wait([closing])
        await client.aclose()
        await asyncio.wait([call], timeout=1)
        assert isinstance(call.exception(), ClientClosedError)
        await server.until(lambda: server.open == 0)
        return closing.cancelled()

    turns = 0
    while await closing_is_cancelled_after(turns):
        turns += 1
    assert turns > 1


async def is_cancelled_after(turns: int, task: "asyncio.Future[list[int]]") -> bool:
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() or task.result() == [1, 2, 3]
    return task.cancelled()


@pytest.mark.parametrize("ask", WAYS)
async def test_U6_whenever_a_client_is_closed_its_calls_end(
    serve: Serve, np6: MakeClient, ask: Ask
) -> None:
    """As above, with closing the client in place of cancelling the call."""
    server = await serve(lambda _: chunked(BEGUN, b"," + event(3), b"]"))
    outcomes: set[str] = set()
    for turns in range(400):
        client = np6(server.url, concurrency=1)
        tasks = [asyncio.ensure_future(ask(client)) for _ in range(2)]
        for _ in range(turns):
            await asyncio.sleep(0)
        await client.aclose()
        done, waiting = await asyncio.wait(tasks, timeout=1)
        assert not waiting
        ends = {type(task.exception()).__name__ for task in done}
        outcomes |= ends
        if ends == {"NoneType"}:
            break
    assert outcomes == {"ClientClosedError", "NoneType"}


async def test_a_timeout_of_the_callers_own_stays_the_callers_own(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(lambda _: [End.SILENCE])
    client = np6(server.url, timeouts=Timeouts(idle=5, total=5))
    with pytest.raises(TimeoutError) as caught:
        await asyncio.wait_for(client.executions(156), 0.02)
    assert type(caught.value) is TimeoutError
    await server.until(lambda: server.open == 0)


async def test_U7_cancelling_as_the_client_is_closed_is_not_swallowed(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(lambda _: [End.SILENCE])
    client = np6(server.url)
    task = asyncio.create_task(client.executions(156))
    await server.until(lambda: server.busy == 1)
    closing = asyncio.create_task(client.aclose())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task, closing])
    assert task.cancelled()
