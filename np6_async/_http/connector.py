"""The connector of a client's own sessions: it says when a request has its connection."""

import os
import socket
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

import aiohttp
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from attrs import define

__all__ = ["Connecting", "Connector", "connecting"]


@define
class Connecting:
    """How one request gets its connection.

    Attributes:
        done: Called when the request has one.
        dialled: Whether the connection is a new one.
        bug: What `done` raised, which is no fault of the network.
    """

    done: Callable[[], None]
    dialled: bool = False
    bug: Exception | None = None


connecting: Final[ContextVar[Connecting]] = ContextVar("connecting")
"""State of the request that the current task is sending."""


class Connector(aiohttp.TCPConnector):
    """A pool without a limit: the client's limiter decides how many requests are under way.

    A forked process shares its parent's selector. Closing the inherited sockets would remove the
    parent's connections from it, so in a forked process nothing is closed.
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
        """As for any connector, and report that there is a connection."""
        connection = await super().connect(req, traces, timeout)
        current = connecting.get()
        try:
            current.done()
        except Exception as error:
            current.bug = error
            connection.close()
            raise
        return connection

    @property
    def is_ours(self) -> bool:
        """Whether this process made it, and not the one that it was forked from."""
        return self._process == os.getpid()

    def __del__(self, *given: object) -> None:
        if self.is_ours:
            super().__del__(*given)


def _dial(address: aiohttp.AddrInfoType) -> socket.socket:
    """Make the socket of a new connection, and note that there is one."""
    connecting.get().dialled = True
    family, type_, protocol, _, _ = address
    return socket.socket(family, type_, protocol)
