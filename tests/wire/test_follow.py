"""A client follows a sandbox that lives."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from np6_async import EventQuery, NP6Client
from np6_async.errors import NotFoundError
from np6_async.follow import Feed, MemoryCursorStore
from np6_async.sandbox import Faults, Live, Sandbox

pytestmark = pytest.mark.not_measured

LAG = 1.0
LOOKBACK = 2000.0


class Clock:
    """The time of this machine, and more."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


def follow(np6: NP6Client, ids: Any, store: MemoryCursorStore, **options: Any) -> Feed[Any]:
    return np6.follow(ids, store=store, interval=0.02, lag=LAG, lookback=LOOKBACK, **options)


def expected(sandbox: Sandbox, *, until: float) -> set[Any]:
    """Return the ids of the events that are visible, and older than a moment."""
    queries = [
        EventQuery(kind=kind, notification_id=id_, end=round(until * 1000))
        for kind in ("executions", "cancellations", "bounces")
        for id_ in sandbox.notification_ids
    ]
    return {event.id for query in queries for event in sandbox.truth(query)}


def has_polled(feed: Feed[Any], times: int) -> bool:
    return feed.stats.polls > times


async def collect(feed: Feed[Any], got: list[Any], enough: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not enough():
            with suppress(TimeoutError):
                async with asyncio.timeout(0.02):
                    batch = await anext(feed)
                got += [event.id for event in batch.events]
                await batch.commit()


async def test_every_event_of_a_live_sandbox_comes_once_also_late_ones() -> None:
    clock, got, store = Clock(), list[Any](), MemoryCursorStore()
    start = round(clock() * 1000)
    live = Live(rate=0.05, late=0.3, delay=200, start=start, clock=clock)
    faults = Faults(server_errors=0.02, truncated=0.02)
    async with (
        Sandbox(notifications=3, events=0, live=live, faults=faults) as sandbox,
        NP6Client(sandbox.api_key, base_url=sandbox.url) as np6,
    ):
        for _ in range(3):
            async with follow(np6, sandbox.notification_ids, store, since=start) as feed:
                for _ in range(4):
                    clock.ahead += 60
                    await collect(feed, got, partial(has_polled, feed, feed.stats.polls + 15))
        end = clock() - LAG
        clock.ahead += LOOKBACK / 2 + 60  # so that each query is asked from the horizon on
        seen = expected(sandbox, until=end)
        async with follow(np6, sandbox.notification_ids, store) as feed:
            await collect(feed, got, lambda: seen <= set(got))
            downloaded = feed.stats.downloaded
            await collect(feed, got, partial(has_polled, feed, feed.stats.polls + 40))
            assert feed.stats.downloaded - downloaded < 400  # it does not begin there each time
        assert len(got) == len(set(got)) >= 100


async def test_a_missing_notification_is_reported_and_the_others_go_on() -> None:
    store = MemoryCursorStore()
    async with (
        Sandbox(notifications=2) as sandbox,
        NP6Client(sandbox.api_key, base_url=sandbox.url) as np6,
    ):
        ids = [5, *sandbox.notification_ids]
        async with follow(np6, ids, store, since="beginning", kinds=["bounces"], once=True) as feed:
            events = [event async for batch in feed for event in await _committed(batch)]
            (error,) = feed.failures.values()
    assert isinstance(error, NotFoundError)
    truth = [
        event
        for id_ in sandbox.notification_ids
        for event in sandbox.truth(EventQuery(kind="bounces", notification_id=id_))
    ]
    assert sorted(each.id for each in events) == sorted(each.id for each in truth if each.id)


async def _committed(batch: Any) -> list[Any]:
    await batch.commit()
    return list(batch.events)
