"""The house: its modules stand on one another in one order, and each in its place."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

import np6_async

ROOT = Path(np6_async.__file__).parent

# From the roof to the ground: a module imports only what stands further down.
ORDER = [
    "np6_async",
    "np6_async._client",
    "np6_async._generated.endpoints",
    "np6_async._fanout",
    "np6_async._pool",
    "np6_async._stream",
    "np6_async._exchange",
    "np6_async._answer",
    "np6_async._transport",
    "np6_async._clock",
    "np6_async._gate",
    "np6_async._decoder",
    "np6_async._single_use",
    "np6_async._resume",
    "np6_async._journal",
    "np6_async._retry",
    "np6_async._budget",
    "np6_async._status",
    "np6_async._oddities",
    "np6_async._stats",
    "np6_async._floor",
    "np6_async._governor",
    "np6_async._allowance",
    "np6_async._pace",
    "np6_async._headers",
    "np6_async._array",
    "np6_async._converter",
    "np6_async.errors",
    "np6_async._query",
    "np6_async._options",
    "np6_async.models",
    "np6_async._generated",
    "np6_async._generated.models",
    "np6_async._generated.examples",
    "np6_async._generated.kinds",
    "np6_async._version",
]


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


PATHS = {name_of(path): path for path in ROOT.rglob("*.py")}
# Packages of their own, such as the sandbox, stand on top: they may import anything of the house.
HOUSE = [
    name
    for name, path in PATHS.items()
    if path.parent == ROOT or path.parent == ROOT / "_generated"
]


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


def test_every_module_has_its_place() -> None:
    assert sorted(ORDER) == sorted(HOUSE)


@pytest.mark.parametrize("name", ORDER)
def test_imports_point_downwards_only(name: str) -> None:
    below = ORDER[ORDER.index(name) + 1 :]
    ours = {other for other in imported(name) if other.split(".")[0] == "np6_async"}
    assert sorted(ours - set(below)) == []


def test_there_is_no_cycle() -> None:
    graph = {name: {other for other in imported(name) if other in PATHS} for name in PATHS}
    TopologicalSorter(graph).prepare()


def test_only_the_transport_knows_aiohttp() -> None:
    users = [
        name for name in ORDER if any(other.split(".")[0] == "aiohttp" for other in imported(name))
    ]
    assert users == ["np6_async._transport"]


@pytest.mark.parametrize("name", PATHS)
def test_no_import_hides_from_the_interpreter(name: str) -> None:
    assert "TYPE_CHECKING" not in PATHS[name].read_text("utf-8")
