"""One attempt of a query: its slot, its request and its response."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Generic, TypeVar

from attrs import define

from np6_async._decode.array import ElementDecoder
from np6_async._http.transport import Response, StaleConnectionError
from np6_async._policy.headers import quota
from np6_async._policy.retry import RESEND, THROTTLING_STATUSES
from np6_async._policy.status import DETAIL_BYTES, error_of, requested_delay
from np6_async._query import EventQuery
from np6_async.errors import ConnectError, NP6Error
from np6_async.hooks import Anomaly

from .anomalies import owner_of
from .limiter import Slot
from .query_state import QueryState
from .response import ResponseReader

__all__ = ["Attempt"]

T = TypeVar("T")


@define(eq=False)
class Attempt(Generic[T]):
    """One request and its response. Use it as a context manager: it frees the connection.

    If the attempt failed and another one follows, its block suppresses the error: see `succeeded`.

    Attributes:
        succeeded: Whether its block ended without an error.
    """

    _state: QueryState
    _query: EventQuery  # what to ask for: the query, or the rest of it
    _decoder: ElementDecoder[T]
    succeeded: bool = False
    _reader: ResponseReader[T] | None = None
    _began_at: float | None = None  # None: nothing was sent
    _status: int | None = None
    _charge: bool = True  # whether a retry costs tokens
    _has_begun: bool = False  # whether any element has arrived

    def __enter__(self) -> "Attempt[T]":
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        if exc is not None:
            self._state.release_elements()  # hooks and error reports must not see events
        hooks = self._state.resources.instrumentation
        if hooks.has_users and self._began_at is not None:
            hooks.attempt_finished(
                self._state.run,
                attempt=self._state.attempts,
                status=self._status,
                duration=self._state.deadline.elapsed - self._began_at,
            )
        self.succeeded = exc is None
        if not isinstance(exc, NP6Error):
            return False
        return self._state.recover(exc, charge=self._charge)

    async def acquire(self) -> Slot:
        """Wait until the request may be sent.

        Raises:
            DeadlineExceededError: The query's time has passed.
            ClientClosedError: The client was closed.
        """
        deadline, resources = self._state.deadline, self._state.resources
        if self._state.delay > 0:
            await deadline.limit(partial(asyncio.sleep, self._state.delay), phase="backoff")
        slot = resources.limiter.try_acquire(background=resources.in_background)
        if slot is not None:
            return slot
        acquire = partial(resources.limiter.acquire, background=resources.in_background)
        return await deadline.limit(acquire, phase="slot")

    async def open(self, slot: Slot) -> ResponseReader[T]:
        """Send the request and return its response, if that is a success.

        Raises:
            NP6Error: The request failed, or the response is an error.
            ClientClosedError: The client was closed.
        """
        state, resources = self._state, self._state.resources
        sent = asyncio.get_running_loop().time()
        # The transport limits TCP and TLS, and `next_phase` the wait for the response. This limits
        # name resolution, and everything if the transport cannot tell when it is connected.
        response = await state.deadline.limit(
            self._send,
            phase="connect",
            seconds=resources.timeouts.connect + resources.timeouts.idle,
        )
        self._status = response.status
        if resources.observe is not None:
            resources.observe(response.headers, sent, asyncio.get_running_loop().time())
        self._reader = ResponseReader(
            response,
            self._decoder,
            deadline=state.deadline,
            idle=resources.timeouts.idle,
            minimum_rate=state.minimum_rate,
            decoded=self._on_decoded,
        )
        now = datetime.now(UTC)
        self._report(response, slot, now)
        detail = "" if response.status in (200, 204) else await self._detail(self._reader)
        failure = error_of(response.status, response.headers, detail, now=now)
        if failure is None:
            return self._reader
        try:
            raise failure
        finally:
            del failure  # an error that a frame of its own traceback refers to is a cycle

    async def _send(self) -> Response:
        """Send the request; if its pooled connection was stale, send it again at once."""
        state, timeouts = self._state, self._state.resources.timeouts
        state.attempts += 1
        self._began_at = state.deadline.elapsed
        self._state.resources.instrumentation.attempt_started(state.run, attempt=state.attempts)
        connected = partial(state.deadline.next_phase, "response", seconds=timeouts.idle)
        while True:
            try:
                return await state.resources.transport.send(
                    self._query,
                    timeouts=timeouts,
                    connected=connected,
                    uncompressed=state.uncompressed,
                    new_connection=state.new_connection,
                )
            except StaleConnectionError:
                state.new_connection = True  # which is never stale
            if not state.resources.budget.spend(RESEND):
                raise ConnectError("a pooled connection was stale, and the retry budget is spent")
            state.attempts += 1
            state.resources.instrumentation.request_resent(state.run)
            state.deadline.next_phase("connect", seconds=timeouts.connect + timeouts.idle)

    def _report(self, response: Response, slot: Slot, now: datetime) -> None:
        """Report to the limiter what the status and the headers say about the rate."""
        status, known = response.status, quota(response.headers, now=now)
        if status not in THROTTLING_STATUSES:
            slot.admitted(known)
            return
        asked = requested_delay(status, response.headers, now=now)
        delay = self._state.retry.throttle_delay(status, asked, probes=slot.probes)
        self._charge = slot.throttled(known, seconds=delay)  # before the slot is released
        self._state.resources.instrumentation.throttled(
            self._state.run,
            status=status,
            retry_after=asked,
            delay=delay if self._charge else 0.0,
        )

    async def _detail(self, reader: ResponseReader[T]) -> str:
        """Return the start of an error body. Only the redacted text is a local variable."""
        head, scrub = reader.head_of_body(DETAIL_BYTES), self._state.resources.transport.scrub
        return self._query.redacted(scrub((await head).decode("utf-8", "replace")))

    def _on_decoded(self, size: int, elements: list[T]) -> None:
        """Tell the hooks, and check whose event the first one is."""
        run, hooks = self._state.run, self._state.resources.instrumentation
        hooks.body_received(run, size=size)
        if not elements:
            return
        hooks.batch_decoded(run, events=len(elements))
        if not self._has_begun:
            self._has_begun = True
            wanted = self._query.id
            if wanted is not None and owner_of(elements[0], type(wanted)) not in (None, wanted):
                self._state.note(Anomaly.FOREIGN_EVENT)
