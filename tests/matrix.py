"""Run the wire tests in other circumstances: another parser, other loops, other aiohttps.

``python -m tests.matrix`` prints a table, and fails if one of them fails. Arguments go to pytest.
"""

import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from packaging.requirements import Requirement

__all__ = ["main"]

_PYTEST: Final = ("-m", "pytest")
_ON_UVLOOP: Final = (
    "-c",
    "import sys, uvloop, pytest; uvloop.install(); sys.exit(pytest.main(sys.argv[1:]))",
)
# It takes the first of two lengths; whether that was the right one, the array shows. It keeps bytes
# that follow a body to itself, and counts no compressed ones, so that a bomb cannot be told.
_NOT_FOR_PYTHONS_PARSER: Final = (
    "test_body.py::test_H13_a_malformed_answer_is_never_taken_for_a_400[two lengths]",
    "test_bombs.py::test_P3_P9_H10_V7_a_stream_takes_little_memory_whatever_comes[gzip bomb]",
    "test_bombs.py::test_P3_a_list_of_what_a_bomb_gave_until_then_is_let_go",
    "test_connections.py::test_N18_bytes_that_come_with_a_body_cost_an_attempt",
    "test_connections.py::test_N18_bytes_that_come_after_a_body_cost_the_connection",
)
# It looks names up by itself, so that what the tests put in the place of Python's way is not asked.
_NOT_FOR_UVLOOP: Final = ("test_names.py",)


def main() -> int:
    """Run the command line."""
    python, arguments = sys.executable, ["tests/wire", "-q", *sys.argv[1:]]
    pure, uvloop = map(without, (_NOT_FOR_PYTHONS_PARSER, _NOT_FOR_UVLOOP))
    passed = {
        "Python's parser": run(python, *_PYTEST, *arguments, *pure, AIOHTTP_NO_EXTENSIONS="1"),
        "asyncio's debug mode": run(python, *_PYTEST, *arguments, PYTHONASYNCIODEBUG="1"),
        "uvloop": run(python, *_ON_UVLOOP, *arguments, *uvloop),
        **{
            f"aiohttp {version or 'as new as there is'}": run_with(version, arguments)
            for version in (_floor(), None)
        },
    }
    sys.stdout.write("\n| wire tests with | |\n| --- | --- |\n")
    for name, good in passed.items():
        sys.stdout.write(f"| {name} | {'passed' if good else 'FAILED'} |\n")
    return 0 if all(passed.values()) else 1


def without(tests: Sequence[str]) -> list[str]:
    """Return the arguments that leave tests out."""
    return [f"--deselect=tests/wire/{test}" for test in tests]


def run(*command: str, **environment: str) -> bool:
    """Run a command; return whether it succeeded."""
    sys.stderr.write(f"{environment or ''} {' '.join(command)}\n")
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode == 0  # noqa: S603 - our own


def run_with(version: str | None, arguments: Sequence[str]) -> bool:
    """Run the tests with a version of aiohttp, in an environment of its own."""
    wanted = f"aiohttp=={version}" if version else "aiohttp"
    with TemporaryDirectory() as place:
        python = str(Path(place, "bin", "python"))
        return (
            run(sys.executable, "-m", "venv", place)
            and run(python, "-m", "pip", "install", "--quiet", "--upgrade", "pip>=25.1")
            and run(
                python,
                "-m",
                "pip",
                "install",
                "--quiet",
                wanted,
                "--editable",
                ".",
                "--group",
                "test",
            )
            and run(python, *_PYTEST, *arguments)
        )


def _floor() -> str:
    """Return the oldest aiohttp that this package takes."""
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    needed = {each.name: each for each in map(Requirement, project["dependencies"])}
    return min(specifier.version for specifier in needed["aiohttp"].specifier)


if __name__ == "__main__":
    sys.exit(main())
