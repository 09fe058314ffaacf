"""Exceptions of what a caller's own session brings: connector, resolver, cookies, traces."""

import asyncio
from collections.abc import Callable, Container
from itertools import count
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver
from yarl import URL

from np6_async import RetryPolicy
from np6_async.errors import ConnectError
from tests.leaks import places
from tests.support import MakeClient, body, numbers

from .conftest import Serve
from .fault_server import FaultServer, always, array

TWICE = RetryPolicy(attempts=2, base=0.001)
ODD = "tests.wire.test_foreign_exceptions.OddError"


class OddError(Exception):
    """As of a package for proxies: no error of aiohttp's, no OSError, no TimeoutError."""


class Broken:
    """A part of a session that fails at some of the times that it is called."""

    def __init__(self, error: BaseException, *, at: Container[int] = range(99)) -> None:
        self._error = error
        self._at = at
        self._calls = count()

    def fail(self) -> None:
        if next(self._calls) in self._at:
            raise self._error

    async def fail_in_trace(self, *_: Any) -> None:
        self.fail()


def by_connector(part: Broken) -> dict[str, Any]:
    class Connector(aiohttp.TCPConnector):
        async def connect(self, *args: Any, **kwargs: Any) -> Any:
            part.fail()
            return await super().connect(*args, **kwargs)

    return {"connector": Connector()}


def by_resolver(part: Broken) -> dict[str, Any]:
    class Resolver(AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[Any]:
            part.fail()
            found = {"hostname": host, "host": "127.0.0.1", "port": port}
            return [{**found, "family": 2, "proto": 0, "flags": 0}]

        async def close(self) -> None:
            """Nothing to close."""

    return {"connector": aiohttp.TCPConnector(resolver=Resolver())}


def by_cookies(part: Broken) -> dict[str, Any]:
    class Jar(aiohttp.DummyCookieJar):
        def filter_cookies(self, request_url: URL) -> Any:
            part.fail()
            return super().filter_cookies(request_url)

    return {"cookie_jar": Jar()}


def by_trace(moment: str) -> Callable[[Broken], dict[str, Any]]:
    def bring(part: Broken) -> dict[str, Any]:
        config = aiohttp.TraceConfig()
        getattr(config, moment).append(part.fail_in_trace)
        return {"trace_configs": [config]}

    return bring


MOMENTS = ("request_start", "connection_create_start", "request_headers_sent", "request_end")
PARTS: dict[str, Callable[[Broken], dict[str, Any]]] = {
    "connector": by_connector,
    "resolver": by_resolver,
    "cookie jar": by_cookies,
    **{f"trace config, {each}": by_trace(f"on_{each}") for each in MOMENTS},
}
every_part = pytest.mark.parametrize("bring", PARTS.values(), ids=PARTS)


@pytest.fixture
async def server(serve: Serve) -> FaultServer:
    return await serve(always(array(body(1))))


def by_name(server: FaultServer) -> str:
    return server.url.replace("127.0.0.1", "localhost")


@every_part
@pytest.mark.parametrize("kind", [OddError, RuntimeError, AssertionError, LookupError])
async def test_an_unknown_exception_is_a_connect_error_that_names_its_class_alone(
    server: FaultServer,
    np6: MakeClient,
    key: str,
    bring: Callable[[Broken], dict[str, Any]],
    kind: type[Exception],
) -> None:
    part = Broken(kind(f"X-Key: {key}"))
    async with aiohttp.ClientSession(**bring(part)) as session:
        with pytest.raises(ConnectError) as caught:
            await np6(by_name(server), session=session, retry=TWICE).executions(156)
    name = ODD if kind is OddError else kind.__name__
    assert f": {name} was raised before a response came" in str(caught.value)
    assert (caught.value.attempts, caught.value.permanent) == (2, False)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert places(key, caught.value) == []


@every_part
async def test_a_part_that_works_again_is_asked_again(
    server: FaultServer, np6: MakeClient, bring: Callable[[Broken], dict[str, Any]]
) -> None:
    part = Broken(OddError(), at=[0])
    async with aiohttp.ClientSession(**bring(part)) as session:
        client = np6(by_name(server), session=session, retry=TWICE)
        assert numbers(await client.executions(156)) == [1]
    assert client.stats.retries == 1


async def test_what_arrived_before_it_stays_with_a_fan_out(
    server: FaultServer, np6: MakeClient
) -> None:
    part = Broken(OddError(), at=range(1, 99))
    async with aiohttp.ClientSession(**by_connector(part)) as session:
        client = np6(server.url, session=session, retry=TWICE, concurrency=1)
        async with client.fan_out([1, 2, 3], kinds=["executions"]) as run:
            found = [number async for batch in run for number in numbers(batch.events)]
        failed = [query.notification_id for query in run.failures]
    assert (found, failed) == ([1], [2, 3])


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
async def test_what_ends_the_task_or_the_process_passes(
    server: FaultServer, np6: MakeClient, kind: type[BaseException]
) -> None:
    async with aiohttp.ClientSession(**by_connector(Broken(kind("mine")))) as session:
        with pytest.raises(kind, match="mine"):
            await np6(server.url, session=session).executions(156)
    assert server.requests == []


async def test_an_exception_that_is_its_own_cause_is_translated(
    serve: Serve, np6: MakeClient
) -> None:
    error = OddError("foreign")
    error.__cause__ = error
    server = await serve(always(array(body(1))))
    async with aiohttp.ClientSession(**by_connector(Broken(error))) as session:
        with pytest.raises(ConnectError, match="OddError was raised"):
            await np6(server.url, session=session, retry=TWICE).bounces(156)
    error.__cause__ = None
