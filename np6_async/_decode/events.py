"""How events of a model are read."""

from functools import cache
from typing import Any

from .depth import deep_finder
from .fitting import Hooks

__all__ = ["event_hooks"]


@cache
def event_hooks(converter: Any, model: Any) -> Hooks[Any]:
    """Return how a converter reads events of a model."""
    list_of: Any = list
    load, load_all = map(converter.get_loads_hook, (model, list_of[model]))
    return Hooks(load, load_all, deep_finder(model))
