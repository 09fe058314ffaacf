"""One query, asked as often as it takes, as pages of the elements its answer consists of."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Generic, NamedTuple, TypeVar

from attrs import asdict, define

from np6_async._decode.array import ElementDecoder
from np6_async._http.transport import Response, StaleConnectionError, Transport
from np6_async._options import RetryPolicy, Timeouts
from np6_async._policy.headers import quota
from np6_async._policy.minimum_rate import LOW_SPEED_TIME, MinimumRate
from np6_async._policy.retry import (
    RESEND,
    THROTTLING_STATUSES,
    RetryBudget,
    RetryState,
    is_throttled,
)
from np6_async._policy.status import DETAIL_BYTES, error_of, requested_delay
from np6_async._query import EventQuery
from np6_async.errors import ConnectError, NP6Error, ProtocolError

from .anomalies import Anomaly, notification_of
from .deadline import Deadline, Timers
from .instrumentation import Instrumentation
from .limiter import Limiter, Slot
from .response import ResponseReader
from .resume import KeyReader, Progress
from .stats import Stats

__all__ = ["Page", "QueryRunner"]

T = TypeVar("T")

_CONNECTING: Final = "connecting"


class Page(NamedTuple, Generic[T]):
    """Some elements of an answer, in its order.

    Attributes:
        elements: What the decoder made of them.
        last: Whether the answer is complete with these. The last page may be empty.
        restarted: Whether the answer begins anew with these: forget the pages before.
    """

    elements: list[T]
    last: bool
    restarted: bool = False

    def __repr__(self) -> str:
        """Say nothing of the events: pages are local variables, which tracebacks may show."""
        return f"<Page: {len(self.elements)} elements>"


@define
class _Record:
    """What has happened to one query so far."""

    query: EventQuery
    keys: KeyReader[Any] | None  # None if the caller starts again
    deadline: Deadline
    minimum_rate: MinimumRate
    retries: RetryState
    progress: Progress[Any] | None = None  # None as long as the caller has had nothing
    attempts: int = 0
    delay: float = 0.0  # seconds, before the next attempt
    new_connection: bool = False  # the next attempt may not use a pooled one
    uncompressed: bool = False  # the next attempt asks for no compression
    is_begun: bool = False  # whether the current answer has brought anything
    odd: frozenset[Anomaly] = frozenset()

    @property
    def asked(self) -> EventQuery:
        """What is asked for next."""
        return self.query if self.progress is None else self.progress.query


class QueryRunner:
    """Asks a client's queries: everything that they share.

    Args:
        transport: Sends the requests.
        limiter: Says when.
        timeouts: How long to wait for what.
        retry: How failures are repeated.
        low_speed_time: Seconds of waiting after which a body that comes too slowly is given up.
    """

    def __init__(
        self,
        *,
        transport: Transport,
        limiter: Limiter,
        timeouts: Timeouts,
        retry: RetryPolicy,
        low_speed_time: float = LOW_SPEED_TIME,
    ) -> None:
        self.instrumentation = Instrumentation(scrub=transport.scrub)
        self._counters = self.instrumentation.counters
        self._transport = transport
        self._limiter = limiter
        self._timeouts = timeouts
        self._retry = retry
        self._slow_after = low_speed_time
        self._budget = RetryBudget()
        self._timers = Timers()
        self._gathering = asyncio.Lock()

    @property
    def closed(self) -> bool:
        """Whether `aclose` was called."""
        return self._timers.closed

    @property
    def stats(self) -> Stats:
        """What has been done so far, and how things are."""
        return Stats(
            **asdict(self._counters),
            waited=self._limiter.waited,
            in_flight=self._limiter.in_flight,
            retry_tokens=self._budget.tokens,
        )

    def check(self) -> None:
        """Raise if `aclose` was called, or another event loop is the client's."""
        self._timers.check()

    async def aclose(self) -> None:
        """End every query with `ClientClosedError`, and the connections with it."""
        self._timers.close()
        await self._transport.aclose()

    async def pages(
        self, query: EventQuery, decoder: ElementDecoder[T], *, keys: KeyReader[T] | None
    ) -> AsyncGenerator[Page[T], None]:
        """Ask, and yield the answer while it arrives. One that fails is asked for again.

        Args:
            query: What to ask for.
            decoder: Makes elements of their JSON.
            keys: Finds out what elements are recognised by when they come again, to leave them out;
                the caller's slot is released while it holds a page. None for a caller that keeps
                pages to itself until the last one, and forgets them if one `restarted`.

        Raises:
            NP6Error: It failed for good.
            ClientClosedError: The client is closed.
        """
        if query.is_empty:
            self._timers.check()
            yield Page([], last=True)
            return
        deadline = Deadline(self._timeouts.total, self._timers, gapless=keys is None)
        retries = RetryState(self._retry, self._budget, random.random)
        record = _Record(query, keys, deadline, MinimumRate(self._slow_after), retries)
        while True:
            try:
                with (
                    await self._slot(record) as slot,
                    closing(await self._ask(record, decoder, slot)) as answer,
                ):
                    while not (page := await self._page(answer, record)).last:
                        if page.elements:
                            with nullcontext() if keys is None else slot.released():
                                yield page
                retries.succeed()
                yield page
                return
            except NP6Error as error:
                failure = error
            with self.instrumentation.giving_up(query):
                self._recover(failure, record)

    async def _page(self, answer: ResponseReader[T], record: _Record) -> Page[T]:
        """Return what comes next of an answer and is new to the caller."""
        elements, last = await answer.page()
        self._counters.events += len(elements)
        restarted = False
        if not record.is_begun:
            record.is_begun = True
            restarted = record.keys is None and record.attempts > 1
            if elements and notification_of(elements[0]) not in (
                None,
                record.query.notification_id,
            ):
                self._note(Anomaly.FOREIGN_EVENT, record)
        if record.keys is not None and (record.asked.sort or record.progress or not last):
            elements = self._fresh(elements, record, record.keys, last=last)
        return Page(elements, last, restarted)

    def _fresh(
        self, elements: list[T], record: _Record, keys: KeyReader[T], *, last: bool
    ) -> list[T]:
        """Return those elements that the caller has not had."""
        if record.progress is None:
            record.progress = Progress(record.query, keys)
        elements = record.progress.take(elements, last=last)
        if elements:
            record.retries.progress()
        if last and not record.progress.in_order:
            self._note(Anomaly.OUT_OF_ORDER, record)
        return elements

    def _learn(self, failure: NP6Error, record: _Record) -> None:
        """Ask in another way after what is the fault of the way; once, where it was no accident."""
        if record.progress is not None and not record.progress.in_order:
            self._note(Anomaly.OUT_OF_ORDER, record)
        self._counters.throttled += is_throttled(failure)
        record.new_connection |= isinstance(failure, ConnectError)
        if isinstance(failure, ProtocolError):
            failure.permanent |= record.uncompressed
            record.uncompressed = True

    def _note(self, anomaly: Anomaly, record: _Record) -> None:
        if anomaly not in record.odd:
            record.odd |= {anomaly}
            self.instrumentation.odd(record.query, anomaly)

    async def _slot(self, record: _Record) -> Slot:
        if record.delay > 0:
            await record.deadline.limit(partial(asyncio.sleep, record.delay), phase="pausing")
        slot = self._limiter.try_acquire()
        if slot is not None:
            return slot
        return await record.deadline.limit(self._limiter.acquire, phase="waiting for a slot")

    async def _ask(
        self, record: _Record, decoder: ElementDecoder[T], slot: Slot
    ) -> ResponseReader[T]:
        """Send a request and return its answer, if that is a success."""
        self._timers.check()
        record.is_begun = False
        # TCP and TLS are bounded by the transport, the silence after them from then on, and both
        # together where it does not hear of connections; and finding the host's addresses with it.
        response = await record.deadline.limit(
            partial(self._send, record),
            phase=_CONNECTING,
            seconds=self._timeouts.connect + self._timeouts.idle,
        )
        answer = ResponseReader(
            response,
            decoder,
            deadline=record.deadline,
            idle=self._timeouts.idle,
            minimum_rate=record.minimum_rate,
            counters=self._counters,
            gathering=None if record.keys else self._gathering,
        )
        try:
            await self._check(answer, record, slot)
        except BaseException:
            answer.close()
            raise
        return answer

    async def _send(self, record: _Record) -> Response:
        """Send a request; again, and at once, if the connection turns out to have died idle."""
        self._count(record)
        path, params = record.asked.path, record.asked.params
        connected = partial(
            record.deadline.next_phase, "waiting for the answer", seconds=self._timeouts.idle
        )
        try:
            return await self._transport.send(
                path,
                params,
                connected=connected,
                uncompressed=record.uncompressed,
                new_connection=record.new_connection,
            )
        except StaleConnectionError:
            pass
        if not self._budget.spend(RESEND):
            raise ConnectError("the connection had died, and the budget for retries is spent")
        record.new_connection = True
        self._count(record)
        record.deadline.next_phase(
            _CONNECTING, seconds=self._timeouts.connect + self._timeouts.idle
        )
        return await self._transport.send(
            path,
            params,
            connected=connected,
            uncompressed=record.uncompressed,
            new_connection=True,
        )

    def _count(self, record: _Record) -> None:
        record.attempts += 1
        self._counters.requests += 1
        self._counters.retries += record.attempts > 1

    async def _check(self, answer: ResponseReader[T], record: _Record, slot: Slot) -> None:
        """Learn from the answer's head, and raise what it amounts to if that is an error."""
        now = datetime.now(UTC)
        response = answer.response  # its headers as a local variable would show in a traceback
        known = quota(response.headers, now=now)
        if response.status in THROTTLING_STATUSES:  # block before the slot is free
            asked = requested_delay(response.status, response.headers, now=now)
            seconds = record.retries.throttle_delay(response.status, asked, probes=slot.probes)
            record.retries.is_new_throttle = slot.refused(known, seconds=seconds)
            if record.retries.is_new_throttle:
                self.instrumentation.throttled(response.status, seconds)
        else:
            slot.answered(known)
        detail = "" if response.status in (200, 204) else await self._detail(answer)
        failure = error_of(response.status, response.headers, detail, now=now)
        if failure is not None:
            raise failure

    async def _detail(self, answer: ResponseReader[T]) -> str:
        head = answer.head_of_body(DETAIL_BYTES)
        return self._transport.scrub((await head).decode("utf-8", "replace"))

    def _recover(self, failure: NP6Error, record: _Record) -> None:
        """Decide how the query is tried again, or raise the failure if it is not."""
        self._learn(failure, record)
        progress = record.progress
        final = None if progress is None else progress.resume(failure)
        failure = final or failure
        failure.query = record.query
        failure.attempts = record.attempts
        failure.elapsed = record.deadline.elapsed
        failure.events_yielded = 0 if progress is None else progress.given
        if final is not None:
            raise final
        record.delay = record.retries.delay(failure)
        seconds = max(record.delay, self._limiter.blocked_for)
        if not record.deadline.allows(seconds):
            failure.stopped_by = "deadline"
            raise failure
        self.instrumentation.retry(record.query, failure, seconds)
