"""A feed delivers each new event once, in order, and goes on where it was."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from np6_async import EventQuery
from np6_async.errors import AuthenticationError, NotFoundError, ServerError, StreamInterruptedError
from np6_async.follow import ClockSkewError, FollowBatch, LeaseLostError, MemoryCursorStore
from tests.follow.api import EPOCH, Api, following, query_of
from tests.follow.support import raw_of, take
from tests.simulation import run

ONE, TWO = query_of(1), query_of(2)


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def store() -> MemoryCursorStore:
    return MemoryCursorStore()


def test_new_events_come_once_and_in_order(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        async with following(api, [1, 2], store) as feed:
            await take(feed, 5)
            published = [api.publish(ONE, age=age) for age in (0.3, 0.2, 0.1)]
            other = api.publish(TWO)
            batches = await take(feed, 80)
            assert {batch.query: batch.raw for batch in batches} == {ONE: published, TWO: [other]}
            assert all(event.type == "bounce" for batch in batches for event in batch.events)
            assert await take(feed, 1000) == []

    run(main)


def test_what_is_not_committed_comes_again_and_what_is_does_not(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        async with following(api, [1, 2], store) as feed:
            await take(feed, 5)
            api.publish(ONE)
            lost = api.publish(TWO)
            batches = await take(feed, 80, commit=False)
            await next(batch for batch in batches if batch.query == ONE).commit()
        async with following(api, [1, 2], store) as feed:
            assert raw_of(await take(feed, 80)) == [lost]

    run(main)


def test_a_query_waits_for_its_commits_and_others_do_not(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        async with following(api, [1, 2], store) as feed:
            await take(feed, 5)
            api.publish(ONE)
            (batch,) = await take(feed, 80, commit=False)
            asked = len(api.requests)
            later = api.publish(ONE)
            other = api.publish(TWO)
            assert raw_of(await take(feed, 200)) == [other]
            assert {each.notification_id for each in api.requests[asked:]} == {2}
            await batch.commit()
            assert raw_of(await take(feed, 80)) == [later]

    run(main)


def test_batches_of_one_query_may_be_committed_in_any_order(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        first = api.now() - 10**6
        published = [api.publish(ONE, age=500 - number / 100) for number in range(12_000)]
        async with following(api, [1], store, since=first) as feed:
            batches = await take(feed, 30, commit=False)
            assert [len(batch.raw) for batch in batches] == [5000, 5000, 2000]
            assert raw_of(batches) == published
            for batch in batches[2], batches[0]:
                await batch.commit()
        async with following(api, [1], store, since=first) as feed:
            again = await take(feed, 30)
            assert raw_of(again) == published[5000:10_000]
            later = api.publish(ONE)
            assert raw_of(await take(feed, 100)) == [later]

    run(main)


def test_a_batch_has_at_most_4_mib(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            for _ in range(5):
                raw = api.publish(ONE)
                found = api.events[ONE]
                found[-1] = type(found[-1])(
                    found[-1].moment, found[-1].visible_at, raw[:-1] + b" " * 1_200_000 + b"}"
                )
            batches = await take(feed, 80)
            assert [len(batch.raw) for batch in batches] == [3, 2]

    run(main)


def test_late_events_come_before_the_others_of_their_window_and_are_counted(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            late = [api.publish(ONE, late=100) for _ in range(3)]
            batches = await take(feed, 60)
            await asyncio.sleep(100)
            for _ in range(8):
                api.publish(ONE)
                batches += await take(feed, 60)
            (batch,) = [batch for batch in batches if batch.late]
            assert batch.raw[:3] == late
            assert batch.late == 3
            assert feed.stats.late == 3
            assert sum(feed.stats.lateness) == 3
            assert len(raw_of(batches)) == 11

    run(main)


def test_late_events_come_soon_if_they_are_little_late_and_within_half_a_lookback(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        delays: dict[float, list[float]] = {150: [], 590: []}
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            for late, found in delays.items():
                for _ in range(12):
                    raw = api.publish(ONE, late=late)
                    await asyncio.sleep(late)
                    visible = api.wall_clock()
                    while raw not in raw_of(await take(feed, 10)):
                        pass
                    found.append(api.wall_clock() - visible)
        assert sorted(delays[150])[6] <= 90 + 10
        assert max(delays[590]) <= 300 + 60 + 10

    run(main)


def test_events_without_id_or_timestamp_come_once_and_those_without_timestamp_last(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            undated = [api.publish(ONE, has_timestamp=False), api.publish(ONE, has_timestamp=False)]
            nameless = [api.publish(ONE, has_id=False), api.publish(ONE)]
            (batch,) = await take(feed, 80)
            assert batch.raw == nameless + undated
            assert batch.timestamps[2:] == [None, None]
            assert await take(feed, 700) == []

    run(main)


def test_an_event_that_a_response_has_twice_comes_once(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            published = [api.publish(ONE, copies=3) for _ in range(4)]
            assert raw_of(await take(feed, 700)) == published

    run(main)


def test_an_event_outside_the_window_is_counted_and_not_delivered(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            api.publish(ONE)
            found = api.events[ONE]
            stray = api.publish(TWO, age=10**6)
            found.append(type(found[0])(found[0].moment, 0.0, stray))
            (batch,) = await take(feed, 80)
            assert batch.raw == [found[0].raw]
            assert feed.stats.outside == 1

    run(main)


def test_events_out_of_order_are_sorted(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        api.is_sorted = False
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            published = [api.publish(ONE, age=age) for age in (0.1, 0.3, 0.2)]
            assert raw_of(await take(feed, 80)) == [published[1], published[2], published[0]]

    run(main)


@pytest.mark.parametrize("skew", [-200.0, 200.0])
def test_the_servers_clock_counts(api: Api, store: MemoryCursorStore, skew: float) -> None:
    async def main() -> None:
        api.skew = skew
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            published = []
            got: list[FollowBatch[Any]] = []
            for _ in range(10):
                published.append(api.publish(ONE, late=9))
                got += await take(feed, 60)
            got += await take(feed, 60)
            assert raw_of(got) == published
            assert not any(batch.late for batch in got)

    run(main)


def test_a_feed_goes_on_at_once_although_its_clock_is_behind_its_cursor(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        api.skew = 400
        for _ in range(3):
            raw = api.publish(ONE, age=20)
            async with following(api, [1], store, since="beginning", once=True) as feed:
                assert raw_of(await take(feed, 10)) == [raw]
            await asyncio.sleep(30)

    run(main)


@pytest.mark.parametrize(("before", "after"), [(550.0, 0.0), (-550.0, -550.0)])
def test_the_earlier_clock_says_what_is_final(
    api: Api, store: MemoryCursorStore, before: float, after: float
) -> None:
    async def main() -> None:
        api.skew = before
        since = datetime.fromtimestamp(EPOCH, UTC)
        async with following(api, [1], store, since=since) as feed:
            await take(feed, 700)
            api.skew = after
            raw = api.publish(ONE, age=200)
            assert raw_of(await take(feed, 700)) == [raw]

    run(main)


def test_a_first_window_ends_by_the_servers_clock_although_that_was_unknown(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        api.skew = -400
        since = datetime.fromtimestamp(EPOCH, UTC)
        api.publish(ONE, late=5)
        async with following(api, [1], store, since=since) as feed:
            assert await take(feed, 3) == []
            first = await take(feed, 80)
            assert [(len(batch.raw), batch.late) for batch in first] == [(1, 0)]

    run(main)


def test_clocks_that_differ_by_more_than_the_lookback_end_the_feed(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        api.skew = 1000
        async with following(api, [1], store) as feed:
            with pytest.raises(
                ClockSkewError, match="behind the server's, more than the look-back"
            ):
                await anext(feed)

    run(main)


def test_without_a_date_this_machines_clock_counts_and_that_is_logged_once(
    api: Api, store: MemoryCursorStore, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        api.has_date = False
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            raw = api.publish(ONE)
            assert raw_of(await take(feed, 300)) == [raw]

    run(main)
    names = [vars(record)["np6_event"] for record in caplog.records]
    assert names == ["follow_no_date"]


def test_since_a_moment_now_or_the_beginning(api: Api) -> None:
    async def main() -> dict[Any, list[bytes]]:
        old, new = api.publish(ONE, age=10**8), api.publish(ONE, age=100)
        api.publish(ONE, age=10**8 + 1, has_timestamp=False)
        found = {}
        for since in (datetime.fromtimestamp(EPOCH, UTC), "now", "beginning"):
            async with following(api, [1], MemoryCursorStore(), since=since, once=True) as feed:
                found[since] = raw_of(await take(feed, 300))
        assert list(found.values()) == [[new], [], [old, new]]
        return found

    run(main)


def test_the_beginning_of_a_query_without_events_is_a_lookback_ago(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        async with following(api, [1], store, since="beginning") as feed:
            await take(feed, 5)
            raw = api.publish(ONE, age=500)
            assert raw_of(await take(feed, 400)) == [raw]

    run(main)


def test_a_stored_cursor_beats_since(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
        missed = api.publish(ONE)
        await asyncio.sleep(10_000)
        new = api.publish(ONE, age=20)
        async with following(api, [1], store, since=api.now()) as feed:
            assert raw_of(await take(feed, 5)) == [missed, new]

    run(main)


def test_once_ends_when_each_query_was_asked(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        raw = [api.publish(query, age=1000) for query in (ONE, TWO)]
        api.failures.append((0, NotFoundError("no", status=404)))
        since = datetime.fromtimestamp(EPOCH, UTC)
        async with following(api, [1, 2, 3], store, since=since, once=True) as feed:
            batches = await take(feed, 100)
            assert len(raw_of(batches)) == 1
            assert [query.notification_id for query in feed.failures] == [1]
        async with following(api, [1, 2, 3], store, since=since, once=True) as feed:
            assert raw_of(await take(feed, 100)) == raw[:1]

    run(main)


def test_a_year_is_caught_up_in_slices_each_of_which_is_committed(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        year = 365 * 86_400
        published = [api.publish(ONE, age=year - number * 600) for number in range(52_000)]
        got: list[bytes] = []
        restarts = 1
        while len(got) < len(published):
            async with following(api, [1], store, since="beginning", once=True) as feed:
                async for batch in feed:
                    got += batch.raw
                    await batch.commit()
                    if len(got) > 20_000 * restarts:
                        restarts += 1
                        break
        assert got == published
        assert restarts == 3
        assert len(api.requests) < 60
        assert api.sent < 2 * len(published)

    run(main)


def test_a_query_that_fails_backs_off_alone_and_goes_on(
    api: Api, store: MemoryCursorStore, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with following(api, [1, 2], store) as feed:
            await take(feed, 65)
            published = [api.publish(ONE) for _ in range(3)]
            api.page = 1
            api.failures += [(2, StreamInterruptedError("broke off"))] * 4
            batches: list[FollowBatch[Any]] = []
            while not feed.failures:
                batches += await take(feed, 1)
            assert feed.stats.failing == 1
            batches += await take(feed, 200)
            assert raw_of(batches) == published
            assert feed.failures == {}

    run(main)
    assert any(vars(record)["np6_event"] == "follow_failed" for record in caplog.records)


@pytest.mark.parametrize("since", ["now", "beginning", datetime.fromtimestamp(EPOCH, UTC)])
def test_a_rejected_key_ends_the_feed(api: Api, store: MemoryCursorStore, since: Any) -> None:
    async def main() -> None:
        api.failures += [(0, AuthenticationError("no", status=401))] * 10
        async with following(api, [1, 2], store, since=since) as feed:
            with pytest.raises(AuthenticationError):
                await anext(feed)
        assert len(api.requests) <= 4

    run(main)


def test_the_servers_time_is_asked_for_again_if_that_failed(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        api.failures += [(0, ServerError("no", status=500))] * 3
        async with following(api, [1], store) as feed:
            await take(feed, 20)
            raw = api.publish(ONE)
            assert raw_of(await take(feed, 80)) == [raw]
        api.failures.append((0, ServerError("no", status=500)))
        async with following(api, [1], MemoryCursorStore(), once=True) as feed:
            with pytest.raises(ServerError):
                await anext(feed)

    run(main)


def test_ids_come_and_go_and_one_that_comes_back_goes_on(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        ids: list[int | EventQuery] = [1]
        async with following(api, lambda: list(ids), store) as feed:
            await take(feed, 70)
            ids[:] = [2]
            await take(feed, 130)
            assert feed.stats.queries == 1
            missed, other = api.publish(ONE), api.publish(TWO)
            assert raw_of(await take(feed, 130)) == [other]
            ids[:] = [1, 2, 1]
            assert raw_of(await take(feed, 130)) == [missed]

    run(main)


def test_equal_queries_are_one(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        async with following(api, [1, ONE, 1], store, kinds=None, once=True) as feed:
            await take(feed, 5)
            assert feed.stats.queries == 3

    run(main)


def test_ids_may_come_from_an_async_iterable_that_has_no_end(
    api: Api, store: MemoryCursorStore
) -> None:
    async def ids() -> AsyncIterator[int]:
        for number in range(1, 100):
            yield number
            await asyncio.sleep(100)

    async def main() -> None:
        async with following(api, ids(), store) as feed:
            await take(feed, 150)
            raw = [api.publish(ONE), api.publish(TWO)]
            assert sorted(raw_of(await take(feed, 70))) == sorted(raw)
            assert feed.stats.queries == 3

    run(main)


def test_stop_ends_the_loop_after_the_batches_at_hand(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        async with following(api, [1, 2], store) as feed:
            await take(feed, 5)
            api.publish(ONE)
            api.publish(TWO)
            await asyncio.sleep(100)
            feed.stop()
            feed.stop()
            batches = [batch async for batch in feed]
            assert len(batches) == 2
            for batch in batches:
                await batch.commit()
        feed.stop()
        async with following(api, [1, 2], store, once=True) as feed:
            assert await take(feed, 100) == []

    run(main)


def test_a_commit_after_the_block_is_refused(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            api.publish(ONE)
            (batch,) = await take(feed, 80, commit=False)
        with pytest.raises(RuntimeError, match="commit inside"):
            await batch.commit()
        with pytest.raises(RuntimeError, match="was left"):
            await anext(feed)
        with pytest.raises(RuntimeError, match="used already"):
            await feed.__aenter__()

    run(main)


def test_a_commit_may_come_twice(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            api.publish(ONE)
            (batch,) = await take(feed, 80)
            await batch.commit()
            assert feed.stats.committed == 1
            assert "1 events" in repr(batch)

    run(main)


def test_a_batch_that_nobody_commits_is_logged(
    api: Api, store: MemoryCursorStore, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            api.publish(ONE)
            await take(feed, 200, commit=False)

    run(main)
    (record,) = caplog.records
    assert record.getMessage().startswith("bounces of notification 1: 1 events were delivered 60 s")


def test_iteration_outside_the_block_is_refused(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        feed = following(api, [1], store)
        feed.stop()
        with pytest.raises(RuntimeError, match="iterate inside"):
            await anext(feed)

    run(main)


def test_an_error_of_the_ids_ends_the_feed(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        async with following(api, [1, "x"], store) as feed:
            with pytest.raises(ValueError, match="notification_id"):
                await take(feed, 10)

    run(main)


def test_many_queries_are_spread_over_the_interval(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        async with following(api, range(1, 241), store, workers=16) as feed:
            await take(feed, 200)
            api.requests.clear()
            for _ in range(4):
                await take(feed, 15)
                assert 30 <= len(api.requests) <= 100
                api.requests.clear()

    run(main)


def test_a_quiet_query_is_asked_less_often_if_that_is_allowed(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> list[int]:
        counts = []
        async with following(api, [1], store, max_interval=480) as feed:
            for _ in range(3):
                await take(feed, 1920)
                counts.append(len(api.requests))
                api.requests.clear()
            api.publish(ONE)
            await take(feed, 1000)
            api.requests.clear()
            await take(feed, 190)
            counts.append(len(api.requests))
        return counts

    counts = run(main)
    assert counts[2] == 4
    assert counts[3] in (2, 3)


def test_a_second_feed_waits_until_the_first_one_ends(
    api: Api, store: MemoryCursorStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def main() -> None:
        async with following(api, [1], store) as second:
            await take(second, 5)
            async with following(api, [1], store) as first:
                api.publish(ONE)
                assert await take(first, 200) == []
            (batch,) = await take(second, 80)
            assert len(batch.raw) == 1
        async with following(api, [1], store) as first, following(api, [1], store) as second:
            await take(first, 5)
            await first.__aexit__(None, None, None)
            raw = api.publish(ONE)
            assert raw_of(await take(second, 200)) == [raw]

    run(main)
    assert "follow_standby" in [vars(record)["np6_event"] for record in caplog.records]


def test_a_feed_whose_lease_ran_out_ends_and_cannot_commit(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        async with following(api, [1], store) as feed:
            await take(feed, 5)
            api.publish(ONE)
            (batch,) = await take(feed, 80, commit=False)
            await store.release(feed._ledger._holder)
            assert await store.acquire("another", seconds=1000)
            with pytest.raises(LeaseLostError, match="taken over"):
                await batch.commit()
            with pytest.raises(LeaseLostError, match="ran out"):
                await take(feed, 100)

    run(main)


def test_several_tasks_may_iterate(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        async with following(api, [1, 2], store) as feed:
            takers = [asyncio.create_task(take(feed, 10_000)) for _ in range(3)]
            await asyncio.sleep(5)
            raw = [api.publish(query) for query in (ONE, TWO) for _ in range(2)]
            await asyncio.sleep(200)
            feed.stop()
            found = [each for taker in takers for each in raw_of(await taker)]
            assert sorted(found) == sorted(raw)

    run(main)


def test_a_window_that_is_stopped_midway_is_asked_again(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        async with following(api, [1], store, batch_events=1) as feed:
            await take(feed, 5)
            published = [api.publish(ONE, age=1 - number / 10) for number in range(5)]
            api.page, api.pause = 1, 30.0
            batches = await take(feed, 70)
            feed.stop()
            batches += await take(feed, 1000)
            assert 0 < len(batches) < 5
        api.pause = 0.0
        async with following(api, [1], store, once=True) as feed:
            batches += await take(feed, 80)
        assert raw_of(batches) == published

    run(main)


def test_a_query_whose_beginning_cannot_be_found_is_asked_again(
    api: Api, store: MemoryCursorStore
) -> None:
    async def main() -> None:
        raw = api.publish(ONE, age=100)
        api.failures.append((0, ServerError("no", status=500)))
        async with following(api, [1], store, since="beginning") as feed:
            assert raw_of(await take(feed, 30)) == [raw]

    run(main)


def test_a_moment_to_come_is_waited_for(api: Api, store: MemoryCursorStore) -> None:
    async def main() -> None:
        since = api.now() + 300_000
        async with following(api, [1], store, since=since) as feed:
            api.publish(ONE)
            assert await take(feed, 310) == []
            raw = api.publish(ONE)
            assert raw_of(await take(feed, 200)) == [raw]

    run(main)
