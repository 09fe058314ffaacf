"""A clock that costs no time, and servers that admit so many requests a second (or none).

What runs here is the client's own limiter, governor, retries and budget, on an event loop whose
clock jumps to the next moment at which anything happens.
"""

import asyncio
import math
import selectors
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Protocol

from attrs import frozen

from np6_async import RetryPolicy
from np6_async._engine.limiter import Limiter
from np6_async._policy.governor import Governor
from np6_async._policy.headers import Quota
from np6_async._policy.retry import RetryBudget, RetryState
from np6_async.errors import NP6Error, StatusError

__all__ = [
    "Bucket",
    "Client",
    "Down",
    "Response",
    "Server",
    "VirtualLoop",
    "Windows",
    "run",
    "work",
]

_TURN = 1e-6  # seconds that each round of the loop takes


class _Jump(selectors.SelectSelector):
    """Timers no longer than it takes to say so."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        assert ready or timeout is not None, "everything waits, and nothing will happen"
        self.now += max(timeout or 0.0, _TURN)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now


def run(main: Callable[[], Any]) -> Any:
    """Run a coroutine function on a clock of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())


@frozen
class Response:
    """The head of an answer, as far as it matters here."""

    status: int
    quota: Quota | None = None
    asked: float | None = None


class Server(Protocol):
    """Admits requests, or not."""

    def answer(self, now: float) -> Response: ...


class Windows:
    """Admits so many requests in each second, counted from the first one after the last second.

    Args:
        rate: How many.
        lie: What its headers are turned into.
    """

    def __init__(
        self, rate: int, *, lie: Callable[[Quota], Quota | None] = lambda quota: quota
    ) -> None:
        self._rate = self._left = rate
        self._ends = -math.inf
        self._lie = lie

    def answer(self, now: float) -> Response:
        if now >= self._ends:
            self._left, self._ends = self._rate, now + 1
        admitted = self._left > 0
        self._left -= admitted
        told = self._lie(Quota(self._left, self._ends - now, self._rate))
        if admitted:
            return Response(200, told)
        return Response(429, told, told and told.reset_in)


class Bucket:
    """Admits so many requests a second, and a few more after a while without.

    Args:
        rate: How many.
        burst: How many more.
        status: What the others are answered.
        asked: How long they are asked to wait.
    """

    def __init__(
        self, rate: float, *, burst: int, status: int = 429, asked: float | None = None
    ) -> None:
        self._rate, self._burst, self._refusal = rate, burst, Response(status, None, asked)
        self._tokens, self._last = float(burst), 0.0

    def answer(self, now: float) -> Response:
        since, self._last = now - self._last, now
        self._tokens = min(self._burst, self._tokens + since * self._rate)
        if self._tokens < 1:
            return self._refusal
        self._tokens -= 1
        return Response(200)


class Down:
    """Answers every request the same."""

    def __init__(self, status: int) -> None:
        self._answer = Response(status)

    def answer(self, now: float) -> Response:
        return self._answer


class Client:
    """One process, and what became of its queries."""

    def __init__(self, server: Server, random: Random, *, concurrency: int, latency: float) -> None:
        self.statuses: Counter[int] = Counter()
        self.failures: list[NP6Error] = []
        self._server = server
        self._random = random
        self._latency = latency
        self._budget = RetryBudget()
        self._limiter = Limiter(Governor(concurrency=concurrency))

    async def ask(self) -> None:
        """Ask one query for as long as it takes."""
        retries = RetryState(RetryPolicy(), self._budget, self._random.random)
        while (failed := await self._attempt(retries)) is not None:
            failure, is_new = failed
            decision = retries.decide(failure, charge=is_new)
            if decision.delay is None:
                self.failures.append(failure)
                return
            await asyncio.sleep(decision.delay)
        retries.succeed()

    async def _attempt(self, retries: RetryState) -> tuple[NP6Error, bool] | None:
        """Return how it failed, and whether that was the first response to say so."""
        is_new = True
        with self._limiter.try_acquire() or await self._limiter.acquire() as slot:
            way = self._latency * self._random.uniform(0.25, 0.75)
            await asyncio.sleep(way)
            answer = self._server.answer(asyncio.get_running_loop().time())
            self.statuses[answer.status] += 1
            await asyncio.sleep(self._latency * self._random.uniform(0.25, 0.75))
            if answer.status not in (429, 503):
                slot.admitted(answer.quota)
            else:
                seconds = retries.throttle_delay(answer.status, answer.asked, probes=slot.probes)
                is_new = slot.throttled(answer.quota, seconds=seconds)
        if answer.status == 200:
            return None
        failure = StatusError("throttled", status=answer.status, retry_after=answer.asked)
        return failure, is_new


def work(clients: Sequence[Client], queries: int) -> float:
    """Ask so many queries, shared evenly among clients; return the seconds that takes."""

    async def main() -> float:
        now = asyncio.get_running_loop().time
        started = now()
        async with asyncio.TaskGroup() as group:
            for client in clients:
                for _ in range(queries // len(clients)):
                    group.create_task(client.ask())
        return now() - started

    return float(run(main))
