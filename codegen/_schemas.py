"""The schemas as datamodel-code-generator is to see them."""

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
"""The named integer types, and their sizes in bits."""

STAND_IN = "_integers"
"""The module the named integer types seem to come from."""

_STRING_FORMATS = {"date", "date-time", "uuid"}
_FORMATS_WITHOUT_TYPE = {
    "binary", "byte", "char", "commonmark", "decimal", "decimal128", "double", "double-int",
    "duration", "email", "float", "hostname", "html", "http-date", "idn-email", "idn-hostname",
    "int8", "int16", "ipv4", "ipv6", "iri", "iri-reference", "json-pointer", "media-range",
    "password", "regex", "relative-json-pointer", "time", "time-local", "date-time-local", "uint8",
    "uint16", "uint32", "uint64", "uri", "uri-reference", "uri-template",
}  # fmt: skip
_TAKEN = {"Annotated", "TypeAlias"}  # the generator knows the other names the models use
_OF_ONE = {"items", "additionalProperties", "not", "contains", "propertyNames"}
_OF_MANY = {"properties", "patternProperties", "allOf", "anyOf", "oneOf", "prefixItems"}
_NO_LITERALS = {float: "number", list: "array", dict: "object"}


def prepare(spec: Node) -> Node:
    """Return a document with the schemas that become models.

    Raises:
        CodegenError: A schema asks for something that cannot be had.
    """
    schemas = _without_booleans(copy.deepcopy(spec.get("components", {}).get("schemas", {})))
    whole = {"components": {"schemas": schemas}}
    kept = {
        key: value for key, value in schemas.items() if value.get("x-python-model") is not False
    }
    if taken := _TAKEN & kept.keys():
        raise CodegenError(
            f"components > schemas: the models need the name {min(taken)} themselves"
        )
    for path, node in _every(kept):
        merge_parts(whole, path, node)
    for name, schema in kept.items():
        if "properties" not in schema:
            _cut_circle(whole, schema, (f"#/components/schemas/{name}",))
    for path, node in _every(kept):
        _mend(whole, node)
        if isinstance(properties := node.get("properties"), dict):
            _mark_properties(whole, path, properties)
    return {
        "openapi": spec["openapi"],
        "info": spec["info"],
        "paths": {},
        "components": {"schemas": kept},
    }


def _mend(whole: Node, node: Node) -> None:
    """Say in other words what the generator would not understand, or decoders not do."""
    _forget_hooks(node)
    _name_constant(node)
    _free_other_names(node)
    _drop_default(whole, node)
    _widen_texts(whole, node)
    _name_integer(node)
    _drop_format(node)


def _every(schemas: Node) -> list[tuple[tuple[str, ...], Node]]:
    """Return every schema there is, at any depth, with its place; the list outlives changes."""
    return [found for name in schemas for found in _below((name,), schemas[name])]


def _below(path: tuple[str, ...], schema: Node) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield a schema and every one in it; what only looks like one, as an example may, is none."""
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
    """Write schemas that are `true` or `false` in the long form, which can be marked."""
    if isinstance(schemas, list):
        return [_long(schema) for schema in schemas]
    return {name: _long(schema) for name, schema in schemas.items()}


def _long(schema: Node | bool) -> Node:
    return schema if isinstance(schema, dict) else {}


def _forget_hooks(node: Node) -> None:
    """Drop what would make the generator import a module the document names."""
    for hook in ("customTypePath", "customBasePath", "x-python-type", "x-python-import"):
        node.pop(hook, None)


def _name_constant(node: Node) -> None:
    """Write what no Literal can hold as its type alone: fractions, arrays and objects."""
    kind = _NO_LITERALS.get(type(node.get("const")))
    if kind:
        del node["const"]
        node["type"] = kind


def _widen_texts(spec: Node, node: Node) -> None:
    """Make `one of these strings, or any other` a string, as no decoder tells two strings apart."""
    for key in ("anyOf", "oneOf"):
        branches = node.get(key, [])
        texts = [branch for branch in branches if _is_text(resolve(spec, branch))]
        listed = [_values(resolve(spec, text)) for text in texts]
        if len(texts) < 2 or all(listed):
            continue
        node[key] = [branch for branch in branches if branch not in texts]
        if node[key]:
            node[key].append({"type": "string"})
        else:
            del node[key]
            node["type"] = "string"
        if known := ", ".join(f"`{value}`" for values in listed for value in values):
            node["description"] = f"{node.get('description', '')}\n\nKnown values: {known}.".strip()


def _is_text(schema: Mapping[str, Any]) -> bool:
    values = _values(schema)
    return schema.get("type") == "string" or (
        bool(values) and all(isinstance(value, str) for value in values)
    )


def _values(schema: Mapping[str, Any]) -> list[Any]:
    return [schema["const"]] if "const" in schema else schema.get("enum", [])


def _cut_circle(spec: Node, schema: Node, above: tuple[str, ...]) -> None:
    """Let what leads back to itself without a class on the way end in anything at all."""
    for _, node in list(_below((), schema)):
        ref = node.get("$ref")
        if ref in above:
            node.clear()
        elif ref and "properties" not in resolve(spec, node) and "allOf" not in resolve(spec, node):
            _cut_circle(spec, cast("Node", resolve(spec, node)), (*above, ref))


def _free_other_names(node: Node) -> None:
    """Take any value under a name that no pattern matches: a map has one type of values."""
    if "patternProperties" in node and node.get("additionalProperties") is not False:
        del node["patternProperties"]
        node.pop("additionalProperties", None)


def _drop_default(spec: Node, node: Node) -> None:
    """Drop a default that is no value of its member's type in Python, as a dict is no model."""
    value = node.get("default")
    parts = value if isinstance(value, list) else [value]
    kinds = [found for _, found in _below((), {**resolve(spec, node), **node})]
    has_type_of_its_own = any(kind.get("format") in _STRING_FORMATS for kind in kinds)
    if value is not None and (
        isinstance(value, dict)
        or any(isinstance(part, dict | list) for part in parts)
        or has_type_of_its_own
    ):
        del node["default"]


def _name_integer(node: Node) -> None:
    """Give an integer of a known size a named type, which decoding checks."""
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
    """Drop the known formats that have no type here; one that nobody knows is left, and refused."""
    if node.get("format") in _FORMATS_WITHOUT_TYPE:
        del node["format"]


def _mark_properties(spec: Node, path: object, properties: Node) -> None:
    """Tell the template each property's place, and its description if only its type has one."""
    for order, schema in enumerate(properties.values()):
        schema["x-python-order"] = order
        if described := resolve(spec, schema).get("description"):
            schema.setdefault("description", described)
        name = schema.get("x-python-datetime", "new")
        if name in properties or not re.fullmatch("[a-z][a-z0-9_]*", str(name)) or iskeyword(name):
            raise CodegenError(
                f"{pointer(path)}: x-python-datetime: {name!r} is not a new name in snake_case"
            )
        if name != "new" and "integer" not in str(schema.get("type")):
            raise CodegenError(f"{pointer(path)}: x-python-datetime: this is no integer")
