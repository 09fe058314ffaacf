"""The client over a made-up web, as its users test their own code."""

import re

import pytest
from yarl import URL

from np6_async import BounceEvent, EventKind, RetryPolicy, errors
from np6_async.errors import NP6Error, ServerError
from tests.aiohttp_mock import StrictMock
from tests.support import MakeClient, body, event, numbers

BASE = "https://np6.example.org"
BOUNCES = f"{BASE}/notifications/156/events/bounces"


async def test_events_come_typed(np6: MakeClient, web: StrictMock) -> None:
    web.get(BOUNCES, body=body(1, 2))
    events = await np6().bounces(156)
    assert numbers(events) == [1, 2]
    assert [type(each) for each in events] == [BounceEvent, BounceEvent]


async def test_events_can_be_iterated(np6: MakeClient, web: StrictMock) -> None:
    web.get(BOUNCES, body=body(1, 2))
    assert numbers([each async for each in np6().bounces(156)]) == [1, 2]


@pytest.mark.parametrize("kind", EventKind)
async def test_the_url_names_the_notification_and_the_kind(
    np6: MakeClient, web: StrictMock, kind: EventKind
) -> None:
    web.get(f"{BASE}/notifications/7/events/{kind}", body=b"[]")
    assert await np6().events(kind, 7) == []


async def test_window_and_order_are_parameters(np6: MakeClient, web: StrictMock) -> None:
    asked = URL(BOUNCES).with_query(
        start="2021-02-23T14:13:02.000Z", end="2021-02-23T14:13:03.000Z", sort="asc"
    )
    web.get(asked, body=b"[]")
    await np6().bounces(156, start=1614089582000, end=1614089583000, sort="asc")
    ((method, url),) = web.requests
    assert (method, dict(url.query)) == ("GET", dict(asked.query))


async def test_every_request_is_one_call_that_follows_nothing(
    np6: MakeClient, web: StrictMock
) -> None:
    web.get(BOUNCES, body=b"[]")
    await np6().bounces(156)
    ((call,),) = web.requests.values()
    assert call.kwargs["allow_redirects"] is False
    assert call.kwargs["raise_for_status"] is False
    assert call.kwargs["timeout"].total is None
    assert "X-Key" not in call.kwargs["headers"]  # a middleware adds it, for the API's origin only


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, errors.BadRequestError),
        (401, errors.AuthenticationError),
        (403, errors.PermissionDeniedError),
        (404, errors.NotFoundError),
        (409, errors.ConflictError),
        (302, errors.RedirectError),
    ],
)
async def test_a_status_is_an_error(
    np6: MakeClient, web: StrictMock, status: int, expected: type[NP6Error]
) -> None:
    web.get(BOUNCES, status=status, headers={"x-request-id": "req-1"})
    with pytest.raises(expected) as caught:
        await np6().bounces(156)
    assert (caught.value.status, caught.value.request_id) == (status, "req-1")


@pytest.mark.parametrize("attempts", [1, 3])
async def test_a_failure_is_retried_so_many_times(
    np6: MakeClient, web: StrictMock, attempts: int
) -> None:
    for _ in range(attempts):
        web.get(BOUNCES, status=500)
    with pytest.raises(ServerError) as caught:
        await np6(retry=RetryPolicy(attempts=attempts, base=0.001)).bounces(156)
    assert caught.value.attempts == attempts


async def test_a_retry_may_succeed(np6: MakeClient, web: StrictMock) -> None:
    web.get(BOUNCES, status=503)
    web.get(BOUNCES, status=429, headers={"Retry-After": "0"})
    web.get(BOUNCES, body=body(1))
    assert numbers(await np6().bounces(156)) == [1]


async def test_a_fan_out_asks_for_each_id_and_kind(np6: MakeClient, web: StrictMock) -> None:
    found = re.compile(rf"{BASE}/notifications/[12]/events/(bounces|executions)$")
    for number in range(4):
        web.get(found, body=body(number))
    result = await np6(concurrency=1).fan_out([1, 2], kinds=["bounces", "executions"])
    assert [
        (query.notification_id, str(query.kind), numbers(events))
        for query, events in result.events.items()
    ] == [(1, "bounces", [0]), (1, "executions", [1]), (2, "bounces", [2]), (2, "executions", [3])]


async def test_an_event_that_fits_nothing_is_kept(np6: MakeClient, web: StrictMock) -> None:
    web.get(BOUNCES, body=b"[" + event(1, type="delivery") + b"]")
    (unknown,) = await np6().bounces(156)
    assert (unknown.type, numbers([unknown])) == ("delivery", [1])
