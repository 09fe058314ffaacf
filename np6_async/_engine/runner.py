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
from np6_async._http.transport import Reply, StaleConnectionError, Transport
from np6_async._options import RetryPolicy, Timeouts
from np6_async._policy.budget import RESENT, Budget
from np6_async._policy.headers import quota
from np6_async._policy.minimum_rate import SLOW_AFTER, Floor
from np6_async._policy.retry import REFUSALS, Retries, is_throttle
from np6_async._policy.status import DETAIL_BYTES, asked_pause, refusal
from np6_async._query import EventQuery
from np6_async.errors import ConnectError, NP6Error, ProtocolError

from .anomalies import Oddity, notification_of
from .deadline import Clock, Waits
from .instrumentation import Journal
from .limiter import Gate, Turn
from .response import Answer
from .resume import Look, Progress
from .stats import Stats

__all__ = ["Exchange", "Page"]

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
    look: Look[Any] | None  # None if the caller starts again
    clock: Clock
    floor: Floor
    retries: Retries
    progress: Progress[Any] | None = None  # None as long as the caller has had nothing
    attempts: int = 0
    pause: float = 0.0  # seconds, before the next attempt
    fresh: bool = False  # a connection was lost, so it is not trusted to ones that were kept
    plain: bool = False  # what came back was no HTTP, so it is asked for without compression
    is_begun: bool = False  # whether the current answer has brought anything
    odd: frozenset[Oddity] = frozenset()

    @property
    def asked(self) -> EventQuery:
        """What is asked for next."""
        return self.query if self.progress is None else self.progress.query


class Exchange:
    """Asks a client's queries: everything that they share.

    Args:
        transport: Sends the requests.
        gate: Says when.
        timeouts: How long to wait for what.
        retry: How failures are repeated.
        slow_after: Seconds of waiting after which a body that comes too slowly is given up.
    """

    def __init__(
        self,
        *,
        transport: Transport,
        gate: Gate,
        timeouts: Timeouts,
        retry: RetryPolicy,
        slow_after: float = SLOW_AFTER,
    ) -> None:
        self.journal = Journal(scrub=transport.scrub)
        self._counters = self.journal.counters
        self._transport = transport
        self._gate = gate
        self._timeouts = timeouts
        self._retry = retry
        self._slow_after = slow_after
        self._budget = Budget()
        self._waits = Waits()
        self._gathering = asyncio.Lock()

    @property
    def closed(self) -> bool:
        """Whether `aclose` was called."""
        return self._waits.closed

    @property
    def stats(self) -> Stats:
        """What has been done so far, and how things are."""
        return Stats(
            **asdict(self._counters),
            waited=self._gate.waited,
            in_flight=self._gate.in_flight,
            retry_tokens=self._budget.tokens,
        )

    def check(self) -> None:
        """Raise if `aclose` was called, or another event loop is the client's."""
        self._waits.check()

    async def aclose(self) -> None:
        """End every query with `ClientClosedError`, and the connections with it."""
        self._waits.close()
        await self._transport.aclose()

    async def pages(
        self, query: EventQuery, decoder: ElementDecoder[T], *, look: Look[T] | None
    ) -> AsyncGenerator[Page[T], None]:
        """Ask, and yield the answer while it arrives. One that fails is asked for again.

        Args:
            query: What to ask for.
            decoder: Makes elements of their JSON.
            look: Finds out what elements are recognised by when they come again, to leave them out;
                the caller's turn is lent to others while it holds a page. None for a caller that
                keeps pages to itself until the last one, and forgets them if one `restarted`.

        Raises:
            NP6Error: It failed for good.
            ClientClosedError: The client is closed.
        """
        if query.is_empty:
            self._waits.check()
            yield Page([], last=True)
            return
        clock = Clock(self._timeouts.total, self._waits, gapless=look is None)
        retries = Retries(self._retry, self._budget, random.random)
        record = _Record(query, look, clock, Floor(self._slow_after), retries)
        while True:
            try:
                with (
                    await self._turn(record) as turn,
                    closing(await self._ask(record, decoder, turn)) as answer,
                ):
                    while not (page := await self._page(answer, record)).last:
                        if page.elements:
                            with nullcontext() if look is None else turn.lent():
                                yield page
                retries.succeed()
                yield page
                return
            except NP6Error as error:
                failure = error
            with self.journal.giving_up(query):
                self._recover(failure, record)

    async def _page(self, answer: Answer[T], record: _Record) -> Page[T]:
        """Return what comes next of an answer and is new to the caller."""
        elements, last = await answer.page()
        self._counters.events += len(elements)
        restarted = False
        if not record.is_begun:
            record.is_begun = True
            restarted = record.look is None and record.attempts > 1
            if elements and notification_of(elements[0]) not in (
                None,
                record.query.notification_id,
            ):
                self._note(Oddity.STRANGER, record)
        if record.look is not None and (record.asked.sort or record.progress or not last):
            elements = self._fresh(elements, record, record.look, last=last)
        return Page(elements, last, restarted)

    def _fresh(self, elements: list[T], record: _Record, look: Look[T], *, last: bool) -> list[T]:
        """Return those elements that the caller has not had."""
        if record.progress is None:
            record.progress = Progress(record.query, look)
        elements = record.progress.take(elements, last=last)
        if elements:
            record.retries.progress()
        if last and not record.progress.in_order:
            self._note(Oddity.DISORDER, record)
        return elements

    def _learn(self, failure: NP6Error, record: _Record) -> None:
        """Ask in another way after what is the fault of the way; once, where it was no accident."""
        if record.progress is not None and not record.progress.in_order:
            self._note(Oddity.DISORDER, record)
        self._counters.throttled += is_throttle(failure)
        record.fresh |= isinstance(failure, ConnectError)
        if isinstance(failure, ProtocolError):
            failure.permanent |= record.plain
            record.plain = True

    def _note(self, oddity: Oddity, record: _Record) -> None:
        if oddity not in record.odd:
            record.odd |= {oddity}
            self.journal.odd(record.query, oddity)

    async def _turn(self, record: _Record) -> Turn:
        if record.pause > 0:
            await record.clock.limit(partial(asyncio.sleep, record.pause), phase="pausing")
        turn = self._gate.try_enter()
        if turn is not None:
            return turn
        return await record.clock.limit(self._gate.enter, phase="waiting for a turn")

    async def _ask(self, record: _Record, decoder: ElementDecoder[T], turn: Turn) -> Answer[T]:
        """Send a request and return its answer, if that is a success."""
        self._waits.check()
        record.is_begun = False
        # TCP and TLS are bounded by the transport, the silence after them from then on, and both
        # together where it does not hear of connections; and finding the host's addresses with it.
        reply = await record.clock.limit(
            partial(self._send, record),
            phase=_CONNECTING,
            seconds=self._timeouts.connect + self._timeouts.idle,
        )
        answer = Answer(
            reply,
            decoder,
            clock=record.clock,
            idle=self._timeouts.idle,
            floor=record.floor,
            counters=self._counters,
            gathering=None if record.look else self._gathering,
        )
        try:
            await self._check(answer, record, turn)
        except BaseException:
            answer.close()
            raise
        return answer

    async def _send(self, record: _Record) -> Reply:
        """Send a request; again, and at once, if the connection turns out to have died idle."""
        self._count(record)
        path, params, plain = record.asked.path, record.asked.params, record.plain
        connected = partial(
            record.clock.next_phase, "waiting for the answer", seconds=self._timeouts.idle
        )
        try:
            return await self._transport.send(
                path, params, connected=connected, plain=plain, fresh=record.fresh
            )
        except StaleConnectionError:
            pass
        if not self._budget.spend(RESENT):
            raise ConnectError("the connection had died, and the budget for retries is spent")
        record.fresh = True
        self._count(record)
        record.clock.next_phase(_CONNECTING, seconds=self._timeouts.connect + self._timeouts.idle)
        return await self._transport.send(
            path, params, connected=connected, plain=plain, fresh=True
        )

    def _count(self, record: _Record) -> None:
        record.attempts += 1
        self._counters.requests += 1
        self._counters.retries += record.attempts > 1

    async def _check(self, answer: Answer[T], record: _Record, turn: Turn) -> None:
        """Learn from the answer's head, and raise what it amounts to if that is an error."""
        now = datetime.now(UTC)
        reply = answer.reply  # its headers as a local variable would show in a traceback
        known = quota(reply.headers, now=now)
        if reply.status in REFUSALS:  # the gate is closed before the turn goes to the next
            asked = asked_pause(reply.status, reply.headers, now=now)
            seconds = record.retries.closing(reply.status, asked, probes=turn.probes)
            record.retries.is_news = turn.refused(known, seconds=seconds)
            if record.retries.is_news:
                self.journal.throttled(reply.status, seconds)
        else:
            turn.answered(known)
        detail = "" if reply.status in (200, 204) else await self._detail(answer)
        failure = refusal(reply.status, reply.headers, detail, now=now)
        if failure is not None:
            raise failure

    async def _detail(self, answer: Answer[T]) -> str:
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
        failure.elapsed = record.clock.elapsed
        failure.events_yielded = 0 if progress is None else progress.given
        if final is not None:
            raise final
        record.pause = record.retries.pause(failure)
        seconds = max(record.pause, self._gate.closed_for)
        if not record.clock.allows(seconds):
            failure.stopped_by = "deadline"
            raise failure
        self.journal.retry(record.query, failure, seconds)
