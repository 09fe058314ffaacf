"""A bounded number of workers that share one lazy source of queries."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Final, TypeAlias

from attrs import define

from ._query import EventQuery
from .errors import AuthenticationError, DeadlineExceededError, NP6Error, StatusError

__all__ = ["Pool", "Serve", "Task"]

_MAX_REJECTIONS: Final = 3  # 401s in a row that show that the key is rejected


@define
class Task:
    """One query of a run.

    Attributes:
        query: What to ask for.
        events_yielded: How many of its events the caller has.
    """

    query: EventQuery
    events_yielded: int = 0


Serve: TypeAlias = Callable[[Task], Awaitable[None]]
"""Runs a query and passes its events on."""


class Pool:
    """Runs queries until none is left, the deadline passes, or the key is rejected.

    Args:
        queries: The queries; a worker reads the next one when it is free.
        size: The number of workers.
        deadline: Seconds from the start after which unfinished queries fail; None for no deadline.
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

    async def run(self, serve: Serve) -> None:
        """Run all queries.

        Raises:
            Exception: Reading the queries raised it, or the client was closed.
        """
        if self._deadline is not None:
            self._ends_at = asyncio.get_running_loop().time() + self._deadline
        try:
            async with aclosing(self._queries), asyncio.TaskGroup() as group:
                for _ in range(self._size):
                    group.create_task(self._work(serve))
        except asyncio.CancelledError as cancelled:
            cancelled.__traceback__ = None  # a frame of TaskGroup refers to it: a reference cycle
            raise
        except ExceptionGroup as failed:
            first = failed.exceptions[0]  # raised below, without its group
        else:
            self.complete = self._exhausted and not self.failures
            return
        try:
            raise first
        finally:
            del first  # an error that a frame of its own traceback refers to is a cycle

    async def _work(self, serve: Serve) -> None:
        scope = asyncio.timeout_at(self._ends_at)
        try:
            async with scope:
                self._workers.add(scope)
                while (query := await self._next()) is not None:
                    await self._serve(Task(query), serve, scope)
            return
        except TimeoutError:
            if not scope.expired():
                raise
            return
        except asyncio.CancelledError:
            if self._is_cancelled():
                raise
        finally:
            self._workers.discard(scope)
            del scope  # it refers to the task, which keeps its CancelledError: a reference cycle
        # A task group would take it for the end of the worker, and the run would seem complete.
        raise RuntimeError(
            "the source of the ids, a hook or the session raised CancelledError, although nobody"
            " cancelled this fan-out: find out which task or future of its own was cancelled"
        )

    @staticmethod
    def _is_cancelled() -> bool:
        """Whether somebody has cancelled the current task."""
        task = asyncio.current_task()
        return task is not None and task.cancelling() > 0

    async def _next(self) -> EventQuery | None:
        """Read the next query; None if there is none, or the run is over."""
        async with self._reading:
            if self._exhausted or self._is_over():
                return None
            try:
                return await anext(self._queries)
            except StopAsyncIteration:
                self._exhausted = True
        return None

    async def _serve(self, task: Task, serve: Serve, scope: asyncio.Timeout) -> None:
        """Run one query, and record its failure."""
        try:
            await serve(task)
        except NP6Error as error:
            self._note(task.query, error)
        except asyncio.CancelledError:
            if scope.expired():  # not the clock, which may lag behind the timer
                self._note(task.query, self._stopped(task))
            raise
        else:
            self._rejections = 0
            self.failures.pop(task.query, None)  # the same query may have failed before
        finally:
            del scope  # as in `_work`

    def _note(self, query: EventQuery, failure: NP6Error) -> None:
        self.failures[query] = failure.with_traceback(None)  # its frames take far more memory
        if isinstance(failure, AuthenticationError):
            self._rejections += 1
        elif isinstance(failure, StatusError):
            self._rejections = 0  # the key was accepted for another query
        if self._rejections == _MAX_REJECTIONS and not self._key_is_rejected:
            self._key_is_rejected = True  # for good, although a success may still arrive
            now = asyncio.get_running_loop().time()
            for scope in self._workers:
                if not scope.expired():
                    scope.reschedule(now)

    def _is_over(self) -> bool:
        if self._key_is_rejected:
            return True
        return self._ends_at is not None and asyncio.get_running_loop().time() >= self._ends_at

    def _stopped(self, task: Task) -> NP6Error:
        if self._key_is_rejected:
            return AuthenticationError(
                f"stopped: the API rejected the key {_MAX_REJECTIONS} times in a row: check it",
                query=task.query,
                status=401,
                events_yielded=task.events_yielded,
                stopped_by="rejected key",
            )
        return DeadlineExceededError(
            f"the fan-out's deadline of {self._deadline:g} s has passed: pass a longer one, or "
            "ask again for the failures",
            query=task.query,
            events_yielded=task.events_yielded,
            stopped_by="deadline",
            phase="fan_out",
        )
