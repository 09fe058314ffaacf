"""What the environment says to HTTP clients in general is not said to this one."""

from pathlib import Path

import pytest

from np6_async.errors import ConnectError
from tests.support import MakeClient, body, numbers

from .conftest import Serve
from .fault_server import End, always, array, status


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY"])
async def test_S11_a_proxy_in_the_environment_sees_nothing(
    serve: Serve, np6: MakeClient, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    proxy = await serve(always(status(502)))
    server = await serve(always(array(body(1))))
    for exception in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(exception, raising=False)
    monkeypatch.setenv(name, proxy.url)
    assert numbers(await np6(server.url).executions(156)) == [1]
    assert proxy.received == []


async def test_S11_a_proxy_for_https_in_the_environment_sees_nothing(
    serve: Serve, np6: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = await serve(always(status(502)))
    server = await serve(always([]), greeting=[b"no TLS", End.FIN])
    monkeypatch.setenv("https_proxy", proxy.url)
    with pytest.raises(ConnectError, match="TLS failed"):
        await np6(server.url.replace("http:", "https:")).executions(156)
    assert proxy.received == []


async def test_S11_a_netrc_adds_no_credentials(
    serve: Serve, np6: MakeClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password something\n", "ascii")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = await serve(always(array(body(1))))
    await np6(server.url).executions(156)
    assert "authorization" not in server.requests[0].headers
