"""Events out of JSON: their model, or an unknown event that says where and why, and no more."""

import copy
import json
from typing import Any, Literal
from uuid import UUID

import msgspec
import pytest
from attrs import Attribute, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from np6_async import EventKind, UnknownEvent, models
from np6_async._decode.array import ArraySplitter
from np6_async._decode.decoder import MODELS, EventDecoder
from np6_async._generated.examples import EXAMPLES
from np6_async._generated.kinds import OPERATIONS
from np6_async.errors import EventDecodeError
from tests.thorough import examples

from .strategies import EVENTS, Place, changed, places, put, value_at, without

ID = "6b1f0a52-6f0e-4c57-9d0b-5a3c1c8e7f01"
MARK = "s3cr3t"
REQUIRED: list[Place] = [("id",), ("timestamp",), ("identity",), ("source",)]
REQUIRED += [("identity", "type"), ("source", "type")]


def raw(document: Any) -> bytes:
    return json.dumps(document).encode()


def decode(*bodies: bytes, model: Any = models.ExecutionEvent) -> list[Any]:
    events, misfit = EventDecoder[Any](model).decode([msgspec.Raw(body) for body in bodies])
    assert misfit is None
    return events


def misfit(body: bytes, model: Any = models.ExecutionEvent) -> UnknownEvent:
    """Return what becomes of an element that does not fit, after looking at its strict form."""
    (event,) = decode(body, model=model)
    assert isinstance(event, UnknownEvent)
    assert event.raw == body
    events, error = EventDecoder[Any](model, strict=True).decode([msgspec.Raw(body)])
    assert events == []
    assert isinstance(error, EventDecodeError)
    assert event.reason == f"{error.path}: {error.args[0].removeprefix('an event does not fit: ')}"
    return event


def path_to(place: Place) -> str:
    return "$" + "".join(f".{key}" if isinstance(key, str) else f"[{key}]" for key in place)


def checked_places(document: Any) -> list[Place]:
    """Return every place of an event whose type the spec fixes: none below free data."""
    return [place for place in places(document) if "data" not in place[:-1]]


def marked(document: Any, *, names: bool = False) -> Any:
    """Return a copy in which every string is marked, and every name in free data; not so ids."""
    if isinstance(document, dict):
        return {
            (MARK + name if names else name): marked(value, names=names or name == "data")
            for name, value in document.items()
        }
    if isinstance(document, list):
        return [marked(value, names=names) for value in document]
    return MARK + document if isinstance(document, str) and document.count("-") != 4 else document


# What fits


@pytest.mark.parametrize(("kind", "event"), EVENTS)
def test_every_example_is_its_kind_s_model(kind: EventKind, event: dict[str, Any]) -> None:
    (decoded,) = decode(raw(event), model=MODELS[kind][0])
    assert type(decoded) is MODELS[kind][0]
    assert decoded.id == UUID(event["id"])
    assert decoded.timestamp == event["timestamp"]


@pytest.mark.parametrize("kind", EventKind)
def test_a_missing_type_is_the_kind_that_was_asked_for(kind: EventKind) -> None:
    event = without(EXAMPLES[kind][0], ("type",))
    (decoded,) = decode(raw(event), model=MODELS[kind][0])
    assert type(decoded) is MODELS[kind][0]
    assert decoded.type == OPERATIONS[kind].event_type


def test_an_open_type_takes_any_form() -> None:
    event = copy.deepcopy(EXAMPLES[EventKind.EXECUTIONS][0])
    for place in [("identity",), ("source",), ("source", "detail", "execution", "recipient")]:
        event = put(event, (*place, "type"), "of tomorrow")
        event = put(event, (*place, "of tomorrow"), {"a": [1]})
    (decoded,) = decode(raw(event))
    assert decoded.identity.type == decoded.source.type == "of tomorrow"
    assert decoded.source.detail.execution.recipient.type == "of tomorrow"
    assert decoded.source.detail.execution.recipient.id == "000R4M0T"


def test_V3_a_member_the_spec_does_not_know_is_ignored() -> None:
    event = EXAMPLES[EventKind.EXECUTIONS][0]
    for place in places(event):
        if isinstance(value_at(event, place), dict):
            event = put(event, (*place, "of_tomorrow"), [{"a": None}])
    (decoded,) = decode(raw(event))
    assert type(decoded) is models.ExecutionEvent


def test_V9_events_come_out_in_order_and_as_often_as_they_came_in() -> None:
    first, second, *_ = EXAMPLES[EventKind.EXECUTIONS]
    other = put(first, ("identity", "type"), "other")
    decoded = decode(raw(first), raw(second), raw(first), b"{}", raw(other))
    assert decoded[0] == decoded[2] != decoded[4]
    assert [event.id for event in decoded] == [
        *(UUID(first["id"]), UUID(second["id"]), UUID(first["id"])),
        *(None, UUID(first["id"])),
    ]


def test_V12_a_timestamp_no_datetime_can_hold_is_no_misfit() -> None:
    for timestamp in (-1, 2**63 - 1, -(2**63)):
        event = put(EXAMPLES[EventKind.EXECUTIONS][0], ("timestamp",), timestamp)
        (decoded,) = decode(raw(event))
        assert decoded.timestamp == timestamp


# What does not fit


@pytest.mark.parametrize("wrong", [True, 5.5, 10**30, [[]]])
@pytest.mark.parametrize(("kind", "event"), EVENTS)
def test_V2_a_wrong_type_at_any_place_makes_an_unknown_event_that_names_the_place(
    kind: EventKind, event: dict[str, Any], wrong: Any
) -> None:
    for place in checked_places(event):
        unknown = misfit(raw(put(event, place, wrong)), MODELS[kind][0])
        assert unknown.reason.startswith(path_to(place))
        assert unknown.reason[len(path_to(place)) :].startswith((": ", "[0]: "))


@pytest.mark.parametrize("place", REQUIRED)
@pytest.mark.parametrize(("kind", "event"), EVENTS)
def test_V2_a_missing_member_makes_an_unknown_event_that_names_it(
    kind: EventKind, event: dict[str, Any], place: Place
) -> None:
    unknown = misfit(raw(without(event, place)), MODELS[kind][0])
    assert unknown.reason == f"{path_to(place)}: required member missing"


@pytest.mark.parametrize("place", [("type",), *REQUIRED])
@pytest.mark.parametrize("kind", EventKind)
def test_V4_a_null_is_no_required_value(kind: EventKind, place: Place) -> None:
    unknown = misfit(raw(put(EXAMPLES[kind][0], place, None)), MODELS[kind][0])
    assert unknown.reason.startswith(f"{path_to(place)}: ")


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (("timestamp",), "5", "$.timestamp: Expected `int`, got `str`"),
        (("timestamp",), 5.5, "$.timestamp: Expected `int`, got `float`"),
        (("timestamp",), 5.0, "$.timestamp: Expected `int`, got `float`"),
        (("timestamp",), True, "$.timestamp: Expected `int`, got `bool`"),
        (("identity", "type"), None, "$.identity.type: Expected `str`, got `null`"),
        (("identity", "type"), 5, "$.identity.type: Expected `str`, got `int`"),
        (("id",), "6", "$.id: Invalid UUID"),
        (("type",), "delivery", "$.type: not one of the known values"),
        ((), [], "$: Expected `object`, got `array`"),
    ],
)
def test_V4_a_value_is_refused_and_never_coerced(place: Place, value: Any, reason: str) -> None:
    assert misfit(raw(put(EXAMPLES[EventKind.EXECUTIONS][0], place, value))).reason == reason


@given(st.sampled_from(EVENTS).flatmap(lambda e: st.tuples(st.just(e[0]), changed(st.just(e[1])))))
@settings(max_examples=examples(200))
def test_S14_whatever_does_not_fit_none_of_it_is_in_the_reason(case: tuple[EventKind, Any]) -> None:
    kind, document = case
    document = marked(document)
    if isinstance(document, dict):
        document["type"] = OPERATIONS[kind].event_type
    for body in (document, [document]):
        (event,) = decode(raw(body), model=MODELS[kind][0])
        assert MARK not in getattr(event, "reason", "")
        _, error = EventDecoder[Any](MODELS[kind][0], strict=True).decode([msgspec.Raw(raw(body))])
        assert MARK not in f"{error} {error!r} {vars(error) if error else None}"


@given(st.sampled_from(EVENTS).flatmap(lambda e: changed(st.just(e[1]))))
def test_whatever_the_json_it_becomes_an_event(document: Any) -> None:
    for kind in EventKind:
        (event,) = decode(raw(document), model=MODELS[kind][0])
        assert isinstance(event, (MODELS[kind][0], UnknownEvent))


@given(st.lists(st.binary()))
def test_whatever_the_bytes_they_become_unknown_events(bodies: list[bytes]) -> None:
    for event, body in zip(decode(*bodies), bodies, strict=True):
        assert isinstance(event, UnknownEvent)
        assert event.raw == body
        assert event.reason.startswith("$: ")


# What JSON can hold and Python cannot, and the other way round

EXECUTION = EXAMPLES[EventKind.EXECUTIONS][0]
DATA: Place = ("source", "detail", "execution", "data")
DIGITS = b"9" * 5000


def holding(place: Place, value: bytes) -> bytes:
    """Return the JSON of an event with other JSON at a place."""
    return raw(put(EXECUTION, place, "@")).replace(b'"@"', value)


@pytest.mark.parametrize("place", [("identity", "type"), (*DATA, MARK)])
@pytest.mark.parametrize(
    "value",
    [
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"NaN",
        b"Infinity",
        b"-Infinity",
    ],
)
def test_V6_what_is_no_json_or_no_utf_8_makes_an_unknown_event(place: Place, value: bytes) -> None:
    unknown = misfit(holding(place, value))
    assert unknown.reason == "$: not valid JSON"
    assert (unknown.type, unknown.id) == ("execution", UUID(ID))


@pytest.mark.parametrize("value", [b"1e400", b"-1e400", DIGITS, b"-" + DIGITS])
def test_V5_a_number_out_of_all_range_makes_an_unknown_event(value: bytes) -> None:
    assert misfit(holding(("timestamp",), value)).reason.startswith("$.timestamp: ")
    unknown = misfit(holding(DATA, b'{"%b":%b}' % (MARK.encode(), value)))
    assert unknown.reason.startswith("$.source.detail.execution.data[...]: ")
    assert MARK not in unknown.reason


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**30])
def test_V5_an_int_of_more_than_64_bits_is_no_timestamp(value: int) -> None:
    assert misfit(holding(("timestamp",), b"%d" % value)).timestamp is None


def test_V5_a_large_int_in_free_data_is_exact() -> None:
    (event,) = decode(holding(DATA, b'{"n":%d}' % 10**30))
    assert event.source.detail.execution.data == {"n": 10**30}


def test_V6_what_is_no_utf_8_is_ignored_with_the_unknown_member_it_is_in() -> None:
    (event,) = decode(holding(("of_tomorrow",), b'"\xff"'))
    assert event.id == UUID(ID)


def test_V6_a_nul_passes() -> None:
    (event,) = decode(holding(("identity", "type"), b'"a\\u0000b"'))
    assert event.identity.type == "a\0b"


def test_V8_of_a_member_that_comes_twice_the_last_counts() -> None:
    body = raw(EXECUTION)
    (event,) = decode(body[:-1] + b',"timestamp":1614089583000}')
    assert event.timestamp == 1614089583000


# What is read of what does not fit


@pytest.mark.parametrize(
    ("document", "type_", "id_", "timestamp"),
    [
        ({}, None, None, None),
        ({"type": "delivery"}, "delivery", None, None),
        ({"type": "delivery", "id": ID, "timestamp": 5}, "delivery", UUID(ID), 5),
        ({"type": "execution", "id": ID.upper(), "timestamp": -5}, "execution", UUID(ID), -5),
        ({"type": 5, "id": 5, "timestamp": "5"}, None, None, None),
        ({"type": None, "id": None, "timestamp": None}, None, None, None),
        ({"type": ["x"], "id": [ID], "timestamp": [5]}, None, None, None),
        ({"type": {}, "id": ID[:-1], "timestamp": True}, None, None, None),
        ({"type": "", "id": "", "timestamp": 5.0}, "", None, None),
        ({"type": "x\x1b[31m", "id": "\ud800" * 36, "timestamp": 2**63}, None, None, None),
        ([], None, None, None),
        ("delivery", None, None, None),
        (5, None, None, None),
        (None, None, None, None),
    ],
)
def test_V1_an_unknown_event_has_what_can_be_read(
    document: Any, type_: str | None, id_: UUID | None, timestamp: int | None
) -> None:
    unknown = misfit(raw(document))
    assert (unknown.type, unknown.id, unknown.timestamp) == (type_, id_, timestamp)


# Strict


def test_strict_returns_the_events_before_the_one_that_does_not_fit() -> None:
    good, bad = (
        msgspec.Raw(raw(EXECUTION)),
        msgspec.Raw(raw(without(EXECUTION, ("source", "type")))),
    )
    decoder = EventDecoder(models.ExecutionEvent, strict=True)
    assert decoder.decode([good, good]) == (decode(raw(EXECUTION), raw(EXECUTION)), None)
    events, error = decoder.decode([good, good, bad, good])
    assert events == decode(raw(EXECUTION), raw(EXECUTION))
    assert isinstance(error, EventDecodeError)
    assert error.path == "$.source.type"
    assert str(error) == ("an event does not fit: required member missing [at $.source.type]")


# Whole arrays

elements = st.sampled_from(EXAMPLES[EventKind.EXECUTIONS]).flatmap(
    lambda event: st.just(event) | changed(st.just(event))
)


def array_of(documents: list[Any]) -> bytes:
    return b"[%b]" % b",".join(map(raw, documents))


def pieces_of(events: list[Any], error: EventDecodeError | None) -> tuple[Any, ...]:
    """Return what can be compared of what decoding gave, 1 and True told apart."""
    return events, repr(events), error and (type(error), str(error))


@pytest.mark.parametrize("strict", [False, True])
@given(st.lists(st.lists(elements, max_size=4), max_size=3))
@settings(max_examples=50)
def test_V2_an_array_is_decoded_like_its_elements_whatever_came_before(
    strict: bool, arrays: list[list[Any]]
) -> None:
    whole = EventDecoder(models.ExecutionEvent, strict=strict)
    each = EventDecoder(models.ExecutionEvent, strict=strict)
    for documents in arrays:
        by_element = each.decode([msgspec.Raw(raw(document)) for document in documents])
        assert pieces_of(*whole.decode_array(array_of(documents))) == pieces_of(*by_element)


@pytest.mark.parametrize("strict", [False, True])
@given(st.lists(elements, max_size=5), st.integers(1, 2000))
@settings(max_examples=50)
def test_P10_events_do_not_depend_on_how_their_array_was_cut(
    strict: bool, documents: list[Any], length: int
) -> None:
    body = array_of(documents)
    decoder = EventDecoder(models.ExecutionEvent, strict=strict)
    splitter = ArraySplitter(decoder)
    events: list[Any] = []
    for start in range(0, len(body), length):
        events += splitter.feed(body[start : start + length])
    events += splitter.finish()
    by_element = decoder.decode([msgspec.Raw(raw(document)) for document in documents])
    assert isinstance(splitter.fault, EventDecodeError | None)
    assert pieces_of(events, splitter.fault) == pieces_of(*by_element)


def test_in_strict_mode_nothing_comes_after_the_event_that_does_not_fit() -> None:
    good, broken = raw(EXECUTION), holding(("identity", "type"), b'"\\ud800"')
    body = b"[{},%b%b,{},{" % (10 * (good + b","), broken)
    splitter = ArraySplitter(EventDecoder(models.ExecutionEvent, strict=True))
    assert splitter.feed(body) + splitter.finish() == []
    assert isinstance(splitter.fault, EventDecodeError)


@pytest.mark.parametrize("model", [models.ExecutionEvent, models.BounceEvent])
def test_what_is_no_array_is_not_decoded_and_changes_nothing(model: Any) -> None:
    decoder = EventDecoder(model)
    good = array_of([EXECUTION])
    expected = decode(raw(EXECUTION), model=model)
    for array in (b"", b"[", good[:-1], good + b"]", b'[{"a":1}},{"b":[]', b"{}", b'["\\ud800"]'):
        with pytest.raises(msgspec.DecodeError):
            decoder.decode_array(array)
        assert decoder.decode_array(good) == (expected, None)
    with pytest.raises(RecursionError):
        decoder.decode_array(b"[" * 100_000 + b"]" * 100_000)
    assert decoder.decode_array(good) == (expected, None)


def test_V6_one_element_that_is_no_utf_8_leaves_the_others_of_its_array_as_they_are() -> None:
    array = b"[%b,%b,%b]" % (
        raw(EXECUTION),
        holding(("identity", "type"), b'"\xff"'),
        raw(EXECUTION),
    )
    events, _ = EventDecoder(models.ExecutionEvent).decode_array(array)
    assert [type(event) for event in events] == [
        models.ExecutionEvent,
        UnknownEvent,
        models.ExecutionEvent,
    ]


# Models that msgspec cannot read by itself


def _is_even(_: object, __: "Attribute[int]", value: int | None) -> None:
    if value is not None and value % 2:
        error = ValueError(f"{value} {MARK}")
        error.add_note(MARK)
        raise error


@frozen(kw_only=True)
class Part:
    is_new: bool = field(metadata={"wire": "isNew"})
    even: int | None = field(default=None, validator=_is_even)


@frozen(kw_only=True)
class Opening:
    type: Literal["opening"] = "opening"
    parts: list[Part] | None = None
    by_name: dict[str, Part] | None = field(default=None, metadata={"wire": "byName"})
    part: Part | None = None


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"part": {}}, "$.part.isNew: required member missing"),
        ({"part": {"isNew": MARK}}, "$.part.isNew: Expected `bool`, got `str`"),
        ({"part": MARK}, "$.part: Expected `null`, got `str`"),
        ({"part": {"isNew": True, "even": 3}}, "$.part: not valid JSON"),
        ({"parts": [{"isNew": True}, {}]}, "$.parts[1].isNew: required member missing"),
        ({"parts": [5]}, "$.parts[0]: Expected `object`, got `int`"),
        (
            {"byName": {f"{MARK} @ '": {"isNew": 5}}},
            "$.byName[...].isNew: Expected `bool`, got `int`",
        ),
        ({"type": MARK}, "$.type: not one of the known values"),
        (MARK, "$: Expected `object`, got `str`"),
    ],
)
def test_a_misfit_of_such_a_model_is_named_in_the_wire_s_words(document: Any, reason: str) -> None:
    assert misfit(raw(document), Opening).reason == reason


def test_what_fits_such_a_model_is_read() -> None:
    (event,) = decode(b'{"parts":[{"isNew":true,"even":2}]}', model=Opening)
    assert event == Opening(parts=[Part(is_new=True, even=2)])


@pytest.mark.parametrize("body", [b"", b"\xff", b'{"parts":"\xff"}', b'{"a":"\\ud800"}'])
def test_what_is_no_json_fits_such_a_model_no_better(body: bytes) -> None:
    assert misfit(body, Opening).reason == "$: not valid JSON"


def test_an_array_of_such_a_model_is_decoded_too() -> None:
    decoder = EventDecoder(Opening)
    assert decoder.decode_array(b'[{"part":{"isNew":true}},{}]') == (
        [Opening(part=Part(is_new=True)), Opening()],
        None,
    )
    events, _ = decoder.decode_array(b'[{"part":{}},{}]')
    assert [type(event) for event in events] == [UnknownEvent, Opening]
