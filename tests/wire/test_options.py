"""Views of a client: what they share with it, and what is their own."""

from typing import Any

import pytest

from np6_async import NP6Client, RetryPolicy, Timeouts, UnknownEvent
from np6_async.errors import (
    ClientClosedError,
    EventDecodeError,
    RequestTimeoutError,
    ServerError,
)
from np6_async.hooks import Hook, QueryRun
from tests.support import MakeClient, body, event, numbers

from .conftest import Serve
from .fault_server import End, always, array, in_turn, status


class Count(Hook):
    def __init__(self) -> None:
        self.queries = 0

    def query_started(self, run: QueryRun) -> None:
        self.queries += 1


async def test_a_view_has_its_own_retries_timeouts_and_strictness(
    serve: Serve, np6: MakeClient
) -> None:
    misfit = array(b"[" + event(1, id=5) + b"]")
    server = await serve(in_turn(status(500), [End.SILENCE], misfit, misfit))
    client = np6(server.url)
    with pytest.raises(ServerError) as failed:
        await client.with_options(retry=RetryPolicy(attempts=1)).bounces(1)
    assert failed.value.attempts == 1
    impatient = client.with_options(retry=RetryPolicy(attempts=1), timeouts=Timeouts(idle=0.05))
    with pytest.raises(RequestTimeoutError, match=r"after 0\.05 s"):
        await impatient.bounces(1)
    with pytest.raises(EventDecodeError):
        await client.with_options(strict=True).bounces(1)
    assert isinstance((await client.bounces(1))[0], UnknownEvent)


async def test_a_view_of_a_view_changes_only_what_is_given(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(b"[" + event(1, id=5) + b"]")))
    strict = np6(server.url).with_options(strict=True)
    both = strict.with_options(retry=RetryPolicy(attempts=1))
    with pytest.raises(EventDecodeError):
        await both.bounces(1)
    assert isinstance((await both.with_options(strict=False).bounces(1))[0], UnknownEvent)


async def test_hooks_of_a_view_take_the_place_of_the_clients(serve: Serve, np6: MakeClient) -> None:
    ours, theirs = Count(), Count()
    server = await serve(always(array(body(1))))
    client = np6(server.url, hooks=[ours])
    await client.with_options(hooks=[theirs]).bounces(1)
    assert (ours.queries, theirs.queries) == (0, 1)
    await client.with_options(hooks=[]).bounces(1)
    await client.with_options(strict=True).bounces(1)
    await client.bounces(1)
    assert (ours.queries, theirs.queries) == (2, 1)


async def test_a_view_shares_connections_limiter_budget_and_statistics(
    serve: Serve, np6: MakeClient
) -> None:
    server = await serve(always(array(body(1))))
    client = np6(server.url)
    view = client.with_options(timeouts=Timeouts(idle=1))
    await client.bounces(1)
    assert numbers(await view.bounces(2)) == [1]
    assert [request.connection for request in server.requests] == [0, 0]
    assert view.stats == client.stats
    assert client.stats.requests == 2
    assert (await view.fan_out([3], kinds="bounces")).complete
    assert client.stats.requests == 3


async def test_leaving_or_closing_a_view_closes_nothing(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(body(1))))
    client = np6(server.url)
    async with client.with_options(strict=True) as view:
        await view.aclose()
    assert numbers(await client.bounces(1)) == numbers(await view.bounces(1)) == [1]
    await client.aclose()
    with pytest.raises(ClientClosedError):
        await view.bounces(1)
    with pytest.raises(ClientClosedError):
        await view.__aenter__()
    assert "closed" in repr(view)


async def test_a_view_of_a_subclass_keeps_its_class_and_attributes(key: str) -> None:
    class Mine(NP6Client):
        name = "mine"

    async with Mine(key, base_url="https://np6.example") as client:
        client.name = "changed"
        view = client.with_options(strict=True)
        assert type(view) is Mine
        assert view.name == "changed"


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"timeouts": 5}, ValueError, "timeouts must be a Timeouts, not int"),
        ({"retry": Timeouts()}, ValueError, "retry must be a RetryPolicy, not Timeouts"),
        ({"strict": "no"}, ValueError, "strict must be a bool, not str"),
        ({"concurrency": 5}, TypeError, "concurrency"),
        ({"api_key": "x"}, TypeError, "api_key"),
    ],
)
async def test_what_is_no_option_is_refused(
    np6: MakeClient, wrong: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        np6().with_options(**wrong)


async def test_options_are_keyword_only(np6: MakeClient) -> None:
    make: Any = np6().with_options
    with pytest.raises(TypeError):
        make(Timeouts())
