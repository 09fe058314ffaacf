"""What a client says of itself: numbers in `stats`, and what happened in the log."""

import asyncio
import gzip
import logging

import attrs
import pytest

from np6_async import RetryPolicy, Stats, Timeouts
from np6_async.errors import NotFoundError, ServerError, StreamInterruptedError
from tests.support import MakeClient, body, event, numbers, settled

from .conftest import Serve
from .fault_server import End, always, array, chunked, in_turn, status

GOOD = array(body(1, 2))
QUICK = RetryPolicy(base=0.001, cap=0.02)  # also after a 429 that names no time
CUT = chunked(body(1, 2)[:-1], End.FIN)
NEW = Stats(
    requests=0,
    retries=0,
    throttled=0,
    body_bytes=0,
    events=0,
    unknown_events=0,
    out_of_order_responses=0,
    foreign_responses=0,
    waited=0.0,
    in_flight=0,
    retry_tokens=500,
)


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return the level and name of each record of ours."""
    ours = [record for record in caplog.records if record.name == "np6_async"]
    return [(record.levelname, vars(record)["np6_event"]) for record in ours]


async def test_a_new_client_has_done_nothing(np6: MakeClient) -> None:
    assert np6().stats == NEW


async def test_requests_bytes_and_events_are_counted(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    zipped = array(gzip.compress(body(3)), Content_Encoding="gzip")
    server = await serve(in_turn(GOOD, zipped, GOOD, array(b"[]"), status(204)))
    client = np6(server.url)
    await client.executions(156)
    assert [each async for each in client.executions(156)]
    assert [each async for each in client.executions(156).raw()]
    await client.executions(156)
    await client.executions(156)
    size = 2 * len(body(1, 2)) + len(body(3)) + len(b"[]")
    assert client.stats == attrs.evolve(NEW, requests=5, body_bytes=size, events=5)
    assert told(caplog) == []


async def test_a_snapshot_does_not_change_any_more(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(GOOD))
    client = np6(server.url)
    before = client.stats
    await client.executions(156)
    assert (before.requests, client.stats.requests) == (0, 1)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        before.requests = 5  # type: ignore[misc]


async def test_stats_outlive_the_client(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(GOOD))
    async with np6(server.url) as client:
        await client.executions(156)
    assert client.stats.events == 2


async def test_a_failure_is_counted_and_told_as_a_retry(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    server = await serve(in_turn(status(500), GOOD))
    client = np6(server.url)
    await client.executions(156)
    stats = client.stats
    assert (stats.requests, stats.retries, stats.throttled) == (2, 1, 0)
    assert told(caplog) == [("INFO", "retry")]


async def test_a_retry_counts_once_it_is_sent(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(status(500, Retry_After=200)))
    client = np6(server.url)
    query = asyncio.create_task(client.executions(156))
    await server.until(lambda: len(server.requests) == 1)
    await settled()  # for the pause to begin
    query.cancel()
    await asyncio.wait([query])
    assert (client.stats.requests, client.stats.retries) == (1, 0)


async def test_a_dead_connection_counts_as_a_retry_and_is_not_told(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    server = await serve(in_turn(GOOD, [End.RST], GOOD))
    client = np6(server.url)
    await client.executions(156)
    await client.executions(156)
    stats = client.stats
    assert (stats.requests, stats.retries, stats.retry_tokens) == (3, 1, 500)
    assert told(caplog) == []


async def test_R4_a_429_is_counted_and_the_closing_of_the_gate_told(
    serve: Serve,
    np6: MakeClient,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("random.random", lambda: 0.3)  # 105 ms: some of it is left when told
    server = await serve(in_turn(status(429), GOOD))
    client = np6(server.url, retry=RetryPolicy(base=0.001))
    await client.executions(156)
    stats = client.stats
    assert (stats.requests, stats.retries, stats.throttled) == (2, 1, 1)
    assert told(caplog) == [("INFO", "throttled"), ("INFO", "retry")]
    (closed, again) = [vars(each)["np6_seconds"] for each in caplog.records if "np6_" in each.name]
    assert 0 < again < closed + 0.001  # what is left of it, but for rounding


async def test_refusals_for_one_reason_are_all_counted_and_told_once(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    all_there = asyncio.Event()
    refused = [all_there, *status(429)]
    with_quota = array(b"[]", X_RateLimit_Remaining=99, X_RateLimit_Reset=9)
    server = await serve(in_turn(with_quota, refused, refused, refused, GOOD, GOOD, GOOD))
    client = np6(server.url, retry=QUICK)
    await client.executions(156)  # its rate headers widen the window
    queries = [asyncio.create_task(client.executions(156)) for _ in range(3)]
    await server.until(lambda: len(server.requests) == 4)
    all_there.set()
    await asyncio.gather(*queries)
    assert client.stats.throttled == 3
    assert [name for _, name in told(caplog)].count("throttled") == 1


async def test_N9_an_answer_that_breaks_off_is_told_as_a_resume_and_its_repeats_count(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    server = await serve(in_turn(CUT, GOOD))
    client = np6(server.url)
    assert numbers([each async for each in client.executions(156)]) == [1, 2]
    stats = client.stats
    assert (stats.requests, stats.retries, stats.events) == (2, 1, 3)
    assert told(caplog) == [("INFO", "resume")]


async def test_a_query_that_is_given_up_is_told(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    server = await serve(always(status(500)))
    client = np6(server.url, retry=RetryPolicy(attempts=2, base=0.001))
    with pytest.raises(ServerError):
        await client.executions(156)
    assert told(caplog) == [("INFO", "retry"), ("WARNING", "query_failed")]
    assert client.stats.retry_tokens == 486


async def test_an_answer_that_cannot_be_taken_up_is_told_as_given_up(
    serve: Serve,
    np6: MakeClient,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("np6_async._engine.resume.MAX_IDS", 0)
    server = await serve(always(CUT))
    with pytest.raises(StreamInterruptedError, match="too many events"):
        assert [each async for each in np6(server.url).executions(156)]
    assert told(caplog) == [("WARNING", "query_failed")]


async def test_answers_that_bring_nothing_new_are_told_until_they_are_given_up(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    server = await serve(always(CUT))
    client = np6(server.url, retry=RetryPolicy(attempts=3, base=0.001))
    with pytest.raises(StreamInterruptedError, match="3 attempts"):
        assert [each async for each in client.executions(156)]
    assert told(caplog) == [("INFO", "resume")] * 2 + [("WARNING", "query_failed")]


async def test_a_404_is_its_callers_to_log(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    server = await serve(always(status(404, b"nobody")))
    client = np6(server.url)
    with pytest.raises(NotFoundError):
        await client.executions(156)
    assert client.stats == attrs.evolve(NEW, requests=1)
    assert told(caplog) == []


@pytest.mark.parametrize("streamed", [True, False])
async def test_V1_V2_unknown_events_are_counted_and_the_first_of_a_type_is_told(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture, streamed: bool
) -> None:
    elements = [
        event(1),
        event(2, type="delivery"),
        event(3, type="delivery"),
        event(4, timestamp="5"),
    ]
    server = await serve(always(array(b"[" + b",".join(elements) + b"]")))
    client = np6(server.url)
    for _ in range(2):
        stream = client.executions(156)
        assert len([each async for each in stream] if streamed else await stream) == 4
    assert (client.stats.events, client.stats.unknown_events) == (8, 6)
    assert told(caplog) == [("WARNING", "unknown_event")] * 2
    types = [vars(record)["np6_type"] for record in caplog.records if record.name == "np6_async"]
    assert types == ["delivery", None]


async def test_V11_answers_out_of_order_are_counted(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(body(3, 1))))
    client = np6(server.url)
    assert [each async for each in client.executions(156, sort="asc")]
    assert client.stats.out_of_order_responses == 1


async def test_N17_answers_with_events_of_another_notification_are_counted(
    serve: Serve, np6: MakeClient
) -> None:
    detail = {"execution": {"id": 7}}
    stranger = event(1, source={"type": "notification", "detail": detail})
    server = await serve(always(array(b"[" + stranger + b"]")))
    client = np6(server.url)
    await client.executions(156)
    await client.executions(156)
    assert client.stats.foreign_responses == 2


async def test_what_is_under_way_and_what_waited_for_it_shows(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always([go := asyncio.Event(), *GOOD]))
    client = np6(server.url, concurrency=1, timeouts=Timeouts(connect=9, idle=9))
    queries = [asyncio.create_task(client.executions(156)) for _ in range(2)]
    await server.until(lambda: len(server.requests) == 1)
    assert (client.stats.in_flight, client.stats.requests) == (1, 1)
    await asyncio.sleep(0.01)  # uvloop's clock counts milliseconds
    go.set()
    await asyncio.gather(*queries)
    assert client.stats.in_flight == 0
    assert client.stats.waited > 0


async def test_a_program_that_reads_no_logs_gets_none(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="np6_async")
    server = await serve(in_turn(status(500), status(429), GOOD))
    client = np6(server.url, retry=QUICK)
    await client.executions(156)
    assert client.stats.retries == 2
    assert told(caplog) == []
