"""What a schema accepts, however it is written: in 3.0 or 3.1, with references or `allOf`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from attrs import frozen

from codegen._tree import Node, resolve

__all__ = ["Shape", "forms", "shape"]

_MOST_FORMS = 200  # of one schema; unions of unions multiply
_PARTS = {"allOf", "anyOf", "oneOf"}
_JSON_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


@frozen(kw_only=True)
class Shape:
    """What several schemas accept together.

    Attributes:
        types: The JSON types, with their formats; empty for any type.
        values: Every listed value.
        is_open: Whether other values are accepted as well.
        members: The schemas of each member of an object.
        required: The members that all the schemas require.
        items: The schemas of the items of an array.
    """

    types: frozenset[str]
    values: frozenset[str]
    is_open: bool
    members: Mapping[str, Sequence[Node]]
    required: frozenset[str]
    items: Sequence[Node]


def shape(document: Node, schemas: Iterable[Node]) -> Shape:
    """Return what several schemas of a document accept together."""
    found = [form for schema in schemas for form in forms(document, schema)]
    objects = [form for form in found if "properties" in form]
    members: dict[str, list[Node]] = {}
    for form in objects:
        for name, schema in form["properties"].items():
            members.setdefault(name, []).append(schema)
    return Shape(
        types=frozenset()
        if any(not _types(form) for form in found)
        else _union(map(_types, found)),
        values=_union(map(_values, found)),
        is_open=any("enum" not in form and "const" not in form for form in found),
        members=members,
        required=_common(frozenset(form.get("required", ())) for form in objects),
        items=[form["items"] for form in found if isinstance(form.get("items"), dict)],
    )


def forms(document: Node, schema: Mapping[str, Any]) -> list[Node]:
    """Return the alternatives of a schema, each without references, allOf and unions."""
    return list(_forms(document, schema, frozenset()))


def _forms(document: Node, schema: Mapping[str, Any], above: frozenset[int]) -> Iterator[Node]:
    node = resolve(document, schema)
    if id(node) in above:
        return
    above |= {id(node)}
    found: list[Node] = [{key: value for key, value in node.items() if key not in _PARTS}]
    for part in node.get("allOf", ()):
        found = _both(found, list(_forms(document, part, above)))
    for key in ("anyOf", "oneOf"):
        if key in node:
            branches = [form for branch in node[key] for form in _forms(document, branch, above)]
            found = _both(found, branches)
    yield from found


def _both(left: list[Node], right: list[Node]) -> list[Node]:
    """Return every form on the left merged with every form on the right."""
    together = [_merged(one, other) for one in left for other in right]
    return together[:_MOST_FORMS] or left


def _merged(one: Node, other: Node) -> Node:
    merged = {**one, **other}
    if "properties" in one or "properties" in other:
        merged["properties"] = {**one.get("properties", {}), **other.get("properties", {})}
        merged["required"] = [*one.get("required", ()), *other.get("required", ())]
    return merged


def _types(form: Node) -> frozenset[str]:
    named = form.get("type")
    names = set(named) if isinstance(named, list) else {named} if isinstance(named, str) else set()
    if not names:
        names = {_JSON_TYPES[type(value)] for value in _listed(form) if type(value) in _JSON_TYPES}
        names |= {"object"} if "properties" in form else set()
        names |= {"array"} if "items" in form else set()
    if form.get("nullable") is True and names:
        names |= {"null"}
    kind = f" ({form['format']})" if isinstance(form.get("format"), str) else ""
    return frozenset(name if name == "null" else f"{name}{kind}" for name in names)


def _values(form: Node) -> frozenset[str]:
    return frozenset(str(value) for value in _listed(form) if value is not None)


def _listed(form: Node) -> list[Any]:
    return [form["const"]] if "const" in form else list(form.get("enum", ()))


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _common(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return reduce(lambda one, other: one & other, sets) if (sets := list(sets)) else frozenset()
