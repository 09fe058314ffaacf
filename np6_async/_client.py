"""The client: its settings, its life cycle, and the ways to ask."""

import os
from collections.abc import AsyncGenerator, Iterable
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar

from ._decode.decoder import MODELS, EventDecoder
from ._engine.limiter import Limiter
from ._engine.resume import EVENT_KEYS
from ._engine.runner import Page, QueryRunner
from ._engine.stats import Stats
from ._fanout import FanOut, Ids, read_queries
from ._generated.endpoints import Endpoints
from ._generated.kinds import BASE_URL
from ._http.transport import Session, Transport
from ._options import ApiKey, RetryPolicy, Timeouts, to_base_url, to_count, to_seconds
from ._policy.governor import Governor
from ._query import EventQuery, Instant, Sort
from ._stream import EventStream
from .models import Event, UnknownEvent

__all__ = ["NP6Client"]

E = TypeVar("E")


class NP6Client(Endpoints):
    """A client for the notification events of NP6.

    ::

        async with NP6Client.from_env() as np6:
            events = await np6.bounces(156)

    All of its queries share one pool of connections and one bound on how many go at once. It
    belongs to the event loop it is first used in. Close it with ``async with`` or `aclose`.

    Args:
        api_key: The key, sent in the header ``X-Key``; it is shown nowhere.
        base_url: Where the API is: https, or http to this machine.
        concurrency: How many requests may be under way at once.
        timeouts: How long to wait for what.
        retry: How failures are repeated.
        max_rate: Requests a second at the most; None to go as fast as the API admits.
        strict: Raise `EventDecodeError` for an event that fits no model, instead of yielding an
            `UnknownEvent`.
        session: An ``aiohttp.ClientSession`` of your own, for its TLS, CA and proxy settings. It is
            used and never closed.

    Raises:
        ValueError: A setting is not usable.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str = BASE_URL,
        concurrency: int = 16,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008 - frozen
        max_rate: float | None = None,
        strict: bool = False,
        session: Session | None = None,
    ) -> None:
        try:
            key = ApiKey(api_key)
        finally:
            del api_key  # a traceback that shows local variables must not show it
        self._strict = strict
        _check_type(timeouts, Timeouts, name="timeouts")
        _check_type(retry, RetryPolicy, name="retry")
        self._concurrency = to_count(concurrency, name="concurrency")
        rate = None if max_rate is None else to_seconds(max_rate, name="max_rate")
        self._base_url = to_base_url(base_url)
        self._runner = QueryRunner(
            transport=Transport(
                key=key, base_url=self._base_url, timeouts=timeouts, session=session
            ),
            limiter=Limiter(Governor(concurrency=self._concurrency, max_rate=rate)),
            timeouts=timeouts,
            retry=retry,
        )

    @classmethod
    def from_env(cls, **overrides: Any) -> Self:  # noqa: ANN401 - any argument of NP6Client
        """Make a client of the environment variables ``NP6_API_KEY`` and ``NP6_BASE_URL``.

        Args:
            **overrides: Arguments of `NP6Client`, which count more than the environment.

        Raises:
            ValueError: The key is not set, or a setting is not usable.
        """
        if base_url := os.environ.get("NP6_BASE_URL"):
            overrides.setdefault("base_url", base_url)
        # No local variable holds the key: a traceback that shows them must not show it.
        return cls(overrides.pop("api_key", os.environ.get("NP6_API_KEY", "")), **overrides)

    def __repr__(self) -> str:
        return f"<NP6Client: {self._base_url}{', closed' if self._runner.closed else ''}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client is neither copied nor pickled: share it, or make another one")

    async def __aenter__(self) -> Self:
        self._runner.check()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    @property
    def stats(self) -> Stats:
        """What the client has done so far, as a value that does not change any more."""
        return self._runner.stats

    async def aclose(self) -> None:
        """Close the client; safe to call twice. Calls under way end with `ClientClosedError`."""
        await self._runner.aclose()

    def events(
        self,
        kind: str,
        notification_id: int,
        *,
        start: Instant | None = None,
        end: Instant | None = None,
        sort: Sort | None = None,
    ) -> EventStream[Event | UnknownEvent]:
        """Retrieve events of a kind that is only known at run time.

        Args:
            kind: An `EventKind`, or its string.
            notification_id: As for the method of that kind, like all that follows.
            start: First moment of the window.
            end: First moment after the window.
            sort: Order by time.

        Raises:
            ValueError: An argument is not usable; nothing was sent.
        """
        query = EventQuery(
            kind=kind, notification_id=notification_id, start=start, end=end, sort=sort
        )
        return self._open(query)

    def fan_out(
        self,
        ids: Ids,
        *,
        kinds: Iterable[str] | None = None,
        start: Instant | None = None,
        end: Instant | None = None,
        sort: Sort | None = None,
        concurrency: int | None = None,
        deadline: float | None = None,
    ) -> FanOut[Event | UnknownEvent]:
        """Ask for the events of many notifications at once.

        Args:
            ids: Notification ids, from any iterable or async iterable; read as they are needed. An
                id that comes twice is asked for twice.
            kinds: The kinds to ask for, for each id; None for all.
            start: First moment of the window.
            end: First moment after the window.
            sort: Order by time within each query.
            concurrency: Queries under way at once; no more than the client has requests, which is
                also the default. So no run crowds out what else the client is asked.
            deadline: Seconds from the start of the run until what is still under way fails.

        Raises:
            ValueError: An argument is not usable; nothing was sent.
        """
        return FanOut(
            read_queries(ids, kinds=kinds, start=start, end=end, sort=sort),
            self._pages,
            self._open,
            concurrency=self._concurrency
            if concurrency is None
            else min(self._concurrency, to_count(concurrency, name="concurrency")),
            deadline=None if deadline is None else to_seconds(deadline, name="deadline"),
        )

    def _stream(self, query: EventQuery, model: type[E]) -> EventStream[E | UnknownEvent]:
        return EventStream(self._runner, query, self._decoder(model))

    def _open(self, query: EventQuery) -> EventStream[Event | UnknownEvent]:
        return self._stream(query, MODELS[query.kind])

    def _pages(self, query: EventQuery) -> AsyncGenerator[Page[Event | UnknownEvent], None]:
        decoder = self._decoder(MODELS[query.kind])
        return self._runner.pages(query, decoder, keys=EVENT_KEYS)

    def _decoder(self, model: type[E]) -> EventDecoder[E]:
        on_unknown = self._runner.instrumentation.unknown
        return EventDecoder(model, strict=self._strict, on_unknown=on_unknown)


def _check_type(value: object, expected: type, *, name: str) -> None:
    if not isinstance(value, expected):
        raise ValueError(f"{name} must be a {expected.__name__}, not {type(value).__name__}")
