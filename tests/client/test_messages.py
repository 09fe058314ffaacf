"""What an error says of a fault on the wire: what failed, with which limit, and what to try."""

import errno
import socket
import ssl
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import http_exceptions

from np6_async import RetryPolicy
from np6_async._http.exceptions import translate
from np6_async.errors import ConnectError, NP6Error, StreamInterruptedError
from tests.aiohttp_mock import StrictMock
from tests.support import MakeClient

URL = "https://np6.example.org/notifications/156/events/bounces"
KEY: Any = SimpleNamespace(host="np6.example.org", port=443, is_ssl=True, ssl=True)
REQUEST: Any = SimpleNamespace(real_url=URL, headers={"X-Key": "of the request"})
ODD = "tests.client.test_messages.OddError"


class OddError(Exception):
    """One that nobody has heard of, such as that of a package for proxies."""


async def failure(np6: MakeClient, web: StrictMock, error: Exception) -> NP6Error:
    web.get(URL, exception=error)
    with pytest.raises(NP6Error) as caught:
        await np6(retry=RetryPolicy(attempts=1)).bounces(156)
    return caught.value


def raised_from(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def malformed(text: str) -> Exception:
    """Make what aiohttp raises for a head that its parser said so of."""
    return raised_from(
        aiohttp.ClientResponseError(REQUEST, ()), http_exceptions.BadHttpMessage(text)
    )


def refused(error: OSError, kind: type[Exception] = aiohttp.ClientConnectorError) -> Exception:
    return kind(KEY, error)


def alert(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, "a text of OpenSSL")
    error.reason = reason
    return error


UNREACHED = ": check base_url, and that the network reaches it"

MESSAGES: dict[str, tuple[Exception, str]] = {
    "refused": (
        refused(OSError(errno.ECONNREFUSED, "foreign")),
        "no connection could be made (np6.example.org:443: Connection refused)" + UNREACHED,
    ),
    "refused by several addresses": (
        refused(OSError("Multiple exceptions: foreign")),
        "no connection could be made (np6.example.org:443: OSError)" + UNREACHED,
    ),
    "closed in the handshake": (
        refused(ConnectionResetError()),
        (
            "the server closed the connection during the TLS handshake "
            "(np6.example.org:443: ConnectionResetError): if this goes on, the server may demand a "
            "client certificate or another TLS version; pass a session whose connector has an ssl "
            "context that offers it"
        ),
    ),
    "no name": (
        refused(socket.gaierror(socket.EAI_NONAME, "foreign"), aiohttp.ClientConnectorDNSError),
        "the host name did not resolve (np6.example.org:443: EAI_NONAME): check base_url",
    ),
    "no name server": (
        refused(socket.gaierror(socket.EAI_AGAIN, "foreign"), aiohttp.ClientConnectorDNSError),
        "the host name did not resolve (np6.example.org:443: EAI_AGAIN)",
    ),
    "a resolver that gives no code": (
        refused(OSError(None, "foreign"), aiohttp.ClientConnectorDNSError),
        "the host name did not resolve (np6.example.org:443: OSError)",
    ),
    "a code of nobody": (
        refused(socket.gaierror(-999, "foreign"), aiohttp.ClientConnectorDNSError),
        "the host name did not resolve (np6.example.org:443: gaierror)",
    ),
    "proxy": (
        aiohttp.ClientHttpProxyError(REQUEST, (), status=502),
        "the proxy refused to connect (status 502)",
    ),
    "proxy that wants a password": (
        aiohttp.ClientHttpProxyError(REQUEST, (), status=407),
        "the proxy refused to connect (status 407): set proxy_auth of the session",
    ),
    "lost": (
        raised_from(aiohttp.ClientOSError(104, "foreign"), ConnectionResetError()),
        "the connection was lost (ConnectionResetError) before a response came",
    ),
    "disconnected": (
        aiohttp.ServerDisconnectedError("foreign"),
        "the connection was lost (ServerDisconnectedError) before a response came",
    ),
    "lost to TLS": (
        raised_from(aiohttp.ClientOSError(1, "foreign"), alert("DECRYPTION_FAILED")),
        "the TLS connection was lost (DECRYPTION_FAILED) before a response came",
    ),
    "silent": (
        aiohttp.SocketTimeoutError("foreign"),
        "timed out waiting for data: the limit is Timeouts.idle",
    ),
    "unknown": (
        raised_from(aiohttp.ClientError("foreign"), OddError("foreign")),
        (
            f"{ODD} was raised before a response came: look at what the "
            "session brings: connector, resolver, proxy, trace configs"
        ),
    ),
    "long line": (
        raised_from(
            aiohttp.ClientResponseError(REQUEST, ()), http_exceptions.LineTooLong(b"foreign", 8190)
        ),
        (
            "a line of the response's head is longer than 8190 bytes: pass a session with a larger "
            "max_line_size and max_field_size"
        ),
    ),
    "many headers": (
        malformed("Too many headers received"),
        (
            "the response has more headers than are accepted, 128 by default: pass a session with "
            "a larger max_headers"
        ),
    ),
    "two lengths": (
        malformed("Duplicate Content-Length:\n\n  b'Content-Length: foreign'"),
        "the response is not valid HTTP (it has two Content-Length headers)",
    ),
    "unclear": (
        malformed("foreign"),
        "the response is not valid HTTP (BadHttpMessage)",
    ),
    "parser that failed": (
        raised_from(http_exceptions.HttpProcessingError(message="foreign"), OddError("foreign")),
        f"the response is not valid HTTP ({ODD})",
    ),
}


BODIES: dict[str, tuple[Exception, str]] = {
    "cut": (
        raised_from(
            aiohttp.ClientPayloadError("foreign"),
            http_exceptions.ContentLengthError("Not enough data to foreign"),
        ),
        "the connection ended before the body was complete",
    ),
    "cut between chunks": (
        raised_from(
            aiohttp.ClientPayloadError("foreign"),
            http_exceptions.TransferEncodingError("Not enough data to foreign"),
        ),
        "the connection ended before the body was complete",
    ),
    "bad chunks": (
        raised_from(
            aiohttp.ClientPayloadError("foreign"), http_exceptions.TransferEncodingError("foreign")
        ),
        "the body is malformed (its chunks are malformed)",
    ),
    "unknown": (
        raised_from(aiohttp.ClientPayloadError("foreign"), OddError("foreign")),
        f"the body is malformed ({ODD})",
    ),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_breaks_off_is_told_by_its_fault(name: str) -> None:
    error, message = BODIES[name]
    ours = translate(error, if_lost=StreamInterruptedError)
    assert (type(ours), ours.args) == (StreamInterruptedError, (message,))


@pytest.mark.parametrize("name", MESSAGES)
async def test_a_message_names_the_fault_and_what_to_try(
    np6: MakeClient, web: StrictMock, name: str
) -> None:
    error, message = MESSAGES[name]
    assert (await failure(np6, web, error)).args == (message,)


@pytest.mark.parametrize(
    ("status", "permanent"), [(400, True), (407, True), (408, False), (429, False), (503, False)]
)
async def test_a_proxy_that_refuses_for_good_is_not_asked_again(
    np6: MakeClient, web: StrictMock, status: int, permanent: bool
) -> None:
    error = await failure(np6, web, aiohttp.ClientHttpProxyError(REQUEST, (), status=status))
    assert error.permanent == permanent


@pytest.mark.parametrize(
    ("reason", "told", "permanent"),
    [
        ("WRONG_VERSION_NUMBER", "the server does not speak TLS", True),
        ("UNSUPPORTED_PROTOCOL", "share no TLS version", True),
        ("NO_PROTOCOLS_AVAILABLE", "share no TLS version", True),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "share no TLS version", True),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "none of the ciphers offered, or demands a client", True),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "demands a client certificate", True),
        ("TLSV1_ALERT_UNKNOWN_CA", "does not trust the client certificate", True),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "refused the client certificate", True),
        ("TLSV1_ALERT_ACCESS_DENIED", "refused the client certificate", True),
        ("TLSV1_UNRECOGNIZED_NAME", "does not know the host name", True),
        ("DH_KEY_TOO_SMALL", "OpenSSL refused it, DH_KEY_TOO_SMALL", True),
        ("TLSV1_ALERT_INTERNAL_ERROR", "TLSV1_ALERT_INTERNAL_ERROR", False),
        ("UNEXPECTED_EOF_WHILE_READING", "UNEXPECTED_EOF_WHILE_READING", False),
        ("a text, not a code", "SSLError", True),
    ],
)
async def test_N5_a_handshake_that_cannot_succeed_is_not_retried(
    np6: MakeClient, web: StrictMock, reason: str, told: str, permanent: bool
) -> None:
    error = await failure(np6, web, refused(alert(reason), aiohttp.ClientConnectorSSLError))
    assert str(error.args[0]).startswith("TLS failed (np6.example.org:443: ")
    assert told in str(error)
    assert (type(error), error.permanent) == (ConnectError, permanent)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (9, "it is not valid yet): check the clock"),
        (10, "it has expired): ask"),
        (18, "it is self-signed): pass a session"),
        (20, "its authority is unknown): pass a session"),
        (62, "it is for another host name): check base_url"),
        (64, "it is for another IP address): check base_url"),
        (23, "OpenSSL code 23)"),
        (None, "OpenSSL code unknown)"),
    ],
)
async def test_N5_a_certificate_that_is_not_trusted_is_told_by_its_fault(
    np6: MakeClient, web: StrictMock, code: int | None, told: str
) -> None:
    bad = ssl.SSLCertVerificationError(1, "foreign")
    if code is not None:
        bad.verify_code = code
    error = await failure(np6, web, aiohttp.ClientConnectorCertificateError(KEY, bad))
    assert f"the certificate is not trusted (np6.example.org:443: {told}" in str(error)
    assert (type(error), error.permanent) == (ConnectError, True)


@pytest.mark.parametrize(
    ("code", "permanent"), [(socket.EAI_NONAME, True), (socket.EAI_AGAIN, False)]
)
async def test_N1_N2_a_name_that_does_not_exist_is_not_asked_for_again(
    np6: MakeClient, web: StrictMock, code: int, permanent: bool
) -> None:
    unknown = socket.gaierror(code, "Name or service not known")
    error = await failure(np6, web, aiohttp.ClientConnectorDNSError(KEY, unknown))
    assert (type(error), error.permanent) == (ConnectError, permanent)
