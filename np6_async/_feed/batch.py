"""Some new events of one query, which the caller commits."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from .collector import Found
from .poll import Poll

__all__ = ["Commits", "FollowBatch"]

E = TypeVar("E")


class Commits(Protocol):
    """Commits batches."""

    async def commit(self, batch: "FollowBatch[Any]") -> None: ...

    def committed(self, batch: "FollowBatch[Any]") -> None: ...

    def transaction(
        self,
        connection: Any,  # noqa: ANN401 - of the database's own library
        batch: "FollowBatch[Any]",
    ) -> AbstractAsyncContextManager[None]: ...


class FollowBatch(Generic[E]):
    """Some events that were not delivered before, in the order of their timestamps.

    They are delivered again, by the next feed with this store, unless they are committed. Batches
    may be committed in any order. A query is not asked again before all of its batches are.
    """

    def __init__(
        self,
        commits: Commits,
        poll: Poll,
        found: Found,
        decode: Callable[[list[msgspec.Raw]], list[E]],
    ) -> None:
        self.query = poll.entry.query
        """What is followed; it has no `start`, `end` and `sort`."""
        self.window = poll.collector.window
        """The part of time that was asked for."""
        self.raw = [element.raw for element in found.elements]
        """The JSON of each event, byte for byte as the API sent it."""
        self.late = found.late
        """How many of the first events are older than what was delivered before: late ones."""
        self.timestamps = [element.timestamp for element in found.elements]
        """The timestamp of each event; None if it has no valid one. Those come last."""
        self.segment = found.segment
        self.number = poll.open(partial(commits.committed, self))
        self.poll = poll
        self._commits = commits
        self._decode = decode
        self._events: list[E] | None = None

    def __repr__(self) -> str:
        return f"<FollowBatch: {len(self.raw)} events, {self.query}>"

    @property
    def events(self) -> list[E]:
        """The events, decoded when asked for; an `UnknownEvent` for each that fits no model.

        Raises:
            EventDecodeError: In strict mode, an event fits no model.
        """
        if self._events is None:
            self._events = self._decode([msgspec.Raw(each) for each in self.raw])
        return self._events

    async def commit(self) -> None:
        """Store that these events were handled. When it returns, they will not come again.

        Safe to call twice. If it is cancelled or fails, call it again: it finds out what happened.

        Raises:
            CursorStoreError: The store cannot be written.
            LeaseLostError: Another feed has taken over the store, and delivers these events again.
            RuntimeError: The block of the feed was left.
        """
        await self._commits.commit(self)

    def transaction(
        self,
        connection: Any,  # noqa: ANN401 - of the database's own library
    ) -> AbstractAsyncContextManager[None]:
        """Return a context in which the events are stored on a connection of your own.

        ::

            async with batch.transaction(connection):
                await connection.execute(...)

        It is a transaction, in which the cursor is stored as well: both, or neither. The events are
        committed when the block has been left without an error.

        Args:
            connection: A connection to the database of the feed's store, without an open
                transaction: a `psycopg.AsyncConnection` for a `PostgresCursorStore`, a
                `sqlite3.Connection` for a `SQLiteCursorStore`.

        Raises:
            LeaseLostError: Another feed has taken over the store. Nothing was stored.
            ValueError: The connection has an open transaction, or is one to another database.
            TypeError: The store has no transactions for such a connection.
            RuntimeError: They are committed already, or the block of the feed was left.
        """
        return self._commits.transaction(connection, self)
