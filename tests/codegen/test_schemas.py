"""Schemas that models cannot be generated from are errors, and hooks in them have no effect."""

import json
from pathlib import Path
from typing import Any

import pytest

from codegen.__main__ import main

Json = dict[str, Any]
DATETIME = {"type": "integer", "x-python-datetime": "at"}
ERRORS: dict[str, tuple[Json, str]] = {
    "contradiction": (
        {"allOf": [{"properties": {"a": {"type": name}}} for name in ("string", "integer")]},
        "components > schemas > Odd > a: allOf: its parts contradict each other in `type`",
    ),
    "no value in common": (
        {"allOf": [{"enum": ["a"]}, {"enum": ["b"]}]},
        "components > schemas > Odd: allOf: its parts contradict each other in `enum`",
    ),
    "union with more": (
        {"allOf": [{"oneOf": [{"type": "object"}]}, {"properties": {"a": {}}}]},
        "`oneOf` cannot be merged with other keywords; write it out in full",
    ),
    "datetime of a string": (
        {"properties": {"a": DATETIME | {"type": "string"}}},
        "Odd: x-python-datetime: not an integer property",
    ),
    "datetime without a name": (
        {"properties": {"a": DATETIME | {"x-python-datetime": 5}}},
        "x-python-datetime: 5 is taken or not in snake_case",
    ),
    "datetime named by a keyword": (
        {"properties": {"a": DATETIME | {"x-python-datetime": "import"}}},
        "x-python-datetime: 'import' is taken or not in snake_case",
    ),
    "datetime with the name of a member": (
        {"properties": {"class": DATETIME | {"x-python-datetime": "class_"}}},
        "Odd: two members get the Python name 'class_'; rename one",
    ),
    "itself": (
        {"$ref": "#/components/schemas/Odd"},
        "a schema includes itself by $ref or allOf",
    ),
}


def made(tmp_path: Path, schemas: Json) -> int:
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}}
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(document | {"components": {"schemas": schemas}}), "utf-8")
    return main(["--spec", str(spec), "--out", str(tmp_path / "out")])


@pytest.mark.parametrize("name", ERRORS)
def test_an_unsupported_schema_is_an_error_and_nothing_is_written(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema, reason = ERRORS[name]
    assert made(tmp_path, {"Odd": schema}) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_document_cannot_add_an_import(tmp_path: Path) -> None:
    hook = {"module": "antigravity", "name": "fly"}
    member = {"type": "string", "x-python-type": "os.path", "customTypePath": "os.system"}
    schema = {"x-python-import": hook, "customBasePath": "os.path", "properties": {"a": member}}
    assert made(tmp_path, {"Odd": {"type": "object", **schema}}) == 0
    models = (tmp_path / "out" / "models.py").read_text("utf-8")
    assert "antigravity" not in models
    assert "os." not in models


@pytest.mark.parametrize("name", ["Annotated", "TypeAlias"])
def test_a_name_that_the_models_use_is_an_error(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made(tmp_path, {name: {"type": "object"}}) == 2
    assert f"{name}: the models use this name; rename it" in capsys.readouterr().err
