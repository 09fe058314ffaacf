"""The parameters of an operation, read as arguments of a method."""

import re
from typing import Any

from ._argument import TYPES, Argument
from ._document import Document
from ._names import id_name, member_name, why_no_parameter
from ._operations import Operation, Parameter
from ._tree import Node, Place

__all__ = ["kind", "read_argument"]

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
    node, place = parameter.node, parameter.place
    _check_style(document, operation, parameter)
    schema = document.flat(parameter.schema, (*place, "schema"))
    is_array = kind(schema) == "array"
    one = (
        document.flat(schema.get("items", {}), (*place, "schema", "items")) if is_array else schema
    )
    type_ = kind(one)
    in_path = () if is_array else ("integer", "string")
    if type_ not in (in_path if node["in"] == "path" else TYPES):
        found = f"{_about(operation, parameter)} is {kind(schema) or 'of no single type'}"
        raise document.error((*place, "schema"), found, _SUPPORTED)
    return Argument(
        place=place,
        name=_name(document, operation, parameter),
        wire_name=str(node.get("name")),
        location=node["in"],
        type=type_,
        is_array=is_array,
        is_exploded=node.get("explode", True) is not False,
        required=node.get("required") is True,
        minimum=_limit(one, "minimum", -1),
        maximum=_limit(one, "maximum", 1),
        pattern=_pattern(document, place, one),
        format=one["format"] if one.get("format") in ("uuid", "date") else None,
        values=_values(document, place, one),
        is_personal=node.get("x-personal") is True,
        filters=_filter(document, place, node.get("x-np6-filter")),
        description=str(node.get("description", "")),
    )


def _about(operation: Operation, parameter: Parameter) -> str:
    return f"the parameter {parameter.node.get('name')!r} of {operation.name}"


def _check_style(document: Document, operation: Operation, parameter: Parameter) -> None:
    node, about = parameter.node, _about(operation, parameter)
    usual = {"path": "simple", "query": "form"}.get(str(node.get("in")))
    if usual is None or "schema" not in node:
        has = "with" if "schema" in node else "without"
        found = f"{about} is `in: {node.get('in')}`, {has} a schema"
        raise document.error(parameter.place, found, "`in: path` or `in: query`, with a schema")
    if node.get("style", usual) != usual:
        found = f"{about} has `style: {node['style']}`"
        raise document.error(parameter.place, found, f"`style: {usual}`")


def _name(document: Document, operation: Operation, parameter: Parameter) -> str:
    wire_name = str(parameter.node.get("name"))
    if parameter.node.get("in") == "path":
        usual = id_name(operation.path, wire_name)
    else:
        usual = member_name(wire_name)
        usual = usual if why_no_parameter(usual.rstrip("_")) is None else usual.rstrip("_")
    name = str(parameter.node.get("x-np6-name", usual))
    if reason := why_no_parameter(name):
        found = f"the parameter {wire_name!r} of {operation.name}: {reason}"
        raise document.error(parameter.place, found, "another name, as its `x-np6-name`")
    return name


def kind(schema: Node) -> str:
    """Return the type of a schema, "" if it is not one; any form of a moment is a `date-time`."""
    forms = [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if any(form.get("format") == "date-time" for form in forms):
        return "date-time"
    named = schema.get("type")
    names = [name for name in (named if isinstance(named, list) else [named]) if name != "null"]
    if names == [None]:
        kinds = {type(value) for value in _listed(schema)}
        return {frozenset({str}): "string", frozenset({int}): "integer"}.get(frozenset(kinds), "")
    return str(names[0]) if len(names) == 1 else ""


def _listed(schema: Node) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _values(document: Document, place: Place, schema: Node) -> tuple[Any, ...]:
    values = [value for value in _listed(schema) if value is not None]
    wanted: Any = {"integer": int, "boolean": bool}.get(kind(schema), str)
    for value in values:
        if type(value) is not wanted or value == "" or (wanted is str and not value.isprintable()):
            found = f"the value {value!r} in `enum`"
            raise document.error(
                (*place, "schema", "enum"), found, f"printable, of type {wanted.__name__}"
            )
    return tuple(dict.fromkeys(values))


def _limit(schema: Node, keyword: str, sign: int) -> int | None:
    """Return the strictest limit that a schema has on one side, by keyword or by format."""
    if kind(schema) != "integer":
        return None
    exclusive = "exclusive" + keyword.capitalize()
    found = [schema[keyword]] if keyword in schema else []
    found += [schema[exclusive] - sign] if exclusive in schema else []
    if bits := _BITS.get(str(schema.get("format"))):
        found.append(2 ** (bits - 1) - 1 if sign > 0 else -(2 ** (bits - 1)))
    return -sign * max(-sign * int(limit) for limit in found) if found else None


def _pattern(document: Document, place: Place, schema: Node) -> str | None:
    pattern = schema.get("pattern")
    try:
        re.compile(pattern or "")
    except re.error as error:
        at = (*place, "schema", "pattern")
        raise document.error(
            at, f"Python cannot use {pattern!r}: {error}", "another form"
        ) from error
    return pattern if kind(schema) == "string" else None


def _filter(document: Document, place: Place, value: Any) -> tuple[str, str] | None:  # noqa: ANN401
    if value is None:
        return None
    if not isinstance(value, dict) or value.keys() != {"member", "bound"}:
        found, expected = f"`x-np6-filter` {value}", "`member` and `bound`"
        raise document.error((*place, "x-np6-filter"), found, expected)
    if value["bound"] not in _BOUNDS:
        raise document.error(
            (*place, "x-np6-filter", "bound"), f"{value['bound']!r}", f"one of {sorted(_BOUNDS)}"
        )
    return str(value["member"]), str(value["bound"])
