"""The parameters of an operation, read as arguments of a method."""

import re
from collections.abc import Mapping
from math import ceil
from typing import Any

from ._argument import TYPES, Argument
from ._document import Document
from ._names import id_name, member_name, why_no_parameter
from ._operations import Operation, Parameter
from ._tree import Node
from ._unions import literals

__all__ = ["check_extensions", "read_argument"]

_BITS = {"int32": 32, "int64": 64}
_BOUNDS = {"minimum", "exclusiveMaximum", "const"}
_SUPPORTED = (
    "string, integer, boolean, date-time, an enum of one of these, or an array of one of these;"
    " in a path, string or integer"
)


def read_argument(document: Document, operation: Operation, parameter: Parameter) -> Argument:
    """Return a parameter as an argument.

    Raises:
        CodegenError: The client does not support it.
    """
    node = parameter.node
    check_extensions(document, node, {"x-np6-filter": dict, "x-np6-name": str, "x-personal": bool})
    about = f"the parameter {node.get('name')!r} of {operation.name}"
    _check_style(document, node, about)
    schema = document.flat(node["schema"])
    is_array = _kind(schema) == "array"
    one = document.flat(schema.get("items")) if is_array else schema
    in_path = () if is_array else ("integer", "string")
    if _kind(one) not in (in_path if node["in"] == "path" else TYPES):
        found = f"{about} is {_kind(schema) or 'of no single type'}"
        raise document.error(node, found, _SUPPORTED, "schema")
    return Argument(
        name=_name(document, operation, node),
        wire_name=str(node.get("name")),
        location=node["in"],
        type=_kind(one),
        is_array=is_array,
        is_exploded=node.get("explode", True) is not False,
        required=node.get("required") is True,
        minimum=_limit(one, "minimum", -1),
        maximum=_limit(one, "maximum", 1),
        pattern=_pattern(document, node, one),
        min_length=one.get("minLength", 0),
        max_length=one.get("maxLength"),
        format=one["format"] if one.get("format") in ("uuid", "date") else None,
        values=_values(document, node, one),
        is_personal=node.get("x-personal") is True,
        filters=_filter(document, node),
        node=node,
        description=str(node.get("description", "")),
    )


def check_extensions(document: Document, node: Node, known: Mapping[str, type]) -> None:
    """Reject an extension of ours that is not known there, or of another type, such as `yes`."""
    for key, value in node.items():
        if key in known and type(value) is not known[key]:
            kind = {bool: "true or false", str: "a name", dict: "`member` and `bound`"}[known[key]]
            raise document.error(node, f"{key}: {value!r}", kind, key)
        if key.startswith(("x-np6-", "x-pers")) and key not in known:
            raise document.error(node, f"{key}", f"one of {', '.join(known)}", key)


def _check_style(document: Document, node: Node, about: str) -> None:
    usual = {"path": "simple", "query": "form"}.get(str(node.get("in")))
    if usual is None or "schema" not in node:
        has = "with" if "schema" in node else "without"
        found = f"{about} is `in: {node.get('in')}`, {has} a schema"
        raise document.error(node, found, "`in: path` or `in: query`, with a schema")
    if node.get("style", usual) != usual:
        found = f"{about} has `style: {node['style']}`"
        raise document.error(node, found, f"`style: {usual}`")


def _name(document: Document, operation: Operation, node: Node) -> str:
    wire_name = str(node.get("name"))
    if node.get("in") == "path":
        usual = id_name(operation.path, wire_name)
    else:
        usual = member_name(wire_name)
        usual = usual if why_no_parameter(usual.rstrip("_")) is None else usual.rstrip("_")
    name = str(node.get("x-np6-name", usual))
    if reason := why_no_parameter(name):
        found = f"the parameter {wire_name!r} of {operation.name}: {reason}"
        raise document.error(node, found, "another name, as its `x-np6-name`")
    return name


def _kind(schema: Node) -> str:
    """Return the type of a schema, "" if it is not one; any form of a moment is a `date-time`."""
    forms = [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if any(form.get("format") == "date-time" for form in forms):
        return "date-time"
    named = schema.get("type")
    names = [name for name in (named if isinstance(named, list) else [named]) if name != "null"]
    if names == [None]:
        kinds = {type(value) for value in literals(schema)}
        return {frozenset({str}): "string", frozenset({int}): "integer"}.get(frozenset(kinds), "")
    return str(names[0]) if len(names) == 1 else ""


def _values(document: Document, node: Node, schema: Node) -> tuple[Any, ...]:
    known = [] if _kind(schema) == "date-time" else literals(schema)  # any form of a moment is sent
    values = [value for value in known if value is not None]
    wanted: Any = {"integer": int, "boolean": bool}.get(_kind(schema), str)
    for value in values:
        if type(value) is not wanted or value == "" or (wanted is str and not value.isprintable()):
            expected = f"printable, of type {wanted.__name__}"
            raise document.error(node, f"the value {value!r} in `enum`", expected, "schema", "enum")
    return tuple(dict.fromkeys(values))


def _limit(schema: Node, keyword: str, sign: int) -> int | None:
    """Return the strictest limit that a schema has on one side, by keyword or by format."""
    if _kind(schema) != "integer":
        return None
    exclusive = "exclusive" + keyword.capitalize()
    found = [schema[keyword]] if keyword in schema else []
    found += [schema[exclusive] - sign] if exclusive in schema else []
    if bits := _BITS.get(str(schema.get("format"))):
        found.append(2 ** (bits - 1) - 1 if sign > 0 else -(2 ** (bits - 1)))
    return -sign * max(ceil(-sign * limit) for limit in found) if found else None


def _pattern(document: Document, node: Node, schema: Node) -> str | None:
    pattern = schema.get("pattern")
    try:
        re.compile(pattern or "")
    except re.error as error:
        found = f"Python cannot use {pattern!r}: {error}"
        raise document.error(node, found, "another form", "schema", "pattern") from error
    return pattern if _kind(schema) == "string" else None


def _filter(document: Document, node: Node) -> tuple[str, str] | None:
    value = node.get("x-np6-filter")
    if value is None:
        return None
    if value.keys() != {"member", "bound"}:
        found, expected = f"`x-np6-filter` {value}", "`member` and `bound`"
        raise document.error(node, found, expected, "x-np6-filter")
    if value["bound"] not in _BOUNDS:
        found, expected = f"{value['bound']!r}", f"one of {sorted(_BOUNDS)}"
        raise document.error(node, found, expected, "x-np6-filter", "bound")
    return str(value["member"]), str(value["bound"])
