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


SPEC = "openapi/np6-events.yaml"
MARK = "# Generated from openapi/np6-events.yaml by `make codegen`; do not edit.\n"
OLD = "_generated/endpoints.py"
"""Where the endpoint methods were once; it is no longer generated."""


@pytest.fixture
def root(golden: Path, tmp_path: Path) -> Path:
    """A copy of the small repository: its document, and the package generated from it."""
    return Path(shutil.copytree(golden / "small", tmp_path / "root"))


@pytest.fixture
def small(root: Path) -> Path:
    """The document in it."""
    return root / SPEC


@pytest.fixture
def out(root: Path) -> Path:
    """The package in it."""
    return root / "np6_async"


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


def run(root: Path, *options: str) -> int:
    return main(["--root", str(root), *options])


def test_the_generated_code_is_up_to_date(capsys: Captured) -> None:
    status = main(["--check"])
    assert (capsys.readouterr().out, status) == ("", 0)


def test_two_runs_write_the_same_bytes(root: Path, tmp_path: Path) -> None:
    """The order of hashes must not change the output."""
    places = {seed: shutil.copytree(root, tmp_path / seed) for seed in ("1", "2")}
    for place in places.values():
        shutil.rmtree(place / "np6_async")
    runs = [
        subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "codegen", "--root", place],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        for seed, place in places.items()
    ]
    assert [run.wait() for run in runs] == [0, 0]
    written = [contents(place / "np6_async") for place in places.values()]
    assert written[0] == written[1]
    assert written[0].keys() == {
        "_endpoints.py",
        "_generated/__init__.py",
        "_generated/examples.py",
        "_generated/kinds.py",
        "_generated/models.py",
        "_generated/reference.md",
        "_query.py",
    }


def test_each_file_names_its_source_and_has_no_timestamp(out: Path) -> None:
    files = [path.read_text("utf-8") for path in (*out.rglob("*.py"), *out.rglob("*.md"))]
    assert len(files) == 7
    for text in files:
        assert text.startswith((MARK, f"<!-- {MARK[2:-1]} -->\n"))


def test_the_check_passes_when_nothing_differs(root: Path, capsys: Captured) -> None:
    assert run(root, "--check") == 0
    assert capsys.readouterr() == ("", "")


def test_the_check_shows_a_change_of_the_spec(
    root: Path, small: Path, out: Path, capsys: Captured
) -> None:
    edit(small, "description: The city. }", "description: The town. }")
    before = contents(out)
    assert run(root, "--check") == 1
    shown = capsys.readouterr().out
    assert "-        city: The city.\n+        city: The town.\n" in shown
    assert shown.endswith(
        "\ncodegen: the generated code is out of date: run `make codegen`, commit the result.\n"
    )
    assert contents(out) == before


def test_the_check_shows_an_edit_by_hand(root: Path, out: Path, capsys: Captured) -> None:
    edit(out / "_generated" / "models.py", "    city: str", "    city: bytes")
    assert run(root, "--check") == 1
    assert (
        "-    city: bytes | None = None\n+    city: str | None = None\n" in capsys.readouterr().out
    )


@pytest.mark.parametrize("name", ["_endpoints.py", "_query.py", "_generated/kinds.py"])
def test_the_check_shows_a_missing_file(root: Path, out: Path, capsys: Captured, name: str) -> None:
    (out / name).unlink()
    assert run(root, "--check") == 1
    assert f"--- /dev/null\n+++ {name} (from the spec)\n" in capsys.readouterr().out


def test_the_check_shows_a_file_that_is_no_longer_generated(
    root: Path, out: Path, capsys: Captured
) -> None:
    (out / OLD).write_text(MARK, "utf-8")
    assert run(root, "--check") == 1
    assert f"--- {out}/{OLD}\n+++ /dev/null\n" in capsys.readouterr().out


def test_a_run_removes_a_file_that_is_no_longer_generated(root: Path, out: Path) -> None:
    expected = contents(out)
    (out / OLD).write_text(MARK, "utf-8")
    edit(out / "_generated" / "models.py", "    city: str", "    city: bytes")
    assert run(root) == 0
    assert contents(out) == expected


@pytest.mark.parametrize(
    "name", ["_endpoints.py", "_query.py", "_generated/models.py", "_generated/helpers.py", OLD]
)
def test_a_hand_written_file_is_never_replaced(
    root: Path, small: Path, out: Path, capsys: Captured, name: str
) -> None:
    edit(small, "description: The city. }", "description: The town. }")
    (out / name).write_text("mine = 1\n", "utf-8")
    before = contents(out)
    assert run(root) == 2
    assert f"codegen: {out / name} was not generated; move it\n" == capsys.readouterr().err
    assert contents(out) == before


def test_hand_written_files_in_the_package_are_not_changed(root: Path, out: Path) -> None:
    (out / "_client.py").write_text("mine = 1\n", "utf-8")
    before = contents(out)
    assert run(root) == 0
    assert run(root, "--check") == 0
    assert contents(out) == before


def test_a_document_without_operations_is_an_error(
    root: Path, small: Path, out: Path, capsys: Captured
) -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Schemas", "version": "1"},
        "components": {"schemas": {"Pet": {"type": "object", "properties": {"name": {}}}}},
    }
    small.write_text(json.dumps(document), "utf-8")
    before = contents(out)
    assert run(root) == 2
    assert capsys.readouterr().err == (
        f"codegen: {small}: paths: the document has no operation; expected one or more\n"
    )
    assert contents(out) == before


BASE = '- $ref: "#/components/schemas/Base"'
OPENING = "components > schemas > Opening"
GET = "paths > /notifications/{id}/events/openings > get"
HERE = "a reference within the document: copy what it leads to"
MEMBER = f"{OPENING} > allOf > 1 > properties > timestamp > x-python-datetime"
BREAKAGES = {
    "no YAML": (
        "openapi: 3.1.0",
        "openapi: [",
        ":4: cannot be read as YAML or JSON: did not find expected ',' or ']'",
    ),
    "OpenAPI 3.0": ("openapi: 3.1.0", "openapi: 3.0.3", ":2: openapi: 3.0.3; expected 3.1.x"),
    "no OpenAPI": ("openapi: 3.1.0", "open: 1", ": openapi: no OpenAPI document; expected 3.1.x"),
    "repeated key": (
        "  schemas:\n",
        "  schemas:\n    Key: {}\n    Base: {}\n",
        ":37: cannot be read as YAML or JSON: the key 'Base' is repeated",
    ),
    "invalid": (
        "type: apiKey",
        "type: magic",
        (
            ":33: components > securitySchemes > Key > type:"
            ' "magic" is not one of "apiKey", "http" or 3 other candidates;'
            " expected valid OpenAPI 3.1"
        ),
    ),
    "remote reference": (
        BASE,
        '- $ref: "https://x.example/s.yaml"',
        (
            f":47: {OPENING} > allOf > 0 > $ref: 'https://x.example/s.yaml' leads nowhere;"
            f" expected {HERE}"
        ),
    ),
    "other file": (
        BASE,
        '- $ref: "components/schemas/Base"',
        (
            f":47: {OPENING} > allOf > 0 > $ref: 'components/schemas/Base' leads nowhere;"
            f" expected {HERE}"
        ),
    ),
    "dangling reference": (
        BASE,
        '- $ref: "#/components/schemas/Gone"',
        (
            f":47: {OPENING} > allOf > 0 > $ref: '#/components/schemas/Gone' leads nowhere;"
            " expected a reference to an object that exists"
        ),
    ),
    "endless allOf": (
        BASE,
        '- $ref: "#/components/schemas/Opening"',
        f":41: {OPENING}: it includes itself by $ref or allOf; expected an end",
    ),
    "name taken": (
        "opened_at",
        "level",
        f":53: {MEMBER}: 'level'; expected a name in snake_case that no member has",
    ),
    "no name": (
        "opened_at",
        "opened at",
        f":53: {MEMBER}: 'opened at'; expected a name in snake_case that no member has",
    ),
    "wrong example": (
        "timestamp: 1614089582000",
        "timestamp: soon",
        (
            f":26: {GET} > responses > 200 > content > application/json > examples > one > value"
            " > 0 > timestamp: the example 'one' of GET /notifications/{id}/events/openings has"
            " 'soon' at 0 > timestamp; expected what its schema asks for ('soon' is not of type"
            " 'integer')"
        ),
    ),
    "key in the query": (
        "in: header",
        "in: query",
        (
            ":32: components > securitySchemes: 0 API key headers;"
            " expected one scheme of `type: apiKey`, `in: header`"
        ),
    ),
    "no API key": (
        "type: apiKey, in: header, name: X-Golden",
        "type: http, scheme: basic",
        (
            ":32: components > securitySchemes: 0 API key headers;"
            " expected one scheme of `type: apiKey`, `in: header`"
        ),
    ),
    "plain http": (
        "https://golden",
        "http://golden",
        ":4: servers > 0 > url: http://golden.example.com; expected https, and no variables",
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_broken_document_is_an_error_and_changes_nothing(
    root: Path, small: Path, out: Path, capsys: Captured, name: str
) -> None:
    old, new, message = BREAKAGES[name]
    edit(small, old, new)
    before = contents(out)
    assert run(root) == 2
    assert capsys.readouterr() == ("", f"codegen: {small}{message}\n")
    assert contents(out) == before


def test_what_the_generator_leaves_out_is_a_note_and_no_error(
    root: Path, small: Path, out: Path, capsys: Captured
) -> None:
    edit(small, "format: date }", "format: moon }")
    edit(small, "              examples:\n", "              x-examples:\n")
    assert run(root) == 0
    days = f"{OPENING} > allOf > 1 > properties > days > items > format"
    assert capsys.readouterr() == (
        "",
        (
            f"note: {small}:7: {GET}: GET /notifications/{{id}}/events/openings has no example"
            " events, so its route of the sandbox is empty\n"
            f"note: {small}:61: {days}: 'moon' is not known: any string is accepted\n"
        ),
    )
    models = (out / "_generated" / "models.py").read_text("utf-8")
    assert "    days: list[str] | None = None\n" in models


def test_S13_a_document_cannot_name_a_module_to_import(root: Path, small: Path, out: Path) -> None:
    """A hook of the generator in the document would run code when the models are tried."""
    before = contents(out)
    edit(
        small,
        "nickname: { ",
        "nickname: { customTypePath: os.path.join, x-python-type: os.PathLike, ",
    )
    assert run(root) == 0
    assert contents(out) == before


def test_a_missing_document_is_an_error_that_names_it(tmp_path: Path, capsys: Captured) -> None:
    assert run(tmp_path) == 2
    assert capsys.readouterr().err.startswith(
        f"codegen: {tmp_path / SPEC}: cannot be read as YAML or JSON: "
    )
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_package_is_an_error(
    root: Path, out: Path, capsys: Captured
) -> None:
    shutil.rmtree(out)
    out.write_text("mine", "utf-8")
    assert run(root) == 2
    assert "File exists" in capsys.readouterr().err
    assert out.read_text("utf-8") == "mine"


@pytest.mark.parametrize("levels", [100, 500, 5_000])
def test_a_document_that_is_nested_too_deeply_is_an_error(
    root: Path, small: Path, out: Path, capsys: Captured, levels: int
) -> None:
    nested = "{ items: " * levels + "{}" + " }" * levels
    edit(small, "labels: { type: array,", f"deep: {nested}\n            labels: {{ type: array,")
    before = contents(out)
    assert run(root) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"codegen: {small}: ")
    assert error.count("\n") == 1
    assert contents(out) == before


@pytest.mark.parametrize("option", ["--spec=x.yaml", "--out=x", "--client"])
def test_an_option_that_is_gone_is_an_error(option: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as caught:
        main([option])
    assert caught.value.code == 2
    assert "unrecognized arguments" in capsys.readouterr().err
