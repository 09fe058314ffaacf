"""Bodies of a 200 that are not what the API promises."""

import gzip
import re
from collections.abc import Iterable, Mapping

import aiohttp
import pytest

from np6_async import BounceEvent, EventQuery, RetryPolicy, UnknownEvent
from np6_async.errors import (
    EventDecodeError,
    NP6Error,
    ProtocolError,
    ResponseError,
    StreamInterruptedError,
)
from tests.support import MakeClient, body, collect, event, numbers, pickled

from .conftest import Serve, by_the_compiled_parser
from .fault_server import End, Step, always, array, chunked, head, in_turn

WHOLE = body(*range(100))
ZIPPED = gzip.compress(WHOLE)
ONCE = RetryPolicy(attempts=1)
QUERY = EventQuery(kind="bounces", notification_id=156)

CUT = {
    "chunked, cut in a chunk": [*chunked(WHOLE[:5000], End.FIN)[:-1], b"ff\r\n[", End.FIN],
    "chunked, cut between chunks": chunked(WHOLE[:5000], End.FIN),
    "chunked, reset": chunked(WHOLE[:5000], End.RST),
    "chunked, ended without the bracket": chunked(WHOLE[:-1]),
    "with a length, cut": [*array(WHOLE[:5000], Content_Length=len(WHOLE)), End.FIN],
    "with a length, reset": [*array(WHOLE[:5000], Content_Length=len(WHOLE)), End.RST],
    "with a length, without the bracket": array(WHOLE[:-1]),
    "ended by the connection, cut": [head() + WHOLE[:5000], End.FIN],
    "gzip, cut, the length right": array(ZIPPED[:-100], Content_Encoding="gzip"),
    "gzip, cut, the chunks right": chunked(ZIPPED[:-100], Content_Encoding="gzip"),
    "nothing": array(b""),
    "nothing in chunks": chunked(),
    "blanks": array(b" \n"),
}
NO_ARRAY = {
    "an object": b'{"message": "no"}',
    "null": b"null",
    "a number": b"12",
    "a string": b'"[1]"',
    "HTML without a type": b"<!doctype html>",
    "UTF-16": "[1]".encode("utf-16"),
}
NO_JSON = {
    "bytes after the array": body(1) + b"x",
    "a second array": body(1) + body(2),
    "a missing element": b"[" + event(1) + b",]",
    "a wrong bracket": b"[" + event(1) + b"}",
    "a comma first": b"[,1]",
}


def cases(rows: Mapping[str, object]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", [pytest.param(rows[name], id=name) for name in rows])


async def failure_of_both(np6: MakeClient, url: str, retry: RetryPolicy = ONCE) -> NP6Error:
    """Return how `await` fails, after a look that `async for` fails alike."""
    client = np6(url, retry=retry)
    with pytest.raises(NP6Error) as streamed:
        _ = [event async for event in client.bounces(156)]
    with pytest.raises(NP6Error) as awaited:
        await client.bounces(156)
    error = awaited.value
    assert type(streamed.value) is type(error)
    assert streamed.value.args == error.args
    assert streamed.value.query == error.query == QUERY
    assert (error.__cause__, error.__context__) == (None, None)
    assert vars(pickled(error)) == vars(error)
    return error


@cases(CUT)
async def test_H1_P7_an_array_that_does_not_close_is_an_interruption(
    serve: Serve, np6: MakeClient, row: Iterable[Step]
) -> None:
    server = await serve(always(row))
    error = await failure_of_both(np6, server.url)
    assert type(error) is StreamInterruptedError
    assert len(server.requests) == 2


@cases(CUT)
async def test_H1_P7_an_array_that_does_not_close_is_asked_for_again(
    serve: Serve, np6: MakeClient, row: Iterable[Step]
) -> None:
    server = await serve(in_turn(row, row, array(WHOLE)))
    assert numbers(await np6(server.url).bounces(156)) == list(range(100))
    assert len(server.requests) == 3


@cases(NO_ARRAY)
async def test_P6_P8_a_body_that_is_not_an_array_is_a_response_error(
    serve: Serve, np6: MakeClient, row: bytes
) -> None:
    server = await serve(always(array(row, x_request_id="req-1")))
    error = await failure_of_both(np6, server.url, RetryPolicy(attempts=4))
    assert type(error) is ResponseError
    assert error.args == ("the body is not a JSON array",)
    assert (error.status, error.request_id) == (200, "req-1")
    assert len(server.requests) == 2  # one for each way to ask: it would be the same again


@cases(NO_JSON)
async def test_P7_an_array_that_is_not_json_is_not_retried(
    serve: Serve, np6: MakeClient, row: bytes
) -> None:
    server = await serve(always(array(row, x_request_id="req-1")))
    error = await failure_of_both(np6, server.url, RetryPolicy(attempts=4))
    assert type(error) is ResponseError
    assert (error.status, error.request_id) == (200, "req-1")
    assert len(server.requests) == 2


async def test_P7_events_before_a_fault_are_yielded(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(body(1, 2) + b"x")))
    found: list[BounceEvent | UnknownEvent] = []
    with pytest.raises(ResponseError, match="goes on after the end of its array") as caught:
        await collect(np6(server.url).bounces(156), found)
    assert numbers(found) == [1, 2]
    assert caught.value.events_yielded == 2


@pytest.mark.parametrize("media_type", ["text/html; charset=utf-8", "application/xml", "image/png"])
async def test_P5_a_page_in_place_of_json_is_named(
    serve: Serve, np6: MakeClient, media_type: str
) -> None:
    page = array(b"<!doctype html>", Content_Type=media_type, x_request_id="req-1")
    server = await serve(always(page))
    error = await failure_of_both(np6, server.url, RetryPolicy(attempts=4))
    assert type(error) is ResponseError
    assert media_type.partition(";")[0] in str(error)
    assert (error.status, error.request_id) == (200, "req-1")
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "media_type",
    ["application/json; charset=utf-8", "text/json", "application/problem+json", "text/plain", ""],
)
async def test_a_type_that_may_be_json_is_read(
    serve: Serve, np6: MakeClient, media_type: str
) -> None:
    server = await serve(always(array(body(1), Content_Type=media_type)))
    assert numbers(await np6(server.url).bounces(156)) == [1]


async def test_P8_a_byte_order_mark_is_skipped(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"\xef\xbb\xbf" + body(1))))
    assert numbers(await np6(server.url).bounces(156)) == [1]


async def test_P8_an_event_that_is_no_utf_8_is_a_misfit_and_the_others_are_not(
    serve: Serve, np6: MakeClient
) -> None:
    latin = event(2).replace(b'"customer"', '"é"'.encode("latin-1"))
    server = await serve(always(array(b"[" + event(1) + b"," + latin + b"," + event(3) + b"]")))
    found = await np6(server.url).bounces(156)
    assert numbers(found) == [1, 2, 3]
    assert [isinstance(each, UnknownEvent) for each in found] == [False, True, False]


@pytest.mark.parametrize(
    "zipped", [b"no gzip", ZIPPED[:-8] + bytes(8), ZIPPED[:50] + b"x" * 50 + ZIPPED[100:]]
)
async def test_a_body_that_cannot_be_decompressed_is_a_protocol_error(
    serve: Serve, np6: MakeClient, zipped: bytes
) -> None:
    server = await serve(always(array(zipped, Content_Encoding="gzip")))
    error = await failure_of_both(np6, server.url, RetryPolicy(base=0.001))
    assert (type(error), error.attempts, error.permanent) == (ProtocolError, 2, True)


OK = b"HTTP/1.1 200 OK\r\n"
MALFORMED = {
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "it does not begin with a status line"),
    "no status": (b"HTTP/1.1 abc OK\r\n\r\n", "it does not begin with a status line"),
    "negative length": (
        OK + b"Content-Length: -1\r\n\r\n[]",
        "Content-Length is not a number|a header",
    ),
    "two lengths": (
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n[]",
        "it has two Content-Length headers",
    ),
    "huge length": (
        OK + b"Content-Length: 99999999999999999999999\r\n\r\n[]",
        "its Content-Length is too large",
    ),
    "length and chunks": (
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n",
        "it has both Content-Length and Transfer-Encoding",
    ),
    "bad chunk size": (
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n[]",
        "the size of a chunk is not a number|its chunks are malformed",
    ),
    "no colon": (OK + b"X-Header\r\n\r\n[]", "a header is malformed"),
    "NUL in a header": (OK + b"X-Header: \0\r\n\r\n[]", "a header is malformed"),
}
BY_THE_COMPILED_PARSER = {"two lengths", "huge length"}
TOO_LARGE = {
    "endless header": (
        OK + b"X: " + b"x" * 9000 + b"\r\n\r\n[]",
        "is longer than 8190 bytes: pass a session with a larger max_line_size and max_field_size",
    ),
    "endless status line": (
        OK[:-2] + b"x" * 9000 + b"\r\n\r\n[]",
        "is longer than 8190 bytes: pass a session with a larger max_line_size and max_field_size",
    ),
    "130 headers": (
        OK + b"".join(b"X-%d: x\r\n" % number for number in range(130)) + b"\r\n[]",
        "more headers than are accepted, 128 by default: pass a session with a larger max_headers",
    ),
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=by_the_compiled_parser if name in BY_THE_COMPILED_PARSER else ())
        for name in MALFORMED
    ],
)
async def test_H13_a_malformed_response_is_named_and_is_not_a_400(
    serve: Serve, np6: MakeClient, name: str
) -> None:
    sent, told = MALFORMED[name]
    server = await serve(always([sent, End.FIN]))
    error = await failure_of_both(np6, server.url)
    assert (type(error), error.status) == (ProtocolError, None)
    assert re.search(rf"the response is not valid HTTP \(.*({told})", str(error))


@cases(TOO_LARGE)
async def test_H13_a_head_over_a_limit_names_the_limit_and_is_not_retried(
    serve: Serve, np6: MakeClient, row: tuple[bytes, str]
) -> None:
    sent, told = row
    server = await serve(always([sent, End.FIN]))
    error = await failure_of_both(np6, server.url, RetryPolicy(attempts=4))
    assert (type(error), error.permanent) == (ProtocolError, True)
    assert told in str(error)
    assert len(server.requests) == 2  # one for each way to ask


@cases(TOO_LARGE)
async def test_a_head_beyond_the_default_limits_is_read_by_a_session_with_larger_ones(
    serve: Serve, np6: MakeClient, row: tuple[bytes, str]
) -> None:
    server = await serve(always([row[0], End.FIN]))
    async with aiohttp.ClientSession(
        max_line_size=10_000, max_field_size=10_000, max_headers=200
    ) as session:
        assert await np6(server.url, session=session).bounces(156) == []


async def test_V2_a_strict_client_names_the_place_that_does_not_fit(
    serve: Serve, np6: MakeClient
) -> None:
    misfit = b"[" + event(1) + b"," + event(2, timestamp="5") + b"," + event(3) + b"]"
    server = await serve(always(array(misfit, x_request_id="req-1")))
    found: list[BounceEvent | UnknownEvent] = []
    client = np6(server.url, strict=True)
    with pytest.raises(EventDecodeError) as streamed:
        await collect(client.bounces(156), found)
    assert numbers(found) == [1]
    assert streamed.value.events_yielded == 1
    with pytest.raises(EventDecodeError) as awaited:
        await client.bounces(156)
    for error in (streamed.value, awaited.value):
        assert (error.path, error.request_id, error.query) == ("$.timestamp", "req-1", QUERY)
    assert len(server.requests) == 2


async def test_a_strict_client_yields_nothing_before_a_first_event_that_does_not_fit(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(b"[null]")))
    with pytest.raises(EventDecodeError) as caught:
        await anext(np6(server.url, strict=True).bounces(156))
    assert (caught.value.path, caught.value.events_yielded) == ("$", 0)
