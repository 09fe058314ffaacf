"""The life of a client: open, closed, forgotten, in the wrong loop."""

import asyncio
import gc
import logging
import os
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from np6_async import NP6Client, RetryPolicy, Timeouts
from np6_async.errors import ClientClosedError
from tests.support import MakeClient, body, event, numbers, settled

from .conftest import Serve
from .fault_server import End, FaultServer, Step, always, array, chunked, status

BEGUN = b"[" + event(1) + b"," + event(2)
WAITING: dict[str, list[Step]] = {
    "for the answer": [End.SILENCE],
    "in the head": [b"HTTP/1.1 200", End.SILENCE],
    "for the body": chunked(End.SILENCE),
    "in the body": chunked(BEGUN, End.SILENCE),
    "in an error body": [*status(404, b"no", Content_Length=9), End.SILENCE],
    "in back-off": status(500),
    "in back-off that was asked for": status(500, Retry_After=200),
    "while the client is throttled": status(429, Retry_After=200),
}
SLOW = RetryPolicy(attempts=99, base=1e6, cap=1e6)


async def awaited(client: NP6Client) -> object:
    return await client.executions(156)


async def iterated(client: NP6Client) -> object:
    return [each async for each in client.executions(156)]


async def fanned_out(client: NP6Client) -> object:
    return await client.fan_out(range(100))


async def fanned_out_in_a_block(client: NP6Client) -> object:
    async with client.fan_out(range(100)) as run:
        return [batch async for batch in run]


WAYS = [awaited, iterated, fanned_out, fanned_out_in_a_block]
Ask = Callable[[NP6Client], Awaitable[object]]


@pytest.mark.parametrize("steps", WAITING.values(), ids=WAITING.keys())
@pytest.mark.parametrize("ask", WAYS)
async def test_U6_closing_ends_what_is_under_way(
    serve: Serve, np6: MakeClient, steps: list[Step], ask: Ask
) -> None:
    server = await serve(always(steps))
    client = np6(server.url, retry=SLOW, concurrency=2)
    tasks = [asyncio.ensure_future(ask(client)) for _ in range(3)]
    await server.until(lambda: len(server.requests) >= 2)
    await settled()
    await client.aclose()
    done, waiting = await asyncio.wait(tasks, timeout=1)
    assert not waiting
    assert {type(task.exception()) for task in done} == {ClientClosedError}
    await server.until(lambda: server.open == 0)


async def test_U6_closing_ends_a_stream_that_its_caller_holds(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(chunked(BEGUN, End.SILENCE)))
    client = np6(server.url)
    async with client.executions(156) as stream:
        await anext(stream)
        await client.aclose()
        await server.until(lambda: server.open == 0)
        with pytest.raises(ClientClosedError):
            await anext(stream)


async def test_U6_closing_ends_a_fan_out_that_its_caller_holds(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(body(1))))
    client = np6(server.url, concurrency=1)

    async def hold() -> None:
        async with client.fan_out(range(100)) as run:
            async for _ in run:
                await client.aclose()

    async with asyncio.timeout(1):
        with pytest.raises(ClientClosedError):
            await hold()


async def test_U6_closing_ends_a_connection_that_is_being_made(
    np6: MakeClient, serve: Serve
) -> None:
    server = await serve(always([End.SILENCE]))
    client = np6(server.url.replace("http:", "https:"), timeouts=Timeouts(connect=60))
    task = asyncio.create_task(client.executions(156))
    await server.until(lambda: server.open == 1)
    await client.aclose()
    async with asyncio.timeout(1):
        with pytest.raises(ClientClosedError):
            await task


async def test_U6_closing_twice_is_no_harm(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"[]")))
    client = np6(server.url)
    await client.executions(156)
    await client.aclose()
    await client.aclose()
    await server.until(lambda: server.open == 0)


async def test_U6_a_closed_client_refuses_to_be_used(np6: MakeClient) -> None:
    client = np6()
    unused, fan_out = client.executions(156), client.fan_out([1])
    await client.aclose()
    with pytest.raises(ClientClosedError, match="the client is closed: make a new NP6Client"):
        await unused
    with pytest.raises(ClientClosedError):
        await fan_out
    with pytest.raises(ClientClosedError):
        await client.executions(156, start=0, end=0)
    for ask in WAYS:
        with pytest.raises(ClientClosedError):
            await ask(client)
    with pytest.raises(ClientClosedError):
        await client.__aenter__()
    assert repr(client) == "<NP6Client: https://np6.example.org, closed>"


async def test_a_block_closes_the_client(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(body(1))))
    async with np6(server.url) as client:
        assert repr(client) == f"<NP6Client: {server.url}>"
        assert numbers(await client.executions(156)) == [1]
    with pytest.raises(ClientClosedError):
        await client.executions(156)


async def test_an_error_in_the_block_passes(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always([End.SILENCE]))
    client = np6(server.url)
    task = asyncio.create_task(client.executions(156))

    async def fail() -> None:
        async with client:
            await server.until(lambda: server.busy == 1)
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await fail()
    with pytest.raises(ClientClosedError):
        await task


# A client that nobody closes. Only what was used has something to close.


WARNING = "unclosed NP6Client: use `async with`, or `await np6.aclose()`"


@asynccontextmanager
async def forgetting(key: str) -> AsyncIterator[list[str]]:
    """Collect the warnings of a block that drops a client."""
    told: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield told
        await settled()
        gc.collect()
    assert {each.category for each in caught} <= {ResourceWarning}
    assert key not in repr([vars(each) for each in caught])
    told += [str(each.message) for each in caught]


async def test_U13_a_forgotten_client_warns_once(serve: Serve, key: str) -> None:
    server = await serve(always(array(b"[]")))
    client = NP6Client(key, base_url=server.url)
    await client.executions(156)
    async with forgetting(key) as told:
        del client
    assert told == [WARNING]
    await server.until(lambda: server.open == 0)


async def test_U13_a_client_forgotten_in_a_cycle_warns_once(serve: Serve, key: str) -> None:
    server = await serve(always(array(b"[]")))
    client = NP6Client(key, base_url=server.url)
    await client.executions(156)
    cycle: list[object] = [client]
    cycle.append(cycle)
    async with forgetting(key) as told:
        del client, cycle
    assert told == [WARNING]
    await server.until(lambda: server.open == 0)


async def test_U13_a_client_forgotten_with_a_stream_under_way_warns_once(
    serve: Serve, key: str
) -> None:
    server = await serve(always(chunked(BEGUN, End.SILENCE)))
    client = NP6Client(key, base_url=server.url)
    stream = aiter(client.executions(156))
    await anext(stream)
    async with forgetting(key) as told:
        del client, stream
    assert told == [WARNING]
    await server.until(lambda: server.open == 0)


async def test_U13_a_client_forgotten_after_its_loop_warns_once(
    serve: Serve, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="asyncio")  # what it debugs would keep the connection
    server = await serve(always(array(b"[]")))
    client = NP6Client(key, base_url=server.url)
    async with forgetting(key) as told:
        # Inside, as uvloop, where its warning is an error, would wait for the connection for ever.
        await asyncio.to_thread(asyncio.run, awaited(client))
        del client
    assert told.count(WARNING) == 1
    told.remove(WARNING)  # the rest is the loop's own: without it no socket can be closed
    assert all(each.startswith("unclosed ") for each in told)
    await server.until(lambda: server.open == 0)


async def test_U13_a_client_that_had_nothing_to_close_is_forgotten_silently(
    serve: Serve, key: str
) -> None:
    async with forgetting(key) as told:
        client = NP6Client(key)
        _ = client.executions(156), client.fan_out([1])
        del client, _
    assert told == []


# Another event loop


def test_U12_a_client_belongs_to_the_loop_it_was_first_used_in(key: str) -> None:
    async def main() -> None:
        async with (
            FaultServer(always(array(b"[]"))) as server,
            NP6Client(key, base_url=server.url) as client,
        ):
            await client.executions(156)
            await asyncio.to_thread(asyncio.run, awaited(client))

    with pytest.raises(RuntimeError, match="belongs to another event loop: make one for each"):
        asyncio.run(main())


async def test_U12_another_loop_is_refused_even_while_all_turns_are_taken(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always([End.SILENCE]))
    client = np6(server.url, concurrency=1)
    running = asyncio.create_task(client.executions(1))
    await server.until(lambda: server.busy == 1)

    async def ask() -> Any:
        async with asyncio.timeout(1):
            return await client.executions(2)

    with pytest.raises(RuntimeError, match="belongs to another event loop"):
        await asyncio.to_thread(asyncio.run, ask())
    running.cancel()
    await asyncio.wait([running])


def test_a_client_can_be_made_where_no_loop_runs(key: str) -> None:
    client = NP6Client(key)

    async def main() -> None:
        async with client:
            assert await client.executions(156, start=0, end=0) == []

    asyncio.run(main())


async def test_U12_a_call_can_be_handed_to_the_loop_from_another_thread(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(body(1))))
    client, loop = np6(server.url), asyncio.get_running_loop()

    def ask() -> list[int]:
        return numbers(asyncio.run_coroutine_threadsafe(client.executions(156), loop).result(1))

    assert await asyncio.to_thread(ask) == [1]


def test_U12_a_client_whose_loop_has_ended_says_so(key: str) -> None:
    async def main() -> NP6Client:
        client = NP6Client(key)
        await client.executions(156, start=0, end=0)
        return client

    client = asyncio.run(main())
    for ask in (awaited, iterated, fanned_out, fanned_out_in_a_block, NP6Client.aclose):
        with pytest.raises(RuntimeError, match="belongs to another event loop: make one for each"):
            asyncio.run(ask(client))


async def test_U12_another_loop_does_not_close_what_is_not_its_own(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(body(1))))
    client = np6(server.url)
    await client.executions(1)
    with pytest.raises(RuntimeError, match="belongs to another event loop"):
        await asyncio.to_thread(asyncio.run, client.aclose())
    await client.executions(2)
    assert [request.connection for request in server.requests] == [0, 0]
    await client.aclose()
    await asyncio.to_thread(asyncio.run, client.aclose())  # again is no harm


# After a fork


async def in_a_fork(do: Callable[[], object]) -> bool:
    """Do something in a forked process, and return whether that went well."""
    child = os.fork()
    if not child:
        code = 1
        try:
            do()
            code = 0
        finally:
            os._exit(code)
    _, ended = await asyncio.to_thread(os.waitpid, child, 0)
    return ended == 0


@pytest.fixture
async def client_and_server(serve: Serve, key: str) -> AsyncIterator[tuple[list[NP6Client], Any]]:
    """A client with a connection, in a list that a fork can empty, and its server."""
    server = await serve(always(array(body(1))))
    clients = [NP6Client(key, base_url=server.url)]
    await clients[0].executions(156)
    yield clients, server
    await clients[0].executions(156)
    assert [request.connection for request in server.requests] == [0, 0]
    await clients[0].aclose()


async def test_U12_a_forked_process_is_told_to_make_a_client_of_its_own(
    client_and_server: tuple[list[NP6Client], FaultServer],
) -> None:
    clients, _ = client_and_server

    def use() -> None:
        for ask in (*WAYS, NP6Client.aclose):
            with pytest.raises(RuntimeError, match="belongs to another event loop"):
                asyncio.run(ask(clients[0]))

    assert await in_a_fork(use)


async def test_U12_a_forked_process_that_drops_a_client_leaves_the_parents_alone(
    client_and_server: tuple[list[NP6Client], FaultServer],
) -> None:
    clients, _ = client_and_server

    def drop() -> None:
        clients.clear()
        gc.collect()

    assert await in_a_fork(drop)


async def test_U12_a_forked_process_does_not_warn_of_what_its_parent_will_close(
    serve: Serve, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await serve(always(array(b"[]", Connection="close")))
    client = NP6Client(key, base_url=server.url)
    await client.executions(156)
    await server.until(lambda: server.open == 0)
    monkeypatch.setattr("os.getpid", lambda: 0)
    async with forgetting(key) as told:
        del client
    assert told == []
