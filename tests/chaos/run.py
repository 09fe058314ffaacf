"""Ask thousands of queries by a proxy that hurts them, and compare what comes with the truth."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from random import Random
from typing import Final, Literal, TypeAlias

from attrs import define, field, frozen
from yarl import URL

from np6_async import Event, EventKind, EventQuery, NP6Client, RetryPolicy, Timeouts, UnknownEvent
from np6_async.sandbox import Faults, Sandbox
from tests.leaks import NothingLeft

from .growth import Sample, sample
from .proxy import ChaosProxy, Fault

__all__ = ["WAYS", "Report", "Way", "differences", "run"]

Events: TypeAlias = list[Event | UnknownEvent]

MOST: Final = 1.2
"""Requests for each query, at the most."""

_NOTIFICATIONS: Final = 200
_FAULTS: Final = Faults(unknown_types=0.01, extra_fields=0.05, truncated=0.015)
_RETRY: Final = RetryPolicy(attempts=8, base=0.01, cap=0.1)
_WINDOWS: Final = ((None, None), (1_741_000_000_000, 1_743_000_000_000))  # all, most of March 2025


@frozen
class Way:
    """How a query is asked: awaited or streamed, and in which order."""

    streamed: bool
    sort: Literal["asc", "desc"] | None

    def __str__(self) -> str:
        return f"{'streamed' if self.streamed else 'awaited'}, {self.sort or 'unsorted'}"


WAYS: Final = [Way(streamed, sort) for streamed in (False, True) for sort in ("asc", "desc", None)]


@define
class Report:
    """What came of a run.

    Attributes:
        queries: How many queries were asked, by way.
        requests: How many requests that took.
        events: How many events came.
        hurt: How many requests were hurt, and how.
        samples: What the process held after each fan-out.
        seconds: How long it took.
        violations: What must not be.
    """

    queries: Counter[Way] = field(factory=Counter)
    requests: Counter[Way] = field(factory=Counter)
    events: Counter[Way] = field(factory=Counter)
    hurt: Counter[Fault] = field(factory=Counter)
    samples: list[Sample] = field(factory=list)
    seconds: float = 0.0
    violations: list[str] = field(factory=list)


async def run(*, seed: int, ids: int, idle: float, goes_on: Callable[[Report], bool]) -> Report:
    """Ask, in one way after the other.

    Args:
        seed: Decides what there is to ask for, and what goes wrong.
        ids: How many notifications each fan-out asks for.
        idle: How long the client waits for an answer that stalls, in seconds.
        goes_on: Whether to go on; asked after each fan-out.
    """
    report, before = Report(), NothingLeft()
    hook, sys.unraisablehook = sys.unraisablehook, lambda seen: report.violations.append(repr(seen))
    try:
        await _ask(report, seed, ids, idle, goes_on)
        report.violations += await before.left()
    finally:
        sys.unraisablehook = hook
    most = MOST * report.queries.total()
    if report.requests.total() > most:
        report.violations.append(f"{report.requests.total()} requests are more than {most:.0f}")
    return report


async def _ask(
    report: Report, seed: int, ids: int, idle: float, goes_on: Callable[[Report], bool]
) -> None:
    random, started = Random(seed), time.monotonic()
    sandbox = Sandbox(seed=seed, notifications=_NOTIFICATIONS, gzip=True, faults=_FAULTS)
    source = cycle(sandbox.notification_ids)
    async with (
        sandbox,
        ChaosProxy(URL(sandbox.url), random) as proxy,
        NP6Client(
            sandbox.api_key, base_url=proxy.url, timeouts=Timeouts(idle=idle), retry=_RETRY
        ) as np6,
    ):
        for way in cycle(WAYS):
            asked = proxy.requests
            answers = await _fan_out(np6, way, list(islice(source, ids)), random, report)
            report.requests[way] += proxy.requests - asked
            report.hurt = proxy.hurt
            _compare(answers, way, sandbox, report)
            report.samples.append(sample())
            report.seconds = time.monotonic() - started
            if not goes_on(report):
                break


async def _fan_out(
    np6: NP6Client, way: Way, ids: list[int], random: Random, report: Report
) -> dict[EventQuery, Events]:
    """Return what came for the queries that did not fail."""
    start, end = random.choice(_WINDOWS)
    run = np6.fan_out(ids, start=start, end=end, sort=way.sort)
    answers: dict[EventQuery, Events] = {}
    if way.streamed:
        async with run:
            async for batch in run:
                answers.setdefault(batch.query, []).extend(batch.events)
    else:
        answers = (await run).events
    asked = len(ids) * len(EventKind)
    report.queries[way] += asked
    report.violations += map(str, run.failures.values())
    if unheard := asked - len(answers.keys() | run.failures.keys()):
        report.violations.append(f"nothing was heard of {unheard} queries")
    return {query: events for query, events in answers.items() if query not in run.failures}


def _compare(answers: dict[EventQuery, Events], way: Way, sandbox: Sandbox, report: Report) -> None:
    for query, events in answers.items():
        report.events[way] += len(events)
        wrong = differences(sandbox.truth(query), events, ordered=way.sort is not None)
        report.violations += [f"{query}: {each}" for each in wrong]


def differences(truth: Events, found: Events, *, ordered: bool) -> Iterator[str]:
    """Yield in which ways events are not what they should be."""
    wanted, got = (Counter(str(event.id) for event in events) for events in (truth, found))
    if lost := (wanted - got).total():
        yield f"{lost} events lost"
    if added := (got - wanted).total():
        yield f"{added} events twice, or of another query"
    if ordered and wanted == got and truth != found:
        yield "the events are out of order"
    elif wanted == got and _by_id(truth) != _by_id(found):
        yield "the events are not what they were"


def _by_id(events: Events) -> Events:
    return sorted(events, key=lambda event: str(event.id))
