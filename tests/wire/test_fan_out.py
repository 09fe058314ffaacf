"""Many queries at once: what comes back, what is kept apart, and what is left alone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any

import pytest

from np6_async import (
    Batch,
    Event,
    EventKind,
    EventQuery,
    FanOut,
    FanOutResult,
    NP6Client,
    RetryPolicy,
    Timeouts,
    UnknownEvent,
)
from np6_async.errors import (
    AuthenticationError,
    ConflictError,
    DeadlineExceededError,
    NotFoundError,
    NP6Error,
    PermissionDeniedError,
    ResponseError,
    ServerError,
    StreamInterruptedError,
)
from tests.support import MakeClient, body, event, numbers, pickled, settled

from .conftest import Serve
from .fault_server import (
    End,
    FaultServer,
    Request,
    Responder,
    Response,
    always,
    array,
    chunked,
    in_turn,
    status,
)

AnyEvent = Event | UnknownEvent
AnyBatch = Batch[AnyEvent]
AnyRun = FanOut[AnyEvent]
ONCE = RetryPolicy(attempts=1)
BEGUN = b"[" + event(1) + b"," + event(2)
WITH_QUOTA = array(b"[]", X_RateLimit_Remaining=999, X_RateLimit_Reset=60)


def by_id(replies: dict[int, Response]) -> Responder:
    """Response to each notification in its way, and with its id as the one event to all others."""
    return lambda request: replies.get(
        request.notification_id, array(body(request.notification_id))
    )


def all_but_0(reply: Response) -> Responder:
    """Give every request the same reply, but for notification 0 one that states a quota."""
    return lambda request: reply if request.notification_id else WITH_QUOTA


async def let_four_go_at_once(client: NP6Client, server: FaultServer) -> None:
    """Widen the client's window by two answers that state a quota."""
    for _ in range(2):
        await client.bounces(0)
    server.requests.clear()


def bounces_of(notification_id: int, **window: Any) -> EventQuery:
    return EventQuery(kind="bounces", notification_id=notification_id, **window)


async def batches_of(run: AnyRun) -> list[AnyBatch]:
    async with run:
        return [batch async for batch in run]


async def ids_of(run: AnyRun) -> list[int]:
    """Return which notifications were answered, each once for each batch."""
    return [int(batch.query.notification_id or 0) for batch in await batches_of(run)]


# What comes back


async def test_awaiting_gathers_every_answer(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({2: array(b"[]")}))
    result = await np6(server.url).fan_out([1, 2, 3], sort="asc")
    assert {query: numbers(events) for query, events in result.events.items()} == {
        EventQuery(kind=kind, notification_id=each, sort="asc"): [] if each == 2 else [each]
        for kind in EventKind
        for each in (1, 2, 3)
    }
    assert (result.failures, result.complete) == ({}, True)
    result.raise_for_failures()


async def test_every_answer_ends_with_one_last_batch(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({2: array(b"[]"), 3: chunked(BEGUN, b"," + event(3) + b"]")}))
    run = np6(server.url).fan_out([1, 2, 3], kinds="bounces")
    found: dict[EventQuery, list[AnyEvent]] = {}
    lasts: dict[EventQuery, list[bool]] = {}
    for batch in await batches_of(run):
        found.setdefault(batch.query, []).extend(batch.events)
        lasts.setdefault(batch.query, []).append(batch.last)
    wanted = {1: [1], 2: [], 3: [1, 2, 3]}
    assert {query.notification_id: numbers(events) for query, events in found.items()} == wanted
    assert all(flags == [False] * (len(flags) - 1) + [True] for flags in lasts.values())
    assert (run.failures, run.complete) == ({}, True)


async def test_batches_come_while_bodies_still_arrive(serve: Serve, np6: MakeClient) -> None:
    go = asyncio.Event()
    server = await serve(always(chunked(BEGUN, go, b"]")))
    async with np6(server.url).fan_out([156], kinds="bounces") as run:
        first = await anext(run)
        assert (numbers(first.events), first.last) == ([1], False)
        go.set()
        second = await anext(run)
        assert (numbers(second.events), second.last) == ([2], True)
        assert await anext(run, None) is None
        assert await anext(run, None) is None


@pytest.mark.parametrize(
    ("kinds", "asked"),
    [
        (None, list(EventKind)),
        ("bounces", ["bounces"]),
        (EventKind.BOUNCES, ["bounces"]),
        (["bounces", EventKind.EXECUTIONS], ["bounces", "executions"]),
        (["bounces", "bounces", EventKind.BOUNCES], ["bounces"]),
        (iter(["cancellations"]), ["cancellations"]),
    ],
)
async def test_kinds_are_asked_once_each(
    serve: Serve, np6: MakeClient, kinds: Any, asked: list[str]
) -> None:
    server = await serve(always(array(b"[]")))
    result = await np6(server.url, concurrency=1).fan_out([1], kinds=kinds)
    assert [request.kind for request in server.requests] == asked
    assert [query.kind for query in result.events] == asked


async def test_the_window_and_the_order_go_to_every_query(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"[]")))
    await np6(server.url).fan_out([1, 2], start=0, end=10**12, sort="desc")
    assert len(server.requests) == 2 * len(EventKind)
    for request in server.requests:
        query = "start=1970-01-01T00:00:00.000Z&end=2001-09-09T01:46:40.000Z&sort=desc"
        assert f"?{query} " in request.line.replace("%3A", ":")


async def test_no_ids_are_no_queries(serve: Serve, np6: MakeClient) -> None:
    client = np6("http://127.0.0.1:9")
    assert await client.fan_out([]) == FanOutResult(events={}, failures={}, complete=True)
    run = client.fan_out([])
    assert await batches_of(run) == []
    assert (run.failures, run.complete) == ({}, True)


async def test_an_id_that_comes_twice_is_asked_twice(serve: Serve, np6: MakeClient) -> None:
    server = await serve(in_turn(array(body(1)), array(body(2)), array(body(1)), array(body(2))))
    client = np6(server.url, concurrency=1)
    result = await client.fan_out([7, 7], kinds="bounces")
    assert {query: numbers(events) for query, events in result.events.items()} == {
        bounces_of(7): [2]
    }
    assert await ids_of(client.fan_out([7, 7], kinds="bounces")) == [7, 7]
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("replies", "answered", "failed"),
    [
        ([status(404), array(body(1))], 1, 0),
        ([array(body(1)), status(404)], 0, 1),
        ([status(404), status(404)], 0, 1),
    ],
)
async def test_of_an_id_that_comes_twice_the_last_answer_counts(
    serve: Serve, np6: MakeClient, replies: list[Response], answered: int, failed: int
) -> None:
    server = await serve(in_turn(*replies, *replies))
    client = np6(server.url, concurrency=1)
    result = await client.fan_out([7, 7], kinds="bounces")
    assert (len(result.events), len(result.failures)) == (answered, failed)
    assert result.complete is not failed
    run = client.fan_out([7, 7], kinds="bounces")
    await batches_of(run)
    assert len(run.failures) == failed


async def test_many_ids_are_all_answered(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({}))
    result = await np6(server.url).fan_out(range(100))
    assert len(result.events) == len(server.requests) == 100 * len(EventKind)
    for query, events in result.events.items():
        assert numbers(events) == [query.notification_id]


# Where ids come from


async def slowly(ids: Iterable[int]) -> AsyncIterator[int]:
    for each in ids:
        await asyncio.sleep(0)
        yield each


class ByHand:
    """An async iterable that is no generator."""

    def __aiter__(self) -> AsyncIterator[int]:
        return slowly([1, 2, 3])


@pytest.mark.parametrize(
    "make_ids",
    [
        lambda: [1, 2, 3],
        lambda: (1, 2, 3),
        lambda: range(1, 4),
        lambda: {1, 2, 3},
        {1: "a", 2: "b", 3: "c"}.keys,
        lambda: iter([1, 2, 3]),
        lambda: (each for each in (1, 2, 3)),
        lambda: slowly([1, 2, 3]),
        ByHand,
    ],
)
async def test_ids_come_from_any_iterable(
    serve: Serve, np6: MakeClient, make_ids: Callable[[], Any]
) -> None:
    server = await serve(by_id({}))
    client = np6(server.url)
    result = await client.fan_out(make_ids(), kinds="bounces")
    assert {query.notification_id for query in result.events} == {1, 2, 3}
    assert sorted(await ids_of(client.fan_out(make_ids(), kinds="bounces"))) == [1, 2, 3]


class Counted:
    """An endless source of ids that knows how many were read, and whether it was closed."""

    def __init__(self) -> None:
        self.read = 0
        self.closed = False

    def __iter__(self) -> Iterator[int]:
        try:
            while True:
                self.read += 1
                yield self.read
        finally:
            self.closed = True

    async def slowly(self) -> AsyncIterator[int]:
        try:
            while True:
                await asyncio.sleep(0)
                self.read += 1
                yield self.read
        finally:
            self.closed = True


@pytest.mark.parametrize("source", [Counted.__iter__, Counted.slowly])
@pytest.mark.parametrize("concurrency", [1, 4])
async def test_ids_are_read_as_queries_get_their_turn(
    serve: Serve, np6: MakeClient, concurrency: int, source: Callable[[Counted], Any]
) -> None:
    server = await serve(all_but_0([End.SILENCE]))
    ids = Counted()
    client = np6(server.url, concurrency=concurrency)
    await let_four_go_at_once(client, server)
    run = client.fan_out(source(ids), kinds="bounces")
    assert ids.read == 0
    async with run:
        await server.until(lambda: server.busy == concurrency)
        await settled()
        assert ids.read == concurrency
    await asyncio.sleep(0)
    assert ids.closed


@pytest.mark.parametrize("source", [Counted.__iter__, Counted.slowly])
async def test_a_slow_consumer_slows_the_run(
    serve: Serve, np6: MakeClient, source: Callable[[Counted], Any]
) -> None:
    server = await serve(always(array(body(1))))
    ids = Counted()
    client = np6(server.url, concurrency=3)
    async with client.fan_out(source(ids), kinds="bounces") as run:
        for taken in range(5):
            await settled()
            most = taken + 3 + 4  # what the workers hold, and what waits to be taken
            assert (len(server.requests), ids.read) == (most, most)
            await anext(run)


async def test_a_run_may_have_a_bound_of_its_own(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always([End.SILENCE]))
    ids = Counted()
    async with np6(server.url).fan_out(ids, kinds="bounces", concurrency=2):
        await server.until(lambda: server.busy == 2)
        await settled()
        assert (server.busy, ids.read) == (2, 2)


@pytest.mark.parametrize("source", [iter, slowly])
@pytest.mark.parametrize("bad", [-1, 2**31, True, "1", 1.0, None])
async def test_a_bad_id_ends_the_run(
    serve: Serve, np6: MakeClient, source: Callable[[Any], Any], bad: Any
) -> None:
    server = await serve(by_id({1: [End.SILENCE], 2: [End.SILENCE]}))
    client = np6(server.url)
    for use in (awaited, batches_of):
        run = client.fan_out(source([1, 2, bad, 3]), kinds="bounces")
        with pytest.raises(ValueError, match="notification_id must be") as caught:
            await use(run)
        assert caught.value.__context__ is None
        assert not run.complete
    await server.until(lambda: server.open == 0)
    assert {request.notification_id for request in server.requests} <= {1, 2}


async def awaited(run: AnyRun) -> object:
    return await run


def failing(error: BaseException) -> Iterator[int]:
    yield 1
    raise error


async def failing_slowly(error: BaseException) -> AsyncIterator[int]:
    yield 1
    await asyncio.sleep(0)
    raise error


MINE = [LookupError("mine"), TimeoutError("mine"), ExceptionGroup("mine", [LookupError("one")])]


@pytest.mark.parametrize("source", [failing, failing_slowly])
@pytest.mark.parametrize("mine", MINE, ids=lambda error: type(error).__name__)
async def test_an_error_of_the_iterable_ends_the_run(
    serve: Serve, np6: MakeClient, source: Callable[[Any], Any], mine: Exception
) -> None:
    server = await serve(always([End.SILENCE]))
    client = np6(server.url)
    for use in (awaited, batches_of):
        with pytest.raises(type(mine)) as caught:
            await use(client.fan_out(source(mine)))
        assert caught.value is mine
        assert mine.__context__ is None
    await server.until(lambda: server.open == 0)


async def test_batches_before_a_bad_id_can_still_be_taken(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({}))
    taken = []

    async def take() -> None:
        async with np6(server.url, concurrency=1).fan_out([1, 2, -1], kinds="bounces") as run:
            await settled()
            async for batch in run:
                taken.append(batch.query.notification_id)  # noqa: PERF401 - kept when it fails

    with pytest.raises(ValueError, match="notification_id must be from 0"):
        await take()
    assert taken == [1, 2]


async def test_a_run_that_failed_unseen_is_left_silently(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({}))
    async with np6(server.url).fan_out([1, -1]):
        await settled()


# What goes wrong with one query harms no other


async def test_U11_failures_are_kept_apart(serve: Serve, np6: MakeClient) -> None:
    replies: dict[int, Response] = {
        1: status(404, x_request_id="one"),
        2: status(500, x_request_id="two"),
        3: array(b"{}", x_request_id="three"),
        4: chunked(body(1)[:-1], End.FIN, x_request_id="four"),
        5: status(403, b"no", x_request_id="five"),
        6: status(409, x_request_id="six"),
    }
    expected = {
        bounces_of(1): NotFoundError,
        bounces_of(2): ServerError,
        bounces_of(3): ResponseError,
        bounces_of(4): StreamInterruptedError,
        bounces_of(5): PermissionDeniedError,
        bounces_of(6): ConflictError,
    }
    server = await serve(by_id(replies))
    client = np6(server.url, retry=ONCE)
    result = await client.fan_out(range(10), kinds="bounces")
    run = client.fan_out(range(10), kinds="bounces")
    whole = {batch.query for batch in await batches_of(run) if batch.last}
    for failures in (result.failures, run.failures):
        assert {query: type(error) for query, error in failures.items()} == expected
        assert all(error.query == query for query, error in failures.items())
        assert all(error.__context__ is None for error in failures.values())
    assert {query.notification_id for query in result.events} == {0, 7, 8, 9}
    assert whole == set(result.events)
    assert (result.complete, run.complete) == (False, False)
    assert pickled(result).events == result.events


async def test_failures_can_be_raised_together(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({1: status(404), 2: status(409)}))
    client = np6(server.url)
    result = await client.fan_out([0, 1, 2], kinds="bounces")
    with pytest.raises(ExceptionGroup, match="2 queries failed") as caught:
        result.raise_for_failures()
    assert {type(each) for each in caught.value.exceptions} == {NotFoundError, ConflictError}
    with pytest.raises(ExceptionGroup, match="1 query failed"):
        (await client.fan_out([1], kinds="bounces")).raise_for_failures()


async def test_a_failure_says_how_many_events_had_arrived(serve: Serve, np6: MakeClient) -> None:
    go = asyncio.Event()
    server = await serve(by_id({1: chunked(BEGUN, go, End.FIN)}))
    async with np6(server.url).fan_out([1], kinds="bounces") as run:
        batch = await anext(run)
        assert (numbers(batch.events), batch.last) == ([1], False)
        go.set()
        assert await anext(run, None) is None
    assert run.failures[bounces_of(1)].events_yielded == 1


async def test_U11_a_failed_query_is_in_the_failures_only(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({1: chunked(body(*range(1000))[:-1], End.FIN)}))
    result = await np6(server.url, retry=ONCE).fan_out([1, 2], kinds="bounces")
    assert list(result.events) == [bounces_of(2)]
    assert list(result.failures) == [bounces_of(1)]


async def test_a_misfit_fails_its_query_of_a_strict_client(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({1: array(b"[null]")}))
    result = await np6(server.url, strict=True).fan_out([1, 2], kinds="bounces")
    assert result.failures[bounces_of(1)].path == "$"
    assert list(result.events) == [bounces_of(2)]


@pytest.mark.parametrize(
    ("code", "every"),
    [
        (500, 3),
        (503, 10),
        pytest.param(503, 3, marks=pytest.mark.nightly),  # so many refusals slow it down for real
    ],
)
async def test_queries_are_retried_as_any_other(
    serve: Serve, np6: MakeClient, monkeypatch: pytest.MonkeyPatch, code: int, every: int
) -> None:
    monkeypatch.setattr("random.random", lambda: 0.01)  # a refusal costs 4 ms, not 0.35 s
    bad = dict.fromkeys(range(0, 30, every), 2)
    asked = 30 + sum(bad.values())

    def answer(request: Request) -> Response:
        bad[request.notification_id] = left = bad.get(request.notification_id, 0) - 1
        return status(code) if left >= 0 else array(body(request.notification_id))

    server = await serve(answer)
    result = await np6(server.url).fan_out(range(30), kinds="bounces")
    assert result.complete
    assert len(server.requests) == asked


# Three 401s in a row


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_H7_three_refusals_of_the_key_in_a_row_end_the_run(
    serve: Serve, np6: MakeClient, concurrency: int
) -> None:
    server = await serve(all_but_0(status(401)))
    client = np6(server.url, concurrency=concurrency)
    await let_four_go_at_once(client, server)
    ids = Counted()
    result = await client.fan_out(ids, kinds="bounces")
    assert not result.complete
    assert result.events == {}
    assert {type(error) for error in result.failures.values()} == {AuthenticationError}
    assert 3 <= len(server.requests) <= 2 + concurrency
    assert ids.read == len(result.failures) <= 2 + concurrency
    run = client.fan_out(Counted(), kinds="bounces")
    assert await batches_of(run) == []
    assert not run.complete


async def test_H7_a_dead_key_ends_what_is_under_way(serve: Serve, np6: MakeClient) -> None:
    go = asyncio.Event()
    silence = all_but_0([End.SILENCE])
    server = await serve(
        lambda request: (
            [go, *status(401)] if request.notification_id in (2, 3, 4) else silence(request)
        )
    )
    client = np6(server.url, concurrency=4)
    await let_four_go_at_once(client, server)
    running = asyncio.ensure_future(client.fan_out(range(1, 99), kinds="bounces"))
    await server.until(lambda: len(server.requests) == 4)
    go.set()
    async with asyncio.timeout(1):
        result = await running
    error = result.failures[bounces_of(1)]
    assert type(error) is AuthenticationError
    assert (error.stopped_by, error.status) == ("rejected key", 401)
    assert {query.notification_id for query in result.failures} - {5, 6} == {1, 2, 3, 4}
    assert len(server.requests) <= 6
    await server.until(lambda: server.busy == 0)


async def test_H7_a_dead_key_ends_the_wait_for_an_id(serve: Serve, np6: MakeClient) -> None:
    async def ids() -> AsyncIterator[int]:
        for each in (1, 2, 3):
            yield each
        await asyncio.Event().wait()

    server = await serve(always(status(401)))
    async with asyncio.timeout(1):
        result = await np6(server.url).fan_out(ids(), kinds="bounces")
    assert len(result.failures) == 3
    assert not result.complete


@pytest.mark.parametrize("between", [array(b"[]"), status(404), status(403)])
async def test_H7_refusals_of_the_key_count_only_in_a_row(
    serve: Serve, np6: MakeClient, between: Response
) -> None:
    server = await serve(
        lambda request: between if request.notification_id % 3 == 0 else status(401)
    )
    result = await np6(server.url, concurrency=1).fan_out(range(12), kinds="bounces")
    assert len(server.requests) == 12
    assert len(result.failures) + len(result.events) == 12


async def test_H7_a_failure_without_an_answer_says_nothing_about_the_key(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(by_id({0: status(401), 1: status(401), 2: [End.RST], 3: status(401)}))
    result = await np6(server.url, concurrency=1, retry=ONCE).fan_out(range(9), kinds="bounces")
    asked = [request.notification_id for request in server.requests]
    assert asked == [0, 1, 2, 2, 3]  # the connection had been used, so it may have died idle
    assert not result.complete


# Deadlines


async def test_at_the_deadline_running_queries_fail_and_the_rest_is_unread(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(by_id({2: [End.SILENCE], 3: chunked(BEGUN, End.SILENCE)}))
    client = np6(server.url, concurrency=2)
    ids = Counted()
    result = await client.fan_out(ids, kinds="bounces", deadline=0.2)
    assert list(result.events) == [bounces_of(1)]
    assert set(result.failures) == {bounces_of(2), bounces_of(3)}
    assert (ids.read, result.complete) == (3, False)
    for query, error in result.failures.items():
        assert type(error) is DeadlineExceededError
        assert isinstance(error, TimeoutError)
        assert (error.query, error.stopped_by) == (query, "deadline")
        assert "the fan-out's deadline of 0.2 s has passed" in str(error)
        assert error.phase == "fan_out"
        assert error.__context__ is None
    await server.until(lambda: server.open == 0)


async def test_at_the_deadline_a_streamed_run_ends(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({2: [End.SILENCE], 3: chunked(BEGUN, End.SILENCE)}))
    run = np6(server.url, concurrency=2).fan_out(Counted(), kinds="bounces", deadline=0.2)
    assert [numbers(batch.events) for batch in await batches_of(run)] == [[1], [1]]
    assert {
        query.notification_id: error.events_yielded for query, error in run.failures.items()
    } == {
        2: 0,
        3: 1,
    }
    assert not run.complete


async def test_a_deadline_ends_the_wait_for_an_id(serve: Serve, np6: MakeClient) -> None:
    async def ids() -> AsyncIterator[int]:
        yield 1
        await asyncio.Event().wait()

    server = await serve(by_id({}))
    result = await np6(server.url).fan_out(ids(), kinds="bounces", deadline=0.2)
    assert list(result.events) == [bounces_of(1)]
    assert (result.failures, result.complete) == ({}, False)


async def test_a_deadline_that_is_kept_changes_nothing(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({}))
    result = await np6(server.url).fan_out(range(5), kinds="bounces", deadline=60)
    assert (len(result.events), result.complete) == (5, True)


async def test_a_total_of_the_client_fails_its_query_only(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({2: [End.SILENCE]}))
    client = np6(server.url, timeouts=Timeouts(total=0.4))
    result = await client.fan_out([1, 2, 3], kinds="bounces")
    assert {query.notification_id for query in result.events} == {1, 3}
    assert "the total timeout of 0.4 s has passed" in str(result.failures[bounces_of(2)])
    assert not result.complete


# Leaving early


async def test_leaving_the_loop_ends_the_run(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({each: [End.SILENCE] for each in range(2, 99)}))
    ids = Counted()
    async with np6(server.url, concurrency=4).fan_out(ids, kinds="bounces") as run:
        async for batch in run:
            assert numbers(batch.events) == [1]
            break
    await server.until(lambda: server.open == 0)
    assert not run.complete
    assert ids.closed


async def test_U9_an_error_in_the_loop_body_passes_untouched(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({each: [End.SILENCE] for each in range(2, 99)}))
    mine = LookupError("mine")

    async def fail() -> None:
        async with np6(server.url).fan_out(range(1, 99), kinds="bounces") as run:
            async for _ in run:
                raise mine

    with pytest.raises(LookupError) as caught:
        await fail()
    assert caught.value is mine
    assert mine.__context__ is None
    await server.until(lambda: server.open == 0)


@pytest.mark.parametrize("use", [awaited, batches_of])
async def test_cancelling_ends_the_run(
    serve: Serve, np6: MakeClient, use: Callable[[AnyRun], Any]
) -> None:
    server = await serve(all_but_0([End.SILENCE]))
    client = np6(server.url, concurrency=4)
    await let_four_go_at_once(client, server)
    task = asyncio.create_task(use(client.fan_out(range(1, 99))))
    await server.until(lambda: server.busy == 4)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await server.until(lambda: server.open == 0)


async def test_cancelling_while_the_consumer_is_slow_ends_the_run(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(by_id({}))

    async def consume() -> None:
        async with np6(server.url).fan_out(range(99)) as run:
            async for _ in run:
                await asyncio.Event().wait()

    task = asyncio.create_task(consume())
    await server.until(lambda: len(server.requests) > 16)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    asked = len(server.requests)
    await settled()
    assert (server.busy, len(server.requests)) == (0, asked)


async def test_U10_a_task_group_around_a_run_ends_it(serve: Serve, np6: MakeClient) -> None:
    server = await serve(all_but_0([End.SILENCE]))
    client = np6(server.url)
    await let_four_go_at_once(client, server)

    async def fail() -> None:
        await server.until(lambda: server.busy == 4)
        raise LookupError("mine")

    async def run_both() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(client.fan_out(range(1, 99)))
            group.create_task(fail())

    with pytest.raises(ExceptionGroup) as caught:
        await run_both()
    assert [str(each) for each in caught.value.exceptions] == ["mine"]
    await server.until(lambda: server.open == 0)


# One use


async def test_a_run_can_be_used_once(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({}))
    client = np6(server.url)
    for first in (awaited, batches_of):
        for second in (awaited, batches_of):
            run = client.fan_out([1], kinds="bounces")
            await first(run)
            with pytest.raises(RuntimeError, match="this FanOut was used already: make a new one"):
                await second(run)
    assert len(server.requests) == 4


async def test_a_run_is_iterated_only_in_its_block(np6: MakeClient) -> None:
    with pytest.raises(RuntimeError, match="iterate inside `async with"):
        await anext(np6().fan_out([1]))


async def test_leaving_a_run_that_was_not_entered_is_no_harm(np6: MakeClient) -> None:
    await np6().fan_out([1]).__aexit__(None, None, None)


@pytest.mark.parametrize("run", [asyncio.create_task, asyncio.ensure_future, asyncio.gather])
async def test_a_run_is_a_coroutine_for_asyncio(
    serve: Serve, np6: MakeClient, run: Callable[[Any], Any]
) -> None:
    server = await serve(by_id({}))
    fan_out = np6(server.url).fan_out([1], kinds="bounces")
    result = await run(fan_out)
    assert bounces_of(1) in (result[0] if isinstance(result, list) else result).events


async def test_nothing_is_sent_before_a_run_is_used(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({}))
    ids = Counted()
    run = np6(server.url).fan_out(ids)
    await settled()
    assert not run.complete
    assert (ids.read, server.received) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kinds": []}, "kinds is empty"),
        ({"kinds": "opens"}, "kind must be one of 'executions', 'cancellations', 'bounces'"),
        ({"kinds": ["bounces", "opens"]}, "kind must be one of"),
        ({"start": 1}, "looks like seconds"),
        ({"start": 10**12, "end": 10**11}, "lies before start"),
        ({"sort": "up"}, "sort must be"),
        ({"concurrency": 0}, "concurrency must be at least 1"),
        ({"concurrency": 1.5}, "concurrency must be an int"),
        ({"deadline": 0}, "deadline must be positive"),
        ({"deadline": float("nan")}, "deadline must be positive and finite"),
        ({"ids": 5}, "ids must be an iterable of ids or of EventQuery, not int"),
        ({"ids": "156"}, "ids must be an iterable of ids or of EventQuery, not str"),
        ({"ids": b"156"}, "ids must be an iterable of ids or of EventQuery, not bytes"),
        ({"ids": bytearray(b"1")}, "ids must be an iterable of ids or of EventQuery, not byte"),
        ({"ids": memoryview(b"1")}, "ids must be an iterable of ids or of EventQuery, not mem"),
    ],
)
def test_bad_arguments_are_refused_at_the_call(
    key: str, arguments: dict[str, Any], message: str
) -> None:
    client = NP6Client(key)
    with pytest.raises(ValueError, match=message):
        _ = client.fan_out(**{"ids": [1], **arguments})


async def test_an_empty_window_is_answered_without_asking(serve: Serve, np6: MakeClient) -> None:
    server = await serve(by_id({}))
    client = np6(server.url)
    result = await client.fan_out([1, 2], kinds="bounces", start=0, end=0)
    assert list(result.events.values()) == [[], []]
    run = client.fan_out([1, 2], kinds="bounces", start=0, end=0)
    assert [(batch.events, batch.last) for batch in await batches_of(run)] == [([], True)] * 2
    assert server.requests == []


async def test_a_run_makes_up_no_errors_of_its_own_tree(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(status(500, x_request_id="req-1")))
    result = await np6(server.url, retry=ONCE).fan_out([1], kinds="bounces")
    (error,) = result.failures.values()
    assert isinstance(error, NP6Error)
    assert (error.request_id, error.attempts) == ("req-1", 1)
