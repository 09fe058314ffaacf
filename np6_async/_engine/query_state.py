"""The state of one query across its attempts: time, failures, and how to send the next one."""

import random
from itertools import count
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from attrs import define, field

from np6_async._policy.minimum_rate import MinimumRate
from np6_async._policy.retry import RetryState
from np6_async._query import EventQuery
from np6_async.errors import ConnectError, NP6Error, ProtocolError, TransportError
from np6_async.hooks import Anomaly, QueryRun

from .deadline import Deadline
from .resources import Resources
from .resume import KeyReader, Progress

__all__ = ["QueryState"]

T = TypeVar("T")

_run_ids: Final = count(1)


@define(eq=False)
class QueryState:
    """One run of one query. Use it as a context manager: it tells the hooks how the run ends.

    Attributes:
        query: What the caller asked for.
        resources: What it shares with the other queries of the client, and the settings.
        gapless: Whether the time between two waits counts against the timeout.
        attempts: Requests sent so far.
        delay: Seconds to wait before the next attempt.
        new_connection: Whether the next attempt must not use a pooled connection.
        uncompressed: Whether the next attempt asks for a body that is not compressed.
    """

    query: EventQuery
    resources: Resources
    gapless: bool = False
    attempts: int = 0
    delay: float = 0.0
    new_connection: bool = False
    uncompressed: bool = False
    _progress: Progress[Any] | None = None  # None: the caller has no events yet
    run: QueryRun = field(init=False)
    deadline: Deadline = field(init=False)
    retry: RetryState = field(init=False)
    minimum_rate: MinimumRate = field(init=False)
    _anomalies: frozenset[Anomaly] = frozenset()
    _is_finished: bool = False

    def __attrs_post_init__(self) -> None:
        resources = self.resources
        total = resources.timeouts.total
        self.deadline = Deadline(total, resources.timers, gapless=self.gapless)
        self.retry = RetryState(resources.retry, resources.budget, random.random)
        self.minimum_rate = MinimumRate(resources.low_speed_time)

    def __enter__(self) -> Self:
        hooks = self.resources.instrumentation
        self.run = QueryRun(next(_run_ids), self.query)
        try:
            if hooks.has_users:
                hooks.query_started(self.run)
        except BaseException:  # such as KeyboardInterrupt
            hooks.query_abandoned(self.run, attempts=0, elapsed=0.0)
            raise
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress = None  # error reports show local variables, which must not hold events
        if self._is_finished:
            return
        hooks = self.resources.instrumentation
        if isinstance(exc, NP6Error):
            hooks.query_failed(self.run, error=exc)
        else:
            elapsed = self.deadline.elapsed
            hooks.query_abandoned(self.run, attempts=self.attempts, elapsed=elapsed)

    @property
    def rest(self) -> EventQuery:
        """The query for what the caller does not have yet."""
        return self.query if self._progress is None else self._progress.query

    def take(self, elements: list[T], keys: KeyReader[T], *, last: bool) -> list[T]:
        """Return those of the elements that the caller of a stream does not have yet.

        Args:
            elements: What has arrived.
            keys: Reads the ids of elements.
            last: Whether the response is complete with these.
        """
        if self._progress is None:
            if last and not self.query.sort:
                return elements
            self._progress = Progress(self.query, keys)
        new: list[T] = self._progress.take(elements, last=last)
        if new:
            self.retry.reset_failures()
        return new

    def release_elements(self) -> None:
        """Let go of the elements of a stream, of which only the keys are needed."""
        if self._progress is not None:
            self._progress.read_keys()

    def finish(self) -> None:
        """Record that the query was answered in full."""
        if self.attempts:
            self.retry.succeed()
        if self._progress is not None:
            self._check_order(self._progress)
        self._is_finished = True
        hooks, elapsed = self.resources.instrumentation, self.deadline.elapsed
        if hooks.has_users:
            hooks.query_finished(self.run, attempts=self.attempts, elapsed=elapsed)

    def note(self, anomaly: Anomaly) -> None:
        """Report an anomaly of a response, once for each kind."""
        if anomaly not in self._anomalies:
            self._anomalies |= {anomaly}
            self.resources.instrumentation.anomaly(self.run, anomaly=anomaly)

    def recover(self, error: NP6Error, *, charge: bool) -> bool:
        """Decide whether another attempt follows a failed one, and how it is sent.

        Args:
            error: Why the attempt failed. It gets the facts about the query.
            charge: Whether a retry costs tokens, as in `RetryState.decide`.

        Raises:
            StreamInterruptedError: The caller has too many events to recognize them again.
        """
        if self._progress is not None:
            self._check_order(self._progress)
        self.new_connection |= isinstance(error, ConnectError)
        self.uncompressed |= isinstance(error, ProtocolError)
        final = None if self._progress is None else self._progress.resume(error)
        if final is not None:
            self._describe(final)
            try:
                raise final from None
            finally:
                del final  # an error that a frame of its own traceback refers to is a cycle
        self._describe(error)
        decision = self.retry.decide(error, charge=charge)
        if decision.delay is None:
            error.stopped_by = decision.stopped_by or error.stopped_by
            if isinstance(error, TransportError):
                error.permanent |= decision.permanent
            return False
        self.delay = decision.delay
        delay = max(self.delay, self.resources.limiter.blocked_for)
        if not self.deadline.allows(delay):
            error.stopped_by = "deadline"
            return False
        error.__traceback__ = None  # it goes no further, and its frames hold the next attempt
        hooks = self.resources.instrumentation
        tell = hooks.resumed if error.events_yielded else hooks.retry_scheduled
        tell(self.run, error=error, delay=delay)
        return True

    def _describe(self, error: NP6Error) -> None:
        error.query = self.query
        error.attempts = self.attempts
        error.elapsed = self.deadline.elapsed
        error.events_yielded = 0 if self._progress is None else self._progress.given

    def _check_order(self, progress: Progress[Any]) -> None:
        if not progress.in_order:
            self.note(Anomaly.OUT_OF_ORDER)
