"""One element of an answer in, one event out: its model, or an `UnknownEvent` that says why not."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Final, Generic, TypeVar, get_args
from uuid import UUID

import attrs
import msgspec
from cattrs import (
    AttributeValidationNote,
    BaseValidationError,
    IterableValidationNote,
)

from np6_async._generated.kinds import OPERATIONS, EventKind
from np6_async.errors import EventDecodeError
from np6_async.models import Event, UnknownEvent

from .converter import UNFIT, converter
from .shapes import WIRE

__all__ = ["MODELS", "EventDecoder"]

E = TypeVar("E")

_BY_TYPE: Final = {attrs.fields(model).type.default: model for model in get_args(Event)}

MODELS: Final[Mapping[EventKind, type[Event]]] = {
    kind: _BY_TYPE[operation.event_type] for kind, operation in OPERATIONS.items()
}
"""The model of each kind's events."""

_ROOT: Final = "$"
_split: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_missing: Final = re.compile(r"Object missing required field `(.*)`")


class EventDecoder(Generic[E]):
    """Decodes the elements of one answer after another of a kind.

    Whole arrays go to the compiled decoder at once, which is fastest, until an element does not
    fit; from then on each is decoded by itself, so that the good ones are not decoded twice.

    Args:
        model: The model of the kind. An element without a type is taken for one.
        strict: Whether an element that does not fit is an error.
        on_unknown: Is told of each event that fits no model.
    """

    piece: ClassVar[int] = 16 * 1024
    """As few events as to set off no garbage collection (700 objects), if they are let go one piece
    after the other."""

    def __init__(
        self,
        model: type[E],
        *,
        strict: bool = False,
        on_unknown: Callable[[UnknownEvent], None] | None = None,
    ) -> None:
        self._load, self._load_all = _hooks(model)  # type: ignore[arg-type]
        self._strict = strict
        self._on_unknown = on_unknown
        self._all_fit = True

    def decode_array(
        self, array: bytes | memoryview
    ) -> tuple[list[E | UnknownEvent], EventDecodeError | None]:
        """Return the events of a whole array, as `decode` does.

        Raises:
            msgspec.DecodeError: It is no JSON array. Or a `RecursionError`, for the same.
        """
        if self._all_fit:
            try:
                return self._load_all(array), None
            except UNFIT:
                pass
        elements = _split(array)
        self._all_fit = False
        return self.decode(elements)

    def decode(
        self, elements: Sequence[msgspec.Raw]
    ) -> tuple[list[E | UnknownEvent], EventDecodeError | None]:
        """Return the events, and in strict mode what is wrong with the element after the last."""
        events: list[E | UnknownEvent] = []
        for element in elements:
            try:
                events.append(self._load(element))
            except UNFIT as error:
                path, reason = _explain(error)
                if self._strict:
                    return events, EventDecodeError(f"an event does not fit: {reason}", path=path)
                unknown = _unknown(bytes(element), f"{path}: {reason}")
                if self._on_unknown is not None:
                    self._on_unknown(unknown)
                events.append(unknown)
        return events, None


@cache
def _hooks(model: type[E]) -> tuple[Callable[[Any], E], Callable[[Any], list[Any]]]:
    """Return what loads one event, and what loads an array of them."""
    return converter.get_loads_hook(model), converter.get_loads_hook(list[model])  # type: ignore[valid-type]


def _unknown(raw: bytes, reason: str) -> UnknownEvent:
    members = _members(raw)
    type_, timestamp = members.get("type"), members.get("timestamp")
    return UnknownEvent(
        type=type_ if isinstance(type_, str) and type_.isprintable() else None,
        id=_uuid(members.get("id")),
        timestamp=timestamp if type(timestamp) is int and abs(timestamp) < 2**63 else None,
        reason=reason,
        raw=raw,
    )


def _members(raw: bytes) -> dict[str, Any]:
    """Read what can be read, by the decoder that is the most lenient."""
    try:
        value = json.loads(raw.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _uuid(value: object) -> UUID | None:
    try:
        return msgspec.convert(value, UUID)
    except (msgspec.ValidationError, UnicodeError):
        return None


def _explain(error: BaseException) -> tuple[str, str]:
    """Return where and why, without the values that decoders like to quote."""
    if isinstance(error, BaseValidationError):
        first = error.exceptions[0]
        path, reason = _explain(first)
        return f"{_ROOT}{_step(error, first)}{path.removeprefix(_ROOT)}", reason
    text, _, place = str(error).partition(" - at `")
    path = place.rstrip("`") or _ROOT
    if isinstance(error, KeyError):
        return _ROOT, "required member missing"
    if missing := _missing.match(text):
        return f"{path}.{missing[1]}", "required member missing"
    if text.startswith("Invalid enum value"):
        return path, "not one of the known values"
    if isinstance(error, msgspec.ValidationError):
        return path, text
    return _ROOT, "nested too deeply" if isinstance(error, RecursionError) else "not valid JSON"


def _step(whole: BaseValidationError, error: BaseException) -> str:
    """Return the step in a path from an object or array to what is wrong in it."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return f".{attrs.fields_dict(whole.cl)[note.name].metadata.get(WIRE, note.name)}"
        if isinstance(note, IterableValidationNote):
            return f"[{note.index}]" if isinstance(note.index, int) else "[...]"
    return ""
