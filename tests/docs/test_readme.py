"""The README's examples run as they are printed."""

import ast
import inspect
import re
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path
from typing import Any

import pytest

from np6_async import NP6Client
from np6_async.sandbox import Sandbox

README = Path(__file__).parents[2] / "README.md"
FIRST, *TOUR = re.findall(
    r"^```python\n(.*?)^```$", README.read_text("utf-8"), re.DOTALL | re.MULTILINE
)


async def test_the_first_example_runs_as_printed() -> None:
    example = await create_subprocess_exec(sys.executable, "-c", FIRST, stdout=PIPE, stderr=PIPE)
    output, complaints = await example.communicate()
    assert (example.returncode, complaints) == (0, b"")
    assert b" bounce " in output


@pytest.mark.parametrize("snippet", TOUR, ids=lambda text: text.split("\n", 1)[0][:40])
async def test_every_snippet_of_the_tour_runs(snippet: str) -> None:
    async with Sandbox() as sandbox, NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
        names: dict[str, Any] = {"np6": np6, "ids": sandbox.notification_ids}
        code = compile(snippet, str(README), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        running = eval(code, names)  # noqa: S307 - our own README
        if inspect.isawaitable(running):
            await running


def test_the_tour_shows_what_the_readme_promises() -> None:
    shown = "\n".join(TOUR)
    for promise in ("await np6.", "async for", ".batches()", ".raw()", "fan_out", "UnknownEvent"):
        assert promise in shown
