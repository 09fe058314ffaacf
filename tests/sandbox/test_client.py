"""The client against the sandbox: what `Sandbox.truth` is for."""

import json
from collections.abc import Iterable

import pytest

from np6_async import Event, EventKind, EventQuery, NP6Client, RetryPolicy, UnknownEvent, errors
from np6_async.sandbox import Faults, Sandbox

from .support import queries

FAULTS = Faults(unknown_types=0.2, missing_types=0.2, invalid=0.2, extra_fields=0.5)


def bag(events: Iterable[Event | UnknownEvent]) -> list[str]:
    """Put events in an order that does not depend on how they came."""
    return sorted(map(repr_all, events))


def repr_all(event: Event | UnknownEvent) -> str:
    return f"{event!r}{event.raw!r}" if isinstance(event, UnknownEvent) else repr(event)


@pytest.mark.parametrize("sort", ["asc", "desc"])
async def test_truth_is_what_a_sorted_query_gives(sort: str) -> None:
    async with (
        Sandbox(faults=FAULTS) as sandbox,
        NP6Client(sandbox.api_key, base_url=sandbox.url) as np6,
    ):
        found = await np6.fan_out(sandbox.notification_ids, sort="asc" if sort == "asc" else "desc")

    assert found.complete
    assert found.events == {query: sandbox.truth(query) for query in queries(sandbox, sort=sort)}


async def test_truth_is_what_an_unsorted_query_gives_in_another_order() -> None:
    async with (
        Sandbox(faults=FAULTS) as sandbox,
        NP6Client(sandbox.api_key, base_url=sandbox.url) as np6,
    ):
        found = await np6.fan_out(sandbox.notification_ids)

    assert found.events.keys() == set(queries(sandbox))
    for query, events in found.events.items():
        assert bag(events) == bag(sandbox.truth(query))


async def test_an_unknown_event_is_true_to_the_byte() -> None:
    query = EventQuery(kind=EventKind.BOUNCES, notification_id=156, sort="asc")
    async with (
        Sandbox(faults=Faults(invalid=1)) as sandbox,
        NP6Client(sandbox.api_key, base_url=sandbox.url) as np6,
    ):
        raw = [element async for element in np6.bounces(156, sort="asc").raw()]

    truth = sandbox.truth(query)
    assert raw == [event.raw for event in truth if isinstance(event, UnknownEvent)]
    assert [json.loads(element).get("source") for element in raw]
    assert len(raw) == len(truth)


async def test_windows_are_those_of_the_client() -> None:
    async with Sandbox() as sandbox, NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
        whole = sandbox.truth(EventQuery(kind="bounces", notification_id=156))
        middle = whole[len(whole) // 2].timestamp
        before = await np6.bounces(156, end=middle, sort="asc")
        after = await np6.bounces(156, start=middle, sort="asc")

    assert [*before, *after] == whole
    assert before
    assert after


async def test_a_client_gets_through_errors_truncation_and_a_tight_rate() -> None:
    sandbox = Sandbox(notifications=10, rate=200, faults=Faults(server_errors=0.2, truncated=0.2))
    retry = RetryPolicy(attempts=20, base=0.001, cap=0.01)
    async with sandbox, NP6Client(sandbox.api_key, base_url=sandbox.url, retry=retry) as np6:
        found = await np6.fan_out(sandbox.notification_ids, sort="asc")

    assert found.failures == {}
    assert found.events == {query: sandbox.truth(query) for query in queries(sandbox, sort="asc")}
    assert sandbox.requests > 40


async def test_a_client_names_what_the_sandbox_refuses() -> None:
    async with Sandbox() as sandbox:
        async with NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
            with pytest.raises(errors.NotFoundError) as unknown:
                await np6.bounces(1)
        async with NP6Client("wrong", base_url=sandbox.url) as np6:
            with pytest.raises(errors.AuthenticationError):
                await np6.bounces(156)

    assert unknown.value.request_id == "SANDBOX:00000001"
