"""One query, asked as often as it takes, as pages of the elements its answer consists of."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing, closing, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from attrs import Factory, define

from ._array import ArraySplitter, ElementDecoder
from ._budget import RESENT, Budget
from ._clock import Clock, Waits
from ._floor import SLOW_AFTER, Floor
from ._gate import Gate, Turn
from ._headers import quota, request_id
from ._oddities import Oddities, Oddity, notification_of
from ._options import RetryPolicy, Timeouts
from ._query import EventQuery
from ._resume import Look, Progress
from ._retry import REFUSALS, Retries
from ._status import DETAIL_BYTES, asked_pause, refusal
from ._transport import PIECE, Reply, StaleConnectionError, Transport
from .errors import ConnectError, NP6Error, ProtocolError, RequestTimeoutError

__all__ = ["Exchange", "Page"]

T = TypeVar("T")


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
    clock: Clock
    floor: Floor
    retries: Retries
    progress: Progress[Any] | None  # None if the caller starts again
    attempts: int = 0
    pause: float = 0.0  # seconds, before the next attempt
    fresh: bool = False  # a connection was lost, so it is not trusted to ones that were kept
    slow: bool = False  # it came too slowly once
    plain: bool = False  # what came back was no HTTP, so it is asked for without compression
    looked_at: int = 0  # the last attempt whose first event was looked at
    odd: set[Oddity] = Factory(set)


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
        self.oddities = Oddities()
        self._transport = transport
        self._gate = gate
        self._timeouts = timeouts
        self._retry = retry
        self._slow_after = slow_after
        self._budget = Budget()
        self._waits = Waits()

    @property
    def closed(self) -> bool:
        """Whether `aclose` was called."""
        return self._waits.closed

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
        progress = None if look is None else Progress(query, look)
        clock = Clock(self._timeouts.total, self._waits)
        retries = Retries(self._retry, self._budget, random.random)
        record = _Record(query, clock, Floor(self._slow_after), retries, progress)
        while True:
            asked = query if progress is None else progress.query
            try:
                async with aclosing(self._attempt(asked, decoder, record)) as pages:
                    async for page in pages:
                        fresh = page if progress is None else self._fresh(page, progress, record)
                        if fresh.elements or fresh.last:
                            yield fresh
                record.retries.succeed()
                return
            except NP6Error as error:
                failure = error
            self._learn(failure, record)
            final = None if progress is None else progress.resume(failure)
            failure = final or failure
            failure.query = query
            failure.attempts = record.attempts
            failure.elapsed = record.clock.elapsed
            failure.events_yielded = 0 if progress is None else progress.given
            if final is not None:
                raise final
            self._recover(failure, record)

    def _learn(self, failure: NP6Error, record: _Record) -> None:
        """Ask in another way after what is the fault of the way; once, where it was no accident."""
        if record.progress is not None and not record.progress.in_order:
            self._note(Oddity.DISORDER, record)
        record.fresh |= isinstance(failure, ConnectError)
        if isinstance(failure, ProtocolError):
            failure.permanent |= record.plain
            record.plain = True

    def _note(self, oddity: Oddity, record: _Record) -> None:
        if oddity not in record.odd:
            record.odd.add(oddity)
            self.oddities.note(record.query, oddity)

    def _fresh(self, page: Page[T], progress: Progress[T], record: _Record) -> Page[T]:
        """Return what is new to the caller in a page."""
        elements = progress.take(page.elements, last=page.last)
        if elements:
            record.retries.progress()
        if page.last and not progress.in_order:
            self._note(Oddity.DISORDER, record)
        return page if elements is page.elements else Page(elements, last=page.last)

    async def _attempt(
        self, query: EventQuery, decoder: ElementDecoder[T], record: _Record
    ) -> AsyncGenerator[Page[T], None]:
        """Send one request and yield its answer."""
        splitter = ArraySplitter(decoder)
        held: list[T] = []  # not given until it is known that the body ends with its array
        restarted = record.progress is None and record.attempts > 0
        with (
            await self._turn(record) as turn,
            closing(await self._ask(query, record, turn)) as reply,
        ):
            if record.progress is not None:
                record.progress.begin()
            while await self._feed(splitter, held, reply, record):
                if held and not splitter.closed:
                    with nullcontext() if record.progress is None else turn.lent():
                        yield Page(held, last=False, restarted=restarted)
                    held, restarted = [], False
            if reply.status == 200:
                held += splitter.finish()
        if splitter.fault is None:
            yield Page(held, last=True, restarted=restarted)
            return
        if held:
            yield Page(held, last=False, restarted=restarted)
            held = []  # a traceback that shows local variables must not show events
        splitter.fault.status = reply.status
        splitter.fault.request_id = request_id(reply.headers)
        raise splitter.fault

    async def _feed(
        self, splitter: ArraySplitter[T], held: list[T], reply: Reply, record: _Record
    ) -> bool:
        """Read a piece and add its elements to `held`; return whether to go on."""
        try:
            data = await self._read(reply, record)
        except BaseException:
            held.clear()  # a traceback that shows local variables must not show events
            raise
        if data:
            held += splitter.feed(data)
            if held and record.looked_at < record.attempts:
                record.looked_at = record.attempts
                if notification_of(held[0]) not in (None, record.query.notification_id):
                    self._note(Oddity.STRANGER, record)
        if len(data) == PIECE:  # there is more already, and it will not make the loop wait
            await asyncio.sleep(0)
        return bool(data) and splitter.fault is None

    async def _turn(self, record: _Record) -> Turn:
        if record.pause > 0:
            await record.clock.limit(partial(asyncio.sleep, record.pause), phase="pausing")
        turn = self._gate.try_enter()
        if turn is not None:
            return turn
        return await record.clock.limit(self._gate.enter, phase="waiting for a turn")

    async def _ask(self, query: EventQuery, record: _Record, turn: Turn) -> Reply:
        """Send a request and return its answer, if that is a success."""
        self._waits.check()
        record.attempts += 1
        reply = await record.clock.limit(
            partial(self._send, query, record),
            phase="waiting for the answer",
            seconds=self._timeouts.connect + self._timeouts.idle,
        )
        try:
            await self._check(reply, record, turn)
        except BaseException:
            reply.close()
            raise
        return reply

    async def _send(self, query: EventQuery, record: _Record) -> Reply:
        """Send a request; again, and at once, if the connection turns out to have died idle."""
        path, params, plain = query.path, query.params, record.plain
        try:
            return await self._transport.send(path, params, plain=plain, fresh=record.fresh)
        except StaleConnectionError:
            pass
        if not self._budget.spend(RESENT):
            raise ConnectError("the connection had died, and the budget for retries is spent")
        record.fresh = True
        record.attempts += 1
        return await self._transport.send(path, params, plain=plain, fresh=True)

    async def _check(self, reply: Reply, record: _Record, turn: Turn) -> None:
        """Learn from the answer's head, and raise what it amounts to if that is an error."""
        now = datetime.now(UTC)
        known = quota(reply.headers, now=now)
        if reply.status in REFUSALS:  # the gate is closed before the turn goes to the next
            asked = asked_pause(reply.status, reply.headers, now=now)
            seconds = record.retries.closing(reply.status, asked, probes=turn.probes)
            record.retries.is_news = turn.refused(known, seconds=seconds)
        else:
            turn.answered(known)
        body = "" if reply.status in (200, 204) else await self._error_body(reply, record)
        failure = refusal(reply.status, reply.headers, body, now=now)
        if failure is not None:
            raise failure

    async def _error_body(self, reply: Reply, record: _Record) -> str:
        """Return the head of an error body; the status counts, whatever is wrong with the body."""
        body = bytearray()
        with suppress(NP6Error):
            while len(body) < DETAIL_BYTES and (data := await self._read(reply, record)):
                body += data
        return self._transport.scrub(body[:DETAIL_BYTES].decode("utf-8", "replace"))

    async def _read(self, reply: Reply, record: _Record) -> bytes:
        data = reply.read_nowait()
        if data is not None:
            return data
        before = record.clock.elapsed
        data = await record.clock.limit(
            reply.read, phase="reading the body", seconds=self._timeouts.idle
        )
        if data and not record.floor.holds(record.clock.elapsed - before, len(data)):
            again, record.slow = record.slow, True
            raise RequestTimeoutError("the body comes too slowly", permanent=again)
        return data

    def _recover(self, failure: NP6Error, record: _Record) -> None:
        """Say how long to pause before the query is tried again, or raise the failure."""
        record.pause = record.retries.pause(failure)
        if not record.clock.allows(max(record.pause, self._gate.closed_for)):
            failure.stopped_by = "deadline"
            raise failure
