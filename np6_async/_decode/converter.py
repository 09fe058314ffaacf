"""The one cattrs converter: JSON types to models and back, with msgspec as its engine.

cattrs decides, class by class; a type that holds no attrs class is left to msgspec, which is
strict: no value is ever turned into another type. Where msgspec can take in a whole type by itself,
`loads` skips the steps between and uses its compiled decoder. Both accept and give the same.
"""

import json
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, overload
from uuid import UUID

import attrs
import msgspec
from cattrs import Converter, override
from cattrs.cols import list_structure_factory
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, make_mapping_structure_fn
from cattrs.preconf.msgspec import MsgspecJsonConverter

from np6_async.models import UnknownEvent

from .depth import MAX_DEPTH, depth_check, without_depths
from .events import event_loader, event_structurer, is_event_union
from .misfit import load_shallow
from .shapes import WIRE, has_no_model, is_union, models
from .unions import choice

__all__ = ["EventConverter", "converter"]

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]

_JSON_STRINGS: Final = (UUID, datetime, date, bytes, Enum)
_SCALARS: Final = (bool, int, float, str, bytes)  # cattrs coerces to these by itself

_verbatim: Final = ContextVar("_verbatim", default=False)


class EventConverter(MsgspecJsonConverter):
    """A cattrs converter for generated models, and for attrs classes built like them.

    Unknown members are ignored. A missing optional member and a null are both None, and None is
    left out when unstructuring. Names are the wire's.

    An `UnknownEvent` is written as its own JSON; unstructuring one that is no JSON, or nested more
    than 64 levels deep, raises a `ValueError`. Events are read by the rules of a query if
    `UnknownEvent` is in the type, as in ``BounceEvent | UnknownEvent``, ``Event | UnknownEvent``,
    or a list of these: what fits no model is an `UnknownEvent`, with the reason. With one model, an
    event without a ``type`` is taken for one of those. With several, the ``type`` says which.
    """

    def __init__(self) -> None:
        super().__init__()
        for scalar in _SCALARS:
            self.register_structure_hook(scalar, msgspec.convert)
        # The last one that takes a type counts.
        self.register_structure_hook_factory(_is_list, _list_hook)
        self.register_structure_hook_factory(_is_dict, _dict_hook)
        self.register_structure_hook_factory(is_union, _union_hook)
        self.register_structure_hook_factory(is_event_union, event_structurer)
        self.register_structure_hook_factory(attrs.has, _model_hook)
        self.register_structure_hook_factory(has_no_model, _leaf_hook)
        self.register_unstructure_hook_factory(attrs.has, _unmodel_hook)
        for kind in _JSON_STRINGS:
            self.register_unstructure_hook(kind, msgspec.to_builtins)
        self.register_unstructure_hook(UnknownEvent, _unstructure_unknown)

    @overload
    def structure(self, obj: Any, cl: type[T]) -> T: ...
    @overload
    def structure(self, obj: Any, cl: UnionType) -> Any: ...
    def structure(self, obj: Any, cl: Any) -> Any:
        """Make a `cl` of JSON types. The `raw` of an `UnknownEvent` is JSON that is encoded anew.

        Raises:
            msgspec.ValidationError: It does not fit.
            cattrs.BaseValidationError: It does not fit.
        """
        return super().structure(obj, cl)

    @overload
    def loads(self, data: bytes | str, cl: type[T], **_: Any) -> T: ...
    @overload
    def loads(self, data: bytes | str, cl: UnionType, **_: Any) -> Any: ...
    def loads(self, data: bytes | str, cl: Any, **_: Any) -> Any:
        """Decode and structure a `cl` from JSON.

        Raises:
            msgspec.DecodeError: It is not JSON, does not fit, or holds more than 64 levels. If
                events may be unknown, each fits, but the JSON of one or of a list must be complete.
            UnicodeError: It is not UTF-8.
            cattrs.BaseValidationError: It does not fit.
        """
        text = data.encode() if isinstance(data, str) else bytes(data)
        if (load := event_loader(self, cl)) is not None:
            return load(text)
        value = load_shallow(self.get_loads_hook(cl), text, MAX_DEPTH + 1)
        if depth_check(cl)(value):
            raise msgspec.ValidationError(
                f"JSON is nested too deeply (more than {MAX_DEPTH} levels)"
            )
        return value

    def get_loads_hook(self, cl: type[T]) -> Callable[[bytes | str], T]:
        """Return the function that loads a `cl`: msgspec's own decoder, where it has one."""
        decoder = _compiled(cast("Hashable", cl))
        if decoder is not None:
            return decoder.decode
        structure = self.get_structure_hook(cl)
        return lambda data: structure(msgspec.json.decode(data), cl)

    def dumps(self, obj: Any, unstructure_as: Any = None, **_: Any) -> bytes:
        """Unstructure and encode as JSON; an `UnknownEvent` is written byte for byte."""
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
    if any(WIRE in field.metadata for model in models(cl) for field in attrs.fields(model)):
        return None
    try:
        return msgspec.json.Decoder(cl)
    except TypeError:
        return None


def _is_list(cl: Any) -> bool:
    return get_origin(cl) is list


def _is_dict(cl: Any) -> bool:
    return get_origin(cl) is dict


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
    classes = [form for form in forms if attrs.has(form)]
    others = [form for form in forms if has_no_model(form)]
    nested = {get_origin(form): form for form in forms if form not in classes + others}
    chosen = choice(classes) if classes else None
    rest = Union[tuple(others)] if others else dict

    def structure(value: Any, _: Any) -> Any:
        if chosen is not None and isinstance(value, dict):
            found = chosen.find(value.get(chosen.member), value.get("source"))
            return converter.structure(value, found)
        form = nested.get(type(value))
        return msgspec.convert(value, rest) if form is None else converter.structure(value, form)

    return structure


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
    if _verbatim.get():
        return msgspec.Raw(event.raw)
    if without_depths(event.raw) is not event.raw:
        raise ValueError(f"raw is nested too deeply for JSON types (more than {MAX_DEPTH} levels)")
    return json.loads(event.raw)


converter: Final = EventConverter()
"""The converter for every generated model: `structure`, `unstructure`, `loads` and `dumps`."""
