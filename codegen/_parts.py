"""One schema of what `allOf` lists, where no class can say it: classes have one base here."""

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
    """Merge the parts of a schema, unless they are one base and what an object has besides.

    Raises:
        CodegenError: The parts contradict each other, or one is a union with more beside it.
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
    """Return a schema without `allOf`, with everything its parts say."""
    merged: Node = {}
    for part in _parts(spec, node):
        for key, value in part.items():
            merged[key] = _both(spec, (path, key), merged[key], value) if key in merged else value
    union = next((key for key in _UNIONS if key in merged), None)
    if union and merged.keys() - _WORDS - {union, "discriminator", "type"}:
        raise _refusal(path, f"`{union}` cannot be taken in: write its branches out in full")
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
    """Return what two parts say together under one keyword."""
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
        raise _refusal(path, f"its parts contradict each other in `{key}`")
    return found


def _member(spec: Node, path: object, name: str, one: Node, other: Node) -> Node:
    """Return what two parts say of one member; the later counts where a reference is in the way."""
    both = [side[name] for side in (one, other)]
    if any(not isinstance(schema, dict) or schema.keys() & {"$ref", "allOf"} for schema in both):
        return {**both[0], **both[1]} if all(isinstance(x, dict) for x in both) else both[1]
    return _merged(spec, (*cast("tuple[str, ...]", path), name), {"allOf": both})


def _common(one: str | list[str], other: str | list[str]) -> str | list[str] | None:
    """Return the types that two parts both admit."""
    if {"integer", "number"} == {str(one), str(other)}:
        return "integer"
    ones, others = ({*value} if isinstance(value, list) else {value} for value in (one, other))
    return sorted(ones & others) or None


def _refusal(path: object, reason: str) -> CodegenError:
    return CodegenError(f"components > schemas > {pointer(path)}: allOf: {reason}")
