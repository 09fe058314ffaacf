"""The documents these tests read, and the way they are validated."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS31Validator, oas31_format_checker

from codegen._tree import resolve, walk

ROOT = Path(__file__).parents[2]
FIRST = ("/executions", "/cancellations", "/bounces")
Errors = Callable[[dict[str, Any], object], list[str]]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Coverage is that of np6_async, and would look at every line of the generator in vain."""
    item.add_marker("not_measured")


@pytest.fixture(scope="session")
def spec_path() -> Path:
    return ROOT / "openapi" / "np6-events.yaml"


@pytest.fixture(scope="session")
def golden() -> Path:
    """The folder of the golden document and its expected output."""
    return Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def whole_json(spec_path: Path) -> str:
    """The document as JSON, which reads a hundred times faster than YAML."""
    return json.dumps(yaml.safe_load(spec_path.read_text("utf-8")))


@pytest.fixture
def whole_spec(whole_json: str) -> dict[str, Any]:
    """The document as it is, for one test to read."""
    document: dict[str, Any] = json.loads(whole_json)
    return document


@pytest.fixture(scope="session")
def spec_json(whole_json: str) -> str:
    """The document as JSON, without the endpoints that these tests do not know."""
    return json.dumps(without_later_endpoints(json.loads(whole_json)))


@pytest.fixture
def spec(spec_json: str) -> dict[str, Any]:
    """The same, for one test to read or change."""
    document: dict[str, Any] = json.loads(spec_json)
    return document


@pytest.fixture
def errors(spec: dict[str, Any]) -> Errors:
    """What is wrong with a value by a schema of the document."""

    def find(schema: dict[str, Any], value: object) -> list[str]:
        root = {**schema, "components": spec["components"]}
        validator = OAS31Validator(root, format_checker=oas31_format_checker)
        return [error.message for error in validator.iter_errors(value)]

    return find


@pytest.fixture
def schema_of(spec: dict[str, Any]) -> Callable[[str], dict[str, Any]]:
    """The schema of the array that an endpoint sends."""

    def find(kind: str) -> dict[str, Any]:
        operation = spec["paths"][f"/notifications/{{id}}/events/{kind}"]["get"]
        schema: dict[str, Any] = operation["responses"]["200"]["content"]["application/json"][
            "schema"
        ]
        return schema

    return find


def without_later_endpoints(spec: dict[str, Any]) -> dict[str, Any]:
    """Take out every endpoint but the three these tests know, and what is there for it alone."""
    first = {path: item for path, item in spec["paths"].items() if path.endswith(FIRST)}
    later = {path: item for path, item in spec["paths"].items() if path not in first}
    gone = leads_to(spec, later) - leads_to(spec, first)
    schemas = {
        name: schema
        for name, schema in spec["components"]["schemas"].items()
        if f"#/components/schemas/{name}" not in gone
    }
    event = schemas["Event"]
    event["oneOf"] = [model for model in event["oneOf"] if model["$ref"] not in gone]
    mapping = event["discriminator"]["mapping"]
    event["discriminator"]["mapping"] = {
        type_: ref for type_, ref in mapping.items() if ref not in gone
    }
    known = schemas["OtherEvent"]["properties"]["type"]["not"]
    known["enum"] = [type_ for type_ in known["enum"] if type_ in event["discriminator"]["mapping"]]
    return {**spec, "paths": first, "components": {**spec["components"], "schemas": schemas}}


def leads_to(spec: dict[str, Any], value: object) -> set[str]:
    """Return every reference at, below and behind a value."""
    found: set[str] = set()
    todo = [value]
    while todo:
        for _, node in walk(todo.pop()):
            if "$ref" in node and node["$ref"] not in found:
                found.add(node["$ref"])
                todo.append(resolve(spec, node))
    return found


def merged(value: Any, addition: Any) -> Any:
    """Two documents as one: mappings merged, lists joined."""
    match value, addition:
        case dict(), dict():
            return value | {
                key: merged(value[key], new) if key in value else new
                for key, new in addition.items()
            }
        case list(), list():
            return value + addition
        case _:
            return addition


@pytest.fixture
def spec_with_activations(spec: dict[str, Any]) -> dict[str, Any]:
    """The document with a fourth endpoint."""
    path = Path(__file__).parent / "fixtures" / "activations.yaml"
    document: dict[str, Any] = merged(deepcopy(spec), yaml.safe_load(path.read_text("utf-8")))
    return document
