"""One response, read piece by piece: wait for bytes, cut them into elements, decode these."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Generic, TypeVar

from np6_async._decode.array import ArraySplitter, ElementDecoder
from np6_async._http.transport import Response
from np6_async._policy.headers import request_id
from np6_async._policy.minimum_rate import LOW_SPEED_LIMIT, MinimumRate
from np6_async.errors import NP6Error, RequestTimeoutError

from .deadline import Deadline

__all__ = ["ResponseReader"]

T = TypeVar("T")

_GATHERED_PIECE: Final = 64 * 1024  # bytes decoded at once where all events are kept
_GATHERED: Final = 16 * 2**20  # bytes decoded before another response may be


class ResponseReader(Generic[T]):
    """Reads the body of one response, with `read` or with `read_all`. Close it.

    Args:
        response: The response.
        decoder: Decodes its elements.
        deadline: Limits and measures the waits for its bytes.
        idle: Seconds without a byte after which it fails.
        minimum_rate: Decides whether it arrives too slowly.
        decoded: Called for each piece that was decoded, with its bytes and its elements.
    """

    def __init__(
        self,
        response: Response,
        decoder: ElementDecoder[T],
        *,
        deadline: Deadline,
        idle: float,
        minimum_rate: MinimumRate,
        decoded: Callable[[int, list[T]], None],
    ) -> None:
        self.response = response
        self.complete = False
        """Whether all elements have been returned and the body was a complete array."""
        self._splitter = ArraySplitter(decoder)
        self._piece = decoder.piece
        self._deadline = deadline
        self._idle = idle
        self._minimum_rate = minimum_rate
        self._decoded = decoded
        self._arrived = b""
        self._taken = 0  # bytes of `_arrived` that were decoded
        self._busy = 0  # bytes decoded since other tasks could run
        self._ended = False

    async def read(self) -> list[T]:
        """Return the next elements; `complete` says whether they are the last.

        The elements before the closing bracket are not returned before the body has ended.

        Raises:
            NP6Error: The body broke off or is invalid. Elements that were returned are valid.
        """
        found: list[T] = []
        try:
            while not self._ended and (self._splitter.closed or not found):
                await self._arrive()
                self._take(found)
        except BaseException:
            found.clear()  # error reports show local variables, which must not hold events
            raise
        if not found:
            self._check()
        return found

    async def read_all(self, found: list[T], gathering: asyncio.Lock) -> None:
        """Add all elements to a list, and return when the body has ended.

        Args:
            found: The list. After an error it holds the elements before it.
            gathering: Held while a large response is decoded. The garbage collector visits events
                again and again while they are kept, so it is best to decode one response after the
                other.

        Raises:
            NP6Error: The body broke off, or is invalid.
        """
        self._piece = _GATHERED_PIECE
        while not self._ended:
            await self._arrive()
            if len(self._arrived) <= self._piece:
                self._take(found)
            else:
                await self._take_many(found, gathering)
        self._check()

    async def _take_many(self, found: list[T], gathering: asyncio.Lock) -> None:
        """Decode what has arrived, and what arrives meanwhile, before other responses."""
        async with gathering:
            for _ in range(_GATHERED // self._piece):
                self._take(found)
                if self._ended:
                    break
                await self._give_way()
                if not self._has_arrived():
                    break

    def _take(self, found: list[T]) -> None:
        """Decode the next piece, and add its elements to the list."""
        before = self._busy
        # The piece is no local variable, so that the splitter can free its memory.
        elements = self._splitter.feed(self._next_piece())
        is_last = not self._arrived and self.response.at_end
        if is_last or self._splitter.fault is not None:
            self._ended = True
            if self.response.status == 200:
                elements += self._splitter.finish()
            self.complete = self._splitter.fault is None
            self.response.close()
        self._decoded(self._busy - before, elements)
        found += elements

    def _check(self) -> None:
        """Raise the error of the body, if it has one."""
        if self._splitter.fault is None:
            return
        self._splitter.fault.status = self.response.status
        self._splitter.fault.request_id = request_id(self.response.headers)
        raise self._splitter.fault  # no local variable refers to it: that would make a cycle

    async def head_of_body(self, size: int) -> bytes:
        """Return the first bytes of an error body. Its errors are ignored."""
        body = bytearray()
        with suppress(NP6Error):
            while len(body) < size:
                await self._arrive()
                if not (data := self._next_piece()):
                    break
                body += data
        return bytes(body[:size])

    async def _arrive(self) -> None:
        """Wait until some bytes have arrived, or the body has ended."""
        if self._busy >= self._piece:
            await self._give_way()
        if not self._has_arrived():
            self._arrived = await self._wait()

    async def _give_way(self) -> None:
        """Let other tasks run."""
        self._busy = 0
        await asyncio.sleep(0)
        self._deadline.check()

    def _has_arrived(self) -> bool:
        if not self._arrived:
            self._arrived = self.response.read_nowait()
        return bool(self._arrived) or self.response.at_end

    def _next_piece(self) -> bytes:
        data = self._arrived[self._taken : self._taken + self._piece]
        self._taken += len(data)
        self._busy += len(data)
        if self._taken == len(self._arrived):
            self._arrived, self._taken = b"", 0
        return data

    async def _wait(self) -> bytes:
        self._deadline.check()  # it counts the time until now, in which nobody waited
        before = self._deadline.elapsed
        data = await self._deadline.limit(self.response.read, phase="body", seconds=self._idle)
        self._busy = 0
        if data and not self._minimum_rate.holds(self._deadline.elapsed - before, len(data)):
            raise RequestTimeoutError(
                f"the body arrives too slowly: under {LOW_SPEED_LIMIT} bytes/s",
                phase="body",
                permanent=self._minimum_rate.times_too_slow > 1,
            )
        return data

    def close(self) -> None:
        """Free the connection, for another request if the body was read to its end."""
        if self.complete:
            return  # it was closed at its end, and nothing is left of it
        self._arrived = b""
        self._splitter.clear()
        self.response.close()
