"""One parameter of an operation, as an argument of a method: what the templates print of it."""

from typing import Any

from attrs import evolve, field, fields, fields_dict, frozen

from ._tree import Node

__all__ = ["COMMON", "TYPES", "Argument"]

TYPES = {"integer": "int", "string": "str", "boolean": "bool", "date-time": "Instant"}
"""The supported types, each with its name in Python."""


@frozen(kw_only=True)
class Argument:
    """One argument.

    Attributes:
        name: Its name in Python.
        wire_name: Its name in a request.
        location: Where it is sent: `path` or `query`.
        type: The type of its value, or of one value of an array; an instant is a `date-time`.
        is_array: Whether it takes several values.
        is_exploded: Whether each value of an array is sent by itself, and not all with commas.
        required: Whether it must be given.
        minimum: The least integer.
        maximum: The greatest integer.
        pattern: What a string must match.
        min_length: The least number of characters of a string.
        max_length: The greatest number of characters of a string.
        format: The format that a string must have; None if any or one that is not checked.
        values: The values that it may have; empty for any.
        is_personal: Whether its value is personal data.
        filters: The member of an event that it bounds, and how; for the sandbox.
    """

    name: str
    wire_name: str
    location: str
    type: str
    is_array: bool = False
    is_exploded: bool = True
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    min_length: int = 0
    max_length: int | None = None
    format: str | None = None
    values: tuple[Any, ...] = ()
    is_personal: bool = False
    filters: tuple[str, str] | None = None
    node: Node = field(factory=dict, eq=False)
    description: str = field(default="No kind has it.", eq=False)

    @property
    def type_in_words(self) -> str:
        """Its type in words. Arguments of one name share a field of a query, so it must be one."""
        return f"an array of {self.type}" if self.is_array else f"of type {self.type}"

    def joined(self, other: "Argument") -> "Argument":
        """Return this argument with only those limits that the other has as well."""
        limits = ("values", "minimum", "maximum", "pattern", "format", "min_length", "max_length")
        differ = [name for name in limits if getattr(self, name) != getattr(other, name)]
        usual: dict[str, Any] = {name: fields_dict(Argument)[name].default for name in differ}
        return evolve(self, is_personal=self.is_personal or other.is_personal, **usual)

    @property
    def annotation(self) -> str:
        """The type in Python of what a caller may pass."""
        kind = TYPES[self.type]
        if self.values == ("asc", "desc"):
            kind = "Sort"
        elif self.values:
            kind = f"Literal[{', '.join(map(repr, self.values))}]"
        return f"Iterable[{kind}]" if self.is_array else kind

    @property
    def held(self) -> str:
        """The type in Python of what a query holds."""
        kind = "int" if self.type == "date-time" else TYPES[self.type]
        if self.is_array:
            return f"tuple[{kind}, ...]"
        return self.annotation if self.values else kind

    @property
    def note(self) -> str:
        """What a caller must know about its values."""
        if self.type == "date-time":
            return "An aware datetime, or milliseconds since 1970-01-01T00:00:00Z."
        if self.minimum is not None and self.maximum is not None:
            return f"From {_shown(self.minimum)} to {_shown(self.maximum)}."
        return f"It matches `{self.pattern}`." if self.pattern else ""

    @property
    def note_of_query(self) -> str:
        """What a reader of a query must know about the value it holds."""
        if self.type != "date-time":
            return self.note
        return (
            "Held in milliseconds since 1970-01-01T00:00:00Z; may be given as an aware `datetime`"
            " of any class, of which a fraction of a millisecond rounds up."
        )

    @property
    def given(self) -> str:
        """The type in Python of what a query accepts: also the integers of other libraries."""
        kind = self.annotation.replace("Instant", "Instant | SupportsIndex")
        return "SupportsIndex" if kind == "int" else kind

    @property
    def data(self) -> dict[str, Any]:
        """What the package must know of it, without what is usual."""
        usual = {each.name: each.default for each in fields(Argument) if each.eq}
        return {name: value for name in usual if (value := getattr(self, name)) != usual[name]}


def _shown(number: int) -> str:
    for bits in (31, 63):
        if number in (2**bits - 1, -(2**bits)):
            return f"2**{bits} - 1" if number > 0 else f"-(2**{bits})"
    return str(number)


COMMON = {
    "start": Argument(name="start", wire_name="start", location="query", type="date-time"),
    "end": Argument(name="end", wire_name="end", location="query", type="date-time"),
    "sort": Argument(
        name="sort", wire_name="sort", location="query", type="string", values=("asc", "desc")
    ),
}
"""The arguments that every query has, even if no operation does: those of a fan-out."""
