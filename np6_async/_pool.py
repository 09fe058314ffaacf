"""A bounded number of workers that share one lazy source of queries."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Final, TypeAlias, cast

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
        # These exist only while it runs.
        self._scope: asyncio.Timeout  # expires at the deadline, or at once when the key is rejected
        self._cancelling: Callable[
            [], int
        ]  # over 0: the run ends early, for these or other reasons
        self._reading = asyncio.Lock()
        self._rejections = 0  # 401s in a row
        self._key_is_rejected = False

    async def run(self, serve: Serve) -> None:
        """Run all queries. Use a task of its own: `asyncio.TaskGroup` may leave it cancelled.

        Raises:
            Exception: Reading the queries raised it, or the client was closed.
        """
        errors: list[BaseException] = []
        self._cancelling = cast("asyncio.Task[None]", asyncio.current_task()).cancelling
        self._scope = asyncio.timeout(self._deadline)
        try:
            async with self._scope:
                await self._run_workers(serve)
        except TimeoutError:
            if not self._scope.expired():
                raise
        except asyncio.CancelledError as cancelled:
            cancelled.__traceback__ = None  # a frame of the task group refers to it: a cycle
            raise
        except BaseExceptionGroup as failed:
            failed.__traceback__ = None  # likewise
            errors = [failed.exceptions[0]]
        finally:
            del self._scope, self._cancelling  # they refer to the task, and that to its error
        if errors:
            raise errors.pop()  # no local variable refers to it: that would be a cycle as well
        self.complete = self._exhausted and not self.failures

    async def _run_workers(self, serve: Serve) -> None:
        # A frame of its own. If that of `run` held the task group, they would be in a reference
        # cycle: group, parent task, its error, traceback, frame, group.
        async with aclosing(self._queries), asyncio.TaskGroup() as group:
            for _ in range(self._size):
                group.create_task(self._work(serve))

    async def _work(self, serve: Serve) -> None:
        try:
            # An eager worker that failed in `create_task` would close the group to the others.
            await asyncio.sleep(0)
            while (query := await self._next()) is not None:
                await self._serve(Task(query), serve)
            return
        except asyncio.CancelledError:
            if self._cancelling():
                raise
        # A task group would take it for the end of the worker, and the run would seem complete.
        raise RuntimeError(
            "the source of the ids, a hook or the session raised CancelledError, although nobody"
            " cancelled this fan-out: find out which task or future of its own was cancelled"
        )

    async def _next(self) -> EventQuery | None:
        """Read the next query; None if there is none, or the run is over."""
        await self._reading.acquire()  # `async with` takes twice as long
        try:
            if not (self._exhausted or self._key_is_rejected or self._cancelling()):
                return await anext(self._queries)
        except StopAsyncIteration:
            self._exhausted = True
        finally:
            self._reading.release()
        return None

    async def _serve(self, task: Task, serve: Serve) -> None:
        """Run one query, and record its failure."""
        try:
            if self._cancelling():  # the source of the ids swallowed the cancellation
                raise asyncio.CancelledError  # noqa: TRY301
            await serve(task)
        except NP6Error as error:
            self._note(task.query, error)
        except asyncio.CancelledError:
            if self._scope.expired():
                self._note(task.query, self._stopped(task))
            raise
        else:
            self._rejections = 0
            self.failures.pop(task.query, None)  # the same query may have failed before

    def _note(self, query: EventQuery, failure: NP6Error) -> None:
        self.failures[query] = failure.with_traceback(None)  # its frames take far more memory
        if isinstance(failure, AuthenticationError):
            self._rejections += 1
        elif isinstance(failure, StatusError):
            self._rejections = 0  # another answer ends the row
        if self._rejections == _MAX_REJECTIONS and not self._key_is_rejected:
            self._key_is_rejected = True  # for good, although a success may still arrive
            if not self._scope.expired():
                self._scope.reschedule(asyncio.get_running_loop().time())

    def _stopped(self, task: Task) -> NP6Error:
        if self._key_is_rejected:
            return AuthenticationError(
                f"stopped: the API rejected the key {_MAX_REJECTIONS} times in a row: "
                "check the API key",
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
