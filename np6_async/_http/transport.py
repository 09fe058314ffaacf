"""Sends requests: each exactly once, with the key, and only to the API."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import lru_cache

import aiohttp
from yarl import URL

from np6_async._generated.kinds import API_KEY_HEADER
from np6_async._options import ApiKey, Timeouts, is_loopback
from np6_async._query_base import BaseQuery
from np6_async.errors import ConnectError, NP6Error

from .callers import CallersSession
from .connector import Connecting, connecting
from .exceptions import StaleConnectionError, translate
from .redaction import scrub, scrubbed_headers
from .response import Response
from .session import REQUEST_HEADERS, UNCOMPRESSED, OwnSessions, Session
from .tls import CLOSED

__all__ = ["Response", "Session", "StaleConnectionError", "Transport"]


class Transport:
    """Sends requests, each exactly once, with the key and only to the API.

    Args:
        key: Sent in a header, and nowhere but to the origin of `base_url`.
        base_url: Where the API is.
        session: A caller's own session, which stays open; None to have one made and closed.
        concurrency: How many requests there may be at once.

    Raises:
        ValueError: The session is not usable.
    """

    def __init__(
        self,
        *,
        key: ApiKey,
        base_url: URL,
        session: Session | None,
        concurrency: int,
    ) -> None:
        self._key = key
        self._prefix = str(base_url).removesuffix("/")
        self._origin = _origin(base_url)
        self._callers = (
            None if session is None else CallersSession(session, concurrency=concurrency)
        )
        self._own = OwnSessions()

    async def send(
        self,
        query: BaseQuery,
        *,
        timeouts: Timeouts,
        connected: Callable[[], None],
        uncompressed: bool = False,
        new_connection: bool = False,
    ) -> Response:
        """Send one GET request and return its response, whatever the status.

        Args:
            query: What is asked for. Its path and parameters are local variables of no frame that
                an error could show, as they may be personal data.
            timeouts: Their `connect` and `idle` bound the socket's operations.
            connected: Called when there is a connection; never with a caller's own session.
            uncompressed: Ask for a body that is not compressed.
            new_connection: Use a connection that served no request before.

        Raises:
            TransportError: No response came.
            StaleConnectionError: The same, on a kept connection; a new one will help.
        """
        failure: Exception
        # With our own sessions, the caller of `send` times the wait for data, from `connected` on.
        # A caller's session does not report a connection, so there aiohttp times it.
        idle = None if self._callers is None else timeouts.idle
        timeout = _client_timeout(timeouts.connect, idle)
        sending = self._get(
            query, timeout, uncompressed=uncompressed, new_connection=new_connection
        )
        current = Connecting(connected)
        token = connecting.set(current)
        try:
            response = await sending
        except (NP6Error, StaleConnectionError) as error:  # those of `_authorize`
            failure = error.with_traceback(None)
        except Exception as error:
            if error is current.bug:
                raise
            failure = translate(error, if_lost=ConnectError)
        except asyncio.CancelledError:
            if self._callers is None or (closed := self._callers.cancellation()) is None:
                raise
            failure = closed
        else:
            return Response(response, scrubbed_headers(response, self._key))
        finally:
            connecting.reset(token)
            current.done = _nothing  # contexts that aiohttp has copied keep it
        try:
            raise failure
        finally:
            del failure  # an error that a frame of its own traceback refers to is a cycle

    def _get(
        self,
        query: BaseQuery,
        timeout: aiohttp.ClientTimeout,
        *,
        uncompressed: bool,
        new_connection: bool,
    ) -> Awaitable[aiohttp.ClientResponse]:
        """Return the request, which is sent when it is awaited."""
        name = None
        if self._callers is None:
            session = self._own.get(new_connection=new_connection)
            headers = UNCOMPRESSED if uncompressed else {}  # it has the others, which is faster
        else:
            session = self._callers.get()
            headers = UNCOMPRESSED if uncompressed else REQUEST_HEADERS
            if new_connection:
                # aiohttp pools connections by server_hostname, so setting it gives a new one.
                headers, name = {**headers, "Connection": "close"}, self._origin[1]
        path = query.path
        url = f"{self._prefix}{path}"
        return session.get(
            URL(url, encoded=True) if "%" in path else url,  # the query has quoted it; else faster
            params=query.params or None,
            headers=headers,
            server_hostname=name,
            allow_redirects=False,
            raise_for_status=False,
            auto_decompress=True,
            timeout=timeout,
            middlewares=(self._authorize,),
        )

    async def _authorize(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Add the key to a request for the API's own origin, and prevent aiohttp's hidden retry.

        aiohttp sends a GET a second time after the two errors that are caught here, unless they are
        translated first. Cookies of a caller's own session are removed.
        """
        request.headers.pop("Cookie", None)
        proxy = request.proxy
        if proxy is not None and request.url.scheme == "http" and not is_loopback(proxy.host or ""):
            raise ConnectError(
                "the session's proxy would get the key over plain http: except the host of "
                "base_url from it, or use https",
                permanent=True,
            )
        if _origin(request.url) == self._origin:
            request.headers[API_KEY_HEADER] = self._key.reveal()
        sending = handler(request)
        del request, handler  # local variables of a traceback must not lead to the key
        try:
            return await sending
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            failure = translate(error, if_lost=ConnectError)
        if failure.permanent:
            raise failure
        if self._callers is None and not connecting.get().dialled:
            raise StaleConnectionError
        if self._origin[0] == "https":
            failure = ConnectError(f"{failure.args[0]}: {CLOSED}")
        raise failure

    def scrub(self, text: str) -> str:
        """Return a text from the server without the key, in case the server repeated it."""
        return scrub(text, self._key)

    async def aclose(self) -> None:
        """Close the client's own sessions, but not the caller's."""
        await self._own.aclose()


@lru_cache
def _client_timeout(connect: float, idle: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=connect, sock_read=idle)


def _nothing() -> None:
    """Replaces `Connecting.done` when the request has ended."""


def _origin(url: URL) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port, as RFC 6454 compares them; a default port is filled in."""
    return url.scheme, url.host, url.port
