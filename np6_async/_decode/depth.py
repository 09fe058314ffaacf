"""How deeply an event may be nested: one limit, the same on every version of Python.

How deep a decoder of JSON gets differs from one Python to the next, and with the caller's stack.
What encodes, compares and pickles gets less far. So there is an own limit to what an event holds.
Members that no model knows are skipped, at any depth.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Any, Final, get_args, get_origin

import attrs

from .shapes import is_union, parts

__all__ = ["MAX_DEPTH", "deep_finder", "depth_check", "is_deeper", "without_depths"]

MAX_DEPTH: Final = 64
"""Levels of objects and arrays in an event, the event itself included. One is 7 or 8 deep."""

_mark: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)

_FREE: Final = (Any, object, dict, list)  # types that say nothing of what is in them
_FLAT: Final = frozenset({str, int, float, bool, type(None)})


def without_depths(json: bytes, levels: int = MAX_DEPTH) -> bytes:
    """Return JSON in which empty strings replace what is more than one level too deep.

    One level too many is left, so that `is_deeper` finds what was decoded too deep. JSON without
    such levels is returned as the same object.
    """
    if _openings(json) <= levels + 1:
        return json
    kept: list[bytes] = []
    depth = start = 0
    for mark in _mark.finditer(json):
        if mark[0] in (b"{", b"["):
            depth += 1
            if depth == levels + 2:
                kept += [json[start : mark.start()], b'""']
        elif mark[0] in (b"}", b"]"):
            if depth == levels + 2:
                start = mark.end()
            depth -= 1
    if not kept:
        return json
    return b"".join([*kept, json[start:] if depth <= levels + 1 else b""])


def _openings(json: bytes) -> int:
    """Count brackets that open: at least as many as there are levels."""
    # `replace` finds each by memchr, which takes a third of the time of `bytes.count`.
    return len(json) - len(json.replace(b"{", b"").replace(b"[", b""))


def is_deeper(value: Any, levels: int = MAX_DEPTH) -> bool:
    """Say whether the models, dicts and lists in a value are nested in more levels than that."""
    cl = value.__class__
    if cl in _FLAT:
        return False
    if cl is dict and _FLAT.issuperset(map(type, value.values())):
        return levels < 1  # as nearly all are
    layer = _nests((value,))
    while layer and levels:
        layer = _nests(chain.from_iterable(map(_parts_of, layer)))
        levels -= 1
    return bool(layer)


def _nests(values: Iterable[Any]) -> list[Any]:
    return [
        value
        for value in values
        if (cl := value.__class__) not in _FLAT and (cl is dict or cl is list or attrs.has(cl))
    ]


def _parts_of(nest: Any) -> Iterable[object]:
    if isinstance(nest, dict):
        return nest.values()
    if isinstance(nest, list):
        return nest
    return (getattr(nest, field.name) for field in attrs.fields(type(nest)))


@cache
def depth_check(cl: Any) -> Callable[[Any], bool]:
    """Return a test for values that are nested too deeply; a list may have one level more."""
    if attrs.has(cl):
        has_deep = deep_finder(cl)
        return lambda value: has_deep([value])
    if get_origin(cl) is list and attrs.has(get_args(cl)[0]):
        return deep_finder(get_args(cl)[0])
    return lambda value: is_deeper(value, MAX_DEPTH + isinstance(value, list))


@cache
def deep_finder(model: type[Any]) -> Callable[[list[Any]], bool]:
    """Return a test for lists of a model: whether one of them is nested too deeply.

    Only the members of a free or recursive type can be deep. The function that reads them is
    compiled for the model, because it runs for every event: first as if no member were missing.
    Functions that are not compiled cost two to seven times as many instructions.
    """
    members = _open_members(model, ())
    if not members:
        return lambda _: False
    lines = [
        "def has_deep(events):",
        " try:",
        "  for event in events:",
        *("   " + line for line in _quick_tests(members, "event")),
        " except AttributeError:",
        "  for event in events:",
        *("   " + line for line in _careful_tests(members, "event")),
        " return False",
    ]
    names: dict[str, Any] = {"is_deeper": is_deeper}
    exec("\n".join(lines), names)  # noqa: S102 - it has names of attributes in it, no data
    has_deep: Callable[[list[Any]], bool] = names["has_deep"]
    return has_deep


def _open_members(model: Any, above: tuple[Any, ...]) -> dict[str, Any]:
    """Return the members whose types do not bound their depth, as a tree of names.

    A branch ends with None. Lists and unions of models count as such members.
    """
    found: dict[str, Any] = {}
    for field in attrs.fields(attrs.resolve_types(model)):
        forms = get_args(field.type) if is_union(field.type) else (field.type,)
        form, *others = [form for form in forms if form is not type(None)] or [None]
        if not others and attrs.has(form) and form not in (*above, model):
            if below := _open_members(form, (*above, model)):
                found[field.name] = below
        elif any(part in _FREE or attrs.has(part) for part in parts(field.type)):
            found[field.name] = None
    return found


def _quick_tests(members: dict[str, Any], value: str, depth: int = 0) -> Iterator[str]:
    """Yield the lines that look at the open members of a value, if nothing above them is None."""
    if len(members) > 1:
        yield f"v{depth} = {value}"
        value = f"v{depth}"
    for name, below in members.items():
        if below is None:
            yield f"if (v := {value}.{name}) is not None and {_test('v', depth)}: return True"
        else:
            yield from _quick_tests(below, f"{value}.{name}", depth + 1)


def _careful_tests(members: dict[str, Any], value: str, depth: int = 0) -> Iterator[str]:
    """Yield the same for a value in which anything may be None."""
    for name, below in members.items():
        part = f"v{depth}"
        test = f"if ({part} := {value}.{name}) is not None"
        if below is None:
            yield f"{test} and {_test(part, depth)}: return True"
        else:
            yield f"{test}:"
            yield from (" " + line for line in _careful_tests(below, part, depth + 1))


def _test(value: str, depth: int) -> str:
    return f"is_deeper({value}, {MAX_DEPTH - 1 - depth})"
