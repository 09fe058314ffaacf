"""A query: which events of which notification, in which window and order."""

from datetime import UTC, datetime, timedelta
from typing import Literal, SupportsIndex, TypeAlias, get_args

from attrs import field, frozen

from ._generated.kinds import OPERATIONS, EventKind
from ._options import to_int

__all__ = ["EventQuery", "Instant", "Sort", "to_kind"]

Instant: TypeAlias = datetime | int
"""A point in time: an aware `datetime`, or whole milliseconds since 1970-01-01T00:00:00Z."""

Sort: TypeAlias = Literal["asc", "desc"]
"""An order by event timestamp."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FIRST_MS = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
_LAST_MS = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
_SECONDS_BELOW = 10**11  # 1973 as milliseconds, the year 5138 as seconds
_MAX_ID = 2**31 - 1


def to_kind(value: str) -> EventKind:
    """Return the kind of that name.

    Raises:
        ValueError: There is no such kind.
    """
    if isinstance(value, EventKind):
        return value  # faster than the lookup by value
    try:
        return EventKind(value)
    except ValueError:
        known = ", ".join(repr(str(kind)) for kind in EventKind)
        raise ValueError(f"kind must be one of {known}, not {value!r}") from None


def _to_id(value: SupportsIndex) -> int:
    number = to_int(value)
    if number is None:
        raise ValueError(f"notification_id must be an int, not {type(value).__name__}")
    if not 0 <= number <= _MAX_ID:
        raise ValueError(f"notification_id must be from 0 to {_MAX_ID}")
    return number


def _to_milliseconds(value: Instant | SupportsIndex | None) -> int | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return min(max(_since_epoch(value), _FIRST_MS), _LAST_MS)
    number = to_int(value)
    if number is None:
        kind = type(value).__name__
        raise ValueError(f"start and end are aware datetimes or int milliseconds, not {kind}")
    if number != 0 and number < _SECONDS_BELOW:
        raise ValueError(f"{number} looks like seconds: start and end are milliseconds since 1970")
    if number > _LAST_MS:
        raise ValueError(
            f"{number} is past the year 9999: start and end are milliseconds since 1970"
        )
    return number


def _since_epoch(moment: datetime) -> int:
    """Return a moment in milliseconds, a fraction rounded up.

    It is made of the fields and the offset alone, because subclasses of `datetime` have their own
    arithmetic. The one of pandas also has nanoseconds.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("start and end need a time zone: give an aware datetime, such as UTC")
    date = (moment.year, moment.month, moment.day)
    time = (moment.hour, moment.minute, moment.second, moment.microsecond)
    since = datetime(*date, *time, tzinfo=UTC) - _EPOCH - offset
    has_more = since % _MILLISECOND == timedelta() and getattr(moment, "nanosecond", 0) > 0
    return -(-since // _MILLISECOND) + has_more


def _to_sort(value: Sort | None) -> Sort | None:
    if value is not None and value not in get_args(Sort):
        raise ValueError(f"sort must be 'asc', 'desc' or None, not {value!r}")
    return value


def _iso(milliseconds: int) -> str:
    """Return an instant in ISO 8601, in which no unit can be mistaken."""
    instant = _EPOCH + timedelta(milliseconds=milliseconds)
    return instant.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


@frozen(kw_only=True)
class EventQuery:
    """Which events to ask for. Frozen and hashable: equal queries are equal keys.

    Attributes:
        kind: The event family; may be given as its string.
        notification_id: The notification, from 0 to 2**31 - 1. May be an int of another library.
        start: First moment of the window, in milliseconds since 1970-01-01T00:00:00Z. May be given
            as an aware `datetime` of any class; a fraction of a millisecond rounds up. None: from
            the beginning.
        end: First moment *after* the window, in the same unit. None: up to now.
        sort: Order by timestamp. None: the API's order, which differs from one request to the next.

    Raises:
        ValueError: A value is of the wrong type or range, a datetime is naive, an int looks like
            seconds, or the window ends before it starts.
    """

    kind: EventKind = field(converter=to_kind)
    notification_id: int = field(converter=_to_id)
    start: int | None = field(default=None, converter=_to_milliseconds)
    end: int | None = field(default=None, converter=_to_milliseconds)
    sort: Sort | None = field(default=None, converter=_to_sort)

    def __attrs_post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(f"end {_iso(self.end)} lies before start {_iso(self.start)}")

    @property
    def path(self) -> str:
        """The path of the request, below the server's base URL."""
        return OPERATIONS[self.kind].path.replace("{id}", str(self.notification_id))

    @property
    def params(self) -> dict[str, str]:
        """The query string of the request, instants in ISO 8601."""
        params: dict[str, str] = {}
        if self.start is not None:
            params["start"] = _iso(self.start)
        if self.end is not None:
            params["end"] = _iso(self.end)
        if self.sort is not None:
            params["sort"] = self.sort
        return params

    @property
    def is_empty(self) -> bool:
        """Whether no event can lie in the window, because it ends where it starts."""
        return self.start is not None and self.start == self.end

    def __str__(self) -> str:
        window = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.kind} of notification {self.notification_id}" + (
            f" ({window})" if window else ""
        )
