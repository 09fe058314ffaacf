"""The sandbox: its settings, its life cycle and its truth."""

from random import Random
from types import TracebackType
from typing import Final, Self

import msgspec
from aiohttp import web
from yarl import URL

from np6_async._decode.decoder import MODELS, EventDecoder
from np6_async._generated.kinds import EventKind
from np6_async._options import to_count, to_seconds
from np6_async._query import EventQuery
from np6_async._query_base import to_kind
from np6_async.models import Event, UnknownEvent

from ._events import EventLog
from ._faults import Faults
from ._live import Live
from ._quota import Quota, ResetUnit
from ._selection import selection
from ._server import Server

__all__ = ["Sandbox"]

_DECODERS: Final = {kind: EventDecoder(*models) for kind, models in MODELS.items()}
_SHUTDOWN: Final = 0.1  # seconds that running responses have to finish when the sandbox stops


class Sandbox:
    """A local server that behaves like the API, with events generated from a seed.

    ::

        query = EventQuery(kind="bounces", notification_id=156, sort="asc")
        async with Sandbox(seed=1) as sandbox:
            async with NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
                assert await np6.bounces(156, sort="asc") == sandbox.truth(query)

    The same seed gives the same events in every process. Their timestamps are in March 2025, some
    in the same millisecond. About one in ten notifications has no event of a kind; the others have
    up to 60 % more or less than the average. The ids start at 156. A sandbox that was stopped can
    be started again.

    Every kind of the spec is served. Other things than notifications, such as actions, have as many
    ids (`ids`), and as many events each. A path without an id has the events of all ids, if there
    is the same path with an id.

    With `live` it also publishes events while it runs, for code that polls for new ones. `truth`
    then returns what is visible now, or at another moment::

        async with Sandbox(events=0, live=Live(rate=5)) as sandbox:
            ...

    Args:
        seed: The seed of the events.
        notifications: The number of notifications.
        events: The number of events of each kind that a notification has, on average.
        rate: The number of requests per second that are admitted; others get a 429. None for no
            limit and no rate limit headers.
        faults: The faults of events and responses; by default, none.
        live: How events are published while it runs; None for the events of the seed alone.
        host: The address to listen on.
        port: The port to listen on; 0 for a free one.
        reset: The unit of ``X-RateLimit-Reset``.
        retry_after: Whether a 429 has a ``Retry-After`` header.
        gzip: Whether to compress bodies if the client accepts it.

    Raises:
        ValueError: A setting is invalid.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        notifications: int = 20,
        events: int = 50,
        rate: float | None = None,
        faults: Faults = Faults(),  # noqa: B008 - frozen
        live: Live | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        reset: ResetUnit = "epoch_ms",
        retry_after: bool = False,
        gzip: bool = False,
    ) -> None:
        if events != 0:
            to_count(events, name="events")
        self._log = EventLog(
            seed=seed,
            notifications=to_count(notifications, name="notifications"),
            events=events,
            faults=faults,
            live=live,
        )
        self.api_key: Final = f"np6-sandbox-{Random(seed).getrandbits(64):016x}"
        """The API key that requests must have. It is not a secret."""
        self.notification_ids: Final = list(self._log.notification_ids)
        """The ids of all notifications."""
        self._server = Server(
            self._log,
            api_key=self.api_key,
            quota=None if rate is None else Quota(to_seconds(rate, name="rate"), reset=reset),
            retry_after=retry_after,
            gzip=gzip,
            faults=faults,
            random=Random(f"{seed}/requests"),
            live=live,
        )
        self._address = (host, port)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The base URL, such as ``http://127.0.0.1:45171``.

        Raises:
            RuntimeError: The sandbox is not running.
        """
        if self._runner is None:
            raise RuntimeError("the sandbox is not running: use it with `async with`")
        host, port, *_ = self._runner.addresses[0]
        return str(URL.build(scheme="http", host=host, port=port))

    @property
    def requests(self) -> int:
        """The number of responses sent so far, of any status."""
        return self._server.statuses.total()

    @property
    def throttled(self) -> int:
        """The number of responses with status 429."""
        return self._server.statuses[429]

    def ids(self, kind: EventKind | str) -> list[int | str]:
        """Return the ids that exist for a kind, such as those of notifications; none without ids.

        Raises:
            ValueError: There is no such kind.
        """
        return list(self._log.ids[to_kind(kind)])

    def truth(self, query: EventQuery, at: int | None = None) -> list[Event | UnknownEvent]:
        """Return exactly the events that a query must return, sorted by timestamp.

        They are sorted even if the query is not. Descending is the reverse of ascending.

        Args:
            query: The query.
            at: The moment of the query, in milliseconds since 1970-01-01T00:00:00Z; None for now,
                by the clock of `live`. Without live events, the moment makes no difference.

        Raises:
            LookupError: The id does not exist.
        """
        operation = self._log.operations[query.kind]
        chosen = selection(
            operation, {p.name: getattr(query, p.name) for p in operation.parameters}
        )
        found = self._log.select(query.kind, query.id, chosen, at)
        events, _ = _DECODERS[query.kind].decode([msgspec.Raw(event) for event in found])
        return events

    async def __aenter__(self) -> Self:
        if self._runner is not None:
            raise RuntimeError("the sandbox is already running")
        runner = web.AppRunner(self._server.app(), access_log=None, shutdown_timeout=_SHUTDOWN)
        await runner.setup()
        await web.TCPSite(runner, *self._address).start()
        self._runner = runner
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
