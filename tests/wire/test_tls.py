"""Who is trusted with the key: whoever has a certificate for the name that was asked for."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
import trustme

from np6_async.errors import ConnectError, NP6Error
from tests.support import MakeClient, body, numbers

from .conftest import Serve
from .fault_server import always, array

AUTHORITY = trustme.CA()
NAME = "127.0.0.1"


def presenting(
    name: str, *, authority: trustme.CA = AUTHORITY, until: datetime | None = None
) -> ssl.SSLContext:
    """Make what a server secures connections with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, not_after=until).configure_cert(context)
    return context


@pytest.fixture
async def trusting() -> AsyncIterator[aiohttp.ClientSession]:
    """A caller's own session that trusts an authority of the caller's own, and no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    AUTHORITY.configure_trust(context)
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


async def failure(np6: MakeClient, url: str, session: aiohttp.ClientSession | None) -> NP6Error:
    with pytest.raises(ConnectError) as caught:
        await np6(url, session=session).executions(156)
    return caught.value


@pytest.mark.parametrize(
    "tls",
    [
        pytest.param(presenting("np6.example.org"), id="of another name"),
        pytest.param(presenting(NAME, until=datetime(2020, 1, 1, tzinfo=UTC)), id="expired"),
        pytest.param(presenting(NAME, authority=trustme.CA()), id="of another authority"),
    ],
)
async def test_N5_a_bad_certificate_is_refused_at_once_and_nothing_is_sent(
    serve: Serve, np6: MakeClient, trusting: aiohttp.ClientSession, tls: ssl.SSLContext
) -> None:
    server = await serve(always(array(body(1))), tls=tls)
    error = await failure(np6, server.url, trusting)
    assert "the certificate is not trusted" in str(error)
    assert (error.permanent, error.attempts) == (True, 1)
    assert (error.__cause__, error.__context__) == (None, None)
    assert b"".join(server.received) == b""


async def test_N5_S8_by_itself_a_client_trusts_only_those_that_the_machine_does(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(body(1))), tls=presenting(NAME))
    error = await failure(np6, server.url, None)
    assert "the certificate is not trusted" in str(error)
    assert b"".join(server.received) == b""


async def test_S8_an_authority_of_the_callers_own_comes_with_a_session(
    serve: Serve, np6: MakeClient, trusting: aiohttp.ClientSession, key: str
) -> None:
    server = await serve(always(array(body(1))), tls=presenting(NAME))
    assert numbers(await np6(server.url, session=trusting).executions(156)) == [1]
    assert server.requests[0].headers["x-key"] == key
