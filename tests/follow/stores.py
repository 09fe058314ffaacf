"""What tests of stores need: changes, and stores that are closed."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias, TypeVar

from np6_async.follow import Advance, CursorStore, Segment

__all__ = ["KEY", "NOON", "MakeStore", "advance", "closing", "held", "segment"]

S = TypeVar("S", bound=CursorStore)
MakeStore: TypeAlias = Callable[[], CursorStore]

KEY = b"a key of a query"
NOON = 1_700_000_000_000


def segment(end: int, *ids: int) -> Segment:
    return Segment(end, b"".join(each.to_bytes(16, "big") for each in ids))


def advance(
    version: int = 0,
    *,
    key: bytes = KEY,
    horizon: int = NOON,
    cursor: int = NOON,
    segment: Segment | None = None,
) -> Advance:
    return Advance(
        key=key,
        label="bounces of notification 156",
        version=version,
        horizon=horizon,
        cursor=cursor,
        segment=segment,
    )


@asynccontextmanager
async def closing(store: S) -> AsyncIterator[S]:
    try:
        yield store
    finally:
        await store.aclose()


@asynccontextmanager
async def held(store: S) -> AsyncIterator[tuple[S, int]]:
    """Take the lease of a store; give the store and the fence, and close it in the end."""
    async with closing(store):
        fence = await store.acquire("a", seconds=60)
        assert fence is not None
        yield store, fence
