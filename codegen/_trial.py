"""Import and use a generated package: run by path, in a fresh interpreter."""

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
    """Stands for any class of the client: the old client need not fit the new code yet."""

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
    """Resolve every annotation, and hold each class to what its docstring promises."""
    for name in models.__all__:
        value = getattr(models, name)
        if isinstance(value, type):
            typing.get_type_hints(value, include_extras=True)
            if not attrs.has(value) or value.__hash__ is not None or "__slots__" not in vars(value):
                raise TypeError(f"{name} is not a frozen, slotted, unhashable attrs class")


def try_endpoints(endpoints: ModuleType, examples: ModuleType, kinds: ModuleType) -> None:
    """Call every method, and decode the kind's examples into the model it names."""

    class Client(endpoints.Endpoints):  # type: ignore[misc, name-defined]  # known at run time only
        def _stream(self, query: _StandIn, model: type) -> tuple[object, type]:
            return query.arguments["kind"], model

    for kind in kinds.EventKind:
        asked, model = getattr(Client(), kind)(1)
        if asked is not kind:
            raise ValueError(f"the method {kind} asks for {asked}")
        for event in examples.EXAMPLES[kind]:
            msgspec.json.decode(msgspec.json.encode(event), type=model)


def main(directory: str) -> None:
    """Try the package `generated` in this directory."""
    sys.path.insert(0, directory)
    _install_stand_ins()
    try_models(importlib.import_module("generated.models"))
    if Path(directory, "generated", "endpoints.py").exists():
        try_endpoints(
            *(
                importlib.import_module(f"generated.{name}")
                for name in ("endpoints", "examples", "kinds")
            )
        )


if __name__ == "__main__":
    main(sys.argv[1])
