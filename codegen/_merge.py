"""A schema without `$ref` and `allOf`: all its parts as one."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ._tree import Node, target

__all__ = ["WORDS", "flat", "includes_itself", "parts"]

WORDS = frozenset(
    ("description", "title", "summary", "example", "examples", "deprecated", "externalDocs")
)
"""Keywords that only describe."""

_MEMBERS = ("properties", "patternProperties", "$defs")
_SCHEMAS = ("items", "additionalProperties", "not")
_EXCLUSIVE = ("const", "format", "anyOf", "oneOf")


def flat(spec: Node, schema: object, on_conflict: Callable[[str, str], None]) -> Node:
    """Return the keywords of a schema, of its reference and of its parts, as one object.

    A member that several parts have keeps all of its schemas, in an `allOf` of its own.

    Args:
        spec: The document.
        schema: The schema; a boolean accepts anything.
        on_conflict: Is called with a keyword of which two parts have different values, and with
            both values as text. If it returns, the later value is used.
    """
    merged: Node = {}
    for part in _parts(spec, schema, ()):
        for key, value in part.items():
            if key not in merged or merged[key] == value or key in WORDS:
                merged[key] = value
                continue
            both = _both(key, merged[key], value)
            if both is None:
                on_conflict(key, f"`{merged[key]}` and `{value}`")
            merged[key] = value if both is None else both
    return merged


def includes_itself(spec: Node, schema: object, above: tuple[int, ...] = ()) -> bool:
    """Return whether the references and parts of a schema lead back to it."""
    if not isinstance(schema, dict):
        return False
    if id(schema) in above:
        return id(schema) == above[0]
    above = (*above, id(schema))
    inside = [*found] if isinstance(found := schema.get("allOf"), list) else []
    if isinstance(ref := schema.get("$ref"), str):
        inside.append(target(spec, ref))
    return any(includes_itself(spec, part, above) for part in inside)


def parts(schema: object) -> list[Any]:
    """Return the parts of a schema that has nothing but `allOf`; any other is its only part."""
    if isinstance(schema, dict) and [*schema] == ["allOf"]:
        return [*schema["allOf"]]
    return [schema]


def _parts(spec: Node, schema: object, above: tuple[int, ...]) -> Iterator[Node]:
    """Yield a schema in parts, its own keywords last, without the descriptions of those parts."""
    if not isinstance(schema, dict) or id(schema) in above:
        return
    above = (*above, id(schema))
    if isinstance(schema.get("$ref"), str):
        yield from _parts(spec, target(spec, schema["$ref"]), above)
    for part in schema.get("allOf", ()):
        for each in _parts(spec, part, above):
            yield {key: value for key, value in each.items() if key not in WORDS}
    yield {key: value for key, value in schema.items() if key not in {"$ref", "allOf"}}


def _both(key: str, one: Any, other: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the value of a keyword that two parts have; None if there is none."""
    if key == "required":
        return [*one, *(name for name in other if name not in one)]
    if key in _MEMBERS:
        shared = one.keys() & other.keys()
        return {**one, **other, **{name: _all_of(one[name], other[name]) for name in shared}}
    if key in _SCHEMAS:
        return {"anyOf": [one, other]} if key == "not" else _all_of(one, other)
    if key == "enum":
        return [value for value in one if value in other] or None
    if key == "type":
        return _common(one, other)
    return None if key in _EXCLUSIVE else other


def _all_of(one: object, other: object) -> object:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        ones, others = parts(one), parts(other)
        found = [*ones, *(part for part in others if part not in ones)]
        return {"allOf": found} if len(found) > 1 else one
    return False if one is False or other is False else other if one is True else one


def _common(one: str | list[str], other: str | list[str]) -> str | list[str] | None:
    """Return the types that both parts accept."""
    ones, others = ([value] if isinstance(value, str) else value for value in (one, other))
    shared = _with_integer(ones) & _with_integer(others)
    if "number" in shared:
        shared.remove("integer")
    found = [name for name in dict.fromkeys((*ones, *others)) if name in shared]
    return found[0] if len(found) == 1 else found or None


def _with_integer(types: list[str]) -> set[str]:
    return {*types, *(["integer"] if "number" in types else [])}
