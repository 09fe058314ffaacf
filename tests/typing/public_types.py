"""What type checkers see of the public interface; `make types` reads this, nothing runs it."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import assert_type
from uuid import UUID

from np6_async import (
    Batch,
    BounceEvent,
    CancellationEvent,
    Event,
    EventKind,
    EventStream,
    ExecutionEvent,
    FanOutResult,
    NP6Client,
    Stats,
    UnknownEvent,
    converter,
)
from np6_async.errors import NP6Error


async def endpoint_methods(np6: NP6Client) -> None:
    async with np6.bounces(1) as stream:
        kept = assert_type(stream, EventStream[BounceEvent | UnknownEvent])
        assert kept.query.kind is EventKind.BOUNCES
    assert_type(await np6.bounces(1), list[BounceEvent | UnknownEvent])
    assert_type(await np6.executions(1, sort="asc"), list[ExecutionEvent | UnknownEvent])
    assert_type(await np6.cancellations(1), list[CancellationEvent | UnknownEvent])
    assert_type(await np6.events(EventKind.BOUNCES, 1), list[Event | UnknownEvent])
    assert_type(np6.stats, Stats)
    assert_type(np6.stats.waited, float)


async def streaming(np6: NP6Client) -> None:
    async for event in np6.bounces(1):
        assert_type(event, BounceEvent | UnknownEvent)
    async with np6.bounces(1) as stream:
        assert_type(await anext(stream), BounceEvent | UnknownEvent)
    assert_type(np6.bounces(1).batches(), AsyncGenerator[list[BounceEvent | UnknownEvent], None])
    async for element in np6.bounces(1).raw():
        assert_type(element, bytes)


async def fanning_out(np6: NP6Client) -> None:
    async with np6.fan_out([1]) as run:
        async for batch in run:
            assert_type(batch, Batch[Event | UnknownEvent])
            assert_type(batch.events, list[Event | UnknownEvent])
        for error in run.failures.values():
            assert_type(error, NP6Error)
            assert_type(error.status, int | None)
    assert_type(await np6.fan_out(iter([1])), FanOutResult[Event | UnknownEvent])


def models(event: BounceEvent | UnknownEvent) -> None:
    assert_type(event.id, UUID | None)
    if isinstance(event, BounceEvent):
        assert_type(event.published_at, datetime)
        assert_type(event.timestamp, int)
        if event.source.detail and event.source.detail.activation:
            assert_type(event.source.detail.activation.id, int | str | None)
    assert_type(converter.loads(b"{}", BounceEvent), BounceEvent)
    assert_type(converter.dumps(event), bytes)
