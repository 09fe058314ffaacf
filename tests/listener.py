"""A server in the event loop of its test, whose connections end with it."""

import asyncio
import socket
import struct
from abc import ABC, abstractmethod
from ssl import SSLContext
from types import TracebackType
from typing import Self

__all__ = ["Listener", "reset"]


class Listener(ABC):
    """Listens on this machine while its block is run, and then raises what broke in it.

    Args:
        port: Where to listen; 0 for anywhere.
        tls: What to secure connections with; None for plain ones.

    Attributes:
        url: Where it listens.
    """

    def __init__(self, *, port: int = 0, tls: SSLContext | None = None) -> None:
        self._port = port
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", self._port, ssl=self._tls
        )
        host, port = self._server.sockets[0].getsockname()
        self.url = f"{'https' if self._tls else 'http'}://{host}:{port}"
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        if self._failure is not None:
            raise self._failure

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self._failure = self._failure or task.exception()

    @abstractmethod
    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until somebody hangs up."""


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with an RST, so that the other side may lose what it has not read yet."""
    at_once = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    writer.transport.abort()
