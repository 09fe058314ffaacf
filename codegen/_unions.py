"""Unions: what is one of several types, and whether a decoder can tell them apart."""

import json
from typing import Any

from ._tree import Node

__all__ = ["literals", "tells_apart", "union_of"]


def literals(node: Node) -> list[Any]:
    """Return the values that a schema lists."""
    return [node["const"]] if "const" in node else list(node.get("enum", ()))


def union_of(types: list[Node]) -> Node:
    """Return the union of types; several kinds of strings are one, as no decoder can choose."""
    parts = (one["anyOf"] if one.keys() == {"anyOf"} else [one] for one in types)
    found = [part for several in parts for part in several]
    if {} in found:
        return {}
    strings = [one for one in found if _is_string(one)]
    known = [value for one in strings for value in literals(one)]
    if len(strings) > 1 and not all(map(literals, strings)):
        found = [one for one in found if one not in strings] + [{"type": "string"}]
    found = [one for index, one in enumerate(found) if one not in found[:index]]
    note = {"x-python-known": known} if known and {"type": "string"} in found else {}
    return {**(found[0] if len(found) == 1 else {"anyOf": found}), **note}


def _is_string(node: Node) -> bool:
    values = literals(node)
    is_listed = bool(values) and all(isinstance(value, str) for value in values)
    return is_listed or node.get("type") == "string"


def tells_apart(name: str, classes: list[Node]) -> bool:
    """Return whether a member has values of its own in each class, or in all but one."""
    tags = [literals(members.get(name, {})) for members in classes]
    everything = [json.dumps(tag) for each in tags for tag in each]
    is_everywhere = all(name in members for members in classes)
    return is_everywhere and tags.count([]) <= 1 and len({*everything}) == len(everything)
