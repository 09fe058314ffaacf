"""The sessions that a client makes for itself."""

import warnings
from typing import Final, TypeAlias

import aiohttp

from np6_async._version import __version__

from .connector import Connector

__all__ = ["REQUEST_HEADERS", "UNCOMPRESSED", "OwnSessions", "Session"]

Session: TypeAlias = aiohttp.ClientSession
"""The type of a caller's own session."""

REQUEST_HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": f"np6-async/{__version__}",
}
UNCOMPRESSED: Final = {**REQUEST_HEADERS, "Accept-Encoding": "identity"}


class OwnSessions:
    """At most two sessions: one keeps connections, the other uses each for one request only."""

    def __init__(self) -> None:
        self._sessions: dict[bool, Session] = {}  # by whether a connection serves one request only

    def get(self, *, new_connection: bool) -> Session:
        """Return the session for a request; it is made when it is first needed.

        Args:
            new_connection: Whether the request needs a connection that served none before.
        """
        session = self._sessions.get(new_connection)
        if session is None:
            session = self._sessions[new_connection] = aiohttp.ClientSession(
                connector=Connector(force_close=new_connection),
                headers=REQUEST_HEADERS,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return session

    async def aclose(self) -> None:
        """Close the sessions and their connections."""
        for session in self._sessions.values():
            await session.close()

    def __del__(self) -> None:
        connectors = [each.connector for each in self._sessions.values() if not each.closed]
        for session in self._sessions.values():
            session.detach()  # so that aiohttp does not warn a second time
        ours = [each for each in connectors if isinstance(each, Connector) and each.is_ours]
        for connector in ours:
            next(connector.close().__await__(), None)  # closes at once; the rest is waiting
        if ours:
            warnings.warn(
                "unclosed NP6Client: use `async with`, or `await np6.aclose()`",
                ResourceWarning,
                source=self,
                stacklevel=2,
            )
