"""A new endpoint of a supported shape needs only its description in the spec."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("Makefile", "pyproject.toml", "codegen", "np6_async", "openapi")
FETCH = Path(__file__).parent / "fixtures" / "fetch.py"


def run(tree: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)  # noqa: S603 - our own programs
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files(tree: Path) -> dict[str, str]:
    """Return a digest of each file, apart from the caches of Python."""
    return {
        path.relative_to(tree).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in tree.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository."""
    copy = tmp_path_factory.mktemp("tree")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / part)
    return copy


def test_a_fourth_endpoint_needs_no_hand_written_line(
    tree: Path, spec_with_activations: dict[str, Any], pytestconfig: pytest.Config
) -> None:
    """It is described, generated, type-checked, served by the sandbox and queried."""
    before = files(tree)
    (tree / "openapi" / "np6-events.yaml").write_text(json.dumps(spec_with_activations), "utf-8")
    run(tree, "make", "--old-file=.venv/.dev", "codegen", f"BIN={Path(sys.executable).parent}")
    after = files(tree)
    assert before.keys() == after.keys()
    assert {name for name in after if after[name] != before[name]} <= {
        "openapi/np6-events.yaml",
        "np6_async/_endpoints.py",
        *(
            f"np6_async/_generated/{name}"
            for name in ("examples.py", "kinds.py", "models.py", "reference.md")
        ),
    }
    reference = (tree / "np6_async" / "_generated" / "reference.md").read_text("utf-8")
    assert (
        "| `np6.activations(notification_id, *, start, end, sort)` | `ActivationEvent` |"
        in reference
    )

    shutil.copy(FETCH, tree / "fetch.py")
    cache = pytestconfig.cache.mkdir("mypy")  # from one run to the next
    run(tree, sys.executable, "-m", "mypy", f"--cache-dir={cache}", "np6_async", "fetch.py")
    fetched = run(tree, sys.executable, "-Werror", "fetch.py")
    assert int(fetched) > 100
