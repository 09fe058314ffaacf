"""What tests of feeds share."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from np6_async._feed.feed import Feed
from np6_async.follow import Advance, CursorStoreError, FollowBatch, MemoryCursorStore

__all__ = ["FaultyStore", "raw_of", "take"]


class FaultyStore(MemoryCursorStore):
    """A store that takes two milliseconds, and fails on request.

    Attributes:
        faults: When the next changes fail: "before" they are stored, "after" that, or "" for never.
        connections: Those that transactions were on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.connections: list[Any] = []

    async def save(self, advances: Sequence[Advance], *, fence: int) -> None:
        fault = self.faults.pop(0) if self.faults else ""
        await asyncio.sleep(0.001)
        if fault == "before":
            raise CursorStoreError("not stored")
        await super().save(advances, fence=fence)
        await asyncio.sleep(0.001)
        if fault == "after":
            raise CursorStoreError("stored, but nobody knows")

    @asynccontextmanager
    async def transaction(
        self, connection: Any, advance: Advance, *, fence: int
    ) -> AsyncIterator[None]:
        self.connections.append(connection)
        yield
        await self.save([advance], fence=fence)


async def take(feed: Feed[Any], seconds: float, *, commit: bool = True) -> list[FollowBatch[Any]]:
    """Return the batches that come within so many seconds."""
    batches = []
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            async for batch in feed:
                batches.append(batch)
                if commit:
                    await batch.commit()
    return batches


def raw_of(batches: Sequence[FollowBatch[Any]]) -> list[bytes]:
    """Return the JSON of all events of some batches."""
    return [raw for batch in batches for raw in batch.raw]
