"""What a type is made of: the models it leads to, and what they call their members in JSON."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

import attrs

__all__ = ["WIRE", "has_no_model", "is_union", "models", "parts", "wire_name"]

WIRE: Final = "wire"
"""Where an attrs field's metadata keeps a name in JSON that is not its own."""


def models(cl: Any, known: frozenset[type] = frozenset()) -> frozenset[type]:
    """Return every attrs class that a type leads to."""
    for part in parts(cl):
        if attrs.has(part) and part not in known:
            known |= {part}
            for field in attrs.fields(attrs.resolve_types(part)):
                known = models(field.type, known)
    return known


def parts(cl: Any) -> Iterator[Any]:
    """Yield a type and everything in its brackets."""
    yield cl
    for argument in get_args(cl):
        yield from parts(argument)


def is_union(cl: Any) -> bool:
    """Say whether a type is a union."""
    return get_origin(cl) in (Union, UnionType)


def has_no_model(cl: Any) -> bool:
    """Say whether no attrs class is in a type."""
    return not any(map(attrs.has, parts(cl)))


def wire_name(field: Any) -> str:
    """Return the name in JSON of an attrs field."""
    return str(field.metadata.get(WIRE, field.name))
