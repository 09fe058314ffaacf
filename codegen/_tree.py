"""A document as a tree: walk it, name places in it, follow its references."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, cast

__all__ = ["METHODS", "Node", "exists", "pointer", "resolve", "target", "walk"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The members of a path item that are operations."""

Node: TypeAlias = dict[str, Any]
"""One JSON object of the document."""


def walk(
    value: object, at: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """Yield every object in a value, the value included, each with its path."""
    if isinstance(value, dict):
        yield at, value
        for key, child in value.items():
            yield from walk(child, (*at, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from walk(child, (*at, index))


def pointer(path: object) -> str:
    """Return a path in the document as readable text."""
    return " > ".join(str(step) for step in cast("list[str | int]", path)) or "the root"


def resolve(spec: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the target of a node's `$ref`, or the node if it has none."""
    seen: set[str] = set()
    while isinstance(ref := node.get("$ref"), str) and ref not in seen:
        seen.add(ref)
        node = target(spec, ref.removeprefix("#"))
    return node


def target(tree: Any, place: str) -> Any:  # noqa: ANN401 - anything in the document
    """Return the value at a JSON pointer.

    Raises:
        LookupError: The pointer leads nowhere.
    """
    for part in place.split("/")[1:]:
        step = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(tree, dict):
            raise LookupError(place)
        tree = tree[step]
    return tree


def exists(spec: Node, ref: str) -> bool:
    """Return whether a reference leads to an object of the document."""
    try:
        return ref.startswith("#/") and isinstance(target(spec, ref[1:]), dict)
    except LookupError:
        return False
