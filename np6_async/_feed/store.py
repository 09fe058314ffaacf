"""What a feed needs of the store of its cursors."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, runtime_checkable

from .position import Advance, Position

__all__ = ["CursorStore", "TransactionalCursorStore"]


class CursorStore(Protocol):
    """Keeps the position of each query of a follower.

    One feed uses a store at a time: it holds a lease, whose number (the fence) it passes with every
    change. A store opens when it is first used, and again after `aclose`.

    Raises:
        CursorStoreError: From any of these, if it cannot be read or written.
    """

    async def acquire(self, holder: str, *, seconds: float) -> int | None:
        """Take the lease, or renew it, if no other holder has one that has not run out.

        Args:
            holder: Who takes it.
            seconds: When it runs out.

        Returns:
            The fence: the same number as long as the holder renews it in time, a higher one than
            ever before after that. None if another holder has it.
        """
        ...

    async def release(self, holder: str) -> None:
        """Give the lease back, if the holder has it."""
        ...

    async def load(self, keys: Sequence[bytes]) -> dict[bytes, Position]:
        """Return the positions of those queries that are stored.

        It shows the outcome of every change that was begun before, also of one that was cancelled
        or whose connection was lost: it waits until that outcome is final.
        """
        ...

    async def save(self, advances: Sequence[Advance], *, fence: int) -> None:
        """Apply changes, all or none of them. When it returns they are safe.

        Args:
            advances: At most one for each query.
            fence: The number of the lease.

        Raises:
            LeaseLostError: The lease is not the latest one, or a version does not match. Nothing
                was changed.
        """
        ...

    async def aclose(self) -> None:
        """Close connections and files. Safe to call twice."""
        ...


@runtime_checkable
class TransactionalCursorStore(CursorStore, Protocol):
    """A store in a database, which can commit a cursor together with a caller's own data."""

    def transaction(
        self,
        connection: Any,  # noqa: ANN401 - of the database's own library
        advance: Advance,
        *,
        fence: int,
    ) -> AbstractAsyncContextManager[None]:
        """Return a context that is a transaction on a caller's connection and applies a change.

        It begins the transaction, and commits it with the change if the block succeeds. Errors of
        the connection, which is the caller's, pass as they are.

        Raises:
            LeaseLostError: As from `save`; the transaction is rolled back.
            ValueError: A transaction is open on the connection, or it is to another database.
            TypeError: The connection is not one of this store's database library.
            RuntimeError: The block ended the transaction itself.
        """
        ...
