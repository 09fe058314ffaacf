"""docs/following.md is true: its examples run, and its tables are those of the code."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from np6_async import NP6Client
from np6_async._feed import log
from np6_async.sandbox import Sandbox
from tests.log_table import check_log_table

TEXT = (Path(__file__).parents[2] / "docs" / "following.md").read_text("utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
FIRST, SERVICE, *ENDING = SNIPPETS


async def evaluate(snippet: str, names: dict[str, Any]) -> None:
    code = compile(snippet, "following.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    running = eval(code, names)  # noqa: S307 - our own page
    if inspect.isawaitable(running):
        await running


@pytest.mark.parametrize("snippet", ENDING, ids=["cron", "sqlite"])
async def test_an_example_handles_each_event_and_ends(
    snippet: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    handled: list[Any] = []

    async def handle(events: list[Any]) -> None:
        handled.extend(events)

    async with Sandbox() as sandbox, NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
        names = {"np6": np6, "ids": sandbox.notification_ids, "handle": handle}
        await evaluate(snippet, names)
        await evaluate(snippet, names)  # again: nothing is new
    if "handle" in snippet:
        assert len(handled) == len({event.id for event in handled}) > 2000


async def test_the_example_of_a_service_starts_and_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with Sandbox() as sandbox, NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
        names: dict[str, Any] = {"np6": np6, "ids": sandbox.notification_ids}
        await evaluate(SERVICE, names)
        async with names["lifespan"](None):
            pass


async def test_the_first_example_compiles() -> None:
    ast.parse(FIRST)
    assert ".commit()" in FIRST


def test_every_event_of_the_log_is_there_with_its_level_and_fields() -> None:
    rows = re.findall(r"^\| `(follow_\w+)` \| (\w+) \| [^|]* \| ([^|]*)\|$", TEXT, re.MULTILINE)
    told = {name: (level, fields) for name, level, fields in rows}
    check_log_table(told, log)


def test_the_defaults_are_those_of_the_code() -> None:
    parameters = inspect.signature(NP6Client.follow).parameters
    for name in ("interval", "lag", "lookback"):
        (value,) = re.findall(rf"^\| `{name}` \| ([\d,]+) s \|", TEXT, re.MULTILINE)
        assert parameters[name].default == int(value.replace(",", ""))
