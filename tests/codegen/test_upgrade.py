"""A document of OpenAPI 3.0 becomes one of 3.1 that accepts the same values."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS31Validator

from codegen._upgrade import upgrade

Schema = dict[str, Any]
NULL = {"type": "null"}
REF = {"$ref": "#/components/schemas/Other"}


def document(schema: Schema, version: str = "3.0.3") -> Schema:
    return {
        "openapi": version,
        "components": {"schemas": {"One": deepcopy(schema), "Other": {"type": "object"}}},
    }


def same(schema: Schema) -> tuple[Schema, Schema]:
    return schema, schema


def upgraded(schema: Schema) -> Schema:
    root = document(schema)
    upgrade(root)
    assert root["openapi"] == "3.1.0"
    found: Schema = root["components"]["schemas"]["One"]
    OAS31Validator.check_schema(found)
    return found


CASES: dict[str, tuple[Schema, Schema]] = {
    "type": ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    "not nullable": ({"type": "string", "nullable": False}, {"type": "string"}),
    "reference": ({**REF, "nullable": True}, {"anyOf": [REF, NULL]}),
    "reference not nullable": ({**REF, "nullable": False}, REF),
    "words": (
        {**REF, "nullable": True, "description": "Words."},
        {"anyOf": [REF, NULL], "description": "Words."},
    ),
    "anyOf": ({"anyOf": [REF, {}], "nullable": True}, {"anyOf": [REF, {}, NULL]}),
    "oneOf": ({"oneOf": [REF], "nullable": True}, {"oneOf": [REF, NULL]}),
    "allOf": ({"allOf": [REF], "nullable": True}, {"anyOf": [{"allOf": [REF]}, NULL]}),
    "enum": (
        {"type": "string", "enum": ["a"], "nullable": True},
        {"type": ["string", "null"], "enum": ["a", None]},
    ),
    "enum with null": (
        {"type": "string", "enum": ["a", None], "nullable": True},
        {"type": ["string", "null"], "enum": ["a", None]},
    ),
    "enum alone": ({"enum": ["a"], "nullable": True}, {"enum": ["a", None]}),
    "any type": ({"nullable": True}, {}),
    "member": (
        {"properties": {"a": {"type": "integer", "nullable": True}}},
        {"properties": {"a": {"type": ["integer", "null"]}}},
    ),
    "item in a union": (
        {"allOf": [{"items": {**REF, "nullable": True}}], "nullable": True},
        {"anyOf": [{"allOf": [{"items": {"anyOf": [REF, NULL]}}]}, NULL]},
    ),
    "exclusive minimum": ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
    "exclusive maximum": ({"maximum": 1, "exclusiveMaximum": True}, {"exclusiveMaximum": 1}),
    "inclusive": ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
    "exclusive without a limit": ({"exclusiveMinimum": True}, {}),
    "example": ({"type": "integer", "example": 5}, {"type": "integer", "examples": [5]}),
    "example that is null": ({"example": None}, {"examples": [None]}),
    "binary": ({"type": "string", "format": "binary"}, {"type": "string"}),
    "property named nullable": same({"properties": {"nullable": {"type": "boolean"}}}),
    "property named example": same({"properties": {"example": {"type": "string"}}}),
    "property named exclusiveMinimum": same(
        {"properties": {"exclusiveMinimum": {}, "minimum": {}}}
    ),
    "data": same(
        {"type": "object", "default": {"nullable": True, "example": 1, "type": "string"}}
    ),
    "data in an example": (
        {"example": {"nullable": True, "example": 1}},
        {"examples": [{"nullable": True, "example": 1}]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_schema_is_upgraded(name: str) -> None:
    schema, expected = CASES[name]
    assert upgraded(schema) == expected


@pytest.mark.parametrize("name", CASES)
def test_a_schema_that_is_upgraded_stays_as_it_is(name: str) -> None:
    _, expected = CASES[name]
    root = document(expected, "3.1.0")
    before = deepcopy(root)
    upgrade(root)
    assert root == before


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("version", ["3.1.0", "3.1.1", "3.2.0"])
def test_a_later_document_stays_as_it_is(name: str, version: str) -> None:
    root = document(CASES[name][0], version)
    before = deepcopy(root)
    upgrade(root)
    assert root == before


def test_schemas_of_parameters_and_responses_are_upgraded_but_their_examples_are_not() -> None:
    schema = {"type": "string", "nullable": True, "example": "a"}
    parameter = {"in": "query", "name": "a", "example": "a", "schema": deepcopy(schema)}
    media = {"example": {"nullable": True}, "schema": deepcopy(schema)}
    root = {
        "openapi": "3.0.0",
        "paths": {
            "/a": {
                "parameters": [parameter],
                "get": {"responses": {"200": {"content": {"application/json": media}}}},
            }
        },
    }
    upgrade(root)
    new = {"type": ["string", "null"], "examples": ["a"]}
    assert parameter == {"in": "query", "name": "a", "example": "a", "schema": new}
    assert media == {"example": {"nullable": True}, "schema": new}


def test_a_whole_bundle_has_no_keyword_of_3_0_left() -> None:
    text = (Path(__file__).parent / "fixtures" / "bundle.yaml").read_text("utf-8")
    root = yaml.safe_load(text)
    assert "nullable" in str(root)
    upgrade(root)
    assert "nullable" not in str(root)
    for schema in root["components"]["schemas"].values():
        OAS31Validator.check_schema(schema)
