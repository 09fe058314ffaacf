"""The client: its settings, its life cycle, and the ways to ask."""

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
from ._generated.kinds import BASE_URL, EventKind
from ._http.transport import Session, Transport
from ._options import ApiKey, RetryPolicy, Timeouts, to_base_url, to_count, to_seconds
from ._policy.governor import Governor
from ._query import EventQuery, Instant, Sort
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
        hooks: Listeners that are told what the client does; see `np6_async.hooks`.

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
                timeouts=timeouts,
                session=session,
                concurrency=self._concurrency,
            ),
            limiter=Limiter(Governor(concurrency=self._concurrency, max_rate=rate)),
            timeouts=timeouts,
            retry=retry,
        ).with_options(timeouts=None, retry=None, hooks=checked_hooks)

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
        return f"<NP6Client: {self._base_url}{', closed' if self._resources.timers.closed else ''}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client is neither copied nor pickled: share it, or make another one")

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
        """Return a view of this client with other settings, which is cheap to make.

        It shares connections, rate limit, retry budget, statistics and life cycle with the client:
        closing the client closes it, and leaving ``async with`` over it closes nothing.

        Args:
            timeouts: How long to wait for what; None to leave it as it is, as for all of these.
            retry: How failures are repeated.
            strict: Whether an event that fits no model is an error.
            hooks: Listeners that take the place of the client's own.

        Raises:
            ValueError: A setting is not usable.
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
        return self._stream(query, MODELS[query.kind])

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
            ids: Notification ids or `EventQuery` objects, mixed if you like, from any iterable or
                async iterable; read as they are needed. What comes twice is asked for twice. The
                failures of an earlier run can be given as they are.
            kinds: The kinds to ask for, for each id; None for all.
            start: First moment of the window. Like `kinds`, `end` and `sort` it applies to ids; an
                `EventQuery` has its own, and ends the run with a `ValueError` if one is given.
            end: First moment after the window.
            sort: Order by time within each query.
            concurrency: Queries under way at once; by default, and at most, the client's
                `concurrency`, so that no run keeps other calls of the client waiting for long.
            deadline: Seconds from the start of the run until what is still under way fails.

        Raises:
            ValueError: An argument is not usable; nothing was sent.
        """
        return FanOut(
            self._resources,
            read_queries(ids, kinds=kinds, start=start, end=end, sort=sort),
            {kind: self._make_decoder(model) for kind, model in MODELS.items()},
            concurrency=self._concurrency
            if concurrency is None
            else min(self._concurrency, to_count(concurrency, name="concurrency")),
            deadline=None if deadline is None else to_seconds(deadline, name="deadline"),
        )

    def _stream(self, query: EventQuery, model: type[E]) -> EventStream[E | UnknownEvent]:
        return EventStream(self._resources, query, self._make_decoder(model))

    def _make_decoder(self, model: type[E]) -> MakeDecoder[E | UnknownEvent]:
        strict = self._strict
        return lambda on_unknown: EventDecoder(model, strict=strict, on_unknown=on_unknown)


for _name in (*map(str, EventKind), "events", "fan_out"):
    mark_coroutine_function(getattr(NP6Client, _name))


def _check_type(value: object, expected: type, *, name: str) -> None:
    if not isinstance(value, expected):
        raise ValueError(f"{name} must be a {expected.__name__}, not {type(value).__name__}")
