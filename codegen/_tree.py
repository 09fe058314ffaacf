"""A document as a tree: places in it, and what its references lead to."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, cast

__all__ = ["Node", "exists", "pointer", "resolve", "target", "walk"]

Node: TypeAlias = dict[str, Any]
"""One JSON object of the document."""


def walk(
    value: object, at: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """Yield every object at or below a value, with its place."""
    if isinstance(value, dict):
        yield at, value
        for key, child in value.items():
            yield from walk(child, (*at, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from walk(child, (*at, index))


def pointer(path: object) -> str:
    """Return a place in the document as people read it."""
    return " > ".join(str(step) for step in cast("list[str | int]", path)) or "the top"


def resolve(spec: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a node's `$ref`, if it has one."""
    seen: set[str] = set()
    while isinstance(ref := node.get("$ref"), str) and ref not in seen:
        seen.add(ref)
        node = target(spec, ref.removeprefix("#"))
    return node


def target(tree: Any, place: str) -> Any:  # noqa: ANN401 - anything in the document
    """Return what is at a JSON pointer.

    Raises:
        LookupError: There is nothing.
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
