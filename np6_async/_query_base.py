"""What every query can do: it checks its parameters by its kind, and knows its request."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, NoReturn
from urllib.parse import quote

from ._generated.kinds import OPERATIONS, EventKind, Operation, Parameter
from ._parameters import checker, iso, path_parameter, sender
from ._redaction import escaped_forms, redact

__all__ = ["BaseQuery", "check_options", "id_of", "id_parameter", "to_kind"]


class _Rules(NamedTuple):
    """The rules for queries of one kind.

    Attributes:
        path: The path, with `{}` for the parameter in it.
        checks: For each parameter of any kind: its name, the function that checks and converts its
            value, and whether this kind needs it.
        windows: The names of the first and the last moment of each window.
        id: The parameter in the path.
        params: For each parameter of the query string: its name in Python, its name in a request,
            and the function that turns its value into what is sent.
        parameters: All parameters.
    """

    path: str
    checks: tuple[tuple[str, Callable[[Any], Any], bool], ...]
    windows: tuple[tuple[str, str], ...]
    id: Parameter | None
    params: tuple[tuple[str, str, Callable[[Any], str | list[str]]], ...]
    parameters: tuple[Parameter, ...]


class BaseQuery:
    """The base class of `EventQuery`, whose fields are generated from the spec."""

    __slots__ = ()

    kind: EventKind

    def _hold(self, kind: str, given: dict[str, Any]) -> None:
        """Set every field to the value that was given for it, checked and converted.

        Raises:
            ValueError: A value is invalid, missing, or of a parameter that the kind does not have.
        """
        hold = object.__setattr__
        kind = to_kind(kind)
        hold(self, "kind", kind)
        rules = _RULES[kind]
        for name, check, required in rules.checks:
            value = given[name]
            if value is not None:
                value = given[name] = check(value)
            elif required:
                _refuse_missing(kind, name, given)
            hold(self, name, value)
        for start, end in rules.windows:
            if given[start] is not None and given[end] is not None:
                _check_window(start, end, given[start], given[end])

    @property
    def id(self) -> int | str | None:
        """The id in the path, such as the notification's; None if the path has none."""
        parameter = _RULES[self.kind].id
        return None if parameter is None else getattr(self, parameter.name)

    @property
    def path(self) -> str:
        """The path of the request, below the server's base URL."""
        rules = _RULES[self.kind]
        if rules.id is None:
            return rules.path
        value = getattr(self, rules.id.name)
        text = str(value) if isinstance(value, int) else quote(value, safe="")
        return rules.path.replace("{}", text)

    @property
    def params(self) -> dict[str, str | list[str]]:
        """The query string of the request, instants in ISO 8601, several values as a list."""
        params: dict[str, str | list[str]] = {}
        for name, wire_name, send in _RULES[self.kind].params:
            if (value := getattr(self, name)) is not None:
                params[wire_name] = send(value)
        return params

    @property
    def is_empty(self) -> bool:
        """Whether no event can lie in a window, because it ends where it starts."""
        for start, end in _RULES[self.kind].windows:
            moment = getattr(self, start)
            if moment is not None and moment == getattr(self, end):
                return True
        return False

    @property
    def subject(self) -> str:
        """The kind and the object that is asked about, such as `bounces of notification 156`."""
        parameter = id_parameter(self.kind)
        if parameter is None:
            return str(self.kind)
        value = "***" if parameter.is_personal else _printable(getattr(self, parameter.name))
        return f"{self.kind} of {parameter.name.removesuffix('_id')} {value}"

    def redacted(self, text: str) -> str:
        """Return a text from the server without the personal data of this query."""
        rules = _RULES[self.kind]
        personal = {each.name: each for each in rules.parameters if each.is_personal}
        if not personal:
            return text
        held = {name: getattr(self, name) for name in personal}
        sent = [
            sender(each)(held[name]) for name, each in personal.items() if held[name] is not None
        ]
        texts = [text for each in sent for text in (each if isinstance(each, list) else [each])]
        forms = [
            form
            for each in texts
            for part in (each, *each.split(","))
            for form in escaped_forms(part)
        ]
        return redact(text, forms)

    def __str__(self) -> str:
        shown = self.params
        for parameter in _RULES[self.kind].parameters:
            if parameter.is_personal and parameter.wire_name in shown:
                shown[parameter.wire_name] = "***"
        listed = ", ".join(f"{name}={_printable(value)}" for name, value in shown.items())
        return f"{self.subject} ({listed})" if listed else self.subject


def _printable(value: object) -> str:
    """Return a value as text without a line break, with which it could forge a line of a log."""
    text = str(value)
    return text if text.isprintable() else repr(text)


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


def check_options(kind: EventKind, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return some parameters of a kind as a query holds them.

    Raises:
        ValueError: A value is invalid, or a window ends before it starts.
    """
    rules = _RULES[kind]
    held = {name: check(options[name]) for name, check, _ in rules.checks if name in options}
    for start, end in rules.windows:
        if start in held and end in held:
            _check_window(start, end, held[start], held[end])
    return held


def _check_window(start_name: str, end_name: str, start: int, end: int) -> None:
    if end < start:
        raise ValueError(f"{end_name} {iso(end)} lies before {start_name} {iso(start)}")


def id_parameter(kind: EventKind) -> Parameter | None:
    """Return the parameter in the path of a kind, or None."""
    return _RULES[kind].id


def id_of(kind: str, name: str, given: object, by_name: object) -> Any:  # noqa: ANN401 - unchecked
    """Return the value for a path's parameter, from `events(kind, given, name=by_name)`.

    Raises:
        ValueError: Both were given, or the kind has no parameter in its path.
    """
    parameter = id_parameter(to_kind(kind))
    if given is None or (parameter is not None and parameter.name != name):
        return by_name
    if parameter is None:
        raise ValueError(f"{kind} has no id in its path, but one was given")
    if by_name is not None:
        raise ValueError(f"{name} was given twice: by its name and by position")
    return given


def _refuse_missing(kind: EventKind, name: str, given: Mapping[str, Any]) -> NoReturn:
    """Refuse a query without a parameter that it needs, or because of what was given instead."""
    for other, check, _ in _RULES[kind].checks:
        if given[other] is not None:
            check(given[other])  # raises
    raise ValueError(f"{name} must be given: {kind} needs it")


def _rules(kind: EventKind, operation: Operation) -> _Rules:
    own = {parameter.name: parameter for parameter in operation.parameters}
    moments = [name for name, parameter in own.items() if parameter.type == "date-time"]
    return _Rules(
        path=operation.path,
        checks=tuple(
            (name, checker(own[name]), own[name].required)
            if name in own
            else (name, _refusal(kind, name, own), False)
            for name in _NAMES
        ),
        windows=tuple(
            (name, end) for name in moments if (end := _end_of(name)) != name and end in moments
        ),
        id=path_parameter(operation.parameters),
        params=tuple(
            (each.name, each.wire_name, sender(each))
            for each in operation.parameters
            if each.location == "query"
        ),
        parameters=operation.parameters,
    )


def _end_of(start: str) -> str:
    return "end".join(start.rsplit("start", 1))


def _refusal(kind: EventKind, name: str, own: Mapping[str, Parameter]) -> Callable[[Any], None]:
    known = ", ".join(own) or "none"

    def refuse(_: object) -> None:
        raise ValueError(f"{name} is not a parameter of {kind}, whose parameters are: {known}")

    return refuse


_NAMES: Final = tuple(
    dict.fromkeys(
        [each.name for operation in OPERATIONS.values() for each in operation.parameters]
        + ["start", "end", "sort"]  # every query has these, even if no kind does
    )
)
_RULES: Final = {kind: _rules(kind, operation) for kind, operation in OPERATIONS.items()}
