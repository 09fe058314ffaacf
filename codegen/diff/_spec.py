"""The first level: what changed in the document.

Each keyword has a rule. A change under a keyword without one is breaking, so that nothing slips by.
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
            rule = _RULES.get(key, _extension if key.startswith("x-python-") else _other)
            yield from rule(old, new, key, place)


def _change(level: Level, place: _Place, text: str) -> Change:
    return Change(level, pointer(place), text)


def _named(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    """Compare two objects whose keys are names."""
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
            yield _change(Level.BREAKING, at, f"was `{before[name]}`, is `{after[name]}`")


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
        text = "takes only listed values now" if before is None else "takes any value now"
        yield _change(Level.BREAKING, place, text)
        return
    for value in before:
        if value not in after:
            yield _change(Level.BREAKING, place, f"no longer takes `{value}`")
    for value in after:
        if value not in before:
            yield _change(Level.ADDITIVE, place, f"takes `{value}`, too")


def _types(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    before, after = _listed(old.get(key)), _listed(new.get(key))
    wider = _is_request(place) and set(before) < set(after)
    level = Level.ADDITIVE if wider else Level.BREAKING
    text = f"was {' or '.join(before) or 'anything'}, is {' or '.join(after) or 'anything'}"
    yield _change(level, place, text)


def _listed(value: object) -> list[str]:
    return sorted(value) if isinstance(value, list) else [value] if isinstance(value, str) else []


def _branches(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    """Compare two lists of schemas in which the order does not count."""
    gone = [branch for branch in old.get(key, []) if branch not in new.get(key, [])]
    come = [branch for branch in new.get(key, []) if branch not in old.get(key, [])]
    if len(gone) == len(come) == 1:
        yield from _node(gone[0], come[0], (*place, key))
        return
    for branch in gone:
        yield _change(Level.BREAKING, (*place, key), f"no longer {_brief(branch)}")
    for branch in come:
        model = "$ref" in branch and key != "allOf"
        level = Level.ADDITIVE if model or _is_request(place) else Level.BREAKING
        yield _change(level, (*place, key), f"also {_brief(branch)}")


def _brief(branch: Mapping[str, Any]) -> str:
    return f"`{branch.get('$ref', branch.get('type', 'another schema'))}`"


def _schema(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    """Compare two schemas, or what may stand in the place of one."""
    before, after = old.get(key), new.get(key)
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _node(before, after, (*place, key))
    else:
        yield from _other(old, new, key, place)


def _limit(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    """Compare what no model checks, but the API does."""
    del old, new
    level = Level.BREAKING if _is_request(place) else Level.COSMETIC
    yield _change(level, place, f"`{key}` changed")


def _words(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    del old, new
    yield _change(Level.COSMETIC, place, f"{key} changed")


def _extension(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    level = Level.BREAKING if key in old else Level.ADDITIVE
    yield _change(level, place, _before_and_after(old, new, key))


def _other(old: Node, new: Node, key: str, place: _Place) -> Iterator[Change]:
    yield _change(Level.BREAKING, place, _before_and_after(old, new, key))


def _before_and_after(old: Node, new: Node, key: str) -> str:
    def shown(node: Node) -> str:
        value = node.get(key)
        another = "something else" if isinstance(value, dict | list) else f"`{value}`"
        return another if key in node else "not there"

    return f"`{key}` was {shown(old)}, is {shown(new)}"


def _is_request(place: _Place) -> bool:
    return "parameters" in place


_WORDS = (
    "openapi", "info", "tags", "externalDocs", "operationId", "summary", "description", "title",
    "example", "examples", "deprecated", "readOnly", "writeOnly", "other responses",
)  # fmt: skip
_LIMITS = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
    "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    "not",
)  # fmt: skip
_NAMED = (
    "operations",
    "parameters",
    "content",
    "schemas",
    "securitySchemes",
    "properties",
    "mapping",
)
_RULES: dict[str, _Rule] = {
    **dict.fromkeys(_WORDS, _words),
    **dict.fromkeys(_LIMITS, _limit),
    **dict.fromkeys(_NAMED, _named),
    **dict.fromkeys(("anyOf", "oneOf", "allOf"), _branches),
    **dict.fromkeys(("schema", "items", "additionalProperties", "discriminator"), _schema),
    "required": _required,
    "enum": _values,
    "type": _types,
}  # fmt: skip
