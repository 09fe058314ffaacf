"""One query, in all the ways to take its answer in."""

import asyncio
import gzip
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeAlias

import pytest

from np6_async import (
    Event,
    EventKind,
    EventQuery,
    EventStream,
    ExecutionEvent,
    NP6Client,
    UnknownEvent,
    converter,
)
from tests.loops import LOOP
from tests.support import MakeClient, body, event, numbers, settled

from .conftest import Serve
from .fault_server import End, FaultServer, always, array, chunked

Stream: TypeAlias = EventStream[ExecutionEvent | UnknownEvent]
Take: TypeAlias = Callable[[Stream], Awaitable[list[Any]]]


async def awaited(stream: Stream) -> list[Event | UnknownEvent]:
    return list(await stream)


async def iterated(stream: Stream) -> list[Event | UnknownEvent]:
    return [event async for event in stream]


async def iterated_by_hand(stream: Stream) -> list[Event | UnknownEvent]:
    found: list[Event | UnknownEvent] = []
    while (event := await anext(stream, None)) is not None:
        found.append(event)
    return found


async def in_a_block(stream: Stream) -> list[Event | UnknownEvent]:
    async with stream:
        return [event async for event in stream]


async def in_batches(stream: Stream) -> list[Event | UnknownEvent]:
    return [event async for events in stream.batches() for event in events]


async def raw(stream: Stream) -> list[Event | UnknownEvent]:
    return [converter.loads(element, ExecutionEvent) async for element in stream.raw()]


async def raw_in_a_block(stream: Stream) -> list[Event | UnknownEvent]:
    async with stream:
        return await raw(stream)


BEGUN = b"[" + event(1) + b"," + event(2)  # event 2 is held back: `]` may or may not follow
WAYS = [awaited, iterated, iterated_by_hand, in_a_block, in_batches, raw, raw_in_a_block]


@pytest.mark.parametrize("take", WAYS)
@pytest.mark.parametrize("wanted", [[], [1], [3, 1, 2], range(1000)], ids=len)
async def test_every_way_gives_the_same_events(
    serve: Serve, np6: MakeClient, take: Take, wanted: list[int]
) -> None:
    whole = body(*wanted)
    pieces = [whole[start : start + 1009] for start in range(0, len(whole), 1009)]
    server = await serve(always(chunked(*pieces)))
    events = await take(np6(server.url).executions(156))
    assert numbers(events) == list(wanted)
    assert all(type(event) is ExecutionEvent for event in events)


@pytest.mark.parametrize("again", WAYS)
@pytest.mark.parametrize("take", [way for way in WAYS if way is not iterated_by_hand])
async def test_no_way_leads_to_the_answer_twice(
    serve: Serve, np6: MakeClient, take: Take, again: Take
) -> None:
    server = await serve(always(array(body(1))))
    stream = np6(server.url).executions(156)
    assert numbers(await take(stream)) == [1]
    with pytest.raises(RuntimeError, match="EventStream was used already: make a new one"):
        await again(stream)
    assert len(server.requests) == 1


async def test_a_finished_stream_that_is_asked_by_hand_stays_finished(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(body(1))))
    stream = np6(server.url).executions(156)
    assert numbers(await iterated_by_hand(stream)) == [1]
    assert await anext(stream, None) is None
    assert len(server.requests) == 1


async def test_a_stream_that_was_asked_by_hand_can_be_iterated_from_there(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(body(1, 2, 3))))
    async with np6(server.url).executions(156) as stream:
        assert numbers([await anext(stream)]) == [1]
        assert numbers([event async for event in stream]) == [2, 3]
    assert len(server.requests) == 1


@pytest.mark.parametrize("kind", [*EventKind, "bounces"])
async def test_the_generic_form_gives_what_the_typed_ones_give(
    serve: Serve, np6: MakeClient, kind: str
) -> None:
    server = await serve(always(array(body(1, 2))))
    client = np6(server.url)
    typed: EventStream[Any] = getattr(client, kind)(1, sort="asc")
    assert await client.events(kind, 1, sort="asc") == await typed
    assert server.requests[0].line == server.requests[1].line


async def test_settling_is_time_enough_for_several_queries(serve: Serve, np6: MakeClient) -> None:
    """Or what is not seen after it, here and elsewhere, might only be late."""
    server = await serve(always(array(body(1, 2))))
    client = np6(server.url)

    async def ask() -> None:
        for _ in range(3):
            await client.executions(156)

    asked = asyncio.create_task(ask())
    await settled()
    assert asked.done()
    await asked


async def test_nothing_is_sent_before_a_stream_is_used(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"[]")))
    stream = np6(server.url).executions(156, sort="asc")
    async with stream:
        await settled()
    assert server.received == []
    assert stream.query == EventQuery(kind="executions", notification_id=156, sort="asc")
    assert repr(stream) == "<EventStream: executions of notification 156 (sort=asc)>"


async def test_a_block_that_was_left_is_used_up(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"[]")))
    async with np6(server.url).executions(156) as stream:
        pass
    with pytest.raises(RuntimeError, match="used already"):
        await stream


async def test_events_are_yielded_while_the_body_still_arrives(
    serve: Serve, np6: MakeClient
) -> None:
    one, two = asyncio.Event(), asyncio.Event()
    server = await serve(always(chunked(BEGUN, one, b"," + event(3), two, b"]")))
    async with np6(server.url).executions(156) as stream:
        assert numbers([await anext(stream)]) == [1]
        one.set()
        assert numbers([await anext(stream)]) == [2]


async def test_P10_an_event_split_over_packets_of_one_byte_is_whole(
    serve: Serve, np6: MakeClient
) -> None:
    element = event(1, note='é \\ud83d\\ude00 "]},{["')
    pieces = [bytes([byte]) for byte in b"[" + element + b" ]"]
    server = await serve(always(chunked(*pieces)))
    assert [found async for found in np6(server.url).executions(156).raw()] == [element]


async def test_V3_raw_gives_each_element_byte_for_byte_whatever_it_is(
    serve: Serve, np6: MakeClient
) -> None:
    elements = [b'{"n" : 1.50, "n":2}', b"null", b'"\\ud800"', b"[ 1 ]", b"1e400"]
    server = await serve(always(array(b"[" + b" ,\n".join(elements) + b"]")))
    assert [found async for found in np6(server.url).executions(156).raw()] == elements


async def test_V1_V2_an_element_that_fits_no_model_is_yielded_in_its_place(
    serve: Serve, np6: MakeClient
) -> None:
    elements = event(1), event(2, type="delivery"), event(3, timestamp="5"), event(4)
    server = await serve(always(array(b"[" + b",".join(elements) + b"]")))
    first, new_type, wrong_type, last = await np6(server.url).executions(156)
    assert numbers([first, last]) == [1, 4]
    assert isinstance(new_type, UnknownEvent)
    assert (new_type.type, new_type.raw) == ("delivery", elements[1])
    assert isinstance(wrong_type, UnknownEvent)
    assert (wrong_type.timestamp, wrong_type.raw) == (None, elements[2])


async def test_a_gzipped_body_is_read(serve: Serve, np6: MakeClient) -> None:
    zipped = gzip.compress(body(1, 2))
    server = await serve(always(array(zipped, Content_Encoding="gzip")))
    assert numbers(await np6(server.url).executions(156)) == [1, 2]


async def test_U8_leaving_a_block_early_closes_the_connection(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(chunked(BEGUN, End.SILENCE)))
    async with np6(server.url).executions(156) as stream:
        async for found in stream:
            assert numbers([found]) == [1]
            break
    await server.until(lambda: server.open == 0)


@pytest.mark.parametrize("way", ["batches", "raw"])
async def test_U8_leaving_a_block_early_closes_what_was_made_of_it(
    serve: Serve, np6: MakeClient, way: str
) -> None:
    server = await serve(always(chunked(BEGUN, End.SILENCE)))
    async with np6(server.url).executions(156) as stream:
        async for _ in getattr(stream, way)():
            break
    await server.until(lambda: server.open == 0)


@pytest.mark.parametrize("way", ["__aiter__", "batches", "raw"])
async def test_U8_closing_the_generator_closes_the_connection(
    serve: Serve, np6: MakeClient, way: str
) -> None:
    server = await serve(always(chunked(BEGUN, End.SILENCE)))
    async with aclosing(getattr(np6(server.url).executions(156), way)()) as found:
        await anext(found)
    await server.until(lambda: server.open == 0)


@pytest.mark.parametrize("way", ["__aiter__", "batches", "raw"])
async def test_U8_a_generator_that_is_dropped_closes_the_connection_soon(
    serve: Serve, np6: MakeClient, way: str
) -> None:
    server = await serve(always(chunked(BEGUN, End.SILENCE)))
    async for _ in getattr(np6(server.url).executions(156), way)():
        break
    await server.until(lambda: server.open == 0)


async def test_U9_an_error_in_the_loop_body_passes_untouched(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(chunked(BEGUN, End.SILENCE)))
    mine = LookupError("mine")

    async def fail() -> None:
        async with np6(server.url).executions(156) as stream:
            async for _ in stream:
                raise mine

    with pytest.raises(LookupError) as caught:
        await fail()
    assert caught.value is mine
    assert mine.__context__ is None
    await server.until(lambda: server.open == 0)
    assert len(server.requests) == 1


@pytest.mark.parametrize("way", ["__aiter__", "batches", "raw"])
async def test_U14_a_stream_that_is_iterated_twice_at_once_goes_on_for_the_first(
    serve: Serve, np6: MakeClient, way: str
) -> None:
    go = asyncio.Event()
    server = await serve(always(chunked(BEGUN, go, b"," + event(3) + b"]")))
    async with aclosing(getattr(np6(server.url).executions(156), way)()) as found:
        await anext(found)
        first = asyncio.create_task(anext(found))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="already running"):
            await anext(found)
        go.set()
        await first
    assert len(server.requests) == 1


async def by_task(stream: Stream) -> Any:
    return await asyncio.create_task(stream)


async def by_gather(stream: Stream) -> Any:
    return (await asyncio.gather(stream))[0]


async def by_group(stream: Stream) -> Any:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(stream)
    return task.result()


async def by_wait_for(stream: Stream) -> Any:
    return await asyncio.wait_for(stream, 1)


async def by_ensure_future(stream: Stream) -> Any:
    return await asyncio.ensure_future(stream)


@pytest.mark.parametrize("run", [by_task, by_gather, by_group, by_wait_for, by_ensure_future])
async def test_a_stream_is_a_coroutine_for_asyncio(
    serve: Serve, np6: MakeClient, run: Callable[[Stream], Awaitable[Any]]
) -> None:
    server = await serve(always(array(body(1))))
    stream = np6(server.url).executions(156)
    assert asyncio.iscoroutine(stream)
    assert numbers(await run(stream)) == [1]
    is_awaited = run is by_wait_for and sys.version_info >= (3, 12)  # without a task of its own
    with pytest.raises(RuntimeError, match="used already" if is_awaited else "already awaited"):
        await asyncio.create_task(stream)


@pytest.mark.skipif(LOOP == "eager", reason="an eager task has started before it is cancelled")
async def test_a_task_that_is_cancelled_before_it_starts_sends_nothing(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(body(1))))
    task = asyncio.create_task(np6(server.url).executions(156))
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert server.received == []


async def test_a_task_of_a_stream_may_be_made_in_its_block(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(body(1))))
    async with np6(server.url).executions(156) as stream:
        assert numbers(await asyncio.create_task(stream)) == [1]


def test_a_stream_can_be_run_by_asyncio_run(key: str) -> None:
    async def main() -> list[int]:
        async with (
            FaultServer(always(array(body(1)))) as server,
            NP6Client(key, base_url=server.url) as np6,
        ):
            return numbers(await np6.executions(156))

    assert asyncio.run(main(), debug=True) == [1]
