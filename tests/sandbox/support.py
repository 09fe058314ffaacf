"""What several tests of the sandbox need."""

import json
from typing import Any, NamedTuple

import aiohttp
from multidict import CIMultiDictProxy

from np6_async import Event, EventKind, EventQuery, UnknownEvent
from np6_async._generated.kinds import OPERATIONS
from np6_async.sandbox import Sandbox


class Reply(NamedTuple):
    """A response that was read to its end."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def events(self) -> list[Any]:
        assert self.status == 200
        events = json.loads(self.body)
        assert isinstance(events, list)
        return events

    @property
    def ids(self) -> list[str]:
        return [event["id"] for event in self.events]


class Browser:
    """Asks a sandbox by plain HTTP."""

    def __init__(self, session: aiohttp.ClientSession, sandbox: Sandbox) -> None:
        self.session = session
        self.sandbox = sandbox

    async def events(
        self, kind: EventKind = EventKind.EXECUTIONS, notification_id: int = 156, **params: str
    ) -> Reply:
        return await self.get(OPERATIONS[kind].path.replace("{}", str(notification_id)), **params)

    async def get(self, path: str, **params: str) -> Reply:
        return await self.request("GET", path, params=params)

    async def request(self, method: str, path: str, **how: Any) -> Reply:
        headers = {"X-Key": self.sandbox.api_key, **how.pop("headers", {})}
        url = self.sandbox.url + path
        async with self.session.request(method, url, headers=headers, **how) as response:
            return Reply(response.status, response.headers, await response.read())


def queries(sandbox: Sandbox, **window: Any) -> list[EventQuery]:
    """Return a query for every kind of every notification."""
    return [
        EventQuery(kind=kind, notification_id=notification_id, **window)
        for kind in EventKind
        for notification_id in sandbox.notification_ids
    ]


def events_of(sandbox: Sandbox) -> list[Event | UnknownEvent]:
    """Return every event there is."""
    return [event for query in queries(sandbox) for event in sandbox.truth(query)]


def objects_of(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return the JSON of every event there is, as it is served."""
    log = sandbox._log
    return [
        json.loads(event)
        for kind in EventKind
        for notification_id in log.notification_ids
        for event in log.timeline(kind, notification_id).events
    ]
