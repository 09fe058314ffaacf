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


def main() -> int:
    """Run the command line."""
    python, arguments = sys.executable, ["tests/wire", "-q", *sys.argv[1:]]
    passed = {
        "Python's parser": run(python, *_PYTEST, *arguments, AIOHTTP_NO_EXTENSIONS="1"),
        "asyncio's debug mode": run(python, *_PYTEST, *arguments, PYTHONASYNCIODEBUG="1"),
        "uvloop": run(python, *_ON_UVLOOP, *arguments),
        **{
            f"aiohttp {version or 'as new as there is'}": run_with(version, arguments)
            for version in (_minimum_rate(), None)
        },
    }
    sys.stdout.write("\n| wire tests with | |\n| --- | --- |\n")
    for name, good in passed.items():
        sys.stdout.write(f"| {name} | {'passed' if good else 'FAILED'} |\n")
    return 0 if all(passed.values()) else 1


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


def _minimum_rate() -> str:
    """Return the oldest aiohttp that this package takes."""
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    needed = {each.name: each for each in map(Requirement, project["dependencies"])}
    return min(specifier.version for specifier in needed["aiohttp"].specifier)


if __name__ == "__main__":
    sys.exit(main())
