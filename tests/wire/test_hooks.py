"""Hooks: what a client tells its listeners, in which order, and what a bad hook does not do."""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from np6_async import EventQuery, NP6Client, RetryPolicy, hooks
from np6_async._engine.instrumentation import METHODS
from np6_async.errors import ClientClosedError, NotFoundError, NP6Error, ServerError
from np6_async.hooks import Hook, QueryRun
from tests.support import CONTENT, MakeClient, body, event, numbers

from .conftest import Serve
from .fault_server import End, always, array, chunked, head, in_turn, status


class Recorder(Hook):
    """Keeps every call."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, QueryRun, dict[str, Any]]] = []

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.calls]

    def of(self, name: str) -> list[dict[str, Any]]:
        return [told for each, _, told in self.calls if each == name]


def _record(name: str) -> Callable[..., None]:
    def method(self: Recorder, run: QueryRun, **told: Any) -> None:
        self.calls.append((name, run, told))

    method.__name__ = name
    return method


for _name in METHODS:
    setattr(Recorder, _name, _record(_name))

ENDS = {"query_finished", "query_failed", "query_abandoned"}


def check(recorder: Recorder) -> None:
    """See that each run and each attempt starts once and ends once, in that order."""
    runs: dict[QueryRun, list[str]] = {}
    for name, run, _ in recorder.calls:
        runs.setdefault(run, []).append(name)
    assert len({run.id for run in runs}) == len(runs)
    for names in runs.values():
        assert names[0] == "query_started"
        assert names[-1] in ENDS
        assert sum(name in ENDS for name in names) == names.count("query_started") == 1
        attempts = [name for name in names if name.startswith("attempt_")]
        assert attempts == ["attempt_started", "attempt_finished"] * (len(attempts) // 2)


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    made = Recorder()
    yield made
    check(made)
    assert CONTENT not in repr([told for _, _, told in made.calls])


WAYS: dict[str, Callable[[NP6Client], Awaitable[object]]] = {}


def way(ask: Callable[[NP6Client], Awaitable[object]]) -> Callable[[NP6Client], Awaitable[object]]:
    WAYS[ask.__name__] = ask
    return ask


@way
async def awaited(np6: NP6Client) -> object:
    return await np6.bounces(156)


@way
async def looped(np6: NP6Client) -> object:
    return [each async for each in np6.bounces(156)]


@way
async def raw(np6: NP6Client) -> object:
    return [each async for each in np6.bounces(156).raw()]


@way
async def fanned_out(np6: NP6Client) -> object:
    result = await np6.fan_out([156], kinds=["bounces"])
    result.raise_for_failures()
    return result


@way
async def fanned_out_in_a_loop(np6: NP6Client) -> object:
    async with np6.fan_out([156], kinds=["bounces"]) as run:
        batches = [batch async for batch in run]
    if run.failures:
        raise ExceptionGroup("failed", list(run.failures.values()))
    return batches


@pytest.mark.parametrize("ask", WAYS.values(), ids=WAYS)
async def test_a_query_that_succeeds_is_told_from_start_to_finish(
    serve: Serve, np6: MakeClient, recorder: Recorder, ask: Callable[[NP6Client], Awaitable[object]]
) -> None:
    server = await serve(always(array(body(1, 2, 3))))
    await ask(np6(server.url, hooks=[recorder]))
    assert recorder.names == [
        "query_started",
        "attempt_started",
        "body_received",
        "batch_decoded",
        "attempt_finished",
        "query_finished",
    ]
    ((_, run, _), *_) = recorder.calls
    assert run.query == EventQuery(kind="bounces", notification_id=156)
    assert recorder.of("batch_decoded") == [{"events": 3}]
    assert recorder.of("body_received") == [{"size": len(body(1, 2, 3))}]
    (attempt,) = recorder.of("attempt_finished")
    assert (attempt["attempt"], attempt["status"]) == (1, 200)
    assert 0 < attempt["duration"] < 5
    (finished,) = recorder.of("query_finished")
    assert finished["attempts"] == 1
    assert finished["elapsed"] >= attempt["duration"]


@pytest.mark.parametrize("ask", WAYS.values(), ids=WAYS)
async def test_retries_and_failures_are_told_with_their_reason(
    serve: Serve, np6: MakeClient, recorder: Recorder, ask: Callable[[NP6Client], Awaitable[object]]
) -> None:
    server = await serve(always(status(500)))
    np6_client = np6(server.url, hooks=[recorder], retry=RetryPolicy(attempts=2, base=0.001))
    with pytest.raises((ServerError, ExceptionGroup)):
        await ask(np6_client)
    assert recorder.names == [
        "query_started",
        "attempt_started",
        "attempt_finished",
        "retry_scheduled",
        "attempt_started",
        "attempt_finished",
        "query_failed",
    ]
    (retry,) = recorder.of("retry_scheduled")
    assert isinstance(retry["error"], ServerError)
    assert retry["error"].__traceback__ is None
    assert 0 <= retry["delay"] <= 0.001
    assert [told["status"] for told in recorder.of("attempt_finished")] == [500, 500]
    (failed,) = recorder.of("query_failed")
    assert (failed["error"].attempts, failed["error"].status) == (2, 500)


async def test_a_stream_that_breaks_off_is_told_as_resumed(
    serve: Serve, np6: MakeClient, recorder: Recorder
) -> None:
    cut = chunked(body(1, 2)[:-1] + b"," + event(3)[:9], End.FIN)
    server = await serve(in_turn(cut, array(body(1, 2, 3))))
    client = np6(server.url, hooks=[recorder])
    assert numbers([each async for each in client.bounces(156)]) == [1, 2, 3]
    assert "retry_scheduled" not in recorder.names
    (resumed,) = recorder.of("resumed")
    assert resumed["error"].events_yielded == 2
    assert sum(told["events"] for told in recorder.of("batch_decoded")) == 5


async def test_a_list_that_breaks_off_is_told_as_retried(
    serve: Serve, np6: MakeClient, recorder: Recorder
) -> None:
    cut = chunked(body(1, 2)[:-1] + b"," + event(3)[:9], End.FIN)
    server = await serve(in_turn(cut, array(body(1, 2, 3))))
    assert numbers(await np6(server.url, hooks=[recorder]).bounces(156)) == [1, 2, 3]
    assert "resumed" not in recorder.names
    assert len(recorder.of("retry_scheduled")) == 1


async def test_a_throttled_response_is_told(
    serve: Serve, np6: MakeClient, recorder: Recorder
) -> None:
    server = await serve(in_turn(status(429, Retry_After=0), array(body(1))))
    await np6(server.url, hooks=[recorder]).bounces(156)
    (throttled,) = recorder.of("throttled")
    assert (throttled["status"], throttled["retry_after"]) == (429, 0)
    assert recorder.names.index("throttled") < recorder.names.index("retry_scheduled")


async def test_a_request_that_is_sent_again_at_once_is_told(
    serve: Serve, np6: MakeClient, recorder: Recorder
) -> None:
    server = await serve(in_turn(array(body(1)), [End.RST], array(body(2))))
    client = np6(server.url, hooks=[recorder], retry=RetryPolicy(attempts=1))
    await client.bounces(1)
    await client.bounces(2)
    assert recorder.names.count("request_resent") == 1
    assert recorder.of("attempt_finished")[-1]["attempt"] == 2
    assert recorder.of("query_finished")[-1]["attempts"] == client.stats.requests - 1 == 2


async def test_unknown_events_and_anomalies_are_told_without_their_content(
    serve: Serve, np6: MakeClient, recorder: Recorder
) -> None:
    foreign = event(1, source={"type": "notification", "detail": {"activation": {"id": 9}}})
    misfits = [event(2, type="delivery"), event(3, type=CONTENT + "!"), event(4, timestamp=CONTENT)]
    server = await serve(always(array(b"[" + b",".join([foreign, *misfits]) + b"]")))
    await np6(server.url, hooks=[recorder]).bounces(156)
    assert recorder.of("anomaly") == [{"anomaly": hooks.Anomaly.FOREIGN_EVENT}]
    told = recorder.of("unknown_event")
    assert [each["type"] for each in told] == ["delivery", None, None]
    assert told[2]["reason"].startswith("$.timestamp: ")


async def test_events_out_of_order_are_told_once(
    serve: Serve, np6: MakeClient, recorder: Recorder
) -> None:
    server = await serve(always(array(body(3, 1, 2))))
    assert len([_ async for _ in np6(server.url, hooks=[recorder]).bounces(1, sort="asc")]) == 3
    assert recorder.of("anomaly") == [{"anomaly": hooks.Anomaly.OUT_OF_ORDER}]


async def test_an_empty_window_is_told_although_nothing_is_sent(
    np6: MakeClient, recorder: Recorder
) -> None:
    assert await np6(hooks=[recorder]).bounces(156, start=0, end=0) == []
    assert recorder.names == ["query_started", "query_finished"]
    assert recorder.of("query_finished")[0]["attempts"] == 0


async def test_a_loop_that_is_left_abandons_its_query(
    serve: Serve, np6: MakeClient, recorder: Recorder
) -> None:
    begun = body(1)[:-1] + b"," + event(2)[:9]
    server = await serve(always([head(Content_Length=9999), begun, End.SILENCE]))
    async with np6(server.url, hooks=[recorder]).bounces(156) as stream:
        async for _ in stream:
            break
    assert recorder.names[-2:] == ["attempt_finished", "query_abandoned"]


async def test_a_task_that_is_cancelled_abandons_its_query(
    serve: Serve, np6: MakeClient, recorder: Recorder
) -> None:
    server = await serve(always([End.SILENCE]))
    asked = asyncio.create_task(np6(server.url, hooks=[recorder]).bounces(156))
    await server.until(lambda: server.busy == 1)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert recorder.names[-2:] == ["attempt_finished", "query_abandoned"]
    assert recorder.of("attempt_finished")[0]["status"] is None


async def test_closing_the_client_abandons_its_queries(
    serve: Serve, np6: MakeClient, recorder: Recorder
) -> None:
    server = await serve(always([End.SILENCE]))
    client = np6(server.url, hooks=[recorder], concurrency=1)
    asked = [asyncio.create_task(client.bounces(number)) for number in (1, 2)]
    await server.until(lambda: server.busy == 1)
    await client.aclose()
    for each in asked:
        with pytest.raises(ClientClosedError):
            await each
    assert recorder.names.count("query_abandoned") == 2
    assert recorder.names.count("attempt_started") == 1
    with pytest.raises(ClientClosedError):
        await client.bounces(3)
    assert recorder.names.count("query_started") == 2


class Bad(Hook):
    """Raises, always the same error, in every method."""

    def __init__(self) -> None:
        self.raised = 0


def _fail(self: Bad, *_: object, **__: object) -> None:
    self.raised += 1
    raise LookupError("mine")


for _name in METHODS:
    setattr(Bad, _name, _fail)


@pytest.mark.parametrize("ask", WAYS.values(), ids=WAYS)
async def test_a_hook_that_raises_harms_no_query_and_is_logged_once_a_method(
    serve: Serve,
    np6: MakeClient,
    recorder: Recorder,
    caplog: pytest.LogCaptureFixture,
    ask: Callable[[NP6Client], Awaitable[object]],
) -> None:
    bad = Bad()
    server = await serve(in_turn(status(500), array(body(1)), array(body(1))))
    client = np6(server.url, hooks=[bad, recorder])
    assert await ask(client)
    assert await ask(client)
    assert bad.raised == len(recorder.calls)
    failed = [each for each in caplog.records if vars(each)["np6_event"] == "hook_failed"]
    assert [vars(each)["np6_method"] for each in failed] == list(dict.fromkeys(recorder.names))
    assert {each.levelno for each in failed} == {logging.ERROR}
    assert all("LookupError" in each.getMessage() and each.exc_info for each in failed)
    assert "Bad.query_started raised LookupError" in failed[0].getMessage()


async def test_an_interrupt_in_a_hook_is_not_swallowed(serve: Serve, np6: MakeClient) -> None:
    class Interrupting(Hook):
        def query_started(self, run: QueryRun) -> None:
            raise KeyboardInterrupt

    server = await serve(always(array(body(1))))
    with pytest.raises(KeyboardInterrupt):
        await np6(server.url, hooks=[Interrupting()]).bounces(156).__anext__()


class Interruption(BaseException):
    """Not KeyboardInterrupt, which would end the loop of the test."""


def interrupting(name: str) -> Hook:
    """Return a hook that raises what is no `Exception` when it is told of one thing."""

    def interrupt(*_: object, **__: object) -> None:
        raise Interruption

    hook: Hook = type("Interrupting", (Hook,), {name: interrupt})()
    return hook


@pytest.mark.parametrize("interrupting_first", [True, False])
@pytest.mark.parametrize("name", ["query_started", "attempt_started", "query_finished"])
async def test_a_hook_that_is_interrupted_keeps_no_other_from_the_end_of_a_run(
    serve: Serve, np6: MakeClient, recorder: Recorder, name: str, *, interrupting_first: bool
) -> None:
    server = await serve(always(array(body(1))))
    hooks = [interrupting(name), recorder]
    hooks = hooks if interrupting_first else hooks[::-1]
    client = np6(server.url, hooks=hooks)
    with pytest.raises(Interruption):
        await client.bounces(156)
    with pytest.raises(Interruption):
        await client.fan_out([156], kinds="bounces")
    assert recorder.names.count("query_started") == 2


async def test_a_filter_of_the_log_that_fails_harms_no_query(
    serve: Serve,
    np6: MakeClient,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_: logging.LogRecord) -> bool:
        raise LookupError

    monkeypatch.setattr(logging.getLogger("np6_async"), "filters", [fail])
    server = await serve(always(status(500)))
    with pytest.raises(ServerError):
        await np6(server.url, hooks=[recorder]).bounces(156)
    assert recorder.names[-1] == "query_failed"
    assert "LookupError" in capsys.readouterr().err
    monkeypatch.setattr(logging, "raiseExceptions", False)
    with pytest.raises(ServerError):
        await np6(server.url).bounces(156)
    assert capsys.readouterr().err == ""


class Partial:
    """Listens to one thing, without the base class."""

    def __init__(self) -> None:
        self.errors: list[NP6Error] = []

    def query_failed(self, run: QueryRun, *, error: NP6Error) -> None:
        self.errors.append(error)


async def test_a_hook_needs_no_base_class_and_few_methods(serve: Serve, np6: MakeClient) -> None:
    partial: Any = Partial()
    server = await serve(always(status(404)))
    with pytest.raises(NotFoundError) as caught:
        await np6(server.url, hooks=[partial]).bounces(156)
    assert partial.errors == [caught.value]


class Async(Hook):
    async def query_started(self, run: QueryRun) -> None:  # type: ignore[override]  # on purpose
        """A mistake."""


class Generator(Hook):
    def query_started(self, run: QueryRun) -> Any:
        """Another mistake: a call runs nothing."""
        yield


class NotCallable(Hook):
    query_started = None  # type: ignore[assignment]  # on purpose
    query_failed = 5  # type: ignore[assignment]  # on purpose


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (5, "hooks must be a list of hooks, not int"),
        (Recorder(), "hooks must be a list of hooks, not Recorder"),
        ([Recorder], r"pass Recorder\(\), not the class"),
        ([object()], "hook object has no method of np6_async.hooks.Hook"),
        (["query_started"], "hook str has no method"),
        ([Async()], "query_started is `async`"),
        ([Generator()], "query_started has a `yield`"),
        ([NotCallable()], "query_failed must be a method, not int"),
    ],
)
async def test_a_hook_that_cannot_be_called_is_refused_at_once(
    np6: MakeClient, wrong: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        np6(hooks=wrong)
    with pytest.raises(ValueError, match=message):
        np6().with_options(hooks=wrong)


async def test_a_hook_without_methods_of_its_own_is_harmless(np6: MakeClient) -> None:
    class Nothing(Hook):
        """Overrides nothing yet."""

    np6(hooks=[Nothing()])


def test_every_method_of_a_hook_does_nothing_by_itself() -> None:
    class Nothing(Hook):
        """Overrides nothing."""

    run: Any = None
    nothing = Nothing()
    for name in METHODS:
        method = getattr(nothing, name)
        names = [each for each in inspect.signature(method).parameters if each != "run"]
        assert method(run, **dict.fromkeys(names)) is None


async def test_S14_the_log_of_a_failed_hook_does_not_show_the_error_of_the_query(
    serve: Serve, np6: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Hook):
        def query_failed(self, run: QueryRun, *, error: NP6Error) -> None:
            try:
                raise KeyError("first")  # noqa: TRY301 - so that it is a context
            except KeyError:
                raise LookupError("second")  # noqa: B904 - which makes the first its context

    server = await serve(always(status(404, b"what the API said")))
    with pytest.raises(NP6Error):
        await np6(server.url, hooks=[Failing()]).executions(156)
    assert "KeyError" in caplog.text
    assert "LookupError" in caplog.text
    assert "what the API said" not in caplog.text
