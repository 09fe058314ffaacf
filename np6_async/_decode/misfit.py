"""Why an element of a response fits no model, and the `UnknownEvent` that it becomes."""

import json
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

import attrs
import msgspec
from cattrs import AttributeValidationNote, BaseValidationError, IterableValidationNote

from np6_async.models import UnknownEvent

from .depth import MAX_DEPTH, without_depths
from .shapes import WIRE

__all__ = ["TOO_DEEP", "UNFIT", "Misfit", "explain", "load_shallow", "unknown_event"]

T = TypeVar("T")

UNFIT: Final = (msgspec.MsgspecError, BaseValidationError, RecursionError, UnicodeError)
"""What structuring and loading raise for input that does not fit."""

_ROOT: Final = "$"


class Misfit(NamedTuple):
    """Why an element fits no model.

    Attributes:
        path: The place in it, as a JSON path.
        reason: What is wrong there, without its value.
    """

    path: str
    reason: str


TOO_DEEP: Final = Misfit(_ROOT, f"nested too deeply (more than {MAX_DEPTH} levels)")

_missing: Final = re.compile(r"Object missing required field `(.*)`")


def load_shallow(load: Callable[[bytes], T], data: bytes, levels: int = MAX_DEPTH) -> T:
    """Load JSON; if that fails, load it without what is nested too deeply.

    So members that are skipped may be deeper than the decoder gets.
    """
    try:
        return load(data)
    except UNFIT:
        shallow = without_depths(data, levels)
        if shallow is data:
            raise
    return load(shallow)


def unknown_event(raw: bytes, misfit: Misfit) -> UnknownEvent:
    """Return the event that an element becomes, with what can be read of it."""
    members = _members(raw)
    type_, timestamp = members.get("type"), members.get("timestamp")
    return UnknownEvent(
        type=type_ if isinstance(type_, str) and type_.isprintable() else None,
        id=_uuid(members.get("id")),
        timestamp=timestamp if type(timestamp) is int and abs(timestamp) < 2**63 else None,
        reason=": ".join(misfit),
        raw=raw,
    )


def _members(raw: bytes) -> dict[str, Any]:
    """Read what can be read, by the decoder that is the most lenient."""
    try:
        value = json.loads(without_depths(raw).decode("utf-8", "surrogateescape"))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _uuid(value: object) -> UUID | None:
    try:
        return msgspec.convert(value, UUID)
    except (msgspec.ValidationError, UnicodeError):
        return None


def explain(error: BaseException) -> Misfit:
    """Return where and why, without the values that decoders put in their messages."""
    if isinstance(error, BaseValidationError):
        first = error.exceptions[0]
        path, reason = explain(first)
        return Misfit(f"{_ROOT}{_step(error, first)}{path.removeprefix(_ROOT)}", reason)
    text, _, place = str(error).partition(" - at `")
    path = place.rstrip("`") or _ROOT
    if isinstance(error, KeyError):
        return Misfit(_ROOT, "required member missing")
    if missing := _missing.match(text):
        return Misfit(f"{path}.{missing[1]}", "required member missing")
    if text.startswith("Invalid enum value"):
        return Misfit(path, "not one of the known values")
    if isinstance(error, msgspec.ValidationError):
        return Misfit(path, text)
    return TOO_DEEP if isinstance(error, RecursionError) else Misfit(_ROOT, "not valid JSON")


def _step(whole: BaseValidationError, error: BaseException) -> str:
    """Return the step in a path from an object or array to what is wrong in it."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return f".{attrs.fields_dict(whole.cl)[note.name].metadata.get(WIRE, note.name)}"
        if isinstance(note, IterableValidationNote):
            return f"[{note.index}]" if isinstance(note.index, int) else "[...]"
    return ""
