"""What the tests of the client share: how to make one, and the smallest events there are."""

import asyncio
import json
import pickle
import secrets
from collections.abc import AsyncIterable, Callable, Iterable
from typing import Any, Protocol, TypedDict, TypeVar, Unpack
from uuid import UUID

import aiohttp

from np6_async import Event, NP6Client, RetryPolicy, Timeouts, UnknownEvent
from np6_async.hooks import Hook

__all__ = [
    "CONTENT",
    "FIRST_MOMENT",
    "MakeClient",
    "Settings",
    "body",
    "collect",
    "event",
    "numbers",
    "pickled",
    "settled",
    "until",
]

E = TypeVar("E")

CONTENT = f"content-{secrets.token_hex(16)}"
"""What every event says, and what nothing else may say."""

FIRST_MOMENT = 1_614_089_582_000
"""The `timestamp` of event 0; each later one comes a millisecond later."""


class Settings(TypedDict, total=False):
    """The settings of a client."""

    concurrency: int
    timeouts: Timeouts
    retry: RetryPolicy
    max_rate: float | None
    strict: bool
    session: aiohttp.ClientSession | None
    hooks: Iterable[Hook]


class MakeClient(Protocol):
    """Makes a client with the test's key; it is closed when the test ends."""

    def __call__(self, base_url: str = ..., **settings: Unpack[Settings]) -> NP6Client: ...


def event(number: int, **members: Any) -> bytes:
    """Return the JSON of an event that fits every kind, as it states no type."""
    return json.dumps(
        {
            "id": str(UUID(int=number)),
            "timestamp": FIRST_MOMENT + number,
            "identity": {"type": "customer", "customer": CONTENT},
            "source": {"type": "notification"},
            **members,
        }
    ).encode()


def body(*wanted: int) -> bytes:
    """Return the array of the events of these numbers."""
    return b"[" + b",".join(map(event, wanted)) + b"]"


def numbers(events: Iterable[Event | UnknownEvent]) -> list[int]:
    """Return which events these are."""
    return [-1 if event.id is None else event.id.int for event in events]


async def collect(stream: AsyncIterable[E], found: list[E]) -> None:
    """Add what a stream yields to a list, which keeps it if the stream fails."""
    async for each in stream:
        found.append(each)  # noqa: PERF401 - a comprehension would keep nothing


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something is so, looking again in every turn of the loop."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what happens here sets no event
            await asyncio.sleep(0)


async def settled() -> None:
    """Let all happen that needs no time to pass, however busy the machine is.

    What is counted are turns of the loop, in each of which it looks for what has arrived. A query
    and its answer take about ten.
    """
    for _ in range(100):
        await asyncio.sleep(0)


def pickled(value: E) -> E:
    """Return what arrives at the other end of a pickle."""
    again: E = pickle.loads(pickle.dumps(value))  # noqa: S301 - our own
    return again
