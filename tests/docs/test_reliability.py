"""What docs/reliability.md says: rows have tests, numbers are the code's, and examples run."""

import ast
import inspect
import logging
import re
import ssl
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest
import trustme

import np6_async
from np6_async import NP6Client, Stats
from np6_async._engine import log
from np6_async._engine.instrumentation import METHODS
from np6_async.errors import ClientClosedError, Phase
from np6_async.hooks import Hook
from np6_async.sandbox import Sandbox
from tests.log_table import check_log_table
from tests.support import body, numbers
from tests.wire.fault_server import FaultServer, always, array, status

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
TEXT = (ROOT / "docs" / "reliability.md").read_text("utf-8")
CA, PROXY, OPTIONS, AGAIN, ACCOUNT, FAULTS, LIVE, MOCKING, COUNTING, LOGGING, HOOKS = re.findall(
    r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE
)
UNITS = {"KiB": 2**10, "MiB": 2**20}


def rows() -> list[str]:
    """Return the ids of the matrix."""
    return re.findall(r"^\| ([A-Z]\d+) \|", TEXT, re.MULTILINE)


def named_by_tests() -> Iterator[str]:
    """Yield the ids in the names of tests; a test may be about several rows."""
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                ids = re.match(r"test_((?:[A-Z]\d+_)+)", node.name)
                yield from ids[1].split("_")[:-1] if ids else ()


def test_every_row_stands_once() -> None:
    assert len(rows()) == len(set(rows())) == 95


def test_every_row_has_a_test() -> None:
    assert sorted(set(rows()) - set(named_by_tests())) == []


def test_no_test_names_a_row_that_does_not_exist() -> None:
    assert sorted(set(named_by_tests()) - set(rows())) == []


def table(heading: str) -> list[list[str]]:
    """Return the rows of the table under a heading, each as its cells."""
    section = re.split(
        r"^#+ ", TEXT.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE
    )[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def in_code(name: str) -> object:
    """Return what a name of the table of numbers stands for: a default, or a constant."""
    owner, _, member = name.rpartition(".")
    if owner.startswith("_"):
        return getattr(import_module(f"np6_async.{owner}"), member)
    return inspect.signature(getattr(np6_async, owner)).parameters[member].default


@pytest.mark.parametrize(("name", "value", "why"), table("The numbers, and why"))
def test_a_number_is_that_of_the_code(name: str, value: str, why: str) -> None:
    number, _, unit = value.replace(",", "").partition(" ")
    found = in_code(name.strip("`"))
    assert why
    assert found == (None if number == "None" else float(number) * UNITS.get(unit, 1))


def test_every_number_of_the_settings_is_there() -> None:
    told = {name.strip("`") for name, _, _ in table("The numbers, and why")}
    for settings in ("Timeouts", "RetryPolicy"):
        for field in attrs.fields(getattr(np6_async, settings)):
            assert f"{settings}.{field.name}" in told


def test_every_statistic_is_there_in_order() -> None:
    told = [name.strip("`") for name, _, _ in table("Statistics")]
    assert told == [field.name for field in attrs.fields(Stats)]


def test_every_event_of_the_log_is_there_with_its_level_and_fields() -> None:
    told = {name.strip("`"): (level, fields) for name, level, _, fields in table("Logs")}
    check_log_table(told, log)


def test_every_phase_is_there_in_order() -> None:
    told = [name.strip("`") for name, _ in table("Which wait timed out")]
    assert told == list(get_args(Phase))


def test_every_method_of_a_hook_is_there_with_its_arguments() -> None:
    told = {name.strip("`"): re.findall(r"`(\w+)`", args) for name, _, args in table("Hooks")}
    assert tuple(told) == METHODS
    for name, args in told.items():
        assert ["self", "run", *args] == list(inspect.signature(getattr(Hook, name)).parameters)


def test_what_holds_a_promise_exists() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", TEXT)
    assert [name for name in named if not (ROOT / name).exists()] == []
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"`make ([a-z-]+)`", TEXT)) <= set(targets)


async def run(snippet: str, **names: Any) -> dict[str, Any]:
    """Run an example that may await; return what it defines."""
    code = compile(snippet, "reliability.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    running = eval(code, names)  # noqa: S307 - our own example
    if inspect.isawaitable(running):
        await running
    return names


@pytest.fixture
def environment(key: str, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("NP6_API_KEY", key)
    return monkeypatch


async def test_S8_an_authority_of_ones_own_is_trusted_as_the_example_says(
    environment: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    environment.chdir(tmp_path)
    async with FaultServer(always(array(body(1, 2))), tls=context) as server:
        environment.setenv("NP6_BASE_URL", server.url)
        await run(CA)
    assert capsys.readouterr().out == "2 events\n"


async def test_S8_a_proxy_is_used_as_the_example_says(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("NP6_BASE_URL", "http://localhost:9")
    async with FaultServer(always(array(body(1, 2)))) as proxy:
        await run(PROXY.replace("http://proxy.example:3128", proxy.url))
    assert capsys.readouterr().out == "2 events\n"
    assert proxy.requests[0].line.startswith("GET http://localhost:9/")


async def test_the_example_closes_a_client_whose_key_was_replaced_after_its_last_query(
    environment: pytest.MonkeyPatch,
) -> None:
    async with FaultServer(always(array(body(1)))) as server:
        environment.setenv("NP6_BASE_URL", server.url)
        account = (await run(ACCOUNT))["Account"]("the old key")
        async with account.client() as old:
            await old.bounces(1)
            await account.rotate("the new key")
            assert numbers(await old.bounces(1)) == [1]
        with pytest.raises(ClientClosedError):
            await old.bounces(1)
        async with account.client() as new:
            await new.bounces(1)
        await account.rotate("a newer key")
        with pytest.raises(ClientClosedError):
            await new.bounces(1)
        await account.aclose()
    keys = [request.headers["x-key"] for request in server.requests]
    assert keys == ["the old key", "the old key", "the new key"]


async def test_what_is_counted_is_printed_as_the_example_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with Sandbox() as sandbox, NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
        await run(COUNTING, np6=np6, ids=sandbox.notification_ids)
    assert capsys.readouterr().out.startswith("60 requests, ")


async def test_a_view_and_a_second_fan_out_run_as_the_examples_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with Sandbox() as sandbox, NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
        await run(OPTIONS, np6=np6, ids=sandbox.notification_ids)
        names = await run(AGAIN, np6=np6, ids=[999_999])
    assert capsys.readouterr().out.endswith(" events\n")
    assert names["again"].failures.keys() == names["result"].failures.keys() != set()


async def test_a_sandbox_fails_and_compares_as_the_example_says() -> None:
    names = await run(FAULTS, NP6Client=NP6Client)
    assert names["result"].events


async def test_a_sandbox_publishes_events_as_the_example_says() -> None:
    names = await run(LIVE, NP6Client=NP6Client)
    assert len(names["first"]) <= 1
    assert 200 < len(names["second"]) < 400


async def test_a_client_is_mocked_as_the_example_says() -> None:
    await run(MOCKING)


async def test_a_hook_hears_of_failures_as_the_example_says(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with FaultServer(always(status(404))) as server:
        environment.setenv("NP6_BASE_URL", server.url)
        await run(HOOKS)
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 6
    assert all(line.endswith(" NotFoundError") for line in told)


async def test_the_example_for_logs_sets_the_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="np6_async")
    await run(LOGGING)
    assert logging.getLogger("np6_async").isEnabledFor(logging.INFO)
