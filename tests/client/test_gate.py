"""Turns: who gets one, who gives one back, and what becomes of one that nobody takes."""

import asyncio

from np6_async._gate import Gate
from np6_async._governor import Governor


def gate(*, concurrency: int = 1) -> tuple[Gate, Governor]:
    governor = Governor(concurrency=concurrency)
    return Gate(governor), governor


async def test_a_turn_that_is_left_twice_counts_once() -> None:
    entrance, governor = gate()
    turn = await entrance.enter()
    turn.leave()
    turn.leave()
    assert governor.in_flight == 0


async def test_a_turn_that_comes_as_its_waiter_is_cancelled_goes_to_the_next() -> None:
    entrance, governor = gate()
    first = await entrance.enter()
    second, third = (asyncio.create_task(entrance.enter()) for _ in range(2))
    await asyncio.sleep(0)
    first.leave()
    second.cancel()
    turn = await asyncio.wait_for(third, 1)
    assert second.cancelled()
    assert governor.in_flight == 1
    turn.leave()
    assert governor.in_flight == 0


async def test_a_waiter_that_was_cancelled_is_passed_over() -> None:
    entrance, governor = gate()
    first = await entrance.enter()
    second, third = (asyncio.create_task(entrance.enter()) for _ in range(2))
    await asyncio.sleep(0)
    second.cancel()
    first.leave()
    (await asyncio.wait_for(third, 1)).leave()
    assert governor.in_flight == 0


async def test_nobody_overtakes_those_who_wait() -> None:
    entrance, _ = gate()
    first = await entrance.enter()
    order: list[int] = []

    async def pass_through(number: int) -> None:
        turn = await entrance.enter()
        order.append(number)
        await asyncio.sleep(0)
        turn.leave()

    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(pass_through(number))
        await asyncio.sleep(0)
        first.leave()
        assert entrance.try_enter() is None
        group.create_task(pass_through(5))
    assert order == [0, 1, 2, 3, 4, 5]


async def test_a_turn_is_had_at_once_where_one_is_free() -> None:
    entrance, governor = gate(concurrency=2)
    one, two = entrance.try_enter(), entrance.try_enter()
    assert one is not None
    assert two is not None
    assert entrance.try_enter() is None
    one.leave()
    assert entrance.try_enter() is not None
    assert governor.in_flight == 2


async def test_a_turn_is_lent_only_while_the_loop_runs() -> None:
    entrance, governor = gate()
    turn = await entrance.enter()
    with turn.lent():
        assert governor.in_flight == 1
    await asyncio.sleep(0)
    assert governor.in_flight == 1
    with turn.lent():
        await asyncio.sleep(0)
        assert governor.in_flight == 0
        other = await entrance.enter()
    assert governor.in_flight == 2
    turn.leave()
    other.leave()
    assert governor.in_flight == 0


async def test_a_gate_that_was_blocked_opens_by_itself() -> None:
    entrance, _ = gate()
    entrance.block(0.02)
    now = asyncio.get_running_loop().time
    started = now()
    waiting = [asyncio.create_task(entrance.enter()) for _ in range(3)]
    for task in waiting:
        (await asyncio.wait_for(task, 1)).leave()
    assert now() - started >= 0.019


async def test_a_gate_that_is_blocked_again_opens_later() -> None:
    entrance, _ = gate()
    entrance.block(0.01)
    now = asyncio.get_running_loop().time
    started = now()
    waiting = asyncio.create_task(entrance.enter())
    await asyncio.sleep(0)
    entrance.block(0.04)
    await asyncio.wait_for(waiting, 1)
    assert now() - started >= 0.039
