"""Merge the schemas in an `allOf` into one, unless a class with one base class expresses it."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, cast

from ._errors import CodegenError
from ._tree import Node, pointer, resolve

__all__ = ["merge_parts"]

_UNIONS = ("anyOf", "oneOf")
_WORDS = {"description", "title", "summary", "example", "examples", "deprecated", "default"}
_EXCLUSIVE = {"enum", "type", "const", "format", "anyOf", "oneOf"}
_OF_OBJECTS = {"type", "properties", "required", "additionalProperties", "allOf"} | _WORDS


def merge_parts(spec: Node, path: object, node: Node) -> None:
    """Merge the parts of a schema, unless they are one base class and properties of an object.

    Raises:
        CodegenError: The parts contradict each other, or a union has other keywords beside it.
    """
    parts = [*node.get("allOf", ())]
    if not parts:
        return
    bases = [part for part in parts if "$ref" in part]
    beside = {key for part in (*parts, node) if "$ref" not in part for key in part} - {"allOf"}
    if len(bases) == 1 and beside <= _WORDS:
        return
    merged = _merged(spec, path, node)
    if len(bases) != 1 or not beside <= _OF_OBJECTS or "properties" not in merged:
        node.clear()
        node.update(deepcopy(merged))


def _merged(spec: Node, path: object, node: Node) -> Node:
    """Return a schema without `allOf` that has all keywords of its parts."""
    merged: Node = {}
    for part in _parts(spec, node):
        for key, value in part.items():
            merged[key] = _both(spec, (path, key), merged[key], value) if key in merged else value
    union = next((key for key in _UNIONS if key in merged), None)
    if union and merged.keys() - _WORDS - {union, "discriminator", "type"}:
        raise _error(path, f"`{union}` cannot be merged with other keywords; write it out in full")
    return merged


def _parts(spec: Node, node: Node) -> Iterator[Node]:
    own = {key: value for key, value in node.items() if key not in {"$ref", "allOf"}}
    if "$ref" in node:
        words = {key: value for key, value in resolve(spec, node).items() if key not in _WORDS}
        yield from _parts(spec, words)
    for part in node.get("allOf", ()):
        yield from _parts(spec, part)
    yield own


def _both(spec: Node, at: tuple[object, str], one: Any, other: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the value of a keyword that two parts have."""
    path, key = at
    found: object = other
    if one == other or key in _WORDS:
        return other
    match key:
        case "required":
            found = [*one, *(name for name in other if name not in one)]
        case "properties":
            shared = one.keys() & other.keys()
            found = one | other | {name: _member(spec, path, name, one, other) for name in shared}
        case "items":
            found = _member(spec, path, key, {key: one}, {key: other})
        case "enum":
            found = [value for value in one if value in other]
        case "type":
            found = _common(one, other)
        case "const" | "format" | "anyOf" | "oneOf":
            found = None
    if not found and key in _EXCLUSIVE:
        raise _error(path, f"its parts contradict each other in `{key}`; change one")
    return found


def _member(spec: Node, path: object, name: str, one: Node, other: Node) -> Node:
    """Merge two schemas of one member; where one has a reference, the later schema wins."""
    both = [side[name] for side in (one, other)]
    if any(not isinstance(schema, dict) or schema.keys() & {"$ref", "allOf"} for schema in both):
        return {**both[0], **both[1]} if all(isinstance(x, dict) for x in both) else both[1]
    return _merged(spec, (*cast("tuple[str, ...]", path), name), {"allOf": both})


def _common(one: str | list[str], other: str | list[str]) -> str | list[str] | None:
    """Return the types that both parts accept."""
    if {"integer", "number"} == {str(one), str(other)}:
        return "integer"
    ones, others = ({*value} if isinstance(value, list) else {value} for value in (one, other))
    return sorted(ones & others) or None


def _error(path: object, reason: str) -> CodegenError:
    return CodegenError(f"components > schemas > {pointer(path)}: allOf: {reason}")
