"""Where requests wait for their turn: the governor's decisions, carried out on the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isfinite
from types import TracebackType
from typing import Self

from ._governor import Governor

__all__ = ["Gate", "Turn"]


class Gate:
    """Lets requests through in the order they came, as fast as its governor allows."""

    def __init__(self, governor: Governor) -> None:
        self._governor = governor
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def try_enter(self) -> "Turn | None":
        """Return a turn if one is free right now and nobody waits for it."""
        now = asyncio.get_running_loop().time()
        if self._waiters or self._governor.delay(now) > 0:
            return None
        self._governor.admit(now)
        return Turn(self._governor, self._release)

    async def enter(self) -> "Turn":
        """Wait for a turn. Whoever has one must leave."""
        coming = asyncio.get_running_loop().create_future()
        self._waiters.append(coming)
        self._admit()
        try:
            await coming
        except asyncio.CancelledError:
            if not coming.cancelled():  # it came in the same moment
                self._release()
            raise
        return Turn(self._governor, self._release)

    def block(self, seconds: float) -> None:
        """Let no request through for so long."""
        self._governor.block(asyncio.get_running_loop().time(), seconds)

    def observe_quota(self, remaining: int, reset_in: float) -> None:
        """Take in what an answer said about the API's quota."""
        now = asyncio.get_running_loop().time()
        self._governor.observe_quota(now, remaining=remaining, reset_in=reset_in)

    def _release(self) -> None:
        self._governor.release()
        self._admit()

    def _admit(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        while self._waiters:
            now = loop.time()
            delay = self._governor.delay(now)
            if delay > 0:
                if isfinite(delay):
                    self._timer = loop.call_later(delay, self._admit)
                return
            coming = self._waiters.popleft()
            if not coming.done():
                self._governor.admit(now)
                coming.set_result(None)


class Turn:
    """The right to have one request under way."""

    def __init__(self, governor: Governor, release: Callable[[], None]) -> None:
        self._governor = governor
        self._release = release
        self._held = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """Give the turn back; again is no harm."""
        if self._held:
            self._held = False
            self._release()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Let others go while the holder waits for its caller and not for the API.

        Without it, callers that ask a second question while they hold the answer to a first could
        wait for turns that they hold themselves. It is lent only once the event loop gets to run.
        """
        handle = asyncio.get_running_loop().call_soon(self.leave)
        try:
            yield
        finally:
            handle.cancel()
            if not self._held:
                self._held = True
                self._governor.resume()
