"""The time of one query: how much of it was spent on what, and how much is left."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from .errors import (
    ClientClosedError,
    DeadlineExceededError,
    NP6Error,
    RequestTimeoutError,
)

__all__ = ["Clock", "Waits"]

T = TypeVar("T")


class Waits:
    """Everything a client waits for at the moment, so that closing it ends all of that at once.

    All of it happens in one event loop, the first that the client is used in.
    """

    def __init__(self) -> None:
        self.closed = False
        self.scopes: set[asyncio.Timeout] = set()
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
        now = asyncio.get_running_loop().time()
        for scope in self.scopes:
            if not scope.expired():
                scope.reschedule(now)

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


class Clock:
    """Measures one query. Only what runs inside `limit` counts: not what its caller does.

    Args:
        total: Seconds the query may take; None for no bound.
        waits: Where its waits can be ended from.
    """

    def __init__(self, total: float | None, waits: Waits) -> None:
        self._total = total
        self._waits = waits
        self._spent: dict[str, float] = {}

    @property
    def elapsed(self) -> float:
        """Seconds spent so far."""
        return sum(self._spent.values())

    def allows(self, seconds: float) -> bool:
        """Whether so much time is left."""
        return self._total is None or self.elapsed + seconds < self._total

    async def limit(
        self, wait: Callable[[], Awaitable[T]], *, phase: str, seconds: float | None = None
    ) -> T:
        """Wait for one thing, no longer than `seconds` and what is left of the query's time.

        Raises:
            RequestTimeoutError: `seconds` were over.
            DeadlineExceededError: The query's time was up.
            ClientClosedError: The client was closed.
        """
        self._waits.check()
        now = asyncio.get_running_loop().time
        started = now()
        left = None if self._total is None else max(0.0, self._total - self.elapsed)
        bounds = [bound for bound in (seconds, left) if bound is not None]
        scope = asyncio.timeout(min(bounds) if bounds else None)
        try:
            async with scope:
                self._waits.scopes.add(scope)
                return await wait()
        except TimeoutError:
            if not scope.expired():
                raise
        finally:
            self._waits.scopes.discard(scope)
            self._spent[phase] = self._spent.get(phase, 0.0) + now() - started
        # Raised out here, so that no context leads into the frames of the HTTP library.
        self._waits.check()
        raise self._expired(phase, seconds, left)

    def _expired(self, phase: str, seconds: float | None, left: float | None) -> NP6Error:
        if left is not None and (seconds is None or left <= seconds):
            spent = ", ".join(f"{name} {took:.1f} s" for name, took in self._spent.items())
            return DeadlineExceededError(
                f"the total of {self._total:g} s was up ({spent})", stopped_by="deadline"
            )
        return RequestTimeoutError(f"{phase} took longer than {seconds:g} s")
