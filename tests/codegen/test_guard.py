"""`make spec-guard`: four checks; one that fails says what to run."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegen.__main__ import main as generate
from codegen.guard import main

ROOT = Path(__file__).parents[2]
Spec = dict[str, Any]
Run = Callable[[], tuple[int, str]]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory, spec_json: str) -> Path:
    """A repository with one release: a copy of this one, without later endpoints."""
    root = tmp_path_factory.mktemp("released")
    for part in ("np6_async", "openapi", "tests/samples"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "np6_async" / "_version.py").write_text('__version__ = "0.1.0"\n', "utf-8")
    save(root, json.loads(spec_json))
    regenerate(root)
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    for command in (
        ("init", "-q"),
        ("add", "."),
        (*identity, "commit", "-qm", "Release"),
        ("tag", "v0.1.0"),
    ):
        subprocess.run(["git", "-C", str(root), *command], check=True)  # noqa: S603, S607 - git
    return root


@pytest.fixture
def tree(released: Path, tmp_path: Path) -> Path:
    shutil.copytree(released, tmp_path / "tree")
    return tmp_path / "tree"


@pytest.fixture
def guard(tree: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run() -> tuple[int, str]:
        return main(["--root", str(tree)]), capsys.readouterr().out

    return run


def save(tree: Path, spec: Spec) -> None:
    (tree / "openapi" / "np6-events.yaml").write_text(json.dumps(spec), "utf-8")


def regenerate(tree: Path) -> None:
    assert generate(["--root", str(tree)]) == 0


def test_all_checks_pass_after_a_release(guard: Run) -> None:
    status, output = guard()
    assert status == 0
    assert [line[:4] for line in output.splitlines()] == ["ok  "] * 4


def test_all_checks_pass_before_the_first_release(guard: Run, tree: Path) -> None:
    shutil.rmtree(tree / ".git")
    assert guard()[0] == 0


def test_an_invalid_document_fails(guard: Run, tree: Path, spec: Spec) -> None:
    del spec["info"]
    save(tree, spec)
    status, output = guard()
    assert status == 1
    assert 'np6-events.yaml: the root: "info" is a required property; expected valid' in output
    assert "Fix openapi/np6-events.yaml, then run: make spec-guard" in output


def test_an_unsupported_operation_fails(guard: Run, tree: Path, spec: Spec) -> None:
    item = spec["paths"]["/notifications/{id}/events/bounces"]
    item["post"] = item.pop("get")
    save(tree, spec)
    status, output = guard()
    assert status == 1
    assert "POST /notifications/{id}/events/bounces is no GET" in output


def test_code_that_is_not_up_to_date_fails(
    guard: Run, tree: Path, spec_with_activations: Spec
) -> None:
    save(tree, spec_with_activations)
    status, output = guard()
    assert status == 1
    assert '+    ACTIVATIONS = "activations"\n' in output
    assert "Run: make codegen && git add np6_async, then commit the result." in output


@pytest.mark.parametrize("name", ["_endpoints.py", "_generated/models.py"])
def test_an_edit_of_a_generated_file_by_hand_fails(guard: Run, tree: Path, name: str) -> None:
    path = tree / "np6_async" / name
    path.write_text(path.read_text("utf-8").replace("from typing", "from  typing", 1), "utf-8")
    status, output = guard()
    assert status == 1
    assert "-from  typing import" in output


def test_a_breaking_change_needs_a_new_version(guard: Run, tree: Path, spec: Spec) -> None:
    del spec["components"]["schemas"]["BounceStatus"]["properties"]["mta"]
    save(tree, spec)
    regenerate(tree)
    status, output = guard()
    assert status == 1
    assert "- `models.BounceStatus.mta`: public object was removed" in output
    assert "set the version in np6_async/_version.py to 0.2.0" in output
    assert "make spec-diff BASE=v0.1.0" in output
    (tree / "np6_async" / "_version.py").write_text('__version__ = "0.2.0"\n', "utf-8")
    assert guard()[0] == 0


def test_an_additive_change_needs_no_new_version(
    guard: Run, tree: Path, spec_with_activations: Spec
) -> None:
    save(tree, spec_with_activations)
    regenerate(tree)
    assert guard()[0] == 0


def test_a_recorded_event_that_does_not_match_its_model_fails(guard: Run, tree: Path) -> None:
    path = tree / "tests" / "samples" / "bounces.json"
    events = json.loads(path.read_text("utf-8"))
    events[1]["timestamp"] = "soon"
    path.write_text(json.dumps(events), "utf-8")
    status, output = guard()
    assert status == 1
    assert "tests/samples/bounces.json, element 1: $.timestamp: Expected `int`" in output
    assert "then run: make codegen spec-guard" in output
