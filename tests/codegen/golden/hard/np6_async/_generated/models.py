# Generated from openapi/np6-events.yaml by `make codegen`; do not edit.
"""The models: frozen, slotted, keyword-only attrs classes, compared by value, not hashable.

An optional member is None when it is missing or null. If the name of a member in JSON differs from
its Python name, it is in the metadata of the attrs field:
`attrs.fields(Model).name.metadata["wire"]`.
"""

from __future__ import annotations

import datetime as dt
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import attrs
import msgspec

__all__ = [
    "Absent",
    "Base",
    "Box",
    "BoxMessage",
    "Circle",
    "Coin",
    "Event",
    "Extra",
    "ExtraBoth",
    "ExtraClosed",
    "Fewer",
    "Formats",
    "Hedge",
    "Heir",
    "Keywords",
    "Last",
    "Message",
    "Middle",
    "Names",
    "Note",
    "Number",
    "OpenBox",
    "Opening",
    "OtherBox",
    "OtherMessage",
    "ShutBox",
    "Strict",
    "Sum",
    "Term",
    "TextMessage",
    "Texts",
    "Thing",
    "Tree",
    "Values",
    "Words",
]

Int32: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
"""An integer of 32 bits. A value out of this range does not match the model."""

Int64: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""An integer of 64 bits. A value out of this range does not match the model."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Opening:
    """An event; there must be one.

    Attributes:
        type: Not described.
        id: Not described.
    """

    type: Literal["opening"] = "opening"
    id: UUID


@attrs.frozen(kw_only=True, unsafe_hash=False)
class TextMessage:
    """TextMessage.

    Attributes:
        type: Not described.
        body: Not described.
    """

    type: Literal["text"]
    body: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class OtherMessage:
    """OtherMessage.

    Attributes:
        type: Not described.
        sent_by: Not described.
    """

    type: str
    sent_by: str | None = attrs.field(default=None, metadata={"wire": "sentBy"})


@attrs.frozen(kw_only=True, unsafe_hash=False)
class ShutBox:
    """ShutBox.

    Attributes:
        kind: Not described.
    """

    kind: Literal["shut", "locked"]


@attrs.frozen(kw_only=True, unsafe_hash=False)
class OtherBox:
    """OtherBox.

    Attributes:
        kind: Not described.
    """

    kind: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Coin:
    """Coin.

    Attributes:
        field_type: Not described.
        value: Not described.
    """

    field_type: Literal["coin"] = attrs.field(metadata={"wire": "@type"})
    value: Int64


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Note:
    """Note.

    Attributes:
        field_type: Not described.
        text: Not described.
    """

    field_type: Literal["note"] = attrs.field(metadata={"wire": "@type"})
    text: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Names:
    """Members whose names Python cannot have, or uses itself.

    Attributes:
        class_: Not described.
        from_: Not described.
        self_: Not described.
        none: Not described.
        match: Not described.
        field_class__: Not described.
        field_init__: Not described.
        field_private: Not described.
        camel_case_2: Not described.
        camel_case: Not described.
        camel_case_3: Not described.
        camel_case_4: Not described.
        with_space: Not described.
        field_1st: Not described.
        ünïcode: Not described.
        quote_s: Not described.
        back_slash: Not described.
        new_line: Not described.
        emoji_: Not described.
        fi_2: Not described.
        fi: Not described.
        str_: Not described.
        int_: Not described.
        list_: Not described.
        uuid: Not described.
        datetime_: Not described.
        any: Not described.
        attrs_: Not described.
        property_: Not described.
        dict_: Not described.
        float_: Not described.
        bool_: Not described.
        date_: Not described.
        long_name_of_many_words_that_goes_on_and_on_and_on_until_no_line_of_any_length_can_hold_it_any_more:
            Not described.
        dt_: Not described.
        msgspec_: Not described.
    """

    class_: str = attrs.field(metadata={"wire": "class"})
    from_: str | None = attrs.field(default=None, metadata={"wire": "from"})
    self_: str | None = attrs.field(default=None, metadata={"wire": "self"})
    none: str | None = attrs.field(default=None, metadata={"wire": "None"})
    match: str | None = None
    field_class__: str | None = attrs.field(default=None, metadata={"wire": "__class__"})
    field_init__: str | None = attrs.field(default=None, metadata={"wire": "__init__"})
    field_private: str | None = attrs.field(default=None, metadata={"wire": "_private"})
    camel_case_2: str = attrs.field(metadata={"wire": "camelCase"})
    camel_case: str | None = None
    camel_case_3: str | None = attrs.field(default=None, metadata={"wire": "CamelCase"})
    camel_case_4: str | None = attrs.field(default=None, metadata={"wire": "camel-case"})
    with_space: str | None = attrs.field(default=None, metadata={"wire": "with space"})
    field_1st: str | None = attrs.field(default=None, metadata={"wire": "1st"})
    ünïcode: str | None = None
    quote_s: str | None = attrs.field(default=None, metadata={"wire": 'quote"s'})
    back_slash: str | None = attrs.field(default=None, metadata={"wire": "back\\slash"})
    new_line: str | None = attrs.field(default=None, metadata={"wire": "new\nline"})
    emoji_: str | None = attrs.field(default=None, metadata={"wire": "emoji😀"})
    fi_2: str | None = attrs.field(default=None, metadata={"wire": "ﬁ"})
    fi: str | None = None
    str_: str | None = attrs.field(default=None, metadata={"wire": "str"})
    int_: int | None = attrs.field(default=None, metadata={"wire": "int"})
    list_: list[str] | None = attrs.field(default=None, metadata={"wire": "list"})
    uuid: UUID | None = attrs.field(default=None, metadata={"wire": "UUID"})
    datetime_: datetime | None = attrs.field(default=None, metadata={"wire": "datetime"})
    any: Any | None = attrs.field(default=None, metadata={"wire": "Any"})
    attrs_: str | None = attrs.field(default=None, metadata={"wire": "attrs"})
    property_: str | None = attrs.field(default=None, metadata={"wire": "property"})
    dict_: dict[str, float] | None = attrs.field(default=None, metadata={"wire": "dict"})
    float_: float | None = attrs.field(default=None, metadata={"wire": "float"})
    bool_: bool | None = attrs.field(default=None, metadata={"wire": "bool"})
    date_: date | None = attrs.field(default=None, metadata={"wire": "date"})
    long_name_of_many_words_that_goes_on_and_on_and_on_until_no_line_of_any_length_can_hold_it_any_more: (
        bool | None
    ) = attrs.field(
        default=None,
        metadata={
            "wire": (
                "long name of many words that goes on and on and on until no line of any "
                "length can hold it any more"
            )
        },
    )
    dt_: Int64 | None = attrs.field(default=None, metadata={"wire": "dt"})
    msgspec_: str | None = attrs.field(default=None, metadata={"wire": "msgspec"})

    @property
    def moment(self) -> dt.datetime | None:
        """`dt_` as an aware datetime in UTC.

        Raises:
            OverflowError: The year is outside the range of a datetime.
        """
        if self.dt_ is None:
            return None
        return _EPOCH + dt.timedelta(milliseconds=self.dt_)


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Values:
    """Constants, and sets of values that are open or closed.

    Attributes:
        version: Not described.
        flag: Not described.
        nothing: Not described.
        closed: Not described.
        numbers: Not described.
        mixed: Not described.
        open: Known values: `known`.
        defaulted: Not described.
    """

    version: Literal[2]
    flag: Literal[True] | None = None
    nothing: None = None
    closed: (
        Literal[
            "",
            " ",
            "a b",
            "it's",
            'say "hi"',
            "back\\slash",
            "line\nbreak",
            "None",
            "1",
            "é",
            "class",
        ]
        | None
    ) = None
    numbers: Literal[-1, 0, 1] | None = None
    mixed: Literal["one", 2] | None = None
    open: str | None = None
    defaulted: Literal["low", "high"] | None = "low"


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Words:
    """A description with "quotes", 'quotes', \"\"\"three\"\"\", a \\backslash, a trailing quote and
    {{ braces }} {% tags %}.

    # It also has a very long line: {{x}} Lorem ipsum dolor sit amet, consectetur adipiscing elit,
    sed do eiusmod tempor incididunt ut labore et dolore magna aliqua, and-one-word-that-is-
    longer-than-any-line-may-be-so-that-it-cannot-be-wrapped-anywhere-at-all-without-being-cut "

    Attributes:
        quoted: Ends with a quote"
        slashed: Ends with a backslash\\
        lines: One two three four
        tripled: \"\"\"
    """

    quoted: str | None = None
    slashed: str | None = None
    lines: str | None = None
    tripled: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class ExtraClosed:
    """ExtraClosed.

    Attributes:
        known: Not described.
    """

    known: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class ExtraBoth:
    """ExtraBoth.

    Attributes:
        known: Not described.
    """

    known: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Formats:
    """Formats alone, in arrays and in maps.

    Attributes:
        int32: Not described.
        int64: Not described.
        integer: Not described.
        number: Not described.
        double: Not described.
        date_: Not described.
        moment: Not described.
        uuid: Not described.
        dates: Not described.
        moments: Not described.
        uuids: Not described.
        numbers: Not described.
    """

    int32: Int32 | None = None
    int64: Int64 | None = None
    integer: int | None = None
    number: float | None = None
    double: float | None = None
    date_: date | None = attrs.field(default=None, metadata={"wire": "date"})
    moment: datetime | None = None
    uuid: UUID | None = None
    dates: list[date] | None = None
    moments: dict[str, datetime] | None = None
    uuids: dict[str, list[UUID]] | None = None
    numbers: list[list[Int64]] | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Base:
    """Base.

    Attributes:
        id: Not described.
    """

    id: UUID


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Middle:
    """Middle.

    Attributes:
        id: Not described.
        middle_name: Not described.
    """

    id: UUID
    middle_name: str | None = attrs.field(default=None, metadata={"wire": "middleName"})


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Last:
    """A chain of allOf, whose last link also demands what an earlier one left open.

    Attributes:
        id: Not described.
        middle_name: Not described.
        last: Not described.
    """

    id: UUID
    middle_name: str = attrs.field(metadata={"wire": "middleName"})
    last: bool


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Number:
    """Number.

    Attributes:
        op: Not described.
        value: Not described.
    """

    op: Literal["number"]
    value: float


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Sum:
    """Sum.

    Attributes:
        op: Not described.
        terms: Not described.
        rest: Not described.
    """

    op: Literal["sum"]
    terms: list[Number | Sum] | None = None
    rest: dict[str, Number | Sum] | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Keywords:
    """Members with the names of JSON Schema's keywords, and schemas that are only true or false.

    Attributes:
        properties: Not described.
        items: Not described.
        any_of: Not described.
        enum: Not described.
        const: Not described.
        format: Not described.
        discriminator: Not described.
        default: Not described.
        x_python_datetime: Not described.
        description: Not described.
        field_ref: Not described.
        anything: Not described.
        nothing: Not described.
    """

    properties: dict[str, str] | None = None
    items: int | None = None
    any_of: str | None = attrs.field(default=None, metadata={"wire": "anyOf"})
    enum: str | None = None
    const: str | None = None
    format: str | None = None
    discriminator: str | None = None
    default: int | None = None
    x_python_datetime: str | None = attrs.field(
        default=None, metadata={"wire": "x-python-datetime"}
    )
    description: str | None = None
    field_ref: str | None = attrs.field(default=None, metadata={"wire": "$ref"})
    anything: Any | None = None
    nothing: Any | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class OpenBox:
    """OpenBox.

    Attributes:
        kind: Not described.
        content: Not described.
    """

    kind: Literal["open"]
    content: dict[str, Coin | Note] | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class BoxMessage:
    """BoxMessage.

    Attributes:
        type: Not described.
        boxes: Not described.
    """

    type: Literal["box"]
    boxes: list[OpenBox | ShutBox | OtherBox]


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Tree:
    """A schema that holds itself, in every way there is.

    Attributes:
        child: A schema that holds itself, in every way there is.
        children: Not described.
        by_name: Not described.
        leaf: Not described.
        other: Leads back to a tree.
    """

    child: Tree | None = None
    children: list[Tree] | None = None
    by_name: dict[str, Tree] | None = attrs.field(default=None, metadata={"wire": "byName"})
    leaf: Tree | str | None = None
    other: Hedge | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Hedge:
    """Leads back to a tree.

    Attributes:
        tree: A schema that holds itself, in every way there is.
    """

    tree: Tree | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Absent:
    """Null, missing and both.

    Attributes:
        required: Not described.
        nullable: Not described.
        optional: Not described.
        either: Not described.
        model: Not described.
    """

    required: str
    nullable: str | None
    optional: str | None = None
    either: Int32 | None = None
    model: Hedge | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Extra:
    """Additional members of every form.

    Attributes:
        any: Not described.
        allowed: Not described.
        empty: Not described.
        numbers: Not described.
        lists: Not described.
        maps: Not described.
        models: Not described.
        nullable: Not described.
        closed: Not described.
        both: Not described.
    """

    any: dict[str, Any] | None = None
    allowed: dict[str, Any] | None = None
    empty: dict[str, Any] | None = None
    numbers: dict[str, float] | None = None
    lists: dict[str, list[Int32]] | None = None
    maps: dict[str, dict[str, str]] | None = None
    models: dict[str, Hedge] | None = None
    nullable: dict[str, str | None] | None = None
    closed: ExtraClosed | None = None
    both: ExtraBoth | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Heir:
    """Two bases, which no class can have; the first is the second's, too, in a stricter form.

    Attributes:
        id: Not described.
        tree: A schema that holds itself, in every way there is.
    """

    id: UUID
    tree: Tree


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Strict:
    """Demands what its base leaves open.

    Attributes:
        tree: A schema that holds itself, in every way there is.
    """

    tree: Tree


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Texts:
    """Forms that are all strings to a decoder.

    Attributes:
        known: Known values: `b`, `c`.
        key: Not described.
        day: Not described.
        model: Known values: `none`.
        time: Not described.
        mail: Not described.
        kilo: Not described.
        half: Not described.
        pair: Not described.
        hedge: Leads back to a tree.
        since: Not described.
        patterns: Not described.
    """

    known: str | None = None
    key: str | None = None
    day: str | None = None
    model: Hedge | str | None = None
    time: str | None = None
    mail: str | None = None
    kilo: Literal[1, 2] | None = None
    half: float | None = None
    pair: list[Any] | None = None
    hedge: Hedge | None = None
    since: date | None = None
    patterns: dict[str, Any] | None = None


Message: TypeAlias = TextMessage | BoxMessage | OtherMessage
"""A union of messages; the first of three."""


Box: TypeAlias = OpenBox | ShutBox | OtherBox
"""The second of three."""


Thing: TypeAlias = Coin | Note
"""The third of three; this one is closed, and told apart by a discriminator."""


Fewer: TypeAlias = Literal["b", "c"]
"""The values that two sets have in common."""


Term: TypeAlias = Number | Sum
"""A union that holds itself, and is used before it is whole."""


Circle: TypeAlias = list[Any]
"""Arrays of arrays of arrays, with no class on the way."""


Event: TypeAlias = Opening
"""Any event that has a model."""
