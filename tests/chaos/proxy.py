"""A proxy that hurts some of the requests on their way, and leaves the others alone."""

import asyncio
from collections import Counter
from contextlib import suppress
from enum import StrEnum
from random import Random
from typing import Final

from yarl import URL

from tests.listener import Listener, reset

__all__ = ["ChaosProxy", "Fault"]


class Fault(StrEnum):
    """What may become of a request."""

    RESET = "reset instead of an answer"
    HANG_UP = "closed instead of an answer"
    ERROR = "5xx instead of an answer"
    STORM = "429 instead of an answer"
    CUT = "answer cut short, closed"
    TORN = "answer cut short, reset"
    STALL = "answer never ends"
    DRIP = "answer comes in drops"


_SHARES: Final = {
    Fault.RESET: 0.01,
    Fault.HANG_UP: 0.01,
    Fault.ERROR: 0.015,
    Fault.CUT: 0.015,
    Fault.TORN: 0.015,
    Fault.STALL: 0.005,
    Fault.DRIP: 0.015,
    Fault.STORM: 0.0005,  # the first 429 of a storm
}
_STORM: Final = 0.1  # seconds
_DROPS: Final = 20
_DROP: Final = 0.005  # seconds between two of them
_STATUSES: Final = ("500 Internal Server Error", "502 Bad Gateway", "504 Gateway Timeout")


class ChaosProxy(Listener):
    """Passes on what it is asked, and what the server answers, if it lets it be.

    Args:
        url: Where the server is.
        random: Decides who is hurt, and how.

    Attributes:
        requests: How many requests came.
        hurt: How many of them were hurt, and how.
    """

    def __init__(self, url: URL, random: Random) -> None:
        super().__init__()
        self.requests = 0
        self.hurt: Counter[Fault] = Counter()
        self._upstream = url.host, url.port
        self._random = random
        self._calm_at = 0.0  # the end of a storm of 429s
        self._wait = b""  # what its 429s say

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while not writer.is_closing():
                    head = await reader.readuntil(b"\r\n\r\n")
                    self.requests += 1
                    await self._answer(head, reader, writer, self._draw())
        finally:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()

    def _draw(self) -> Fault | None:
        now = asyncio.get_running_loop().time()
        (fault,) = self._random.choices(
            [*_SHARES, None], [*_SHARES.values(), 1 - sum(_SHARES.values())]
        )
        if fault is Fault.STORM:
            self._calm_at = now + _STORM
            self._wait = self._random.choice([b"", b"Retry-After: 1\r\n"])
        if now < self._calm_at:
            fault = Fault.STORM
        if fault is not None:
            self.hurt[fault] += 1
        return fault

    async def _answer(
        self,
        head: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        fault: Fault | None,
    ) -> None:
        match fault:
            case Fault.RESET:
                reset(writer)
            case Fault.HANG_UP:
                writer.close()
            case Fault.ERROR:
                writer.write(_refusal(self._random.choice(_STATUSES), b""))
            case Fault.STORM:
                writer.write(_refusal("429 Too Many Requests", self._wait))
            case _:
                answer = await self._ask(head)
                part = answer[: self._random.randrange(len(answer))]
                await _send(answer, part, reader, writer, fault)

    async def _ask(self, head: bytes) -> bytes:
        """Return the whole answer of the server, compressed or not."""
        upstream, writer = await asyncio.open_connection(*self._upstream)
        try:
            if self._random.random() < 0.5:
                head = head.replace(b"Accept-Encoding: gzip", b"Accept-Encoding: identity")
            writer.write(head[:-2] + b"Connection: close\r\n\r\n")
            return (await upstream.read()).replace(b"Connection: close\r\n", b"", 1)
        finally:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def _send(
    answer: bytes,
    part: bytes,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    fault: Fault | None,
) -> None:
    """Send an answer, or just a part of it."""
    if fault is Fault.DRIP:
        size = len(answer) // _DROPS + 1
        for start in range(0, len(answer), size):
            writer.write(answer[start : start + size])
            await writer.drain()
            await asyncio.sleep(_DROP)
    else:
        writer.write(answer if fault is None else part)
        await writer.drain()
    if fault is Fault.STALL:
        await reader.read()
    elif fault is Fault.TORN:
        reset(writer)
    elif fault is Fault.CUT or not _is_whole(answer):
        writer.close()


def _is_whole(answer: bytes) -> bool:
    """Whether the server itself ended the body, instead of breaking off."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return b"Transfer-Encoding" not in head or body.endswith(b"0\r\n\r\n")


def _refusal(status: str, header: bytes) -> bytes:
    return b"HTTP/1.1 %b\r\n%bContent-Length: 0\r\n\r\n" % (status.encode(), header)
