"""A server that sends what it is told to, byte for byte, also what no HTTP library would send.

An *answer* turns each request into a *reply*: steps, which are bytes to send, an event to wait for,
or the end of the connection.

    async with FaultServer(in_turn(status(503), chunked(b"[1,", go, b"2]"))) as server:
        ...
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import Enum, auto
from http import HTTPStatus
from ssl import SSLContext
from typing import NamedTuple, TypeAlias

from tests.listener import Listener, reset

__all__ = [
    "End",
    "FaultServer",
    "Request",
    "Responder",
    "Response",
    "always",
    "array",
    "chunked",
    "head",
    "in_turn",
    "status",
]


class End(Enum):
    """How a connection ends: closed, reset, or with nothing more to come."""

    FIN = auto()
    RST = auto()
    SILENCE = auto()


class Request(NamedTuple):
    """The head of a request, as it was received.

    Attributes:
        connection: The number of the connection it came by.
        head: Its bytes, without the blank line at the end.
    """

    connection: int
    head: bytes

    @property
    def line(self) -> str:
        return self.head.partition(b"\r\n")[0].decode("ascii")

    @property
    def path(self) -> str:
        return self.line.split(" ")[1].partition("?")[0]

    @property
    def notification_id(self) -> int:
        return int(self.path.split("/")[2])

    @property
    def kind(self) -> str:
        return self.path.split("/")[4]

    @property
    def headers(self) -> dict[str, str]:
        """The headers, by names in lower case."""
        lines = self.head.decode("ascii").split("\r\n")[1:]
        return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}


Step: TypeAlias = bytes | asyncio.Event | End
Response: TypeAlias = Iterable[Step]
Responder: TypeAlias = Callable[[Request], Response]


class FaultServer(Listener):
    """Sends what it is told to.

    Args:
        answer: Gives the reply to each request.
        greeting: Steps to take as soon as a connection is made.
        port: As for any `Listener`.
        tls: As for any `Listener`.

    Attributes:
        requests: Every request, in the order of arrival.
        received: What each connection has received, by its number.
        open: How many connections are open.
        busy: How many requests are being replied to.
        busiest: The largest that `busy` has been.
    """

    def __init__(
        self,
        answer: Responder,
        *,
        greeting: Response = (),
        port: int = 0,
        tls: SSLContext | None = None,
    ) -> None:
        super().__init__(port=port, tls=tls)
        self.requests: list[Request] = []
        self.received: list[bytearray] = []
        self.open = self.busy = self.busiest = 0
        self._answer = answer
        self._greeting = greeting
        self._changed = asyncio.Event()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so, looking again whenever anything has happened here."""
        async with asyncio.timeout(2):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self._changed.set()
        waiting: asyncio.Queue[Request] = asyncio.Queue()
        talking = asyncio.create_task(self._talk(waiting, writer))
        try:
            await self._listen(reader, waiting)
        finally:
            talking.cancel()
            writer.transport.abort()
            self.open -= 1
            self._changed.set()
            with suppress(ConnectionError):
                await writer.wait_closed()
        with suppress(asyncio.CancelledError):
            await talking

    async def _listen(
        self, reader: asyncio.StreamReader, waiting: "asyncio.Queue[Request]"
    ) -> None:
        number, received, unread = len(self.received), bytearray(), b""
        self.received.append(received)
        with suppress(ConnectionError):
            while data := await reader.read(2**16):
                received += data
                *heads, unread = (unread + data).split(b"\r\n\r\n")
                for found in heads:
                    self.requests.append(Request(number, found))
                    waiting.put_nowait(self.requests[-1])
                    self._changed.set()

    async def _talk(self, waiting: "asyncio.Queue[Request]", writer: asyncio.StreamWriter) -> None:
        await _play(self._greeting, writer)
        while not writer.is_closing():
            request = await waiting.get()
            self.busy += 1
            self.busiest = max(self.busy, self.busiest)
            self._changed.set()
            try:
                await _play(self._answer(request), writer)
            except BaseException:
                writer.transport.abort()
                raise
            finally:
                self.busy -= 1
                self._changed.set()


async def _play(steps: Response, writer: asyncio.StreamWriter) -> None:
    for step in steps:
        if writer.is_closing():  # or an endless reply would never notice
            return
        if isinstance(step, asyncio.Event):
            await step.wait()
        elif isinstance(step, bytes):
            writer.write(step)
            with suppress(ConnectionError):
                await writer.drain()
        elif step is End.SILENCE:
            await asyncio.Event().wait()
        elif step is End.FIN:
            writer.close()
        else:
            reset(writer)


def always(reply: Iterable[Step]) -> Responder:
    """Give every request the same reply."""
    steps = list(reply)
    return lambda _: steps


def in_turn(*replies: Iterable[Step]) -> Responder:
    """Give the first request the first reply, and so on; there must be no request too many."""
    left = iter(replies)

    def answer(request: Request) -> Response:
        reply = next(left, None)
        assert reply is not None, f"a request too many: {request.line}"
        return list(reply)

    return answer


def head(code: int = 200, **headers: str | int) -> bytes:
    """Return the head of a response; the names of headers come with underscores for hyphens."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    phrase = HTTPStatus(code).phrase if code in set(HTTPStatus) else "Odd"
    return "\r\n".join([f"HTTP/1.1 {code} {phrase}", *lines, "", ""]).encode("latin-1")


def status(code: int, body: bytes = b"", **headers: str | int) -> list[Step]:
    """Answer with a status, and perhaps a body."""
    return [head(code, **{"Content_Length": len(body), **headers}) + body]


def array(body: bytes, **headers: str | int) -> list[Step]:
    """Answer 200 with a body of stated length; `Content_Length` may state another one."""
    return status(200, body, **{"Content_Type": "application/json", **headers})


def chunked(*pieces: Step, **headers: str | int) -> list[Step]:
    """Answer 200 with a body in chunks, one for each piece, and what else is to be done in between.

    The last chunk follows, unless one of the pieces ends the connection.
    """
    fixed = {"Content_Type": "application/json", "Transfer_Encoding": "chunked"}
    last = [] if any(isinstance(piece, End) for piece in pieces) else [b"0\r\n\r\n"]
    return [head(200, **{**fixed, **headers}), *map(_chunk, pieces), *last]


def _chunk(piece: Step) -> Step:
    return b"%x\r\n%b\r\n" % (len(piece), piece) if isinstance(piece, bytes) else piece
