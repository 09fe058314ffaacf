"""``python -m np6_async.sandbox``."""

import asyncio
import os
import re
import runpy
import signal
import socket
import sys
import threading
import time
from asyncio.subprocess import PIPE

import aiohttp
import pytest

from np6_async.sandbox import Sandbox
from np6_async.sandbox._cli import main


async def start(*arguments: str) -> tuple[asyncio.subprocess.Process, str]:
    """Start the command; return what it says when it is ready."""
    command = (sys.executable, "-m", "np6_async.sandbox", *arguments)
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=buffered)
    assert process.stdout is not None
    greeting = await asyncio.wait_for(process.stdout.readuntil(b"asyncio.run(main())\n"), 20)
    return process, greeting.decode()


async def stop(process: asyncio.subprocess.Process, number: signal.Signals) -> tuple[int, bytes]:
    """Send a signal; return exit status and what was written to stderr."""
    process.send_signal(number)
    _, stderr = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode is not None
    return process.returncode, stderr


async def run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    stdout, _ = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    return stdout.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_serves_until_a_signal_and_ends_well(number: signal.Signals) -> None:
    process, greeting = await start("--seed", "5", "--notifications", "2")
    found = re.search(r"curl -H '(X-Key): (\S+)' '(\S+)'", greeting)
    assert found

    async with aiohttp.request("GET", found[3], headers={found[1]: found[2]}) as response:
        assert response.status == 200
        assert (await response.read()).startswith(b"[{")

    assert "156 to 157" in greeting
    assert await stop(process, number) == (0, b"")


async def test_the_python_it_prints_works_when_pasted() -> None:
    process, greeting = await start("--unknown-types", "1")
    code = greeting.partition("With Python:\n")[2].replace("\n  ", "\n")

    printed = await run(sys.executable, "-c", code)

    assert "UnknownEvent(" in printed
    assert await stop(process, signal.SIGINT) == (0, b"")


async def test_it_publishes_live_events_if_they_have_a_rate() -> None:
    process, greeting = await start("--events", "0", "--live-rate", "0.001", "--delay", "5")
    found = re.search(r"curl -H '(X-Key): (\S+)' '(\S+)'", greeting)
    assert found

    async with aiohttp.request("GET", found[3], headers={found[1]: found[2]}) as response:
        [event] = await response.json()

    assert abs(time.time() * 1000 - event["timestamp"]) < 60_000
    assert await stop(process, signal.SIGINT) == (0, b"")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("--live-rate 0", "live rate must be positive and finite, not 0.0"),
        ("--live-rate 1 --late 2", "late must be a share from 0 to 1, not 2.0"),
        ("--live-rate 1 --delay -1", "delay must be positive and finite, not -1.0"),
    ],
)
def test_a_setting_of_live_events_out_of_range_is_a_usage_error(
    options: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(options.split())

    assert f"error: {reason}" in capsys.readouterr().err


def test_a_fault_out_of_range_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--invalid", "2"])

    assert "error: invalid must be a share from 0 to 1, not 2.0" in capsys.readouterr().err


def test_a_port_in_use_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit, match="2"):
        main(["--port", str(taken.getsockname()[1])])

    assert "address already in use" in capsys.readouterr().err


def test_help_names_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])

    text = capsys.readouterr().out
    names = ("host", "port", "seed", "notifications", "events", "rate", "reset", "retry-after")
    live = ("live-rate", "late", "delay")
    for name in (*names, *live, "gzip", "server-errors", "truncated", "extra-fields"):
        assert f"--{name}" in text


def test_it_passes_its_settings_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    default = signal.getsignal(signal.SIGTERM)

    def terminate() -> None:
        while signal.getsignal(signal.SIGTERM) == default:
            time.sleep(0.005)
        os.kill(os.getpid(), signal.SIGTERM)

    settings = "--host ::1 --seed 9 --notifications 3 --events 1 --rate 5 --retry-after"
    monkeypatch.setattr(sys, "argv", ["sandbox", *settings.split()])
    thread = threading.Thread(target=terminate)
    thread.start()
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("np6_async.sandbox", run_name="__main__")
    thread.join()

    assert ended.value.code == 0
    greeting = capsys.readouterr().out
    assert "http://[::1]:" in greeting
    assert "156 to 158" in greeting
    assert Sandbox(seed=9).api_key in greeting
