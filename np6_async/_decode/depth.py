"""How deeply an event may be nested: one limit, the same on every version of Python.

How deep a decoder of JSON gets differs from one Python to the next, and with the caller's stack.
What encodes, compares and pickles gets less far. So there is an own limit to what an event holds.
Members that no model knows are skipped, at any depth.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain
from operator import attrgetter
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
    """Return JSON in which empty strings stand for what is more than one level too deep.

    One level too many is left, by which `is_deeper` tells that what was decoded is too deep. What
    is not too deep comes back as the same object.
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
    # This way each is found by memchr, at a third of what bytes.count takes.
    return len(json) - len(json.replace(b"{", b"").replace(b"[", b""))


def is_deeper(values: Iterable[object], levels: int = MAX_DEPTH) -> bool:
    """Say whether models, dicts and lists in any of the values are nested in more levels."""
    layer = _nests(values)
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
    """Return what says whether a value of a type is nested too deeply; a list is one level more."""
    if attrs.has(cl):
        has_deep = deep_finder(cl)
        return lambda value: has_deep([value])
    if get_origin(cl) is list and attrs.has(get_args(cl)[0]):
        return deep_finder(get_args(cl)[0])
    return lambda value: is_deeper((value,), MAX_DEPTH + isinstance(value, list))


@cache
def deep_finder(model: type[Any]) -> Callable[[list[Any]], bool]:
    """Return what says whether any of a list of models is nested too deeply.

    Only the members of a free or recursive type can be deep. They are read from all events at once,
    because this runs for every event.
    """
    members = [
        (path, attrgetter(".".join(path)), MAX_DEPTH - len(path))
        for path in _open_members(model, ())
    ]

    def has_deep(events: list[Any]) -> bool:
        for path, read, levels in members:
            try:
                values = list(map(read, events))
            except AttributeError:  # something on the way is None
                values = [_follow(event, path) for event in events]
            if is_deeper(values, levels):
                return True
        return False

    return has_deep


def _follow(value: Any, path: Iterable[str]) -> object:
    for name in path:
        value = getattr(value, name, None)
    return value


def _open_members(model: Any, above: tuple[Any, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the paths to the members whose types set no bound to their depth.

    A list or a union of models counts as one without a bound.
    """
    for field in attrs.fields(attrs.resolve_types(model)):
        forms = get_args(field.type) if is_union(field.type) else (field.type,)
        form, *others = [form for form in forms if form is not type(None)]
        if not others and attrs.has(form) and form not in (*above, model):
            for rest in _open_members(form, (*above, model)):
                yield (field.name, *rest)
        elif any(part in _FREE or attrs.has(part) for part in parts(field.type)):
            yield (field.name,)
