"""The time of one query: how much of it was spent on what, and how much is left."""

import asyncio
from collections.abc import Awaitable, Callable
from math import inf
from typing import TypeVar

from np6_async.errors import (
    ClientClosedError,
    DeadlineExceededError,
    NP6Error,
    RequestTimeoutError,
)

__all__ = ["Deadline", "Timers"]

T = TypeVar("T")


class Timers:
    """Everything a client waits for at the moment, each with the moment it must end at.

    One timer serves them all: most waits end long before their time, and one that is begun and
    called off for each would cost more than what is waited for. Closing ends all of them at once.
    They happen in one event loop, the first that the client is used in.
    """

    def __init__(self) -> None:
        self.closed = False
        self._ends: dict[asyncio.Timeout, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._next = inf  # when the timer goes off; not after any end
        self._loop: asyncio.AbstractEventLoop | None = None

    def close(self) -> None:
        """End every wait, and every later one, with `ClientClosedError`.

        Raises:
            RuntimeError: They are in another event loop.
        """
        if self.closed:
            return
        self._check_loop()
        self.closed = True
        self._end(inf)
        self._set_timer(inf)

    def check(self) -> None:
        """Raise if the client may not be used here and now.

        Raises:
            ClientClosedError: It is closed.
            RuntimeError: It was used in another event loop.
        """
        if self.closed:
            raise ClientClosedError("the client is closed: make a new NP6Client")
        self._check_loop()

    def _check_loop(self) -> None:
        loop = asyncio.get_running_loop()
        self._loop = self._loop or loop
        if self._loop is not loop:
            raise RuntimeError("this client belongs to another event loop: make one for each")

    def add(self, scope: asyncio.Timeout, end: float) -> None:
        """Have a wait end at a moment of the event loop's clock; again to move that."""
        self._ends[scope] = end
        if end < self._next:
            self._set_timer(end)

    def remove(self, scope: asyncio.Timeout) -> None:
        """Let a wait be that has ended by itself."""
        self._ends.pop(scope, None)

    def _set_timer(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._next = when
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(when, self._go_off) if when < inf else None

    def _go_off(self) -> None:
        # Whatever came due while the loop was busy goes with it, so that many ends cost one look.
        self._end(max(self._next, asyncio.get_running_loop().time()))
        self._set_timer(min(self._ends.values(), default=inf))

    def _end(self, moment: float) -> None:
        """End every wait whose time is up at a moment."""
        now = asyncio.get_running_loop().time()
        for scope in [scope for scope, end in self._ends.items() if end <= moment]:
            del self._ends[scope]
            if not scope.expired():
                scope.reschedule(now)


class Deadline:
    """Measures one query.

    Args:
        total: Seconds the query may take; None for no bound.
        waits: Where its waits can be ended from.
        gapless: Whether what is done between two waits counts too, with the first of them. If not,
            only what runs inside `limit` does: not what its caller does.
    """

    def __init__(self, total: float | None, waits: Timers, *, gapless: bool = False) -> None:
        self.elapsed = 0.0
        """Seconds spent so far, without the current wait."""
        self._total = total
        self._timers = waits
        self._gapless = gapless
        self._spent: dict[str, float] = {}
        self._now: Callable[[], float]  # the event loop's clock
        self._scope: asyncio.Timeout | None = None  # the current wait
        self._phase = ""
        self._started = 0.0
        self._seconds = inf
        self._is_last = False  # whether it ends with the query's time

    def allows(self, seconds: float) -> bool:
        """Whether so much time is left."""
        return self._total is None or self.elapsed + seconds < self._total

    def check(self) -> None:
        """Raise if the query's time is up.

        Raises:
            DeadlineExceededError: It is.
        """
        if self._gapless and self._phase:
            self._add_up()
        if not self.allows(0):
            raise self._too_late()

    async def limit(
        self, wait: Callable[[], Awaitable[T]], *, phase: str, seconds: float | None = None
    ) -> T:
        """Wait for one thing, no longer than `seconds` and what is left of the query's time.

        Raises:
            RequestTimeoutError: `seconds` were over.
            DeadlineExceededError: The query's time was up.
            ClientClosedError: The client was closed.
        """
        self._timers.check()
        self._now = asyncio.get_running_loop().time
        self.check()
        self._scope = scope = asyncio.timeout(None)
        try:
            async with scope:
                self._begin(scope, phase, seconds)
                return await wait()
        except TimeoutError:
            if not scope.expired():
                raise
        finally:
            self._timers.remove(scope)
            self._scope = None
            self._add_up()
        # Raised out here, so that no context leads into the frames of the HTTP library.
        self._timers.check()
        raise self._expired()

    def next_phase(self, phase: str, *, seconds: float | None = None) -> None:
        """Go on with another part of the current wait, which has so many seconds of its own."""
        if self._scope is not None and not self._scope.expired():
            self._add_up()
            self._begin(self._scope, phase, seconds)

    def _begin(self, scope: asyncio.Timeout, phase: str, seconds: float | None) -> None:
        self._phase, self._seconds = phase, inf if seconds is None else seconds
        self._started = self._now()
        left = inf if self._total is None else max(0.0, self._total - self.elapsed)
        self._is_last = left <= self._seconds
        self._timers.add(scope, self._started + min(left, self._seconds))

    def _add_up(self) -> None:
        now = self._now()
        took = now - self._started
        self._spent[self._phase] = self._spent.get(self._phase, 0.0) + took
        self.elapsed += took
        self._started = now

    def _expired(self) -> NP6Error:
        if self._is_last:
            return self._too_late()
        return RequestTimeoutError(f"{self._phase} took longer than {self._seconds:g} s")

    def _too_late(self) -> NP6Error:
        spent = ", ".join(f"{name} {took:.1f} s" for name, took in self._spent.items())
        return DeadlineExceededError(
            f"the total of {self._total:g} s was up ({spent})", stopped_by="deadline"
        )
