"""A fan-out over queries: each with its own window, mixed with ids, and what failed asked again."""

from collections.abc import AsyncIterator, Iterable
from typing import Any
from urllib.parse import unquote

import pytest

from np6_async import EventKind, EventQuery
from tests.support import MakeClient, body, numbers

from .conftest import Serve
from .fault_server import Request, Response, always, array, status

MILLENNIUM = 978_307_200_000


def query(notification_id: int, kind: str = "bounces", **window: Any) -> EventQuery:
    return EventQuery(kind=kind, notification_id=notification_id, **window)


async def slowly(items: Iterable[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item


@pytest.mark.parametrize("read", [list, iter, slowly])
async def test_each_query_has_its_own_window_and_kind(
    serve: Serve, np6: MakeClient, read: Any
) -> None:
    server = await serve(always(array(body(1))))
    queries = [
        query(1, start=MILLENNIUM),
        query(2, "executions", end=MILLENNIUM, sort="desc"),
        query(1, start=MILLENNIUM + 1),
    ]
    result = await np6(server.url, concurrency=1).fan_out(read(queries))
    assert list(result.events) == queries
    assert [unquote(request.line.split()[1]) for request in server.requests] == [
        "/notifications/1/events/bounces?start=2001-01-01T00:00:00.000Z",
        "/notifications/2/events/executions?end=2001-01-01T00:00:00.000Z&sort=desc",
        "/notifications/1/events/bounces?start=2001-01-01T00:00:00.001Z",
    ]


async def test_ids_and_queries_can_be_mixed(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(body(1))))
    result = await np6(server.url).fan_out([7, query(8), 9])
    expected = [query(7, kind) for kind in EventKind] + [query(8)]
    assert set(result.events) == {*expected, *(query(9, kind) for kind in EventKind)}


async def test_the_failures_of_a_run_can_be_asked_again(serve: Serve, np6: MakeClient) -> None:
    broken = {2, 3}

    def answer(request: Request) -> Response:
        return status(500) if request.notification_id in broken else array(body(1))

    server = await serve(answer)
    client = np6(server.url)
    first = await client.fan_out(range(1, 5), kinds="bounces", start=0, sort="asc")
    assert set(first.failures) == {query(2, start=0, sort="asc"), query(3, start=0, sort="asc")}
    broken.clear()
    again = await client.fan_out(first.failures)
    assert again.complete
    assert set(again.events) == set(first.failures)
    assert [numbers(events) for events in again.events.values()] == [[1], [1]]


async def test_a_mapping_that_grows_is_read_as_it_was_at_the_call(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(body(1))))
    failures: dict[EventQuery, Any] = {query(1): None, query(2): None}
    run = np6(server.url).fan_out(failures)
    failures[query(3)] = None
    assert set((await run).events) == {query(1), query(2)}


@pytest.mark.parametrize(
    "option", [{"kinds": ["bounces"]}, {"start": 0}, {"end": MILLENNIUM}, {"sort": "asc"}], ids=str
)
async def test_options_beside_a_query_end_the_run_as_it_is_read(
    serve: Serve, np6: MakeClient, option: dict[str, Any]
) -> None:
    server = await serve(always(array(body(1))))
    client = np6(server.url, concurrency=1)
    with pytest.raises(ValueError, match="kinds, start, end and sort apply to ids"):
        await client.fan_out([1, query(2), 3], **option)
    assert {request.notification_id for request in server.requests} == {1}


async def test_a_run_that_is_iterated_takes_queries_too(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(body(1, 2))))
    async with np6(server.url).fan_out([query(5), query(5)]) as run:
        batches = [batch async for batch in run]
    assert [(batch.query, numbers(batch.events), batch.last) for batch in batches] == [
        (query(5), [1, 2], True)
    ] * 2
