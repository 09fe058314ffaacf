"""Use a package with new generated code. This script runs by path, in a new interpreter."""

import importlib
import inspect
import sys
import typing
from types import ModuleType

import attrs
import msgspec


def try_models(models: ModuleType) -> None:
    """Resolve every annotation; check that each class is what the module's docstring says."""
    for name in models.__all__:
        value = getattr(models, name)
        if getattr(value, "__module__", None) == models.__name__:
            typing.get_type_hints(value, include_extras=True)
            if not attrs.has(value) or value.__hash__ is not None or "__slots__" not in vars(value):
                raise TypeError(f"{name} is not a frozen, slotted, unhashable attrs class")


def try_endpoints(endpoints: ModuleType, examples: ModuleType, decoder: ModuleType) -> None:
    """Call every method, and decode the examples of its kind into its models."""
    known = inspect.signature(endpoints.EventQuery).parameters.keys()
    endpoints.EventQuery = dict  # type: ignore[attr-defined]  # takes any arguments

    class Client(endpoints.Endpoints):  # type: ignore[misc, name-defined]  # known at run time only
        def _stream(self, query: dict[str, object], *models: type) -> tuple[object, ...]:
            if unknown := query.keys() - known:
                raise TypeError(f"EventQuery has no {', '.join(sorted(unknown))}")
            return query["kind"], *models

    for kind, events in examples.EXAMPLES.items():
        method = getattr(Client(), kind)
        given = inspect.signature(method).parameters
        asked, *models = method(**dict.fromkeys(given))
        if asked is not kind or (*models,) != decoder.MODELS[kind]:
            raise ValueError(f"the method {kind} queries {asked} and decodes to {models}")
        raw = [msgspec.Raw(msgspec.json.encode(event)) for event in events]
        _, error = decoder.EventDecoder(*models, strict=True).decode(raw)
        if error is not None:
            raise error


def main(directory: str) -> None:
    """Try the package `np6_async` in a directory; its `__init__` may name models that are gone."""
    sys.modules["np6_async"] = package = ModuleType("np6_async")
    package.__path__ = [f"{directory}/np6_async"]
    names = ("_client", "_generated.models", "_endpoints", "_generated.examples", "_decode.decoder")
    _, models, *others = (importlib.import_module(f"np6_async.{name}") for name in names)
    try_models(models)
    try_endpoints(*others)


if __name__ == "__main__":
    main(sys.argv[1])
