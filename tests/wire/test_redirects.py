"""Redirects are refused, whatever they are and wherever they lead: the key would go along."""

import pytest

from np6_async.errors import RedirectError
from tests.support import MakeClient

from .conftest import Serve
from .fault_server import always, array, status

TARGETS = [
    "{there}/notifications/1/events/bounces",
    "{there_by_name}/",
    "//{there_host}/",
    "/elsewhere",
    "",
    "https://np6.example.org/",
    "file:///etc/passwd",
    "http://[",
]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", TARGETS)
async def test_H3_S1_the_target_of_a_redirect_sees_nothing(
    serve: Serve, np6: MakeClient, code: int, target: str
) -> None:
    there = await serve(always(array(b"[]")))
    location = target.format(
        there=there.url,
        there_by_name=there.url.replace("127.0.0.1", "localhost"),
        there_host=there.url.removeprefix("http://"),
    )
    here = await serve(always(status(code, Location=location, x_request_id="req-1")))
    with pytest.raises(RedirectError) as caught:
        await np6(here.url).bounces(156)
    assert (caught.value.status, caught.value.request_id) == (code, "req-1")
    assert len(here.requests) == 1
    assert there.received == []


async def test_H3_a_redirect_without_a_target_is_one_too(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(status(302)))
    with pytest.raises(RedirectError):
        await np6(server.url).bounces(156)
    assert len(server.requests) == 1
