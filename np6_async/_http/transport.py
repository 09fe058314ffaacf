"""The only client module that knows aiohttp: a session, one way to send, one exception table."""

import os
import socket
import warnings
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Final, TypeAlias

import aiohttp
from aiohttp import http_exceptions
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from attrs import define
from yarl import URL

from np6_async._generated.kinds import API_KEY_HEADER
from np6_async._options import ApiKey, Timeouts
from np6_async._version import __version__
from np6_async.errors import (
    ConnectError,
    NP6Error,
    ProtocolError,
    RequestTimeoutError,
    ResponseError,
    StreamInterruptedError,
    TransportError,
)

__all__ = ["Response", "Session", "StaleConnectionError", "Transport"]

Session: TypeAlias = aiohttp.ClientSession
"""The type of a caller's own session."""

_INFLATION_MIN_SIZE: Final = 2**20  # bytes that any body may decompress to
_MAX_INFLATION: Final = 500  # bytes made of each one received; real events stay below

_LARGEST_KEPT: Final = 4 * 2**20
"""Bytes of the largest buffer that is worth keeping for the next one.

asyncio receives into a new buffer of 256 KiB each time. The C library of Linux asks the kernel for
such memory, and gives it back at once, until a larger piece was freed: from then on it keeps it.
"""

_FOREIGN: Final = (aiohttp.ClientError, http_exceptions.HttpProcessingError, TimeoutError, OSError)
_REQUEST_HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": f"np6-async/{__version__}",
}
_UNCOMPRESSED: Final = {**_REQUEST_HEADERS, "Accept-Encoding": "identity"}


@define
class _Connecting:
    """How one request gets its connection.

    Attributes:
        done: Called when it has one.
        dialled: Whether it is a new one.
    """

    done: Callable[[], None]
    dialled: bool = False


_connecting: Final[ContextVar[_Connecting]] = ContextVar("_connecting")


def _dial(address: aiohttp.AddrInfoType) -> socket.socket:
    """Make the socket of a new connection, and note that there is one."""
    _connecting.get().dialled = True
    family, type_, protocol, _, _ = address
    return socket.socket(family, type_, protocol)


class StaleConnectionError(Exception):
    """A connection that was kept from an earlier request died before it answered this one."""


class Response:
    """An answer whose head has arrived. Close it, whatever happens."""

    def __init__(self, response: aiohttp.ClientResponse, headers: Mapping[str, str]) -> None:
        self._response = response
        self.status: int = response.status
        self.headers = headers

    def read_nowait(self) -> bytes:
        """Return what has arrived of the body, empty if nothing has.

        Raises:
            TransportError: The body broke off or cannot be decompressed.
            ResponseError: It is a decompression bomb.
        """
        self._check_size()
        try:
            return self._response.content.read_nowait()
        except _FOREIGN as error:
            failure = _translate(error, if_lost=StreamInterruptedError)
        raise failure

    @property
    def at_end(self) -> bool:
        """Whether nothing more will come."""
        return self._response.content.at_eof()

    async def read(self) -> bytes:
        """Return what has arrived of the body, waiting for some; empty if it ends with nothing.

        Raises:
            TransportError: The body broke off or cannot be decompressed.
        """
        try:
            return await self._response.content.readany()
        except _FOREIGN as error:
            failure = _translate(error, if_lost=StreamInterruptedError)
        raise failure

    def _check_size(self) -> None:
        content = self._response.content
        made = content.total_bytes
        if made > _INFLATION_MIN_SIZE and made > _MAX_INFLATION * (sent := content.total_raw_bytes):
            raise ResponseError(f"the body is a bomb: {sent} bytes decompress to over {made}")

    def close(self) -> None:
        """Free the connection: for another request if the body was read to its end."""
        self._response.close()


class Transport:
    """Sends requests, each exactly once, with the key and only to the API.

    Args:
        key: Sent in a header, and nowhere but to the origin of `base_url`.
        base_url: Where the API is.
        timeouts: Their `connect` and `idle` bound the socket's operations.
        session: A caller's own session, which stays open; None to have one made and closed.
    """

    def __init__(
        self, *, key: ApiKey, base_url: URL, timeouts: Timeouts, session: Session | None
    ) -> None:
        self._key = key
        self._prefix = str(base_url).removesuffix("/")
        self._origin = _origin(base_url)
        # With sessions of our own, whoever sends times the silence: `connected` says from when on.
        self._timeout = aiohttp.ClientTimeout(
            total=None,
            sock_connect=timeouts.connect,
            sock_read=None if session is None else timeouts.idle,
        )
        self._callers = session
        self._own: dict[bool, Session] = {}  # by whether a connection serves one request only

    async def send(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        connected: Callable[[], None],
        uncompressed: bool = False,
        new_connection: bool = False,
    ) -> Response:
        """Send one GET request and return its answer, whatever the status.

        Args:
            path: Where to, below the base URL.
            params: The query string.
            connected: Called when there is a connection; never with a caller's own session.
            uncompressed: Ask for a body that is not compressed.
            new_connection: Use a connection that served no request before.

        Raises:
            TransportError: No answer came.
            StaleConnectionError: The same, and a new connection will help.
        """
        failure: NP6Error
        token = _connecting.set(_Connecting(connected))
        try:
            response = await self._get(
                path, params, uncompressed=uncompressed, new_connection=new_connection
            )
            return Response(response, self._scrubbed_headers(response))
        except NP6Error as error:
            failure = error.with_traceback(None)
        except _FOREIGN as error:
            failure = _translate(error, if_lost=ConnectError)
        finally:
            _connecting.reset(token)
        raise failure

    async def _get(
        self, path: str, params: Mapping[str, str], *, uncompressed: bool, new_connection: bool
    ) -> aiohttp.ClientResponse:
        headers, name = _UNCOMPRESSED if uncompressed else _REQUEST_HEADERS, None
        if new_connection and self._callers is not None:
            # What is kept for a name that is stated is kept apart from what is kept for none.
            headers, name = {**headers, "Connection": "close"}, self._origin[1]
        if self._callers is None and not uncompressed:
            headers = {}  # the session has them, which is faster
        return await (self._callers or self._own_session(new_connection=new_connection)).get(
            f"{self._prefix}{path}",
            params=params or None,
            headers=headers,
            server_hostname=name,
            allow_redirects=False,
            raise_for_status=False,
            auto_decompress=True,
            timeout=self._timeout,
            middlewares=(self._authorize,),
        )

    def _own_session(self, *, new_connection: bool) -> Session:
        session = self._own.get(new_connection)
        if session is None:
            bytes(_LARGEST_KEPT)  # freed at once
            session = self._own[new_connection] = aiohttp.ClientSession(
                connector=_Connector(force_close=new_connection),
                headers=_REQUEST_HEADERS,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return session

    async def _authorize(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Add the key, for the API's own origin only, and stop aiohttp's hidden second sending.

        aiohttp sends a GET again, unseen, when it meets one of these two errors; it lets others be.
        Cookies of a caller's own session stay out of it.
        """
        request.headers.pop("Cookie", None)
        if _origin(request.url) == self._origin:
            request.headers[API_KEY_HEADER] = self._key.reveal()
        try:
            return await handler(request)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            pass
        if self._own and not _connecting.get().dialled:
            raise StaleConnectionError
        raise ConnectError("the connection was lost before an answer came")

    def scrub(self, text: str) -> str:
        """Return the text without the key, should the server have repeated it.

        A text that was cut may end in the middle of it.
        """
        key = self._key.reveal()
        text = text.replace(key, "***")
        tail = next((n for n in range(len(key) - 1, 3, -1) if text.endswith(key[:n])), 0)
        return f"{text[:-tail]}***" if tail else text

    def _scrubbed_headers(self, response: aiohttp.ClientResponse) -> Mapping[str, str]:
        key = self._key.reveal()
        if key not in "\n".join(response.headers.values()):
            return response.headers
        headers = response.headers.copy()
        for name, value in response.headers.items():
            headers[name] = self.scrub(value)
        return headers

    async def aclose(self) -> None:
        """Close the sessions, but not the caller's."""
        for session in self._own.values():
            await session.close()

    def __del__(self) -> None:
        sessions: dict[bool, Session] = vars(self).get("_own", {})  # it may never have been set up
        connectors = [each.connector for each in sessions.values() if not each.closed]
        for session in sessions.values():
            session.detach()  # so that aiohttp does not warn a second time
        ours = [each for each in connectors if isinstance(each, _Connector) and each.is_ours]
        for connector in ours:
            next(connector.close().__await__(), None)  # closes at once; the rest is waiting
        if ours:
            warnings.warn(
                "unclosed NP6Client: use `async with`, or `await np6.aclose()`",
                ResourceWarning,
                source=self,
                stacklevel=2,
            )


class _Connector(aiohttp.TCPConnector):
    """Connections as many as are wanted: the gate decides how many.

    A forked process has its parent's sockets and the selector that watches them. Closing its copies
    would take the parent's connections out of the parent's selector, so there it does nothing.
    """

    def __init__(self, *, force_close: bool) -> None:
        super().__init__(limit=0, force_close=force_close, socket_factory=_dial)
        self._process = os.getpid()

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        _connecting.get().done()
        return connection

    @property
    def is_ours(self) -> bool:
        return self._process == os.getpid()

    def __del__(self, *given: object) -> None:
        if self.is_ours:
            super().__del__(*given)


def _origin(url: URL) -> tuple[str, str | None, int | None]:
    """Return what RFC 6454 compares; a port that is the scheme's own may be stated or not."""
    return url.scheme, url.host, url.port


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


def _translate(error: Exception, *, if_lost: type[TransportError]) -> NP6Error:
    """Return our error for one of aiohttp's, with no way back to it: it may hold the key."""
    if isinstance(error.__cause__, http_exceptions.ContentEncodingError):
        return ProtocolError("the body cannot be decompressed")
    ours, message, permanent = next(row[1:] for row in _TABLE if isinstance(error, row[0]))
    if isinstance(error, aiohttp.ClientConnectorError):
        message = f"{message} ({error.host}:{error.port}: {error.os_error.strerror})"
        permanent |= error.os_error.errno == socket.EAI_NONAME
    return (ours or if_lost)(message, permanent=permanent)
