"""Compare our operations with those of the bundle, the vendor's file."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from codegen._tree import Node, resolve

from ._finding import Finding, Topic
from ._schemas import Schemas

__all__ = ["compare"]

_Parameters = Mapping[tuple[str, str], Node]


@frozen
class _Operation:
    """One operation, with its references resolved."""

    path: str
    parameters: _Parameters
    response: Node


def compare(ours: Node, theirs: Node) -> list[Finding]:
    """Return the differences between our operations and the same ones in the bundle."""
    return list(_findings(ours, theirs))


def _findings(ours: Node, theirs: Node) -> Iterator[Finding]:
    schemas = Schemas(ours, theirs)
    keys = {_key(header) for header in _key_headers(ours)}
    known: set[str] = set()
    for path in ours.get("paths", {}):
        here, place = _operation(ours, path), f"GET {path}"
        found = None if here is None else _find(theirs, path)
        if here is None:
            continue
        if found is None or (there := _operation(theirs, found)) is None:
            yield Finding(Topic.OPERATION, place, "not found")
            continue
        known.add(found)
        yield from _parameters(schemas, here, there, place, keys)
        yield from _responses(schemas, here, there, ours)
    yield from _siblings(ours, theirs, known)


def _operation(document: Node, path: str) -> _Operation | None:
    """Read the GET operation of a path; we have no other."""
    item = resolve(document, document["paths"][path])
    operation = item.get("get")
    if not isinstance(operation, dict):
        return None
    parameters = [
        resolve(document, parameter)
        for parameter in (*item.get("parameters", ()), *operation.get("parameters", ()))
    ]
    response = resolve(document, operation.get("responses", {}).get("200", {}))
    content = response.get("content", {})
    media: Node = next((content[name] for name in content if "json" in name), {})
    return _Operation(
        path=path,
        parameters={
            _key((one.get("in", ""), one.get("name", ""))): dict(one) for one in parameters
        },
        response=media.get("schema", {}),
    )


def _key(parameter: tuple[str, str]) -> tuple[str, str]:
    """Return the identity of a parameter; the names of headers ignore case."""
    place, name = parameter
    return place, name.lower() if place == "header" else name


def _key_headers(document: Node) -> Iterator[tuple[str, str]]:
    for scheme in document.get("components", {}).get("securitySchemes", {}).values():
        if scheme.get("in") == "header":
            yield "header", scheme["name"]


def _shape_of(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.rstrip("/"))


def _find(document: Node, path: str) -> str | None:
    """Return the path in the bundle that equals ours or ends with it."""
    wanted, paths = _shape_of(path), list(document.get("paths", {}))
    same = [other for other in paths if _shape_of(other) == wanted]
    below = [other for other in paths if _shape_of(other).endswith(wanted)]
    return next(iter(same or below), None)


def _parameters(
    schemas: Schemas, ours: _Operation, theirs: _Operation, place: str, keys: set[tuple[str, str]]
) -> Iterator[Finding]:
    pairs = _pair_paths(ours, theirs)
    for key, parameter in theirs.parameters.items():
        match = pairs.get(key, key)
        if match in ours.parameters:
            at = f"{place} ? {match[1]}"
            yield from schemas.compare(
                [ours.parameters[match].get("schema", {})], [parameter.get("schema", {})], at
            )
        elif key not in keys:
            required = "required" if parameter.get("required") else "optional"
            yield Finding(Topic.PARAMETER, place, f"`{key[1]}` (in {key[0]}, {required})")
    for key in ours.parameters.keys() - {pairs.get(key, key) for key in theirs.parameters}:
        yield Finding(Topic.EXTRA_PARAMETER, place, f"`{key[1]}` (in {key[0]})")


def _pair_paths(ours: _Operation, theirs: _Operation) -> dict[tuple[str, str], tuple[str, str]]:
    """Return our name for each of their path parameters, which are matched by position."""
    names = zip(
        reversed(re.findall(r"\{([^}]*)\}", theirs.path)),
        reversed(re.findall(r"\{([^}]*)\}", ours.path)),
        strict=False,
    )
    return {("path", there): ("path", here) for there, here in names}


def _responses(
    schemas: Schemas, ours: _Operation, theirs: _Operation, document: Node
) -> Iterator[Finding]:
    kind = ours.path.rpartition("/")[2]
    here, there = resolve(document, ours.response), theirs.response
    type_ = _event_type(document, here)
    if type_ is not None and isinstance(there.get("items"), dict):
        yield from schemas.events(here["items"], there["items"], f"{kind}[]", type_)
    else:
        yield from schemas.compare([ours.response], [theirs.response], kind)


def _event_type(document: Node, response: Mapping[str, Any]) -> str | None:
    """Return the `type` of the events in a response: that of the first alternative of an item."""
    items = response.get("items", {})
    first = resolve(document, (items.get("anyOf") or [items])[0])
    const = first.get("properties", {}).get("type", {}).get("const")
    return const if isinstance(const, str) else None


def _siblings(ours: Node, theirs: Node, known: set[str]) -> Iterator[Finding]:
    """Yield other endpoints for the same objects, and for the same kinds of other objects."""
    families = {_shape_of(path).rpartition("/")[0] for path in known}
    kinds = {path.rpartition("/")[2] for path in known}
    wanted = {name for path in ours.get("paths", {}) for name in _asked(ours, path)}
    for path in theirs.get("paths", {}):
        family, _, kind = _shape_of(path).rpartition("/")
        there = None if path in known else _operation(theirs, path)
        if there is None:
            continue
        asked = set(_asked(theirs, path))
        if family in families:
            text = "a new kind that the client supports: add it to the spec"
            other = "a new kind that the client does not support: its parameters differ"
            yield Finding(Topic.SIBLING, f"GET {path}", text if asked == wanted else other)
        elif kind in kinds:
            yield Finding(Topic.SIBLING, f"GET {path}", "a known kind for other objects")


def _asked(document: Node, path: str) -> Iterator[str]:
    operation = _operation(document, path)
    yield from (
        (name for place, name in operation.parameters if place == "query") if operation else ()
    )
