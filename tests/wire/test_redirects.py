"""Redirects are refused, whatever they are and wherever they lead: the key would go along."""

import pytest

from np6_async.errors import RedirectError
from tests.leaks import places
from tests.support import MakeClient

from .conftest import Serve
from .fault_server import always, array, status

TARGETS = {
    "the same path": "{here}/notifications/156/events/bounces",
    "another path": "/elsewhere",
    "another port": "{there}/notifications/1/events/bounces",
    "another host": "{there_by_name}/",
    "http": "http://np6.example.org/",
    "no scheme": "//{there_host}/",
    "a file": "file:///etc/passwd",
    "no URL": "http://[",
}
NAMED = {"the same path": "{here}", "another port": "{there}", "another host": "{there_by_name}"}


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("name", TARGETS)
async def test_H3_S1_the_target_of_a_redirect_sees_nothing(
    serve: Serve, np6: MakeClient, code: int, name: str
) -> None:
    there = await serve(always(array(b"[]")))
    here = await serve(
        lambda _: status(code, Location=TARGETS[name].format(**urls), x_request_id="req-1")
    )
    urls = {
        "here": here.url,
        "there": there.url,
        "there_by_name": there.url.replace("127.0.0.1", "localhost"),
        "there_host": there.url.removeprefix("http://"),
    }
    with pytest.raises(RedirectError) as caught:
        await np6(here.url).bounces(156)
    assert (caught.value.status, caught.value.request_id) == (code, "req-1")
    assert "which is not followed: check base_url" in str(caught.value)
    assert NAMED.get(name, "").format(**urls) in str(caught.value)
    assert len(here.requests) == 1
    assert there.received == []


async def test_H3_a_redirect_without_a_target_is_one_too(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(status(302)))
    with pytest.raises(RedirectError, match=r"answered 302 Found$"):
        await np6(server.url).bounces(156)
    assert len(server.requests) == 1


async def test_H3_what_follows_the_origin_of_a_target_is_not_shown(
    serve: Serve, np6: MakeClient
) -> None:
    target = "https://Zm9vYmFy@np6.example.org/Zm9vYmFy?token=Zm9vYmFy#Zm9vYmFy"
    server = await serve(always(status(302, Location=target)))
    with pytest.raises(RedirectError, match=r"redirects to https://np6\.example\.org,") as caught:
        await np6(server.url).bounces(156)
    assert places("Zm9vYmFy", caught.value) == []
