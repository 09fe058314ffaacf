"""Where requests wait until they may be sent: the governor's decisions on the event loop."""

import asyncio
from collections import deque
from math import isfinite
from typing import Final, Self

from np6_async._policy.governor import Governor
from np6_async._policy.headers import Quota

__all__ = ["Limiter", "Slot"]


_TURN: Final = 10  # of so many slots, one is for the background if both wait


class Limiter:
    """Gives out slots in the order they were asked for, as fast as its governor allows.

    Those in the background come after the others, but get at least one slot in ten.
    """

    def __init__(self, governor: Governor) -> None:
        self.waited = 0.0
        """Seconds that all waits for a slot took, including those that were cancelled."""
        self._governor = governor
        self._waiters: deque[asyncio.Future[int]] = deque()
        self._in_background: deque[asyncio.Future[int]] = deque()
        self._passed_over = 0  # slots in a row that others got while the background waited
        self._timer: asyncio.TimerHandle | None = None

    @property
    def in_flight(self) -> int:
        """How many requests are under way."""
        return self._governor.in_flight

    @property
    def blocked_for(self) -> float:
        """Seconds until slots are given out again, after the API throttled a request."""
        return max(0.0, self._governor.blocked_until - asyncio.get_running_loop().time())

    def try_acquire(self, *, background: bool = False) -> "Slot | None":
        """Return a slot if one is free now and nobody who comes first is waiting."""
        now = asyncio.get_running_loop().time()
        if self._waiters or (self._in_background and background) or self._governor.delay(now) > 0:
            return None
        return Slot(self, self._governor, self._governor.admit(now))

    async def acquire(self, *, background: bool = False) -> "Slot":
        """Wait for a slot. The caller must release it.

        Args:
            background: Whether others come first.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        waiter = loop.create_future()
        waiters = self._in_background if background else self._waiters
        waiters.append(waiter)
        if len(waiters) == 1:  # otherwise others come first
            self.admit()
        try:
            number = await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled():  # it got a slot at the same moment
                Slot(self, self._governor, waiter.result()).release()
            raise
        finally:
            self.waited += loop.time() - started
        return Slot(self, self._governor, number)

    def admit(self) -> None:
        """Give out the slots that are free now, and set a timer for the next one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not (self._waiters or self._in_background):
            return
        loop = asyncio.get_running_loop()
        while self._waiters or self._in_background:
            now = loop.time()
            delay = self._governor.delay(now)
            if delay > 0:
                if isfinite(delay):
                    self._timer = loop.call_later(delay, self.admit)
                return
            waiter = self._next()
            if not waiter.done():
                waiter.set_result(self._governor.admit(now))

    def _next(self) -> "asyncio.Future[int]":
        """Take the one whose turn it is from its queue."""
        if not self._in_background:
            return self._waiters.popleft()
        self._passed_over += 1
        if self._waiters and self._passed_over < _TURN:
            return self._waiters.popleft()
        self._passed_over = 0
        return self._in_background.popleft()


class Slot:
    """The right to have one request under way."""

    def __init__(self, limiter: Limiter, governor: Governor, number: int) -> None:
        self._limiter = limiter
        self._governor = governor
        self._number = number
        self._held = True
        self._answered = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    @property
    def probes(self) -> int:
        """How many probes in a row were sent, if this request is the last of them; otherwise 0."""
        return self._governor.probes(self._number)

    def admitted(self, quota: Quota | None) -> None:
        """Report that the API admitted the request, and what its rate headers say."""
        self._answered = True
        self._governor.on_admitted(asyncio.get_running_loop().time(), self._number, quota)
        self._limiter.admit()

    def throttled(self, quota: Quota | None, *, seconds: float) -> bool:
        """Report that the API throttled the request, so no slot is given out for so many seconds.

        Returns:
            Whether this is new; False if another request of the same burst has reported it.
        """
        self._answered = True
        now = asyncio.get_running_loop().time()
        return self._governor.on_throttled(now, self._number, quota, seconds=seconds)

    def release(self) -> None:
        """Give the slot back. Safe to call twice."""
        if not self._held:
            return
        self._held = False
        if not self._answered:
            self._answered = True
            self._governor.on_lost(self._number)
        self._governor.release()
        self._limiter.admit()

    def released(self) -> "_Released":
        """Return a context in which others may use the slot: the holder waits for its caller.

        Without it, a caller that sends a second query while it reads the events of a first one
        could wait for a slot that it holds itself.
        """
        return _Released(self)

    def reacquire(self) -> None:
        """Take the slot again, even if that makes one too many."""
        if not self._held:
            self._held = True
            self._governor.resume()


class _Released:
    """A context in which a slot is free, as soon as the event loop runs."""

    def __init__(self, slot: Slot) -> None:
        self._slot = slot
        self._handle = asyncio.get_running_loop().call_soon(slot.release)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._handle.cancel()
        self._slot.reacquire()
