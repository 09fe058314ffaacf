"""Whatever breaks, and however often: what a caller is given is the truth, each event once."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from random import Random
from typing import Any, NamedTuple, TypeAlias

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from np6_async import (
    Event,
    EventQuery,
    EventStream,
    ExecutionEvent,
    RetryPolicy,
    Timeouts,
    UnknownEvent,
)
from np6_async._decode.decoder import EventDecoder
from np6_async._engine.limiter import Limiter
from np6_async._engine.resources import Resources
from np6_async._parameters import Sort
from np6_async._policy.governor import Governor
from np6_async.errors import ConnectError, NP6Error, RequestTimeoutError, StreamInterruptedError
from tests.support import FIRST_MOMENT, event
from tests.thorough import examples

Stream: TypeAlias = EventStream[Any]
HEADERS: Mapping[str, str] = {"Content-Type": "application/json"}


class Element(NamedTuple):
    """An element of the truth, and when it was published, whether it shows that or not."""

    published: int
    json: bytes


def element(number: int) -> Element:
    """Return one of a few forms, some of which show no id or no timestamp; two share a moment."""
    published = FIRST_MOMENT + number // 2
    forms = [
        event(number, timestamp=published),
        event(number, timestamp=published),
        event(number, timestamp=published, type="delivery"),
        event(number, timestamp=str(published)),
        event(number, timestamp=published, id=None),
        event(number, timestamp=None, id="none"),
        b'["%d"]' % number,
        b'"\\ud800 %d"' % number,
    ]
    return Element(published, forms[number % len(forms)])


class Fault(NamedTuple):
    """Where an attempt fails: before its body, or in it, once so many elements have been sent."""

    sent: int | None
    error: type[NP6Error] | None  # None: the body just ends
    piece: int


faults = st.builds(
    Fault,
    sent=st.none() | st.integers(0, 30),
    error=st.sampled_from([None, StreamInterruptedError, RequestTimeoutError]),
    piece=st.integers(1, 400),
)


class FakeReply:
    """A body in pieces, which ends as a fault has it end."""

    status = 200
    headers = HEADERS

    def __init__(self, body: bytes, fault: Fault | None) -> None:
        size = 300 if fault is None else fault.piece
        self._pieces = deque(body[at : at + size] for at in range(0, len(body), size))
        self._error = None if fault is None else fault.error

    @property
    def at_end(self) -> bool:
        return not self._pieces and self._error is None

    def read_nowait(self) -> bytes:
        if not self._pieces and self._error is not None:
            raise self._error("the body broke off")
        return self._pieces.popleft()

    def close(self) -> None: ...


class FakeApi:
    """Answers as the API does, from a truth, with faults until there are no more of them."""

    def __init__(self, truth: list[Element], schedule: list[Fault], random: Random) -> None:
        self.truth = truth
        self.asked: list[Mapping[str, str]] = []
        self._schedule = iter(schedule)
        self._random = random

    async def send(self, query: EventQuery, **_: object) -> FakeReply:
        params = {name: str(value) for name, value in query.params.items()}
        self.asked.append(params)
        fault = next(self._schedule, None)
        if fault is not None and fault.sent is None:
            raise ConnectError("the connection was lost")
        found = self._select(params)
        if fault is None:
            return FakeReply(b"[" + b",".join(found) + b"]", None)
        body = b"[" + b"".join(element + b"," for element in found[: fault.sent])
        return FakeReply(body, fault)

    def _select(self, params: Mapping[str, str]) -> list[bytes]:
        found = self._random.sample(self.truth, len(self.truth))
        if sort := params.get("sort"):
            found.sort(key=lambda each: each.published, reverse=sort == "desc")
        start = query_ms(params.get("start"), 0)
        end = query_ms(params.get("end"), 2**62)
        return [each.json for each in found if start <= each.published < end]

    def scrub(self, text: str) -> str:
        return text

    async def aclose(self) -> None: ...


def query_ms(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    return next(ms for ms in range(FIRST_MOMENT - 2, FIRST_MOMENT + 60) if iso(ms) == text)


@cache
def iso(ms: int) -> str:
    return str(EventQuery(kind="executions", notification_id=1, start=ms).params["start"])


def open_stream(api: Any, sort: Sort | None) -> Stream:
    resources = Resources(
        transport=api,
        limiter=Limiter(Governor(concurrency=2)),
        timeouts=Timeouts(),
        retry=RetryPolicy(attempts=50, base=1e-9, cap=1e-9),
    )
    query = EventQuery(kind="executions", notification_id=156, sort=sort)
    return EventStream(resources, query, lambda on_unknown: EventDecoder(ExecutionEvent))


async def iterated(stream: Stream, found: list[Any]) -> None:
    async for each in stream:
        found.append(each)  # noqa: PERF401 - what came before a failure counts


async def in_batches(stream: Stream, found: list[Any]) -> None:
    async for events in stream.batches():
        assert events
        found += events


async def raw(stream: Stream, found: list[Any]) -> None:
    async for each in stream.raw():
        found.append(each)  # noqa: PERF401 - what came before a failure counts


async def awaited(stream: Stream, found: list[Any]) -> None:
    found += await stream


Take: TypeAlias = Callable[[Stream, list[Any]], Awaitable[None]]
WAYS: list[Take] = [iterated, in_batches, raw, awaited]


def built(found: Event | UnknownEvent | bytes) -> Event | UnknownEvent:
    """Return an event, or the one that its JSON makes."""
    if not isinstance(found, bytes):
        return found
    return EventDecoder(ExecutionEvent).decode([msgspec.Raw(found)])[0][0]


def shown(found: Event | UnknownEvent | bytes) -> str:
    """Return what tells an event apart from all others."""
    made = built(found)
    return f"{made!r} {getattr(made, 'raw', b'')!r}"


@pytest.mark.parametrize("take", WAYS)
@pytest.mark.parametrize("sort", [None, "asc", "desc"])
@settings(max_examples=examples(100), deadline=None)
@given(
    truth=st.lists(st.integers(0, 23).map(element), max_size=30),
    schedule=st.lists(faults, max_size=6),
    random=st.randoms(use_true_random=False),
)
def test_what_is_yielded_is_the_truth_each_once(
    take: Take, sort: Sort | None, truth: list[Element], schedule: list[Fault], random: Random
) -> None:
    found = list[Any]()
    asyncio.run(awaiting(take, FakeApi(truth, schedule, random), sort, found))
    assert Counter(map(shown, found)) == Counter(shown(each.json) for each in truth)
    if sort is not None:
        times = [time for each in found if (time := built(each).timestamp) is not None]
        assert times == sorted(times, reverse=sort == "desc")


async def awaiting(take: Take, api: FakeApi, sort: Sort | None, found: list[Any]) -> None:
    await take(open_stream(api, sort), found)
