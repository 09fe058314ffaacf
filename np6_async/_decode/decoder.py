"""Decode the events of a response: each to its model, or to an `UnknownEvent` with the reason."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from np6_async._generated import models
from np6_async._generated.kinds import OPERATIONS, EventKind
from np6_async.models import Event, UnknownEvent

from .converter import converter
from .events import event_hooks
from .fitting import FittingDecoder

__all__ = ["MODELS", "EventDecoder"]

E = TypeVar("E")

MODELS: Final[Mapping[EventKind, tuple[type[Event], ...]]] = {
    kind: tuple(getattr(models, name) for name in operation.models)
    for kind, operation in OPERATIONS.items()
}
"""The models of each kind's events; usually one."""


class EventDecoder(FittingDecoder[E]):
    """Decodes the elements of one response after another, all of one kind.

    Args:
        *models: The models of the kind. If it is one, an element without a type is taken for it.
        strict: Whether an element that does not fit is an error.
        on_unknown: Is called with each event that fits no model.
    """

    def __init__(
        self,
        *models: type[E],
        strict: bool = False,
        on_unknown: Callable[[UnknownEvent], None] | None = None,
    ) -> None:
        hashable: Any = models  # as every class is, of which mypy is not sure
        super().__init__(event_hooks(converter, *hashable), strict=strict, on_unknown=on_unknown)
