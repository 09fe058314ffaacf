"""Which class of a union an object in JSON is of."""

from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args, get_origin

import attrs
import msgspec

from np6_async._generated import models
from np6_async._generated.kinds import SOURCE_TYPES

from .shapes import is_union, wire_name

__all__ = ["Choice", "Tag", "choice", "tag_of"]

Tag: TypeAlias = tuple[type, Any]
"""A value that names a class, with its type: 1 and true are equal in Python."""


_SOURCE_TYPES: Final = {getattr(models, name): types for name, types in SOURCE_TYPES.items()}


class Choice(NamedTuple):
    """How to find the class of an object.

    Attributes:
        member: The member whose value names the class.
        classes: The classes of each of its values. Several models of events may have one `type`.
        other: The class of an object with another value; None if there is none.
    """

    member: str
    classes: dict[Tag, tuple[Any, ...]]
    other: Any

    def find(self, tag: object, source: object) -> Any:
        """Return the class of an object.

        Args:
            tag: The value of the member.
            source: The `source` of an event, whose `type` tells several models of one `type` apart.

        Raises:
            msgspec.ValidationError: It is of none of the classes, or nothing says of which.
        """
        named = self.classes.get(tag_of(tag), (self.other,))
        found = list(named)
        if len(named) > 1:
            known = source.get("type") if isinstance(source, dict) else None
            found = [each for each in named if known in _SOURCE_TYPES[each]]
        if len(found) != 1:
            names = " or ".join(model.__name__ for model in named)
            raise msgspec.ValidationError(
                f"`source.type` does not say whether this is a {names}: name the model"
            )
        if found[0] is None:
            raise msgspec.ValidationError("Object is of none of the known types")
        return found[0]


def tag_of(value: object) -> Tag:
    """Return the tag that a value in JSON is."""
    return type(value), value if isinstance(value, str | int) else None


def choice(classes: list[Any]) -> Choice:
    """Return how to find the class of an object, by a member that has literal values in each class.

    One class may have no such values, such as one with an open string there. It takes every object
    that has no class of its own.

    Raises:
        TypeError: No member tells the classes apart.
    """
    fields = [{wire_name(a): a for a in attrs.fields(attrs.resolve_types(m))} for m in classes]
    best = Choice("", {}, None)
    others = classes
    for name in fields[0] if len(classes) > 1 else ():
        if all(name in known for known in fields):
            found = _classes(classes, [known[name].type for known in fields])
            rest = [one for one in classes if all(one not in each for each in found.values())]
            if len(rest) < len(others):
                best, others = Choice(name, found, None), rest
    if len(others) > 1:
        named = ", ".join(model.__name__ for model in others)
        raise TypeError(f"no member tells these classes apart: {named}")
    return best._replace(other=others[0] if others else None)


def _classes(classes: list[Any], types: list[Any]) -> dict[Tag, tuple[Any, ...]]:
    """Return the classes of each tag that tells them apart, by the type of the member in each."""
    owners: dict[Tag, tuple[Any, ...]] = {}
    for model, cl in zip(classes, types, strict=True):
        for tag in _literals(cl):
            owners[tag] = (*owners.get(tag, ()), model)
    return {
        tag: found
        for tag, found in owners.items()
        if len(found) == 1 or all(model in _SOURCE_TYPES for model in found)
    }


def _literals(cl: Any) -> Iterator[Tag]:
    """Yield the tags that a type accepts."""
    for form in get_args(cl) if is_union(cl) else (cl,):
        if get_origin(form) is Literal:
            yield from map(tag_of, get_args(form))
