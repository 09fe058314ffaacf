"""The time of one query: how much was spent in which phase, and how much is left."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from math import inf
from typing import Final, TypeVar

from np6_async.errors import (
    ClientClosedError,
    DeadlineExceededError,
    NP6Error,
    Phase,
    RequestTimeoutError,
)

__all__ = ["Deadline", "Timers"]

T = TypeVar("T")

_WAITING: Final[Mapping[Phase, str]] = {
    "backoff": "before the next attempt",
    "slot": "waiting for a slot",
    "connect": "connecting",
    "response": "waiting for the response",
    "body": "waiting for more of the body",
}


class Timers:
    """The current waits of a client, each with the moment at which it times out.

    One timer serves them all. Most waits end long before they time out, so a timer for each would
    be a waste. Closing ends all waits at once. They belong to one event loop: the first in which
    the client is used.
    """

    def __init__(self) -> None:
        self.closed = False
        self._ends: dict[asyncio.Timeout, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._next = inf  # when the timer fires; no wait times out earlier
        self._loop: asyncio.AbstractEventLoop | None = None

    def close(self) -> None:
        """End every wait with `ClientClosedError`, and every later one too.

        Raises:
            RuntimeError: The client belongs to another event loop.
        """
        if self.closed:
            return
        self.check()
        self.closed = True
        self._end(inf)
        self._set_timer(inf)

    def check(self) -> None:
        """Raise if the client cannot be used here and now.

        Raises:
            ClientClosedError: It is closed.
            RuntimeError: It belongs to another event loop, or none is running.
        """
        if self.closed:
            raise ClientClosedError("the client is closed: make a new NP6Client")
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = None  # the error is raised below, without a context
        if loop is None or loop is not self._loop:
            self._check_loop(loop)

    def _check_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
        if loop is None:
            raise RuntimeError(
                "np6_async runs on asyncio only, and no asyncio event loop is running here: use it"
                " in a coroutine that asyncio.run() runs (under trio: in trio-asyncio)"
            )
        self._loop = self._loop or loop
        if self._loop is not loop:
            raise RuntimeError("this client belongs to another event loop: make one for each")

    def add(self, scope: asyncio.Timeout, end: float) -> None:
        """End a wait at a time of the event loop's clock. A second call changes that time."""
        self._ends[scope] = end
        if end < self._next:
            self._set_timer(end)

    def remove(self, scope: asyncio.Timeout) -> None:
        """Remove a wait that has ended."""
        self._ends.pop(scope, None)

    def _set_timer(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._next = when
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(when, self._go_off) if when < inf else None

    def _go_off(self) -> None:
        # Waits that became due while the loop was busy end too, so that one search is enough.
        self._end(max(self._next, asyncio.get_running_loop().time()))
        self._set_timer(min(self._ends.values(), default=inf))

    def _end(self, moment: float) -> None:
        """End every wait that is due at that time."""
        now = asyncio.get_running_loop().time()
        for scope in [scope for scope, end in self._ends.items() if end <= moment]:
            del self._ends[scope]
            if not scope.expired():
                scope.reschedule(now)


class Deadline:
    """Measures the time of one query, and limits each of its waits.

    Args:
        total: Seconds that the query may take; None for no limit.
        timers: The waits of the client.
        gapless: Whether the time between two waits counts too. If not, only the time inside
            `limit` counts, and not what the caller does in between.
    """

    def __init__(self, total: float | None, timers: Timers, *, gapless: bool = False) -> None:
        self.elapsed = 0.0
        """Seconds spent so far, without the current wait."""
        self._total = total
        self._timers = timers
        self._gapless = gapless
        self._spent: dict[Phase, float] = {}
        self._now: Callable[[], float]  # the event loop's clock
        self._scope: asyncio.Timeout | None = None  # the current wait
        self._phase: Phase  # of the current wait, or of the last one
        self._has_waited = False
        self._started = 0.0
        self._seconds = inf
        self._is_last = False  # whether the current wait ends with the query's time

    def allows(self, seconds: float) -> bool:
        """Whether more than so many seconds are left."""
        return self._total is None or self.elapsed + seconds < self._total

    def check(self) -> None:
        """Raise if no time is left.

        Raises:
            DeadlineExceededError: No time is left.
        """
        if self._gapless and self._has_waited:
            self._add_up()
        if not self.allows(0):
            raise self._exceeded()

    async def limit(
        self, wait: Callable[[], Awaitable[T]], *, phase: Phase, seconds: float | None = None
    ) -> T:
        """Wait for one thing, for at most `seconds` and what is left of the query's time.

        Raises:
            RequestTimeoutError: `seconds` have passed.
            DeadlineExceededError: The query's time has passed.
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
            del scope  # it refers to the task, which keeps its CancelledError: a reference cycle
        # Raised outside the except block, so that no context leads to frames of the HTTP library.
        self._timers.check()
        raise self._expired()

    def next_phase(self, phase: Phase, *, seconds: float | None = None) -> None:
        """Start the next phase of the current wait, which may take so many seconds."""
        if self._scope is not None and not self._scope.expired():
            self._add_up()
            self._begin(self._scope, phase, seconds)

    def _begin(self, scope: asyncio.Timeout, phase: Phase, seconds: float | None) -> None:
        self._phase, self._has_waited = phase, True
        self._seconds = inf if seconds is None else seconds
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
            return self._exceeded()
        return RequestTimeoutError(
            f"timed out after {self._seconds:g} s {_WAITING[self._phase]}: the limit is "
            f"{'Timeouts.connect + idle' if self._phase == 'connect' else 'Timeouts.idle'}",
            phase=self._phase,
        )

    def _exceeded(self) -> NP6Error:
        spent = ", ".join(f"{phase} {took:.1f} s" for phase, took in self._spent.items())
        return DeadlineExceededError(
            f"the total timeout of {self._total:g} s has passed ({spent}): raise Timeouts.total, "
            "or ask for a shorter window",
            stopped_by="deadline",
            phase=self._phase,
        )
