"""Run the tests in other circumstances: other Pythons, parsers, loops and aiohttps.

``python -m tests.matrix`` prints a table, and fails if one of them fails. Arguments go to pytest.
"""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

__all__ = ["main"]

NEWEST: Final = 14
"""The newest minor version of Python 3 to look for."""

_EAGER_SINCE: Final = 12
_PYTEST: Final = ("-m", "pytest", "-q", "-n", "auto", "--dist", "worksteal")
_WIRE: Final = ("tests/wire",)
_CLIENT: Final = ("tests/client", "tests/wire")
_PACKAGE: Final = ("tests/unit", "tests/sandbox", *_CLIENT)
_OUTCOMES: Final = {True: "passed", False: "FAILED", None: "not on this machine"}


def main() -> int:
    """Run the command line."""
    python, arguments = sys.executable, sys.argv[1:]
    wire = [*_PYTEST, *_WIRE, *arguments]
    outcomes: dict[str, bool | None] = {
        "Python's parser": run(python, *wire, AIOHTTP_NO_EXTENSIONS="1"),
        "asyncio's debug mode": run(python, *wire, PYTHONASYNCIODEBUG="1"),
        "uvloop": run(python, *wire, NP6_LOOP="uvloop"),
    }
    for version in (_oldest_aiohttp(), None):
        wanted = f"aiohttp=={version}" if version else "aiohttp"
        with TemporaryDirectory() as place:
            installed = install(python, place, wanted)
            name = f"aiohttp {version or 'as new as there is'}"
            outcomes[name] = installed and run(_python_in(place), *wire)
    for minor in range(_oldest_minor(), NEWEST + 1):
        outcomes |= run_on(minor, arguments)
    sys.stdout.write("\n| tests with | |\n| --- | --- |\n")
    for name, good in outcomes.items():
        sys.stdout.write(f"| {name} | {_OUTCOMES[good]} |\n")
    return 1 if False in outcomes.values() else 0


def run_on(minor: int, arguments: Sequence[str]) -> dict[str, bool | None]:
    """Run the tests on a minor version of Python 3, on each loop that it has."""
    found = find(minor)
    if found is None:
        return {f"Python 3.{minor}": None}
    python, version = found
    with TemporaryDirectory() as place:
        if not install(python, place, "--constraint", "constraints.txt", "uvloop"):
            return {f"Python {version}": False}
        python = _python_in(place)
        outcomes: dict[str, bool | None] = {
            f"Python {version}": run(python, *_PYTEST, *_PACKAGE, *arguments),
            f"Python {version}, uvloop": run(
                python, *_PYTEST, *_CLIENT, *arguments, NP6_LOOP="uvloop"
            ),
        }
        if minor >= _EAGER_SINCE:
            outcomes[f"Python {version}, eager tasks"] = run(
                python, *_PYTEST, *_CLIENT, *arguments, NP6_LOOP="eager"
            )
    return outcomes


def find(minor: int) -> tuple[str, str] | None:
    """Return a Python 3 of a minor version that this machine has, and its whole version."""
    tell = "import sys; print(sys.version.split()[0])"
    for python in _candidates(minor):
        told = subprocess.run([python, "-c", tell], capture_output=True, text=True, check=False)  # noqa: S603 - a Python
        if told.returncode == 0 and told.stdout.startswith(f"3.{minor}."):
            return python, told.stdout.strip()
    return None


def _candidates(minor: int) -> Iterator[str]:
    """Yield where it may be: this one, on the PATH, or where pyenv and uv keep theirs."""
    yield sys.executable
    if python := which(f"python3.{minor}"):
        yield python  # if it is pyenv's, it may be there in name only
    homes = {
        "PYENV_ROOT": ("~/.pyenv", "versions"),
        "UV_PYTHON_INSTALL_DIR": ("~/.local/share/uv/python", ""),
    }
    for name, (home, below) in homes.items():
        folder = Path(os.environ.get(name, home), below).expanduser()
        yield from map(str, sorted(folder.glob(f"*3.{minor}.*/bin/python3")))


def run(*command: str, **environment: str) -> bool:
    """Run a command; return whether it succeeded."""
    sys.stderr.write(f"{environment or ''} {' '.join(command)}\n")
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode == 0  # noqa: S603 - our own


def install(python: str, place: str, *wanted: str) -> bool:
    """Make an environment, with what the tests need and what is wanted beside; return success."""
    pip = (_python_in(place), "-m", "pip", "install", "--quiet")
    return (
        run(python, "-m", "venv", place)
        and run(*pip, "--upgrade", "pip>=25.1")
        and run(*pip, *wanted, "--editable", ".", "--group", "test")
    )


def _python_in(place: str) -> str:
    return str(Path(place, "bin", "python"))


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    return project


def _oldest_aiohttp() -> str:
    """Return the oldest aiohttp that this package takes."""
    needed = {each.name: each for each in map(Requirement, _project()["dependencies"])}
    return min(specifier.version for specifier in needed["aiohttp"].specifier)


def _oldest_minor() -> int:
    """Return the oldest minor version of Python 3 that this package takes."""
    taken = SpecifierSet(_project()["requires-python"])
    return next(minor for minor in range(NEWEST + 1) if f"3.{minor}" in taken)


if __name__ == "__main__":
    sys.exit(main())
