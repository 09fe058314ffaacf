"""`python -m codegen`: what it writes, what is an error, and what it does not change."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.__main__ import main

ROOT = Path(__file__).parents[2]
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def small(golden: Path, tmp_path: Path) -> Path:
    """A copy of the small document."""
    path = tmp_path / "spec.yaml"
    path.write_text((golden / "spec.yaml").read_text("utf-8"), "utf-8")
    return path


@pytest.fixture
def out(golden: Path, tmp_path: Path) -> Path:
    """A package generated from the small document."""
    return Path(shutil.copytree(golden / "expected", tmp_path / "out"))


OLD = "_generated/endpoints.py"
"""Where the endpoint methods were once; it is no longer generated."""


def contents(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def run(spec: Path, out: Path, *options: str) -> int:
    return main(["--spec", str(spec), "--out", str(out), "--client", *options])


def test_the_generated_code_is_up_to_date(capsys: Captured) -> None:
    status = main(["--check"])
    assert (capsys.readouterr().out, status) == ("", 0)


def test_two_runs_write_the_same_bytes(small: Path, tmp_path: Path) -> None:
    """The order of hashes must not change the output."""
    runs = [
        subprocess.Popen(  # noqa: S603 - our own program
            [
                sys.executable,
                "-m",
                "codegen",
                "--client",
                "--spec",
                small,
                "--out",
                tmp_path / seed,
            ],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]
    assert [run.wait() for run in runs] == [0, 0]
    written = [contents(tmp_path / seed) for seed in ("1", "2")]
    assert written[0] == written[1]
    assert written[0].keys() == {
        "_endpoints.py",
        "_generated/__init__.py",
        "_generated/examples.py",
        "_generated/kinds.py",
        "_generated/models.py",
        "_generated/reference.md",
    }


def test_each_file_names_its_source_and_has_no_timestamp(out: Path) -> None:
    for path in (*out.rglob("*.py"), *out.rglob("*.md")):  # and not what importing them compiled
        first = path.read_text("utf-8").partition("\n")[0]
        assert "# Generated from spec.yaml by `python -m codegen`" in first.replace("<!--", "#")
        assert not any(character.isdigit() for character in first)


def test_the_check_passes_when_nothing_differs(small: Path, out: Path) -> None:
    assert run(small, out, "--check") == 0


def test_the_check_shows_a_change_of_the_spec(small: Path, out: Path, capsys: Captured) -> None:
    edit(small, "description: The city. }", "description: The town. }")
    before = contents(out)
    assert run(small, out, "--check") == 1
    shown = capsys.readouterr().out
    assert "-        city: The city.\n+        city: The town.\n" in shown
    assert (
        f"run `python -m codegen --spec {small} --out {out} --client` and commit the result"
        in shown
    )
    assert contents(out) == before


def test_the_check_shows_an_edit_by_hand(small: Path, out: Path, capsys: Captured) -> None:
    edit(out / "_generated" / "models.py", "    city: str", "    city: bytes")
    assert run(small, out, "--check") == 1
    assert (
        "-    city: bytes | None = None\n+    city: str | None = None\n" in capsys.readouterr().out
    )


@pytest.mark.parametrize("name", ["_endpoints.py", "_generated/kinds.py"])
def test_the_check_shows_a_missing_file(
    small: Path, out: Path, capsys: Captured, name: str
) -> None:
    (out / name).unlink()
    assert run(small, out, "--check") == 1
    assert f"--- /dev/null\n+++ {name} (from the spec)\n" in capsys.readouterr().out


def test_the_check_shows_a_file_that_is_no_longer_generated(
    small: Path, out: Path, capsys: Captured
) -> None:
    (out / OLD).write_text("# Generated from spec.yaml\n", "utf-8")
    assert run(small, out, "--check") == 1
    assert f"--- {out}/{OLD}\n+++ /dev/null\n" in capsys.readouterr().out


def test_a_run_removes_a_file_that_is_no_longer_generated(small: Path, out: Path) -> None:
    expected = contents(out)
    (out / OLD).write_text("# Generated from spec.yaml\n", "utf-8")
    edit(out / "_generated" / "models.py", "    city: str", "    city: bytes")
    assert run(small, out) == 0
    assert contents(out) == expected


@pytest.mark.parametrize(
    "name", ["_endpoints.py", "_generated/models.py", "_generated/helpers.py", OLD]
)
def test_a_hand_written_file_is_never_replaced(
    small: Path, out: Path, capsys: Captured, name: str
) -> None:
    edit(small, "description: The city. }", "description: The town. }")
    (out / name).write_text("mine = 1\n", "utf-8")
    before = contents(out)
    assert run(small, out) == 2
    assert f"{name} was not generated; move it" in capsys.readouterr().err
    assert contents(out) == before


def test_hand_written_files_in_the_package_are_not_changed(small: Path, out: Path) -> None:
    (out / "_client.py").write_text("mine = 1\n", "utf-8")
    before = contents(out)
    assert run(small, out) == 0
    assert run(small, out, "--check") == 0
    assert contents(out) == before


def test_a_client_needs_a_document_with_operations(
    small: Path, out: Path, capsys: Captured
) -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Schemas", "version": "1"},
        "components": {"schemas": {"Pet": {"type": "object", "properties": {"name": {}}}}},
    }
    small.write_text(json.dumps(document), "utf-8")
    before = contents(out)
    assert run(small, out) == 2
    assert "paths: the document has no operation" in capsys.readouterr().err
    assert contents(out) == before


BASE = '- $ref: "#/components/schemas/Base"'
BREAKAGES = {
    "no YAML": ("openapi: 3.1.0", "openapi: [", "cannot be read as YAML or JSON"),
    "OpenAPI 3.0": (
        "openapi: 3.1.0",
        "openapi: 3.0.3",
        "expected an OpenAPI document with `openapi: 3.1",
    ),
    "repeated key": ("  schemas:\n", "  schemas:\n    Base: {}\n", "the key 'Base' is repeated"),
    "invalid": (
        "type: apiKey",
        "type: magic",
        "not valid OpenAPI 3.1 at components > securitySchemes",
    ),
    "remote reference": (
        BASE,
        '- $ref: "https://x.example/s.yaml"',
        "refers to 'https://x.example/s.yaml': only files in the folder of the document",
    ),
    "other file": (
        BASE,
        '- $ref: "components/schemas/Base"',
        "components/schemas/Base: cannot be read",
    ),
    "dangling reference": (
        BASE,
        '- $ref: "#/components/schemas/Gone"',
        "Gone', which does not exist",
    ),
    "endless allOf": (
        BASE,
        '- $ref: "#/components/schemas/Opening"',
        "a schema includes itself by $ref or allOf",
    ),
    "name taken": ("opened_at", "level", "x-python-datetime: 'level' is taken"),
    "no name": (
        "opened_at",
        "opened at",
        "x-python-datetime: 'opened at' is taken or not in snake_case",
    ),
    "unknown format": (
        "format: date }",
        "format: moon }",
        "cannot use the schemas: UserWarning",
    ),
    "wrong example": (
        "timestamp: 1614089582000",
        "timestamp: soon",
        "the example 'one' is invalid at 0 > timestamp",
    ),
    "key in the query": (
        "in: header",
        "in: query",
        "expected one scheme of `type: apiKey` and `in: header`",
    ),
    "plain http": ("https://golden", "http://golden", "the first URL must be https"),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_broken_document_is_an_error_and_changes_nothing(
    small: Path, out: Path, capsys: Captured, name: str
) -> None:
    old, new, message = BREAKAGES[name]
    edit(small, old, new)
    before = contents(out)
    assert run(small, out) == 2
    assert message in capsys.readouterr().err
    assert contents(out) == before


def test_S13_a_document_cannot_name_a_module_to_import(small: Path, out: Path) -> None:
    """A hook of the generator in the document would run code when the models are tried."""
    before = contents(out)
    edit(
        small,
        "nickname: { ",
        "nickname: { customTypePath: os.path.join, x-python-type: os.PathLike, ",
    )
    assert run(small, out) == 0
    assert contents(out) == before


def test_a_missing_document_is_an_error_that_names_it(tmp_path: Path, capsys: Captured) -> None:
    assert run(tmp_path / "none.yaml", tmp_path / "out") == 2
    assert "none.yaml" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_place_of_the_package_is_an_error(
    small: Path, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "out").write_text("mine", "utf-8")
    assert run(small, tmp_path / "out") == 2
    assert "File exists" in capsys.readouterr().err
    assert (tmp_path / "out").read_text("utf-8") == "mine"


def test_the_header_names_another_spec_of_our_package(small: Path, capsys: Captured) -> None:
    assert main(["--spec", str(small), "--check"]) == 1
    assert "+# Generated from spec.yaml by `python -m codegen`" in capsys.readouterr().out
