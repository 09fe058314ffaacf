"""Import and use a generated package. This script runs by path, in a new interpreter."""

import importlib
import sys
import typing
from pathlib import Path
from types import ModuleType

import attrs
import msgspec

_USED_BY_ENDPOINTS = {
    "np6_async": (),
    "np6_async._query": ("EventQuery", "Instant", "Sort"),
    "np6_async._stream": ("EventStream",),
    "np6_async.models": ("UnknownEvent",),
}


class _StandIn:
    """Replaces a class of the client, which may not work with the new code yet."""

    def __init__(self, **arguments: object) -> None:
        self.arguments = arguments

    def __class_getitem__(cls, _: object) -> type:
        return cls


def _install_stand_ins() -> None:
    for name, members in _USED_BY_ENDPOINTS.items():
        sys.modules[name] = module = ModuleType(name)
        for member in members:
            setattr(module, member, type(member, (_StandIn,), {}))


def try_models(models: ModuleType) -> None:
    """Resolve every annotation; check that each class is what the module's docstring says."""
    for name in models.__all__:
        value = getattr(models, name)
        if getattr(value, "__module__", None) == models.__name__:
            typing.get_type_hints(value, include_extras=True)
            if not attrs.has(value) or value.__hash__ is not None or "__slots__" not in vars(value):
                raise TypeError(f"{name} is not a frozen, slotted, unhashable attrs class")


def try_endpoints(endpoints: ModuleType, examples: ModuleType, models: ModuleType) -> None:
    """Call every method, and decode the examples of its kind into its model."""

    class Client(endpoints.Endpoints):  # type: ignore[misc, name-defined]  # known at run time only
        def _stream(self, query: _StandIn, model: type) -> tuple[object, type]:
            return query.arguments["kind"], model

    names = _wire_names(models)
    for kind, events in examples.EXAMPLES.items():
        asked, model = getattr(Client(), kind)(1)
        if asked is not kind or not attrs.has(model):
            raise ValueError(f"the method {kind} queries {asked} and decodes to {model}")
        if decoder := _decoder(model):
            for event in events:
                decoder.decode(msgspec.json.encode(_with_python_names(event, names)))


def _decoder(model: type) -> msgspec.json.Decoder[object] | None:
    """Return a decoder, or None for a union of attrs classes, which msgspec does not support."""
    try:
        return msgspec.json.Decoder(model)
    except TypeError:
        return None


def _wire_names(models: ModuleType) -> dict[str, str]:
    classes = filter(attrs.has, vars(models).values())
    fields = [field for cls in classes for field in attrs.fields(cls)]
    return {field.metadata.get("wire", field.name): field.name for field in fields}


def _with_python_names(value: object, names: dict[str, str]) -> object:
    """Rename members at any depth: msgspec uses the Python names of attrs classes."""
    match value:
        case dict():
            return {names.get(key, key): _with_python_names(v, names) for key, v in value.items()}
        case list():
            return [_with_python_names(item, names) for item in value]
        case _:
            return value


def main(directory: str) -> None:
    """Try the package `generated` in a directory."""
    sys.path.insert(0, directory)
    _install_stand_ins()
    has_endpoints = Path(directory, "generated", "_endpoints.py").exists()
    package = "generated._generated" if has_endpoints else "generated"
    models = importlib.import_module(f"{package}.models")
    try_models(models)
    if has_endpoints:
        endpoints = importlib.import_module("generated._endpoints")
        examples = importlib.import_module(f"{package}.examples")
        try_endpoints(endpoints, examples, models)


if __name__ == "__main__":
    main(sys.argv[1])
