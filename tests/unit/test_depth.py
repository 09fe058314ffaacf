"""How deep an event may be: the same on every Python, however it arrives and whoever asks."""

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import pytest
from attrs import field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from np6_async import EventKind, UnknownEvent, converter, models
from np6_async._decode.array import ArraySplitter
from np6_async._decode.decoder import MODELS, EventDecoder
from np6_async._decode.depth import MAX_DEPTH, deep_finder, is_deeper, without_depths
from np6_async._generated.examples import EXAMPLES

from .strategies import LEVELS, Place, nested, nests, put
from .test_decoder import DATA, EXECUTION, decode, holding, misfit

T = TypeVar("T")

EXECUTION_PLACE: Place = ("source", "detail", "execution")
RECIPIENT: Place = (*EXECUTION_PLACE, "recipient", "value")
TOO_DEEP = "$: nested too deeply (more than 64 levels)"
CONTACT = b'{"type":"contact","value":%b}'
MANY = [
    *(65, 100, 330, 1_000, 2_000, 9_000),
    pytest.param(100_000, marks=pytest.mark.not_measured),
]


def depth_of(document: Any) -> int:
    """Return the levels of a document."""
    if isinstance(document, dict):
        document = list(document.values())
    return 1 + max(map(depth_of, document), default=0) if isinstance(document, list) else 0


def deep_event(levels: int, place: Place = DATA, level: bytes = b'{"a":%b}') -> bytes:
    """Return an event of so many levels, most of them at a place."""
    core = b'"x"' if place == RECIPIENT else b"1"
    return holding(place, nested(levels - len(place), [level], core))


def called_from(frames: int, function: Callable[[], T]) -> T:
    """Call a function with so many frames below it."""
    return called_from(frames - 1, function) if frames else function()


# The limit


@pytest.mark.parametrize("level", [*LEVELS[1:2], b'{"b":1,"a":%b,"c":2}', b'{"a":[%b]}'])
def test_V7_an_event_may_hold_64_levels_and_no_more(level: bytes) -> None:
    step = level.count(b"{") + level.count(b"[")
    room = (MAX_DEPTH - len(DATA)) // step
    (event,) = decode(holding(DATA, nested(room, [level])))
    assert isinstance(event, models.ExecutionEvent)
    assert misfit(holding(DATA, nested(room + 1, [level]))).reason == TOO_DEEP


@pytest.mark.parametrize(("place", "level"), [(DATA, b'{"a":%b}'), (RECIPIENT, CONTACT)])
@pytest.mark.parametrize("kind", EventKind)
def test_V7_the_limit_is_that_of_all_levels(kind: EventKind, place: Place, level: bytes) -> None:
    if kind is EventKind.BOUNCES:
        place = ("source", "detail", "activation", "receiver", "value")
        level = CONTACT
    event = EXAMPLES[kind][0]
    for levels, model in ((MAX_DEPTH, MODELS[kind][0]), (MAX_DEPTH + 1, UnknownEvent)):
        core = nested(levels - len(place), [level], b'"x"')
        body = json.dumps(put(event, place, "@")).encode().replace(b'"@"', core)
        assert depth_of(json.loads(body)) == levels
        (decoded,) = decode(body, model=MODELS[kind][0])
        assert type(decoded) is model


@pytest.mark.parametrize("levels", MANY)
@pytest.mark.parametrize(("place", "level"), [(DATA, b'{"a":%b}'), (RECIPIENT, CONTACT)])
def test_V7_what_is_nested_too_deeply_makes_an_unknown_event_that_keeps_its_id(
    place: Place, level: bytes, levels: int
) -> None:
    unknown = misfit(deep_event(levels, place, level))
    assert unknown.reason == TOO_DEEP
    assert (str(unknown.id), unknown.type) == (EXECUTION["id"], "execution")
    assert unknown.timestamp == EXECUTION["timestamp"]


@pytest.mark.parametrize("levels", MANY)
@pytest.mark.parametrize("level", LEVELS)
def test_V3_an_unknown_member_is_ignored_however_deep_it_is(level: bytes, levels: int) -> None:
    for place in (("of_tomorrow",), ("identity", "of_tomorrow")):
        (event,) = decode(holding(place, nested(levels, [level])))
        assert event == decode(json.dumps(EXECUTION).encode())[0]


@given(st.data(), st.integers(1, 4000), st.booleans())
@settings(max_examples=50)
def test_V7_the_way_an_answer_is_cut_makes_no_difference(
    data: st.DataObject, length: int, strict: bool
) -> None:
    depths = st.sampled_from([*range(55, 70), 400, 3_000])
    parts = data.draw(st.lists(st.tuples(st.sampled_from([DATA, ("new",)]), nests(depths))))
    bodies = [json.dumps(EXECUTION).encode(), *(holding(at, value) for at, value in parts)]
    whole = b"[%b]" % b",".join(bodies)
    decoder = EventDecoder(models.ExecutionEvent, strict=strict)
    by_element, error = decoder.decode(list(map(msgspec.Raw, bodies)))
    for cut in (length, len(whole)):
        splitter = ArraySplitter(EventDecoder(models.ExecutionEvent, strict=strict))
        events: list[Any] = []
        for start in range(0, len(whole), cut):
            events += splitter.feed(whole[start : start + cut]) if not splitter.fault else []
        events += splitter.finish()
        assert events == by_element
        assert str(splitter.fault) == str(error)


# What comes in goes out


@pytest.mark.parametrize("frames", [0, 300])
@pytest.mark.parametrize(("place", "level"), [(DATA, b'{"a":%b}'), (RECIPIENT, CONTACT)])
def test_V7_what_comes_in_goes_out_also_from_a_deep_stack(
    place: Place, level: bytes, frames: int
) -> None:
    model = models.ExecutionEvent
    body = deep_event(MAX_DEPTH, place, level)

    def there_and_back() -> bool:
        (event,) = decode(body)
        assert repr(event)
        assert type(event) is model
        (in_a_list,) = converter.loads(converter.dumps([event]), list[models.ExecutionEvent])
        others = [
            in_a_list,
            converter.loads(body, model),
            converter.loads(converter.dumps(event), model),
            converter.structure(converter.unstructure(event), model),
            pickle.loads(pickle.dumps(event)),  # noqa: S301 - our own bytes
            copy.deepcopy(event),
        ]
        return others == [event] * len(others)

    assert called_from(frames, there_and_back)


def test_an_unknown_event_is_unstructured_unless_it_is_too_deep() -> None:
    for levels in (MAX_DEPTH + 2, 3_000, 100_000):
        (unknown,) = decode(deep_event(levels))
        assert converter.dumps(unknown) == unknown.raw
        with pytest.raises(ValueError, match="more than 64 levels"):
            converter.unstructure(unknown)
    (shallow,) = decode(deep_event(MAX_DEPTH + 1))
    assert converter.unstructure(shallow) == json.loads(shallow.raw)


# What the converter loads


@frozen(kw_only=True)
class Free:
    anything: Any = None
    some: list[Any] | None = None
    renamed: Any = field(default=None, metadata={"wire": "other"})


@pytest.mark.parametrize("levels", [0, 1, 63, 64, 65, 66, 330, 2_000, 100_000])
def test_V7_the_converter_loads_as_many_levels_and_no_more(levels: int) -> None:
    value = nested(levels, [b'{"a":%b}'])
    types: list[tuple[bytes, Any]] = [
        (value, Any),
        (b"[%b]" % value, list[Any]),
        (b'{"anything":%b}' % nested(levels - 1, [b"[%b]"]), Free),
        (b'{"other":%b}' % nested(levels - 1, [b"[%b]"]), Free),
        (b'[{"some":[%b]}]' % nested(levels - 2, [b"[%b]"]), list[Free]),
    ]
    for body, type_ in types:
        if levels <= MAX_DEPTH:
            loaded = converter.loads(body, type_)
            assert converter.loads(converter.dumps(loaded), type_) == loaded
        else:
            with pytest.raises(msgspec.ValidationError, match="nested too deeply"):
                converter.loads(body, type_)


@pytest.mark.parametrize("levels", [66, 2_000, 100_000])
def test_the_converter_ignores_unknown_members_too_however_deep_they_are(levels: int) -> None:
    deep = nested(levels, LEVELS)
    assert converter.loads(b'{"time":5,"new":%b}' % deep, models.Stamp) == models.Stamp(time=5)
    assert converter.loads(b'[{"new":%b,"other":5}]' % deep, list[Free]) == [Free(renamed=5)]


@pytest.mark.parametrize("body", [b"[" * 5_000, b'{"a":' * 5_000, b"]" * 5_000, b'["' + b"[" * 99])
def test_what_is_deep_and_no_json_is_refused(body: bytes) -> None:
    for type_ in (models.Stamp, Free, Any, list[Any]):
        with pytest.raises(msgspec.DecodeError):
            converter.loads(body, type_)


# How it is found


@given(nests(st.integers(0, 30)), st.integers(1, 20))
def test_what_is_too_deep_is_left_out_down_to_one_level(body: bytes, levels: int) -> None:
    depth = depth_of(json.loads(body))
    shallow = without_depths(body, levels)
    assert depth_of(json.loads(shallow)) == min(depth, levels + 1)
    assert (shallow == body) is (depth <= levels + 1)
    for document in (json.loads(body), json.loads(shallow)):
        assert is_deeper(document, levels) is (depth > levels)


def test_what_is_not_too_deep_is_the_same_object() -> None:
    for body in (
        b"",
        b"5",
        nested(65, LEVELS[:2]),
        b'"%b"' % (b"[" * 99),
        b"[" + b"{}," * 99 + b"1]",
    ):
        assert without_depths(body) is body


def test_a_bracket_in_a_string_is_no_level() -> None:
    body = b'{"a":"\\"[[[","b":[["]]]",[]],5,["["]]}'
    assert without_depths(body, 1) == b'{"a":"\\"[[[","b":["",5,""]}'


@frozen(kw_only=True)
class Branch:
    plain: int | None = None
    branches: "list[Branch] | None" = None
    twin: "Branch | None" = None
    either: "Branch | Free | None" = None


@frozen(kw_only=True)
class Bounded:
    names: list[str] | None = None
    stamp: models.Stamp | None = None


@frozen(kw_only=True)
class Tree:
    root: Branch | None = None


def chain(name: str, length: int) -> Branch:
    """Return a branch that holds so many others, one below the other."""
    branch = Branch()
    for _ in range(length):
        members: dict[str, Any] = {name: [branch] if name == "branches" else branch}
        branch = Branch(**members)
    return branch


@pytest.mark.parametrize("name", ["branches", "twin", "either"])
def test_every_member_that_can_be_deep_is_looked_at(name: str) -> None:
    has_deep = deep_finder(Branch)
    step = 2 if name == "branches" else 1
    assert not has_deep([chain(name, 63 // step), Branch(), chain(name, 63 // step)])
    assert has_deep([Branch(), chain(name, 64), Branch()])
    assert not has_deep([])


@pytest.mark.parametrize("before", [[], [Tree()], [Tree(root=Branch())]])
def test_so_is_every_member_of_a_member(before: list[Tree]) -> None:
    has_deep = deep_finder(Tree)
    assert not has_deep([*before, Tree(root=chain("twin", 62))])
    assert has_deep([*before, Tree(root=chain("twin", 63))])


def test_a_model_whose_types_bound_its_depth_is_not_looked_at() -> None:
    assert not deep_finder(Bounded)([object()])


@pytest.mark.parametrize("place", [(*EXECUTION_PLACE, "recipient")[:n] for n in (2, 3, 4)])
def test_a_missing_member_hides_nothing_of_the_next_event(place: Place) -> None:
    bare = put(EXECUTION, place, None)
    bodies = [json.dumps(bare).encode(), deep_event(65), deep_event(64)]
    array = b"[%b]" % b",".join(bodies)
    events, _ = EventDecoder(models.ExecutionEvent).decode_array(array)
    assert [type(event) for event in events] == [
        *(models.ExecutionEvent, UnknownEvent, models.ExecutionEvent)
    ]
