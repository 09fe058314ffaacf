"""docs/own-models.md: its document, its commands and its program work as described."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def blocks() -> dict[str, str]:
    text = (ROOT / "docs" / "own-models.md").read_text("utf-8")
    return dict(re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, blocks: dict[str, str]) -> Path:
    """A project in another folder, with the document and the generated package."""
    place = tmp_path_factory.mktemp("project")
    (place / "shop.yaml").write_text(blocks["yaml"], "utf-8")
    (place / "use.py").write_text(blocks["python"], "utf-8")
    for line in blocks["sh"].splitlines():
        command = line.replace(".venv/bin/python", sys.executable)
        command = command.replace("shop", f"{place}/shop")
        run(ROOT, *shlex.split(command, comments=True))
    return place


def run(place: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)  # noqa: S603 - the documented
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_package_has_only_models_and_a_converter(project: Path) -> None:
    package = project / "shop_models"
    assert {path.name for path in package.iterdir()} == {"__init__.py", "converter.py", "models.py"}
    models = (package / "models.py").read_text("utf-8")
    assert re.findall(r"^(?:from|import) (\w+)", models, re.MULTILINE) == [
        "__future__", "datetime", "typing", "uuid", "attrs", "msgspec"
    ]  # fmt: skip


def test_the_program_runs_outside_the_clone(project: Path) -> None:
    assert run(project, sys.executable, "-Werror", "use.py") == "2026 4242 None\n"


def test_the_program_satisfies_a_strict_type_checker(
    project: Path, pytestconfig: pytest.Config
) -> None:
    cache = pytestconfig.cache.mkdir("mypy")
    run(project, sys.executable, "-m", "mypy", "--strict", f"--cache-dir={cache}", "use.py")


def test_models_do_not_depend_on_the_operations_of_the_document(tmp_path: Path) -> None:
    """Other APIs have operations that the client does not support."""
    document = (
        "openapi: 3.1.0\ninfo: { title: T, version: '1' }\n"
        "paths: { /pets: { post: { responses: { '201': { description: Made. } } } } }\n"
        "components: { schemas: { Pet: { type: object } } }\n"
    )
    (tmp_path / "spec.yaml").write_text(document, "utf-8")
    command = (
        "-m",
        "codegen",
        "--spec",
        str(tmp_path / "spec.yaml"),
        "--out",
        str(tmp_path / "out"),
    )
    run(ROOT, sys.executable, *command)
    assert (tmp_path / "out" / "models.py").exists()
