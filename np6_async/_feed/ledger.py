"""Commits: the only place where a feed changes its store."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from secrets import token_hex
from typing import Any, Final, cast

from .agenda import Entry
from .errors import LeaseLostError
from .position import Advance, Position
from .store import CursorStore, TransactionalCursorStore

__all__ = ["LEASE", "Ledger"]

LEASE: Final = 30.0
"""Seconds after which a lease runs out that nobody renews."""

_RENEWALS: Final = 3  # in the time of a lease


class Ledger:
    """Holds the lease of a store, and commits changes with its fence.

    Args:
        store: The store.
    """

    def __init__(self, store: CursorStore) -> None:
        self._store = store
        self._holder = token_hex(8)
        self._fence: int | None = None

    async def acquire(self) -> bool:
        """Take the lease; return whether that was possible."""
        self._fence = await self._store.acquire(self._holder, seconds=LEASE)
        return self._fence is not None

    async def wait(self) -> None:
        """Wait until the lease can be taken."""
        while not await self.acquire():  # noqa: ASYNC110 - another process has it
            await asyncio.sleep(LEASE / _RENEWALS)

    async def keep(self) -> None:
        """Renew the lease until cancelled.

        Raises:
            LeaseLostError: It ran out, for example because the event loop was blocked.
        """
        while True:
            await asyncio.sleep(LEASE / _RENEWALS)
            if await self._store.acquire(self._holder, seconds=LEASE) != self._fence:
                raise LeaseLostError("the lease of the store ran out: was the event loop blocked?")

    async def close(self) -> None:
        """Give the lease back, and close the store."""
        try:
            if self._fence is not None:
                await self._store.release(self._holder)
        finally:
            await self._store.aclose()

    async def load(self, keys: Iterable[bytes]) -> dict[bytes, Position]:
        """Return the positions of those queries that are stored."""
        return await self._store.load(list(keys))

    async def save(self, changes: list[tuple[Entry, Advance]]) -> None:
        """Apply changes of several queries, all or none of them."""
        await self._store.save([advance for _, advance in changes], fence=self._held())
        for entry, advance in changes:
            entry.position = (entry.position or Position(0, 0)).after(advance)

    async def commit(self, entry: Entry, advance: Advance) -> None:
        """Apply a change of one query. If that is interrupted, its outcome is unknown."""
        entry.is_sure = False
        await self.save([(entry, advance)])
        entry.is_sure = True

    @asynccontextmanager
    async def transaction(
        self,
        connection: Any,  # noqa: ANN401 - of the database's own library
        entry: Entry,
        advance: Advance,
    ) -> AsyncIterator[None]:
        """Return a context that is a transaction on a caller's connection with a change."""
        if not isinstance(self._store, TransactionalCursorStore):
            raise TypeError(
                f"{type(self._store).__name__} has no transactions: use `await batch.commit()`"
            )
        fence = self._held()
        entry.is_sure = False
        async with self._store.transaction(connection, advance, fence=fence):
            yield
        entry.position = (entry.position or Position(0, 0)).after(advance)
        entry.is_sure = True

    async def settle(self, entry: Entry) -> None:
        """Find out the outcome of a commit that was interrupted."""
        if not entry.is_sure:
            found = await self.load([entry.key])
            with suppress(KeyError):
                entry.position = found[entry.key]
            entry.is_sure = True

    def _held(self) -> int:
        return cast("int", self._fence)  # nothing is asked, and so committed, before the lease
