"""Decode the events of a response: each to its model, or to an `UnknownEvent` with the reason."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, get_args

import attrs

from np6_async._generated.kinds import OPERATIONS, EventKind
from np6_async.models import Event, UnknownEvent

from .converter import converter
from .events import event_hooks
from .fitting import FittingDecoder

__all__ = ["MODELS", "EventDecoder"]

E = TypeVar("E")

_BY_TYPE: Final = {attrs.fields(model).type.default: model for model in get_args(Event)}

MODELS: Final[Mapping[EventKind, type[Event]]] = {
    kind: _BY_TYPE[operation.event_type] for kind, operation in OPERATIONS.items()
}
"""The model of each kind's events."""


class EventDecoder(FittingDecoder[E]):
    """Decodes the elements of one response after another, all of one kind.

    Args:
        model: The model of the kind. An element without a type is taken for one.
        strict: Whether an element that does not fit is an error.
        on_unknown: Is called with each event that fits no model.
    """

    def __init__(
        self,
        model: type[E],
        *,
        strict: bool = False,
        on_unknown: Callable[[UnknownEvent], None] | None = None,
    ) -> None:
        hashable: Any = model  # as every class is, of which mypy is not sure
        super().__init__(event_hooks(converter, hashable), strict=strict, on_unknown=on_unknown)
