"""The time of one query, where two ends of it come in the same moment."""

import asyncio
import time

import pytest

from np6_async._engine.deadline import Deadline, Timers
from np6_async.errors import ClientClosedError, DeadlineExceededError, RequestTimeoutError
from tests.simulation import run


async def forever() -> None:
    await asyncio.Event().wait()


async def test_the_shorter_bound_counts() -> None:
    with pytest.raises(
        RequestTimeoutError, match=r"after 0\.01 s waiting for a slot: the limit"
    ) as waited:
        await Deadline(5, Timers()).limit(forever, phase="slot", seconds=0.01)
    with pytest.raises(DeadlineExceededError, match=r"total timeout of 0\.01 s .*\(slot ") as ended:
        await Deadline(0.01, Timers()).limit(forever, phase="slot", seconds=5)
    assert [waited.value.phase, ended.value.phase] == ["slot", "slot"]


async def test_phases_add_up() -> None:
    deadline = Deadline(0.06, Timers())
    for _ in range(2):
        await deadline.limit(lambda: asyncio.sleep(0.01), phase="backoff")
    assert deadline.elapsed >= 0.019
    assert deadline.allows(0.01)
    assert not deadline.allows(0.05)
    with pytest.raises(DeadlineExceededError, match=r"\(backoff 0\.\d s, slot 0\.\d s\)"):
        await deadline.limit(forever, phase="slot")


async def test_what_is_done_between_two_waits_counts_if_it_is_to() -> None:
    lax, strict = Deadline(0.02, Timers()), Deadline(0.02, Timers(), gapless=True)
    for deadline in (lax, strict):
        await deadline.limit(lambda: asyncio.sleep(0), phase="body")
        time.sleep(0.03)  # noqa: ASYNC251 - what was read is decoded
    lax.check()
    with pytest.raises(DeadlineExceededError, match=r"timeout of 0\.02 s has passed \(body 0\."):
        strict.check()
    assert strict.elapsed >= 0.03 - 1e-8  # the rounding of uvloop's clock


async def test_time_that_is_up_is_up_at_once() -> None:
    deadline = Deadline(0.01, Timers())
    with pytest.raises(DeadlineExceededError):
        await deadline.limit(forever, phase="slot")
    with pytest.raises(DeadlineExceededError):
        await deadline.limit(forever, phase="slot")


async def test_a_timeout_of_what_is_waited_for_is_its_own() -> None:
    async def fail() -> None:
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match=r"^mine$"):
        await Deadline(5, Timers()).limit(fail, phase="slot", seconds=5)


async def test_closing_counts_more_than_a_timeout_of_the_same_moment() -> None:
    waits = Timers()

    async def close_as_time_is_up() -> None:
        try:
            await forever()
        finally:
            waits.close()

    with pytest.raises(ClientClosedError):
        await Deadline(None, waits).limit(close_as_time_is_up, phase="slot", seconds=0.01)


async def test_closing_leaves_a_wait_alone_whose_time_is_up_as_another_phase_begins() -> None:
    waits = Timers()
    deadline = Deadline(None, waits)

    async def go_on_as_time_is_up() -> None:
        loop = asyncio.get_running_loop()
        begins = loop.call_later(0.002, lambda: deadline.next_phase("response", seconds=9))
        while loop.time() <= begins.when():
            pass  # so that the loop finds both due in the same turn
        try:
            await forever()
        finally:
            waits.close()

    with pytest.raises(ClientClosedError):
        await deadline.limit(go_on_as_time_is_up, phase="connect", seconds=0.001)


async def test_closing_leaves_an_error_of_its_own_alone() -> None:
    waits = Timers()

    async def fail_as_it_closes() -> None:
        waits.close()
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await Deadline(None, waits).limit(fail_as_it_closes, phase="slot")
    assert not waits._ends


async def test_a_wait_can_have_several_phases() -> None:
    deadline = Deadline(None, Timers())

    async def wait() -> None:
        deadline.next_phase("response", seconds=0.01)
        await forever()

    with pytest.raises(
        RequestTimeoutError,
        match=r"after 0\.01 s waiting for the response: the limit is Timeouts\.idle",
    ):
        await deadline.limit(wait, phase="connect", seconds=5)
    deadline.next_phase("body", seconds=0.01)  # of no wait: no harm


def test_waits_end_in_the_order_of_their_ends() -> None:
    waits = Timers()
    ended: list[float] = []

    async def wait(seconds: float) -> None:
        with pytest.raises(RequestTimeoutError):
            await Deadline(None, waits).limit(forever, phase="slot", seconds=seconds)
        ended.append(seconds)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for seconds in (0.03, 0.01, 0.04, 0.02):
                group.create_task(wait(seconds))
            last = Deadline(None, waits)
            group.create_task(last.limit(lambda: asyncio.sleep(0.05), phase="slot"))

    run(main)  # a busy machine would end some of them together
    assert ended == [0.01, 0.02, 0.03, 0.04]


async def test_all_that_came_due_while_the_loop_was_busy_ends_together() -> None:
    waits = Timers()
    queries = [
        asyncio.create_task(Deadline(0.001 + number / 1e5, waits).limit(forever, phase="slot"))
        for number in range(100)
    ]
    await asyncio.sleep(0)
    time.sleep(0.01)  # noqa: ASYNC251 - the loop is busy
    for _ in range(10):
        await asyncio.sleep(0)
    assert [type(each.exception()) for each in queries] == [DeadlineExceededError] * 100
