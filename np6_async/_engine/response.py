"""One answer, read page by page: its bytes are waited for, cut and decoded."""

import asyncio
from contextlib import suppress
from typing import Final, Generic, TypeVar

from np6_async._decode.array import ArraySplitter, ElementDecoder
from np6_async._http.transport import Response
from np6_async._policy.headers import request_id
from np6_async._policy.minimum_rate import MinimumRate
from np6_async.errors import NP6Error, RequestTimeoutError

from .deadline import Deadline
from .stats import Counters

__all__ = ["ResponseReader"]

T = TypeVar("T")

_GATHERED_PIECE: Final = 64 * 1024  # bytes decoded at once where no event is let go in between
_GATHERED: Final = 16 * 2**20  # bytes decoded before another answer is


class ResponseReader(Generic[T]):
    """One answer whose head has arrived. Close it, whatever happens.

    Args:
        response: The answer.
        decoder: Makes elements of their JSON.
        deadline: Measures how long its bytes are waited for.
        idle: Seconds without a byte after which it is given up.
        minimum_rate: Says whether it comes too slowly.
        counters: Where its bytes are counted.
        gathering: Held while the answer is decoded, for a caller that keeps all events until the
            last has come; None for one that takes them as they come. The collector goes over events
            again and again while they are kept, so many answers are best gathered one by one.
    """

    def __init__(
        self,
        response: Response,
        decoder: ElementDecoder[T],
        *,
        deadline: Deadline,
        idle: float,
        minimum_rate: MinimumRate,
        counters: Counters,
        gathering: asyncio.Lock | None = None,
    ) -> None:
        self.response = response
        self._splitter = ArraySplitter(decoder)
        self._deadline = deadline
        self._idle = idle
        self._minimum_rate = minimum_rate
        self._piece = decoder.piece if gathering is None else _GATHERED_PIECE
        self._counters = counters
        self._gathering = gathering
        self._arrived = b""
        self._taken = 0  # bytes of those
        self._busy = 0  # bytes since other tasks had a chance to run
        self._ended = False

    async def page(self) -> tuple[list[T], bool]:
        """Return the next elements, and whether the answer is complete with them.

        Those that close the array are not returned before it is known that the body ends with it.

        Raises:
            NP6Error: It breaks off, or is not what it should be, after what was returned.
        """
        found: list[T] = []
        try:
            while not self._ended and (self._splitter.closed or not found):
                await self._arrive()
                if self._gathering is None or len(self._arrived) <= self._piece:
                    self._take(found)
                else:
                    await self._gather(found, self._gathering)
        except BaseException:
            found.clear()  # a traceback that shows local variables must not show events
            raise
        fault = self._splitter.fault
        if found or fault is None:
            return found, self._ended and fault is None
        fault.status = self.response.status
        fault.request_id = request_id(self.response.headers)
        raise fault

    async def _gather(self, found: list[T], gathering: asyncio.Lock) -> None:
        """Take what has arrived, and what arrives meanwhile, before others take theirs."""
        async with gathering:
            for _ in range(_GATHERED // self._piece):
                self._take(found)
                if self._ended:
                    break
                await self._give_way()
                if not self._has_arrived():
                    break

    def _take(self, found: list[T]) -> None:
        """Add the elements of the next piece to those that were found."""
        before = self._busy
        # The piece has no name here, so that the splitter can let go of it.
        found += self._splitter.feed(self._next_piece())
        self._counters.body_bytes += self._busy - before
        is_last = not self._arrived and self.response.at_end
        if is_last or self._splitter.fault is not None:
            self._end(found)

    def _end(self, found: list[T]) -> None:
        self._ended = True
        if self.response.status == 200:
            found += self._splitter.finish()
        self.response.close()

    async def head_of_body(self, size: int) -> bytes:
        """Return the first bytes of a body that is none of elements, whatever is wrong with it."""
        body = bytearray()
        with suppress(NP6Error):
            while len(body) < size:
                await self._arrive()
                if not (data := self._next_piece()):
                    break
                body += data
        return bytes(body[:size])

    async def _arrive(self) -> None:
        """Wait until there is a piece to be taken, or the body has ended."""
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
        before = self._deadline.elapsed
        data = await self._deadline.limit(
            self.response.read, phase="reading the body", seconds=self._idle
        )
        self._busy = 0
        if data and not self._minimum_rate.holds(self._deadline.elapsed - before, len(data)):
            raise RequestTimeoutError(
                "the body comes too slowly", permanent=self._minimum_rate.times_too_slow > 1
            )
        return data

    def close(self) -> None:
        """Free the connection: for another request if the body was read to its end."""
        self.response.close()
