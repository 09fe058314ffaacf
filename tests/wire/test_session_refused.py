"""What a client cannot do with a session of the caller's own, and says."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from np6_async import NP6Client
from np6_async.errors import ClientClosedError, ConnectError
from tests.leaks import places
from tests.support import MakeClient

from .conftest import Serve
from .fault_server import End, always, array


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.mark.parametrize("session", [5, "session", aiohttp.ClientSession, object()])
def test_a_value_that_is_not_a_session_is_refused(key: str, session: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^session must be an aiohttp\.ClientSession, not "
    ) as bad:
        NP6Client(key, session=session)
    assert places(key, bad.value) == []


@pytest.mark.parametrize("name", ["limit", "limit_per_host"])
async def test_a_pool_that_is_smaller_than_the_concurrency_is_refused(key: str, name: str) -> None:
    limits: Any = {name: 7}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(**limits)) as session:
        NP6Client(key, session=session, concurrency=7)
        with pytest.raises(ValueError, match=f"^session .* {name}=7, .* pass {name}=0") as caught:
            NP6Client(key, session=session, concurrency=8)
    assert places(key, caught.value) == []


async def test_a_session_that_is_closed_already_is_refused(
    key: str, session: aiohttp.ClientSession
) -> None:
    await session.close()
    with pytest.raises(ValueError, match="session is closed: pass an open one"):
        NP6Client(key, session=session)


async def test_a_session_that_is_closed_later_is_a_runtime_error_without_a_retry(
    serve: Serve, np6: MakeClient, session: aiohttp.ClientSession
) -> None:
    server = await serve(always(array(b"[]")))
    client = np6(server.url, session=session, concurrency=1)
    await session.close()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="passed to NP6Client is closed: keep it") as caught:
            await client.executions(156)
        assert not isinstance(caught.value, ClientClosedError)
    assert client.stats.requests == 2


async def test_closing_a_session_during_a_request_is_a_runtime_error(
    serve: Serve, np6: MakeClient, session: aiohttp.ClientSession
) -> None:
    server = await serve(always([End.SILENCE]))
    asked = asyncio.create_task(np6(server.url, session=session).executions(156))
    await server.until(lambda: server.busy == 1)
    await session.close()
    with pytest.raises(RuntimeError, match="passed to NP6Client is closed: keep it"):
        await asked


async def test_closing_a_session_does_not_cancel_calls_that_wait_for_a_connection(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always([End.SILENCE]))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        first, second = (
            np6(server.url, session=session, concurrency=1).executions(156) for _ in range(2)
        )
        async with asyncio.timeout(2):
            asked = [asyncio.create_task(first), asyncio.create_task(second)]
            await server.until(lambda: server.busy == 1)
            await session.close()
            failed = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in failed] == [RuntimeError, RuntimeError]
    assert all("passed to NP6Client is closed" in str(each) for each in failed)


async def test_U7_a_call_that_waits_for_a_connection_of_a_session_can_be_cancelled(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always([End.SILENCE]))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        asked = [
            asyncio.create_task(np6(server.url, session=session, concurrency=1).executions(156))
            for _ in range(2)
        ]
        await server.until(lambda: server.busy == 1)
        for task in asked:
            task.cancel()
        failed = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in failed] == [asyncio.CancelledError] * 2


def test_U12_a_session_of_another_event_loop_is_a_runtime_error(key: str) -> None:
    async def make() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    async def use(client: NP6Client) -> None:
        with pytest.raises(RuntimeError, match=r"session .* belongs to another event loop: make"):
            await client.executions(156)

    with asyncio.Runner() as its_loop, asyncio.Runner() as another:
        session = its_loop.run(make())
        another.run(use(NP6Client(key, base_url="http://127.0.0.1:9", session=session)))
        its_loop.run(session.close())


@pytest.mark.parametrize("by_environment", [True, False])
async def test_S9_the_key_is_not_given_to_a_proxy_of_another_machine_over_plain_http(
    np6: MakeClient, monkeypatch: pytest.MonkeyPatch, by_environment: bool
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    if by_environment:
        monkeypatch.setenv("http_proxy", "http://192.0.2.1:3128")
    settings: Any = {"trust_env": True} if by_environment else {"proxy": "http://192.0.2.1:3128"}
    async with aiohttp.ClientSession(**settings) as session:
        with pytest.raises(ConnectError, match="proxy would get the key over plain http") as caught:
            await np6("http://127.0.0.1:9", session=session).executions(156)
    assert (caught.value.permanent, caught.value.attempts) == (True, 1)
