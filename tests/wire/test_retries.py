"""What is asked again, how often, and what that looks like from the other end."""

import asyncio

import pytest

from np6_async import ExecutionEvent, RetryPolicy, Timeouts, UnknownEvent
from np6_async.errors import (
    ConnectError,
    NotFoundError,
    NP6Error,
    RateLimitedError,
    ServerError,
    StatusError,
    StreamInterruptedError,
)
from tests.support import MakeClient, body, collect, event, numbers, settled

from .conftest import Serve
from .fault_server import (
    End,
    FaultServer,
    Request,
    Response,
    Step,
    always,
    array,
    chunked,
    in_turn,
    status,
)

GOOD = array(body(1, 2))
BAD_TIMES: dict[str, list[Step]] = {
    "408": status(408),
    "425": status(425),
    "500": status(500),
    "502": status(502, b"<html>", Content_Type="text/html"),
    "503": status(503),
    "503 for a moment": status(503, Retry_After=0),
    "504": status(504),
    "522": [b"HTTP/1.1 522 X\r\nContent-Length: 0\r\n\r\n"],
    "524": [b"HTTP/1.1 524 X\r\nContent-Length: 0\r\n\r\n"],
    "429 for a moment": status(429, Retry_After=0),
    "reset before an answer": [End.RST],
    "closed before an answer": [End.FIN],
    "closed in the head": [b"HTTP/1.1 200 OK\r\nContent-", End.FIN],
    "an empty body": array(b""),
}
each_bad_time = pytest.mark.parametrize("bad", BAD_TIMES.values(), ids=BAD_TIMES.keys())


@pytest.fixture
async def dead_url() -> str:
    """Where nobody listens any more."""
    async with FaultServer(in_turn()) as server:
        return server.url


@each_bad_time
async def test_H8_a_bad_time_is_waited_out_unseen(
    serve: Serve, np6: MakeClient, bad: list[Step]
) -> None:
    server = await serve(in_turn(bad, bad, bad, GOOD, bad, GOOD))
    client = np6(server.url, retry=RetryPolicy(attempts=4, base=0.001, cap=0.005))
    assert numbers(await client.executions(156)) == [1, 2]
    assert len(server.requests) == 4
    assert numbers([each async for each in client.executions(156)]) == [1, 2]
    assert len(server.requests) == 6


@each_bad_time
async def test_N6_every_request_on_the_wire_is_one_of_ours(
    serve: Serve, np6: MakeClient, bad: list[Step]
) -> None:
    """aiohttp by itself sends a GET again, unseen, when the connection dies before an answer."""
    server = await serve(always(bad))
    with pytest.raises(NP6Error) as caught:
        await np6(server.url, retry=RetryPolicy(attempts=1)).executions(156)
    assert len(server.requests) == 1
    assert (caught.value.attempts, caught.value.__context__) == (1, None)


@pytest.mark.parametrize("attempts", [1, 2, 5])
@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (status(500, x_request_id="req-1"), ServerError),
        (status(425, x_request_id="req-1"), StatusError),
        ([End.RST], ConnectError),
        (chunked(b"[", End.FIN), StreamInterruptedError),
    ],
    ids=["500", "425", "reset", "cut"],
)
async def test_what_lasts_is_raised_after_the_last_attempt(
    serve: Serve, np6: MakeClient, attempts: int, bad: list[Step], expected: type[NP6Error]
) -> None:
    server = await serve(always(bad))
    client = np6(server.url, retry=RetryPolicy(attempts=attempts, base=0.001))
    with pytest.raises(NP6Error) as caught:
        await client.executions(156)
    assert type(caught.value) is expected
    assert caught.value.attempts == len(server.requests) == attempts
    assert caught.value.elapsed is not None
    assert ("5 attempts" in str(caught.value)) == (attempts == 5)


@pytest.mark.parametrize(
    "code", [400, 401, 403, 404, 405, 409, 410, 414, 415, 422, 501, 505, 511, 999]
)
async def test_H5_H9_what_will_not_change_is_asked_once(
    serve: Serve, np6: MakeClient, code: int
) -> None:
    server = await serve(always(status(code)))
    with pytest.raises(StatusError):
        await np6(server.url).executions(156)
    assert len(server.requests) == 1


async def test_N3_a_refused_connection_is_a_connect_error(np6: MakeClient, dead_url: str) -> None:
    with pytest.raises(ConnectError) as caught:
        await np6(dead_url, retry=RetryPolicy(attempts=3, base=0.001)).executions(156)
    assert caught.value.attempts == 3
    address = dead_url.removeprefix("http://")
    assert f"no connection could be made ({address}: " in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


async def test_N3_a_refused_name_with_several_addresses_says_why(
    np6: MakeClient, dead_url: str
) -> None:
    by_name = dead_url.replace("127.0.0.1", "localhost")
    with pytest.raises(ConnectError) as caught:
        await np6(by_name, retry=RetryPolicy(attempts=1)).executions(156)
    assert "None" not in str(caught.value)


async def test_N3_a_server_that_comes_back_is_found(
    np6: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    async with FaultServer(always(GOOD)) as gone:
        url = gone.url
    port = int(url.rpartition(":")[2])
    asked = asyncio.create_task(
        np6(url, retry=RetryPolicy(attempts=30, base=0.02, cap=0.02)).executions(156)
    )
    await settled()
    assert "np6_event" in vars(caplog.records[-1])  # it was refused
    async with FaultServer(always(GOOD), port=port):
        assert numbers(await asked) == [1, 2]


@pytest.mark.parametrize(
    "throttle", [status(429, Retry_After=0), status(503, Retry_After=0)], ids=["429", "503"]
)
async def test_being_throttled_costs_no_attempt_but_has_an_end(
    serve: Serve, np6: MakeClient, throttle: list[Step]
) -> None:
    server = await serve(always(throttle))
    retry = RetryPolicy(attempts=2, base=0.001, cap=0.001)
    with pytest.raises(StatusError) as caught:
        await np6(server.url, retry=retry).executions(156)
    assert caught.value.retry_after == 0
    assert caught.value.attempts == len(server.requests) == 11


@pytest.mark.parametrize(
    ("bad", "expected", "calls"),
    [
        (status(500), ServerError, 200),
        ([End.RST], ConnectError, 200),
        (status(503), ServerError, 99),
        pytest.param(status(500), ServerError, 1000, marks=pytest.mark.nightly),
        pytest.param([End.RST], ConnectError, 1000, marks=pytest.mark.nightly),
    ],
    ids=["500", "reset", "503", "500 for a thousand", "reset for a thousand"],
)
async def test_N16_an_outage_under_many_calls_costs_tens_of_extra_requests(
    serve: Serve, np6: MakeClient, bad: list[Step], expected: type[NP6Error], calls: int
) -> None:
    server = await serve(always(bad))
    client = np6(server.url, retry=RetryPolicy(base=0.001, cap=0.001))
    asked = (client.executions(each) for each in range(calls))
    failures = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(failure) for failure in failures} == {expected}
    assert len(server.requests) <= calls + 35 + 16
    stopped = [getattr(failure, "stopped_by", "") for failure in failures]
    assert stopped.count("budget") > calls - 40
    assert set(stopped) <= {"budget", None}


async def test_N16_a_restart_under_a_thousand_calls_is_survived(
    serve: Serve, np6: MakeClient
) -> None:
    def answer(_: Request) -> Response:
        return [End.RST] if 300 <= len(server.requests) < 320 else GOOD

    server = await serve(answer)
    client = np6(server.url, retry=RetryPolicy(base=0.01))
    found = await asyncio.gather(*(client.executions(each) for each in range(1000)))
    assert all(numbers(events) == [1, 2] for events in found)
    assert len(server.requests) <= 1100


async def test_a_retry_that_succeeds_is_given_back(serve: Serve, np6: MakeClient) -> None:
    server = await serve(in_turn(*[status(500), GOOD] * 60))
    client = np6(server.url)
    for _ in range(60):
        assert numbers(await client.executions(1)) == [1, 2]


async def test_a_bare_429_is_waited_out_a_second_at_the_most(serve: Serve, np6: MakeClient) -> None:
    server = await serve(in_turn(status(429), GOOD))
    client = np6(server.url, retry=RetryPolicy(cap=0.01))
    assert numbers(await client.executions(156)) == [1, 2]


async def test_a_pause_longer_than_anyone_waits_is_refused(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(status(429, Retry_After=301)))
    with pytest.raises(RateLimitedError) as caught:
        await np6(server.url).executions(156)
    assert caught.value.retry_after == 301
    assert len(server.requests) == 1


@pytest.mark.parametrize("code", [429, 500, 503])
async def test_a_pause_longer_than_the_time_left_is_refused(
    serve: Serve, np6: MakeClient, code: int
) -> None:
    server = await serve(always(status(code, Retry_After=3)))
    with pytest.raises(StatusError, match="no retry: too little time was left") as caught:
        await np6(server.url, timeouts=Timeouts(total=2)).executions(156)
    assert (caught.value.stopped_by, caught.value.retry_after) == ("deadline", 3)
    assert len(server.requests) == 1


async def test_a_long_pause_of_our_own_is_not_taken_for_one_that_was_asked_for(
    serve: Serve, np6: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.random", lambda: 1.0)
    server = await serve(always(status(500)))
    client = np6(
        server.url,
        retry=RetryPolicy(attempts=2, base=400, cap=400),
        timeouts=Timeouts(total=0.02),
    )
    with pytest.raises(ServerError) as caught:
        await client.executions(156)
    assert caught.value.stopped_by == "deadline"


async def test_awaiting_starts_again_and_returns_nothing_twice(
    serve: Serve, np6: MakeClient
) -> None:
    cut = chunked(body(*range(500))[:-1], End.FIN)
    server = await serve(in_turn(cut, cut, array(body(*range(500)))))
    assert numbers(await np6(server.url).executions(156)) == list(range(500))
    assert len(server.requests) == 3


async def test_awaiting_forgets_what_the_last_answer_does_not_repeat(
    serve: Serve, np6: MakeClient
) -> None:
    cut = chunked(b"[" + event(1) + b"," + event(2), End.FIN)
    server = await serve(in_turn(cut, array(b"[]")))
    assert await np6(server.url).executions(156) == []


@pytest.mark.parametrize("attempts", [2, 4])
async def test_a_stream_that_brings_nothing_new_is_interrupted(
    serve: Serve, np6: MakeClient, attempts: int
) -> None:
    server = await serve(always(chunked(body(1, 2)[:-1] + b"," + event(3)[:-9], End.FIN)))
    found: list[ExecutionEvent | UnknownEvent] = []
    client = np6(server.url, retry=RetryPolicy(attempts=attempts, base=0.001))
    with pytest.raises(StreamInterruptedError) as caught:
        await collect(client.executions(156), found)
    assert numbers(found) == [1, 2]
    assert caught.value.events_yielded == 2
    assert "2 events had arrived" in str(caught.value)
    assert caught.value.stopped_by is None
    assert len(server.requests) == attempts


async def test_a_stream_that_has_yielded_nothing_is_asked_again(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(in_turn(chunked(b"[ ", End.FIN), GOOD))
    assert numbers([each async for each in np6(server.url).executions(156)]) == [1, 2]


async def test_an_error_after_a_retry_is_the_last_one(serve: Serve, np6: MakeClient) -> None:
    server = await serve(in_turn(status(500), [End.RST], status(404, x_request_id="req-1")))
    with pytest.raises(NotFoundError) as caught:
        await np6(server.url).executions(156)
    assert (caught.value.attempts, caught.value.request_id) == (3, "req-1")
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
