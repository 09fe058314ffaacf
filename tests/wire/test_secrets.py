"""Where a careless client would show the key. The `key` fixture searches every error and log."""

import asyncio
import gzip
import logging
import traceback
from collections import deque
from functools import partial
from typing import Any

import aiohttp
import pytest

from np6_async import RetryPolicy, Timeouts
from np6_async._options import ApiKey
from np6_async.errors import NP6Error, ResponseError
from tests.leaks import led_to, paths_to, places
from tests.support import CONTENT, MakeClient, body, event, settled

from .conftest import Serve
from .fault_server import End, Response, always, array, chunked, status

ONCE = RetryPolicy(attempts=1)


def echoes(key: str) -> dict[str, Response]:
    """Return responses that repeat the key in every place that an error may quote."""
    return {
        "body": status(400, f"the key {key} is unknown".encode()),
        "cut off in the body": status(400, b"x" * (2048 - len(key) // 2) + key.encode()),
        "request id": status(500, x_request_id=key),
        "only header": [f"HTTP/1.1 500 No\r\nX-Request-Id: {key}\r\n\r\n".encode(), End.FIN],
        "request id of a 200": array(b"{}", x_request_id=key),
        "request id of a misfit": array(b"[null]", x_request_id=key),
        "target": status(302, Location=f"https://np6.example.org/?key={key}"),
        "host of a target": status(302, Location=f"https://{key}.example.org/"),
        "content type": array(b"[]", Content_Type=f"text/{key}"),
        "content coding": array(b"[]", Content_Encoding=key),
        "retry-after": status(429, Retry_After=key),
        "reason": [f"HTTP/1.1 404 {key}\r\nContent-Length: 0\r\n\r\n".encode()],
        "no HTTP": [f"{key}\r\n\r\n".encode(), End.FIN],
        "broken header": [f"HTTP/1.1 200 OK\r\n{key}\r\n\r\n".encode(), End.FIN],
        "long header": [f"HTTP/1.1 200 OK\r\nX: {key * 300}\r\n\r\n".encode(), End.FIN],
        "many headers": [
            b"HTTP/1.1 200 OK\r\n" + f"X-{key}: {key}\r\n".encode() * 130 + b"\r\n",
            End.FIN,
        ],
        "length": [f"HTTP/1.1 200 OK\r\nContent-Length: {key}\r\n\r\n".encode(), End.FIN],
        "chunk": [*chunked()[:1], key.encode() + b"\r\n", End.FIN],
        "half a head": [f"HTTP/1.1 200 OK\r\nX: {key}\r\n".encode(), End.FIN],
        "broken body": [*array(f'["{key}'.encode(), Content_Length=99), End.FIN],
        "misfit": array(f'[{{"{key}": 1, "type": "{key}"}}]'.encode()),
    }


@pytest.mark.parametrize("place", echoes("key"))
async def test_S5_a_key_that_the_server_repeats_is_not_shown(
    serve: Serve, np6: MakeClient, key: str, place: str
) -> None:
    server = await serve(always(echoes(key)[place]))
    client = np6(server.url, retry=ONCE, strict=True)
    with pytest.raises(NP6Error) as caught:
        await client.executions(156)
    assert places(key, caught.value) == []
    with pytest.raises(NP6Error) as streamed:
        _ = [each async for each in client.executions(156)]
    assert places(key, streamed.value) == []
    result = await client.fan_out([156])
    assert key not in repr(result)
    assert places(key, ExceptionGroup("failed", list(result.failures.values()))) == []


async def test_S5_a_key_that_is_repeated_as_the_type_of_an_event_is_not_logged(
    serve: Serve, np6: MakeClient, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = await serve(always(array(f'[{{"type": "{key}"}}]'.encode())))
    client = np6(server.url)
    await client.executions(156)
    assert [vars(record)["np6_type"] for record in caplog.records] == [None]
    assert key not in caplog.text


async def test_S5_a_removed_key_is_marked(serve: Serve, np6: MakeClient, key: str) -> None:
    server = await serve(always(status(400, f"unknown key {key}".encode(), x_request_id=key)))
    with pytest.raises(NP6Error) as caught:
        await np6(server.url).executions(156)
    assert (caught.value.detail, caught.value.request_id) == ("unknown key ***", "***")


async def test_S2_no_object_of_the_client_shows_the_key(
    serve: Serve, np6: MakeClient, key: str
) -> None:
    server = await serve(always(array(body(1))))
    client = np6(server.url)
    stream, run = client.executions(156), client.fan_out([1])
    await client.executions(156)
    for each in _reachable([client, stream, run]):
        assert key not in repr(each)
        assert key not in str(each)
    await stream
    await run


def _reachable(start: list[Any]) -> list[Any]:
    """Return what a look at attributes, and at theirs, leads to within the package."""
    found: dict[int, Any] = {}
    left = list(start)
    while left:
        each = left.pop()
        if id(each) in found:
            continue
        found[id(each)] = each
        if type(each).__module__.startswith("np6_async"):
            left += getattr(each, "__dict__", {}).values()
    return list(found.values())


async def test_S3_a_failure_that_is_never_retrieved_is_logged_without_the_key(
    serve: Serve, np6: MakeClient, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = await serve(always(status(401, key.encode())))
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(None)
    task = asyncio.create_task(np6(server.url).executions(156))
    await asyncio.wait([task])
    del task
    assert "exception was never retrieved" in caplog.text
    assert key not in caplog.text


async def test_S3_S4_what_holds_a_failure_shows_no_key(
    serve: Serve, np6: MakeClient, key: str
) -> None:
    server = await serve(always(status(401, key.encode(), x_request_id=key)))
    task = asyncio.ensure_future(np6(server.url).executions(156))
    told = [repr(task)]
    with pytest.raises(NP6Error) as caught:
        await task
    told += [repr(task), repr([caught.value]), repr(ExceptionGroup("failed", [caught.value]))]
    told += traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    assert [text for text in told if key in text.replace(repr(key), "")] == []  # it is our local


async def test_S3_a_debugging_loop_logs_no_key(
    serve: Serve, np6: MakeClient, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = 0
    server = await serve(always(chunked(body(1))))
    await np6(server.url).executions(156)
    assert any(record.levelno == logging.WARNING for record in caplog.records)
    assert key not in caplog.text


async def test_S4_a_cancelled_call_shows_no_key_in_its_traceback(
    serve: Serve, np6: MakeClient, key: str
) -> None:
    server = await serve(always([End.SILENCE]))
    task = asyncio.create_task(np6(server.url).executions(156))
    await server.until(lambda: server.busy == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    assert places(key, caught.value) == []


async def test_S14_no_error_shows_what_an_event_says(serve: Serve, np6: MakeClient) -> None:
    secret = "reader-1@example.com"
    misfit = event(1, timestamp=secret, type=secret, id=secret, identity=secret)
    server = await serve(always(array(b"[" + misfit + b"," + secret.encode() + b"]")))
    with pytest.raises(NP6Error) as strict:
        await np6(server.url, strict=True).executions(156)
    assert places(secret, strict.value) == []
    with pytest.raises(ResponseError) as broken:
        await np6((await serve(always(array(secret.encode())))).url).executions(156)
    assert places(secret, broken.value) == []


# Error reports walk over what local variables lead to; see `tests.leaks.led_to`.

BROKEN_BODY = body(*range(20))[:-1]

FAILURES: dict[str, Response] = {
    "status": status(404, b"no"),
    "lost": [End.RST],
    "no HTTP": [b"bonjour\r\n\r\n", End.FIN],
    "cut": [*array(BROKEN_BODY, Content_Length=9999), End.FIN],
    "cut chunk": [*chunked(BROKEN_BODY, End.FIN)],
    "bad gzip": array(gzip.compress(BROKEN_BODY)[:-8] + bytes(8), Content_Encoding="gzip"),
    "bomb": array(gzip.compress(BROKEN_BODY + b" " * 2**22), Content_Encoding="gzip"),
    "silent": [End.SILENCE],
    "silent body": chunked(BROKEN_BODY, End.SILENCE),
}


def test_the_walk_finds_what_is_there() -> None:
    """Or the tests that follow would prove nothing."""
    held: Any = [deque([{"a": (partial(print, NP6Error("a key").args.__len__),)}])]
    assert len(paths_to(["a key"], {"held": held})) == 1
    assert paths_to(["a key"], {"key": ApiKey("a key")}) == []


@pytest.mark.parametrize("own", [True, False], ids=["own session", "caller's session"])
@pytest.mark.parametrize("name", FAILURES)
async def test_S4_no_walk_over_local_variables_leads_to_the_key(
    serve: Serve, np6: MakeClient, key: str, name: str, own: bool
) -> None:
    server = await serve(always(FAILURES[name]))
    async with aiohttp.ClientSession() as session:
        client = np6(
            server.url,
            retry=ONCE,
            timeouts=Timeouts(connect=2, idle=0.05),
            session=None if own else session,
        )
        for ask in (client.executions(156), client.executions(156)):
            with pytest.raises(NP6Error) as caught:
                await ask
            assert led_to([key], caught.value) == []
            assert led_to([CONTENT], caught.value, room="np6_async._http") == []


async def test_S4_no_walk_over_local_variables_of_a_cancelled_call_leads_to_the_key(
    serve: Serve, np6: MakeClient, key: str
) -> None:
    for steps in (FAILURES["silent"], FAILURES["silent body"]):
        server = await serve(always(steps))
        task = asyncio.create_task(np6(server.url).executions(156))
        await server.until(lambda: server.busy == 1)  # noqa: B023 - used before it changes
        await settled()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert led_to([key], caught.value) == []
        assert led_to([CONTENT], caught.value, room="np6_async._http") == []
