"""How long things may take, and what is said when they take longer."""

import asyncio
import logging
import socket
import time
from collections.abc import Iterator

import pytest

from np6_async import RetryPolicy, Timeouts
from np6_async.errors import (
    ConnectError,
    DeadlineExceededError,
    NP6Error,
    RequestTimeoutError,
    ServerError,
)
from tests.support import MakeClient, body, collect, event, numbers, pickled, settled

from .conftest import Serve
from .fault_server import End, Step, always, array, chunked, head, in_turn, status

ONCE, TWICE = RetryPolicy(attempts=1), RetryPolicy(attempts=2, base=0.001)
SHORT = Timeouts(connect=0.02, idle=0.05)
BEGUN = b"[" + event(1) + b"," + event(2)


@pytest.fixture
def full_url() -> Iterator[str]:
    """Where somebody listens who never takes a connection, and the queue for one is full."""
    with socket.socket() as server, socket.socket() as first, socket.socket() as second:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        host, port = server.getsockname()
        yield f"http://{host}:{port}"


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([End.SILENCE], id="before the head"),
        pytest.param([b"HTTP/1.1 200 OK\r\n", End.SILENCE], id="in the head"),
        pytest.param([head(200, Content_Length=2), End.SILENCE], id="before the body"),
        pytest.param(chunked(b"[", End.SILENCE), id="in the body"),
        pytest.param(
            [*array(body(1), Content_Length=9999), End.SILENCE], id="at the end of the body"
        ),
    ],
)
async def test_N11_N12_silence_is_a_timeout(
    serve: Serve, np6: MakeClient, steps: list[Step]
) -> None:
    server = await serve(always(steps))
    with pytest.raises(RequestTimeoutError) as caught:
        await np6(server.url, retry=ONCE, timeouts=SHORT).executions(156)
    assert isinstance(caught.value, TimeoutError)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert type(pickled(caught.value)) is RequestTimeoutError
    assert len(server.requests) == 1
    await server.until(lambda: server.open == 0)


async def test_N11_N12_silence_is_asked_again(serve: Serve, np6: MakeClient) -> None:
    server = await serve(in_turn([End.SILENCE], chunked(b"[", End.SILENCE), array(body(1))))
    client = np6(server.url, timeouts=SHORT, retry=RetryPolicy(base=0.001))
    assert numbers(await client.executions(156)) == [1]


async def test_events_before_the_silence_were_yielded(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(chunked(BEGUN, End.SILENCE)))
    stream = aiter(np6(server.url, timeouts=SHORT).executions(156))
    found = [await anext(stream)]
    with pytest.raises(RequestTimeoutError) as caught:
        await collect(stream, found)
    assert numbers(found) == [1]
    assert caught.value.events_yielded == 1


async def test_H11_an_error_body_that_falls_silent_does_not_hide_the_status(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always([*status(404, b"no", Content_Length=99), End.SILENCE]))
    with pytest.raises(NP6Error) as caught:
        await np6(server.url, timeouts=SHORT).executions(156)
    assert (caught.value.status, caught.value.detail) == (404, "no")


async def test_bad_framing_after_the_head_does_not_hang(serve: Serve, np6: MakeClient) -> None:
    """aiohttp forgets its own timer there and never wakes the reader."""
    go = asyncio.Event()
    server = await serve(always([*chunked(BEGUN, go)[:-1], b"zz\r\nx\r\n", End.SILENCE]))
    stream = aiter(np6(server.url, timeouts=SHORT).executions(156))
    await anext(stream)
    go.set()
    async with asyncio.timeout(1):
        with pytest.raises(NP6Error):
            await collect(stream, [])


async def test_N4_a_connection_that_is_not_taken_is_tried_again(
    np6: MakeClient, full_url: str
) -> None:
    client = np6(full_url, retry=TWICE, timeouts=Timeouts(connect=0.02, idle=5))
    async with asyncio.timeout(1):
        with pytest.raises(ConnectError, match="connecting took too long") as caught:
            await client.executions(156)
    assert caught.value.attempts == 2


async def test_N4_tls_that_is_not_answered_is_tried_again(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always([End.SILENCE]))
    secure = server.url.replace("http:", "https:")
    client = np6(secure, retry=TWICE, timeouts=Timeouts(connect=0.05, idle=5))
    async with asyncio.timeout(1):
        with pytest.raises(ConnectError) as caught:
            await client.executions(156)
    assert caught.value.attempts == len(server.received) == 2


@pytest.fixture
async def plain_url(serve: Serve) -> str:
    """Where whoever comes is greeted in plain text."""
    return (await serve(always([]), greeting=[b"220 mail.example.org ESMTP\r\n"])).url


async def test_N5_tls_that_is_answered_by_something_else_is_not_tried_again(
    np6: MakeClient, plain_url: str
) -> None:
    with pytest.raises(ConnectError, match="TLS failed") as caught:
        await np6(plain_url.replace("http:", "https:")).executions(156)
    assert caught.value.permanent
    assert caught.value.attempts == 1
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


TOTALS = {
    "response": [End.SILENCE],
    "body": chunked(b"[", End.SILENCE),
}


@pytest.mark.parametrize(("phase", "steps"), TOTALS.items(), ids=TOTALS)
async def test_a_total_that_is_up_says_what_took_the_time(
    serve: Serve, np6: MakeClient, phase: str, steps: list[Step]
) -> None:
    server = await serve(always(steps))
    with pytest.raises(DeadlineExceededError) as caught:
        await np6(server.url, timeouts=Timeouts(total=0.05)).executions(156)
    error = caught.value
    assert isinstance(error, TimeoutError)
    assert str(error.args[0]).startswith("the total timeout of 0.05 s has passed (")
    assert f"{phase} 0." in str(error.args[0])
    assert (error.stopped_by, error.attempts, error.phase) == ("deadline", 1, phase)
    assert error.elapsed is not None
    assert 0.049 < error.elapsed < 30  # uvloop's clock counts milliseconds
    assert (error.__cause__, error.__context__) == (None, None)
    assert str(pickled(error)) == str(error)


async def test_a_total_counts_the_time_to_connect(np6: MakeClient, full_url: str) -> None:
    timeouts = Timeouts(connect=5, total=0.05)
    with pytest.raises(DeadlineExceededError, match=r"\(connect 0\.[0-9] s\)"):
        await np6(full_url, timeouts=timeouts).executions(156)


async def test_N11_silence_is_timed_from_when_there_is_a_connection(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always([End.SILENCE]))
    client = np6(server.url, timeouts=Timeouts(connect=30, idle=0.05), retry=ONCE)
    async with asyncio.timeout(5):
        with pytest.raises(RequestTimeoutError, match=r"waiting for the response") as caught:
            await client.executions(156)
    assert caught.value.phase == "response"


async def test_a_total_counts_the_wait_for_a_slot(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always([End.SILENCE]))
    client = np6(server.url, concurrency=1, timeouts=Timeouts(total=0.05))
    running = asyncio.create_task(client.executions(1))
    await server.until(lambda: server.busy == 1)
    with pytest.raises(DeadlineExceededError, match=r"slot 0\."):
        await client.executions(2)
    with pytest.raises(DeadlineExceededError, match=r"response 0\."):
        await running


async def test_a_total_counts_the_pauses(
    serve: Serve, np6: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.random", lambda: 1.0)
    server = await serve(always(status(500)))
    retry = RetryPolicy(attempts=99, base=0.04, cap=0.04)
    with pytest.raises((ServerError, DeadlineExceededError)) as caught:
        await np6(server.url, timeouts=Timeouts(total=0.1), retry=retry).executions(156)
    assert caught.value.stopped_by == "deadline"
    assert len(server.requests) <= caught.value.attempts <= 3  # the last may be on its way


async def test_a_total_that_is_up_in_a_pause_tells_of_its_query(
    serve: Serve, np6: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.random", lambda: 1.0)
    server = await serve(always(status(500)))
    retry = RetryPolicy(base=0.2, cap=0.2)
    asked = asyncio.create_task(
        np6(server.url, timeouts=Timeouts(total=0.3), retry=retry).executions(156)
    )
    await server.until(lambda: len(server.requests) == 1)
    await settled()
    time.sleep(0.3)  # noqa: ASYNC251 - the loop is late for the end of the pause
    with pytest.raises(DeadlineExceededError, match=r"backoff 0\.[0-9] s") as caught:
        await asked
    assert (caught.value.attempts, caught.value.stopped_by) == (1, "deadline")
    assert caught.value.phase == "backoff"
    assert caught.value.query is not None


async def test_a_total_counts_the_decoding_of_a_list(
    serve: Serve, np6: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = body(*range(3_000))
    server = await serve(always(array(large[:-1] + b"," + event(0, type="new") + b"," + large[1:])))

    def take_long(_: logging.LogRecord) -> bool:
        time.sleep(0.05)
        return True

    monkeypatch.setattr(logging.getLogger("np6_async"), "filters", [take_long])
    with pytest.raises(DeadlineExceededError, match=r"the total timeout of 0\.04 s has passed"):
        await np6(server.url, timeouts=Timeouts(total=0.04)).executions(156)


async def test_a_total_does_not_count_what_the_caller_takes(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(body(*range(5)))))
    found = []
    async for each in np6(server.url, timeouts=Timeouts(total=0.15)).executions(156):
        found.append(each)
        await asyncio.sleep(0.05)
    assert numbers(found) == [0, 1, 2, 3, 4]


async def test_a_total_does_not_count_a_body_the_caller_lets_wait(
    serve: Serve, np6: MakeClient
) -> None:
    go = asyncio.Event()
    server = await serve(always(chunked(BEGUN, go, b"]")))
    async with np6(server.url, timeouts=Timeouts(total=0.15)).executions(156) as stream:
        found = [await anext(stream)]
        for _ in range(5):
            await asyncio.sleep(0.05)
        go.set()
        await collect(stream, found)
    assert numbers(found) == [1, 2]
