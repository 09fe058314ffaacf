"""Names of hosts that do not resolve."""

import socket
import sys
from typing import Any, NoReturn

import pytest

from np6_async import RetryPolicy
from np6_async.errors import ConnectError
from tests.support import MakeClient

pytestmark = pytest.mark.skipif(
    "uvloop" in sys.modules, reason="uvloop looks names up by itself, and does not ask Python's way"
)


class Resolver:
    """Answers every look-up with an error, and counts them."""

    def __init__(self, code: int, text: str) -> None:
        self.asked: list[str] = []
        self._error = (code, text)

    def __call__(self, host: str, *_: Any, **__: Any) -> NoReturn:
        self.asked.append(host)
        raise socket.gaierror(*self._error)


@pytest.mark.parametrize(
    ("code", "permanent", "look_ups"),
    [
        pytest.param(socket.EAI_NONAME, True, 1, id="N1 no such name"),
        pytest.param(socket.EAI_AGAIN, False, 3, id="N2 no answer for now"),
    ],
)
async def test_N1_N2_a_name_is_looked_up_again_if_that_may_help(
    np6: MakeClient, monkeypatch: pytest.MonkeyPatch, code: int, permanent: bool, look_ups: int
) -> None:
    resolver = Resolver(code, "no address")
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    client = np6("https://np6.example.org", retry=RetryPolicy(attempts=3, base=0.001))
    with pytest.raises(ConnectError, match=r"did not resolve \(np6.example.org:443: ") as caught:
        await client.executions(156)
    assert resolver.asked == ["np6.example.org"] * look_ups
    assert (caught.value.permanent, caught.value.attempts) == (permanent, look_ups)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
