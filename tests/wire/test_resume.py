"""Answers that break off after the caller was given some of them, on real connections."""

import json
import zlib
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID

import pytest

from np6_async import (
    ExecutionEvent,
    NP6Client,
    RetryPolicy,
    Timeouts,
    UnknownEvent,
)
from np6_async._parameters import Sort
from np6_async.errors import NotFoundError, ServerError, StreamInterruptedError
from tests.support import MakeClient, body, collect, event, numbers

from .conftest import Serve
from .fault_server import End, FaultServer, Step, always, array, chunked, head, in_turn, status

Take: TypeAlias = Callable[[NP6Client, Sort | None], Awaitable[list[int]]]

SHORT = Timeouts(connect=1, idle=0.05)
FIRST = body(1, 2, 3)[:-1] + b"," + event(9)[:9]
FROM_3 = "start=2021-02-23T14:13:02.003Z&sort=asc"


def zipped_and_cut(sent: bytes) -> list[Step]:
    compressor = zlib.compressobj(wbits=31)
    zipped = compressor.compress(sent) + compressor.flush(zlib.Z_SYNC_FLUSH)
    return array(zipped, Content_Encoding="gzip")


BREAKS: dict[str, Callable[[bytes], list[Step]]] = {
    "N9 with a length, closed": lambda sent: [*array(sent, Content_Length=9999), End.FIN],
    "N9 with a length, reset": lambda sent: [*array(sent, Content_Length=9999), End.RST],
    "N9 between chunks": lambda sent: chunked(sent, End.FIN),
    "N9 in a chunk": lambda sent: [*chunked(sent, End.FIN)[:-1], b"ff\r\n{", End.FIN],
    "N10 ended by the connection": lambda sent: [head() + sent, End.FIN],
    "N12 silence": lambda sent: chunked(sent, End.SILENCE),
    "P1 gzip": zipped_and_cut,
    "P7 no bracket": array,
}
each_break = pytest.mark.parametrize("cut", BREAKS.values(), ids=BREAKS.keys())


async def iterated(client: NP6Client, sort: Sort | None) -> list[int]:
    return numbers([each async for each in client.executions(156, sort=sort)])


async def in_batches(client: NP6Client, sort: Sort | None) -> list[int]:
    pages = client.executions(156, sort=sort).batches()
    return numbers([each async for page in pages for each in page])


async def raw(client: NP6Client, sort: Sort | None) -> list[int]:
    elements = client.executions(156, sort=sort).raw()
    return [UUID(json.loads(element)["id"]).int async for element in elements]


async def fanned_out(client: NP6Client, sort: Sort | None) -> list[int]:
    found, last = [], []
    async with client.fan_out([156], kinds=["executions"], sort=sort) as run:
        async for batch in run:
            found += batch.events
            last.append(batch.last)
    assert run.complete
    assert last == [False] * (len(last) - 1) + [True]
    return numbers(found)


async def awaited(client: NP6Client, sort: Sort | None) -> list[int]:
    return numbers(await client.executions(156, sort=sort))


STREAMED: list[Take] = [iterated, in_batches, raw, fanned_out]


def asked(server: FaultServer) -> list[str]:
    return [request.line.split(" ")[1].partition("?")[2] for request in server.requests]


@each_break
@pytest.mark.parametrize("take", STREAMED)
async def test_N9_N10_N12_P1_P7_an_unsorted_answer_is_replayed(
    serve: Serve, np6: MakeClient, take: Take, cut: Callable[[bytes], list[Step]]
) -> None:
    server = await serve(in_turn(cut(FIRST), array(body(5, 3, 1, 4, 2))))
    found = await take(np6(server.url, timeouts=SHORT), None)
    assert found == [1, 2, 3, 5, 4]
    assert asked(server) == ["", ""]


@each_break
@pytest.mark.parametrize("take", STREAMED)
async def test_N9_N10_N12_P1_P7_a_sorted_answer_is_taken_up_at_its_last_timestamp(
    serve: Serve, np6: MakeClient, take: Take, cut: Callable[[bytes], list[Step]]
) -> None:
    server = await serve(in_turn(cut(FIRST), array(body(3, 4, 5))))
    assert await take(np6(server.url, timeouts=SHORT), "asc") == [1, 2, 3, 4, 5]
    assert asked(server) == ["sort=asc", FROM_3]


@pytest.mark.parametrize("take", STREAMED)
async def test_a_falling_answer_is_taken_up_where_it_broke(
    serve: Serve, np6: MakeClient, take: Take
) -> None:
    server = await serve(in_turn(array(body(5, 4, 3)[:-1] + b","), array(body(3, 2, 1))))
    assert await take(np6(server.url), "desc") == [5, 4, 3, 2, 1]
    assert asked(server) == ["sort=desc", "end=2021-02-23T14:13:02.004Z&sort=desc"]


@pytest.mark.parametrize("sort", [None, "asc", "desc"])
async def test_awaiting_asks_for_the_whole_again(
    serve: Serve, np6: MakeClient, sort: Sort | None
) -> None:
    server = await serve(in_turn(array(FIRST), array(body(9))))
    assert await awaited(np6(server.url), sort) == [9]
    assert asked(server)[0] == asked(server)[1]


@pytest.mark.parametrize("take", STREAMED)
@pytest.mark.parametrize("sort", [None, "asc"])
async def test_it_goes_on_for_as_long_as_there_is_something_new(
    serve: Serve, np6: MakeClient, take: Take, sort: Sort | None
) -> None:
    answers = [array(body(*range(count))[:-1] + b",") for count in range(1, 20)]
    server = await serve(in_turn(*answers, array(body(*range(20)))))
    client = np6(server.url, retry=RetryPolicy(attempts=2, base=0.001))
    assert await take(client, sort) == [*range(20)]


@pytest.mark.parametrize(
    "pause",
    [
        [End.RST],
        status(500),
        status(429, Retry_After=0),
        array(b"["),
        array(body(1, 2)[:-1]),
    ],
    ids=["reset", "500", "429", "nothing", "nothing new"],
)
async def test_it_goes_on_after_an_attempt_in_vain(
    serve: Serve, np6: MakeClient, pause: list[Step]
) -> None:
    server = await serve(in_turn(array(FIRST), pause, array(body(5, 4, 3, 2, 1))))
    client = np6(server.url, retry=RetryPolicy(attempts=3, base=0.001))
    assert await iterated(client, None) == [1, 2, 3, 5, 4]


async def test_attempts_count_from_the_last_event_on(serve: Serve, np6: MakeClient) -> None:
    server = await serve(in_turn(status(500), array(FIRST), *[status(500)] * 2, array(body(4))))
    client = np6(server.url, retry=RetryPolicy(attempts=3, base=0.001))
    found: list[ExecutionEvent | UnknownEvent] = []
    with pytest.raises(ServerError) as caught:
        await collect(client.executions(156), found)
    assert numbers(found) == [1, 2, 3]
    assert caught.value.attempts == 4


async def test_a_single_attempt_is_not_taken_up(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(FIRST)))
    with pytest.raises(StreamInterruptedError) as caught:
        await iterated(np6(server.url, retry=RetryPolicy(attempts=1)), "asc")
    assert (caught.value.events_yielded, caught.value.attempts) == (3, 1)
    assert len(server.requests) == 1


async def test_an_answer_that_cannot_be_asked_for_any_more_is_an_error(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(in_turn(array(FIRST), status(404)))
    with pytest.raises(NotFoundError) as caught:
        await iterated(np6(server.url), "asc")
    assert caught.value.events_yielded == 3
    assert caught.value.query is not None
    assert caught.value.query.start is None  # the caller's own question


@pytest.mark.parametrize("take", STREAMED)
async def test_an_array_that_closes_before_its_body_breaks_off_is_not_complete(
    serve: Serve, np6: MakeClient, take: Take
) -> None:
    closed = [*array(body(1, 2, 3), Content_Length=9999), End.FIN]
    server = await serve(in_turn(closed, array(body(3, 1, 4, 2))))
    assert sorted(await take(np6(server.url), None)) == [1, 2, 3, 4]


@pytest.mark.parametrize("take", STREAMED)
async def test_V9_the_same_id_twice_is_yielded_twice_however_it_breaks(
    serve: Serve, np6: MakeClient, take: Take
) -> None:
    server = await serve(
        in_turn(
            array(body(1, 2, 1)[:-1] + b","), array(body(2, 2, 1)[:-1]), array(body(1, 2, 2, 1, 1))
        )
    )
    assert sorted(await take(np6(server.url), None)) == [1, 1, 1, 2, 2]


async def test_V10_the_same_id_with_another_content_is_yielded_as_well(
    serve: Serve, np6: MakeClient
) -> None:
    twice = b"[" + event(1) + b"," + event(1, note="another") + b"]"
    server = await serve(always(array(twice)))
    assert await iterated(np6(server.url), None) == [1, 1]


@pytest.mark.parametrize("take", STREAMED)
async def test_V11_an_answer_out_of_order_is_replayed_as_a_whole(
    serve: Serve, np6: MakeClient, take: Take
) -> None:
    server = await serve(in_turn(array(body(1, 3, 2)[:-1] + b","), array(body(3, 1, 2, 4))))
    assert await take(np6(server.url), "asc") == [1, 3, 2, 4]
    assert asked(server) == ["sort=asc", "sort=asc"]


@pytest.mark.parametrize("take", STREAMED)
async def test_what_fits_no_model_comes_once_as_well(
    serve: Serve, np6: MakeClient, take: Take
) -> None:
    odd = event(2, type="delivery")
    first = b"[" + event(1) + b"," + odd + b","
    server = await serve(in_turn(array(first), array(b"[" + odd + b"," + event(3) + b"]")))
    assert await take(np6(server.url), "asc") == [1, 2, 3]
