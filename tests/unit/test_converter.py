"""The converter: two ways to read JSON that agree, and one to write it, for every model."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from enum import Enum, IntEnum
from typing import Any, Literal
from uuid import UUID

import attrs
import cattrs
import msgspec
import pytest
from attrs import field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from np6_async import Event, EventKind, UnknownEvent, converter, models
from np6_async._decode.converter import EventConverter
from np6_async._decode.decoder import MODELS
from np6_async._decode.misfit import UNFIT
from np6_async._generated.examples import EXAMPLES
from tests.thorough import examples

from .strategies import EVENTS, changed, instances, json_values

CLASSES: list[Any] = [
    model
    for name in models.__all__
    if attrs.has(model := getattr(models, name)) and model is not UnknownEvent
]
REFUSED = "refused"
ID = "6b1f0a52-6f0e-4c57-9d0b-5a3c1c8e7f01"


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    LOW = 1


@frozen(kw_only=True)
class Renamed:
    """A class whose JSON has other names than its attributes."""

    is_new: bool = field(metadata={"wire": "isNew"})
    from_: str | None = field(default=None, metadata={"wire": "from"})
    plain: int | None = None


@frozen(kw_only=True)
class Nest:
    """A class that leads to one with other names, in every way there is."""

    one: Renamed | None = None
    some: list[Renamed] | None = None
    by_name: dict[str, Renamed] | None = None
    either: Renamed | str | None = None
    deeper: "Nest | None" = None


@frozen(kw_only=True)
class Phone:
    type: Literal["phone"] = "phone"
    number: str | None = None


@frozen(kw_only=True)
class Watch:
    type: Literal["watch"] = "watch"
    paired: "Phone | Watch | None" = None


@frozen(kw_only=True)
class Owner:
    """A class with unions of classes, which msgspec cannot read by itself."""

    device: Phone | Watch | None = None
    devices: list[Phone | Watch] | None = None
    any: Phone | Watch | list[Phone | Watch] | str | None = None
    by_name: dict[str, Phone | Watch] | list[Phone] | None = None


@frozen(kw_only=True)
class Leaves:
    """A class with a member of every type that is a string or a number in JSON."""

    flag: bool | None = None
    number: int | None = None
    fraction: float | None = None
    text: str | None = None
    id: UUID | None = None
    day: date | None = None
    moment: datetime | None = None
    data: bytes | None = None
    colour: Colour | None = None
    level: Level | None = None
    anything: Any = None


HOUSE_MADE: list[Any] = [Renamed, Nest, Phone, Watch, Owner]


def attempt(read: Any, *arguments: Any) -> Any:
    """Return what reading gives, or that it refuses."""
    with suppress(*UNFIT):
        return read(*arguments)
    return REFUSED


def loaded(document: Any, type_: Any) -> Any:
    return attempt(converter.loads, json.dumps(document).encode(), type_)


def structured(document: Any, type_: Any) -> Any:
    return attempt(converter.structure, json.loads(json.dumps(document)), type_)


def unknown(raw: bytes) -> UnknownEvent:
    return UnknownEvent(type=None, id=None, timestamp=None, reason="", raw=raw)


# Two ways to read


@given(st.sampled_from(EVENTS).flatmap(lambda e: st.tuples(st.just(e[0]), changed(st.just(e[1])))))
@settings(max_examples=examples(300))
def test_loading_and_structuring_agree_on_documents_like_the_spec_s_examples(
    case: tuple[EventKind, Any],
) -> None:
    kind, document = case
    read = loaded(document, MODELS[kind][0])
    assert read == structured(document, MODELS[kind][0])
    assert repr(read) == repr(
        structured(document, MODELS[kind][0])
    )  # 1 and True are equal, not alike


@pytest.mark.parametrize("model", [*CLASSES, Leaves, *HOUSE_MADE])
@given(st.data())
@settings(max_examples=examples(10))
def test_loading_and_structuring_agree_on_every_model(model: Any, data: st.DataObject) -> None:
    known = st.just({}) if model is Leaves else instances(model).map(converter.unstructure)
    document = data.draw(changed(known))
    read = loaded(document, model)
    assert read == structured(document, model)
    assert repr(read) == repr(structured(document, model))


@pytest.mark.parametrize("name", attrs.fields_dict(Leaves))
@given(json_values | st.uuids().map(str) | st.datetimes().map(datetime.isoformat))
@settings(max_examples=examples(40))
def test_loading_and_structuring_agree_on_every_leaf(name: str, value: Any) -> None:
    read = loaded({name: value}, Leaves)
    assert read == structured({name: value}, Leaves)
    assert repr(read) == repr(structured({name: value}, Leaves))


@pytest.mark.parametrize("type_", [bool, int, float, str, UUID, date, datetime, Colour, Level, Any])
@given(json_values)
@settings(max_examples=examples(40))
def test_a_leaf_by_itself_is_read_like_a_member(type_: Any, value: Any) -> None:
    assert repr(loaded(value, type_)) == repr(structured(value, type_))


@pytest.mark.parametrize("model", CLASSES)
def test_every_model_is_read_by_msgspec_alone(model: Any) -> None:
    assert isinstance(converter.get_loads_hook(model).__self__, msgspec.json.Decoder)  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", [Renamed, Nest, list[Renamed], Owner, Event, Phone | Watch])
def test_what_msgspec_cannot_read_or_would_misread_is_structured(model: Any) -> None:
    assert not hasattr(converter.get_loads_hook(model), "__self__")


# There and back


@pytest.mark.parametrize("model", [*CLASSES, Leaves, *HOUSE_MADE])
@given(st.data())
@settings(max_examples=examples(10))
def test_what_is_written_reads_as_the_same(model: Any, data: st.DataObject) -> None:
    value = data.draw(instances(model))
    plain = converter.unstructure(value)
    assert repr(converter.structure(plain, model)) == repr(value)
    assert repr(converter.loads(converter.dumps(value), model)) == repr(value)
    assert repr(converter.loads(converter.dumps(value).decode(), model)) == repr(value)
    assert (
        converter.structure(plain, model) == converter.loads(converter.dumps(value), model) == value
    )


@pytest.mark.parametrize("model", [*CLASSES, Leaves, *HOUSE_MADE])
@given(st.data())
@settings(max_examples=examples(10))
def test_what_is_unstructured_is_what_is_dumped_and_holds_no_none(
    model: Any, data: st.DataObject
) -> None:
    value = data.draw(instances(model))
    plain = converter.unstructure(value)
    assert json.loads(converter.dumps(value)) == json.loads(json.dumps(plain)) == plain
    assert None not in plain.values()


@pytest.mark.parametrize(("kind", "event"), EVENTS)
def test_every_example_comes_out_as_it_went_in_but_for_a_type_it_left_out(
    kind: EventKind, event: dict[str, Any]
) -> None:
    model = MODELS[kind][0]
    stated = {"type": attrs.fields(model).type.default, **event}
    assert converter.unstructure(converter.structure(event, model)) == stated
    assert json.loads(converter.dumps(converter.loads(json.dumps(event), model))) == stated


def test_a_list_of_events_is_read_and_written_as_one() -> None:
    wanted = list[models.BounceEvent]
    document = list(EXAMPLES[EventKind.BOUNCES])
    events = converter.structure(document, wanted)
    assert [type(event) for event in events] == [models.BounceEvent] * len(document)
    assert converter.loads(converter.dumps(events), wanted) == events


def test_leaves_are_strings_in_json() -> None:
    leaves = Leaves(
        id=UUID(ID),
        day=date(2021, 2, 23),
        moment=datetime(2021, 2, 23, 14, 13, 2, tzinfo=UTC),
        data=b"np6",
        colour=Colour.RED,
        level=Level.LOW,
    )
    plain = {
        "id": ID,
        "day": "2021-02-23",
        "moment": "2021-02-23T14:13:02Z",
        "data": "bnA2",
        "colour": "red",
        "level": 1,
    }
    assert converter.unstructure(leaves) == plain
    assert json.loads(converter.dumps(leaves)) == plain
    assert (
        converter.structure(plain, Leaves) == converter.loads(json.dumps(plain), Leaves) == leaves
    )


# Missing, null and unknown members


def test_a_missing_member_and_a_null_are_none() -> None:
    for document in ({}, {"time": None, "id": None, "thread": None, "set": None}):
        assert (
            loaded(document, models.Stamp) == structured(document, models.Stamp) == models.Stamp()
        )


@pytest.mark.parametrize("document", [{}, {"type": None}])
def test_a_required_member_is_neither_missing_nor_null(document: Any) -> None:
    assert loaded(document, models.Identity) == structured(document, models.Identity) == REFUSED


def test_an_unknown_member_is_ignored() -> None:
    document = {"type": "customer", "tier": {"gold": True}}
    expected = models.Identity(type="customer")
    assert loaded(document, models.Identity) == structured(document, models.Identity) == expected


def test_none_is_left_out_but_not_what_is_free_of_form() -> None:
    execution = models.Execution(id=1, data={"a": None})
    assert converter.unstructure(execution) == {"id": 1, "data": {"a": None}}
    assert converter.dumps(execution) == b'{"id":1,"data":{"a":null}}'


def test_of_a_member_that_comes_twice_the_last_counts() -> None:
    assert converter.loads(b'{"time":1,"time":2}', models.Stamp) == models.Stamp(time=2)


# No value is ever turned into another


WRONG: list[tuple[Any, list[Any]]] = [
    (int, ["5", 5.0, 5.5, True, None, [], {}]),
    (float, ["5", True, None]),
    (bool, [0, 1, "true", None]),
    (str, [5, 5.5, True, None, ["x"]]),
    (UUID, [5, "5", "", None, ID + "0"]),
    (bytes, [5, "5", None]),
    (date, [5, "2021", None]),
    (datetime, [5, "2021-02-23", None]),
    (Colour, ["blue", 5, None]),
    (Level, [True, 1.0, "1", None]),
    (Literal["a"], ["b", 1, None]),
    (int | str, [5.0, True, None]),
]


@pytest.mark.parametrize(
    ("type_", "value"), [(type_, value) for type_, values in WRONG for value in values]
)
def test_V4_a_value_of_another_type_is_refused(type_: Any, value: Any) -> None:
    holder = attrs.make_class("Holder", {"value": field(type=type_)}, frozen=True, kw_only=True)
    assert [loaded(value, type_), structured(value, type_)] == [REFUSED] * 2
    assert [loaded({"value": value}, holder), structured({"value": value}, holder)] == [REFUSED] * 2
    assert [loaded([value], list[type_]), structured([value], list[type_])] == [REFUSED] * 2


@pytest.mark.parametrize("value", [5, 5.5, True, ["x"]])
def test_V4_a_string_of_a_model_takes_nothing_else(value: Any) -> None:
    for document in ({"type": value}, {"type": "customer", "agency": value}):
        assert loaded(document, models.Identity) == structured(document, models.Identity) == REFUSED


@pytest.mark.parametrize("value", [5, "x", None, [], [{}], True])
@pytest.mark.parametrize("model", [models.Stamp, Renamed, Phone | Watch, dict[str, Phone | Watch]])
def test_what_is_no_object_is_no_model(model: Any, value: Any) -> None:
    assert loaded(value, model) == structured(value, model) == REFUSED


@pytest.mark.parametrize("value", [5, "x", None, {}, True])
def test_what_is_no_array_is_no_list_of_models(value: Any) -> None:
    for type_ in (list[models.Stamp], list[Renamed]):
        assert loaded(value, type_) == structured(value, type_) == REFUSED


def test_a_model_is_not_structured_again() -> None:
    with pytest.raises(msgspec.ValidationError, match="Expected `object`, got `Stamp`"):
        converter.structure(models.Stamp(), models.Stamp)


@pytest.mark.parametrize("value", [10**30, 2**63, -(2**63) - 1])
def test_V5_an_int_of_more_than_64_bits_is_refused_where_the_spec_says_64(value: int) -> None:
    assert (
        loaded({"time": value}, models.Stamp)
        == structured({"time": value}, models.Stamp)
        == REFUSED
    )


@given(st.integers(2**63, 10**300))
def test_V5_a_large_int_in_free_data_is_exact(value: int) -> None:
    document = {"data": {"n": value}}
    execution = converter.loads(json.dumps(document), models.Execution)
    assert execution.data == {"n": value} == converter.structure(document, models.Execution).data
    assert json.loads(converter.dumps(execution)) == document


# Names of the wire


def test_a_renamed_member_has_the_wire_s_name_in_json() -> None:
    value = Renamed(is_new=True, from_="inbox")
    assert converter.unstructure(value) == {"isNew": True, "from": "inbox"}
    assert converter.dumps(value) == b'{"isNew":true,"from":"inbox"}'
    assert loaded({"isNew": True, "from": "inbox"}, Renamed) == value


def test_a_renamed_member_is_not_read_by_its_python_name() -> None:
    assert loaded({"is_new": True}, Renamed) == structured({"is_new": True}, Renamed) == REFUSED
    assert loaded({"isNew": True, "from_": "x"}, Renamed) == Renamed(is_new=True)


def test_a_renamed_member_is_found_wherever_it_is() -> None:
    document = {
        "one": {"isNew": True},
        "some": [{"isNew": True}],
        "by_name": {"x": {"isNew": True}},
        "either": {"isNew": True},
        "deeper": {"one": {"isNew": True}},
    }
    one = Renamed(is_new=True)
    expected = Nest(one=one, some=[one], by_name={"x": one}, either=one, deeper=Nest(one=one))
    assert loaded(document, Nest) == expected
    assert converter.unstructure(expected) == document


# Unions


@pytest.mark.parametrize("kind", EventKind)
def test_an_event_is_told_by_its_type(kind: EventKind) -> None:
    model: Any = MODELS[kind][0]
    for document in EXAMPLES[kind]:
        stated = {"type": attrs.fields(model).type.default, **document}
        assert type(loaded(stated, Event)) is type(structured(stated, Event)) is model


@pytest.mark.parametrize(
    "document", [{}, {"type": "x"}, {"type": None}, {"type": []}, {"type": {}}]
)
def test_an_object_of_no_known_type_is_refused(document: Any) -> None:
    unions: list[Any] = [Event, Phone | Watch]
    for union in unions:
        with pytest.raises(msgspec.ValidationError, match="none of the known types"):
            converter.structure(document, union)
        assert loaded(document, union) == REFUSED


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("x", "x"),
        ({"type": "phone", "number": "5"}, Phone(number="5")),
        ({"type": "watch", "paired": {"type": "phone"}}, Watch(paired=Phone())),
        ([{"type": "watch"}, {"type": "phone"}], [Watch(), Phone()]),
        ([], []),
    ],
)
def test_a_union_takes_each_of_its_forms(value: Any, expected: Any) -> None:
    owner = Owner(any=expected)
    assert loaded({"any": value}, Owner) == structured({"any": value}, Owner) == owner


@pytest.mark.parametrize("value", [5, True, {"type": "x"}, ["x"], [5], [[]], {"type": ["phone"]}])
def test_a_union_takes_nothing_else(value: Any) -> None:
    assert loaded({"any": value}, Owner) == structured({"any": value}, Owner) == REFUSED


@given(instances(models.Recipient))
def test_a_recipient_keeps_its_form(recipient: models.Recipient) -> None:
    value = converter.loads(converter.dumps(recipient), models.Recipient).value
    assert type(value) is type(recipient.value)


# Unknown events

RAWS = [
    b'{"type":"delivery","id":"x"}',
    b' { "spaced" :\t1.50, "twice": 1, "twice": 2 } ',
    b'{"escaped":"\\u00e9\\/","big":1e400}',
    b'"\xff"',
    b'{"open":',
]


@pytest.mark.parametrize("raw", RAWS)
def test_an_unknown_event_is_dumped_byte_for_byte(raw: bytes) -> None:
    event = unknown(raw)
    assert converter.dumps(event) == raw
    assert converter.dumps([event, Phone(), event]) == b'[%b,{"type":"phone"},%b]' % (raw, raw)
    assert converter.dumps({"a": [event]}) == b'{"a":[%b]}' % raw


def test_an_unknown_event_is_unstructured_to_json_types() -> None:
    assert converter.unstructure(unknown(RAWS[0])) == {"type": "delivery", "id": "x"}
    assert converter.unstructure([unknown(b"[1]"), unknown(b"null")]) == [[1], None]


def test_dumping_does_not_change_how_the_next_event_is_unstructured() -> None:
    converter.dumps(unknown(b"1"))
    with pytest.raises(TypeError):
        converter.dumps([unknown(b"1"), object()])
    assert converter.unstructure(unknown(b"[1]")) == [1]


# What it is


def test_it_is_a_cattrs_converter() -> None:
    assert isinstance(converter, EventConverter)
    assert isinstance(converter, cattrs.Converter)


@pytest.mark.parametrize("data", [b"", b"{", b"nope", b'{"time":1} x', b'"\xff"', b'"\\ud800"'])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    for model in (models.Stamp, Renamed, str):
        assert attempt(converter.loads, data, model) == REFUSED
