"""Sibling endpoints need only their description: adopted, generated, checked, served, queried."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = (
    *("Makefile", "pyproject.toml", "README.md", "benchmarks", "codegen", "examples", "np6_async"),
    *("openapi", "tests"),
)
FETCH = Path(__file__).parent / "fixtures" / "families.py"
GENERATED = {
    "np6_async/_endpoints.py",
    "np6_async/_query.py",
    *(f"np6_async/_generated/{name}" for name in ("examples.py", "kinds.py", "models.py")),
    "np6_async/_generated/reference.md",
}


def run(tree: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)  # noqa: S603 - our own programs
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def make(tree: Path, *arguments: str) -> str:
    """Run make in a copy of the repository, with the packages that these tests use."""
    tools = Path(sys.executable).parent
    return run(tree, "make", "--old-file=.venv/.dev", f"BIN={tools}", *arguments)


def files(tree: Path) -> dict[str, str]:
    """Return a digest of each file, apart from the caches of Python."""
    return {
        path.relative_to(tree).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in tree.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository that has the sibling endpoints, and a program that uses them."""
    copy = tmp_path_factory.mktemp("tree")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / part)
    before, spec = files(copy), (copy / "openapi" / "np6-events.yaml").read_text("utf-8")
    make(copy, "spec-adopt", "BUNDLE=examples/families.yaml")
    after = files(copy)
    assert before.keys() == after.keys()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == GENERATED | {"openapi/np6-events.yaml"}
    adopted = (copy / "openapi" / "np6-events.yaml").read_text("utf-8").splitlines()
    assert [line for line in spec.splitlines() if line not in adopted] == []
    shutil.copy(FETCH, copy / "tests" / "user_of_families.py")
    return copy


def test_every_method_has_the_name_in_the_documentation(tree: Path) -> None:
    reference = (tree / "np6_async" / "_generated" / "reference.md").read_text("utf-8")
    guide = (ROOT / "docs" / "regenerating.md").read_text("utf-8")
    rows = [line.split("|")[1::2] for line in reference.splitlines() if line.startswith("| `np6.")]
    names = {request.strip("` "): method.strip("` ").partition("(")[0] for method, request in rows}
    assert len(names) == 24
    for request, name in names.items():
        assert f"| {request} | `{name.removeprefix('np6.')}" in guide


def test_every_operation_is_served_and_fetched(tree: Path) -> None:
    fetched = run(tree, sys.executable, "-Werror", "-m", "tests.user_of_families")
    assert int(fetched) > 1000


@pytest.mark.families
def test_the_whole_repository_passes_its_checks(tree: Path, pytestconfig: pytest.Config) -> None:
    cache = pytestconfig.cache.mkdir("mypy-families")  # from one run to the next
    (tree / ".mypy_cache").symlink_to(cache)
    (tree / ".venv").symlink_to(sys.prefix)  # in which pyright looks for packages
    make(tree, "check")
