"""A session of the caller's own."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDict

from np6_async import NP6Client, RetryPolicy
from np6_async.errors import NotFoundError, NP6Error, RedirectError
from tests.support import MakeClient, body, event, numbers

from .conftest import Serve
from .fault_server import End, always, array, chunked, in_turn, status


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_session_is_used_and_left_open(
    serve: Serve, key: str, session: aiohttp.ClientSession
) -> None:
    server = await serve(always(array(body(1))))
    async with NP6Client(key, base_url=server.url, session=session) as np6:
        assert numbers(await np6.executions(156)) == [1]
    assert not session.closed
    async with session.get(server.url) as response:
        assert response.status == 200
    assert [request.connection for request in server.requests] == [0, 0]
    assert "x-key" not in server.requests[1].headers


async def test_two_clients_can_share_a_session(
    serve: Serve, np6: MakeClient, session: aiohttp.ClientSession
) -> None:
    server = await serve(always(array(body(1))))
    first, second = np6(server.url, session=session), np6(server.url, session=session)
    await first.executions(156)
    await first.aclose()
    assert numbers(await second.executions(156)) == [1]


async def test_leaving_a_stream_early_frees_the_connection_of_the_session(
    serve: Serve, np6: MakeClient, session: aiohttp.ClientSession
) -> None:
    server = await serve(always(chunked(b"[" + event(1) + b"," + event(2), End.SILENCE)))
    async with np6(server.url, session=session).executions(156) as stream:
        await anext(stream)
    await server.until(lambda: server.open == 0)


async def lend(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> Any:
    raise AssertionError("a middleware of the session saw the key")


async def refuse(response: aiohttp.ClientResponse) -> None:
    raise AssertionError("a check of the session was made")


@pytest.mark.parametrize(
    "settings",
    [
        {"raise_for_status": True},
        {"raise_for_status": refuse},
        {"middlewares": (lend,)},
        {"timeout": aiohttp.ClientTimeout(total=1e-9)},
        {"auto_decompress": False},
        {"headers": {"X-Key": "another", "Accept-Encoding": "br", "User-Agent": "x"}},
        {"base_url": "http://192.0.2.1/"},
        {"max_line_size": 8190, "read_bufsize": 16},
    ],
    ids=lambda settings: next(iter(settings)),
)
async def test_S15_settings_of_the_session_do_not_apply(
    serve: Serve, np6: MakeClient, key: str, settings: Any
) -> None:
    server = await serve(
        in_turn(
            array(gzip.compress(body(1)), Content_Encoding="gzip"),
            status(404, x_request_id="req-1"),
            status(302, Location="/elsewhere"),
        )
    )
    async with aiohttp.ClientSession(**settings) as session:
        client = np6(server.url, session=session)
        assert numbers(await client.executions(156)) == [1]
        with pytest.raises(NotFoundError) as caught:
            await client.executions(156)
        with pytest.raises(RedirectError):
            await client.executions(156)
    assert caught.value.request_id == "req-1"
    headers = server.requests[0].headers
    assert (headers["x-key"], headers["accept-encoding"]) == (key, "gzip")
    assert headers["user-agent"].startswith("np6-async/")


async def test_S8_the_connector_of_the_session_is_used(
    serve: Serve, np6: MakeClient, key: str
) -> None:
    server = await serve(always(array(body(1))))
    asked: list[str] = []

    class Resolver(AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[Any]:
            asked.append(host)
            return [
                {
                    "hostname": host,
                    "host": "127.0.0.1",
                    "port": port,
                    "family": 2,
                    "proto": 0,
                    "flags": 0,
                }
            ]

        async def close(self) -> None:
            """Nothing to close."""

    connector = aiohttp.TCPConnector(resolver=Resolver())
    async with aiohttp.ClientSession(connector=connector) as session:
        client = np6(server.url.replace("127.0.0.1", "localhost"), session=session)
        assert numbers(await client.executions(156)) == [1]
    assert asked == ["localhost"]


async def test_S15_cookies_of_the_session_are_not_sent(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"[]", Set_Cookie="theirs=1")))
    jar = aiohttp.CookieJar(unsafe=True)  # for a server without a name, too
    async with aiohttp.ClientSession(cookie_jar=jar, cookies={"mine": "1"}) as session:
        client = np6(server.url, session=session)
        await client.executions(1)
        await client.executions(2)
        async with session.get(server.url):
            pass
    sent = [request.headers.get("cookie") for request in server.requests]
    assert sent[:2] == [None, None]
    assert sent[2] is not None  # they are the session's still
    assert "mine=1" in sent[2]


async def test_S15_aiohttps_hidden_retry_is_off_in_a_callers_session(
    serve: Serve, np6: MakeClient, session: aiohttp.ClientSession
) -> None:
    server = await serve(always([End.RST]))
    with pytest.raises(NP6Error):
        await np6(server.url, session=session, retry=RetryPolicy(attempts=1)).executions(156)
    assert len(server.requests) == 1


# What an own session may bring, and works; the first test of settings above has more of them.


@pytest.fixture
def netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "netrc"
    path.write_text("machine 127.0.0.1 login someone password something\n", "ascii")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))
    monkeypatch.setenv("no_proxy", "127.0.0.1")


class OwnResponse(aiohttp.ClientResponse):
    """A class of responses of the caller's own."""


class OwnRequest(aiohttp.ClientRequest):
    """A class of requests of the caller's own."""


@pytest.mark.parametrize(
    "settings",
    [
        {"response_class": OwnResponse},
        {"request_class": OwnRequest},
        {"version": aiohttp.HttpVersion10},
        {"skip_auto_headers": ["User-Agent", "Accept-Encoding"]},
        {"json_serialize": refuse},
        {"requote_redirect_url": False},
        {"trust_env": True},
        pytest.param({"read_bufsize": 1}, marks=pytest.mark.not_measured, id="read_bufsize"),
        {"headers": CIMultiDict([("x-key", "one"), ("X-Key", "another"), ("Cookie", "mine=1")])},
        {"trace_configs": [aiohttp.TraceConfig()]},
        {"connector_owner": False},
    ],
    ids=lambda settings: next(iter(settings)),
)
@pytest.mark.usefixtures("netrc")
async def test_S15_with_any_setting_of_the_session_requests_and_events_are_the_same(
    serve: Serve, np6: MakeClient, key: str, settings: Any
) -> None:
    wanted = [*range(500)]
    zipped = gzip.compress(body(*wanted))
    server = await serve(always([*array(zipped, Content_Encoding="gzip", Set_Cookie="a=b")]))
    async with aiohttp.ClientSession(**settings) as session:
        client = np6(server.url, session=session)
        assert numbers(await client.executions(156)) == wanted
        assert numbers([each async for each in client.executions(156)]) == wanted
        if session.connector is not None:
            await session.connector.close()
    for request in server.requests:
        assert request.head.lower().count(b"x-key:") == 1
        headers = request.headers
        assert (headers["x-key"], headers["accept-encoding"]) == (key, "gzip")
        assert headers["user-agent"].startswith("np6-async/")
        assert "cookie" not in headers


@pytest.mark.usefixtures("netrc")
@pytest.mark.parametrize("trust_env", [True, False])
async def test_credentials_of_the_environment_are_sent_only_if_the_session_asks_for_them(
    serve: Serve, np6: MakeClient, trust_env: bool
) -> None:
    server = await serve(always(array(b"[]")))
    async with aiohttp.ClientSession(trust_env=trust_env) as session:
        await np6(server.url, session=session).executions(156)
    assert ("authorization" in server.requests[0].headers) == trust_env


async def test_a_unix_socket_is_used(np6: MakeClient, tmp_path: Path) -> None:
    path = str(tmp_path / "socket")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for step in array(body(1)):
            assert isinstance(step, bytes)
            writer.write(step)
        writer.close()

    async with (
        await asyncio.start_unix_server(serve, path),
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(path)) as session,
    ):
        assert numbers(await np6("http://localhost", session=session).executions(156)) == [1]
