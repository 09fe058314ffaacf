"""Turns: who gets one, who gives one back, and what becomes of one that nobody takes."""

import asyncio
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from np6_async._engine.limiter import Limiter
from np6_async._policy.governor import Governor
from np6_async._policy.headers import Quota
from tests.simulation import run
from tests.support import settled

T = TypeVar("T")


def limiter(*, concurrency: int = 1) -> tuple[Limiter, Governor]:
    governor = Governor(concurrency=concurrency)
    return Limiter(governor), governor


async def pass_through(entrance: Limiter, mark: T, went: list[T]) -> None:
    """Have a slot for a moment, and note that."""
    with await entrance.acquire() as slot:
        went.append(mark)
        await asyncio.sleep(0.01)
        slot.admitted(None)


async def test_a_turn_that_is_left_twice_counts_once() -> None:
    entrance, governor = limiter()
    slot = await entrance.acquire()
    slot.release()
    slot.release()
    assert governor.in_flight == 0


async def test_a_turn_that_comes_as_its_waiter_is_cancelled_goes_to_the_next() -> None:
    entrance, governor = limiter()
    first = await entrance.acquire()
    second, third = (asyncio.create_task(entrance.acquire()) for _ in range(2))
    await asyncio.sleep(0)
    first.release()
    second.cancel()
    slot = await asyncio.wait_for(third, 1)
    assert second.cancelled()
    assert governor.in_flight == 1
    slot.release()
    assert governor.in_flight == 0


def test_another_goes_first_if_the_first_after_a_refusal_is_cancelled_as_its_turn_comes() -> None:
    async def main() -> None:
        entrance, governor = limiter()
        refused = await entrance.acquire()
        refused.throttled(None, seconds=1)
        second, third = (asyncio.create_task(entrance.acquire()) for _ in range(2))
        await asyncio.sleep(2)
        refused.release()
        second.cancel()
        (await third).release()
        assert second.cancelled()
        assert governor.in_flight == 0

    run(main)


async def test_a_waiter_that_was_cancelled_is_passed_over() -> None:
    entrance, governor = limiter()
    first = await entrance.acquire()
    second, third = (asyncio.create_task(entrance.acquire()) for _ in range(2))
    await asyncio.sleep(0)
    second.cancel()
    first.release()
    (await asyncio.wait_for(third, 1)).release()
    assert governor.in_flight == 0


async def test_nobody_overtakes_those_who_wait() -> None:
    entrance, _ = limiter()
    first = await entrance.acquire()
    order: list[int] = []

    async def pass_through(number: int) -> None:
        slot = await entrance.acquire()
        order.append(number)
        await asyncio.sleep(0)
        slot.release()

    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(pass_through(number))
        await asyncio.sleep(0)
        first.release()
        assert entrance.try_acquire() is None
        group.create_task(pass_through(5))
    assert order == [0, 1, 2, 3, 4, 5]


async def test_a_turn_is_had_at_once_where_one_is_free() -> None:
    entrance, governor = limiter(concurrency=2)
    one, two = entrance.try_acquire(), entrance.try_acquire()
    assert one is not None
    assert two is not None
    assert entrance.try_acquire() is None
    one.release()
    assert entrance.try_acquire() is not None
    assert governor.in_flight == 2


async def test_a_turn_is_lent_only_while_the_loop_runs() -> None:
    entrance, governor = limiter()
    slot = await entrance.acquire()
    with slot.released():
        assert governor.in_flight == 1
    await asyncio.sleep(0)
    assert governor.in_flight == 1
    with slot.released():
        await asyncio.sleep(0)
        assert governor.in_flight == 0
        other = await entrance.acquire()
    assert governor.in_flight == 2
    slot.release()
    other.release()
    assert governor.in_flight == 0


async def test_slots_are_given_out_again_some_time_after_a_throttled_response() -> None:
    entrance, _ = limiter()
    refused = await entrance.acquire()
    assert refused.throttled(None, seconds=0.02)
    refused.release()
    assert 0 < entrance.blocked_for <= 0.02 + 1e-9  # the rounding of uvloop's clock
    now = asyncio.get_running_loop().time
    started = now()
    waiting = [asyncio.create_task(entrance.acquire()) for _ in range(3)]
    for task in waiting:
        slot = await asyncio.wait_for(task, 1)
        slot.admitted(None)
        slot.release()
    assert now() - started >= 0.019
    assert entrance.blocked_for == 0


async def test_R1_a_refusal_closes_the_gate_before_its_turn_goes_to_the_next() -> None:
    entrance, governor = limiter()
    refused = await entrance.acquire()
    waiting = asyncio.create_task(entrance.acquire())
    await asyncio.sleep(0)
    refused.throttled(None, seconds=60)
    refused.release()
    await settled()
    assert not waiting.done()
    waiting.cancel()
    await asyncio.wait([waiting])
    assert governor.in_flight == 0


async def test_an_answer_lets_others_go_while_its_body_is_read() -> None:
    entrance, governor = limiter(concurrency=2)
    refused = await entrance.acquire()
    refused.throttled(None, seconds=0)
    refused.release()
    probe = await entrance.acquire()
    waiting = asyncio.create_task(entrance.acquire())
    await settled()
    assert not waiting.done()
    governor.resume()  # as if the window had room for one more
    governor.release()
    probe.admitted(None)
    probe.release()
    (await asyncio.wait_for(waiting, 1)).release()


@pytest.mark.parametrize("ends", [["answer"], ["lose"], ["refuse", "answer"]])
def test_R11_a_turn_that_ended_is_not_unanswered_and_is_taken_off_only_once(
    ends: list[str],
) -> None:
    quota = Quota(6, 60.0, 8)  # another has had as much, so one may go at once

    async def main() -> None:
        entrance, _ = limiter(concurrency=8)
        for end in ["answer", *ends]:
            with await entrance.acquire() as slot:
                if end == "answer":
                    slot.admitted(quota)
                elif end == "refuse":
                    slot.throttled(quota, seconds=0)
        await asyncio.sleep(1)
        assert entrance.try_acquire() is not None
        await asyncio.sleep(1)
        assert entrance.try_acquire() is None

    run(main)


@pytest.mark.parametrize("ends", ["answered", "refused"])
async def test_R8_what_an_answer_says_of_the_quota_closes_the_gate(ends: str) -> None:
    entrance, _ = limiter(concurrency=8)
    with await entrance.acquire() as slot:
        if ends == "answered":
            slot.admitted(Quota(0, 60.0))
        else:
            slot.throttled(Quota(0, 60.0), seconds=0)
    assert entrance.try_acquire() is None


def test_R12_who_gives_up_at_a_closed_gate_leaves_the_others_their_places() -> None:
    async def main() -> list[int]:
        entrance, governor = limiter()
        refused = await entrance.acquire()
        refused.throttled(None, seconds=10)
        refused.release()
        went: list[int] = []
        tasks = [asyncio.create_task(pass_through(entrance, n, went)) for n in range(9)]
        await asyncio.sleep(5)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.wait(tasks)
        assert governor.in_flight == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return went

    assert run(main) == [1, 3, 5, 7]


def test_R12_a_gate_that_everybody_gave_up_on_can_be_entered_again() -> None:
    async def main() -> None:
        entrance, governor = limiter()
        slot = await entrance.acquire()
        slot.throttled(None, seconds=10)
        slot.release()
        tasks = [asyncio.create_task(entrance.acquire()) for _ in range(9)]
        await asyncio.sleep(5)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        (await entrance.acquire()).release()
        assert governor.in_flight == 0

    run(main)


@pytest.mark.not_measured
def test_R13_ten_thousand_waiters_go_in_order_and_no_more_at_once_than_the_window() -> None:
    async def main() -> tuple[list[int], int]:
        entrance, governor = limiter(concurrency=16)
        slot = await entrance.acquire()
        slot.throttled(None, seconds=10)
        slot.release()
        went: list[int] = []
        busiest = 0

        async def watched(number: int) -> None:
            nonlocal busiest
            await pass_through(entrance, number, went)
            busiest = max(busiest, governor.in_flight)

        async with asyncio.TaskGroup() as group:
            for number in range(10_000):
                group.create_task(watched(number))
        return went, busiest

    went, busiest = run(main)
    assert went == list(range(10_000))
    assert busiest == 16


def test_a_run_of_a_thousand_starves_neither_a_second_one_nor_a_single_call() -> None:
    async def main() -> list[str]:
        entrance, _ = limiter(concurrency=4)
        went: list[str] = []

        async def work(name: str, left: list[int]) -> None:
            while left:
                left.pop()
                await pass_through(entrance, name, went)

        first, second = [0] * 1000, [0] * 20
        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(work("first", first))
            await asyncio.sleep(1)
            went.clear()
            for _ in range(4):
                group.create_task(work("second", second))
            group.create_task(work("single", [0]))
        return went

    went = run(main)
    assert went.index("single") < 10
    assert went[:50].count("second") == 20


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 4),
            st.sampled_from(["answer", "refuse", "spend", "lose", "lend"]),
            st.none() | st.floats(0, 3),
        ),
        max_size=30,
    ),
    st.sampled_from([None, 5.0]),
)
def test_nobody_is_forgotten(
    calls: list[tuple[int, str, float | None]], max_rate: float | None
) -> None:
    """The loop fails if everything waits and nothing will happen."""

    async def call(entrance: Limiter, takes: int, ends: str) -> None:
        with entrance.try_acquire() or await entrance.acquire() as slot:
            await asyncio.sleep(takes)
            if ends == "refuse":
                slot.throttled(None, seconds=takes)
            elif ends != "lose":
                slot.admitted(Quota(0, 2.0, 3) if ends == "spend" else None)
            if ends == "lend":
                with slot.released():
                    await asyncio.sleep(takes)

    async def main() -> None:
        governor = Governor(concurrency=3, max_rate=max_rate)
        entrance = Limiter(governor)
        loop = asyncio.get_running_loop()
        tasks = []
        for takes, ends, gives_up in calls:
            tasks.append(asyncio.create_task(call(entrance, takes, ends)))
            if gives_up is not None:
                loop.call_later(gives_up, tasks[-1].cancel)
        await asyncio.gather(*tasks, return_exceptions=True)
        assert governor.in_flight == 0
        with await entrance.acquire():
            assert governor.in_flight == 1

    run(main)


def test_the_time_that_waiters_spend_is_added_up_even_if_they_give_up() -> None:
    async def main() -> float:
        entrance, _ = limiter()
        slot = await entrance.acquire()
        waiters = [asyncio.create_task(entrance.acquire()) for _ in range(3)]
        await asyncio.sleep(2)
        waiters[2].cancel()
        await asyncio.sleep(3)
        slot.release()
        (await waiters[0]).release()
        (await waiters[1]).release()
        return entrance.waited

    assert run(main) == pytest.approx(5 + 5 + 2)


async def test_those_in_the_background_come_after_others_but_get_one_slot_in_ten() -> None:
    entrance, _ = limiter()
    slot = await entrance.acquire()
    went: list[str] = []

    async def wait(mark: str, *, background: bool) -> None:
        with await entrance.acquire(background=background):
            went.append(mark)

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(wait("back", background=True))
        await asyncio.sleep(0)
        for _ in range(25):
            group.create_task(wait("front", background=False))
        await asyncio.sleep(0)
        assert entrance.try_acquire() is None
        slot.release()
    assert [index for index, mark in enumerate(went) if mark == "back"] == [9, 19, 27]


async def test_in_the_background_a_slot_is_free_only_if_nobody_waits() -> None:
    entrance, _ = limiter()
    with entrance.try_acquire(background=True) or await entrance.acquire():
        assert entrance.try_acquire(background=True) is None
        first, second = (asyncio.create_task(entrance.acquire(background=True)) for _ in range(2))
        await asyncio.sleep(0)
    assert entrance.try_acquire(background=True) is None
    (await first).release()
    (await second).release()
