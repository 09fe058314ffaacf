"""Values for hypothesis to try: JSON, documents almost like the spec's examples, and models."""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin
from uuid import UUID

import attrs
from hypothesis import strategies as st

from np6_async._generated.examples import EXAMPLES
from np6_async._generated.kinds import EventKind

__all__ = [
    "EVENTS",
    "LEVELS",
    "Place",
    "bodies",
    "changed",
    "elements",
    "instances",
    "json_values",
    "nested",
    "nests",
    "places",
    "put",
    "value_at",
]

Place: TypeAlias = tuple[str | int, ...]

EVENTS = [(kind, event) for kind in EventKind for event in EXAMPLES[kind]]
"""Every example of the spec, with its kind."""

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


# Documents

UNLIKELY: list[Any] = [None, True, 0, 5, -1, 5.0, 5.5, 2**63, -(2**63), 10**30, "", "5", [], {}]
"""Values that take another type's place."""


def places(document: Any, at: Place = ()) -> Iterator[Place]:
    """Yield the way to every value in a document, to the document itself first."""
    yield at
    items: Any = ()
    if isinstance(document, dict):
        items = document.items()
    elif isinstance(document, list):
        items = enumerate(document)
    for key, value in items:
        yield from places(value, (*at, key))


def value_at(document: Any, place: Place) -> Any:
    for key in place:
        document = document[key]
    return document


def put(document: Any, place: Place, value: Any) -> Any:
    """Return a copy of a document with another value at a place."""
    if not place:
        return value
    document = copy.deepcopy(document)
    value_at(document, place[:-1])[place[-1]] = value
    return document


def without(document: Any, place: Place) -> Any:
    """Return a copy of a document without what is at a place."""
    if not place:
        return {}
    document = copy.deepcopy(document)
    del value_at(document, place[:-1])[place[-1]]
    return document


@st.composite
def changed(draw: st.DrawFn, documents: st.SearchStrategy[Any]) -> Any:
    """A document with up to three changes: members dropped, added, retyped, nested or swapped."""
    document = draw(documents)
    for _ in range(draw(st.integers(0, 3))):
        document = draw(_changed_once(document))
    return document


@st.composite
def _changed_once(draw: st.DrawFn, document: Any) -> Any:
    anywhere = st.sampled_from(list(places(document)))
    place = draw(anywhere)
    other = draw(anywhere.map(lambda place: value_at(document, place)))
    value = value_at(document, place)
    if draw(st.booleans()) and place:
        return without(document, place)
    if isinstance(value, dict) and draw(st.booleans()):
        return put(document, (*place, "unknown"), other)
    moved = [other, str(value), [value], {"value": value}, {"type": value}]
    return put(document, place, draw(st.sampled_from([*UNLIKELY, *moved]) | json_values))


@st.composite
def bodies(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> bytes:
    """A value as JSON, in one of the ways JSON is written."""
    return json.dumps(
        draw(values),
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, None, 1, "\t"])),
        separators=draw(st.sampled_from([None, (",", ":"), (" ,\r\n", " : ")])),
    ).encode()


# Elements of an answer, whatever is in them

LEVELS = [b"[%b]", b'{"a":%b}', b'{ "b" : "]" ,\n"a" : %b }', b'{"a":%b,"b":[{}]}', b"[1,%b,{}]"]
HARD = [
    *(b'"\\ud800"', b'"\xff"', b"NaN", b"1e400", b"9" * 5000, b"%d" % 10**30, b'"\\u0000\\u00e9"'),
    *(b"x", b"1 2", b"-0.0", b"1E5", b"[}", b'{"a":1,"a":[2]}'),
]
UNLIKE_EVENTS = [
    b"x",
    b"NaN",
    b"1 2",
    b"{}{}",
    b"{} x",
    b'"},{"',
    b"\xff",
    b"5",
    b"null",
    b"[]",
    b'""',
]


def nested(depth: int, levels: list[bytes], core: bytes = b"1") -> bytes:
    """Return JSON of so many levels of objects and arrays."""
    before, after = zip(*(level.split(b"%b") for level in levels), strict=True)
    chosen = [number % len(levels) for number in range(depth)]
    return b"".join([*(before[n] for n in chosen), core, *(after[n] for n in reversed(chosen))])


def nests(depths: st.SearchStrategy[int]) -> st.SearchStrategy[bytes]:
    """JSON of about so many levels."""
    levels = st.lists(st.sampled_from(LEVELS), min_size=1, max_size=3)
    return st.builds(nested, depths, levels)


@st.composite
def elements(draw: st.DrawFn, events: list[dict[str, Any]]) -> bytes:
    """The JSON of an event, with up to three changes and what is hard to read in up to two places.

    Rarely, something that is no event at all.
    """
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(UNLIKE_EVENTS))
    document = draw(changed(st.sampled_from(events)))
    hard = draw(st.lists(st.sampled_from(HARD) | nests(st.sampled_from(DEPTHS)), max_size=2))
    for number, _ in enumerate(hard):
        objects = [at for at in places(document) if isinstance(value_at(document, at), dict)]
        name = draw(st.sampled_from(["data", "value", "of_tomorrow", "type", "id", "timestamp"]))
        if objects:
            document = put(document, (*draw(st.sampled_from(objects)), name), f"hard {number}")
    body = draw(bodies(st.just(document)))
    for number, value in enumerate(hard):
        body = body.replace(b'"hard %d"' % number, value)
    if draw(st.booleans()) and body.endswith(b"}"):
        body = body[:-1] + draw(st.sampled_from([b',"timestamp":5}', b',"type":"bounce"}', b"}"]))
    return body.strip()


DEPTHS = [*range(50, 70), 100, 400, 900, 2_000, 12_000]
"""Levels about the limit, and where some decoders and encoders give up."""


# Models


@cache
def instances(type_: Any) -> st.SearchStrategy[Any]:
    """Instances of a model, or of any other type that a model has members of."""
    if attrs.has(type_):
        fields = attrs.fields(attrs.resolve_types(type_))
        return st.builds(type_, **{field.alias: _later(field.type) for field in fields})
    origin, arguments = get_origin(type_), get_args(type_)
    made: dict[Any, Callable[[], st.SearchStrategy[Any]]] = {
        Annotated: lambda: st.integers(arguments[1].ge, arguments[1].le),
        Literal: lambda: st.sampled_from(arguments),
        Union: lambda: st.one_of(*map(instances, arguments)),
        UnionType: lambda: st.one_of(*map(instances, arguments)),
        list: lambda: st.lists(instances(arguments[0]), max_size=3),
        dict: lambda: st.dictionaries(st.text(), instances(arguments[1]), max_size=3),
    }
    if origin in made:
        return made[origin]()
    return LEAVES[type_] if type_ in LEAVES else st.sampled_from(type_)  # an enumeration


def _later(type_: Any) -> st.SearchStrategy[Any]:
    """Instances of a type that may hold the type being looked at."""
    return st.deferred(lambda: instances(type_))


LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    Any: json_values,
    bool: st.booleans(),
    bytes: st.binary(),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0)),
    float: st.floats(allow_nan=False, allow_infinity=False),
    int: st.integers(-(2**63), 2**63 - 1),
    str: st.text(),
    type(None): st.none(),
    UUID: st.uuids(),
}
