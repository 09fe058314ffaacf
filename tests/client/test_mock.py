"""A client in its users' tests: mocked in one line. And a client where no asyncio is."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock, MagicMock, create_autospec

import pytest

from np6_async import EventKind, NP6Client
from tests.support import MakeClient

AWAITED = [*map(str, EventKind), "events", "fan_out"]


async def handle(np6: NP6Client) -> int:
    """What a user might test."""
    return len(await np6.bounces(156, start=0))


@pytest.mark.parametrize("make", [AsyncMock, MagicMock])
async def test_a_mock_of_a_client_can_be_awaited(make: Callable[..., Any]) -> None:
    np6 = make(spec=NP6Client)
    np6.bounces.return_value = ["event"]
    assert await handle(np6) == 1
    np6.bounces.assert_awaited_once_with(156, start=0)


async def test_so_can_an_autospec_which_checks_arguments() -> None:
    np6 = create_autospec(NP6Client, instance=True)
    np6.bounces.return_value = ["event"]
    assert await handle(np6) == 1
    with pytest.raises(TypeError, match="missing a required argument"):
        await np6.bounces()


async def test_a_mock_can_be_iterated_if_it_is_told_to() -> None:
    np6 = MagicMock(spec=NP6Client)
    np6.bounces = MagicMock(**{"return_value.__aiter__.return_value": [1, 2]})
    assert [event async for event in np6.bounces(156)] == [1, 2]


@pytest.mark.parametrize("name", AWAITED)
def test_a_method_whose_result_is_awaited_says_so(name: str) -> None:
    method = getattr(NP6Client, name)
    assert inspect.iscoroutinefunction(method) or asyncio.iscoroutinefunction(method)


OUTSIDE: dict[str, Callable[[NP6Client], Any]] = {
    "awaited": lambda np6: np6.bounces(156),
    "looped": lambda np6: np6.bounces(156).batches().__anext__(),
    "fan-out": lambda np6: np6.fan_out([156]),
    "fan-out in a block": lambda np6: np6.fan_out([156]).__aenter__(),
    "client in a block": lambda np6: np6.__aenter__(),
}


@pytest.mark.parametrize("use", OUTSIDE.values(), ids=OUTSIDE)
def test_without_asyncio_an_error_says_that_it_is_needed(use: Callable[[NP6Client], Any]) -> None:
    """Such as under trio, which steps coroutines in the same way."""
    using = use(NP6Client("key"))
    with pytest.raises(RuntimeError, match=r"runs on asyncio only.*asyncio\.run") as caught:
        using.send(None)
    assert caught.value.__context__ is None


async def test_with_asyncio_the_same_client_works(np6: MakeClient) -> None:
    assert await np6().bounces(156, start=0, end=0) == []
