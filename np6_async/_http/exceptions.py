"""The one table from the exceptions of aiohttp, and of all that it calls, to our errors."""

import errno
import os
import socket
import ssl
from collections.abc import Callable
from typing import Any, Final, TypeAlias

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

from . import malformed, tls
from .fault import Fault, causes, class_name

__all__ = ["StaleConnectionError", "translate"]


class StaleConnectionError(Exception):
    """A connection that was kept from an earlier request died before this one got a response."""


def translate(error: Exception, *, if_lost: type[TransportError]) -> NP6Error:
    """Return our error for a foreign one, without a reference to it: it may hold the key.

    The foreign error loses its traceback: aiohttp keeps the error with the connection, in a cycle,
    and the traceback would keep every frame up to the event loop.

    Args:
        error: Whatever aiohttp, or a part of a caller's own session, raised.
        if_lost: Ours for a lost connection and for an unknown exception: `ConnectError` before the
            response's head, `StreamInterruptedError` after it.
    """
    error.__traceback__ = None
    if any(isinstance(each, http_exceptions.ContentEncodingError) for each in causes(error)):
        return ProtocolError("the body cannot be decompressed")
    ours, describe = next(row[1:] for row in _TABLE if isinstance(error, row[0]))
    fault = describe if isinstance(describe, Fault) else describe(error)
    what = fault.what if ours else f"{fault.what} {_WHEN[if_lost]}"
    message = f"{what}: {fault.remedy}" if fault.remedy else what
    failure = (ours or if_lost)(message, permanent=fault.permanent)
    if isinstance(failure, RequestTimeoutError):  # the timer of a caller's session was the first
        failure.phase = "response" if if_lost is ConnectError else "body"
    return failure


_WHEN: Final = {
    ConnectError: "before a response came",
    StreamInterruptedError: "before the body was complete",
}


def _unresolved(error: aiohttp.ClientConnectorDNSError) -> Fault:
    permanent = error.os_error.errno == socket.EAI_NONAME
    return Fault(
        f"the host name did not resolve {_address(error)}",
        permanent,
        "check base_url" if permanent else "",
    )


def _unconnected(error: aiohttp.ClientConnectorError) -> Fault:
    if isinstance(error.os_error, _CLOSED):  # TCP alone is refused, not reset
        return Fault(
            f"the server closed the connection during the TLS handshake {_address(error)}",
            remedy=tls.CLOSED,
        )
    return Fault(
        f"no connection could be made {_address(error)}",
        remedy="check base_url, and that the network reaches it",
    )


_CLOSED: Final = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)


def _address(error: aiohttp.ClientConnectorError) -> str:
    return f"({error.host}:{error.port}: {_reason(error.os_error)})"


def _reason(error: OSError) -> str:
    code = error.errno or 0
    if isinstance(error, socket.gaierror):
        return _LOOK_UP_CODES.get(code, "gaierror")
    return os.strerror(code) if code in errno.errorcode else class_name(error)


_LOOK_UP_CODES: Final = {
    code: name for name, code in vars(socket).items() if name.startswith("EAI_")
}


def _refused_by_proxy(error: aiohttp.ClientHttpProxyError) -> Fault:
    status = error.status
    return Fault(
        f"the proxy refused to connect (status {status})",
        permanent=status // 100 == 4 and status not in (408, 429),
        remedy="set proxy_auth of the session" if status == 407 else "",
    )


def _lost(error: Exception) -> Fault:
    alert = next((each for each in causes(error) if isinstance(each, ssl.SSLError)), None)
    if alert is not None:
        return tls.alert(alert)
    return Fault(f"the connection was lost ({class_name(error)})")


def _unknown(error: Exception) -> Fault:
    return Fault(
        f"{class_name(error)} was raised",
        remedy="look at what the session brings: connector, resolver, proxy, trace configs",
    )


_Describe: TypeAlias = Fault | Callable[[Any], Fault]

_TABLE: Final[tuple[tuple[type[Exception], type[TransportError] | None, _Describe], ...]] = (
    # Foreign class (the first that fits counts), ours (None: `if_lost`), and what to say of it.
    (aiohttp.ClientConnectorCertificateError, ConnectError, tls.untrusted),
    (aiohttp.ClientSSLError, ConnectError, tls.handshake),
    (aiohttp.ServerFingerprintMismatch, ConnectError, tls.FINGERPRINT),
    (aiohttp.ClientConnectorDNSError, ConnectError, _unresolved),
    (aiohttp.ClientConnectorError, ConnectError, _unconnected),
    (aiohttp.ClientHttpProxyError, ConnectError, _refused_by_proxy),
    (
        aiohttp.ConnectionTimeoutError,
        ConnectError,
        Fault("connecting took too long: the limit is Timeouts.connect"),
    ),
    (
        TimeoutError,
        RequestTimeoutError,
        Fault("timed out waiting for data: the limit is Timeouts.idle"),
    ),
    (aiohttp.ClientConnectionError, None, _lost),
    (aiohttp.ClientPayloadError, StreamInterruptedError, malformed.body),
    (
        aiohttp.InvalidURL,
        ProtocolError,
        Fault("aiohttp does not accept base_url as a URL", permanent=True),
    ),
    (
        aiohttp.NonHttpUrlClientError,
        ProtocolError,
        Fault("the session's connector does not accept the scheme of base_url", permanent=True),
    ),
    (aiohttp.ClientResponseError, ProtocolError, malformed.head),
    (http_exceptions.HttpProcessingError, ProtocolError, malformed.head),
    (OSError, None, _lost),
    (Exception, None, _unknown),
)
