"""Which class of a union an object in JSON is of."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any, Literal, get_args, get_origin

import attrs
import msgspec

from .shapes import is_union, wire_name

__all__ = ["chooser", "tags"]


def chooser(models: list[Any]) -> Callable[[dict[str, Any]], Any]:
    """Return what finds the class of an object: by a literal member, or else by what it has.

    A class for which that member is no literal, such as an open string, takes what has no class of
    its own. Of several it is the one that lacks no required member and knows most members.
    """
    tag, by_value = tags(models)
    rest = [model for model in models if model not in by_value.values()]

    def choose(value: dict[str, Any]) -> Any:
        found = value.get(tag)
        if isinstance(found, str | int) and found in by_value:
            return by_value[found]
        if not rest:
            raise msgspec.ValidationError("Object is of none of the known types")
        return max(rest, key=lambda model: _fit(model, value.keys()))

    return choose


def tags(models: list[Any]) -> tuple[str, dict[Any, Any]]:
    """Return the member that tells most classes apart, and the class of each of its values.

    Every class has that member, and a value is of one class only.
    """
    fields = [{wire_name(a): a for a in attrs.fields(attrs.resolve_types(m))} for m in models]
    best: tuple[str, dict[Any, Any]] = ("", {})
    for name in fields[0] if len(models) > 1 else ():
        if all(name in known for known in fields):
            owners = [
                (value, model)
                for model, known in zip(models, fields, strict=True)
                for value in _literals(known[name].type)
            ]
            times = Counter(value for value, _ in owners)
            told_apart = {value: model for value, model in owners if times[value] == 1}
            best = max(best, (name, told_apart), key=lambda tag: len(set(tag[1].values())))
    return best


def _literals(cl: Any) -> Iterator[Any]:
    for form in get_args(cl) if is_union(cl) else (cl,):
        if get_origin(form) is Literal:
            yield from get_args(form)


def _fit(model: Any, members: Collection[str]) -> tuple[bool, int]:
    known = {wire_name(field): field for field in attrs.fields(model)}
    missing = (name for name, field in known.items() if field.default is attrs.NOTHING)
    return all(name in members for name in missing), len(known.keys() & members)
