"""Places in a document: where a reference leads to, and which objects have keywords."""

from typing import Any

import pytest

from codegen._tree import exists, nodes, pointer, resolve, target

ROOT: dict[str, Any] = {
    "paths": {"/users/{id}": {"get": {"parameters": [{"name": "id"}, {"name": "sort"}]}}},
    "components": {
        "schemas": {
            "A": {"allOf": [{"title": "first"}, {"title": "second"}]},
            "a~b": {"title": "tilde"},
            "a b": {"title": "space"},
            "ü": {"title": "umlaut"},
            "": {"title": "nameless"},
            "0": {"title": "zero"},
            "Alias": {"$ref": "#/components/schemas/Alias2"},
            "Alias2": {"$ref": "#/components/schemas/A"},
            "Loop": {"$ref": "#/components/schemas/Loop"},
            "Name": "text",
        },
    },
}
FOUND = {
    "#/paths/~1users~1%7Bid%7D/get/parameters/0": {"name": "id"},
    "#/paths/~1users~1{id}/get/parameters/1": {"name": "sort"},
    "#/components/schemas/A/allOf/0": {"title": "first"},
    "#/components/schemas/a~0b": {"title": "tilde"},
    "#/components/schemas/a%20b": {"title": "space"},
    "#/components/schemas/%C3%BC": {"title": "umlaut"},
    "#/components/schemas/": {"title": "nameless"},
    "#/components/schemas/0": {"title": "zero"},
    "#": ROOT,
}
NOT_FOUND = (
    "#/components/schemas/A/allOf/2", "#/components/schemas/A/allOf/-1",
    "#/components/schemas/A/allOf/-", "#/components/schemas/A/allOf/first",
    "#/components/schemas/B", "#/components/schemas/A/allOf/0/title/0", "#/paths//users",
    "#components/schemas/A", "components/schemas/A", "/components/schemas/A", "",
    "other.yaml#/components/schemas/A", "https://example.org/api.yaml#/components", "#A",
)  # fmt: skip


@pytest.mark.parametrize("ref", FOUND)
def test_a_reference_leads_to_a_value(ref: str) -> None:
    assert target(ROOT, ref) == FOUND[ref]
    assert exists(ROOT, ref)


@pytest.mark.parametrize("ref", NOT_FOUND)
def test_a_reference_that_leads_nowhere_is_an_error(ref: str) -> None:
    with pytest.raises(LookupError):
        target(ROOT, ref)
    assert not exists(ROOT, ref)


def test_what_is_no_object_has_no_keywords() -> None:
    assert target(ROOT, "#/components/schemas/Name") == "text"
    assert not exists(ROOT, "#/components/schemas/Name")


def test_references_are_followed_to_the_end() -> None:
    schemas = ROOT["components"]["schemas"]
    assert resolve(ROOT, schemas["Alias"]) is schemas["A"]
    assert resolve(ROOT, schemas["A"]) is schemas["A"]
    assert resolve(ROOT, schemas["Loop"]) == schemas["Loop"]


def test_a_place_is_readable() -> None:
    assert pointer(("paths", "/users", "get", "parameters", 0)) == (
        "paths > /users > get > parameters > 0"
    )
    assert pointer(()) == "the root"


REF = {"$ref": "#/nowhere"}
DATA = {
    "example": {"example": REF},
    "example in a list": {"example": [REF]},
    "examples of a schema": {"examples": [REF, {"inside": REF}]},
    "value of an example": {"examples": {"one": {"value": REF}}},
    "default": {"default": {"inside": REF}},
    "const": {"const": REF},
    "enum": {"enum": [REF]},
    "mapping": {"discriminator": {"mapping": REF}},
    "extension": {"x-np6-filter": {"inside": REF}},
    "extension of an operation": {"paths": {"/a": {"get": {"x-code-samples": [REF]}}}},
}
SCHEMAS = {
    "property": {"properties": {"one": REF}},
    "property named example": {"properties": {"example": REF}},
    "property named examples": {"properties": {"examples": REF}},
    "property named default": {"properties": {"default": REF}},
    "property named x-y": {"properties": {"x-y": REF}},
    "property named properties": {"properties": {"properties": REF}},
    "property of one named properties": {"properties": {"properties": {"properties": {"a": REF}}}},
    "property named enum": {"properties": {"enum": {"items": REF}}},
    "component named value": {"components": {"schemas": {"value": REF}}},
    "example": {"examples": {"one": REF}},
    "items": {"items": REF},
    "union": {"anyOf": [{}, REF]},
    "additional": {"additionalProperties": REF},
    "pattern": {"patternProperties": {"^x-": REF}},
    "definition": {"$defs": {"default": REF}},
    "response": {"paths": {"/a": {"get": {"responses": {"default": REF}}}}},
    "header": {"headers": {"x-request-id": REF}},
    "parameter": {"parameters": [REF]},
    "webhook": {"webhooks": {"x-event": REF}},
}


@pytest.mark.parametrize("name", DATA)
def test_nothing_in_data_is_a_reference(name: str) -> None:
    assert [node for _, node in nodes(DATA[name]) if "$ref" in node] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_name_is_no_keyword(name: str) -> None:
    found = [(place, node) for place, node in nodes(SCHEMAS[name]) if "$ref" in node]
    assert [node for _, node in found] == [REF]
    [(place, _)] = found
    value: Any = SCHEMAS[name]
    for step in place:
        value = value[step]
    assert value is REF


def test_a_mapping_of_names_is_no_object_with_keywords() -> None:
    document = {"properties": {"$ref": {"type": "string"}, "nullable": {"type": "boolean"}}}
    assert [place for place, _ in nodes(document)] == [
        (),
        ("properties", "$ref"),
        ("properties", "nullable"),
    ]
