"""Runs one query until it succeeds or fails for good: `gather` a list, or `stream` pages."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from functools import partial
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from np6_async._decode.array import ElementDecoder
from np6_async._query import EventQuery
from np6_async.models import UnknownEvent

from .attempt import Attempt
from .query_state import QueryState
from .resources import Resources
from .resume import KeyReader

__all__ = ["MakeDecoder", "Page", "gather", "stream"]

T = TypeVar("T")

MakeDecoder: TypeAlias = Callable[[Callable[[UnknownEvent], None]], ElementDecoder[T]]
"""Makes the decoder of one query; its argument is called for each event that fits no model."""


class Page(NamedTuple, Generic[T]):
    """Some elements of a response, in its order.

    Attributes:
        elements: What the decoder made of them.
        last: Whether the response is complete with these. The last page may be empty.
    """

    elements: list[T]
    last: bool


async def gather(resources: Resources, query: EventQuery, make: MakeDecoder[T]) -> list[T]:
    """Return all elements of the response. If it breaks off, the whole query is sent again.

    The whole time counts against the timeout, and the slot is held until the response is complete.

    Raises:
        NP6Error: It failed for good.
        ClientClosedError: The client is closed.
    """
    resources.timers.check()
    found: list[T] = []
    with QueryState(query, resources, gapless=True) as state:
        decoder = _decoder(make, state)
        done = query.is_empty
        if done:
            await asyncio.sleep(0)  # many of these must not block the event loop
        while not done:
            attempt = Attempt(state, query, decoder)
            with attempt, await attempt.acquire() as slot:
                reader = await attempt.open(slot)
                try:
                    await reader.read_all(found, resources.gathering)
                except BaseException:
                    found.clear()  # hooks and error reports must not see events
                    raise
            done = attempt.succeeded
        state.finish()
    return found


async def stream(
    resources: Resources, query: EventQuery, make: MakeDecoder[T], keys: KeyReader[T]
) -> AsyncGenerator[Page[T], None]:
    """Yield the response while it arrives. One that breaks off is resumed: no element comes twice.

    Only waiting counts against the timeout, and the slot is free while the caller holds a page.

    Args:
        resources: What the queries of the client share.
        query: What to ask for.
        make: Makes the decoder of the elements.
        keys: Reads the ids by which elements are recognized when they come again.

    Raises:
        NP6Error: It failed for good. What was yielded stays valid.
        ClientClosedError: The client is closed.
    """
    resources.timers.check()
    with QueryState(query, resources) as state:
        decoder = _decoder(make, state)
        elements: list[T] = []
        done = query.is_empty
        if done:
            await asyncio.sleep(0)
        while not done:
            attempt = Attempt(state, state.rest, decoder)
            with attempt, await attempt.acquire() as slot:
                reader = await attempt.open(slot)
                try:
                    while not reader.complete:
                        # What was yielded is freed only after new elements exist: the other order
                        # causes five times as many garbage collections.
                        elements = state.take(await reader.read(), keys, last=reader.complete)
                        if elements and not reader.complete:
                            with slot.released():
                                yield Page(elements, last=False)
                except BaseException:
                    elements = []  # hooks and error reports must not see events
                    raise
            done = attempt.succeeded
        state.finish()
        yield Page(elements, last=True)


def _decoder(make: MakeDecoder[T], state: QueryState) -> ElementDecoder[T]:
    return make(partial(state.resources.instrumentation.unknown_event, state.run))
