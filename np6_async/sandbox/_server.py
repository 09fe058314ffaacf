"""The API's behaviour over HTTP: who may ask, what is answered, and in which order it arrives."""

import time
from collections import Counter
from contextlib import suppress
from functools import partial
from itertools import count
from random import Random
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from np6_async._generated.kinds import API_KEY_HEADER, OPERATIONS, EventKind

from ._events import EventLog
from ._faults import Faults
from ._quota import Quota
from ._window import read_window

__all__ = ["Server"]

_PIECE: Final = 16 * 1024  # bytes of a body that are written at once


class Server:
    """Answers requests.

    Args:
        log: The events there are.
        api_key: The key every request must carry.
        quota: Bounds the request rate; None for no bound.
        retry_after: Whether a 429 says when to come back.
        gzip: Whether bodies are compressed for those who accept it.
        faults: What goes wrong with some responses.
        chance: Decides which, and shuffles.
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
        chance: Random,
    ) -> None:
        self.statuses: Counter[int] = Counter()
        """How many responses of each status were sent."""
        self._log = log
        self._ids = {str(id_): id_ for id_ in log.ids}
        self._api_key = api_key
        self._quota = quota
        self._retry_after = retry_after
        self._gzip = gzip
        self._faults = faults
        self._chance = chance
        self._numbers = count(1)

    def app(self) -> web.Application:
        """Return an application with a route for every operation of the spec."""
        app = web.Application(middlewares=[self._guard])
        app.on_response_prepare.append(self._stamp)
        for kind, operation in OPERATIONS.items():
            app.router.add_get(operation.path, partial(self._answer, kind), allow_head=False)
        return app

    async def _stamp(self, _: web.Request, response: web.StreamResponse) -> None:
        """Add what every response has, and count it."""
        self.statuses[response.status] += 1
        response.headers["x-request-id"] = f"SANDBOX:{next(self._numbers):08X}"
        if self._quota is not None:
            now = time.time()
            response.headers.update(self._quota.headers(now))
            if self._retry_after and response.status == 429:
                response.headers["Retry-After"] = str(self._quota.retry_after(now))

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Check key and rate before anything else is looked at."""
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

    async def _answer(self, kind: EventKind, request: web.Request) -> web.StreamResponse:
        notification_id = self._ids.get(request.match_info["id"])
        if notification_id is None:
            return web.Response(status=404)
        try:
            window = read_window(request.query)
        except ValueError:
            return web.Response(status=400)
        fate = self._chance.random() - self._faults.server_errors
        if fate < 0:
            return web.Response(status=self._chance.choice((500, 503)))
        events = self._log.timeline(kind, notification_id).select(window)
        if window.sort is None:
            self._chance.shuffle(events)
        body = b"[%b]" % b",".join(events)
        if fate >= self._faults.truncated:
            return await self._stream(request, body)
        part = body[: self._chance.randrange(1, len(body))]
        return await self._stream(request, part, breaks=self._chance.random() < 0.5)

    async def _stream(
        self, request: web.Request, body: bytes, *, breaks: bool = False
    ) -> web.StreamResponse:
        """Send a body in pieces, and then break off the connection if asked to."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        if self._gzip and _accepts_gzip(request):
            response.enable_compression(web.ContentCoding.gzip)
        with suppress(ConnectionError):  # whoever asked has left
            await response.prepare(request)
            for start in range(0, len(body), _PIECE):
                await response.write(body[start : start + _PIECE])
        if breaks:
            request.protocol.force_close()
        return response


def _accepts_gzip(request: web.Request) -> bool:
    codings = request.headers.get("Accept-Encoding", "").split(",")
    return "gzip" in (coding.strip().lower() for coding in codings)
