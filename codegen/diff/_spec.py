"""The first level: what changed in the document.

Each keyword has a rule. A change of a keyword without a rule is breaking, so that none is missed.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from codegen._tree import Node, pointer

from ._change import Change, Level
from ._surface import surface

__all__ = ["spec_changes"]

_Place = tuple[str, ...]
_Rule = Callable[[Node, Node, str, _Place], Iterator[Change]]


def spec_changes(old: Node, new: Node) -> list[Change]:
    """Return what changed from one document to another."""
    return list(_node(surface(old), surface(new), ()))


def _node(old: Node, new: Node, place: _Place) -> Iterator[Change]:
    """Compare two objects keyword by keyword."""
    for key in old | new:
        if old.get(key) != new.get(key):
            yield from _RULES.get(key, _other)(old, new, key, place)


def _change(level: Level, place: _Place, text: str) -> Change:
    return Change(level, pointer(place), text)


def _named(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    """Compare two objects whose keys are names, not keywords."""
    before, after = old.get(key, {}), new.get(key, {})
    inside = place if key in {"properties", "mapping"} else (*place, key)
    for name in before | after:
        at = (*inside, name)
        if name not in after:
            yield _change(Level.BREAKING, at, "removed")
        elif name not in before:
            required = after[name].get("required") is True if key == "parameters" else False
            level = Level.BREAKING if required else Level.ADDITIVE
            yield _change(level, at, "added, and required" if required else "added")
        elif isinstance(before[name], dict) and isinstance(after[name], dict):
            yield from _node(before[name], after[name], at)
        elif before[name] != after[name]:
            yield _change(Level.BREAKING, at, f"changed from `{before[name]}` to `{after[name]}`")


def _required(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    before, after = old.get(key), new.get(key)
    if isinstance(before, bool) or isinstance(after, bool):  # a parameter
        level = Level.BREAKING if after else Level.ADDITIVE
        yield _change(level, place, "is now required" if after else "is now optional")
        return
    known, demanded = new.get("properties", {}), set(after or ())
    for name in sorted(demanded - set(before or ())):
        text = "is now required: an event without it becomes an `UnknownEvent`"
        yield _change(Level.BREAKING, (*place, name), text)
    for name in sorted((set(before or ()) - demanded) & known.keys()):
        yield _change(Level.BREAKING, (*place, name), "is now optional, and may be None")


def _values(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    before, after = old.get(key), new.get(key)
    if before is None or after is None:
        text = "now accepts only listed values" if before is None else "now accepts any value"
        yield _change(Level.BREAKING, place, text)
        return
    for value in before:
        if value not in after:
            yield _change(Level.BREAKING, place, f"no longer accepts `{value}`")
    for value in after:
        if value not in before:
            yield _change(Level.ADDITIVE, place, f"now also accepts `{value}`")


def _types(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    before, after = _listed(old.get(key)), _listed(new.get(key))
    wider = _is_request(place) and set(before) < set(after)
    level = Level.ADDITIVE if wider else Level.BREAKING
    text = f"changed from {' or '.join(before) or 'any'} to {' or '.join(after) or 'any'}"
    yield _change(level, place, text)


def _listed(value: object) -> list[str]:
    return sorted(value) if isinstance(value, list) else [value] if isinstance(value, str) else []


def _branches(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    """Compare two lists of schemas, in any order."""
    removed = [branch for branch in old.get(key, []) if branch not in new.get(key, [])]
    added = [branch for branch in new.get(key, []) if branch not in old.get(key, [])]
    if len(removed) == len(added) == 1:
        yield from _node(removed[0], added[0], (*place, key))
        return
    for branch in removed:
        yield _change(Level.BREAKING, (*place, key), f"{_brief(branch)} removed")
    for branch in added:
        model = "$ref" in branch and key != "allOf"
        level = Level.ADDITIVE if model or _is_request(place) else Level.BREAKING
        yield _change(level, (*place, key), f"{_brief(branch)} added")


def _brief(branch: Mapping[str, Any]) -> str:
    return f"`{branch.get('$ref', branch.get('type', 'another schema'))}`"


def _schema(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    """Compare two schemas; either may be absent or a boolean."""
    before, after = old.get(key), new.get(key)
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _node(before, after, (*place, key))
    else:
        yield from _other(old, new, key, place)


def _limit(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    """Compare a limit that the API checks and no model does."""
    del old, new
    level = Level.BREAKING if _is_request(place) else Level.COSMETIC
    yield _change(level, place, f"`{key}` changed")


def _words(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    del old, new
    yield _change(Level.COSMETIC, place, f"{key} changed")


def _other(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    """Compare a keyword without a rule: any change but a new `x-python-` keyword is breaking."""
    before, after = old.get(key), new.get(key)
    is_new = key not in old and key.startswith("x-python-")
    if isinstance(before, dict | list) or isinstance(after, dict | list):
        text = "changed"
    elif key not in old or key not in new:
        text = f"added: `{after}`" if key in new else f"removed: `{before}`"
    else:
        text = f"changed from `{before}` to `{after}`"
    yield _change(Level.ADDITIVE if is_new else Level.BREAKING, place, f"`{key}` {text}")


def _is_request(place: _Place) -> bool:
    return "parameters" in place


_WORDS = (
    "openapi", "info", "tags", "externalDocs", "operationId", "summary", "description", "title",
    "example", "examples", "deprecated", "readOnly", "writeOnly", "other responses",
    "x-np6-filter", "x-np6-skip", "x-personal",  # what they change in Python is the second level
)  # fmt: skip
_LIMITS = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
    "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    "not",
)  # fmt: skip
_NAMED = (
    "operations", "parameters", "content", "schemas", "securitySchemes", "properties", "mapping",
)  # fmt: skip
_RULES: dict[str, _Rule] = {
    **dict.fromkeys(_WORDS, _words),
    **dict.fromkeys(_LIMITS, _limit),
    **dict.fromkeys(_NAMED, _named),
    **dict.fromkeys(("anyOf", "oneOf", "allOf"), _branches),
    **dict.fromkeys(("schema", "items", "additionalProperties", "discriminator"), _schema),
    "required": _required,
    "enum": _values,
    "type": _types,
}
