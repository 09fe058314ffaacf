"""A schema in parts becomes one object, which accepts what all of its parts accept."""

from copy import deepcopy
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from codegen._merge import flat, includes_itself, parts

Schema = dict[str, Any]
PREFIX = "#/components/schemas/"
SCHEMAS: dict[str, Schema] = {
    "Base": {
        "description": "The base.",
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}},
    },
    "Alias": {"$ref": f"{PREFIX}Base"},
    "Middle": {
        "title": "Middle",
        "allOf": [
            {"$ref": f"{PREFIX}Alias"},
            {"required": ["id", "name"], "properties": {"name": {"type": "string"}}},
        ],
    },
    "Tree": {"type": "object", "properties": {"next": {"$ref": f"{PREFIX}Tree"}}},
    "Loop": {"allOf": [{"$ref": f"{PREFIX}LoopBack"}, {"title": "x"}]},
    "LoopBack": {"allOf": [{"$ref": f"{PREFIX}Loop"}], "type": "object"},
    "Self": {"$ref": f"{PREFIX}Self"},
    "ToLoop": {"$ref": f"{PREFIX}Loop"},
}


def ref(name: str) -> Schema:
    return {"$ref": PREFIX + name}


def root() -> Schema:
    return {"components": {"schemas": deepcopy(SCHEMAS)}}


def merged(schema: object) -> tuple[Schema, list[tuple[str, str]]]:
    """A schema as one object, and what its parts contradict each other in."""
    document, conflicts = root(), list[tuple[str, str]]()
    before = deepcopy((document, schema))
    found = flat(document, schema, lambda key, values: conflicts.append((key, values)))
    assert (document, schema) == before, "the document has changed"
    return found, conflicts


def all_of(*schemas: Schema, **own: Any) -> Schema:
    return {"allOf": list(schemas), **own}


ID = {"id": {"type": "integer"}}
CASES: dict[str, tuple[object, Schema]] = {
    "no parts": ({"type": "string"}, {"type": "string"}),
    "true": (True, {}),
    "false": (False, {}),
    "reference": (ref("Base"), SCHEMAS["Base"]),
    "chain of references": (ref("Alias"), SCHEMAS["Base"]),
    "keywords beside a reference": (
        {**ref("Base"), "description": "Mine.", "minProperties": 1},
        {**SCHEMAS["Base"], "description": "Mine.", "minProperties": 1},
    ),
    "parts of parts": (
        ref("Middle"),
        {
            "title": "Middle",
            "type": "object",
            "required": ["id", "name"],
            "properties": {**ID, "name": {"type": "string"}},
        },
    ),
    "no words of a part": (all_of(ref("Base")), {k: v for k, v in SCHEMAS["Base"].items()
                                                if k != "description"}),
    "own words": (all_of({"title": "part"}, {"example": 1}, title="own"), {"title": "own"}),
    "required in two parts": (
        all_of({"required": ["a", "b"]}, {"required": ["b", "c"]}),
        {"required": ["a", "b", "c"]},
    ),
    "equal members": (
        all_of({"properties": ID}, {"properties": ID}, properties=ID), {"properties": ID}
    ),
    "shared member": (
        all_of({"properties": {**ID, "a": {}}}, {"properties": {"id": {"minimum": 1}}}),
        {"properties": {"id": {"allOf": [ID["id"], {"minimum": 1}]}, "a": {}}},
    ),
    "member that three parts share": (
        all_of(*({"properties": {"a": {"minimum": one}}} for one in (1, 2, 3, 2))),
        {"properties": {"a": {"allOf": [{"minimum": one} for one in (1, 2, 3)]}}},
    ),
    "member that is any": (
        all_of({"properties": {"a": True}}, {"properties": ID}, properties={"a": {"minimum": 1}}),
        {"properties": {"a": {"minimum": 1}, **ID}},
    ),
    "member that is nothing": (
        all_of({"properties": {"a": False}}, {"properties": {"a": {"minimum": 1}}}),
        {"properties": {"a": False}},
    ),
    "items": (
        all_of({"items": {"minimum": 1}}, {"items": {"maximum": 2}}),
        {"items": {"allOf": [{"minimum": 1}, {"maximum": 2}]}},
    ),
    "not": (
        all_of({"not": {"const": 1}}, {"not": {"const": 2}}),
        {"not": {"anyOf": [{"const": 1}, {"const": 2}]}},
    ),
    "no more members": (
        all_of({"additionalProperties": False}, {"additionalProperties": {"type": "string"}}),
        {"additionalProperties": False},
    ),
    "enum": (all_of({"enum": ["a", "b"]}, {"enum": ["c", "b"]}), {"enum": ["b"]}),
    "enum and const": (all_of({"enum": ["a"]}, {"const": "a"}), {"enum": ["a"], "const": "a"}),
    "types": (all_of({"type": ["string", "null"]}, {"type": "string"}), {"type": "string"}),
    "several types": (
        all_of({"type": ["string", "null", "array"]}, {"type": ["null", "string"]}),
        {"type": ["string", "null"]},
    ),
    "number and integer": (all_of({"type": "number"}, {"type": "integer"}), {"type": "integer"}),
    "number, integer and null": (
        all_of({"type": ["null", "integer"]}, {"type": ["number", "null"]}),
        {"type": ["null", "integer"]},
    ),
    "number or integer, and number": (
        all_of({"type": ["integer", "number"]}, {"type": "number"}), {"type": "number"}
    ),
    "equal unions": (all_of({"anyOf": [{}, ID]}, {"anyOf": [{}, ID]}), {"anyOf": [{}, ID]}),
    "union beside parts": (
        all_of(ref("Alias"), oneOf=[{"required": ["a"]}]),
        {"type": "object", "required": ["id"], "properties": ID, "oneOf": [{"required": ["a"]}]},
    ),
    "contains itself in a member": (ref("Tree"), SCHEMAS["Tree"]),
    "the same part twice": (
        all_of(ref("Base"), ref("Base")), {"type": "object", "required": ["id"], "properties": ID}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_parts_become_one_object(name: str) -> None:
    schema, expected = CASES[name]
    assert merged(schema) == (expected, [])


VALUES: tuple[Any, ...] = (
    None, True, 0, 1, 2, 1.5, "", "a", "b", "c", [], [0], [1], [2], [3], {}, {"a": 1}, {"a": 2},
    {"a": 3}, {"id": 1}, {"id": "x"}, {"id": 0, "name": "n"}, {"a": 1, "b": 1, "c": 1},
)  # fmt: skip


@pytest.mark.parametrize("schema", [one for one, _ in CASES.values() if one not in (True, False)])
def test_the_object_accepts_what_the_parts_accept(schema: Schema) -> None:
    found, _ = merged(schema)
    before, after = (OAS31Validator({**one, **root()}) for one in (schema, found))
    expected = [value for value in VALUES if before.is_valid(value)]
    assert [value for value in VALUES if after.is_valid(value)] == expected


CONFLICTS: dict[str, tuple[Schema, Schema]] = {
    "type": ({"type": "string"}, {"type": "integer"}),
    "const": ({"const": "a"}, {"const": "b"}),
    "format": ({"format": "uuid"}, {"format": "date"}),
    "enum": ({"enum": ["a"]}, {"enum": ["b"]}),
    "anyOf": ({"anyOf": [{"type": "string"}]}, {"anyOf": [{"type": "integer"}]}),
    "oneOf": ({"oneOf": [{"type": "string"}]}, {"oneOf": [{"type": "integer"}]}),
}


@pytest.mark.parametrize("key", CONFLICTS)
def test_of_two_values_that_contradict_each_other_the_later_is_used(key: str) -> None:
    one, other = CONFLICTS[key]
    expected = [(key, f"`{one[key]}` and `{other[key]}`")]
    assert merged(all_of(one, other)) == (other, expected)
    assert merged(all_of(one, **other)) == (other, expected)


@pytest.mark.parametrize("name", ["Loop", "LoopBack", "Self"])
def test_a_schema_that_includes_itself_is_found_and_does_not_hang(name: str) -> None:
    document = root()
    assert includes_itself(document, document["components"]["schemas"][name])
    found, _ = merged(ref(name))
    assert not found.keys() & {"$ref", "allOf"}


@pytest.mark.parametrize("name", ["Base", "Alias", "Middle", "Tree"])
def test_a_schema_that_has_itself_in_a_member_or_not_at_all_does_not_include_itself(
    name: str,
) -> None:
    document = root()
    assert not includes_itself(document, document["components"]["schemas"][name])


def test_a_part_that_is_there_twice_is_no_cycle() -> None:
    assert not includes_itself(root(), all_of(ref("Alias"), ref("Base"), ref("Middle")))


def test_merging_again_and_again_comes_to_an_end() -> None:
    """The members of parts that contain each other do not grow."""
    next_ = {"properties": {"next": ref("Node")}}
    titled = {"properties": {"next": {**ref("Node"), "title": "Next"}}}
    document = {"components": {"schemas": {"Node": all_of(next_, titled)}}}
    schema, seen = ref("Node"), list[Schema]()
    while schema not in seen:
        seen.append(schema)
        schema = flat(document, schema, lambda *_: None)["properties"]["next"]
        assert len(seen) < 5


def test_only_what_is_nothing_but_parts_has_parts() -> None:
    assert parts(all_of({}, {"type": "string"})) == [{}, {"type": "string"}]
    assert parts(all_of({}, title="own")) == [all_of({}, title="own")]
    assert parts(True) == [True]
