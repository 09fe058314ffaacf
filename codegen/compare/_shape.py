"""What a schema accepts, however it is written: with references, `allOf` or unions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from codegen._merge import flat
from codegen._tree import Node
from codegen._unions import literals

__all__ = ["Shape", "forms", "shape"]

_JSON_TYPES = {
    str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null",
    dict: "object", list: "array",
}  # fmt: skip


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

    def __str__(self) -> str:
        return " or ".join(sorted(self.types - {"null"})) or "any"


def shape(root: Node, schemas: Iterable[Node]) -> Shape:
    """Return what several schemas of a document accept together."""
    found = forms(root, schemas)
    types = [_types(form) for form in found]
    objects = [form for form in found if "properties" in form]
    required = [frozenset(form.get("required", ())) for form in objects]
    names = dict.fromkeys(name for form in objects for name in form["properties"])
    return Shape(
        types=frozenset().union(*types) if all(types) else frozenset(),
        values=frozenset(str(one) for form in found for one in literals(form) if one is not None),
        is_open=any(not literals(form) and form.get("type") != "null" for form in found),
        members={
            name: [form["properties"][name] for form in objects if name in form["properties"]]
            for name in names
        },
        required=frozenset.intersection(*required) if required else frozenset(),
        items=[form["items"] for form in found if "items" in form],
    )


def forms(root: Node, schemas: Iterable[Node]) -> list[Node]:
    """Return the alternatives of schemas, each without references, `allOf` and unions."""
    return [form for schema in schemas for form in _forms(root, schema, frozenset())]


def _forms(root: Node, schema: Node, above: frozenset[int]) -> Iterator[Node]:
    """Yield the alternatives; a branch of a union that leads to itself adds none."""
    whole = flat(root, schema, lambda _key, _values: None)
    union = next((key for key in ("anyOf", "oneOf") if key in whole), None)
    for branch in whole.pop(union) if union else ():
        if id(branch) not in above:
            yield from _forms(root, {"allOf": [whole, branch]}, above | {id(branch)})
    if union is None:
        yield whole


def _types(form: Node) -> frozenset[str]:
    named = form.get("type", [])
    names = set(named if isinstance(named, list) else [named])
    if not names:
        names = {_JSON_TYPES[type(value)] for value in literals(form)}
        names |= {"object"} if "properties" in form else set()
        names |= {"array"} if "items" in form else set()
    kind = f" ({form['format']})" if "format" in form else ""
    return frozenset(name if name == "null" else f"{name}{kind}" for name in names)
