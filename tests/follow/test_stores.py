"""What every store does: in memory, in SQLite, in PostgreSQL."""

import asyncio
from uuid import uuid4

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from np6_async.follow import (
    Advance,
    CursorStore,
    LeaseLostError,
    MemoryCursorStore,
    Position,
    PostgresCursorStore,
    Segment,
    SQLiteCursorStore,
    TransactionalCursorStore,
)
from tests.thorough import examples

from .stores import KEY, NOON, MakeStore, advance, closing, held, segment

# The lease


async def test_the_first_fence_is_positive_and_a_renewal_keeps_it(make_store: MakeStore) -> None:
    async with held(make_store()) as (store, fence):
        assert fence > 0
        assert await store.acquire("a", seconds=60) == fence


async def test_a_lease_that_another_holds_is_refused(make_store: MakeStore) -> None:
    async with held(make_store()), closing(make_store()) as other:
        assert await other.acquire("b", seconds=60) is None


async def test_a_lease_that_has_run_out_goes_to_another_with_a_higher_fence(
    make_store: MakeStore,
) -> None:
    async with closing(make_store()) as store, closing(make_store()) as other:
        first = await store.acquire("a", seconds=0)
        second = await other.acquire("b", seconds=60)
        assert first is not None
        assert second == first + 1
        assert await store.acquire("a", seconds=60) is None


async def test_a_lease_that_has_run_out_has_a_higher_fence_for_the_same_holder_too(
    make_store: MakeStore,
) -> None:
    async with closing(make_store()) as store:
        first = await store.acquire("a", seconds=0)
        assert first is not None
        assert await store.acquire("a", seconds=60) == first + 1


async def test_a_renewal_moves_the_moment_at_which_the_lease_runs_out(
    make_store: MakeStore,
) -> None:
    async with closing(make_store()) as store, closing(make_store()) as other:
        await store.acquire("a", seconds=0.2)
        await store.acquire("a", seconds=60)
        await asyncio.sleep(0.3)
        assert await other.acquire("b", seconds=60) is None
        await store.acquire("a", seconds=0)
        assert await other.acquire("b", seconds=60) is not None


async def test_a_lease_runs_out_by_itself(make_store: MakeStore) -> None:
    async with closing(make_store()) as store, closing(make_store()) as other:
        await store.acquire("a", seconds=0.1)
        assert await other.acquire("b", seconds=60) is None
        async with asyncio.timeout(10):
            while await other.acquire("b", seconds=60) is None:  # noqa: ASYNC110 - time must pass
                await asyncio.sleep(0.02)


async def test_a_lease_that_is_given_back_can_be_taken(make_store: MakeStore) -> None:
    async with held(make_store()) as (store, fence), closing(make_store()) as other:
        await store.release("a")
        assert await other.acquire("b", seconds=60) == fence + 1


async def test_nobody_gives_back_the_lease_of_another(make_store: MakeStore) -> None:
    async with held(make_store()), closing(make_store()) as other:
        await other.release("b")
        assert await other.acquire("b", seconds=60) is None


# Positions


async def test_a_query_that_is_not_stored_has_no_position(make_store: MakeStore) -> None:
    async with closing(make_store()) as store:
        assert await store.load([KEY]) == {}
        assert await store.load([]) == {}


async def test_what_is_saved_is_loaded_also_by_another_feed(make_store: MakeStore) -> None:
    first = advance(segment=segment(NOON + 5, 1, 2))
    second = advance(1, cursor=NOON + 10, segment=segment(NOON + 10, 3))
    async with held(make_store()) as (store, fence), closing(make_store()) as other:
        await store.save([first], fence=fence)
        await store.save([second], fence=fence)
        expected = Position(NOON, NOON + 10, 2, (segment(NOON + 5, 1, 2), segment(NOON + 10, 3)))
        assert await store.load([KEY]) == {KEY: expected} == await other.load([KEY])


async def test_cursors_outlive_the_store_and_it_opens_again(make_store: MakeStore) -> None:
    async with held(make_store()) as (store, fence):
        await store.save([advance()], fence=fence)
        await store.aclose()
        assert await store.load([KEY]) == {KEY: Position(NOON, NOON, 1)}
        await store.aclose()
        await store.aclose()


def test_a_store_works_on_one_event_loop_after_another(make_store: MakeStore) -> None:
    store = make_store()

    async def use(version: int) -> None:
        async with held(store) as (_, fence):
            await asyncio.gather(*(store.load([KEY]) for _ in range(5)))
            await store.save([advance(version)], fence=fence)
            await store.release("a")

    asyncio.run(use(0))
    asyncio.run(use(1))


async def test_segments_that_end_at_the_horizon_are_deleted(make_store: MakeStore) -> None:
    async with held(make_store()) as (store, fence):
        await store.save([advance(segment=segment(NOON + 5, 1))], fence=fence)
        await store.save([advance(1, segment=segment(NOON + 6, 2))], fence=fence)
        await store.save([advance(2, horizon=NOON + 5)], fence=fence)
        position = (await store.load([KEY]))[KEY]
        assert position.segments == (segment(NOON + 6, 2),)


async def test_a_segment_that_ends_before_its_own_horizon_is_not_kept(
    make_store: MakeStore,
) -> None:
    async with held(make_store()) as (store, fence):
        await store.save([advance(segment=segment(NOON, 1))], fence=fence)
        assert (await store.load([KEY]))[KEY].segments == ()


async def test_segments_of_other_queries_stay(make_store: MakeStore) -> None:
    other = uuid4().bytes
    kept = segment(NOON + 5, 1)
    async with held(make_store()) as (store, fence):
        await store.save([advance(segment=kept), advance(key=other, segment=kept)], fence=fence)
        await store.save([advance(1, horizon=NOON + 9)], fence=fence)
        loaded = await store.load([KEY, other])
        assert (loaded[KEY].segments, loaded[other].segments) == ((), (kept,))


async def test_a_save_of_nothing_still_needs_the_fence(make_store: MakeStore) -> None:
    async with held(make_store()) as (store, fence):
        await store.save([], fence=fence)
        with pytest.raises(LeaseLostError, match="taken over"):
            await store.save([], fence=fence + 1)


@pytest.mark.parametrize("difference", [-1, 1])
async def test_a_fence_that_is_not_the_latest_one_changes_nothing(
    make_store: MakeStore, difference: int
) -> None:
    async with held(make_store()) as (store, fence):
        with pytest.raises(LeaseLostError, match="another feed has taken over"):
            await store.save([advance()], fence=fence + difference)
        assert await store.load([KEY]) == {}


async def test_after_a_takeover_the_old_fence_changes_nothing(make_store: MakeStore) -> None:
    async with closing(make_store()) as store, closing(make_store()) as other:
        old = await store.acquire("a", seconds=0)
        new = await other.acquire("b", seconds=60)
        assert old is not None
        assert new is not None
        await other.save([advance()], fence=new)
        with pytest.raises(LeaseLostError):
            await store.save([advance(1, cursor=NOON + 1)], fence=old)
        assert await store.load([KEY]) == {KEY: Position(NOON, NOON, 1)}


@pytest.mark.parametrize("version", [0, 1, 3])
async def test_a_version_that_does_not_match_changes_nothing(
    make_store: MakeStore, version: int
) -> None:
    others = [advance(key=uuid4().bytes, segment=segment(NOON + 1, each)) for each in range(3)]
    async with held(make_store()) as (store, fence):
        await store.save([advance()], fence=fence)
        await store.save([advance(1, segment=segment(NOON + 1, 9))], fence=fence)
        before = await store.load([KEY])
        wrong = advance(version, cursor=NOON + 1, segment=segment(NOON + 2, 10))
        with pytest.raises(LeaseLostError, match="bounces of notification 156"):
            await store.save([others[0], wrong, *others[1:]], fence=fence)
        assert await store.load([KEY, *(each.key for each in others)]) == before


async def test_a_version_of_a_query_that_is_not_stored_changes_nothing(
    make_store: MakeStore,
) -> None:
    async with held(make_store()) as (store, fence):
        with pytest.raises(LeaseLostError):
            await store.save([advance(1)], fence=fence)
        assert await store.load([KEY]) == {}


async def test_many_queries_are_saved_and_loaded_at_once(make_store: MakeStore) -> None:
    changes = [
        advance(key=number.to_bytes(16, "big"), cursor=NOON + number, segment=segment(NOON + 1, 1))
        for number in range(11_111)
    ]
    async with held(make_store()) as (store, fence):
        await store.save(changes, fence=fence)
        await store.save([evolve(each, version=1) for each in changes], fence=fence)
        loaded = await store.load([KEY, *(each.key for each in changes)])
        assert {key: position.cursor - NOON for key, position in loaded.items()} == {
            number.to_bytes(16, "big"): number for number in range(11_111)
        }
        assert {len(position.segments) for position in loaded.values()} == {2}


async def test_moments_and_labels_of_any_size_and_kind_come_back(make_store: MakeStore) -> None:
    change = evolve(
        advance(horizon=-(2**63), cursor=2**63 - 1, segment=Segment(2**62, bytes(80_000))),
        label="é'\"\n👋",
    )
    async with held(make_store()) as (store, fence):
        await store.save([change], fence=fence)
        assert await store.load([KEY]) == {KEY: Position(0, 0).after(change)}


moments = st.integers(NOON, NOON + 9)
changes = st.lists(
    st.tuples(
        st.integers(0, 2),
        moments,
        moments,
        st.none() | st.builds(segment, moments, st.integers(0, 9)),
    ),
    max_size=12,
)


@settings(
    max_examples=examples(80),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=changes, at_once=st.booleans())
def test_any_changes_give_the_positions_that_they_give_in_memory(
    make_store: MakeStore,
    changes: list[tuple[int, int, int, Segment | None]],
    at_once: bool,
) -> None:
    async def check() -> None:
        keys = [uuid4().bytes for _ in range(3)]
        expected: dict[bytes, Position] = {}
        async with held(make_store()) as (store, fence):
            pending: dict[bytes, Advance] = {}
            for number, horizon, cursor, found in changes:
                key = keys[number]
                if not at_once or key in pending:
                    await store.save([*pending.values()], fence=fence)
                    pending = {}
                position = expected.get(key, Position(0, 0))
                pending[key] = advance(
                    position.version, key=key, horizon=horizon, cursor=cursor, segment=found
                )
                expected[key] = position.after(pending[key])
            await store.save([*pending.values()], fence=fence)
            assert await store.load(keys) == expected

    asyncio.run(check())


# Their types


def test_databases_have_transactions_and_memory_has_none(make_store: MakeStore) -> None:
    store: CursorStore = make_store()
    assert isinstance(store, TransactionalCursorStore) != isinstance(store, MemoryCursorStore)
    assert isinstance(store, MemoryCursorStore | SQLiteCursorStore | PostgresCursorStore)
