"""Events that were written are read again by the rules of the query that yielded them."""

import json
from contextlib import nullcontext
from typing import Any, Literal

import msgspec
import pytest
from attrs import field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from np6_async import (
    BounceEvent,
    CancellationEvent,
    Event,
    EventKind,
    ExecutionEvent,
    UnknownEvent,
    converter,
)
from np6_async._decode.array import ArraySplitter
from np6_async._decode.converter import EventConverter
from np6_async._decode.decoder import MODELS, EventDecoder
from np6_async._generated.examples import EXAMPLES

from .strategies import EVENTS, changed, elements
from .test_decoder import raw

kinds = st.sampled_from(EventKind)
NO_LIST = "not the complete JSON of one event, or of a list of events"


def queried(body: bytes, model: Any) -> list[Any]:
    """Return the events that a query yields for a body, which must be an array."""
    splitter = ArraySplitter(EventDecoder[Any](model))
    events = splitter.feed(body) + splitter.finish()
    assert splitter.fault is None
    return events


def alike(found: Any, wanted: Any) -> bool:
    """Say whether values are equal, and 1 is no True in them."""
    return bool(found == wanted) and repr(found) == repr(wanted)


# There and back


@given(kinds.flatmap(lambda kind: st.tuples(st.just(kind), elements(list(EXAMPLES[kind])))))
@settings(max_examples=300)
def test_an_event_that_a_query_yields_is_written_and_read_as_the_same(
    case: tuple[EventKind, bytes],
) -> None:
    kind, element = case
    model: Any = MODELS[kind][0]
    (event,) = queried(b"[%b]" % element, model)
    written = converter.dumps(event)
    assert alike(converter.loads(written, model | UnknownEvent), event)
    assert alike(converter.loads(element, model | UnknownEvent), event)
    assert alike(converter.loads(b" \n%b\r\n" % element, model | UnknownEvent), event)


@given(kinds.flatmap(lambda k: st.tuples(st.just(k), st.lists(elements(list(EXAMPLES[k]))))))
@settings(max_examples=100)
def test_a_list_that_a_query_returns_is_written_and_read_as_the_same(
    case: tuple[EventKind, list[bytes]],
) -> None:
    kind, parts = case
    model: Any = MODELS[kind][0]
    body = b"[%b]" % b", ".join(parts)
    events = queried(body, model)
    assert len(events) == len(parts)
    wanted: Any = list[model | UnknownEvent]
    assert alike(converter.loads(converter.dumps(events), wanted), events)
    assert alike(converter.loads(body, wanted), events)


@given(kinds.flatmap(lambda kind: st.tuples(st.just(kind), elements(list(EXAMPLES[kind])))))
@settings(max_examples=100)
def test_several_models_are_told_apart_by_the_type(case: tuple[EventKind, bytes]) -> None:
    kind, element = case
    (event,) = queried(b"[%b]" % element, MODELS[kind][0])
    written = converter.dumps(event)
    found = converter.loads(written, Event | UnknownEvent)
    assert isinstance(event, UnknownEvent) or alike(found, event)
    assert isinstance(found, ExecutionEvent | CancellationEvent | BounceEvent | UnknownEvent)
    assert not isinstance(found, UnknownEvent) or found.raw == written
    assert alike(converter.loads(b"[%b]" % written, list[Event | UnknownEvent]), [found])


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"type": "delivery"}, "$.type: not one of the known values"),
        ({}, "$.type: required member missing"),
        ({"type": None}, "$.type: Expected `str`, got `null`"),
        ({"type": "bounce"}, "$.id: required member missing"),
        ([], "$: Expected `object`, got `array`"),
    ],
)
def test_what_has_none_of_the_types_is_unknown(document: Any, reason: str) -> None:
    types: list[Any] = [Event | UnknownEvent, BounceEvent | CancellationEvent | UnknownEvent]
    for type_ in types:
        event = converter.loads(raw(document), type_)
        assert (event.reason, event.raw) == (reason, raw(document))


def test_with_one_model_an_event_without_a_type_is_one_of_those() -> None:
    (event,) = EXAMPLES[EventKind.BOUNCES][:1]
    untyped = {name: value for name, value in event.items() if name != "type"}
    found: Any = converter.loads(raw(untyped), BounceEvent | UnknownEvent)
    assert type(found) is BounceEvent
    assert type(converter.loads(raw(untyped), Event | UnknownEvent)) is UnknownEvent


def test_a_type_that_is_escaped_is_read() -> None:
    event = {"type": "bounce", **EXAMPLES[EventKind.BOUNCES][0]}
    body = raw(event).replace(b'"type": "bounce"', b'"t\\u0079pe": "b\\u006funce"', 1)
    assert type(converter.loads(body, Event | UnknownEvent)) is BounceEvent


@pytest.mark.parametrize("text", ['{"type": "é"}', '{"type": "\\ud800"}'])
def test_an_event_may_be_given_as_text(text: str) -> None:
    event = converter.loads(text, Event | UnknownEvent)
    assert isinstance(event, UnknownEvent)
    assert event.raw == text.encode()


# What is not complete

COMPLETE = raw(EXAMPLES[EventKind.BOUNCES][0])


@pytest.mark.parametrize("end", range(0, len(COMPLETE), 7))
def test_a_line_that_was_cut_is_refused(end: int) -> None:
    types: list[Any] = [BounceEvent | UnknownEvent, Event | UnknownEvent]
    for type_ in types:
        with pytest.raises(msgspec.DecodeError, match="not the complete JSON of one event"):
            converter.loads(COMPLETE[:end], type_)
    with pytest.raises(msgspec.DecodeError, match=NO_LIST):
        converter.loads(b"[%b" % COMPLETE[:end], list[BounceEvent | UnknownEvent])


@pytest.mark.parametrize(
    "data",
    [b"", b" \n", b"{},{}", b"{},", b",", b"]", b"}", b"{}}", b"{}],[{}", b'"', b'["x'],
)
def test_what_is_not_one_event_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError, match="not the complete JSON of one event"):
        converter.loads(data, BounceEvent | UnknownEvent)


@pytest.mark.parametrize("data", [b"", b"{}", b"5", b"[{}] x", b"[{}", b"[{},]", b"[}"])
def test_what_is_no_list_of_events_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError, match=NO_LIST):
        converter.loads(data, list[BounceEvent | UnknownEvent])


# From JSON types


@given(st.sampled_from(EVENTS).flatmap(lambda e: st.tuples(st.just(e[0]), changed(st.just(e[1])))))
@settings(max_examples=100)
def test_structuring_goes_by_the_same_rules_and_writes_the_json_anew(
    case: tuple[EventKind, Any],
) -> None:
    kind, document = case
    model: Any = MODELS[kind][0]
    text = json.dumps(document, separators=(",", ":")).encode()
    assert alike(
        converter.structure(document, model | UnknownEvent),
        converter.loads(text, model | UnknownEvent),
    )
    wanted: Any = list[Event | UnknownEvent]
    assert alike(
        converter.structure([document, document], wanted),
        converter.loads(b"[%b,%b]" % (text, text), wanted),
    )


@pytest.mark.parametrize("kind", EventKind)
def test_what_is_unstructured_is_structured_as_the_same(kind: EventKind) -> None:
    model: Any = MODELS[kind][0]
    bodies = [*map(raw, EXAMPLES[kind]), b'{"type":"x","a":"\\ud800"}', b'{"n":1e400}', b"[1]"]
    events = queried(b"[%b]" % b",".join(bodies), model)
    again: Any = converter.structure(converter.unstructure(events), list[model | UnknownEvent])
    for event, found in zip(events, again, strict=True):
        assert type(found) is type(event)
        if isinstance(event, UnknownEvent):
            assert (found.type, found.id, found.timestamp) == (
                event.type,
                event.id,
                event.timestamp,
            )
        else:
            assert found == event


@pytest.mark.parametrize("value", [object(), {"a": {1, 2}}, BounceEvent])
def test_what_is_no_json_type_is_refused(value: Any) -> None:
    with pytest.raises(msgspec.ValidationError, match="Expected JSON types"):
        converter.structure(value, BounceEvent | UnknownEvent)


def test_a_cycle_is_refused() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(msgspec.ValidationError, match="Expected JSON types"):
        converter.structure(cycle, BounceEvent | UnknownEvent)


# In other classes, and other converters


@frozen(kw_only=True)
class Record:
    """What a cache may keep."""

    event: BounceEvent | UnknownEvent
    last: Event | UnknownEvent | None = None
    by_id: dict[str, Event | UnknownEvent] | None = None


def test_events_may_be_members_of_a_class() -> None:
    bounce, unknown = queried(b'[%b,{"type":"x"}]' % COMPLETE, BounceEvent)
    for record in (
        Record(event=bounce, last=unknown, by_id={"a": unknown, "b": bounce}),
        Record(event=unknown),
        Record(event=unknown, last=bounce),
    ):
        written = json.loads(converter.dumps(record))
        found = converter.structure(written, Record)
        assert type(found.event) is type(record.event)
        assert type(found.last) is type(record.last)
        assert converter.dumps(found) == converter.dumps(converter.loads(raw(written), Record))


@frozen(kw_only=True)
class Opening:
    id: str
    type: str = "opening"
    is_first: bool | None = field(default=None, metadata={"wire": "isFirst"})


def test_another_converter_reads_events_of_its_own_models() -> None:
    own = EventConverter()
    found: Any = own.loads(b'{"id":"a","isFirst":true}', Opening | UnknownEvent)
    assert found == Opening(id="a", is_first=True)
    found = own.loads(b'[{"isFirst":5,"id":"a"},{"id":"b"}]', list[Opening | UnknownEvent])
    assert [getattr(event, "reason", None) for event in found] == [
        *("$.isFirst: Expected `bool | null`, got `int`", None)
    ]


def test_null_is_none_where_the_type_has_none() -> None:
    wanted: Any = list[BounceEvent | UnknownEvent | None]
    none, bounce = converter.loads(b"[null,%b]" % COMPLETE, wanted)
    assert none is None
    assert type(bounce) is BounceEvent
    assert converter.structure([None, json.loads(COMPLETE)], wanted)[0] is None
    assert converter.structure(None, BounceEvent | UnknownEvent | None) is None
    (unknown,) = converter.loads(b"[null]", list[BounceEvent | UnknownEvent])
    assert isinstance(unknown, UnknownEvent)


@pytest.mark.parametrize("given", [b'{"type":"new","n":1.50, "n":2}', b'{"id":"\\ud800"}', b"[1"])
def test_where_the_type_has_none_events_are_read_by_the_same_rules(given: bytes) -> None:
    plain: Any = BounceEvent | UnknownEvent
    cut = given.startswith(b"[")
    with pytest.raises(msgspec.DecodeError) if cut else nullcontext():
        assert converter.loads(given, plain | None) == converter.loads(given, plain)
        wanted = converter.loads(b"[%b]" % given, list[plain])
        assert converter.loads(b"[null, %b ]" % given, list[plain | None]) == [None, *wanted]


def test_models_that_no_member_tells_apart_are_refused() -> None:
    with pytest.raises(TypeError, match="no member tells these models of events apart"):
        converter.loads(b"{}", Opening | BounceEvent | UnknownEvent)


def test_what_is_too_deep_to_be_encoded_is_a_validation_error() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(msgspec.ValidationError):
        converter.structure(deep, BounceEvent | UnknownEvent)
    while deep:  # to free it level by level
        deep = deep.pop("a", None)


@frozen(kw_only=True)
class NotificationBounce:
    type: Literal["bounce"] = "bounce"
    id: int
    source: Any = None


@frozen(kw_only=True)
class ActionBounce:
    type: Literal["bounce"] = "bounce"
    id: int
    source: Any = None


@frozen(kw_only=True)
class Hit:
    type: Literal["hit"] = "hit"
    id: int


TOLD_BY_SOURCE = {
    NotificationBounce: ("notification", "push"),
    ActionBounce: ("email", "push"),
}


@pytest.mark.parametrize(
    ("document", "model"),
    [
        ({"type": "bounce", "source": {"type": "notification"}}, NotificationBounce),
        ({"type": "bounce", "source": {"type": "email"}}, ActionBounce),
        ({"type": "hit"}, Hit),
        ({"type": "bounce", "source": {"type": "push"}}, None),
        ({"type": "bounce", "source": {"type": "sms"}}, None),
        ({"type": "bounce"}, None),
        ({"type": "bounce", "source": {}}, None),
        ({"type": "bounce", "source": None}, None),
        ({"type": "bounce", "source": {"type": None}}, None),
        ({"type": "hit", "source": None}, Hit),
        ({"type": "hit", "source": 5}, Hit),
    ],
)
def test_models_of_one_type_are_told_apart_by_the_known_values_of_source_type(
    document: dict[str, Any], model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("np6_async._decode.unions._SOURCE_TYPES", TOLD_BY_SOURCE)
    union: Any = NotificationBounce | ActionBounce | Hit
    document = {"id": 1, **document}
    for found in (
        EventConverter().loads(json.dumps(document), union | UnknownEvent),
        EventConverter().structure(document, union | UnknownEvent),
    ):
        if model is None:
            assert isinstance(found, UnknownEvent)
            assert found.reason == (
                "$: `source.type` does not say whether this is a NotificationBounce or"
                " ActionBounce: name the model"
            )
        else:
            assert type(found) is model
            assert type(EventConverter().structure(document, union)) is model
    one: Any = ActionBounce | UnknownEvent
    if document["type"] == "bounce":
        assert type(EventConverter().loads(json.dumps(document), one)) is ActionBounce


@pytest.mark.parametrize("source", [None, {"type": "email"}, {"type": "notification"}])
def test_the_only_model_of_its_type_in_an_array_needs_no_hint(
    source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another operation may have another model of that type."""
    monkeypatch.setattr("np6_async._decode.unions._SOURCE_TYPES", TOLD_BY_SOURCE)
    document = {"type": "bounce", "id": 1, "source": source}
    (event,), _ = EventDecoder[Any](NotificationBounce, Hit).decode([msgspec.Raw(raw(document))])
    assert type(event) is NotificationBounce


def test_models_of_one_type_without_known_sources_are_refused() -> None:
    union: Any = NotificationBounce | ActionBounce | UnknownEvent
    with pytest.raises(TypeError, match="no member tells these classes apart"):
        EventConverter().loads("{}", union)
