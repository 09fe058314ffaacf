"""The house: its rooms stand in layers, and a module imports from its own layer or from below."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

import np6_async

ROOT = Path(np6_async.__file__).parent

ON_TOP = 0
USERS = 1
ENGINE = 2
PARTS = 3
GROUND = 4
LAYERS = {
    USERS: {
        "__init__",
        "_client",
        "_endpoints",
        "_feed",
        "_fanout",
        "_pool",
        "_query_source",
        "_stream",
        "_single_use",
    },
    ENGINE: {"_engine"},
    PARTS: {"_policy", "_http", "_decode"},
    GROUND: {
        "errors",
        "hooks",
        "models",
        "_query",
        "_query_base",
        "_parameters",
        "_redaction",
        "_options",
        "_version",
        "_generated",
    },
}
"""What is in each layer. Everything else, such as the sandbox, stands on top."""


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


PATHS = {name_of(path): path for path in ROOT.rglob("*.py")}


def room_of(name: str) -> str:
    """Return the file or folder of the package that a module is in."""
    return name.split(".")[1] if "." in name else "__init__"


def layer_of(name: str) -> int:
    return next((layer for layer, rooms in LAYERS.items() if room_of(name) in rooms), ON_TOP)


def imported(name: str) -> Iterator[str]:
    """Yield the full name of every module, and of everything else, that a module imports."""
    path = PATHS[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = resolve_name("." * node.level + (node.module or ""), package)
            for alias in node.names:
                member = f"{source}.{alias.name}"
                yield member if member in PATHS else source


def ours(name: str) -> set[str]:
    """Return the modules of the package that a module imports."""
    return {other for other in imported(name) if other in PATHS}


def test_every_named_room_exists() -> None:
    named = set().union(*LAYERS.values())
    assert sorted(named - {room_of(name) for name in PATHS}) == []


@pytest.mark.parametrize("name", PATHS)
def test_imports_point_to_the_same_layer_or_to_one_below(name: str) -> None:
    upwards = {other for other in ours(name) if layer_of(other) < layer_of(name)}
    assert sorted(upwards) == []


@pytest.mark.parametrize("name", [name for name in PATHS if layer_of(name) == PARTS])
def test_no_part_of_the_engine_imports_another_part(name: str) -> None:
    beside = {other for other in ours(name) if layer_of(other) == PARTS}
    assert {room_of(other) for other in beside} <= {room_of(name)}


def test_there_is_no_cycle() -> None:
    TopologicalSorter({name: ours(name) for name in PATHS}).prepare()


def test_importing_the_package_loads_nothing_that_stands_on_top() -> None:
    code = "import sys, np6_async; print(*(m for m in sys.modules if m.startswith('np6_async')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    loaded = done.stdout.split()
    assert "np6_async._client" in loaded
    assert [name for name in loaded if layer_of(name) == ON_TOP] == []


def test_only_the_http_room_knows_aiohttp() -> None:
    users = {
        room_of(name)
        for name in PATHS
        if layer_of(name) != ON_TOP
        and any(other.split(".")[0] == "aiohttp" for other in imported(name))
    }
    assert users == {"_http"}


@pytest.mark.parametrize("name", PATHS)
def test_no_import_hides_from_the_interpreter(name: str) -> None:
    assert "TYPE_CHECKING" not in PATHS[name].read_text("utf-8")
