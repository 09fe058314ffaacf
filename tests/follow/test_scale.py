"""What a feed costs: memory for each query and each remembered id, and a year of polls."""

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncGenerator

import pytest

from np6_async import EventQuery
from np6_async._engine.resources import Observe
from np6_async._engine.runner import Page
from np6_async._feed.collector import Collector
from np6_async._feed.position import Advance, Position, Segment
from np6_async._feed.schedule import Schedule, after
from np6_async.follow import MemoryCursorStore
from tests.follow.api import Api, event_json, following
from tests.follow.support import take
from tests.follow.test_schedule import MINUTE, NOW, SETTINGS
from tests.simulation import run
from tests.thorough import THOROUGH

pytestmark = pytest.mark.not_measured

IDS = 1_000_000


class Quiet(Api):
    """An API without events, which notes nothing of its requests."""

    async def pages(self, query: EventQuery, observe: Observe) -> AsyncGenerator[Page[bytes], None]:
        self.requests[:] = [query]
        await asyncio.sleep(0.01)
        yield Page([], last=True)


def memory_of(count: int) -> int:
    """Return the bytes that a feed of so many quiet queries has after some polls, and its store."""

    async def main() -> int:
        gc.collect()
        tracemalloc.start()
        try:
            store = MemoryCursorStore()
            async with following(Quiet(), range(count), store, workers=16) as feed:
                await take(feed, 600)
                assert feed.stats.polls > 5 * count
                gc.collect()
                return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()

    found: int = run(main)
    return found


def test_a_quiet_query_takes_at_most_a_kibibyte() -> None:
    memory_of(10)  # what is made once
    assert (memory_of(1200) - memory_of(200)) / 1000 <= 1024


def test_a_million_remembered_ids_take_at_most_24_mebibytes() -> None:
    tracemalloc.start()
    try:
        position = Position(0, 0)
        for number in range(IDS // 200):  # commits of 200 events
            ids = bytes(range(200)) * 16
            position = position.after(
                Advance(
                    key=b"",
                    label="",
                    version=position.version,
                    horizon=0,
                    cursor=number,
                    segment=Segment(number + 1, ids),
                )
            )
        size = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert sum(len(segment.ids) for segment in position.segments) == 16 * IDS
    assert size <= 24 * 2**20


def test_a_year_of_polls_once_a_minute_leaves_nothing_behind() -> None:
    year = 365 * 1440 if THOROUGH else 30 * 1440

    async def main() -> Position:
        store, schedule, key = MemoryCursorStore(), Schedule(), b"key"
        fence = await store.acquire("feed", seconds=10**9)
        assert fence is not None
        position = Position(NOW, NOW)
        for minute in range(1, year):
            now = NOW + minute * MINUTE
            window = schedule.window(position, now, SETTINGS)
            assert window is not None
            collector = Collector(position, window, SETTINGS)
            found = [*collector.take([event_json(minute, window.end - 1)]), *collector.finish()]
            is_deep = window.start == position.horizon
            schedule.answered(window, now=now, is_deep=is_deep, events=1)
            horizon, cursor = after(position, window, now=now, settings=SETTINGS)
            advance = Advance(
                key=key,
                label="",
                version=position.version,
                horizon=horizon,
                cursor=cursor,
                segment=found[0].segment,
            )
            await store.save([advance], fence=fence)
            position = position.after(advance)
        assert (await store.load([key]))[key] == position
        return position

    position = asyncio.run(main())
    assert position.version == year - 1
    assert 60 <= len(position.segments) <= 100
