# Generated from hard.yaml by `python -m codegen`; do not edit.
"""The models: frozen, slotted, keyword-only attrs classes, compared by value, not hashable.

An optional member is None when it is missing or null. If the name of a member in JSON differs from
its Python name, it is in the metadata of the attrs field:
`attrs.fields(Model).name.metadata["wire"]`.
"""

from __future__ import annotations

import datetime as dt
from builtins import bool as bool_aliased
from builtins import dict as dict_aliased
from builtins import float as float_aliased
from builtins import int as int_aliased
from builtins import list as list_aliased
from builtins import str as str_aliased
from datetime import date as date_aliased
from datetime import datetime as datetime_aliased
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import attrs
import msgspec

__all__ = [
    "Absent",
    "Address",
    "Base",
    "Both",
    "Box",
    "BoxMessage",
    "Circle",
    "Closed",
    "Coin",
    "Country",
    "Elsewhere",
    "Extra",
    "Fewer",
    "Formats",
    "HardPerson",
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
class TextMessage:
    """TextMessage.

    Attributes:
        type: Not described.
        body: Not described.
    """

    type: Literal["text"]
    body: str_aliased | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class OtherMessage:
    """OtherMessage.

    Attributes:
        type: Not described.
        sent_by: Not described.
    """

    type: str_aliased
    sent_by: str_aliased | None = attrs.field(default=None, metadata={"wire": "sentBy"})


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

    kind: str_aliased | None = None


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
    text: str_aliased | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Names:
    """Members whose names Python cannot have, or uses itself.

    Attributes:
        class_: Not described.
        from_: Not described.
        self_: Not described.
        none: Not described.
        match: Not described.
        field__class__: Not described.
        field__init__: Not described.
        field_private: Not described.
        camel_case: Not described.
        camel_case_1: Not described.
        camel_case_2: Not described.
        camel_case_3: Not described.
        with_space: Not described.
        field_1st: Not described.
        ünïcode: Not described.
        quote_s: Not described.
        back_slash: Not described.
        new_line: Not described.
        emoji_: Not described.
        fi: Not described.
        fi_1: Not described.
        str: Not described.
        int: Not described.
        list: Not described.
        uuid: Not described.
        datetime: Not described.
        any: Not described.
        attrs_: Not described.
        property_: Not described.
        dict: Not described.
        float: Not described.
        bool: Not described.
        date: Not described.
        long_name_of_many_words_that_goes_on_and_on_and_on_until_no_line_of_any_length_can_hold_it_any_more:
            Not described.
        dt_: Not described.
        msgspec: Not described.
    """

    class_: str_aliased = attrs.field(metadata={"wire": "class"})
    from_: str_aliased | None = attrs.field(default=None, metadata={"wire": "from"})
    self_: str_aliased | None = attrs.field(default=None, metadata={"wire": "self"})
    none: str_aliased | None = attrs.field(default=None, metadata={"wire": "None"})
    match: str_aliased | None = None
    field__class__: str_aliased | None = attrs.field(default=None, metadata={"wire": "__class__"})
    field__init__: str_aliased | None = attrs.field(default=None, metadata={"wire": "__init__"})
    field_private: str_aliased | None = attrs.field(default=None, metadata={"wire": "_private"})
    camel_case: str_aliased = attrs.field(metadata={"wire": "camelCase"})
    camel_case_1: str_aliased | None = attrs.field(default=None, metadata={"wire": "camel_case"})
    camel_case_2: str_aliased | None = attrs.field(default=None, metadata={"wire": "CamelCase"})
    camel_case_3: str_aliased | None = attrs.field(default=None, metadata={"wire": "camel-case"})
    with_space: str_aliased | None = attrs.field(default=None, metadata={"wire": "with space"})
    field_1st: str_aliased | None = attrs.field(default=None, metadata={"wire": "1st"})
    ünïcode: str_aliased | None = None
    quote_s: str_aliased | None = attrs.field(default=None, metadata={"wire": 'quote"s'})
    back_slash: str_aliased | None = attrs.field(default=None, metadata={"wire": "back\\slash"})
    new_line: str_aliased | None = attrs.field(default=None, metadata={"wire": "new\nline"})
    emoji_: str_aliased | None = attrs.field(default=None, metadata={"wire": "emoji😀"})
    fi: str_aliased | None = attrs.field(default=None, metadata={"wire": "ﬁ"})
    fi_1: str_aliased | None = attrs.field(default=None, metadata={"wire": "fi"})
    str: str_aliased | None = None
    int: int_aliased | None = None
    list: list_aliased[str_aliased] | None = None
    uuid: UUID | None = attrs.field(default=None, metadata={"wire": "UUID"})
    datetime: datetime_aliased | None = None
    any: Any | None = attrs.field(default=None, metadata={"wire": "Any"})
    attrs_: str_aliased | None = attrs.field(default=None, metadata={"wire": "attrs"})
    property_: str_aliased | None = attrs.field(default=None, metadata={"wire": "property"})
    dict: dict_aliased[str_aliased, float_aliased] | None = None
    float: float_aliased | None = None
    bool: bool_aliased | None = None
    date: date_aliased | None = None
    long_name_of_many_words_that_goes_on_and_on_and_on_until_no_line_of_any_length_can_hold_it_any_more: (
        bool_aliased | None
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
    msgspec: str_aliased | None = None

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
    open: str_aliased | None = None
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

    quoted: str_aliased | None = None
    slashed: str_aliased | None = None
    lines: str_aliased | None = None
    tripled: str_aliased | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Closed:
    """Closed.

    Attributes:
        known: Not described.
    """

    known: str_aliased | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Both:
    """Both.

    Attributes:
        known: Not described.
    """

    known: str_aliased | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Formats:
    """Formats alone, in arrays and in maps.

    Attributes:
        int32: Not described.
        int64: Not described.
        integer: Not described.
        number: Not described.
        double: Not described.
        date: Not described.
        moment: Not described.
        uuid: Not described.
        dates: Not described.
        moments: Not described.
        uuids: Not described.
        numbers: Not described.
    """

    int32: Int32 | None = None
    int64: Int64 | None = None
    integer: int_aliased | None = None
    number: float_aliased | None = None
    double: float_aliased | None = None
    date: date_aliased | None = None
    moment: datetime_aliased | None = None
    uuid: UUID | None = None
    dates: list_aliased[date_aliased] | None = None
    moments: dict_aliased[str_aliased, datetime_aliased] | None = None
    uuids: dict_aliased[str_aliased, list_aliased[UUID]] | None = None
    numbers: list_aliased[list_aliased[Int64]] | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Base:
    """Base.

    Attributes:
        id: Not described.
    """

    id: UUID


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Middle(Base):
    """Middle.

    Attributes:
        middle_name: Not described.
    """

    middle_name: str_aliased | None = attrs.field(default=None, metadata={"wire": "middleName"})


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Last(Middle):
    """A chain of allOf, whose last link also demands what an earlier one left open.

    Attributes:
        last: Not described.
        middle_name: Not described.
    """

    last: bool_aliased = attrs.field()
    middle_name: str_aliased = attrs.field(metadata={"wire": "middleName"})


Fewer: TypeAlias = Literal["b", "c"]
"""The values that two sets have in common."""


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Number:
    """Number.

    Attributes:
        op: Not described.
        value: Not described.
    """

    op: Literal["number"]
    value: float_aliased


Circle: TypeAlias = list[Any]
"""Arrays of arrays of arrays, with no class on the way."""


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

    properties: dict_aliased[str_aliased, str_aliased] | None = None
    items: int_aliased | None = None
    any_of: str_aliased | None = attrs.field(default=None, metadata={"wire": "anyOf"})
    enum: str_aliased | None = None
    const: str_aliased | None = None
    format: str_aliased | None = None
    discriminator: str_aliased | None = None
    default: int_aliased | None = None
    x_python_datetime: str_aliased | None = attrs.field(
        default=None, metadata={"wire": "x-python-datetime"}
    )
    description: str_aliased | None = None
    field_ref: str_aliased | None = attrs.field(default=None, metadata={"wire": "$ref"})
    anything: Any | None = None
    nothing: Any | None = None


Country: TypeAlias = Literal["fr", "de"]
"""A closed set from another file."""


Thing: TypeAlias = Coin | Note
"""The third of three; this one is closed, and told apart by a discriminator."""


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Address:
    """From another file.

    Attributes:
        city: Not described.
        country: A closed set from another file.
    """

    city: str_aliased | None = None
    country: Country | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class HardPerson:
    """A file that is a schema.

    Attributes:
        name: Not described.
        friend: A file that is a schema.
        lives: From another file.
    """

    name: str_aliased | None = None
    friend: HardPerson | None = None
    lives: Address | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class OpenBox:
    """OpenBox.

    Attributes:
        kind: Not described.
        content: Not described.
    """

    kind: Literal["open"]
    content: dict_aliased[str_aliased, Thing] | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Elsewhere:
    """Refers to another file.

    Attributes:
        address: From another file.
        person: A file that is a schema.
    """

    address: Address | None = None
    person: HardPerson | None = None


Box: TypeAlias = OpenBox | ShutBox | OtherBox
"""The second of three."""


@attrs.frozen(kw_only=True, unsafe_hash=False)
class BoxMessage:
    """BoxMessage.

    Attributes:
        type: Not described.
        boxes: Not described.
    """

    type: Literal["box"]
    boxes: list_aliased[Box]


Message: TypeAlias = TextMessage | BoxMessage | OtherMessage
"""A union of messages; the first of three."""


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
    children: list_aliased[Tree] | None = None
    by_name: dict_aliased[str_aliased, Tree] | None = attrs.field(
        default=None, metadata={"wire": "byName"}
    )
    leaf: Tree | str_aliased | None = None
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

    required: str_aliased
    nullable: str_aliased | None
    optional: str_aliased | None = None
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

    any: dict_aliased[str_aliased, Any] | None = None
    allowed: dict_aliased[str_aliased, Any] | None = None
    empty: dict_aliased[str_aliased, Any] | None = None
    numbers: dict_aliased[str_aliased, float_aliased] | None = None
    lists: dict_aliased[str_aliased, list_aliased[Int32]] | None = None
    maps: dict_aliased[str_aliased, dict_aliased[str_aliased, str_aliased]] | None = None
    models: dict_aliased[str_aliased, Hedge] | None = None
    nullable: dict_aliased[str_aliased, str_aliased | None] | None = None
    closed: Closed | None = None
    both: Both | None = None


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
class Sum:
    """Sum.

    Attributes:
        op: Not described.
        terms: Not described.
        rest: Not described.
    """

    op: Literal["sum"]
    terms: list_aliased[Term] | None = None
    rest: dict_aliased[str_aliased, Term] | None = None


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

    known: str_aliased | None = None
    key: str_aliased | None = None
    day: str_aliased | None = None
    model: Hedge | str_aliased | None = None
    time: str_aliased | None = None
    mail: str_aliased | None = None
    kilo: Literal[1, 2] | None = None
    half: float_aliased | None = None
    pair: list_aliased[Any] | None = None
    hedge: Hedge | None = None
    since: date_aliased | None = None
    patterns: dict_aliased[str_aliased, Any] | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Strict(Hedge):
    """Demands what its base leaves open.

    Attributes:
        tree: A schema that holds itself, in every way there is.
    """

    tree: Tree = attrs.field()


Term: TypeAlias = Number | Sum
"""A union that holds itself, and is used before it is whole."""
