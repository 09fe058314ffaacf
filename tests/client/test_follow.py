"""The arguments of `NP6Client.follow` are checked before anything is sent."""

from typing import Any
from uuid import UUID

import pytest

from np6_async import EventKind, EventQuery, NP6Client
from np6_async._feed import source
from np6_async._generated.kinds import OPERATIONS
from np6_async.errors import EventDecodeError
from np6_async.follow import FollowBatch, MemoryCursorStore
from tests.follow.api import event_json, query_of
from tests.support import MakeClient
from tests.wire.fault_server import FaultServer, always, array

SINCE = 10**12
WINDOWED = EventQuery(kind="bounces", notification_id=1, sort="asc")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"interval": 0}, "interval must be positive"),
        ({"interval": "5"}, "interval must be a number"),
        ({"interval": 10, "max_interval": 5}, "max_interval must be at least as long as interval"),
        ({"lag": -1}, "lag must be positive"),
        ({"lag": False}, "lag must be a number"),
        ({"lookback": float("inf")}, "lookback must be positive and finite"),
        ({"once": 1}, "once must be a bool, not int"),
        (
            {"since": "yesterday"},
            "since must be a moment, or 'now' or 'beginning', not 'yesterday'",
        ),
        ({"since": 1_750_000_000}, "looks like seconds: since is in milliseconds"),
        ({"since": None}, "since: instants are aware datetimes"),
        ({"kinds": ["replies"]}, "kind must be one of"),
        ({"kinds": []}, "kinds is empty"),
        ({"ids": 5}, "ids must be an iterable of ids or of EventQuery, or a function"),
        ({"ids": "156"}, "not str"),
    ],
)
def test_a_bad_argument_is_a_value_error_at_once(options: dict[str, Any], message: str) -> None:
    np6 = NP6Client("key")
    with pytest.raises(ValueError, match=message):
        np6.follow(**{"ids": [1], "store": MemoryCursorStore(), **options})


@pytest.mark.parametrize(
    ("ids", "kinds", "message"),
    [
        ([WINDOWED], None, "a query that is followed has no start, end or sort"),
        ([EventQuery(kind="bounces", notification_id=1)], ["bounces"], "kinds apply to ids"),
        (["x"], None, "notification_id"),
        ([-1], None, "notification_id"),
    ],
)
async def test_a_bad_id_ends_the_feed_with_a_value_error(
    ids: list[Any], kinds: Any, message: str
) -> None:
    async with (
        NP6Client("key") as np6,
        np6.follow(ids, kinds=kinds, store=MemoryCursorStore()) as feed,
    ):
        with pytest.raises(ValueError, match=message):
            await anext(feed)


async def fetched(np6: NP6Client, **options: Any) -> list[FollowBatch[Any]]:
    """Return the batches of a feed that runs once."""
    batches = []
    async with np6.follow(
        [1], store=MemoryCursorStore(), kinds=["bounces"], since=SINCE, once=True, **options
    ) as feed:
        async for batch in feed:
            await batch.commit()
            batches.append(batch)
    return batches


async def test_lag_may_be_zero(np6: MakeClient) -> None:
    async with FaultServer(always(array(b"[]"))) as server:
        assert await fetched(np6(server.url), lag=0) == []


@pytest.mark.parametrize("strict", [False, True])
async def test_events_are_decoded_when_they_are_asked_for(np6: MakeClient, strict: bool) -> None:
    odd = event_json(1, SINCE)
    async with FaultServer(always(array(b"[%b]" % odd))) as server:
        (batch,) = await fetched(np6(server.url, strict=strict))
    assert batch.raw == [odd]
    if strict:
        with pytest.raises(EventDecodeError) as failed:
            _ = batch.events
        assert failed.value.query == query_of(1)
    else:
        (event,) = batch.events
        assert event.id == UUID(int=1)
        assert batch.events is batch.events


async def test_a_kind_without_windows_cannot_be_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = EventKind.BOUNCES
    operations = dict(OPERATIONS)
    operations[kind] = operations[kind]._replace(parameters=operations[kind].parameters[:1])
    monkeypatch.setattr(source, "OPERATIONS", operations)
    async with (
        NP6Client("key") as np6,
        np6.follow([query_of(1)], store=MemoryCursorStore()) as feed,
    ):
        with pytest.raises(ValueError, match="bounces cannot be followed"):
            await anext(feed)
