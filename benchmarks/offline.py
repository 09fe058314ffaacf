"""An event loop whose connections lead nowhere: each request gets a prepared answer from memory.

What a client does on it is the same, instruction for instruction, every time.
"""

import asyncio
import socket
from collections import deque
from typing import Any, cast

from .server import answer_to

PIECE = 64 * 1024  # bytes that arrive at once


class Wire(asyncio.Transport):
    """A connection to nowhere."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, protocol: asyncio.Protocol, sock: socket.socket
    ) -> None:
        super().__init__({"socket": sock})
        self._loop = loop
        self._protocol = protocol
        self._socket = sock
        self._arriving: deque[bytes] = deque()
        self._reading = True
        self._closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        text = answer_to(bytes(data))
        self._arriving += [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
        self._loop.call_soon(self._arrive)

    def _arrive(self) -> None:
        if self._arriving and self._reading and not self._closed:
            self._protocol.data_received(self._arriving.popleft())
            self._loop.call_soon(self._arrive)

    def is_reading(self) -> bool:
        return self._reading

    def pause_reading(self) -> None:
        self._reading = False

    def resume_reading(self) -> None:
        self._reading = True
        self._loop.call_soon(self._arrive)

    def is_closing(self) -> bool:
        return self._closed

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._socket.close()
            self._loop.call_soon(self._protocol.connection_lost, None)

    abort = close


class OfflineLoop(asyncio.SelectorEventLoop):
    """A loop without a network, and with a clock that goes on by being looked at."""

    _now = 0.0

    def time(self) -> float:
        self._now += 1e-6
        return self._now

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect to nothing."""

    async def create_connection(self, protocol_factory: Any, *_: Any, **options: Any) -> Any:
        protocol = cast("asyncio.Protocol", protocol_factory())
        wire = Wire(self, protocol, options["sock"])
        protocol.connection_made(wire)
        return wire, protocol
