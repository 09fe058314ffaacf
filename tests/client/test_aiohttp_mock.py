"""The mock returns the registered responses and fails on any other request."""

import aiohttp
import pytest

from np6_async import NP6Client
from np6_async.errors import ConnectError
from tests.aiohttp_mock import StrictMock
from tests.support import MakeClient

URL = "https://np6.example.org/notifications/156/events/bounces"


async def test_it_returns_the_registered_response(np6: MakeClient, web: StrictMock) -> None:
    web.get(URL, body=b"[]")
    assert await np6().bounces(156) == []


async def test_a_call_that_was_not_expected_fails_at_once(np6: MakeClient) -> None:
    with StrictMock() as web, pytest.raises(pytest.fail.Exception, match=f"unexpected: GET {URL}"):
        await np6().bounces(156)
    assert len(web.requests) == 1


async def test_a_mock_responds_once(np6: MakeClient, web: StrictMock) -> None:
    web.get(URL, body=b"[]")
    client = np6()
    await client.bounces(156)
    with pytest.raises(pytest.fail.Exception, match="unexpected: GET"):
        await client.bounces(156)


async def test_a_repeating_mock_responds_every_time(np6: MakeClient, web: StrictMock) -> None:
    web.get(URL, body=b"[]", repeat=True)
    client = np6()
    await client.bounces(156)
    await client.bounces(156)


async def ask_once(client: NP6Client, **mock: object) -> None:
    with StrictMock() as web:
        web.get(URL, body=b"[]", **mock)
        web.get(URL, body=b"[]", **mock)
        await client.bounces(156)


@pytest.mark.parametrize("repeat", [False, 2])
async def test_an_unused_mock_fails(np6: MakeClient, repeat: int) -> None:
    with pytest.raises(AssertionError, match="never asked for"):
        await ask_once(np6(), repeat=repeat)


def test_a_failure_of_the_test_itself_is_not_hidden_by_unused_mocks() -> None:
    def fail() -> None:
        with StrictMock() as web:
            web.get(URL)
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        fail()


async def test_a_mock_can_fail_like_the_network(np6: MakeClient, web: StrictMock) -> None:
    web.get(URL, exception=aiohttp.ClientConnectionError("gone"), repeat=True)
    with pytest.raises(ConnectError):
        await np6().bounces(156)
