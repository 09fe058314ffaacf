"""Every exception of aiohttp's client becomes one of ours, and it was decided which."""

import errno
import socket
from collections.abc import Iterator
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
from tests.support import MakeClient

URL = "https://np6.example.org/notifications/156/events/bounces"
KEY: Any = SimpleNamespace(host="np6.example.org", port=443, is_ssl=True, ssl=True)
REQUEST: Any = SimpleNamespace(real_url=URL, headers={"X-Key": "of the request"})

# Ours where no answer came, ours where its body broke off, and whether asking again is pointless.
CONNECT = (ConnectError, ConnectError, False)
TRUST = (ConnectError, ConnectError, True)
LOST = (ConnectError, StreamInterruptedError, False)
SLOW = (RequestTimeoutError, RequestTimeoutError, False)
CUT = (StreamInterruptedError, StreamInterruptedError, False)
BROKEN = (ProtocolError, ProtocolError, False)
MISUSED = (ProtocolError, ProtocolError, True)

DECIDED = {
    "BadHttpMessage": BROKEN,
    "BadHttpMethod": BROKEN,
    "BadStatusLine": BROKEN,
    "ClientConnectionError": LOST,
    "ClientConnectionResetError": LOST,
    "ClientConnectorCertificateError": TRUST,
    "ClientConnectorDNSError": CONNECT,
    "ClientConnectorError": CONNECT,
    "ClientConnectorSSLError": TRUST,
    "ClientError": BROKEN,
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
    "HttpBadRequest": BROKEN,
    "HttpProcessingError": BROKEN,
    "InvalidHeader": BROKEN,
    "InvalidURL": MISUSED,
    "InvalidURLError": BROKEN,
    "InvalidUrlClientError": MISUSED,
    "InvalidUrlRedirectClientError": MISUSED,
    "LineTooLong": BROKEN,
    "NonHttpUrlClientError": BROKEN,
    "NonHttpUrlRedirectClientError": BROKEN,
    "PayloadEncodingError": BROKEN,
    "RedirectClientError": BROKEN,
    "ServerConnectionError": LOST,
    "ServerDisconnectedError": LOST,
    "ServerFingerprintMismatch": TRUST,
    "ServerTimeoutError": SLOW,
    "SocketTimeoutError": SLOW,
    "TooManyRedirects": BROKEN,
    "TransferEncodingError": BROKEN,
    "UnixClientConnectorError": CONNECT,
    "UploadAbortedError": BROKEN,
    "WSServerHandshakeError": BROKEN,
    # Python's own, which aiohttp lets through
    "ConnectionResetError": LOST,
    "OSError": LOST,
    "TimeoutError": SLOW,
}


def family(cls: type[Exception]) -> Iterator[type[Exception]]:
    if cls.__module__.startswith("aiohttp"):
        yield cls
    for each in cls.__subclasses__():
        yield from family(each)


FOREIGN = sorted(
    {
        *family(aiohttp.ClientError),
        *family(http_exceptions.HttpProcessingError),
        ConnectionResetError,
        OSError,
        TimeoutError,
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
    elif foreign is http_exceptions.HttpProcessingError:
        arguments = ()
    return foreign(*arguments)


async def failure(np6: MakeClient, web: StrictMock, error: Exception) -> NP6Error:
    web.get(URL, exception=error)
    with pytest.raises(NP6Error) as caught:
        await np6(retry=RetryPolicy(attempts=1)).bounces(156)
    return caught.value


@every_foreign
def test_somebody_decided_what_it_becomes(foreign: type[Exception]) -> None:
    assert foreign.__name__ in DECIDED, "decide what it becomes: here and in _transport's table"


@every_foreign
async def test_in_place_of_an_answer_it_becomes_that(
    np6: MakeClient, web: StrictMock, foreign: type[Exception]
) -> None:
    ours, _, permanent = DECIDED[foreign.__name__]
    error = await failure(np6, web, make(foreign))
    assert (type(error), error.permanent) == (ours, permanent)
    assert (error.status, error.__cause__, error.__context__) == (None, None, None)
    assert "of the request" not in repr(vars(error))


@every_foreign
async def test_in_the_body_it_becomes_that(foreign: type[Exception]) -> None:
    async def fail() -> bytes:
        raise make(foreign)

    body = SimpleNamespace(readany=fail)
    response: Any = SimpleNamespace(status=200, content=body, close=lambda: None)
    with pytest.raises(NP6Error) as caught:
        await Response(response, {}).read()
    _, ours, permanent = DECIDED[foreign.__name__]
    assert (type(caught.value), caught.value.permanent) == (ours, permanent)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize(
    ("code", "permanent"), [(socket.EAI_NONAME, True), (socket.EAI_AGAIN, False)]
)
async def test_N1_N2_a_name_that_does_not_exist_is_not_asked_for_again(
    np6: MakeClient, web: StrictMock, code: int, permanent: bool
) -> None:
    unknown = socket.gaierror(code, "Name or service not known")
    error = await failure(np6, web, aiohttp.ClientConnectorDNSError(KEY, unknown))
    assert (type(error), error.permanent) == (ConnectError, permanent)
    assert error.args == (
        "the host name did not resolve (np6.example.org:443: Name or service not known)",
    )


async def test_what_is_a_mistake_and_no_fault_passes(np6: MakeClient, web: StrictMock) -> None:
    web.get(URL, exception=RuntimeError("Session is closed"))
    with pytest.raises(RuntimeError, match="Session is closed"):
        await np6().bounces(156)
