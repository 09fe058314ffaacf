"""Decode elements to events with given hooks: each to its model, or to an `UnknownEvent`."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar

import msgspec

from np6_async.errors import EventDecodeError
from np6_async.models import UnknownEvent

from .misfit import TOO_DEEP, UNFIT, Misfit, explain, load_shallow, unknown_event

__all__ = ["FittingDecoder", "Hooks", "split"]

E = TypeVar("E")

split: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
"""Returns the elements of an array, undecoded."""


class Hooks(NamedTuple, Generic[E]):
    """How to read events.

    Attributes:
        load: Reads one. Raises one of `UNFIT` for what does not fit, as the next one does.
        load_all: Reads an array of them.
        has_deep: Says whether one of those that were read is nested too deeply.
    """

    load: Callable[[Any], E]
    load_all: Callable[[Any], list[Any]]
    has_deep: Callable[[list[Any]], bool]


class FittingDecoder(Generic[E]):
    """Decodes the elements of one response after another.

    Whole arrays go to the compiled decoder at once, which is fastest, until an element does not
    fit; from then on each is decoded by itself, so that the good ones are not decoded twice.

    Args:
        hooks: How to read events.
        strict: Whether an element that does not fit is an error.
        on_unknown: Is called with each event that fits no model.
    """

    piece: ClassVar[int] = 16 * 1024
    """So few events that they start no garbage collection (700 objects), if the caller keeps only
    those of one piece at a time."""

    def __init__(
        self,
        hooks: Hooks[E],
        *,
        strict: bool = False,
        on_unknown: Callable[[UnknownEvent], None] | None = None,
    ) -> None:
        self._load, self._load_all, self._has_deep = hooks
        self._strict = strict
        self._on_unknown = on_unknown
        self._all_fit = True

    def decode_array(
        self, array: bytes | memoryview
    ) -> tuple[list[E | UnknownEvent], EventDecodeError | None]:
        """Return the events of a whole array, as `decode` does.

        Raises:
            msgspec.DecodeError: It is no JSON array.
            RecursionError: It is nested more deeply than msgspec gets.
        """
        if self._all_fit:
            try:
                events = self._load_all(array)
                if not self._has_deep(events):
                    return events, None
            except UNFIT:
                pass
        elements = split(array)
        self._all_fit = False
        return self.decode(elements)

    def decode(
        self, elements: Sequence[msgspec.Raw]
    ) -> tuple[list[E | UnknownEvent], EventDecodeError | None]:
        """Return the events, and in strict mode what is wrong with the element after the last."""
        events: list[E | UnknownEvent] = []
        for element in elements:
            found = self._fit(raw := bytes(element))
            if not isinstance(found, Misfit):
                events.append(found)
            elif self._strict:
                message = f"an event does not fit: {found.reason}"
                return events, EventDecodeError(message, path=found.path)
            else:
                unknown = unknown_event(raw, found)
                if self._on_unknown is not None:
                    self._on_unknown(unknown)
                events.append(unknown)
        return events, None

    def _fit(self, element: bytes) -> E | Misfit:
        try:
            event = load_shallow(self._load, element)
        except UNFIT as error:
            return explain(error)
        return TOO_DEEP if self._has_deep([event]) else event
