"""Which events a request selects, and in which order."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, get_args

import msgspec

from np6_async._generated.kinds import Operation, Parameter
from np6_async._parameters import Sort

__all__ = ["Filter", "Selection", "selection"]

_START: Final = ("timestamp", "minimum")
_END: Final = ("timestamp", "exclusiveMaximum")
_USUAL: Final = {"start": _START, "end": _END}
_SORTS: Final[dict[object, Sort]] = {sort: sort for sort in get_args(Sort)}


class Filter(NamedTuple):
    """A bound of one member of events.

    Attributes:
        member: The member, with dots between the objects that it is in.
        bound: `minimum`, `exclusiveMaximum` or `const`.
        value: The value that bounds it; for `const` it may be a tuple of several.
    """

    member: str
    bound: str
    value: Any

    def admits(self, event: object) -> bool:
        """Say whether an event has the member, and it is within the bound."""
        for name in self.member.split("."):
            if not isinstance(event, dict) or name not in event:
                return False
            event = event[name]
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return any(type(event) is type(value) and self._within(event, value) for value in values)

    def _within(self, found: Any, value: Any) -> bool:  # noqa: ANN401 - both of one type
        if self.bound == "const":
            return bool(found == value)
        return bool(found >= value if self.bound == "minimum" else found < value)


class Selection(NamedTuple):
    """A part of the events of a timeline.

    Attributes:
        start: The first time in it, in milliseconds since 1970-01-01T00:00:00Z; None for no start.
        end: The first time after it, in the same unit; None for no end.
        sort: The order by time; None for no order.
        filters: What else its events must have.
    """

    start: int | None = None
    end: int | None = None
    sort: Sort | None = None
    filters: tuple[Filter, ...] = ()

    def admits(self, event: bytes) -> bool:
        """Say whether the JSON of an event passes the filters."""
        members = msgspec.json.decode(event)
        return all(each.admits(members) for each in self.filters)


def selection(operation: Operation, given: Mapping[str, Any]) -> Selection:
    """Return what an operation selects with these values of its parameters, by name.

    A parameter that is not there, or None, selects nothing by itself.
    Bounds of `timestamp` become the start and the end: the fast way. The timestamp is then the one
    of the timeline, which an event without a `timestamp` has too.
    """
    filters = [
        Filter(*rule, given[parameter.name])
        for parameter in operation.parameters
        if given.get(parameter.name) is not None and (rule := _rule(parameter)) is not None
    ]
    starts, ends = (
        [each for each in filters if each[:2] == rule and type(each.value) is int]
        for rule in (_START, _END)
    )
    return Selection(
        start=max((each.value for each in starts), default=None),
        end=min((each.value for each in ends), default=None),
        sort=_SORTS.get(given.get("sort")),
        filters=tuple(each for each in filters if each not in [*starts, *ends]),
    )


def _rule(parameter: Parameter) -> tuple[str, str] | None:
    if parameter.filters is None and parameter.type == "date-time":
        return _USUAL.get(parameter.name)
    return parameter.filters
