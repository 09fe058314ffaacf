"""What the queries of a client share, and its settings."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Self, TypeAlias

from attrs import Factory, asdict, evolve, field, frozen

from np6_async._http.transport import Transport
from np6_async._options import RetryPolicy, Timeouts
from np6_async._policy.minimum_rate import LOW_SPEED_TIME
from np6_async._policy.retry import RetryBudget
from np6_async.hooks import Hook

from .deadline import Timers
from .instrumentation import Instrumentation
from .limiter import Limiter
from .log import QueryLog
from .stats import Counters, Stats

__all__ = ["Observe", "Resources"]

Observe: TypeAlias = Callable[[Mapping[str, str], float, float], object]
"""Takes the headers of a response, when its request was sent, and when they had arrived."""


@frozen(kw_only=True, eq=False)
class Resources:
    """Everything that a query needs from its client. A view of a client shares all but settings.

    Attributes:
        transport: Sends the requests.
        limiter: Decides when.
        timeouts: How long to wait; a setting.
        retry: How failures are repeated; a setting.
        hooks: The user's hooks; a setting.
        budget: Pays for retries.
        timers: Ends waits.
        gathering: Held while a large response is decoded whose events are all kept.
        counters: The statistics.
        log: The log.
        instrumentation: Calls statistics, log and hooks.
        low_speed_time: Seconds of waiting over which the rate of a body is measured.
        in_background: Whether other queries get slots first.
        observe: Is called with the headers of each response, and with the time by the event loop
            when its request was sent and when its head had arrived.
    """

    transport: Transport
    limiter: Limiter
    timeouts: Timeouts
    retry: RetryPolicy
    hooks: tuple[Hook, ...] = ()
    budget: RetryBudget = Factory(RetryBudget)
    timers: Timers = Factory(Timers)
    gathering: asyncio.Lock = Factory(asyncio.Lock)
    counters: Counters = Factory(Counters)
    log: QueryLog = Factory(QueryLog)
    instrumentation: Instrumentation = field(
        default=Factory(lambda self: self._instrument(self.hooks), takes_self=True)
    )
    low_speed_time: float = LOW_SPEED_TIME
    in_background: bool = False
    observe: Observe | None = None

    def _instrument(self, hooks: tuple[Hook, ...]) -> Instrumentation:
        return Instrumentation(self.counters, self.log, hooks, scrub=self.transport.scrub)

    def with_options(
        self,
        *,
        timeouts: Timeouts | None,
        retry: RetryPolicy | None,
        hooks: tuple[Hook, ...] | None,
    ) -> Self:
        """Return the same resources with other settings; None leaves one as it is."""
        return evolve(
            self,
            timeouts=timeouts or self.timeouts,
            retry=retry or self.retry,
            hooks=self.hooks if hooks is None else hooks,
            instrumentation=self.instrumentation if hooks is None else self._instrument(hooks),
        )

    def in_the_background(self, observe: Observe) -> Self:
        """Return the same for a query after which others need not wait; its responses are seen."""
        return evolve(self, in_background=True, observe=observe)

    @property
    def stats(self) -> Stats:
        """The statistics so far, and the state of limiter and budget."""
        counted = asdict(self.counters)
        return Stats(
            throttled=counted.pop("throttles"),
            **counted,
            waited=self.limiter.waited,
            in_flight=self.limiter.in_flight,
            retry_tokens=self.budget.tokens,
        )

    async def aclose(self) -> None:
        """End every query with `ClientClosedError`, and close the connections."""
        self.timers.close()
        await self.transport.aclose()
