"""What an exception leaves behind: nothing that an error report or the collector could find."""

import asyncio
import gc
import gzip
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress

import pytest

from np6_async import NP6Client, RetryPolicy, Timeouts
from np6_async._http.connector import Connecting
from np6_async.errors import ClientClosedError, NP6Error
from np6_async.hooks import Hook, QueryRun
from tests.leaks import led_to
from tests.support import CONTENT, MakeClient, body, event, settled

from .conftest import Serve
from .fault_server import End, Request, Response, always, array, chunked, head, status

pytestmark = pytest.mark.not_measured

ONCE = RetryPolicy(attempts=1)
IMPATIENT = Timeouts(connect=2, idle=0.05)
MANY = body(*range(100))[:-1] + b"," + event(100)[:20]  # several pieces, and half an event
UNFIT = body(*range(40))[:-1] + b"," + event(41, id=CONTENT) + b"]"

FAULTS: dict[str, Response] = {
    "cut": [*array(MANY, Content_Length=99_999), End.FIN],
    "cut chunk": chunked(MANY, End.FIN),
    "cut gzip": array(gzip.compress(MANY), Content_Encoding="gzip"),
    "silent": chunked(MANY, End.SILENCE),
    "no JSON": array(MANY[:-20] + b"}"),
    "goes on": array(body(*range(40)) + event(41)),
    "does not fit": array(UNFIT),
}

Way = Callable[[NP6Client], Awaitable[object]]
WAYS: dict[str, Way] = {}


def way(ask: Way) -> Way:
    WAYS[ask.__name__] = ask
    return ask


@way
async def awaited(np6: NP6Client) -> object:
    return await np6.executions(156)


@way
async def looped(np6: NP6Client) -> None:
    async for each in np6.executions(156):
        del each


@way
async def in_batches(np6: NP6Client) -> None:
    async with np6.executions(156, sort="asc") as stream:
        async for events in stream.batches():
            del events


@way
async def stepped(np6: NP6Client) -> None:
    stream = np6.executions(156)
    while True:
        await anext(stream)


@way
async def raw(np6: NP6Client) -> None:
    async with aclosing(np6.executions(156, sort="desc").raw()) as elements:
        async for element in elements:
            del element


@way
async def fanned_out(np6: NP6Client) -> None:
    result = await np6.fan_out([156], kinds=["executions"])
    result.raise_for_failures()


@way
async def fanned_out_in_a_loop(np6: NP6Client) -> None:
    async with np6.fan_out([156], kinds=["executions"]) as run:
        async for batch in run:
            del batch
    if run.failures:
        raise ExceptionGroup("failed", list(run.failures.values()))


def family(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and all that it leads to."""
    if error is None:
        return
    yield error
    yield from family(error.__cause__)
    yield from family(error.__context__)
    for each in getattr(error, "exceptions", ()):
        yield from family(each)


def shown(error: BaseException) -> list[str]:
    """Return where our frames hold what events say, while the error is reported."""
    return [place for each in family(error) for place in led_to([CONTENT], each)]


@pytest.mark.parametrize("ask", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_S14_no_walk_over_local_variables_leads_to_events(
    serve: Serve, np6: MakeClient, fault: str, ask: Way
) -> None:
    server = await serve(always(FAULTS[fault]))
    client = np6(server.url, retry=RetryPolicy(attempts=2, base=0.001), timeouts=IMPATIENT)
    strict = client.with_options(strict=fault == "does not fit")
    if (fault, ask) == ("does not fit", raw):
        return  # which builds no events, so that all fit
    with pytest.raises((NP6Error, ExceptionGroup)) as caught:
        await ask(strict)
    assert shown(caught.value) == []


@pytest.mark.parametrize("ask", WAYS.values(), ids=WAYS)
async def test_S14_no_walk_leads_to_events_when_a_task_is_cancelled(
    serve: Serve, np6: MakeClient, ask: Way
) -> None:
    server = await serve(always(chunked(MANY, End.SILENCE)))
    client = np6(server.url)
    asked = asyncio.ensure_future(ask(client))
    await server.until(lambda: server.busy == 1)
    await settled()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await asked
    assert client.stats.events > 0
    assert shown(caught.value) == []


@pytest.mark.parametrize("ask", WAYS.values(), ids=WAYS)
async def test_S14_no_walk_leads_to_events_when_the_client_is_closed(
    serve: Serve, np6: MakeClient, ask: Way
) -> None:
    server = await serve(always(chunked(MANY, End.SILENCE)))
    client = np6(server.url)
    asked = asyncio.ensure_future(ask(client))
    await server.until(lambda: server.busy == 1)
    await settled()
    await client.aclose()
    with pytest.raises(ClientClosedError) as caught:
        await asked
    assert client.stats.events > 0
    assert shown(caught.value) == []


async def test_S14_no_walk_leads_to_events_when_a_bad_id_ends_a_fan_out(
    serve: Serve, np6: MakeClient
) -> None:
    asked = asyncio.Event()

    def answer(_: Request) -> Response:
        asked.set()
        return array(body(*range(40)))

    server = await serve(answer)

    async def ids() -> AsyncIterator[int]:
        yield 1
        await asked.wait()
        await settled()
        yield -1

    client = np6(server.url, concurrency=1)
    with pytest.raises(ValueError, match="notification_id") as awaited:
        await client.fan_out(ids(), kinds="bounces")
    assert shown(awaited.value) == []

    async def loop() -> None:
        async with client.fan_out(ids(), kinds="bounces") as run:
            async for batch in run:
                del batch

    with pytest.raises(ValueError, match="notification_id") as looped:
        await loop()
    assert shown(looped.value) == []


async def test_S14_an_error_of_the_callers_own_leads_to_no_events(
    serve: Serve, np6: MakeClient
) -> None:
    """Not even to those that wait for a loop that is left."""
    server = await serve(always(array(body(*range(200)))))

    async def loop() -> None:
        async with np6(server.url).fan_out(range(9), kinds="bounces") as run:
            async for batch in run:
                del batch
                await settled()
                raise LookupError("mine")

    with pytest.raises(LookupError) as caught:
        await loop()
    assert shown(caught.value) == []


class Reporter(Hook):
    """Reports what it is told, and what is in flight meanwhile, as an error reporter does."""

    def __init__(self) -> None:
        self.reported: list[str] = []

    def _report(self, *errors: BaseException | None) -> None:
        for error in (*errors, sys.exception()):
            self.reported += [] if error is None else shown(error)

    def query_failed(self, run: QueryRun, *, error: NP6Error) -> None:
        self._report(error)

    def retry_scheduled(self, run: QueryRun, *, error: NP6Error, delay: float) -> None:
        self._report(error)

    def resumed(self, run: QueryRun, *, error: NP6Error, delay: float) -> None:
        self._report(error)

    def attempt_finished(
        self, run: QueryRun, *, attempt: int, status: int | None, duration: float
    ) -> None:
        self._report()

    def query_abandoned(self, run: QueryRun, *, attempts: int, elapsed: float) -> None:
        self._report()


@pytest.mark.parametrize("ask", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_S14_no_hook_is_led_to_events(
    serve: Serve, np6: MakeClient, fault: str, ask: Way
) -> None:
    server = await serve(always(FAULTS[fault]))
    reporter = Reporter()
    client = np6(
        server.url,
        retry=RetryPolicy(attempts=2, base=0.001),
        timeouts=IMPATIENT,
        hooks=[reporter],
        strict=fault == "does not fit",
    )
    with suppress(NP6Error, ExceptionGroup):
        await ask(client)
    assert reporter.reported == []


# Cycles


@contextmanager
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def ours() -> dict[str, int]:
    """Return how many objects, and frames in tracebacks, of ours there are.

    A `Connecting` is left out: it leads nowhere, and aiohttp's connections, which are in cycles,
    keep the context in which they were made.
    """
    found: dict[str, int] = {}
    for each in gc.get_objects():
        name = str(type(each).__module__)  # of a class of some libraries it is no str
        if isinstance(each, BaseException):
            trace = each.__traceback__
            while trace is not None:
                if trace.tb_frame.f_globals.get("__name__", "").startswith("np6_async"):
                    found["frame"] = found.get("frame", 0) + 1
                trace = trace.tb_next
        if name.startswith("np6_async") and type(each) is not Connecting:
            kind = f"{name}.{type(each).__qualname__}"
            found[kind] = found.get(kind, 0) + 1
    return found


ERRORS = (NP6Error, ExceptionGroup, StopAsyncIteration)
ENDINGS: dict[str, Response] = {
    "success": array(body(1, 2)),
    "404": status(404),
    "500": status(500),
    "lost": [End.RST],
    "cut": [*array(MANY, Content_Length=99_999), End.FIN],
    "no array": array(b"{}"),
    "bad gzip": array(b"no gzip", Content_Encoding="gzip"),
    "slow": [head(Content_Length=99), End.SILENCE],
}


async def left(
    run: Callable[[], Awaitable[object]], *ends: type[Exception], times: int
) -> dict[str, int]:
    """Return how many of our objects are more after so many runs, by their kind.

    Args:
        run: What to do.
        ends: What it may raise.
        times: How often.
    """

    async def repeat(times: int) -> None:
        for _ in range(times):
            with suppress(*ends):
                await run()
        await settled()

    await repeat(3)
    with no_collector():
        before = ours()
        await repeat(times)
        after = ours()
    return {kind: n - before.get(kind, 0) for kind, n in after.items() if n > before.get(kind, 0)}


@pytest.mark.parametrize("ask", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("ending", ENDINGS)
async def test_what_has_ended_is_freed_without_the_collector(
    serve: Serve, ending: str, ask: Way
) -> None:
    server = await serve(always(ENDINGS[ending]))
    # Not by the fixture `np6`, which keeps each error to search it for the key.
    async with NP6Client("key", base_url=server.url, retry=ONCE, timeouts=IMPATIENT) as client:
        assert await left(lambda: ask(client), *ERRORS, times=4 if ending == "slow" else 20) == {}


@pytest.mark.parametrize("ask", WAYS.values(), ids=WAYS)
async def test_what_was_cancelled_is_freed_without_the_collector(serve: Serve, ask: Way) -> None:
    server = await serve(always(chunked(MANY, End.SILENCE)))
    async with NP6Client("key", base_url=server.url, retry=ONCE) as client:
        assert await left(lambda: asyncio.wait_for(ask(client), 0.02), TimeoutError, times=5) == {}


async def test_a_fan_out_that_a_bad_id_ends_is_freed_without_the_collector() -> None:
    async with NP6Client("key") as client:
        assert await left(lambda: client.fan_out([-1], kinds="bounces"), ValueError, times=20) == {}
