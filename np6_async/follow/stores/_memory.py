"""Cursors in memory: for tests, and for feeds that may start anew with each process."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from np6_async._feed.position import Advance, Position

from ._refusals import changed_elsewhere, taken_over

__all__ = ["MemoryCursorStore"]


class _Lease(NamedTuple):
    holder: str
    fence: int
    expires: float


class MemoryCursorStore:
    """Keeps cursors for as long as the process runs. Feeds of one process can share it."""

    def __init__(self) -> None:
        self._positions: dict[bytes, Position] = {}
        self._lease = _Lease("", 0, 0.0)

    async def acquire(self, holder: str, *, seconds: float) -> int | None:
        """Take the lease, or renew it; see `CursorStore.acquire`."""
        now, held = asyncio.get_running_loop().time(), self._lease
        is_valid = now < held.expires
        if is_valid and held.holder != holder:
            return None
        fence = held.fence if is_valid else held.fence + 1
        self._lease = _Lease(holder, fence, now + seconds)
        return fence

    async def release(self, holder: str) -> None:
        """Give the lease back, if the holder has it."""
        if self._lease.holder == holder:
            self._lease = self._lease._replace(expires=0.0)

    async def load(self, keys: Sequence[bytes]) -> dict[bytes, Position]:
        """Return the positions of those queries that are stored."""
        return {key: self._positions[key] for key in keys if key in self._positions}

    async def save(self, advances: Sequence[Advance], *, fence: int) -> None:
        """Apply changes, all or none of them; see `CursorStore.save`."""
        if fence != self._lease.fence:
            raise taken_over()
        new = Position(0, 0)
        changed = {}
        for advance in advances:
            position = self._positions.get(advance.key, new)
            if position.version != advance.version:
                raise changed_elsewhere(advance.label)
            changed[advance.key] = position.after(advance)
        self._positions.update(changed)

    async def aclose(self) -> None:
        """Do nothing: the cursors stay."""
