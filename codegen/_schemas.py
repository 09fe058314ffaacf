"""Prepare the schemas for datamodel-code-generator."""

import copy
import re
from collections.abc import Iterator, Mapping
from keyword import iskeyword
from typing import Any, cast

from ._errors import CodegenError
from ._parts import merge_parts
from ._tree import Node, pointer, resolve

__all__ = ["INTEGERS", "STAND_IN", "prepare"]

INTEGERS = {"Int32": 32, "Int64": 64}
"""The named integer types, with their sizes in bits."""

STAND_IN = "_integers"
"""The module that the generator imports the named integer types from; it does not exist."""

_STRING_FORMATS = {"date", "date-time", "uuid"}
_FORMATS_WITHOUT_TYPE = {
    "binary", "byte", "char", "commonmark", "decimal", "decimal128", "double", "double-int",
    "duration", "email", "float", "hostname", "html", "http-date", "idn-email", "idn-hostname",
    "int8", "int16", "ipv4", "ipv6", "iri", "iri-reference", "json-pointer", "media-range",
    "password", "regex", "relative-json-pointer", "time", "time-local", "date-time-local", "uint8",
    "uint16", "uint32", "uint64", "uri", "uri-reference", "uri-template",
}  # fmt: skip
_USED_NAMES = {"Annotated", "TypeAlias"}  # the generator itself avoids the others
_OF_ONE = {"items", "additionalProperties", "not", "contains", "propertyNames"}
_OF_MANY = {"properties", "patternProperties", "allOf", "anyOf", "oneOf", "prefixItems"}
_NO_LITERALS = {float: "number", list: "array", dict: "object"}


def prepare(spec: Node) -> Node:
    """Return a document with the schemas that become models.

    Raises:
        CodegenError: A schema needs something that the generator does not support.
    """
    schemas = _without_booleans(copy.deepcopy(spec.get("components", {}).get("schemas", {})))
    whole = {"components": {"schemas": schemas}}
    kept = {
        key: value for key, value in schemas.items() if value.get("x-python-model") is not False
    }
    if used := _USED_NAMES & kept.keys():
        raise CodegenError(
            f"components > schemas > {min(used)}: the models use this name; rename it"
        )
    for path, node in _every(kept):
        merge_parts(whole, path, node)
    for name, schema in kept.items():
        if "properties" not in schema:
            _cut_cycle(whole, schema, (f"#/components/schemas/{name}",))
    for path, node in _every(kept):
        _rewrite(whole, node)
        if isinstance(properties := node.get("properties"), dict):
            _mark_properties(whole, path, properties)
    return {
        "openapi": spec["openapi"],
        "info": spec["info"],
        "paths": {},
        "components": {"schemas": kept},
    }


def _rewrite(whole: Node, node: Node) -> None:
    """Rewrite what the generator does not understand or a decoder cannot check."""
    _drop_hooks(node)
    _replace_constant(node)
    _drop_patterns(node)
    _drop_default(whole, node)
    _merge_strings(whole, node)
    _name_integer(node)
    _drop_format(node)


def _every(schemas: Node) -> list[tuple[tuple[str, ...], Node]]:
    """Return every schema at any depth, with its path; a list, as callers change the schemas."""
    return [found for name in schemas for found in _below((name,), schemas[name])]


def _below(path: tuple[str, ...], schema: Node) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield a schema and the schemas in it; an example that looks like a schema is not one."""
    yield path, schema
    for key in _OF_ONE & schema.keys():
        if isinstance(schema[key], dict):
            yield from _below((*path, key), schema[key])
    for key in _OF_MANY & schema.keys():
        schema[key] = _without_booleans(schema[key])
        many = schema[key]
        for name, child in many.items() if isinstance(many, dict) else enumerate(many):
            yield from _below((*path, key, str(name)), child)


def _without_booleans(schemas: Any) -> Any:  # noqa: ANN401 - a list or a mapping
    """Replace the schemas `true` and `false` with an object, which can hold keywords."""
    if isinstance(schemas, list):
        return [_as_object(schema) for schema in schemas]
    return {name: _as_object(schema) for name, schema in schemas.items()}


def _as_object(schema: Node | bool) -> Node:
    return schema if isinstance(schema, dict) else {}


def _drop_hooks(node: Node) -> None:
    """Drop keywords that make the generator import a module named by the document."""
    for hook in ("customTypePath", "customBasePath", "x-python-type", "x-python-import"):
        node.pop(hook, None)


def _replace_constant(node: Node) -> None:
    """Replace a constant that no Literal can hold, such as a fraction, with its type."""
    kind = _NO_LITERALS.get(type(node.get("const")))
    if kind:
        del node["const"]
        node["type"] = kind


def _merge_strings(spec: Node, node: Node) -> None:
    """Replace several kinds of strings with one string: a decoder cannot choose between them."""
    for key in ("anyOf", "oneOf"):
        branches = node.get(key, [])
        strings = [branch for branch in branches if _is_string(resolve(spec, branch))]
        listed = [_values(resolve(spec, string)) for string in strings]
        if len(strings) < 2 or all(listed):
            continue
        node[key] = [branch for branch in branches if branch not in strings]
        if node[key]:
            node[key].append({"type": "string"})
        else:
            del node[key]
            node["type"] = "string"
        if known := ", ".join(f"`{value}`" for values in listed for value in values):
            node["description"] = f"{node.get('description', '')}\n\nKnown values: {known}.".strip()


def _is_string(schema: Mapping[str, Any]) -> bool:
    values = _values(schema)
    return schema.get("type") == "string" or (
        bool(values) and all(isinstance(value, str) for value in values)
    )


def _values(schema: Mapping[str, Any]) -> list[Any]:
    return [schema["const"]] if "const" in schema else schema.get("enum", [])


def _cut_cycle(spec: Node, schema: Node, above: tuple[str, ...]) -> None:
    """End a cycle of references that has no class in it: its last schema accepts anything."""
    for _, node in list(_below((), schema)):
        ref = node.get("$ref")
        if ref in above:
            node.clear()
        elif ref and "properties" not in resolve(spec, node) and "allOf" not in resolve(spec, node):
            _cut_cycle(spec, cast("Node", resolve(spec, node)), (*above, ref))


def _drop_patterns(node: Node) -> None:
    """Drop `patternProperties` if other names are allowed: a dict has one type of values."""
    if "patternProperties" in node and node.get("additionalProperties") is not False:
        del node["patternProperties"]
        node.pop("additionalProperties", None)


def _drop_default(spec: Node, node: Node) -> None:
    """Drop a default that is not of the member's type in Python, such as a dict for a model."""
    value = node.get("default")
    parts = value if isinstance(value, list) else [value]
    kinds = [found for _, found in _below((), {**resolve(spec, node), **node})]
    has_own_type = any(kind.get("format") in _STRING_FORMATS for kind in kinds)
    if value is not None and (
        isinstance(value, dict)
        or any(isinstance(part, dict | list) for part in parts)
        or has_own_type
    ):
        del node["default"]


def _name_integer(node: Node) -> None:
    """Give an integer of a known size a named type, so that decoding checks its range."""
    name = str(node.get("format")).capitalize()
    kinds = node.get("type")
    if name not in INTEGERS or "enum" in node or "const" in node:
        return
    if kinds == "integer":
        node["customTypePath"] = f"{STAND_IN}.{name}"
    elif isinstance(kinds, list) and "integer" in kinds:
        integer = {"type": "integer", "customTypePath": f"{STAND_IN}.{name}"}
        node["anyOf"] = [integer if kind == "integer" else {"type": kind} for kind in kinds]
        del node["type"], node["format"]


def _drop_format(node: Node) -> None:
    """Drop known formats that have no type here; the generator rejects an unknown one."""
    if node.get("format") in _FORMATS_WITHOUT_TYPE:
        del node["format"]


def _mark_properties(spec: Node, path: object, properties: Node) -> None:
    """Add each property's position for the template, and the description of its type if needed."""
    for order, schema in enumerate(properties.values()):
        schema["x-python-order"] = order
        if described := resolve(spec, schema).get("description"):
            schema.setdefault("description", described)
        name = schema.get("x-python-datetime", "new")
        if name in properties or not re.fullmatch("[a-z][a-z0-9_]*", str(name)) or iskeyword(name):
            raise CodegenError(
                f"{pointer(path)}: x-python-datetime: {name!r} is taken or not in snake_case"
            )
        if name != "new" and "integer" not in str(schema.get("type")):
            raise CodegenError(f"{pointer(path)}: x-python-datetime: not an integer property")
