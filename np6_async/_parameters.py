"""The values of parameters: what is accepted, what is held, and what is sent."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, cast
from urllib.parse import unquote
from uuid import UUID

from ._generated.kinds import Parameter
from ._options import to_int

__all__ = [
    "SECONDS_BELOW",
    "Instant",
    "Sort",
    "checker",
    "instant_checker",
    "iso",
    "masked",
    "path_parameter",
    "sender",
]

Instant: TypeAlias = datetime | int
"""A point in time: an aware `datetime`, or whole milliseconds since 1970-01-01T00:00:00Z."""

Sort: TypeAlias = Literal["asc", "desc"]
"""An order by event timestamp."""

SECONDS_BELOW: Final = 10**11
"""A smaller number of milliseconds looks like seconds: 1973, or the year 5138 in seconds."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_FIRST_MS: Final = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
_LAST_MS: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND

_FORMATS: Final[dict[str, Callable[[str], object]]] = {
    "uuid": lambda text: str(UUID(text)) == text.lower(),
    "date": lambda text: date.fromisoformat(text).isoformat() == text,
}


def masked(value: object) -> str:
    """Return what is shown instead of personal data."""
    return "None" if value is None else "'***'"


def path_parameter(parameters: Iterable[Parameter]) -> Parameter | None:
    """Return the parameter in the path, if there is one."""
    return next((each for each in parameters if each.location == "path"), None)


def checker(parameter: Parameter) -> Callable[[Any], Any]:
    """Return what checks a value of a parameter, and returns it as it is held.

    It raises `ValueError` if the value is not accepted. The message never has personal data.
    """
    check = _CHECKERS[parameter.type](parameter)
    if not parameter.is_array:
        return check

    def check_all(values: object) -> tuple[Any, ...]:
        if isinstance(values, str | bytes | bytearray | memoryview) or not isinstance(
            values, Iterable
        ):
            kind = type(values).__name__
            raise ValueError(f"{parameter.name} must be an iterable of values, not {kind}")
        checked = tuple(map(check, values))
        if not checked:
            raise ValueError(f"{parameter.name} is empty: give at least one value, or None")
        return checked

    return check_all


def instant_checker(name: str) -> Callable[[Any], Any]:
    """Return what checks a moment that is an argument of that name, as `checker` does."""
    return checker(Parameter(name=name, wire_name=name, location="query", type="date-time"))


def sender(parameter: Parameter) -> Callable[[Any], str | list[str]]:
    """Return a function that turns a value that a query holds into what is sent.

    An instant is sent in ISO 8601, and the values of an array as a list or with commas.
    """
    text = _TEXTS.get(parameter.type, str)
    if not parameter.is_array:
        return text
    if parameter.is_exploded:
        return lambda values: list(map(text, values))
    return lambda values: ",".join(map(text, values))


def iso(milliseconds: int) -> str:
    """Return an instant in ISO 8601, in which no unit can be mistaken."""
    instant = _EPOCH + timedelta(milliseconds=milliseconds)
    return instant.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _integer(parameter: Parameter) -> Callable[[Any], int]:
    name, values = parameter.name, parameter.values
    low = -(2**63) if parameter.minimum is None else parameter.minimum
    high = 2**63 - 1 if parameter.maximum is None else parameter.maximum

    def check(value: Any) -> int:  # noqa: ANN401 - checked here
        number = value if type(value) is int else to_int(value)
        if number is None:
            raise ValueError(f"{name} must be an int, not {type(value).__name__}")
        if not low <= number <= high:
            raise ValueError(f"{name} must be {_range(parameter.minimum, parameter.maximum)}")
        if values:
            _check_listed(number, parameter)
        return number

    return check


def _range(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return "of 64 bits"
    if low is None or high is None:
        return f"at least {low}" if high is None else f"at most {high}"
    return f"from {low} to {high}"


def _string(parameter: Parameter) -> Callable[[Any], str]:
    if parameter.values:
        return lambda value: _check_listed(_plain(value), parameter)
    pattern = None if parameter.pattern is None else _compiled(parameter.pattern)
    shortest, longest = parameter.min_length, parameter.max_length
    form = None if parameter.format is None else _FORMATS[parameter.format]

    def check(value: Any) -> str:  # noqa: ANN401 - checked here
        if not isinstance(value, str):
            raise ValueError(f"{parameter.name} must be a str, not {type(value).__name__}")
        if pattern is not None and pattern.search(value) is None:
            fault = f"must match {parameter.pattern!r}, not be"
        elif not shortest <= len(value) <= (len(value) if longest is None else longest):
            fault = f"must have {_range(shortest, longest)} characters, unlike"
        elif form is not None and not _is_valid(value, form):
            fault = f"must be a {parameter.format}, not"
        else:
            _check_sendable(value, parameter)
            return cast("str", _plain(value))
        raise ValueError(f"{parameter.name} {fault} {_shown(value, parameter)}")

    return check


def _plain(value: object) -> object:
    """Return the plain string that a string of a subclass is, such as a member of a `StrEnum`."""
    return str.__str__(value) if isinstance(value, str) else value


def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of JSON Schema, in which `$` does not match before a last line break."""
    end = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", _end_of_string, pattern, flags=re.DOTALL)
    return re.compile(end)


def _end_of_string(match: re.Match[str]) -> str:
    return r"\Z" if match[0] == "$" else match[0]


def _check_sendable(value: str, parameter: Parameter) -> None:
    """Refuse a string that cannot be sent, or not as one value of its parameter."""
    name, shown = parameter.name, _shown(value, parameter)
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError(f"{name} has half a surrogate pair, which UTF-8 cannot encode")
    if parameter.location == "path" and _decoded(value) in ("", ".", ".."):
        raise ValueError(f"{name} {shown} would change the path of the request")
    if parameter.is_array and not parameter.is_exploded and ("," in value or not value):
        raise ValueError(f"{name} is sent with commas between values, which {shown} cannot be")


def _is_valid(text: str, check: Callable[[str], object]) -> bool:
    try:
        return bool(check(text))
    except ValueError:
        return False


def _shown(value: object, parameter: Parameter) -> str:
    return "***" if parameter.is_personal else repr(value)


def _decoded(text: str) -> str:
    """Return a text without any percent-encoding, also that of an encoded text."""
    while (decoded := unquote(text)) != text:
        text = decoded
    return text


def _boolean(parameter: Parameter) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:  # noqa: ANN401 - checked here
        if not isinstance(value, bool):
            raise ValueError(f"{parameter.name} must be a bool, not {type(value).__name__}")
        return _check_listed(value, parameter) if parameter.values else value

    return check


def _check_listed(value: Any, parameter: Parameter) -> Any:  # noqa: ANN401 - checked here
    """Return a value that is one of those that are listed."""
    for known in parameter.values:
        if value == known and type(value) is type(known):
            return known
    listed = [*map(repr, parameter.values), *([] if parameter.required else ["None"])]
    texts = " or ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
    raise ValueError(f"{parameter.name} must be {texts}, not {_shown(value, parameter)}")


def _instant(parameter: Parameter) -> Callable[[Any], int]:
    name = parameter.name

    def check(value: Any) -> int:  # noqa: ANN401 - checked here
        if isinstance(value, datetime):
            return min(max(_since_epoch(value, name), _FIRST_MS), _LAST_MS)
        number = value if type(value) is int else to_int(value)
        if number is None:
            kind = type(value).__name__
            raise ValueError(
                f"{name}: instants are aware datetimes or int milliseconds, not {kind}"
            )
        shown = _shown(number, parameter) if abs(number) < 10**20 else "the int"
        if number != 0 and number < SECONDS_BELOW:
            raise ValueError(f"{shown} looks like seconds: {name} is in milliseconds since 1970")
        if number > _LAST_MS:
            raise ValueError(f"{shown} is past the year 9999: {name} is in milliseconds since 1970")
        return number

    return check


def _since_epoch(moment: datetime, name: str) -> int:
    """Return a moment in milliseconds, a fraction rounded up.

    It is made of the fields and the offset alone, because subclasses of `datetime` have their own
    arithmetic. The one of pandas also has nanoseconds.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError(f"{name}: instants need a time zone: give an aware datetime, such as UTC")
    date = (moment.year, moment.month, moment.day)
    time = (moment.hour, moment.minute, moment.second, moment.microsecond)
    since = datetime(*date, *time, tzinfo=UTC) - _EPOCH - offset
    has_more = since % _MILLISECOND == timedelta() and getattr(moment, "nanosecond", 0) > 0
    return -(-since // _MILLISECOND) + has_more


_CHECKERS: Final[dict[str, Callable[[Parameter], Callable[[Any], Any]]]] = {
    "integer": _integer,
    "string": _string,
    "boolean": _boolean,
    "date-time": _instant,
}

_TEXTS: Final[dict[str, Callable[[Any], str]]] = {
    "boolean": lambda value: str(value).lower(),
    "date-time": iso,
}
