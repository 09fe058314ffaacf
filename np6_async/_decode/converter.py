"""The one cattrs converter: JSON types to models and back, with msgspec as its engine.

cattrs decides, class by class; a type that holds no attrs class is left to msgspec, which is
strict: no value is ever turned into another type. Where msgspec can take in a whole type by itself,
`loads` skips the steps between and uses its compiled decoder. Both accept and give the same.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator
from contextvars import ContextVar
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin
from uuid import UUID

import attrs
import msgspec
from cattrs import Converter, override
from cattrs.cols import list_structure_factory
from cattrs.errors import BaseValidationError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, make_mapping_structure_fn
from cattrs.preconf.msgspec import MsgspecJsonConverter

from np6_async.models import UnknownEvent

__all__ = ["UNFIT", "WIRE", "EventConverter", "converter"]

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]

UNFIT: Final = (msgspec.MsgspecError, BaseValidationError, RecursionError, UnicodeError)
"""What structuring and loading raise for input that does not fit."""

WIRE: Final = "wire"
"""Where an attrs field's metadata keeps a name in JSON that is not its own."""

_JSON_STRINGS: Final = (UUID, datetime, date, bytes, Enum)
_SCALARS: Final = (bool, int, float, str, bytes)  # cattrs coerces to these by itself

_verbatim: Final = ContextVar("_verbatim", default=False)


class EventConverter(MsgspecJsonConverter):
    """A cattrs converter for generated models, and for attrs classes built like them.

    Unknown members are ignored. A missing optional member and a null are both None, and None is
    left out when unstructuring. Names are the wire's. An `UnknownEvent` is its own JSON again.
    """

    def __init__(self) -> None:
        super().__init__()
        for scalar in _SCALARS:
            self.register_structure_hook(scalar, msgspec.convert)
        self.register_structure_hook_factory(_holds_no_model, _leaf_hook)
        self.register_structure_hook_factory(_is_model_list, _list_hook)
        self.register_structure_hook_factory(_is_model_dict, _dict_hook)
        self.register_structure_hook_factory(_is_model_union, _union_hook)
        self.register_structure_hook_factory(attrs.has, _model_hook)
        self.register_unstructure_hook_factory(attrs.has, _unmodel_hook)
        for kind in _JSON_STRINGS:
            self.register_unstructure_hook(kind, msgspec.to_builtins)
        self.register_unstructure_hook(UnknownEvent, _unstructure_unknown)

    def loads(self, data: bytes | str, cl: type[T], **_: Any) -> T:
        """Decode and structure a `cl` from JSON.

        Raises:
            msgspec.DecodeError: It is not JSON, or does not fit.
            UnicodeDecodeError: It is not UTF-8.
            cattrs.BaseValidationError: It does not fit.
        """
        return self.get_loads_hook(cl)(data)

    def get_loads_hook(self, cl: type[T]) -> Callable[[bytes | str], T]:
        """Return the function that loads a `cl`: msgspec's own decoder, where it has one."""
        decoder = _compiled(cast("Hashable", cl))
        if decoder is not None:
            return decoder.decode
        structure = self.get_structure_hook(cl)
        return lambda data: structure(msgspec.json.decode(data), cl)

    def dumps(self, obj: Any, unstructure_as: Any = None, **_: Any) -> bytes:
        """Unstructure and encode as JSON; an `UnknownEvent` comes out byte for byte."""
        token = _verbatim.set(True)
        try:
            return super().dumps(obj, unstructure_as)
        finally:
            _verbatim.reset(token)


@cache
def _compiled(cl: Hashable) -> msgspec.json.Decoder[Any] | None:
    """Return msgspec's decoder for a type; None where it has none, or one that differs from ours.

    It knows no unions of attrs classes, and takes an attrs field's Python name for its JSON name.
    """
    if any(WIRE in field.metadata for model in _models(cl) for field in attrs.fields(model)):
        return None
    try:
        return msgspec.json.Decoder(cl)
    except TypeError:
        return None


def _models(cl: Any, known: frozenset[type] = frozenset()) -> frozenset[type]:
    """Return every attrs class that a type leads to."""
    for part in _parts(cl):
        if attrs.has(part) and part not in known:
            known |= {part}
            for field in attrs.fields(attrs.resolve_types(part)):
                known = _models(field.type, known)
    return known


def _parts(cl: Any) -> Iterator[Any]:
    """Yield a type and everything in its brackets."""
    yield cl
    for argument in get_args(cl):
        yield from _parts(argument)


def _is_union(cl: Any) -> bool:
    return get_origin(cl) in (Union, UnionType)


def _holds_no_model(cl: Any) -> bool:
    return not any(map(attrs.has, _parts(cl)))


def _is_model_list(cl: Any) -> bool:
    return get_origin(cl) is list and not _holds_no_model(cl)


def _is_model_dict(cl: Any) -> bool:
    return get_origin(cl) is dict and not _holds_no_model(cl)


def _is_model_union(cl: Any) -> bool:
    return _is_union(cl) and not _holds_no_model(cl)


def _leaf_hook(cl: Any) -> Hook:
    return lambda value, _: msgspec.convert(value, cl)


def _list_hook(cl: Any, converter: Converter) -> Hook:
    return _only(list, list_structure_factory(cl, converter))


def _dict_hook(cl: Any, converter: Converter) -> Hook:
    return _only(dict, make_mapping_structure_fn(cl, converter, structure_to=dict))


def _model_hook(cl: Any, converter: Converter) -> Hook:
    fields = attrs.fields(attrs.resolve_types(cl))
    renamed: Any = {a.name: override(rename=a.metadata[WIRE]) for a in fields if WIRE in a.metadata}
    return _only(dict, make_dict_structure_fn(cl, converter, **renamed))


def _union_hook(cl: Any, converter: Converter) -> Hook:
    """Take a JSON object for one of the union's classes, and an array for its list of them."""
    forms = get_args(cl)
    models = [form for form in forms if attrs.has(form)]
    others = [form for form in forms if _holds_no_model(form)]
    nested = {get_origin(form): form for form in forms if form not in models + others}
    choose = _chooser(models) if models else None
    rest = Union[tuple(others)] if others else dict

    def structure(value: Any, _: Any) -> Any:
        if choose is not None and isinstance(value, dict):
            return converter.structure(value, choose(value))
        form = nested.get(type(value))
        return msgspec.convert(value, rest) if form is None else converter.structure(value, form)

    return structure


def _chooser(models: list[Any]) -> Callable[[dict[str, Any]], Any]:
    """Return what finds the class of an object: by a literal member, or else by what it has.

    A class for which that member is no literal, such as an open string, takes what has no class of
    its own. Of several it is the one that lacks no required member and knows most members.
    """
    tag, by_value = _tags(models)
    rest = [model for model in models if model not in by_value.values()]

    def choose(value: dict[str, Any]) -> Any:
        found = value.get(tag)
        if isinstance(found, str | int) and found in by_value:
            return by_value[found]
        if not rest:
            raise msgspec.ValidationError("Object is of none of the known types")
        return max(rest, key=lambda model: _fit(model, value.keys()))

    return choose


def _tags(models: list[Any]) -> tuple[str, dict[Any, Any]]:
    """Return the member that tells most classes apart, and the class of each of its values.

    Every class has that member, and a value is of one class only.
    """
    fields = [{_wire_name(a): a for a in attrs.fields(attrs.resolve_types(m))} for m in models]
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
    for form in get_args(cl) if _is_union(cl) else (cl,):
        if get_origin(form) is Literal:
            yield from get_args(form)


def _fit(model: Any, members: Collection[str]) -> tuple[bool, int]:
    known = {_wire_name(field): field for field in attrs.fields(model)}
    missing = (name for name, field in known.items() if field.default is attrs.NOTHING)
    return all(name in members for name in missing), len(known.keys() & members)


def _wire_name(field: Any) -> str:
    return str(field.metadata.get(WIRE, field.name))


def _only(kind: type, hook: Hook) -> Hook:
    def structure(value: Any, cl: Any) -> Any:
        if not isinstance(value, kind):
            msgspec.convert(value, kind)  # refuses it, in the words of the compiled decoder
        return hook(value, cl)

    return structure


def _unmodel_hook(cl: Any, converter: Converter) -> Callable[[Any], Any]:
    fields = attrs.fields(attrs.resolve_types(cl))
    overrides: Any = {
        a.name: override(rename=a.metadata.get(WIRE), omit_if_default=a.default is None)
        for a in fields
    }
    return make_dict_unstructure_fn(cl, converter, **overrides)


def _unstructure_unknown(event: UnknownEvent) -> Any:
    return msgspec.Raw(event.raw) if _verbatim.get() else json.loads(event.raw)


converter: Final = EventConverter()
"""The converter for every generated model: `structure`, `unstructure`, `loads` and `dumps`."""
