"""Types such as ``BounceEvent | UnknownEvent``: events that are read by the rules of a query."""

import json
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Literal, get_args, get_origin

import attrs
import msgspec

from np6_async.models import UnknownEvent

from .array import ArraySplitter
from .depth import deep_finder
from .fitting import FittingDecoder, Hooks, split
from .shapes import is_union
from .unions import choice

__all__ = ["event_hooks", "event_loader", "event_structurer", "is_event_union"]


def is_event_union(cl: Any) -> bool:
    """Say whether a type is a union of models and `UnknownEvent`, and perhaps None."""
    return UnknownEvent in get_args(cl) and bool(_models(cl))


def _models(cl: Any) -> tuple[Any, ...]:
    """Return the models of such a union; none if it is another type."""
    forms = [form for form in get_args(cl) if form not in (UnknownEvent, type(None))]
    return tuple(forms) if is_union(cl) and all(map(attrs.has, forms)) else ()


@cache
def event_hooks(converter: Any, *models: Any) -> Hooks[Any]:
    """Return how a converter reads events of one model, or of several by their type.

    Raises:
        TypeError: No member tells the models apart.
    """
    if len(models) == 1:
        (model,) = models
        list_of: Any = list
        load, load_all = map(converter.get_loads_hook, (model, list_of[model]))
        return Hooks(load, load_all, deep_finder(model))
    find = _finder(models)
    hooks = {model: event_hooks(converter, model) for model in models}

    def load_by_tag(element: Any) -> Any:
        return hooks[find(element)].load(element)

    return Hooks(
        load_by_tag,
        lambda array: [load_by_tag(element) for element in split(array)],
        lambda events: any(hooks[type(event)].has_deep([event]) for event in events),
    )


def _finder(models: tuple[Any, ...]) -> Callable[[Any], Any]:
    """Return what finds the model of an event in JSON."""
    found = choice(list(models))
    if found.other is not None:
        raise TypeError("no member tells these models of events apart")
    tags: Any = Literal[tuple(value for _, value in found.classes)]
    fields: Any = [("tag", tags)]
    if any(len(each) > 1 for each in found.classes.values()):
        fields.append(("source", Any, None))
    head: Any = msgspec.defstruct("Head", fields, rename={"tag": found.member})
    read_head = msgspec.json.Decoder(head).decode

    def find(element: Any) -> Any:
        read = read_head(element)
        return found.find(read.tag, getattr(read, "source", None))

    return find


def _or_none(hooks: Hooks[Any], cl: Any) -> Hooks[Any]:
    """Return hooks that take null for None, if that is in the union."""
    if type(None) not in get_args(cl):
        return hooks

    def load(element: Any) -> Any:
        return None if bytes(element).strip() == b"null" else hooks.load(element)

    return Hooks(
        load,
        lambda array: [load(element) for element in split(array)],
        lambda events: hooks.has_deep([event for event in events if event is not None]),
    )


@cache
def event_loader(converter: Any, cl: Any) -> Callable[[bytes], Any] | None:
    """Return what loads events that may be unknown, or a list of them; None for another type."""
    is_list = get_origin(cl) is list
    (form,) = get_args(cl) if is_list else (cl,)
    if not is_event_union(form):
        return None
    hooks = event_hooks(converter, *_models(form))
    return partial(_load_all if is_list else _load_one, _or_none(hooks, form))


def _load_one(hooks: Hooks[Any], data: bytes) -> Any:
    events = _load_all(hooks, b"[%b]" % data)
    if len(events) != 1:
        raise msgspec.DecodeError("this is not the complete JSON of one event")
    return events[0]


def _load_all(hooks: Hooks[Any], array: bytes) -> list[Any]:
    splitter = ArraySplitter(FittingDecoder(hooks), max_element=len(array))
    events = splitter.feed(array) + splitter.finish()
    if splitter.fault is not None:
        raise msgspec.DecodeError(
            "this is not the complete JSON of one event, or of a list of events"
        )
    return events


def event_structurer(cl: Any, converter: Any) -> Callable[[Any, Any], Any]:
    """Return what takes JSON types for an event that may be unknown."""
    hooks = _or_none(event_hooks(converter, *_models(cl)), cl)
    return lambda value, _: _load_one(hooks, _encoded(value))


def _encoded(value: object) -> bytes:
    """Return the JSON of JSON types, with what the standard library lets pass, such as NaN.

    Raises:
        msgspec.ValidationError: They are something else, or nested too deeply to be encoded.
    """
    try:
        return json.dumps(value, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError):
        pass
    raise msgspec.ValidationError("Expected JSON types, without a cycle")
