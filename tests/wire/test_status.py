"""Answers that are no 200."""

import gzip
import zlib
from itertools import chain, count

import pytest

from np6_async import EventQuery, RetryPolicy, errors
from np6_async.errors import NP6Error, StatusError
from tests.support import MakeClient, pickled

from .conftest import Serve
from .fault_server import End, always, array, head, status

STATUSES = [
    (400, errors.BadRequestError),
    (401, errors.AuthenticationError),
    (403, errors.PermissionDeniedError),
    (404, errors.NotFoundError),
    (405, StatusError),
    (409, errors.ConflictError),
    (410, StatusError),
    (414, StatusError),
    (415, StatusError),
    (422, StatusError),
    (429, errors.RateLimitedError),
    (500, errors.ServerError),
    (501, errors.ServerError),
    (503, errors.ServerError),
    (999, StatusError),
]
ONCE = RetryPolicy(attempts=1)
QUERY = EventQuery(kind="bounces", notification_id=156, sort="asc")


async def failure(np6: MakeClient, url: str) -> NP6Error:
    with pytest.raises(NP6Error) as caught:
        await np6(url, retry=ONCE).bounces(156, sort="asc")
    return caught.value


@pytest.mark.parametrize(("code", "expected"), STATUSES)
async def test_H5_a_status_has_its_error(
    serve: Serve, np6: MakeClient, code: int, expected: type[NP6Error]
) -> None:
    server = await serve(always(status(code, b'{"message": "no"}', x_request_id="req-1")))
    error = await failure(np6, server.url)
    assert type(error) is expected
    assert (error.status, error.request_id, error.query) == (code, "req-1", QUERY)
    assert error.detail == '{"message": "no"}'
    assert (error.attempts, error.events_yielded) == (1, 0)
    assert len(server.requests) == 1


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409])
async def test_H6_an_empty_body_leaves_the_request_id_as_the_handle(
    serve: Serve, np6: MakeClient, code: int
) -> None:
    server = await serve(always(status(code, x_request_id="req-1")))
    error = await failure(np6, server.url)
    assert error.detail is None
    assert str(error).startswith(f"bounces of notification 156 (sort=asc): the API answered {code}")
    assert str(error).endswith("[request id req-1]")


async def test_an_error_leads_nowhere_and_pickles(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(status(403, b"no", x_request_id="req-1")))
    error = await failure(np6, server.url)
    assert (error.__cause__, error.__context__) == (None, None)
    again = pickled(error)
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_H10_of_an_error_body_without_end_only_the_head_is_read(
    serve: Serve, np6: MakeClient, coding: str
) -> None:
    squeeze = zlib.compressobj(wbits=31)
    first, again = (
        squeeze.compress(b"x" * 2**16) + squeeze.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    if coding == "identity":
        first = again = b"x" * 2**16
    read = count(1)
    server = await serve(
        lambda _: chain([head(404, Content_Encoding=coding), first], (again for _ in read))
    )
    error = await failure(np6, server.url)
    assert error.detail == "x" * 2048
    await server.until(lambda: server.open == 0)
    assert next(read) * len(again) < 32 * 2**20  # as much as the system may take in unread


async def test_H11_an_error_body_that_breaks_off_does_not_hide_the_status(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always([*status(409, b"because", Content_Length=99), End.FIN]))
    error = await failure(np6, server.url)
    assert (type(error), error.detail) == (errors.ConflictError, "because")


@pytest.mark.parametrize(
    ("sent", "headers", "detail"),
    [
        pytest.param(b"<h1>No</h1>", {"Content_Type": "text/html"}, "<h1>No</h1>", id="HTML"),
        pytest.param(b'{"a":', {"Content_Type": "application/json"}, '{"a":', id="bad JSON"),
        pytest.param(b"\xff{", {"Content_Type": "text/plain"}, "\ufffd{", id="no text"),
        pytest.param(b"no", {"Content_Type": "text/plain; charset=bogus"}, "no", id="bad charset"),
        pytest.param(b"no gzip", {"Content_Encoding": "gzip"}, None, id="bad gzip"),
        pytest.param(b"no", {"Content_Encoding": "bogus"}, "no", id="bad coding"),
    ],
)
async def test_H11_the_status_counts_whatever_the_error_body_is(
    serve: Serve, np6: MakeClient, sent: bytes, headers: dict[str, str], detail: str | None
) -> None:
    server = await serve(always(status(400, sent, **headers)))
    error = await failure(np6, server.url)
    assert (type(error), error.detail) == (errors.BadRequestError, detail)


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        pytest.param(b"x-request-id: one\r\nx-request-id: two\r\n", "one", id="repeated"),
        pytest.param(b"x-request-id: " + b"x" * 8000 + b"\r\n", "x" * 200, id="8 kB"),
        pytest.param(b"x-request-id: \xe9\t\xff\r\n", r"\udce9\t\udcff", id="unprintable"),
        pytest.param(b"", None, id="missing"),
    ],
)
async def test_H12_a_request_id_is_made_fit_to_be_shown(
    serve: Serve, np6: MakeClient, lines: bytes, shown: str | None
) -> None:
    sent = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n" + lines + b"\r\n"
    server = await serve(always([sent]))
    error = await failure(np6, server.url)
    assert error.request_id == shown
    assert str(error).isprintable()


async def test_an_error_body_that_is_compressed_is_read(serve: Serve, np6: MakeClient) -> None:
    zipped = gzip.compress(b"because")
    server = await serve(always(status(400, zipped, Content_Encoding="gzip")))
    assert (await failure(np6, server.url)).detail == "because"


@pytest.mark.parametrize("reason", [b"", b" ", b" \xe9\xff", b" OK"])
async def test_the_reason_phrase_is_ignored(serve: Serve, np6: MakeClient, reason: bytes) -> None:
    server = await serve(always([b"HTTP/1.1 404" + reason + b"\r\nContent-Length: 0\r\n\r\n"]))
    error = await failure(np6, server.url)
    assert type(error) is errors.NotFoundError
    assert str(error.args[0]).startswith("the API answered 404 Not Found: check ")


async def test_H9_an_undefined_status_is_mapped_by_its_family(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always([b"HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n"]))
    error = await failure(np6, server.url)
    advice = "try again later, or report the request id to the vendor's support"
    assert (type(error), error.args) == (errors.ServerError, (f"the API answered 599: {advice}",))


@pytest.mark.parametrize("code", [201, 202, 203, 205, 206, 226, 304])
async def test_H4_a_success_other_than_200_and_204_is_a_status_error(
    serve: Serve, np6: MakeClient, code: int
) -> None:
    sent = [head(304)] if code == 304 else status(code, b"[]", Content_Type="application/json")
    server = await serve(always(sent))
    with pytest.raises(StatusError) as caught:
        await np6(server.url).bounces(156)
    assert caught.value.status == code
    assert len(server.requests) == 1


async def test_H2_no_content_is_an_empty_result(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always([head(204)]))
    client = np6(server.url)
    assert await client.bounces(156) == []
    assert [event async for event in client.bounces(156)] == []
    assert len(server.requests) == 2


async def test_a_refusal_does_not_cost_the_connection(serve: Serve, np6: MakeClient) -> None:
    server = await serve(
        lambda request: array(b"[]") if request.notification_id == 1 else status(404, b"no")
    )
    client = np6(server.url)
    with pytest.raises(errors.NotFoundError):
        await client.bounces(0)
    assert await client.bounces(1) == []
    assert {request.connection for request in server.requests} == {0}
