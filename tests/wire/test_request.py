"""What goes over the wire: request lines and headers, to the byte."""

import logging
import traceback
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from np6_async import BounceEvent, EventKind, RetryPolicy, __version__
from np6_async.errors import ConnectError, NotFoundError
from tests.families import HASH, Query, add_families
from tests.support import MakeClient, numbers

from .conftest import Serve
from .fault_server import always, array, status

PARIS = timezone(timedelta(hours=1))


async def test_the_key_goes_in_its_header_and_nowhere_else(
    serve: Serve, np6: MakeClient, key: str
) -> None:
    server = await serve(always(array(b"[]")))
    await np6(server.url).executions(156)
    assert server.requests[0].headers["x-key"] == key
    assert server.received[0].count(key.encode()) == 1


async def test_the_other_headers_say_who_asks_and_what_is_understood(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(b"[]")))
    await np6(server.url).executions(156)
    headers = server.requests[0].headers
    headers.pop("x-key")
    assert headers == {
        "host": server.url.removeprefix("http://"),
        "user-agent": f"np6-async/{__version__}",
        "accept": "application/json",
        "accept-encoding": "gzip",
    }


@pytest.mark.parametrize("kind", EventKind)
async def test_each_kind_has_its_path(serve: Serve, np6: MakeClient, kind: EventKind) -> None:
    server = await serve(always(array(b"[]")))
    await np6(server.url).events(kind, 2**31 - 1)
    assert server.requests[0].line == f"GET /notifications/2147483647/events/{kind} HTTP/1.1"


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        pytest.param({}, "", id="nothing"),
        pytest.param({"sort": "desc"}, "?sort=desc", id="sort"),
        pytest.param({"start": 0}, "?start=1970-01-01T00:00:00.000Z", id="milliseconds"),
        pytest.param(
            {"end": datetime(2021, 2, 23, 15, 13, 2, 1, PARIS)},
            "?end=2021-02-23T14:13:02.001Z",
            id="an aware datetime, rounded up",
        ),
        pytest.param(
            {"start": 1614089582000, "end": 1614089582001, "sort": "asc"},
            "?start=2021-02-23T14:13:02.000Z&end=2021-02-23T14:13:02.001Z&sort=asc",
            id="all",
        ),
    ],
)
async def test_S7_the_window_and_the_order_are_sent_as_given(
    serve: Serve, np6: MakeClient, arguments: Any, sent: str
) -> None:
    server = await serve(always(array(b"[]")))
    await np6(server.url).bounces(0, **arguments)
    assert server.requests[0].line == f"GET /notifications/0/events/bounces{sent} HTTP/1.1"


IDS = [
    ("000PE4", "000PE4"),
    ("a:b@c+d", "a%3Ab%40c%2Bd"),
    ("a/b", "a%2Fb"),
    ("a%2e", "a%252e"),
    (" é", "%20%C3%A9"),
]


@pytest.mark.parametrize("base", ["", "/api", "/api/v1%2F/"])
@pytest.mark.parametrize("id_", IDS)
async def test_S7_an_id_that_is_a_string_is_quoted_once_on_the_wire(
    serve: Serve, np6: MakeClient, monkeypatch: pytest.MonkeyPatch, base: str, id_: tuple[str, str]
) -> None:
    add_families(monkeypatch)
    action_id, quoted = id_
    server = await serve(always(array(b"[]")))
    query: Any = Query(kind="bounces", action_id=action_id, start=0)
    await np6(f"{server.url}{base}")._stream(query, BounceEvent)
    path = f"{base.removesuffix('/')}/a/{quoted}/b"
    assert server.requests[0].line == f"GET {path}?start=1970-01-01T00:00:00.000Z HTTP/1.1"


async def test_S7_a_query_string_has_several_values_and_each_is_quoted(
    serve: Serve, np6: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_families(monkeypatch)
    server = await serve(always(array(b"[]")))
    query: Any = Query(kind="executions", hash="a+b&c=%2e#", tags=["x y", "é"])
    await np6(server.url)._stream(query, BounceEvent)
    sent = "/a/b?hash=a%2Bb%26c%3D%252e%23&tags=x+y&tags=%C3%A9"
    assert server.requests[0].line == f"GET {sent} HTTP/1.1"


async def test_S14_no_report_of_a_failure_has_personal_data(
    serve: Serve, np6: MakeClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    add_families(monkeypatch)
    caplog.set_level(logging.DEBUG)
    server = await serve(always(status(404, f"no contact {HASH}".encode())))
    query: Any = Query(kind="executions", hash=HASH)
    with pytest.raises(NotFoundError) as caught:
        await np6(server.url)._stream(query, BounceEvent)
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(caught.value)
    assert "no contact ***" in str(caught.value)
    assert HASH not in shown


@pytest.mark.parametrize(
    "evil", ["asc\r\nX-Evil: 1", "asc&start=0", "asc#", "%61sc", "asc ", "ASC"]
)
async def test_S7_what_would_change_the_request_is_refused_before_it_is_sent(
    serve: Serve, np6: MakeClient, evil: Any
) -> None:
    server = await serve(always(array(b"[]")))
    client = np6(server.url)
    for arguments in ({"sort": evil}, {"start": evil}, {"end": evil}):
        with pytest.raises(ValueError, match=r"sort must be|(start|end): instants are"):
            await client.bounces(0, **arguments)
    with pytest.raises(ValueError, match="kind must be"):
        await client.events(evil, 0)
    with pytest.raises(ValueError, match="notification_id must be"):
        await client.bounces(evil)
    assert server.received == []


async def test_U3_the_future_and_the_far_past_are_asked_for(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"[]")))
    client = np6(server.url)
    await client.bounces(0, start=datetime.max.replace(tzinfo=UTC))
    await client.bounces(0, end=datetime.min.replace(tzinfo=UTC))
    assert [request.line.split(" ")[1].partition("?")[2] for request in server.requests] == [
        "start=9999-12-31T23:59:59.999Z",
        "end=0001-01-01T00:00:00.000Z",
    ]


async def test_a_base_url_may_have_a_path(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"[]")))
    await np6(f"{server.url}/np6/v8/").bounces(1)
    assert server.requests[0].path == "/np6/v8/notifications/1/events/bounces"


async def test_U3_a_window_that_ends_where_it_starts_is_empty_without_asking(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(b"[]")))
    client = np6(server.url)
    assert await client.executions(156, start=0, end=0) == []
    assert [batch async for batch in client.executions(156, start=0, end=0).batches()] == []
    assert server.requests == []


async def test_S12_cookies_are_neither_kept_nor_sent(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"[]", Set_Cookie="session=1")))
    client = np6(server.url.replace("127.0.0.1", "localhost"))  # an address has no cookies
    await client.executions(1)
    await client.executions(2)
    assert "cookie" not in server.requests[1].headers


async def test_a_connection_is_used_again(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"[]")))
    client = np6(server.url)
    assert numbers(await client.executions(1) + await client.executions(2)) == []
    assert [request.connection for request in server.requests] == [0, 0]


async def test_proxies_and_passwords_of_the_environment_are_not_used(
    serve: Serve, np6: MakeClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server = await serve(always(array(b"[]")))
    assert await np6(server.url).executions(156) == []
    assert "authorization" not in server.requests[0].headers


async def test_S14_no_local_variable_of_a_traceback_has_personal_data(
    np6: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_families(monkeypatch)
    client = np6("http://127.0.0.1:9", retry=RetryPolicy(attempts=1))
    query: Any = Query(kind="executions", hash=HASH)
    with pytest.raises(ConnectError) as caught:
        await client._stream(query, BounceEvent)
    trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in trace.stack if "np6_async" in frame.filename]
    assert len(ours) > 2
    assert HASH not in str([frame.locals for frame in ours])
