"""An API in memory, on a clock that costs no time, for tests of feeds."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from email.utils import formatdate
from uuid import UUID

import msgspec
from attrs import Factory, define, evolve, frozen

from np6_async import EventQuery, UnknownEvent
from np6_async._decode.decoder import MODELS, EventDecoder
from np6_async._engine.records import Records
from np6_async._engine.resources import Observe
from np6_async._engine.runner import Page
from np6_async._feed.feed import Feed
from np6_async._feed.settings import Start, to_settings, to_since
from np6_async._feed.source import Followed, to_queries
from np6_async._feed.store import CursorStore
from np6_async.errors import NP6Error
from np6_async.models import Event

__all__ = ["EPOCH", "Api", "Published", "event_json", "following", "query_of"]

EPOCH = 1_750_000_000.0
"""This machine's time, in seconds, when the event loop's is 0."""


def query_of(notification_id: int, kind: str = "bounces") -> EventQuery:
    return EventQuery(kind=kind, notification_id=notification_id)


def event_json(number: int, timestamp: int | None, *, has_id: bool = True) -> bytes:
    """Return the JSON of an event, different for each number."""
    members: dict[str, object] = {"type": "bounce", "number": number}
    if has_id:
        members["id"] = str(UUID(int=number))
    if timestamp is not None:
        members["timestamp"] = timestamp
    return msgspec.json.encode(members)


@frozen
class Published:
    """An event of the API.

    Attributes:
        moment: When it was published, by the server's clock, in milliseconds since the epoch.
        visible_at: From when on responses have it, by this machine's clock, in seconds.
        raw: Its JSON.
    """

    moment: int
    visible_at: float
    raw: bytes


@define(eq=False)
class Api:
    """The server.

    Attributes:
        skew: Seconds by which its clock is ahead of this machine's.
        has_date: Whether responses have a ``Date``.
        latency: Seconds until a response begins.
        failures: Errors of the next requests: after how many events, and which.
        page: Events of a page.
        pause: Seconds between two pages.
        is_sorted: Whether it keeps to the order that is asked for.
        requests: What was asked, in order.
        sent: How many events were sent.
    """

    skew: float = 0.0
    has_date: bool = True
    latency: float = 0.1
    failures: list[tuple[int, NP6Error]] = Factory(list)
    page: int = 50
    pause: float = 0.0
    is_sorted: bool = True
    requests: list[EventQuery] = Factory(list)
    sent: int = 0
    events: dict[EventQuery, list[Published]] = Factory(dict)
    _count: int = 0

    def wall_clock(self) -> float:
        """Return this machine's time in seconds since the epoch."""
        return EPOCH + asyncio.get_running_loop().time()

    def now(self) -> int:
        """Return the server's time in milliseconds since the epoch."""
        return round((self.wall_clock() + self.skew) * 1000)

    def publish(
        self,
        query: EventQuery,
        *,
        late: float = 0.0,
        age: float = 0.0,
        has_id: bool = True,
        has_timestamp: bool = True,
        copies: int = 1,
    ) -> bytes:
        """Publish an event and return its JSON.

        Args:
            query: Whose event.
            late: After how many seconds it becomes visible.
            age: How many seconds ago it was published.
            has_id: Whether it has an id.
            has_timestamp: Whether it has a timestamp.
            copies: How often each response has it.
        """
        self._count += 1
        moment = self.now() - round(age * 1000)
        raw = event_json(self._count, moment if has_timestamp else None, has_id=has_id)
        published = Published(moment, self.wall_clock() + late, raw)
        self.events.setdefault(query, []).extend([published] * copies)
        return raw

    async def pages(self, query: EventQuery, observe: Observe) -> AsyncGenerator[Page[bytes], None]:
        """Answer a query, as the client's engine would."""
        loop = asyncio.get_running_loop()
        self.requests.append(query)
        sent = loop.time()
        await asyncio.sleep(self.latency)
        fails_after, error = self.failures.pop(0) if self.failures else (None, None)
        found = self._select(query)
        date = {"Date": formatdate(self.now() // 1000, usegmt=True)} if self.has_date else {}
        observe(date, sent, loop.time())
        if error is not None:
            found = found[:fails_after]
        for start in range(0, len(found), self.page):
            self.sent += len(found[start : start + self.page])
            yield Page(found[start : start + self.page], last=False)
            await asyncio.sleep(self.pause)
        if error is not None:
            raise error.with_traceback(None)
        yield Page([], last=True)

    def _select(self, query: EventQuery) -> list[bytes]:
        now = self.wall_clock()
        key = evolve(query, start=None, end=None, sort=None)
        visible = [
            each
            for each in self.events.get(key, [])
            if each.visible_at <= now
            and (query.start is None or query.start <= each.moment)
            and (query.end is None or each.moment < query.end)
        ]
        if self.is_sorted:
            visible.sort(key=lambda each: each.moment)
        return [each.raw for each in visible]


def _decode(query: EventQuery, elements: list[msgspec.Raw]) -> list[Event | UnknownEvent]:
    events, _ = EventDecoder(*MODELS[query.kind]).decode(elements)
    return events


def following(
    api: Api,
    ids: Followed,
    store: CursorStore,
    *,
    kinds: Iterable[str] | None = ("bounces",),
    since: Start = "now",
    interval: float = 60,
    max_interval: float | None = None,
    lag: float = 10,
    lookback: float = 600,
    once: bool = False,
    workers: int = 4,
    batch_events: int = 5000,
) -> Feed[Event | UnknownEvent]:
    """Return a feed of this API."""
    return Feed(
        api.pages,
        ids,
        to_queries(kinds),
        store=store,
        since=to_since(since),
        settings=evolve(
            to_settings(
                interval=interval, max_interval=max_interval, lag=lag, lookback=lookback, once=once
            ),
            batch_events=batch_events,
        ),
        decode=_decode,
        workers=workers,
        records=Records(),
        wall_clock=api.wall_clock,
    )
