"""A clock that costs no time, and servers that admit so many requests a second (or none).

What runs here is the client's own limiter, governor, retries and budget, on an event loop whose
clock jumps to the next moment at which anything happens.
"""

import asyncio
import math
import selectors
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
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
    "kept_busy",
    "run",
    "seconds_until",
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
    """Admits requests, or not.

    Attributes:
        rate: How many a second; it may change.
    """

    rate: int

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
        self.rate = self._left = rate
        self._ends = -math.inf
        self._lie = lie

    def answer(self, now: float) -> Response:
        if now >= self._ends:
            self._left, self._ends = self.rate, now + 1
        admitted = self._left > 0
        self._left -= admitted
        told = self._lie(Quota(self._left, self._ends - now, self.rate))
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
        self, rate: int, *, burst: float, status: int = 429, asked: float | None = None
    ) -> None:
        self.rate, self.burst, self._refusal = rate, burst, Response(status, None, asked)
        self.last = 0.0
        """When it was asked last."""
        self._tokens = float(burst)

    def answer(self, now: float) -> Response:
        since, self.last = now - self.last, now
        self._tokens = min(self.burst, self._tokens + since * self.rate)
        if self._tokens < 1:
            return self._refusal
        self._tokens -= 1
        return Response(200)


class Down:
    """Answers every request the same."""

    rate = 0

    def __init__(self, status: int) -> None:
        self._answer = Response(status)

    def answer(self, now: float) -> Response:
        return self._answer


class Client:
    """One process, and what became of its queries."""

    def __init__(
        self,
        server: Server,
        random: Random,
        *,
        concurrency: int,
        latency: float,
        max_rate: float | None = None,
    ) -> None:
        self.statuses: Counter[int] = Counter()
        self.failures: list[NP6Error] = []
        self._server = server
        self._random = random
        self._latency = latency
        self._budget = RetryBudget()
        self._limiter = Limiter(Governor(concurrency=concurrency, max_rate=max_rate))

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


def work(clients: Sequence[Client], queries: int) -> list[float]:
    """Ask so many queries, shared evenly among clients.

    Returns:
        After how many seconds each client was done.
    """

    async def share(client: Client) -> float:
        started = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            for _ in range(queries // len(clients)):
                group.create_task(client.ask())
        return asyncio.get_running_loop().time() - started

    async def main() -> list[float]:
        return await asyncio.gather(*(share(client) for client in clients))

    return list(run(main))


@asynccontextmanager
async def kept_busy(clients: Sequence[Client], *, queries: int = 16) -> AsyncIterator[None]:
    """Let clients ask without end, so many queries each at a time."""

    async def ask(client: Client) -> None:
        while True:
            await client.ask()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(client)) for client in clients for _ in range(queries)]
        yield
        for task in tasks:
            task.cancel()


async def seconds_until(clients: Sequence[Client], *, rate: float, over: float = 1.0) -> float:
    """Return after how many seconds clients together had so many requests a second admitted.

    Args:
        clients: Which ones.
        rate: Requests a second.
        over: Over how many seconds that is measured. It counts from their middle.
    """
    steps = round(over * 10)
    admitted = [sum(each.statuses[200] for each in clients)]
    while len(admitted) <= 600:
        await asyncio.sleep(0.1)
        admitted.append(sum(each.statuses[200] for each in clients))
        if len(admitted) > steps and admitted[-1] - admitted[-1 - steps] >= rate * over:
            return (len(admitted) - 1) / 10 - over / 2
    return math.inf
