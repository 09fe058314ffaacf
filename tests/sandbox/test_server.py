"""What the server answers to plain HTTP."""

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from np6_async import EventKind, EventQuery
from np6_async.sandbox import Faults, ResetUnit, Sandbox

from .support import Browser, Reply

Browse = Callable[[Sandbox], Browser]
PATH = "/notifications/156/events/executions"


def expected(sandbox: Sandbox, **window: Any) -> list[str]:
    query = EventQuery(kind="executions", notification_id=156, **window)
    return [str(event.id) for event in sandbox.truth(query)]


def moment(sandbox: Sandbox, position: int) -> int:
    query = EventQuery(kind="executions", notification_id=156)
    timestamp = sandbox.truth(query)[position].timestamp
    assert timestamp is not None
    return timestamp


def assert_empty(answer: Reply, status: int) -> None:
    assert answer.status == status
    assert answer.body == b""
    assert answer.headers.get("Content-Length", "0") == "0"
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("kind", EventKind)
async def test_every_kind_has_its_endpoint(browse: Browse, kind: EventKind) -> None:
    async with Sandbox() as sandbox:
        answer = await browse(sandbox).events(kind, 157)

    truth = sandbox.truth(EventQuery(kind=kind, notification_id=157))
    assert answer.headers["Content-Type"] == "application/json"
    assert sorted(answer.ids) == sorted(str(event.id) for event in truth)


async def test_a_notification_without_events_has_an_empty_array(browse: Browse) -> None:
    async with Sandbox(events=0) as sandbox:
        answer = await browse(sandbox).events()

    assert answer.body == b"[]"


async def test_two_unsorted_requests_give_the_same_events_in_different_orders(
    browse: Browse,
) -> None:
    async with Sandbox() as sandbox:
        one, other = [await browse(sandbox).events() for _ in range(2)]

    assert one.ids != other.ids
    assert sorted(one.ids) == sorted(other.ids) == sorted(expected(sandbox))
    assert one.ids != expected(sandbox)


async def test_sorted_requests_give_the_events_in_order(browse: Browse) -> None:
    async with Sandbox() as sandbox:
        browser = browse(sandbox)
        ascending, again = [await browser.events(sort="asc") for _ in range(2)]
        descending = await browser.events(sort="desc")

    assert ascending.body == again.body
    assert ascending.ids == expected(sandbox)
    assert descending.ids == ascending.ids[::-1]


async def test_a_window_takes_in_its_start_and_leaves_out_its_end(browse: Browse) -> None:
    async with Sandbox() as sandbox:
        start, end = moment(sandbox, 2), moment(sandbox, 9)
        answer = await browse(sandbox).events(start=str(start), end=str(end), sort="asc")

    assert answer.ids == expected(sandbox, start=start, end=end)
    assert answer.ids == expected(sandbox)[2:9]


async def test_a_window_may_be_given_as_date_times(browse: Browse) -> None:
    async with Sandbox() as sandbox:
        start, end = moment(sandbox, 2), moment(sandbox, 9)
        iso = [datetime.fromtimestamp(ms / 1000, UTC).isoformat() for ms in (start, end)]
        answer = await browse(sandbox).events(start=iso[0], end=iso[1], sort="asc")

    assert answer.ids == expected(sandbox)[2:9]


async def test_a_window_that_ends_where_it_starts_is_empty(browse: Browse) -> None:
    async with Sandbox() as sandbox:
        at = str(moment(sandbox, 2))
        answer = await browse(sandbox).events(start=at, end=at)

    assert answer.body == b"[]"


async def test_a_long_array_comes_in_several_chunks(browse: Browse) -> None:
    async with Sandbox(events=300) as sandbox:
        session = browse(sandbox).session
        headers = {"X-Key": sandbox.api_key}
        async with session.get(sandbox.url + PATH, headers=headers) as response:
            chunks = [end async for _, end in response.content.iter_chunks()].count(True)
            assert response.headers["Transfer-Encoding"] == "chunked"

    assert chunks > 5


async def test_every_response_has_a_request_id_of_its_own(browse: Browse) -> None:
    async with Sandbox() as sandbox:
        browser = browse(sandbox)
        answers = [
            await browser.events(),
            await browser.events(),
            await browser.events(sort="up"),
            await browser.get("/nowhere"),
            await browser.request("POST", PATH),
            await browser.request("GET", PATH, headers={"X-Key": "wrong"}),
        ]

    assert len({answer.headers["x-request-id"] for answer in answers}) == 6


@pytest.mark.parametrize("key", [{}, {"X-Key": ""}, {"X-Key": "wrong"}])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", PATH),
        ("GET", PATH + "?start=never"),
        ("GET", "/notifications/1/events/executions"),
        ("GET", "/nowhere"),
        ("DELETE", PATH),
    ],
)
async def test_a_missing_or_wrong_key_is_401_whatever_is_asked(
    browse: Browse, key: dict[str, str], method: str, path: str
) -> None:
    async with Sandbox() as sandbox:
        session = browse(sandbox).session
        async with session.request(method, sandbox.url + path, headers=key) as response:
            answer = Reply(response.status, response.headers, await response.read())

    assert_empty(answer, 401)


@pytest.mark.parametrize(
    "path",
    [
        "/notifications/155/events/executions",
        "/notifications/2147483647/events/executions",
        "/notifications/99999999999999999999/events/executions",
        "/notifications/-1/events/executions",
        "/notifications/abc/events/executions",
        "/notifications/1.0/events/executions",
        "/notifications/%20156/events/executions",
        "/notifications/%D9%A1/events/executions",
        "/notifications//events/executions",
        "/notifications/156/events/hits",
        "/notifications/156/events/executions/",
        "/notifications/156",
        "/",
    ],
)
async def test_an_unknown_notification_or_path_is_404(browse: Browse, path: str) -> None:
    async with Sandbox() as sandbox:
        answer = await browse(sandbox).get(path)

    assert_empty(answer, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
async def test_any_method_but_get_is_405(browse: Browse, method: str) -> None:
    async with Sandbox() as sandbox:
        answer = await browse(sandbox).request(method, PATH)

    assert_empty(answer, 405)
    assert answer.headers["Allow"] == "GET"


@pytest.mark.parametrize(
    "query",
    [
        "start=yesterday",
        "end=",
        "sort=up",
        "start=2&end=1",
        "start=2025-03-01T00:00:00",
        "start=2025-03-01T00:00:00+01:00",
        "start=1&start=2",
    ],
)
async def test_a_malformed_value_is_400(browse: Browse, query: str) -> None:
    async with Sandbox() as sandbox:
        answer = await browse(sandbox).get(f"{PATH}?{query}")

    assert_empty(answer, 400)


RATE_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


async def test_without_a_rate_there_are_no_rate_headers_and_no_429(browse: Browse) -> None:
    async with Sandbox(notifications=1, events=1) as sandbox:
        answers = [await browse(sandbox).events() for _ in range(50)]

    assert {answer.status for answer in answers} == {200}
    assert not any(name in answer.headers for answer in answers for name in RATE_HEADERS)
    assert (sandbox.requests, sandbox.throttled) == (50, 0)


async def test_over_the_rate_is_429(browse: Browse) -> None:
    async with Sandbox(rate=0.1) as sandbox:
        first, second = [await browse(sandbox).events() for _ in range(2)]

    assert first.status == 200
    assert_empty(second, 429)
    assert "Retry-After" not in second.headers
    assert second.headers["X-RateLimit-Remaining"] == "0"
    assert (sandbox.requests, sandbox.throttled) == (2, 1)


async def test_every_response_says_what_is_left_and_only_the_right_key_uses_it_up(
    browse: Browse,
) -> None:
    async with Sandbox(rate=1000) as sandbox:
        browser = browse(sandbox)
        answers = [
            await browser.events(),
            await browser.get("/nowhere"),
            await browser.request("GET", PATH, headers={"X-Key": "wrong"}),
            await browser.request("PUT", PATH),
            await browser.events(sort="up"),
        ]

    assert [answer.status for answer in answers] == [200, 404, 401, 405, 400]
    assert {answer.headers["X-RateLimit-Limit"] for answer in answers} == {"1000"}
    remaining = [answer.headers["X-RateLimit-Remaining"] for answer in answers]
    assert remaining == ["999", "998", "998", "997", "996"]


@pytest.mark.parametrize(("unit", "scale"), [("epoch_ms", 1000), ("epoch", 1)])
async def test_the_reset_header_tells_when_the_window_ends(
    browse: Browse, unit: ResetUnit, scale: int
) -> None:
    async with Sandbox(rate=0.1, reset=unit) as sandbox:
        answer = await browse(sandbox).events()

    assert 8 < int(answer.headers["X-RateLimit-Reset"]) / scale - time.time() < 11


async def test_a_wrong_key_is_401_even_over_the_rate(browse: Browse) -> None:
    async with Sandbox(rate=0.1) as sandbox:
        await browse(sandbox).events()
        answer = await browse(sandbox).request("GET", PATH, headers={"X-Key": "wrong"})

    assert_empty(answer, 401)


async def test_a_429_says_when_to_come_back_if_asked_to(browse: Browse) -> None:
    async with Sandbox(rate=0.1, reset="delta", retry_after=True) as sandbox:
        first, second = [await browse(sandbox).events() for _ in range(2)]

    assert "Retry-After" not in first.headers
    assert second.headers["Retry-After"] == second.headers["X-RateLimit-Reset"] == "10"


@pytest.mark.parametrize(
    ("gzip", "accepted", "coding"),
    [
        (True, "gzip", "gzip"),
        (True, "deflate, GZIP", "gzip"),
        (True, "identity", None),
        (True, "gzip;q=0", None),
        (False, "gzip", None),
    ],
)
async def test_bodies_are_compressed_only_if_asked_to_and_accepted(
    browse: Browse, gzip: bool, accepted: str, coding: str | None
) -> None:
    async with Sandbox(gzip=gzip) as sandbox:
        answer = await browse(sandbox).request("GET", PATH, headers={"Accept-Encoding": accepted})

    assert answer.headers.get("Content-Encoding") == coding
    assert sorted(answer.ids) == sorted(expected(sandbox))


async def test_server_errors_are_empty_500s_and_503s(browse: Browse) -> None:
    async with Sandbox(faults=Faults(server_errors=1)) as sandbox:
        answers = [await browse(sandbox).events() for _ in range(20)]

    for answer in answers:
        assert_empty(answer, answer.status)
    assert {answer.status for answer in answers} == {500, 503}


async def test_server_errors_come_after_every_check(browse: Browse) -> None:
    async with Sandbox(faults=Faults(server_errors=1)) as sandbox:
        browser = browse(sandbox)
        answers = [await browser.get("/notifications/1/events/executions")]
        answers += [await browser.events(sort="up")]

    assert [answer.status for answer in answers] == [404, 400]


async def ends(browser: Browser, gzip: bool = False) -> str:
    """Tell how a response ends."""
    headers = {"Accept-Encoding": "gzip"} if gzip else {}
    try:
        answer = await browser.request("GET", PATH, headers=headers)
    except aiohttp.ClientPayloadError:
        return "broken off"
    assert answer.status == 200
    assert answer.body[:1] == b"["
    return "whole" if answer.body.endswith(b"]") and json.loads(answer.body) else "cut"


@pytest.mark.parametrize("gzip", [False, True])
async def test_truncated_responses_end_early_cleanly_or_with_the_connection(
    browse: Browse, gzip: bool
) -> None:
    async with Sandbox(faults=Faults(truncated=1), gzip=gzip) as sandbox:
        found = {await ends(browse(sandbox), gzip) for _ in range(20)}

    assert found == {"cut", "broken off"}


async def test_an_empty_array_can_be_truncated_too(browse: Browse) -> None:
    async with Sandbox(events=0, faults=Faults(truncated=1)) as sandbox:
        found = {await ends(browse(sandbox)) for _ in range(20)}

    assert found == {"cut", "broken off"}


async def test_a_share_is_about_the_share_of_the_responses_that_have_the_fault(
    browse: Browse,
) -> None:
    faults = Faults(server_errors=0.3, truncated=0.3)
    async with Sandbox(notifications=1, events=1, faults=faults) as sandbox:
        found: Counter[str] = Counter()
        for _ in range(400):
            answer = await guarded(browse(sandbox))
            found[answer] += 1

    assert 90 < found["error"] < 150
    assert 90 < found["truncated"] < 150


async def guarded(browser: Browser) -> str:
    try:
        answer = await browser.events()
    except aiohttp.ClientPayloadError:
        return "truncated"
    if answer.status != 200:
        return "error"
    return "whole" if answer.body.endswith(b"]") else "truncated"


async def test_the_faults_of_responses_repeat_with_the_seed(browse: Browse) -> None:
    async def run(seed: int) -> list[int]:
        async with Sandbox(seed=seed, faults=Faults(server_errors=0.5)) as sandbox:
            return [(await browse(sandbox).events()).status for _ in range(30)]

    first = await run(1)

    assert await run(1) == first
    assert await run(2) != first
