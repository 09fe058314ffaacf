"""A bounded number of workers that share one lazy source of queries."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Final, Generic, TypeAlias, TypeVar

from attrs import frozen

from ._engine.runner import Page
from ._query import EventQuery
from .errors import AuthenticationError, DeadlineExceededError, NP6Error, StatusError

__all__ = ["Ask", "Batch", "Emit", "Pool"]

E = TypeVar("E")

_MAX_REJECTIONS: Final = 3  # refusals in a row that show it


@frozen(kw_only=True, unsafe_hash=False)
class Batch(Generic[E]):
    """Some events of one query, in the answer's order.

    Attributes:
        query: What was asked for.
        events: The events; an `UnknownEvent` where one does not fit its model.
        last: Whether the query is answered in full with these. The last batch may be empty.
    """

    query: EventQuery
    events: list[E]
    last: bool


Ask: TypeAlias = Callable[[EventQuery], AsyncGenerator[Page[E], None]]
Emit: TypeAlias = Callable[[Batch[E]], Awaitable[None]]


class Pool(Generic[E]):
    """Asks queries until they run out, the time is up, or the key turns out to be dead.

    Args:
        queries: What to ask; read as workers get free.
        size: How many queries are under way at the most.
        deadline: Seconds from the start until every query still under way fails; None for none.
    """

    def __init__(
        self,
        queries: AsyncGenerator[EventQuery, None],
        *,
        size: int,
        deadline: float | None,
    ) -> None:
        self.failures: dict[EventQuery, NP6Error] = {}
        """The error of each query that failed."""
        self.complete = False
        """Whether every query was read and answered."""
        self._queries = queries
        self._exhausted = False
        self._size = size
        self._deadline = deadline
        self._ends_at: float | None = None
        self._reading = asyncio.Lock()
        self._workers: set[asyncio.Timeout] = set()
        self._rejections = 0  # 401s in a row
        self._key_is_rejected = False

    async def run(self, ask: Ask[E], emit: Emit[E]) -> None:
        """Work through the queries.

        Args:
            ask: Asks one query.
            emit: Takes each page as a batch; the worker waits for it.

        Raises:
            Exception: What reading the queries raised, or `ClientClosedError`.
        """
        if self._deadline is not None:
            self._ends_at = asyncio.get_running_loop().time() + self._deadline
        try:
            async with aclosing(self._queries), asyncio.TaskGroup() as group:
                for _ in range(self._size):
                    group.create_task(self._work(ask, emit))
        except* Exception as failed:  # noqa: BLE001 - raised again below, without its group
            first = failed.exceptions[0]
        else:
            self.complete = self._exhausted and not self.failures
            return
        raise first

    async def _work(self, ask: Ask[E], emit: Emit[E]) -> None:
        scope = asyncio.timeout_at(self._ends_at)
        try:
            async with scope:
                self._workers.add(scope)
                while (query := await self._next()) is not None:
                    await self._serve(query, ask, emit)
        except TimeoutError:
            if not scope.expired():
                raise
        finally:
            self._workers.discard(scope)

    async def _next(self) -> EventQuery | None:
        """Read the next query; None when there is none to be asked any more."""
        async with self._reading:
            if self._exhausted or self._is_over():
                return None
            try:
                return await anext(self._queries)
            except StopAsyncIteration:
                self._exhausted = True
        return None

    async def _serve(self, query: EventQuery, ask: Ask[E], emit: Emit[E]) -> None:
        """Ask one query and hand its batches on; note its failure."""
        handed = 0
        try:
            async with aclosing(ask(query)) as pages:
                async for page in pages:
                    await emit(Batch(query=query, events=page.elements, last=page.last))
                    handed += len(page.elements)
        except NP6Error as error:
            self._note(query, error)
        except asyncio.CancelledError:
            if self._is_over():
                self._note(query, self._stopped(query, handed))
            raise
        else:
            self._rejections = 0
            self.failures.pop(query, None)  # the same query may have failed before

    def _note(self, query: EventQuery, failure: NP6Error) -> None:
        self.failures[query] = failure.with_traceback(None)  # whose frames are larger by far
        if isinstance(failure, AuthenticationError):
            self._rejections += 1
        elif isinstance(failure, StatusError):
            self._rejections = 0  # the key was good enough for another answer
        if self._rejections == _MAX_REJECTIONS and not self._key_is_rejected:
            self._key_is_rejected = True  # for good: an answer may be on its way still
            now = asyncio.get_running_loop().time()
            for scope in self._workers:
                if not scope.expired():
                    scope.reschedule(now)

    def _is_over(self) -> bool:
        if self._key_is_rejected:
            return True
        return self._ends_at is not None and asyncio.get_running_loop().time() >= self._ends_at

    def _stopped(self, query: EventQuery, handed: int) -> NP6Error:
        if self._key_is_rejected:
            message = f"stopped, because the API refused the key {_MAX_REJECTIONS} times in a row"
            return AuthenticationError(
                message, query=query, status=401, events_yielded=handed, stopped_by="dead key"
            )
        message = f"the fan-out's deadline of {self._deadline:g} s was up"
        return DeadlineExceededError(
            message, query=query, events_yielded=handed, stopped_by="deadline"
        )
