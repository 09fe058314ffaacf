"""The client: its settings, its life cycle, and the ways to ask for events."""

import os
from collections.abc import Iterable
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar

from ._decode.decoder import MODELS, EventDecoder
from ._endpoints import Endpoints
from ._engine.instrumentation import check_hooks
from ._engine.limiter import Limiter
from ._engine.resources import Resources
from ._engine.runner import MakeDecoder
from ._engine.stats import Stats
from ._fanout import FanOut
from ._feed.feed import Feed
from ._feed.make import make_feed
from ._feed.settings import Start, to_settings
from ._feed.source import Followed
from ._feed.store import CursorStore
from ._generated.kinds import BASE_URL, EventKind
from ._http.transport import Session, Transport
from ._options import ApiKey, RetryPolicy, Timeouts, to_base_url, to_count, to_seconds
from ._parameters import Instant, Sort
from ._policy.governor import Governor
from ._query import EventQuery
from ._query_source import Ids, read_queries
from ._single_use import mark_coroutine_function
from ._stream import EventStream
from .hooks import Hook
from .models import Event, UnknownEvent

__all__ = ["NP6Client"]

E = TypeVar("E")


class NP6Client(Endpoints):
    """A client for the notification events of NP6.

    ::

        async with NP6Client.from_env() as np6:
            events = await np6.bounces(156)

    All of its queries share one connection pool, one limiter and one retry budget. It runs on
    asyncio and belongs to the event loop in which it is first used. Close it with ``async with`` or
    `aclose`.

    Args:
        api_key: The key, sent in the header ``X-Key``; nothing shows it.
        base_url: The URL of the API: https, or http to this machine.
        concurrency: How many requests may be under way at once.
        timeouts: How long to wait.
        retry: How failed requests are retried.
        max_rate: The maximum of requests a second; None for as many as the API admits.
        strict: Raise `EventDecodeError` for an event that fits no model, instead of yielding an
            `UnknownEvent`.
        session: An ``aiohttp.ClientSession`` of your own, for its TLS, CA and proxy settings. The
            client never closes it.
        hooks: Listeners that are called when something happens; see `np6_async.hooks`.

    Raises:
        ValueError: A setting is invalid.
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
        hooks: Iterable[Hook] = (),
    ) -> None:
        try:
            key = ApiKey(api_key)
        finally:
            del api_key  # a traceback that shows local variables must not show it
        _check_type(timeouts, Timeouts, name="timeouts")
        _check_type(retry, RetryPolicy, name="retry")
        _check_type(strict, bool, name="strict")
        checked_hooks = check_hooks(hooks)
        self._is_view = False
        self._strict = strict
        self._concurrency = to_count(concurrency, name="concurrency")
        rate = None if max_rate is None else to_seconds(max_rate, name="max_rate")
        self._base_url = to_base_url(base_url)
        self._resources = Resources(
            transport=Transport(
                key=key,
                base_url=self._base_url,
                session=session,
                concurrency=self._concurrency,
            ),
            limiter=Limiter(Governor(concurrency=self._concurrency, max_rate=rate)),
            timeouts=timeouts,
            retry=retry,
            hooks=checked_hooks,
        )

    @classmethod
    def from_env(cls, **overrides: Any) -> Self:  # noqa: ANN401 - any argument of NP6Client
        """Make a client from the environment variables ``NP6_API_KEY`` and ``NP6_BASE_URL``.

        Args:
            **overrides: Arguments of `NP6Client`, which override the environment.

        Raises:
            ValueError: The key is not set, or a setting is invalid.
        """
        if base_url := os.environ.get("NP6_BASE_URL"):
            overrides.setdefault("base_url", base_url)
        # No local variable holds the key: a traceback that shows them must not show it.
        return cls(overrides.pop("api_key", os.environ.get("NP6_API_KEY", "")), **overrides)

    def __repr__(self) -> str:
        return f"<NP6Client: {self._base_url}{', closed' if self._resources.timers.closed else ''}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client cannot be copied or pickled: share it, or make another one")

    async def __aenter__(self) -> Self:
        self._resources.timers.check()
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
        """The statistics of the client so far, as a snapshot; its views share them."""
        return self._resources.stats

    async def aclose(self) -> None:
        """Close the client. Safe to call twice. Calls under way end with `ClientClosedError`.

        On a view of `with_options` it does nothing: close the client itself.
        """
        if not self._is_view:
            await self._resources.aclose()

    def with_options(
        self,
        *,
        timeouts: Timeouts | None = None,
        retry: RetryPolicy | None = None,
        strict: bool | None = None,
        hooks: Iterable[Hook] | None = None,
    ) -> Self:
        """Return a view of this client with other settings. It is cheap to make.

        The view shares connections, rate limit, retry budget, statistics and life cycle with the
        client. Closing the client closes the view; closing the view does nothing.

        Args:
            timeouts: How long to wait. None leaves this and each other setting as it is.
            retry: How failed requests are retried.
            strict: Whether an event that fits no model is an error.
            hooks: Listeners that replace those of the client.

        Raises:
            ValueError: A setting is invalid.
        """
        if timeouts is not None:
            _check_type(timeouts, Timeouts, name="timeouts")
        if retry is not None:
            _check_type(retry, RetryPolicy, name="retry")
        if strict is not None:
            _check_type(strict, bool, name="strict")
        checked_hooks = None if hooks is None else check_hooks(hooks)
        view = object.__new__(type(self))
        vars(view).update(vars(self))
        view._is_view = True
        view._strict = self._strict if strict is None else strict
        view._resources = self._resources.with_options(
            timeouts=timeouts, retry=retry, hooks=checked_hooks
        )
        return view

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
            ids: Notification ids or `EventQuery` objects, or both, from any iterable or async
                iterable. They are read as they are needed. An id that comes twice is asked for
                twice. ``result.failures`` of an earlier run asks for these again.
            kinds: The kinds to ask for, for each id. None for every kind that accepts the id, needs
                nothing else, and has those of `start`, `end` and `sort` that are given; an id that
                no kind accepts ends the run with a `ValueError`.
            start: First moment of the window. `kinds`, `start`, `end` and `sort` apply to ids only.
                An `EventQuery` has its own: together with any of these it ends the run with a
                `ValueError`.
            end: First moment after the window.
            sort: Order by time within each query.
            concurrency: Queries under way at once. The default and the maximum is the client's
                `concurrency`, so that other calls of the client need not wait long.
            deadline: Seconds from the start of the run, after which unfinished queries fail.

        Raises:
            ValueError: An argument is invalid, or a kind that is named has no id, needs another
                parameter, or lacks one that is given. No request was sent.
        """
        return FanOut(
            self._resources,
            read_queries(ids, kinds=kinds, start=start, end=end, sort=sort),
            {kind: self._make_decoder(*models) for kind, models in MODELS.items()},
            concurrency=self._concurrency
            if concurrency is None
            else min(self._concurrency, to_count(concurrency, name="concurrency")),
            deadline=None if deadline is None else to_seconds(deadline, name="deadline"),
        )

    def follow(
        self,
        ids: Followed,
        *,
        store: CursorStore,
        kinds: Iterable[str] | None = None,
        since: Start = "now",
        interval: float = 300,
        max_interval: float | None = None,
        lag: float = 30,
        lookback: float = 3600,
        once: bool = False,
    ) -> Feed[Event | UnknownEvent]:
        """Follow new events of many notifications: each is delivered once, across restarts.

        docs/following.md says what is promised and how to choose the numbers. All times are in
        seconds. Other queries of the client get slots first.

        Args:
            ids: Notification ids or `EventQuery` objects without a window, or both, from any
                iterable or async iterable, or a function that returns one. The function is called
                again after each `interval`, so ids can come and go. Equal queries are one.
            store: Keeps where each query stands, such as a `SQLiteCursorStore`. The feed closes it.
            kinds: The kinds to follow, for each id. None for all that accept the id. A kind without
                `start`, `end` and `sort` cannot be followed.
            since: Where a query begins that is not in the store: a moment, "now", or "beginning"
                for its first event.
            interval: The time between two requests of a query.
            max_interval: The interval doubles up to this while a query has no events.
            lag: How far before now a window ends, so that events this late come in order.
            lookback: How late an event may become visible and still be delivered.
            once: Whether to end when each query was asked up to `lag` before now.

        Raises:
            ValueError: An argument is invalid. No request was sent.
        """
        return make_feed(
            self._resources,
            ids,
            kinds,
            store=store,
            since=since,
            settings=to_settings(
                interval=interval,
                max_interval=max_interval,
                lag=lag,
                lookback=lookback,
                once=once,
            ),
            strict=self._strict,
            workers=self._concurrency,
        )

    def _stream(self, query: EventQuery, *models: type[Any]) -> EventStream[Any]:
        return EventStream(self._resources, query, self._make_decoder(*models))

    def _make_decoder(self, *models: type[E]) -> MakeDecoder[E | UnknownEvent]:
        strict = self._strict
        return lambda on_unknown: EventDecoder(*models, strict=strict, on_unknown=on_unknown)


for _name in (*map(str, EventKind), "events", "fan_out"):
    mark_coroutine_function(getattr(NP6Client, _name))


def _check_type(value: object, expected: type, *, name: str) -> None:
    if not isinstance(value, expected):
        raise ValueError(f"{name} must be a {expected.__name__}, not {type(value).__name__}")
