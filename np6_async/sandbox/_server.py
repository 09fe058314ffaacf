"""The behaviour of the API over HTTP: authentication, rate limit, responses and their order."""

import time
from collections import Counter
from contextlib import suppress
from functools import partial
from itertools import count
from random import Random
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from np6_async._generated.kinds import API_KEY_HEADER

from ._clock import http_date
from ._events import EventLog
from ._faults import Faults
from ._live import Live
from ._quota import Quota
from ._request import read_query
from ._selection import selection

__all__ = ["Server"]

_PIECE: Final = 16 * 1024  # bytes of a body in one write


class Server:
    """Handles requests.

    Args:
        log: The events.
        api_key: The key that every request must have.
        quota: The rate limit; None for no limit.
        retry_after: Whether a 429 has a ``Retry-After`` header.
        gzip: Whether to compress bodies if the client accepts it.
        faults: The faults of some responses.
        random: Chooses the faults, and the order of unsorted events.
        live: Whose clock the ``Date`` header shows; None for that of the system.
    """

    def __init__(
        self,
        log: EventLog,
        *,
        api_key: str,
        quota: Quota | None,
        retry_after: bool,
        gzip: bool,
        faults: Faults,
        random: Random,
        live: Live | None = None,
    ) -> None:
        self.statuses: Counter[int] = Counter()
        """The number of responses sent, by status."""
        self._log = log
        self._ids = {kind: {str(id_): id_ for id_ in ids} for kind, ids in log.ids.items()}
        self._api_key = api_key
        self._quota = quota
        self._retry_after = retry_after
        self._gzip = gzip
        self._faults = faults
        self._random = random
        self._live = live
        self._numbers = count(1)

    def app(self) -> web.Application:
        """Return an application with a route for every operation of the spec."""
        app = web.Application(middlewares=[self._guard])
        app.on_response_prepare.append(self._stamp)
        for kind, operation in self._log.operations.items():
            path = operation.path.replace("{}", "{id}")
            app.router.add_get(path, partial(self._respond, kind), allow_head=False)
        return app

    async def _stamp(self, _: web.Request, response: web.StreamResponse) -> None:
        """Add the headers of every response, and count it."""
        self.statuses[response.status] += 1
        response.headers["x-request-id"] = f"SANDBOX:{next(self._numbers):08X}"
        if self._live is not None:
            response.headers["Date"] = http_date(self._live.clock() + self._live.skew)
        if self._quota is not None:
            now = time.time()
            response.headers.update(self._quota.headers(now))
            if self._retry_after and response.status == 429:
                response.headers["Retry-After"] = str(self._quota.retry_after(now))

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Check the key and the rate limit before anything else."""
        if request.headers.get(API_KEY_HEADER) != self._api_key:
            return web.Response(status=401)
        if self._quota is not None and not self._quota.admit(time.time()):
            return web.Response(status=429)
        try:
            return await handler(request)
        except web.HTTPMethodNotAllowed as error:
            return web.Response(status=405, headers={"Allow": error.headers["Allow"]})
        except web.HTTPNotFound:
            return web.Response(status=404)

    async def _respond(self, kind: str, request: web.Request) -> web.StreamResponse:
        operation = self._log.operations[kind]
        text = request.match_info.get("id")
        if text is not None and text not in self._ids[kind]:
            return web.Response(status=404)
        try:
            chosen = selection(operation, read_query(operation, request.query))
        except ValueError:
            return web.Response(status=400)
        draw = self._random.random() - self._faults.server_errors
        if draw < 0:
            return web.Response(status=self._random.choice((500, 503)))
        id_ = None if text is None else self._ids[kind][text]
        events = self._log.select(kind, id_, chosen)
        if chosen.sort is None:
            self._random.shuffle(events)
        body = b"[%b]" % b",".join(events)
        if draw >= self._faults.truncated:
            return await self._stream(request, body)
        part = body[: self._random.randrange(1, len(body))]
        return await self._stream(request, part, breaks=self._random.random() < 0.5)

    async def _stream(
        self, request: web.Request, body: bytes, *, breaks: bool = False
    ) -> web.StreamResponse:
        """Send a body in pieces; then close the connection without an end if `breaks` is set."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        if self._gzip and _accepts_gzip(request):
            response.enable_compression(web.ContentCoding.gzip)
        with suppress(ConnectionError):  # the client has disconnected
            await response.prepare(request)
            for start in range(0, len(body), _PIECE):
                await response.write(body[start : start + _PIECE])
        if breaks:
            request.protocol.force_close()
        return response


def _accepts_gzip(request: web.Request) -> bool:
    codings = request.headers.get("Accept-Encoding", "").split(",")
    return "gzip" in (coding.strip().lower() for coding in codings)
