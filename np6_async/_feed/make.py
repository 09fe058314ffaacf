"""Makes the feed of a client."""

from collections.abc import AsyncGenerator, Iterable

import msgspec

from np6_async._decode.decoder import MODELS, EventDecoder
from np6_async._engine.resources import Observe, Resources
from np6_async._engine.resume import RAW_KEYS
from np6_async._engine.runner import Page, stream
from np6_async._query import EventQuery
from np6_async._stream import raw_decoder
from np6_async.models import Event, UnknownEvent

from .feed import Feed
from .schedule import Settings
from .settings import Start, to_since
from .source import Followed, check_ids, to_queries
from .store import CursorStore

__all__ = ["make_feed"]


def make_feed(
    resources: Resources,
    ids: Followed,
    kinds: Iterable[str] | None,
    *,
    store: CursorStore,
    since: Start,
    settings: Settings,
    strict: bool,
    workers: int,
) -> Feed[Event | UnknownEvent]:
    """Return a feed that shares the resources of a client.

    Raises:
        ValueError: An argument is invalid.
    """
    check_ids(ids)

    def pages(query: EventQuery, observe: Observe) -> AsyncGenerator[Page[bytes], None]:
        return stream(resources.in_the_background(observe), query, raw_decoder, RAW_KEYS)

    def decode(query: EventQuery, elements: list[msgspec.Raw]) -> list[Event | UnknownEvent]:
        events, error = EventDecoder(*MODELS[query.kind], strict=strict).decode(elements)
        if error is not None:
            error.query = query
            raise error
        return events

    return Feed(
        pages,
        ids,
        to_queries(kinds),
        store=store,
        since=to_since(since),
        settings=settings,
        decode=decode,
        workers=workers,
        records=resources.log.records,
    )
