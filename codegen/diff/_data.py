"""The third level: how recorded events decode with the old and with the new models."""

import importlib.util
import json
import sys
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import attrs
import msgspec

from codegen._errors import CodegenError
from np6_async import UnknownEvent, converter
from np6_async._decode.decoder import EventDecoder

from ._change import Change, Level

__all__ = ["Corpus", "Models", "load_models"]

Models: TypeAlias = Mapping[str, tuple[type[Any], ...]]
"""The models of each kind, by the kind's name."""

_numbers = count()


@attrs.frozen
class Corpus:
    """Recorded events.

    Args:
        directory: The folder of the files. Each holds a JSON array and has the name of the kind
            of its events: `bounces.json`, or `bounces-from-a-test.json`.
    """

    directory: Path

    def changes(self, old: Models, new: Models) -> list[Change]:
        """Return the events that decode differently."""
        return [
            change
            for name, kind, events in self._files()
            for change in _file_changes(name, events, old.get(kind), new.get(kind))
        ]

    def count_unknown(self, models: Models) -> tuple[int, int]:
        """Return how many events do not match the model of their kind, and how many were tried."""
        decoded = [
            _decode(event, models[kind])
            for _, kind, events in self._files()
            if kind in models
            for event in events
        ]
        return sum(isinstance(event, UnknownEvent) for event in decoded), len(decoded)

    def mismatches(self, models: Models) -> list[Change]:
        """Return the events that have the type of their model but do not match it."""
        return [
            Change(Level.BREAKING, f"{name}, element {index}", decoded.reason)
            for name, kind, events in self._files()
            for index, event in enumerate(events if kind in models else ())
            if _is_of(event, models[kind])
            and isinstance(decoded := _decode(event, models[kind]), UnknownEvent)
        ]

    def _files(self) -> Iterator[tuple[str, str, list[Any]]]:
        for path in sorted(self.directory.glob("*.json")):
            try:
                events = json.loads(path.read_text("utf-8"))
            except ValueError as error:
                raise CodegenError(f"{path}: invalid JSON: {error}") from error
            if not isinstance(events, list):
                raise CodegenError(f"{path}: expected a JSON array of events")
            yield path.name, path.stem.partition("-")[0], events


def load_models(package: Path) -> Models:
    """Import the generated modules of a package; return its models by kind."""
    kinds, models = (_import(package / "_generated" / f"{name}.py") for name in ("kinds", "models"))
    by_type = {
        attrs.fields(model).type.default: model.__name__
        for model in vars(models).values()
        if attrs.has(model) and "type" in attrs.fields_dict(model)
    }
    return {
        str(kind): tuple(getattr(models, name) for name in _model_names(operation, by_type))
        for kind, operation in kinds.OPERATIONS.items()
    }


def _model_names(operation: Any, by_type: Mapping[str, str]) -> tuple[str, ...]:  # noqa: ANN401
    """Return the names of an operation's models; older revisions do not have them."""
    found: tuple[str, ...] = getattr(operation, "models", ()) or (by_type[operation.event_type],)
    return found


def _import(path: Path) -> ModuleType:
    """Import a module under a unique name, by which its annotations are looked up later."""
    spec = importlib.util.spec_from_file_location(f"_np6_compared_{next(_numbers)}", path)
    if spec is None or spec.loader is None:
        raise CodegenError(f"{path} is not a Python module")
    sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _file_changes(
    name: str,
    events: list[Any],
    old: tuple[type[Any], ...] | None,
    new: tuple[type[Any], ...] | None,
) -> Iterator[Change]:
    if old is None or new is None:
        if events and old is not new:
            level, verb = (Level.ADDITIVE, "can now") if new else (Level.BREAKING, "can no longer")
            yield Change(level, name, f"events of this kind {verb} be queried")
        return
    found: dict[tuple[Level, str], list[int]] = {}
    for index, event in enumerate(events):
        for key in _event_changes(_decode(event, old), _decode(event, new)):
            found.setdefault(key, []).append(index)
    for (level, text), indexes in found.items():
        listed = ", ".join(map(str, indexes[:10])) + (", …" if len(indexes) > 10 else "")
        yield Change(
            level, name, f"{len(indexes)} of {len(events)} events {text} (element {listed})"
        )


def _is_of(event: object, models: tuple[type[Any], ...]) -> bool:
    types = [attrs.fields(model).type.default for model in models]
    usual = types[0] if len(types) == 1 else None
    return isinstance(event, dict) and event.get("type", usual) in types


def _decode(event: object, models: tuple[type[Any], ...]) -> object:
    [decoded], _ = EventDecoder(*models).decode([msgspec.Raw(json.dumps(event).encode())])
    return decoded


def _event_changes(old: object, new: object) -> Iterator[tuple[Level, str]]:
    match old, new:
        case UnknownEvent(), UnknownEvent():
            return
        case _, UnknownEvent():
            yield Level.BREAKING, f"become an `UnknownEvent`: {new.reason}"
        case UnknownEvent(), _:
            yield Level.ADDITIVE, f"now match the model `{type(new).__name__}`"
        case _:
            before, after = _leaves(converter.unstructure(old)), _leaves(converter.unstructure(new))
            for place in sorted(before.keys() | after.keys()):
                if place not in after:
                    yield Level.BREAKING, f"lose the member `{place}`"
                elif place not in before:
                    yield Level.ADDITIVE, f"gain the member `{place}`"
                elif before[place] != after[place]:
                    yield Level.BREAKING, f"have a different value in `{place}`"


def _leaves(value: object, place: str = "") -> dict[str, object]:
    """Return the values that are not objects, by their paths; a list is one value."""
    match value:
        case dict():
            return {
                leaf: end
                for key, child in value.items()
                for leaf, end in _leaves(child, f"{place}.{key}").items()
            }
        case _:
            return {place.lstrip("."): value}
