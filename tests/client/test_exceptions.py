"""Every exception of aiohttp and of what it calls becomes one of our errors."""

import asyncio
import errno
import pkgutil
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import client_exceptions, http_exceptions

from np6_async import RetryPolicy
from np6_async._http.transport import Response
from np6_async.errors import (
    ConnectError,
    NP6Error,
    ProtocolError,
    RequestTimeoutError,
    StreamInterruptedError,
)
from tests.aiohttp_mock import StrictMock
from tests.leaks import places
from tests.support import MakeClient

URL = "https://np6.example.org/notifications/156/events/bounces"
KEY: Any = SimpleNamespace(host="np6.example.org", port=443, is_ssl=True, ssl=True)
REQUEST: Any = SimpleNamespace(real_url=URL, headers={"X-Key": "of the request"})

# Ours before a response came, ours in its body, and whether asking again is pointless.
CONNECT = (ConnectError, ConnectError, False)
TRUST = (ConnectError, ConnectError, True)
LOST = (ConnectError, StreamInterruptedError, False)
UNKNOWN = LOST
SLOW = (RequestTimeoutError, RequestTimeoutError, False)
CUT = (StreamInterruptedError, StreamInterruptedError, False)
BROKEN = (ProtocolError, ProtocolError, False)
MISUSED = (ProtocolError, ProtocolError, True)

DECIDED = {
    "BadContentDispositionHeader": UNKNOWN,
    "BadContentDispositionParam": UNKNOWN,
    "BadHttpMessage": BROKEN,
    "BadHttpMethod": BROKEN,
    "BadStatusLine": BROKEN,
    "ClientConnectionError": LOST,
    "ClientConnectionResetError": LOST,
    "ClientConnectorCertificateError": TRUST,
    "ClientConnectorDNSError": CONNECT,
    "ClientConnectorError": CONNECT,
    "ClientConnectorSSLError": TRUST,
    "ClientError": UNKNOWN,
    "ClientHttpProxyError": CONNECT,
    "ClientOSError": LOST,
    "ClientPayloadError": CUT,
    "ClientProxyConnectionError": CONNECT,
    "ClientResponseError": BROKEN,
    "ClientSSLError": TRUST,
    "ConnectionTimeoutError": CONNECT,
    "ContentEncodingError": BROKEN,
    "ContentLengthError": BROKEN,
    "ContentTypeError": BROKEN,
    "DecompressSizeError": BROKEN,
    "EofStream": UNKNOWN,
    "HttpBadRequest": BROKEN,
    "HttpProcessingError": BROKEN,
    "InvalidHeader": BROKEN,
    "InvalidURL": MISUSED,
    "InvalidURLError": BROKEN,
    "InvalidUrlClientError": MISUSED,
    "InvalidUrlRedirectClientError": MISUSED,
    "LineTooLong": MISUSED,
    "LookupError": UNKNOWN,
    "NonHttpUrlClientError": MISUSED,
    "NonHttpUrlRedirectClientError": MISUSED,
    "PayloadEncodingError": BROKEN,
    "RedirectClientError": UNKNOWN,
    "ServerConnectionError": LOST,
    "ServerDisconnectedError": LOST,
    "ServerFingerprintMismatch": TRUST,
    "ServerTimeoutError": SLOW,
    "SocketTimeoutError": SLOW,
    "TooManyMembersError": UNKNOWN,
    "TooManyRedirects": BROKEN,
    "TransferEncodingError": BROKEN,
    "UnixClientConnectorError": CONNECT,
    "UploadAbortedError": UNKNOWN,
    "WSHandshakeError": UNKNOWN,
    "WSMessageTypeError": UNKNOWN,
    "WSServerHandshakeError": BROKEN,
    "WebSocketError": UNKNOWN,
    # Python's own, which aiohttp lets through
    "AssertionError": UNKNOWN,
    "ConnectionResetError": LOST,
    "EOFError": UNKNOWN,
    "KeyError": UNKNOWN,
    "MemoryError": UNKNOWN,
    "OSError": LOST,
    "RecursionError": UNKNOWN,
    "RuntimeError": UNKNOWN,
    "SSLError": LOST,
    "StopAsyncIteration": UNKNOWN,
    "TimeoutError": SLOW,
    "TypeError": UNKNOWN,
    "gaierror": LOST,
    # One that nobody has heard of
    "OddError": UNKNOWN,
}


class OddError(Exception):
    """Such as that of a package for proxies."""


def of_aiohttp() -> Iterator[type[Exception]]:
    """Yield every class of exceptions in aiohttp, but for those of its server alone."""
    for module in pkgutil.walk_packages(aiohttp.__path__, "aiohttp."):
        if not re.match(r"aiohttp\.(web|worker|pytest_plugin|test_utils)", module.name):
            for each in vars(import_module(module.name)).values():
                if isinstance(each, type) and issubclass(each, Exception):
                    yield each


FOREIGN = sorted(
    {
        *(each for each in of_aiohttp() if each.__module__.startswith("aiohttp.")),
        *(AssertionError, ConnectionResetError, EOFError, KeyError, MemoryError, OSError),
        *(RecursionError, RuntimeError, ssl.SSLError, StopAsyncIteration, TimeoutError, TypeError),
        *(socket.gaierror, OddError),
    },
    key=lambda cls: cls.__name__,
)
every_foreign = pytest.mark.parametrize("foreign", FOREIGN)


def make(foreign: type[Exception]) -> Exception:
    """Make an exception as aiohttp does."""
    refused = OSError(errno.ECONNREFUSED, "Connect call failed")
    arguments: tuple[Any, ...] = ("text",)
    if issubclass(foreign, client_exceptions.UnixClientConnectorError):
        arguments = ("/socket", KEY, refused)
    elif issubclass(foreign, aiohttp.ClientConnectorError):
        arguments = (KEY, refused)
    elif issubclass(foreign, aiohttp.ClientResponseError):
        arguments = (REQUEST, ())
    elif issubclass(foreign, aiohttp.ServerFingerprintMismatch):
        arguments = (b"one", b"another", "np6.example.org", 443)
    elif issubclass(foreign, http_exceptions.LineTooLong):
        arguments = (b"line", 1)
    elif foreign.__name__ == "WebSocketError":
        arguments = (1000, "text")
    elif foreign is http_exceptions.HttpProcessingError:
        arguments = ()
    return foreign(*arguments)


async def failure(np6: MakeClient, web: StrictMock, error: Exception) -> NP6Error:
    web.get(URL, exception=error)
    with pytest.raises(NP6Error) as caught:
        await np6(retry=RetryPolicy(attempts=1)).bounces(156)
    return caught.value


@every_foreign
def test_every_foreign_class_has_a_decision(foreign: type[Exception]) -> None:
    assert foreign.__name__ in DECIDED, "decide what it becomes: here and in _http/exceptions.py"


@every_foreign
async def test_a_foreign_exception_before_a_response_is_mapped(
    np6: MakeClient, web: StrictMock, foreign: type[Exception]
) -> None:
    ours, _, permanent = DECIDED[foreign.__name__]
    error = await failure(np6, web, make(foreign))
    assert (type(error), error.permanent) == (ours, permanent)
    assert (error.status, error.__cause__, error.__context__) == (None, None, None)
    assert "of the request" not in repr(vars(error))
    assert "None" not in str(error)


def of_body(error: BaseException) -> Response:
    """Return a response whose body cannot be read."""

    async def fail() -> bytes:
        raise error

    def fail_at_once() -> bytes:
        raise error

    body = SimpleNamespace(readany=fail, read_nowait=fail_at_once, total_bytes=0)
    response: Any = SimpleNamespace(status=200, content=body, close=lambda: None)
    return Response(response, {})


@every_foreign
async def test_a_foreign_exception_in_the_body_is_mapped(foreign: type[Exception]) -> None:
    _, ours, permanent = DECIDED[foreign.__name__]
    with pytest.raises(NP6Error) as waited:
        await of_body(make(foreign)).read()
    with pytest.raises(NP6Error) as taken:
        of_body(make(foreign)).read_nowait()
    for error in (waited.value, taken.value):
        assert (type(error), error.permanent) == (ours, permanent)
        assert (error.__cause__, error.__context__) == (None, None)
        assert "None" not in str(error)


@pytest.mark.parametrize(
    "unstoppable", [KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError]
)
async def test_exceptions_that_end_a_task_or_the_process_are_not_mapped(
    np6: MakeClient, web: StrictMock, unstoppable: type[BaseException]
) -> None:
    cause: Any = unstoppable("mine")  # aioresponses takes exceptions of any kind
    web.get(URL, exception=cause)
    with pytest.raises(unstoppable, match="mine"):
        await np6().bounces(156)
    with pytest.raises(unstoppable, match="mine"):
        await of_body(cause).read()
    with pytest.raises(unstoppable, match="mine"):
        of_body(cause).read_nowait()


@every_foreign
async def test_S3_S4_no_text_of_a_foreign_exception_is_repeated(
    np6: MakeClient, web: StrictMock, key: str, foreign: type[Exception]
) -> None:
    error = make(foreign)
    error.args = (f"X-Key: {key}", key.encode())
    error.__cause__ = http_exceptions.BadStatusLine(key, f"{key} is no status line")
    for name in ("message", "strerror", "reason", "description"):
        with suppress(AttributeError, TypeError):
            setattr(error, name, f"{key}!")
    assert places(key, await failure(np6, web, error)) == []
    with pytest.raises(NP6Error) as caught:
        await of_body(error).read()
    assert places(key, caught.value) == []
