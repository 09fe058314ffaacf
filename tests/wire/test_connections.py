"""Connections that are kept, and die; and what is wrong with HTTP itself."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import TypeAlias

import aiohttp
import pytest

from np6_async import (
    EventQuery,
    EventStream,
    ExecutionEvent,
    NP6Client,
    RetryPolicy,
    Timeouts,
    UnknownEvent,
)
from np6_async._decode.decoder import EventDecoder
from np6_async._engine.limiter import Limiter
from np6_async._engine.resources import Resources
from np6_async._http.transport import Transport
from np6_async._options import ApiKey, to_base_url
from np6_async._policy.governor import Governor
from np6_async.errors import (
    ConnectError,
    DeadlineExceededError,
    ProtocolError,
    RequestTimeoutError,
)
from tests.support import MakeClient, body, collect, event, numbers

from .conftest import Serve, by_the_compiled_parser
from .fault_server import (
    End,
    FaultServer,
    Request,
    Response,
    Step,
    always,
    array,
    chunked,
    head,
    in_turn,
)

Stream: TypeAlias = EventStream[ExecutionEvent | UnknownEvent]

GOOD = array(body(1, 2))
WHOLE = head(Content_Type="application/json", Content_Length=len(body(1, 2))) + body(1, 2)
ONCE = RetryPolicy(attempts=1)
ZIPPED = gzip.compress(body(*range(100)))


def connections(server: FaultServer) -> list[int]:
    return [request.connection for request in server.requests]


class Pool:
    """Answers on every connection, until those that a client keeps are dead."""

    def __init__(self) -> None:
        self._dead: set[int] = set()
        self._go = asyncio.Event()
        self._go.set()

    def __call__(self, request: Request) -> Response:
        if request.connection in self._dead:
            return [End.RST]
        if request.headers.get("connection") == "close":
            return [*array(body(1, 2), Connection="close"), End.FIN]
        quota = {
            "X_RateLimit_Remaining": 1000,
            "X_RateLimit_Reset": 60,
        }  # which widens the window
        return [self._go, *array(body(1, 2), **quota)]

    async def fill(self, client: NP6Client, server: FaultServer, size: int) -> None:
        """Have the client keep so many connections, and let them die."""
        for _ in range(size):
            await client.executions(0)
        self._go.clear()
        async with asyncio.TaskGroup() as group:
            for number in range(size):
                group.create_task(client.executions(number))
            await server.until(lambda: server.busy == size)
            self._go.set()
        self._dead.update(range(len(server.received)))
        server.requests.clear()


@pytest.mark.parametrize("end", [End.RST, End.FIN])
async def test_N7_a_connection_that_died_idle_costs_no_attempt(
    serve: Serve, np6: MakeClient, end: End
) -> None:
    go = asyncio.Event()
    server = await serve(in_turn([*GOOD, go, end], GOOD))
    client = np6(server.url, retry=ONCE)
    assert numbers(await client.executions(1)) == [1, 2]
    asked = asyncio.create_task(client.executions(2))
    await server.until(lambda: len(server.requests) == 2)
    go.set()
    assert numbers(await asked) == [1, 2]
    assert connections(server) == [0, 0, 1]


async def test_N7_sending_again_costs_a_token_and_ends_where_there_is_none(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(in_turn(GOOD, [End.RST], GOOD, GOOD, [End.RST]))
    client = np6(server.url, retry=ONCE)
    budget = client._resources.budget
    await client.executions(1)
    budget.tokens = 1
    assert numbers(await client.executions(2)) == [1, 2]
    await client.executions(3)
    budget.tokens = 0
    with pytest.raises(ConnectError, match="the retry budget is spent"):
        await client.executions(4)
    assert connections(server) == [0, 0, 1, 2, 2]


async def test_N8_a_pool_of_dead_connections_fails_no_call(serve: Serve, np6: MakeClient) -> None:
    pool = Pool()
    server = await serve(pool)
    client = np6(server.url, retry=ONCE, concurrency=20)
    await pool.fill(client, server, 20)
    results = await asyncio.gather(*(client.executions(number) for number in range(20)))
    assert [numbers(each) for each in results] == [[1, 2]] * 20
    assert len(server.requests) == 40
    assert len(server.received) == 40


async def test_N8_a_call_meets_no_second_dead_connection(serve: Serve, np6: MakeClient) -> None:
    pool = Pool()
    server = await serve(pool)
    client = np6(server.url, retry=ONCE, concurrency=3)
    await pool.fill(client, server, 3)
    for count in (1, 2, 3):
        assert numbers(await client.executions(9)) == [1, 2]
        assert len(server.requests) == 2 * count


async def test_N8_with_a_callers_session_a_dead_connection_costs_one_attempt(
    serve: Serve, np6: MakeClient
) -> None:
    """Nobody can see there whether a connection was kept, but the next one is a new one."""
    pool = Pool()
    server = await serve(pool)
    async with aiohttp.ClientSession() as session:
        retry = RetryPolicy(attempts=2, base=0.001)
        client = np6(server.url, session=session, concurrency=20, retry=retry)
        await pool.fill(client, server, 20)
        for count in range(1, 20):
            assert numbers(await client.executions(9)) == [1, 2]
            assert len(server.requests) == 2 * count


async def test_N6_a_fresh_connection_that_is_lost_costs_an_attempt(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always([End.RST]))
    with pytest.raises(ConnectError) as caught:
        await np6(server.url, retry=RetryPolicy(attempts=3, base=0.001)).executions(156)
    assert caught.value.attempts == len(server.requests) == 3
    assert connections(server) == [0, 1, 2]


async def test_a_connection_that_was_made_for_one_request_is_not_kept(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(in_turn([End.RST], GOOD, GOOD, GOOD))
    client = np6(server.url)
    for _ in range(3):
        assert numbers(await client.executions(156)) == [1, 2]
    assert connections(server) == [0, 1, 2, 2]


BAD_CODINGS = {
    "no gzip": array(b"no gzip", Content_Encoding="gzip"),
    "bad CRC": array(ZIPPED[:-8] + bytes(8), Content_Encoding="gzip"),
    "damaged": array(ZIPPED[:50] + b"x" * 50 + ZIPPED[100:], Content_Encoding="gzip"),
    "unknown coding": array(b"[]", Content_Encoding="br"),
}


@pytest.mark.parametrize("bad", BAD_CODINGS.values(), ids=BAD_CODINGS)
@pytest.mark.parametrize("streamed", [True, False])
async def test_P2_what_cannot_be_decompressed_is_asked_for_as_it_is(
    serve: Serve, np6: MakeClient, bad: list[Step], streamed: bool
) -> None:
    server = await serve(in_turn(bad, array(body(*range(100)))))
    stream = np6(server.url, retry=RetryPolicy(attempts=2, base=0.001)).executions(156)
    found = [each async for each in stream] if streamed else await stream
    assert numbers(found) == [*range(100)]
    codings = [request.headers["accept-encoding"] for request in server.requests]
    assert codings == ["gzip", "identity"]


PROTOCOL_FAULTS: dict[str, list[Step]] = {
    **BAD_CODINGS,
    "no HTTP": [b"bonjour\r\n\r\n", End.FIN],
    "negative length": [b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n[]", End.FIN],
    "bad chunk size": [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]",
        End.FIN,
    ],
}


@pytest.mark.parametrize("bad", PROTOCOL_FAULTS.values(), ids=PROTOCOL_FAULTS)
async def test_H13_N14_P2_P4_a_fault_of_the_protocol_is_asked_about_once_more(
    serve: Serve, np6: MakeClient, bad: list[Step]
) -> None:
    server = await serve(always(bad))
    with pytest.raises(ProtocolError) as caught:
        await np6(server.url, retry=RetryPolicy(attempts=9, base=0.001)).executions(156)
    assert caught.value.attempts == len(server.requests) == 2
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


async def test_N14_bad_framing_in_a_body_ends_and_is_resumed(serve: Serve, np6: MakeClient) -> None:
    go = asyncio.Event()
    bad = [*chunked(body(1, 2)[:-1] + b"," + event(3)[:9], go)[:-1], b"zz\r\nx\r\n", End.SILENCE]
    server = await serve(in_turn(bad, array(body(3, 2, 1))))
    client = np6(server.url, timeouts=Timeouts(connect=1, idle=0.05))
    async with asyncio.timeout(1), client.executions(156) as stream:
        found = [await anext(stream)]
        go.set()
        await collect(stream, found)
    assert numbers(found) == [1, 2, 3]


async def test_N15_endless_interim_responses_end_at_the_deadline(
    serve: Serve, np6: MakeClient
) -> None:
    interim = [b"HTTP/1.1 100 Continue\r\n\r\n"] * 50
    server = await serve(always([*interim, End.SILENCE]))
    with pytest.raises(DeadlineExceededError) as caught:
        await np6(server.url, timeouts=Timeouts(total=0.05)).executions(156)
    assert caught.value.stopped_by == "deadline"
    assert len(server.requests) == 1


async def test_N18_a_second_response_after_a_body_is_never_read(
    serve: Serve, np6: MakeClient
) -> None:
    second = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
    server = await serve(in_turn([WHOLE + second], array(body(3))))
    client = np6(server.url, retry=ONCE)
    assert numbers(await client.executions(1)) == [1, 2]
    assert numbers(await client.executions(2)) == [3]
    assert connections(server) == [0, 1]


@by_the_compiled_parser
async def test_N18_bytes_that_come_with_a_body_cost_an_attempt(
    serve: Serve, np6: MakeClient
) -> None:
    """aiohttp refuses both together."""
    server = await serve(in_turn([WHOLE + b"x"], GOOD))
    assert numbers(await np6(server.url).executions(1)) == [1, 2]
    assert connections(server) == [0, 1]


@by_the_compiled_parser
async def test_N18_bytes_that_come_after_a_body_cost_the_connection(
    serve: Serve, np6: MakeClient
) -> None:
    go = asyncio.Event()
    server = await serve(in_turn([WHOLE, go, b"x"], array(body(3))))
    client = np6(server.url, retry=ONCE)
    assert numbers(await client.executions(1)) == [1, 2]
    go.set()
    await server.until(lambda: server.open == 0)
    assert numbers(await client.executions(2)) == [3]
    assert connections(server) == [0, 1]


def of_notification(number: int, notification_id: int) -> bytes:
    detail = {"execution": {"id": notification_id}}
    return event(number, source={"type": "notification", "detail": detail})


@pytest.mark.parametrize("streamed", [True, False])
async def test_N17_an_event_of_another_notification_is_yielded_and_logged_once(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture, streamed: bool
) -> None:
    events = b",".join(of_notification(number, 7) for number in range(3))
    server = await serve(always(array(b"[" + events + b"]")))
    stream = np6(server.url).executions(156)
    found = [each async for each in stream] if streamed else await stream
    assert numbers(found) == [0, 1, 2]
    ours = [record.getMessage() for record in caplog.records if record.name == "np6_async"]
    assert ours == [
        "executions of notification 156: the response contains an event of another notification"
    ]


async def test_N17_events_of_the_notification_that_was_asked_for_are_not_logged(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    server = await serve(always(array(b"[" + of_notification(1, 156) + b"]")))
    await np6(server.url).executions(156)
    assert [record for record in caplog.records if record.name == "np6_async"] == []


@pytest.mark.parametrize(
    "answer", [body(3, 1), body(*range(300), 7), body(7, *range(5000))], ids=len
)
async def test_V11_events_out_of_order_are_yielded_and_logged_once(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture, answer: bytes
) -> None:
    server = await serve(always(array(answer)))
    found = [each async for each in np6(server.url).executions(156, sort="asc")]
    assert numbers(found) != sorted(numbers(found))
    (ours,) = [record.getMessage() for record in caplog.records if record.name == "np6_async"]
    assert ours.endswith("the response contains events out of the requested order")


def drip(_: Request) -> Response:
    """Send an event, and then one byte every now and then."""
    loop = asyncio.get_running_loop()
    steps: list[Step] = [head(Content_Length=9999), body(1)[:-1] + b"," + event(2)[:9]]
    for number in range(1, 50):
        due = asyncio.Event()
        loop.call_later(number * 0.01, due.set)
        steps += [due, b" "]
    return steps


@pytest.fixture
async def impatient(key: str) -> AsyncIterator[Callable[[str], Stream]]:
    """Streams of a client that waits for a slow body only a moment."""
    async with AsyncExitStack() as stack:

        def open_stream(url: str) -> Stream:
            timeouts = Timeouts(connect=2, idle=2)
            transport = Transport(
                key=ApiKey(key),
                base_url=to_base_url(url),
                session=None,
                concurrency=1,
            )
            resources = Resources(
                transport=transport,
                limiter=Limiter(Governor(concurrency=1)),
                timeouts=timeouts,
                retry=RetryPolicy(attempts=9, base=0.001),
                low_speed_time=0.04,
            )
            stack.push_async_callback(resources.aclose)
            query = EventQuery(kind="executions", notification_id=156)
            return EventStream(resources, query, lambda _: EventDecoder(ExecutionEvent))

        yield open_stream


async def test_N13_a_body_that_drips_is_taken_up_once(
    serve: Serve, impatient: Callable[[str], Stream]
) -> None:
    rest = array(body(3, 2, 1))
    server = await serve(lambda request: rest if request.connection else drip(request))
    found = [each async for each in impatient(server.url)]
    assert numbers(found) == [1, 3, 2]


async def test_N13_a_body_that_drips_again_is_given_up(
    serve: Serve, impatient: Callable[[str], Stream]
) -> None:
    server = await serve(drip)
    with pytest.raises(RequestTimeoutError, match="too slow") as caught:
        await impatient(server.url)
    assert caught.value.attempts == len(server.requests) == 2
