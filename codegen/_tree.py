"""A document as a tree: walk it, name places in it, follow its references."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias
from urllib.parse import unquote

__all__ = [
    "METHODS",
    "Node",
    "Place",
    "component_of",
    "exists",
    "nodes",
    "pointer",
    "resolve",
    "steps",
    "target",
    "walk",
]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The members of a path item that are operations."""

Node: TypeAlias = dict[str, Any]
"""One JSON object of the document."""

Place: TypeAlias = tuple[str | int, ...]
"""The keys and indexes that lead to a value of the document."""

_NAMED = {
    "$defs", "callbacks", "content", "dependentSchemas", "encoding", "examples", "headers", "links",
    "parameters", "pathItems", "paths", "patternProperties", "properties", "requestBodies",
    "responses", "schemas", "securitySchemes", "variables", "webhooks",
}  # fmt: skip
"""Keywords with an object whose keys are names, not keywords."""

_EXTENDED = {"paths", "responses"}
"""Those of them in which `x-` begins an extension, and not a name."""

_DATA = {"const", "default", "enum", "example", "mapping", "value"}
"""Keywords whose value is data, in which nothing is a reference."""


def walk(value: object, at: Place = ()) -> Iterator[tuple[Place, Node]]:
    """Yield every object in a value, each with its place; examples and other data included."""
    if isinstance(value, dict):
        yield at, value
    items = value.items() if isinstance(value, dict) else enumerate(_listed(value))
    for key, child in items:
        yield from walk(child, (*at, key))


def nodes(value: object, at: Place = ()) -> Iterator[tuple[Place, Node]]:
    """Yield every object with keywords: no mapping of names, no data and no extension."""
    if isinstance(value, list):
        for index, child in enumerate(value):
            yield from nodes(child, (*at, index))
    elif isinstance(value, dict):
        yield at, value
        for key, child in value.items():
            if key in _NAMED and isinstance(child, dict):
                for name, item in child.items():
                    if key not in _EXTENDED or not str(name).startswith("x-"):
                        yield from nodes(item, (*at, key, name))
            elif key != "examples" and key not in _DATA and not str(key).startswith("x-"):
                yield from nodes(child, (*at, key))


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def pointer(place: Iterable[object]) -> str:
    """Return a place in the document as readable text."""
    return " > ".join(str(step) for step in place) or "the root"


def resolve(spec: Node, node: Node) -> Node:
    """Return the target of a node's `$ref`, or the node if it has none."""
    seen: set[str] = set()
    while isinstance(ref := node.get("$ref"), str) and ref not in seen:
        seen.add(ref)
        node = target(spec, ref)
    return node


def target(tree: Any, ref: str) -> Any:  # noqa: ANN401 - anything in the document
    """Return the value that a reference within the document leads to, by RFC 6901.

    Raises:
        LookupError: It leads nowhere.
    """
    if ref != "#" and not ref.startswith("#/"):
        raise LookupError(ref)
    for step in steps(ref):
        if isinstance(tree, list) and step.isdecimal() and int(step) < len(tree):
            tree = tree[int(step)]
        elif isinstance(tree, dict) and step in tree:
            tree = tree[step]
        else:
            raise LookupError(ref)
    return tree


def steps(ref: str) -> list[str]:
    """Return the steps of a reference within the document."""
    parts = unquote(ref[1:]).split("/")[1:]
    return [part.replace("~1", "/").replace("~0", "~") for part in parts]


def component_of(ref: str) -> str | None:
    """Return the component that a reference leads to; None if it leads elsewhere."""
    found = steps(ref) if ref.startswith("#/components/schemas/") else []
    return found[2] if len(found) == 3 else None


def exists(spec: Node, ref: str) -> bool:
    """Return whether a reference leads to an object of the document."""
    try:
        return isinstance(target(spec, ref), dict)
    except LookupError:
        return False
