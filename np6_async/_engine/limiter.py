"""Where requests wait for their slot: the governor's decisions, carried out on the event loop."""

import asyncio
from collections import deque
from math import isfinite
from types import TracebackType
from typing import Self

from np6_async._policy.governor import Governor
from np6_async._policy.headers import Quota

__all__ = ["Limiter", "Slot"]


class Limiter:
    """Lets requests through in the order they came, as fast as its governor allows."""

    def __init__(self, governor: Governor) -> None:
        self.waited = 0.0
        """Seconds that those who have come through, or given up, had to wait."""
        self._governor = governor
        self._waiters: deque[asyncio.Future[int]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def in_flight(self) -> int:
        """How many requests are under way."""
        return self._governor.in_flight

    @property
    def blocked_for(self) -> float:
        """For how many seconds nobody gets through, because the API refused a request."""
        return max(0.0, self._governor.blocked_until - asyncio.get_running_loop().time())

    def try_acquire(self) -> "Slot | None":
        """Return a slot if one is free right now and nobody waits for it."""
        now = asyncio.get_running_loop().time()
        if self._waiters or self._governor.delay(now) > 0:
            return None
        return Slot(self, self._governor, self._governor.admit(now))

    async def acquire(self) -> "Slot":
        """Wait for a slot. Whoever has one must release."""
        loop = asyncio.get_running_loop()
        came = loop.time()
        coming = loop.create_future()
        self._waiters.append(coming)
        if len(self._waiters) == 1:  # the others go when those before them have gone
            self.admit()
        try:
            number = await coming
        except asyncio.CancelledError:
            if not coming.cancelled():  # it came in the same moment
                Slot(self, self._governor, coming.result()).release()
            raise
        finally:
            self.waited += loop.time() - came
        return Slot(self, self._governor, number)

    def admit(self) -> None:
        """Let those through who may go by now, and come back when the next one may."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._waiters:
            return
        loop = asyncio.get_running_loop()
        while self._waiters:
            now = loop.time()
            delay = self._governor.delay(now)
            if delay > 0:
                if isfinite(delay):
                    self._timer = loop.call_later(delay, self.admit)
                return
            coming = self._waiters.popleft()
            if not coming.done():
                coming.set_result(self._governor.admit(now))


class Slot:
    """The right to have one request under way."""

    def __init__(self, limiter: Limiter, governor: Governor, number: int) -> None:
        self._limiter = limiter
        self._governor = governor
        self._number = number
        self._held = True
        self._heard = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    @property
    def probes(self) -> int:
        """How many requests in a row, this one included, were sent to see if any is admitted."""
        return self._governor.probes(self._number)

    def answered(self, quota: Quota | None) -> None:
        """Tell that the API admitted the request, and what its rate headers say."""
        self._heard = True
        self._governor.answer(asyncio.get_running_loop().time(), self._number, quota)
        self._limiter.admit()

    def refused(self, quota: Quota | None, *, seconds: float) -> bool:
        """Tell that the API refused the request: nobody goes for so many seconds.

        Returns:
            Whether that is news, and not what another request was told already.
        """
        self._heard = True
        now = asyncio.get_running_loop().time()
        return self._governor.refuse(now, self._number, quota, seconds=seconds)

    def release(self) -> None:
        """Give the slot back; safe to call twice."""
        if not self._held:
            return
        self._held = False
        if not self._heard:
            self._heard = True
            self._governor.lose(self._number)
        self._governor.release()
        self._limiter.admit()

    def released(self) -> "_Released":
        """Let others go while the holder waits for its caller and not for the API.

        Without it, callers that ask a second question while they hold the answer to a first could
        wait for slots that they hold themselves. It is released only once the event loop runs.
        """
        return _Released(self)

    def reacquire(self) -> None:
        """Have it again after it was left, even if that makes one too many."""
        if not self._held:
            self._held = True
            self._governor.resume()


class _Released:
    """A context in which a slot is given back as soon as the event loop gets to run."""

    def __init__(self, slot: Slot) -> None:
        self._slot = slot
        self._handle = asyncio.get_running_loop().call_soon(slot.release)

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._handle.cancel()
        self._slot.reacquire()
