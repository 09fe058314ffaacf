"""The one table from the exceptions of aiohttp to the errors of this package."""

import socket
from typing import Final

import aiohttp
from aiohttp import http_exceptions

from np6_async.errors import (
    ConnectError,
    NP6Error,
    ProtocolError,
    RequestTimeoutError,
    StreamInterruptedError,
    TransportError,
)

__all__ = ["FOREIGN", "StaleConnectionError", "translate"]

FOREIGN: Final = (aiohttp.ClientError, http_exceptions.HttpProcessingError, TimeoutError, OSError)


class StaleConnectionError(Exception):
    """A connection that was kept from an earlier request died before this one got a response."""


_TABLE: Final[tuple[tuple[type[Exception], type[TransportError] | None, str, bool], ...]] = (
    # Foreign class (the first that fits counts), ours (None: the connection was lost), what to say,
    # and whether asking again is pointless.
    (aiohttp.ClientConnectorCertificateError, ConnectError, "the certificate is not trusted", True),
    (aiohttp.ClientSSLError, ConnectError, "TLS failed", True),
    (aiohttp.ServerFingerprintMismatch, ConnectError, "the certificate is another one", True),
    (aiohttp.ClientConnectorDNSError, ConnectError, "the host name did not resolve", False),
    (aiohttp.ClientConnectorError, ConnectError, "no connection could be made", False),
    (aiohttp.ClientHttpProxyError, ConnectError, "the proxy refused to connect", False),
    (aiohttp.ConnectionTimeoutError, ConnectError, "connecting took too long", False),
    (TimeoutError, RequestTimeoutError, "the API fell silent", False),
    (aiohttp.ClientConnectionError, None, "the connection was lost", False),
    (aiohttp.ClientPayloadError, StreamInterruptedError, "the body broke off", False),
    (aiohttp.InvalidURL, ProtocolError, "base_url cannot be asked", True),
    (aiohttp.ClientError, ProtocolError, "the answer is not valid HTTP", False),
    (http_exceptions.HttpProcessingError, ProtocolError, "the answer is not valid HTTP", False),
    (OSError, None, "the connection was lost", False),
)


def translate(error: Exception, *, if_lost: type[TransportError]) -> NP6Error:
    """Return our error for one of aiohttp's, with no way back to it: it may hold the key.

    aiohttp keeps the error with the connection, in a cycle, and its traceback keeps every frame up
    to the event loop, so the traceback goes.
    """
    error.__traceback__ = None
    if isinstance(error.__cause__, http_exceptions.ContentEncodingError):
        return ProtocolError("the body cannot be decompressed")
    ours, message, permanent = next(row[1:] for row in _TABLE if isinstance(error, row[0]))
    if isinstance(error, aiohttp.ClientConnectorError):
        message = f"{message} ({error.host}:{error.port}: {error.os_error.strerror})"
        permanent |= error.os_error.errno == socket.EAI_NONAME
    return (ours or if_lost)(message, permanent=permanent)
