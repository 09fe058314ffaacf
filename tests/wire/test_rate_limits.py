"""How many requests go at once, and how fast, whoever asks for them."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from np6_async import EventKind, NP6Client, RetryPolicy, Timeouts
from np6_async.errors import NotFoundError, RateLimitedError
from tests.support import MakeClient, body, collect, event, numbers, settled

from .conftest import Serve
from .fault_server import Request, Response, always, array, chunked, status

BEGUN = b"[" + event(1) + b"," + event(2)


async def now() -> float:
    return asyncio.get_running_loop().time()


async def gathered(client: NP6Client) -> list[list[int]]:
    return [
        numbers(events)
        for events in await asyncio.gather(*(client.executions(each) for each in range(30)))
    ]


async def fanned_out(client: NP6Client) -> list[list[int]]:
    result = await client.fan_out(range(30), kinds="executions")
    return [numbers(events) for events in result.events.values()]


async def fanned_out_in_two(client: NP6Client) -> list[list[int]]:
    one = client.fan_out(range(15), kinds="executions")
    two = client.fan_out(range(15, 30), kinds="executions")
    results = await asyncio.gather(one, two)
    return [numbers(events) for result in results for events in result.events.values()]


async def fanned_out_in_a_block(client: NP6Client) -> list[list[int]]:
    async with client.fan_out(range(30), kinds="executions") as run:
        return [numbers(batch.events) async for batch in run]


@pytest.mark.parametrize("concurrency", [1, 3, 16])
@pytest.mark.parametrize("ask", [gathered, fanned_out, fanned_out_in_two, fanned_out_in_a_block])
async def test_no_more_requests_than_allowed_are_under_way(
    serve: Serve, np6: MakeClient, concurrency: int, ask: Callable[[NP6Client], Any]
) -> None:
    full = asyncio.Event()

    def answer(request: Request) -> Response:
        if request.kind == "bounces":
            return array(b"[]", X_RateLimit_Remaining=99, X_RateLimit_Reset=9)
        if server.busy == concurrency:
            full.set()
        return [full, *array(body(1))]

    server = await serve(answer)
    client = np6(server.url, concurrency=concurrency)
    for _ in range(concurrency):
        await client.bounces(0)  # its rate headers widen the window
    assert await ask(client) == [[1]] * 30
    assert server.busiest == concurrency
    assert len(server.requests) == concurrency + 30


async def test_a_second_query_can_be_asked_while_the_first_is_held(
    serve: Serve, np6: MakeClient
) -> None:
    def answer(request: Request) -> Response:
        return chunked(BEGUN, go, b"]") if request.notification_id == 1 else array(body(9))

    go = asyncio.Event()
    server = await serve(answer)
    client = np6(server.url, concurrency=1)
    async with asyncio.timeout(1), client.executions(1) as first:
        found = [await anext(first)]
        assert numbers(await client.executions(2)) == [9]
        assert numbers([each async for each in client.executions(3)]) == [9]
        go.set()
        await collect(first, found)
    assert numbers(found) == [1, 2]
    assert len(server.requests) == 3


async def test_a_query_can_be_asked_for_each_event_of_another(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(body(*range(1000)))))
    client = np6(server.url, concurrency=1)
    found = []
    async with asyncio.timeout(5):
        async for each in client.executions(1):
            found.append(each)
            if len(found) % 250 == 0:
                assert len(await client.executions(2)) == 1000
    assert numbers(found) == list(range(1000))


async def test_a_query_can_be_asked_inside_a_fan_out(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(body(1))))
    client = np6(server.url, concurrency=1)
    asked = 0
    async with asyncio.timeout(5), client.fan_out(range(30), kinds="bounces") as run:
        async for batch in run:
            assert numbers(await client.events(batch.query.kind, 99)) == [1]
            asked += 1
    assert (asked, run.complete, run.failures) == (30, True, {})


async def test_a_fan_out_can_be_run_inside_a_fan_out(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(body(1))))
    client = np6(server.url, concurrency=1)
    async with asyncio.timeout(5), client.fan_out(range(3), kinds="bounces") as run:
        async for _ in run:
            inner = await client.fan_out(range(3), kinds="bounces")
            assert len(inner.events) == 3
    assert len(server.requests) == 12


async def test_streams_taken_side_by_side_at_concurrency_one_all_end(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(chunked(body(1, 2, 3)[:-1], b"]")))
    client = np6(server.url, concurrency=1)
    async with asyncio.timeout(5):
        streams = [aiter(client.executions(each)) for each in range(5)]
        for _ in range(3):
            for stream in streams:
                await anext(stream)
        ends = [await anext(stream, None) for stream in streams]
    assert ends == [None] * 5


async def test_a_turn_is_given_in_the_order_of_asking(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"[]")))
    client = np6(server.url, concurrency=1)
    await asyncio.gather(*(client.executions(each) for each in range(20)))
    assert [request.notification_id for request in server.requests] == list(range(20))


async def test_a_failure_gives_its_turn_back(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(status(404)))
    client = np6(server.url, concurrency=1)
    for _ in range(3):
        with pytest.raises(NotFoundError):
            await client.executions(1)
    assert len(server.requests) == 3


async def test_max_rate_spaces_the_requests(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"[]")))
    client = np6(server.url, max_rate=50)
    started = await now()
    await asyncio.gather(*(client.executions(each) for each in range(6)))
    assert await now() - started >= 0.085  # five gaps of 20 ms, less the lateness of one timer
    assert len(server.requests) == 6


async def test_a_429_holds_every_query_back(serve: Serve, np6: MakeClient) -> None:
    server = await serve(
        lambda request: status(429, Retry_After=1) if request.notification_id == 0 else array(b"[]")
    )
    client = np6(server.url, retry=RetryPolicy(attempts=2))
    refused = asyncio.create_task(client.executions(0))
    await server.until(lambda: len(server.requests) == 1)
    await settled()
    others = [asyncio.create_task(client.executions(each)) for each in range(1, 5)]
    await settled()
    assert len(server.requests) == 1
    for task in (refused, *others):
        task.cancel()
    await asyncio.wait([refused, *others])


@pytest.mark.parametrize("code", [429, 503])
async def test_R1_R7_who_waits_for_a_turn_does_not_get_that_of_a_refused_query(
    serve: Serve, np6: MakeClient, code: int
) -> None:
    server = await serve(always(status(code, Retry_After=60)))
    client = np6(server.url, concurrency=1)
    tasks = [asyncio.create_task(client.executions(each)) for each in range(5)]
    await server.until(lambda: len(server.requests) == 1)
    await settled()
    assert len(server.requests) == 1
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_R3_a_429_with_only_a_reset_holds_every_query_back(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(status(429, X_RateLimit_Reset=60)))
    client = np6(server.url, timeouts=Timeouts(total=5))
    with pytest.raises(RateLimitedError, match="no retry: too little time was left") as caught:
        await client.executions(0)
    assert caught.value.retry_after == 60
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.executions(1), 0.02)
    assert len(server.requests) == 1


async def test_a_run_has_no_more_workers_than_the_client_has_requests(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(b"[]")))
    client = np6(server.url, concurrency=2)
    run = asyncio.ensure_future(client.fan_out(range(300), kinds="bounces", concurrency=1000))
    await server.until(lambda: len(server.requests) > 2)
    await client.executions(9999)
    ids = [request.notification_id for request in server.requests]
    assert ids.index(9999) < 20
    result = await run
    assert len(result.events) == 300


async def test_a_429_that_is_raised_holds_the_others_back_as_well(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(status(429, Retry_After=1)))
    client = np6(server.url, retry=RetryPolicy(attempts=1))
    with pytest.raises(RateLimitedError):
        await client.executions(0)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.executions(1), 0.05)
    assert len(server.requests) == 1


async def test_a_pause_too_long_to_be_waited_out_holds_nobody_back(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(status(429, Retry_After=3600)))
    client = np6(server.url)
    for _ in range(2):
        with pytest.raises(RateLimitedError):
            await client.executions(0)
    assert len(server.requests) == 2


async def test_a_spent_quota_holds_every_query_back_until_its_reset(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(b"[]", X_RateLimit_Remaining=0, X_RateLimit_Reset=1)))
    client = np6(server.url)
    await client.executions(0)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.executions(1), 0.05)
    assert len(server.requests) == 1


async def test_a_quota_is_used_up_and_no_further(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"[]", X_RateLimit_Remaining=3, X_RateLimit_Reset=9)))
    client = np6(server.url)
    await client.executions(0)
    tasks = [asyncio.create_task(client.executions(each)) for each in range(1, 9)]
    await asyncio.wait(tasks, timeout=0.05)
    assert len(server.requests) == 1 + 3
    assert sum(task.done() for task in tasks) == 3
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_a_wait_that_is_cancelled_leaves_its_place(serve: Serve, np6: MakeClient) -> None:
    go = asyncio.Event()
    server = await serve(always([go, *array(b"[]")]))
    client = np6(server.url, concurrency=1)
    tasks = [asyncio.create_task(client.executions(each)) for each in range(5)]
    await server.until(lambda: server.busy == 1)
    for place in (1, 3):
        tasks[place].cancel()
    go.set()
    await asyncio.wait(tasks)
    assert [task.cancelled() for task in tasks] == [False, True, False, True, False]
    assert [request.notification_id for request in server.requests] == [0, 2, 4]


@pytest.mark.parametrize("kind", EventKind)
async def test_every_kind_shares_the_bound(serve: Serve, np6: MakeClient, kind: EventKind) -> None:
    server = await serve(always(array(b"[]")))
    client = np6(server.url, concurrency=1)
    await asyncio.gather(
        client.events(kind, 1), client.executions(1), client.cancellations(1), client.bounces(1)
    )
    assert server.busiest == 1
