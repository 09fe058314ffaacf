"""Who is trusted with the key: whoever has a certificate for the name that was asked for."""

import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Thread

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


# Servers whose OpenSSL sends an alert, as nginx, haproxy and Go do; asyncio's close before it went.

TLSv1_2, TLSv1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@contextmanager
def alerting(context: ssl.SSLContext) -> Iterator[tuple[str, list[int]]]:
    """Take connections in a thread; yield the URL, and the ports that they came from."""
    came: list[int] = []

    def serve() -> None:
        while True:
            try:
                connection, (_, port) = listener.accept()
            except OSError:
                return
            came.append(port)
            secured = context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
            with secured, suppress(OSError):
                with suppress(ssl.SSLError):
                    secured.do_handshake()
                secured.shutdown(socket.SHUT_WR)
                while secured.recv(2**16):  # or a reset would overtake the alert
                    pass

    with socket.create_server((NAME, 0)) as listener:
        thread = Thread(target=serve)
        thread.start()
        try:
            yield f"https://{NAME}:{listener.getsockname()[1]}", came
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def server(
    *,
    low: ssl.TLSVersion = TLSv1_2,
    high: ssl.TLSVersion = TLSv1_3,
    demanding: bool = False,
    ciphers: str = "DEFAULT",
) -> ssl.SSLContext:
    context = presenting(NAME)
    context.minimum_version, context.maximum_version = low, high
    context.set_ciphers(ciphers)
    if demanding:
        context.verify_mode = ssl.CERT_REQUIRED
        AUTHORITY.configure_trust(context)
    return context


def client(
    *,
    low: ssl.TLSVersion = TLSv1_2,
    high: ssl.TLSVersion = TLSv1_3,
    authority: trustme.CA | None = None,
    ciphers: str = "DEFAULT",
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    AUTHORITY.configure_trust(context)
    context.minimum_version, context.maximum_version = low, high
    context.set_ciphers(ciphers)
    if authority is not None:
        authority.issue_cert("client@example.org").configure_cert(context)
    return context


AES_128, AES_256 = "ECDHE+AES128", "ECDHE+AES256"
MISFITS = {
    "no client certificate, TLS 1.3": (
        *(server(low=TLSv1_3, demanding=True), client()),
        "demands a client certificate",
    ),
    "no client certificate, TLS 1.2": (
        *(server(high=TLSv1_2, demanding=True), client()),
        "demands a client certificate",
    ),
    "a client certificate of others, TLS 1.3": (
        *(server(low=TLSv1_3, demanding=True), client(authority=trustme.CA())),
        "does not trust the client certificate",
    ),
    "a client certificate of others, TLS 1.2": (
        *(server(high=TLSv1_2, demanding=True), client(authority=trustme.CA())),
        "does not trust the client certificate",
    ),
    "a server that is too new": (
        *(server(low=TLSv1_3), client(high=TLSv1_2)),
        "share no TLS version",
    ),
    "a server that is too old": (
        *(server(high=TLSv1_2), client(low=TLSv1_3)),
        "share no TLS version",
    ),
    "no cipher in common": (
        *(server(high=TLSv1_2, ciphers=AES_128), client(high=TLSv1_2, ciphers=AES_256)),
        "takes none of the ciphers",
    ),
}


@pytest.mark.parametrize(("theirs", "ours", "told"), MISFITS.values(), ids=MISFITS)
async def test_N5_a_tls_alert_is_named_and_not_retried(
    np6: MakeClient, theirs: ssl.SSLContext, ours: ssl.SSLContext, told: str
) -> None:
    connector = aiohttp.TCPConnector(ssl=ours)
    with alerting(theirs) as (url, came):
        async with aiohttp.ClientSession(connector=connector) as session:
            error = await failure(np6, url, session)
    assert told in str(error)
    assert "ssl context" in str(error)
    assert (error.permanent, error.attempts, len(came)) == (True, 1, 1)
    assert (error.__cause__, error.__context__) == (None, None)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        pytest.param(server(low=TLSv1_3, demanding=True), client(), id="after the handshake"),
        pytest.param(server(low=TLSv1_3), client(high=TLSv1_2), id="in the handshake"),
    ],
)
async def test_N6_tls_closed_without_an_alert_is_retried_and_names_likely_causes(
    serve: Serve, np6: MakeClient, theirs: ssl.SSLContext, ours: ssl.SSLContext
) -> None:
    listening = await serve(always(array(body(1))), tls=theirs)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=ours)) as session:
        error = await failure(np6, listening.url, session)
    assert "the server may demand a client certificate or another TLS version" in str(error)
    assert "None" not in str(error)
    assert (error.permanent, error.attempts) == (False, 4)
