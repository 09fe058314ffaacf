"""The documents these tests read, and the way they are validated."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS31Validator, oas31_format_checker

ROOT = Path(__file__).parents[2]
Errors = Callable[[dict[str, Any], object], list[str]]


@pytest.fixture(scope="session")
def spec_path() -> Path:
    return ROOT / "openapi" / "np6-events.yaml"


@pytest.fixture(scope="session")
def golden() -> Path:
    """The folder of the golden document and its expected output."""
    return Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def spec_json(spec_path: Path) -> str:
    """The document as JSON, which reads a hundred times faster than YAML."""
    return json.dumps(yaml.safe_load(spec_path.read_text("utf-8")))


@pytest.fixture
def spec(spec_json: str) -> dict[str, Any]:
    """The document, for one test to read or change."""
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
