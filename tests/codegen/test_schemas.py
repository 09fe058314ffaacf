"""Schemas that models cannot be generated from are errors, and hooks in them have no effect."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from codegen.__main__ import main

Json = dict[str, Any]
DATETIME = {"type": "integer", "x-python-datetime": "at"}
ODD = "components > schemas > Odd"
AT = f"{ODD} > properties > a > x-python-datetime"
NAME = "a name in snake_case that no member has"
ERRORS: dict[str, tuple[Json, str]] = {
    "contradiction": (
        {"allOf": [{"properties": {"a": {"type": name}}} for name in ("string", "integer")]},
        (
            f"{ODD} > allOf > 0 > properties > a: `type` is `string` and `integer` in two parts of"
            " `allOf`; expected one value"
        ),
    ),
    "no value in common": (
        {"allOf": [{"enum": ["a"]}, {"enum": ["b"]}]},
        f"{ODD}: `enum` is `['a']` and `['b']` in two parts of `allOf`; expected one value",
    ),
    "union with more": (
        {"allOf": [{"oneOf": [{"type": "object"}]}, {"properties": {"a": {}}}]},
        f"{ODD}: `oneOf` together with `properties`; expected a union written out in full",
    ),
    "datetime of a string": (
        {"properties": {"a": DATETIME | {"type": "string"}}},
        f"{AT}: a member that is no integer; expected milliseconds",
    ),
    "datetime of a number": (
        {"properties": {"a": DATETIME | {"type": "number"}}},
        f"{AT}: a member that is no integer; expected milliseconds",
    ),
    "datetime of integers": (
        {"properties": {"a": DATETIME | {"type": "array", "items": {"type": "integer"}}}},
        f"{AT}: a member that is no integer; expected milliseconds",
    ),
    "datetime of an integer or a string": (
        {"properties": {"a": DATETIME | {"type": ["integer", "string"]}}},
        f"{AT}: a member that is no integer; expected milliseconds",
    ),
    "datetime without a name": (
        {"properties": {"a": DATETIME | {"x-python-datetime": 5}}},
        f"{AT}: 5; expected {NAME}",
    ),
    "datetime with a list of names": (
        {"properties": {"a": DATETIME | {"x-python-datetime": ["at"]}}},
        f"{AT}: ['at']; expected {NAME}",
    ),
    "datetime named by a keyword": (
        {"properties": {"a": DATETIME | {"x-python-datetime": "import"}}},
        f"{AT}: 'import'; expected {NAME}",
    ),
    "datetime with the name of another": (
        {"properties": {"a": DATETIME, "b": DATETIME}},
        f"{AT}: 'at'; expected {NAME}",
    ),
    "datetime with the name of a member": (
        {"properties": {"a": DATETIME | {"x-python-datetime": "class_"}, "class": {}}},
        f"{AT}: 'class_'; expected {NAME}",
    ),
    "itself": (
        {"$ref": "#/components/schemas/Odd"},
        f"{ODD}: it includes itself by $ref or allOf; expected an end",
    ),
    "mapping to nothing": (
        {
            "oneOf": [{"$ref": "#/components/schemas/Phone"}, {"type": "null"}],
            "discriminator": {"propertyName": "kind", "mapping": {"phone": "Telephone"}},
        },
        f"{ODD} > discriminator > mapping > phone: 'Telephone' leads nowhere; expected a component",
    ),
}


@pytest.fixture
def root(golden: Path, tmp_path: Path) -> Path:
    """A copy of the small repository."""
    return Path(shutil.copytree(golden / "small", tmp_path / "root"))


def made(root: Path, schemas: Json) -> int:
    """Add schemas to the document, as JSON in one line, and generate the code."""
    spec = root / "openapi" / "np6-events.yaml"
    document = yaml.safe_load(spec.read_text("utf-8"))
    document["components"]["schemas"] |= schemas
    spec.write_text(json.dumps(document), "utf-8")
    return main(["--root", str(root)])


@pytest.mark.parametrize("name", ERRORS)
def test_an_unsupported_schema_is_an_error_and_nothing_is_written(
    name: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema, reason = ERRORS[name]
    models = root / "np6_async" / "_generated" / "models.py"
    before = models.stat()
    assert made(root, {"Odd": schema}) == 2
    spec = root / "openapi" / "np6-events.yaml"
    assert capsys.readouterr().err == f"codegen: {spec}:1: {reason}\n"
    assert models.stat() == before


def test_a_document_cannot_add_an_import(root: Path) -> None:
    hook = {"module": "antigravity", "name": "fly"}
    member = {"type": "string", "x-python-type": "os.path", "customTypePath": "os.system"}
    schema = {"x-python-import": hook, "customBasePath": "os.path", "properties": {"a": member}}
    assert made(root, {"Odd": {"type": "object", **schema}}) == 0
    models = (root / "np6_async" / "_generated" / "models.py").read_text("utf-8")
    assert "class Odd:" in models
    assert "antigravity" not in models
    assert "os." not in models


@pytest.mark.parametrize(
    "name", ["Annotated", "Any", "Int64", "Literal", "None", "TypeAlias", "UUID", "UnknownEvent"]
)
def test_a_name_that_the_generated_modules_use_is_an_error(
    name: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made(root, {name: {"type": "object"}}) == 2
    spec = root / "openapi" / "np6-events.yaml"
    assert capsys.readouterr().err == (
        f"codegen: {spec}:1: components > schemas > {name}:"
        f" the generated modules use the name {name!r} themselves; expected another name\n"
    )
