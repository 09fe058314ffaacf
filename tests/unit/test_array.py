"""Cutting a JSON array: the same elements, and the same fault, however its bytes arrive."""

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from time import process_time
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from np6_async._decode.array import MAX_ELEMENT, ArraySplitter, RawDecoder
from np6_async.errors import NP6Error, ResponseError, StreamInterruptedError
from tests.thorough import examples

from .strategies import EVENTS, bodies, json_values

BOM = b"\xef\xbb\xbf"
MIB = 2**20

arrays = st.lists(json_values, max_size=12) | st.lists(
    st.sampled_from([event for _, event in EVENTS])
)
sizes = st.lists(st.integers(1, 12), min_size=1, max_size=8) | st.just([1])
limits = st.integers(1, 40)

# Bytes that look like JSON now and then, for what no JSON writer would write.
TOKENS = [
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b":",
        b'"',
        b"\\",
        b"},{",
        b"}, {",
        b'"},{"',
        b" ",
        b"\n",
        b"\t",
    ),
    *(
        b"1",
        b"-1.5e3",
        b"null",
        b"true",
        b'"a"',
        b'"\\""',
        b'"\\\\"',
        b'{"a":1}',
        b"[1,2]",
        b"[]",
        b"{}",
    ),
    *(b'"\\ud800"', b'"\xff"', b"\xc3\xa9", BOM, b"\xef", b"\0", b"NaN", b"x", b"'", b"/*", b"1 2"),
]
soups = st.lists(st.sampled_from(TOKENS) | st.binary(max_size=3), max_size=40).map(b"".join)
documents = bodies(arrays)


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """The JSON of an array in which a few bytes were replaced, dropped or put in."""
    body = draw(documents)
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(body)))
        end = start + draw(st.integers(0, 2))
        body = body[:start] + draw(st.sampled_from([b"", *TOKENS])) + body[end:]
    return body


class Counting(RawDecoder):
    """Counts what it is asked for."""

    def __init__(self) -> None:
        self.copied: list[bytes] = []  # arrays that were no part of a buffer
        self.walked = 0  # bytes of arrays
        self.alone = 0  # elements that were decoded on their own

    def decode_array(self, array: bytes | memoryview) -> tuple[list[bytes], None]:
        self.copied += [array] if isinstance(array, bytes) else []
        self.walked += len(array)
        return list(map(bytes, self._split(array))), None

    def decode(self, elements: Sequence[msgspec.Raw]) -> tuple[list[bytes], None]:
        self.alone += len(elements)
        return super().decode(elements)


class Outcome(NamedTuple):
    """What came out of a body: its elements, and what was wrong with it."""

    elements: list[bytes]
    fault: NP6Error | None
    closed: bool

    @property
    def gist(self) -> tuple[list[bytes], type[NP6Error] | None]:
        """What must not depend on how the body was cut."""
        return self.elements, None if self.fault is None else type(self.fault)


def pieces(body: bytes, lengths: list[int]) -> Iterator[bytes]:
    start = 0
    for length in cycle(lengths):
        if start >= len(body):
            return
        yield body[start : start + length]
        start += length


def split(
    body: bytes,
    lengths: list[int] | None = None,
    decoder: RawDecoder | None = None,
    **settings: int,
) -> Outcome:
    """Split a body that arrives in pieces of such lengths, over and over; None: in one piece."""
    splitter = ArraySplitter(decoder or RawDecoder(), **settings)
    found: list[bytes] = []
    for piece in pieces(body, lengths or [len(body) or 1]):
        assert splitter.fault is None or splitter.feed(piece) == []
        found += splitter.feed(piece) if splitter.fault is None else []
    found += splitter.finish()
    return Outcome(found, splitter.fault, splitter.closed)


def values(outcome: Outcome) -> list[Any]:
    return [json.loads(element) for element in outcome.elements]


# Arrays as they should be


@given(arrays, st.data(), sizes)
@settings(max_examples=60)
def test_P10_the_elements_are_those_of_the_whole_however_it_arrives(
    array: list[Any], data: st.DataObject, lengths: list[int]
) -> None:
    body = data.draw(bodies(st.just(array)))
    outcome = split(body, lengths)
    assert outcome.fault is None
    assert outcome.closed
    assert repr(values(outcome)) == repr(array)


@given(documents, sizes)
@settings(max_examples=25)
def test_an_element_is_its_own_bytes_and_no_others(body: bytes, lengths: list[int]) -> None:
    position = 0
    for element in split(body, lengths).elements:
        position = body.index(element, position) + len(element)
        assert element == element.strip(b" \t\n\r")
    assert body[position:].translate(None, b" \t\n\r") in (b"]", b"[]")


@given(documents, sizes, st.sampled_from([b"", BOM]), st.text(" \t\n\r"), st.text(" \t\n\r"))
@settings(max_examples=25)
def test_P8_a_byte_order_mark_and_white_space_around_the_array_are_skipped(
    body: bytes, lengths: list[int], bom: bytes, before: str, after: str
) -> None:
    wrapped = bom + before.encode() + body + after.encode()
    assert split(wrapped, lengths) == split(body)


@pytest.mark.parametrize("body", [b"[]", b"[ ]", b" [\r\n\t]\n", BOM + b"[]"])
@pytest.mark.parametrize("length", [1, 2, 100])
def test_an_empty_array_has_no_elements(body: bytes, length: int) -> None:
    assert split(body, [length]) == ([], None, True)


@pytest.mark.parametrize(
    "element",
    [
        *(
            b'"},{"',
            b'"\\"},{\\""',
            b'"\\\\"',
            b'"[{]}"',
            b'"\\u007d,\\u007b"',
            b'""',
            b'"\xc3\xa9"',
        ),
        *(
            b"0",
            b"-0",
            b"1.5e-7",
            b"null",
            b"true",
            b"false",
            b"{}",
            b"[]",
            b"[[],{}]",
            b'{"a":{"b":[]}}',
        ),
        *(
            b'[{"a":1},{"b":2}]',
            b'{"a":[{},{}]}',
            b'{ "a" : [ {} , {} ] }',
            "\U0001f600".encode().join(b'""'[i : i + 1] for i in (0, 1)),
        ),
    ],
)
def test_P10_every_split_inside_an_element_is_harmless(element: bytes) -> None:
    body = b"[%b,%b]" % (element, element)
    for first in range(len(body) + 1):
        for length in (1, 2, len(body)):
            assert split(body, [first or 1, length]) == ([element, element], None, True)


def test_elements_come_out_as_soon_as_the_next_one_begins() -> None:
    splitter = ArraySplitter(RawDecoder())
    assert splitter.feed(b'[{"a":1}') == []
    assert splitter.feed(b",") == []
    assert [bytes(element) for element in splitter.feed(b' {"b"')] == [b'{"a":1}']
    assert splitter.feed(b":2}") == []
    assert not splitter.closed
    assert [bytes(element) for element in splitter.feed(b"]")] == [b'{"b":2}']
    assert splitter.closed


OBJECTS = [
    *(b"{}", b'{"a":1}', b'{"a":"},{"}', b'{"a":"},"}', b'{"a":"\\"},{"}', b'{"a":[{},{}]}'),
    *(b'{"a":[%b{}]}' % (b"{}," * 20), b'{"a":"\\ud800"}', b'{"a":"\\ud800},{"}', b"{x}"),
]


@given(st.lists(st.sampled_from(OBJECTS), min_size=1), st.text(" \t\n\r"), sizes)
@example([b"{x}", b"{}", b"{}", b"{}"], " ", [100])
def test_objects_come_out_as_soon_as_the_next_one_begins(
    elements: list[bytes], blank: str, lengths: list[int]
) -> None:
    comma = b"," + blank.encode()
    starts = [len(b"[" + comma.join([*elements[:n], b""])) for n in range(len(elements))]
    splitter = ArraySplitter(RawDecoder())
    found: list[bytes] = []
    arrived = 0
    for piece in pieces(b"[%b]" % comma.join(elements) + blank.encode(), lengths):
        found += splitter.feed(piece)
        arrived += len(piece)
        assert len(found) >= sum(start < arrived for start in starts) - 1
    assert splitter.closed
    assert found == elements


def test_elements_that_are_no_objects_come_out_once_much_has_gathered() -> None:
    splitter = ArraySplitter(RawDecoder())
    found = splitter.feed(b"[" + b"1," * 50_000)
    assert found
    found += splitter.feed(b"1]")
    assert len(found) == 50_001


# Arrays that break off


@given(documents, st.data(), sizes)
def test_P7_a_body_that_breaks_off_gives_what_was_complete_and_says_so(
    body: bytes, data: st.DataObject, lengths: list[int]
) -> None:
    whole = split(body).elements
    end = data.draw(st.integers(0, len(body.rstrip()) - 1))
    outcome = split(body[:end], lengths)
    assert outcome.elements == whole[: len(outcome.elements)]
    assert isinstance(outcome.fault, StreamInterruptedError)
    assert not outcome.closed


@pytest.mark.parametrize(
    ("body", "elements"),
    [
        *(
            (b"[", []),
            (b"[1", []),
            (b"[1,", [b"1"]),
        ),
        *(
            (b"[{}", []),
            (b"[{},", [b"{}"]),
            (b"[{},{", [b"{}"]),
            (b'[{},"', [b"{}"]),
            (b'["\\', []),
        ),
        *((b"[[1]", []), (b"[[1],", [b"[1]"]), (b'["]', []), (b"[{]", []), (b'[{"a":[}]', [])),
    ],
)
@pytest.mark.parametrize("length", [1, 100])
def test_P7_a_body_without_its_last_bracket_is_interrupted(
    body: bytes, elements: list[bytes], length: int
) -> None:
    outcome = split(body, [length])
    assert outcome.gist == (elements, StreamInterruptedError)
    assert str(outcome.fault) == "the body ended before its array did"


@pytest.mark.parametrize("body", [b"", b" \n", BOM, BOM + b" ", b" " * 100])
@pytest.mark.parametrize("length", [1, 100])
def test_H1_an_empty_body_is_no_empty_array(body: bytes, length: int) -> None:
    outcome = split(body, [length])
    assert outcome.gist == ([], StreamInterruptedError)
    assert str(outcome.fault) == "the body is empty: without events it would be []"


# What is no array


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"{}",
            b'{"events":[]}',
            b"null",
            b"true",
            b"0",
            b"5",
            b'"[]"',
            b"x",
            b"]",
            b",[]",
            b"<html>",
        ),
        *(
            b"\0[]",
            b"\xc2\xa0[]",
            b"\x0b[]",
            b" " + BOM + b"[]",
            BOM + BOM + b"[]",
            BOM + b"{}",
        ),
        *(
            b"\xef\xbb[]",
            BOM[1:] + b"[]",
            "[]".encode("utf-16"),
            "[]".encode("utf-16-be"),
        ),
    ],
)
@pytest.mark.parametrize("length", [1, 2, 100])
def test_P6_a_root_that_is_no_array_is_refused(body: bytes, length: int) -> None:
    outcome = split(body, [length])
    assert outcome.gist == ([], ResponseError)
    assert str(outcome.fault) == "the body is not a JSON array"


@pytest.mark.parametrize(
    "rest", [b"]", b",", b"x", b"[]", b",{}]", b"\0", b"\x0b", b"}", b" \n]", BOM]
)
@pytest.mark.parametrize("length", [1, 2, 100])
def test_P7_bytes_after_the_array_are_refused(rest: bytes, length: int) -> None:
    outcome = split(b"[{},1]" + rest, [length])
    assert outcome.gist == ([b"{}", b"1"], ResponseError)
    assert str(outcome.fault) == "the body goes on after the end of its array"


@pytest.mark.parametrize(
    ("body", "elements"),
    [
        *(
            (b"[,]", []),
            (b"[,1]", []),
            (b"[1,]", [b"1"]),
            (b"[1,,2]", [b"1"]),
            (b"[1, ,2]", [b"1"]),
        ),
        *(
            (b"[}", []),
            (b"[}]", []),
            (b"[1}", []),
            (b"[1,}", [b"1"]),
            (b"[{}}]", []),
            (b"[{},}]", [b"{}"]),
        ),
        *((b"[1,,2,3", [b"1"]), (b"[,1,2", []), (b"[1},2,3", [])),
        *((b"[{},]", [b"{}"]), (b"[{}, ]", [b"{}"]), (b"[{},,{}]", [b"{}"]), (b"[ , {}]", [])),
    ],
)
@pytest.mark.parametrize("length", [1, 2, 100])
def test_an_array_that_is_no_json_is_refused_after_what_was_good(
    body: bytes, elements: list[bytes], length: int
) -> None:
    outcome = split(body, [length])
    assert outcome.gist == (elements, ResponseError)
    assert str(outcome.fault) == "the body is not JSON"


@pytest.mark.parametrize(
    "element", [b"x", b"1 2", b"NaN", b'{"a":1]', b'"\\ud800"', b'"\xff"', b"01", b"\x0b"]
)
@pytest.mark.parametrize("length", [1, 2, 100])
def test_V6_an_element_that_is_no_json_is_given_out_among_the_others(
    element: bytes, length: int
) -> None:
    outcome = split(b'[{"a":1},%b,{"b":2}]' % element, [length])
    assert outcome == ([b'{"a":1}', element, b'{"b":2}'], None, True)


@pytest.mark.parametrize("depth", [2_000, 20_000])
def test_V7_an_element_that_is_nested_too_deeply_for_msgspec_is_given_out(depth: int) -> None:
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        element = opening * depth + b"1" + closing * depth
        body = b'[{"a":1},%b,{"b":2}]' % element
        assert (
            split(body).elements
            == split(body, [4096]).elements
            == [b'{"a":1}', element, b'{"b":2}']
        )


# Whatever comes


@given(st.binary() | soups | soups.map(b"[".__add__) | spoiled(), sizes)
@settings(max_examples=examples(150))
@example(b"[{}}", [1])
@example(b"[1  ]", [1, 3])
def test_whatever_comes_the_way_it_was_cut_makes_no_difference(
    body: bytes, lengths: list[int]
) -> None:
    outcome = split(body, lengths)
    assert outcome.gist == split(body).gist == split(body, [1]).gist
    assert outcome.fault is not None or outcome.closed


@given(soups.map(b"[".__add__) | spoiled() | st.text(" [],{}1").map(str.encode), sizes, limits)
@settings(max_examples=examples(150))
@example(b"[ 1]", [1], 1)
@example(b"[1 ]", [1], 1)
@example(b"[1,  2]", [1], 1)
@example(b"  []", [1], 1)
@example(b"[]   ", [1], 1)
@example(b"[  ]", [1], 1)
def test_whatever_comes_the_way_it_was_cut_makes_no_difference_to_a_limit(
    body: bytes, lengths: list[int], limit: int
) -> None:
    outcome = split(body, lengths, max_element=limit)
    assert (
        outcome.gist
        == split(body, max_element=limit).gist
        == split(body, [1], max_element=limit).gist
    )
    assert [element for element in outcome.elements if len(element) > limit] == []


@given(soups.filter(len), documents.map(lambda body: body[1:-1] + b","), st.integers(100, 70_000))
@settings(max_examples=5)
def test_the_way_it_was_cut_makes_no_difference_to_a_long_body_either(
    spoilt: bytes, good: bytes, length: int
) -> None:
    for unit in (spoilt, spoilt + good):
        body = b"[" + unit * (150_000 // len(unit)) + b"]"
        assert split(body, [length]).gist == split(body).gist


@given(st.binary() | soups | soups.map(b"[".__add__))
def test_whatever_comes_does_not_raise(body: bytes) -> None:
    elements, fault, closed = split(body)
    assert isinstance(fault, NP6Error | None)
    assert all(elements)
    if fault is None:
        assert closed
        assert body.strip(BOM + b" \t\n\r").startswith(b"[")


def test_after_a_fault_nothing_comes() -> None:
    splitter = ArraySplitter(RawDecoder())
    splitter.feed(b"{")
    fault = splitter.fault
    assert splitter.feed(b"[1,2]") == splitter.finish() == []
    assert splitter.fault is fault is not None


def test_S14_a_fault_shows_nothing_of_the_body() -> None:
    for body in (b"s3cr3t", b'["s3cr3t",}', b"[] s3cr3t", b'["s3cr3t"', b'{"s3cr3t":1}'):
        assert "s3cr3t" not in f"{split(body).fault!r} {split(body, max_element=3).fault!r}"


# What is kept

MARK = b"s3cr3t"


class Failing(RawDecoder):
    """Fails once it has seen so many elements, with more of them in its local variables."""

    def __init__(self, error: BaseException, after: int, *, alone: bool) -> None:
        self.error, self.after, self.alone, self.seen = error, after, alone, 0

    def decode_array(self, array: bytes | memoryview) -> tuple[list[bytes], None]:
        if self.alone:
            raise msgspec.DecodeError
        return self.decode(self._split(array))

    def decode(self, elements: Sequence[msgspec.Raw]) -> tuple[list[bytes], None]:
        kept = list(map(bytes, elements))
        self.seen += len(kept)
        if self.seen > self.after:
            raise self.error
        return kept, None


def marked(root: object) -> bool:
    """Say whether the mark is in a value, or in anything of ours that it holds."""
    waiting, seen = [root], set()
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, bytes | bytearray) and MARK in value:
            return True
        ours = type(value).__module__.startswith(("np6_async", "tests"))
        if ours or isinstance(value, dict | list | tuple):
            waiting += gc.get_referents(value)
    return False


def frames_below(error: BaseException) -> Iterator[dict[str, Any]]:
    """Yield the local variables of the frames an error passed through, but of the first."""
    traceback = error.__traceback__
    while traceback is not None:
        traceback = traceback.tb_next
        if traceback is not None:
            yield dict(traceback.tb_frame.f_locals)


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, ZeroDivisionError])
@pytest.mark.parametrize("length", [1, 30, 1000])
@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_S14_an_error_that_passes_shows_no_element_in_its_traceback(
    error: type[BaseException], length: int, alone: bool, after: int
) -> None:
    body = b"[%b]" % b",".join([b'{"a":"%b"}' % MARK] * 4)
    splitter = ArraySplitter(Failing(error(), after, alone=alone))
    with pytest.raises(error) as caught:
        list(map(splitter.feed, pieces(body, [length])))
    assert not marked(splitter)
    assert not any(map(marked, frames_below(caught.value)))


def test_S14_an_error_at_the_end_shows_no_element_either() -> None:
    splitter = ArraySplitter(Failing(MemoryError(), 0, alone=True))
    splitter._opened, splitter._buffer = True, bytearray(b'["%b"]' % MARK)
    with pytest.raises(MemoryError) as caught:
        splitter.finish()
    assert not marked(splitter)
    assert not any(map(marked, frames_below(caught.value)))


@pytest.mark.parametrize("rest", [b"", b"]", b"}", b'] "%b"' % MARK, b',"%b"' % MARK])
@pytest.mark.parametrize("length", [1, 1000])
def test_S14_a_splitter_that_was_closed_or_is_done_holds_nothing(rest: bytes, length: int) -> None:
    splitter = ArraySplitter(RawDecoder())
    for piece in pieces(b'["%b"%b' % (MARK, rest), [length]):
        splitter.feed(piece)
    is_done = splitter.closed or splitter.fault is not None
    assert marked(splitter) is not is_done
    splitter.clear()
    assert not marked(splitter)


# The largest element


@pytest.mark.parametrize("length", [1, 7, 1000])
@pytest.mark.parametrize("kind", [b'"%b"', b'{"a":"%b"}', b'["%b"]'])
def test_P9_an_element_may_be_as_large_as_the_limit_and_no_larger(kind: bytes, length: int) -> None:
    most, more = (kind % (b"x" * (100 - len(kind % b"") + extra)) for extra in (0, 1))
    assert (len(most), len(more)) == (100, 101)
    for body, before, after in (
        (b'[{"a":1},%b,{"b":2}]', [b'{"a":1}'], [b'{"b":2}']),
        (b'[{"a":1},%b]', [b'{"a":1}'], []),
        (b"[%b]", [], []),
    ):
        fitting = split(body % most, [length], max_element=100)
        assert fitting == ([*before, most, *after], None, True)
        outcome = split(body % more, [length], max_element=100)
        assert outcome.gist == (before, ResponseError)
        assert str(outcome.fault) == "an event is larger than 100 bytes"


@pytest.mark.parametrize("length", [1, 7, 1000])
def test_P9_an_element_is_too_large_before_it_ends(length: int) -> None:
    body = b'[1,{"a":"' + b"x" * 94
    assert split(body, [length], max_element=100).gist == ([b"1"], StreamInterruptedError)
    assert split(body + b"x", [length], max_element=100).gist == ([b"1"], ResponseError)


def test_P9_small_elements_may_be_more_than_the_limit_together() -> None:
    body = b"[" + b'{"a":1},' * 1000 + b"1" + b",2" * 1000 + b"]"
    outcome = split(body, max_element=10)
    assert (len(outcome.elements), outcome.fault) == (2001, None)


def test_P9_by_itself_the_limit_is_8_mib() -> None:
    assert MAX_ELEMENT == 8 * MIB
    element = b'"%b"' % (b"x" * (8 * MIB - 2))
    assert split(b"[%b]" % element, [MIB]).elements == [element]
    assert split(b'["x%b]' % element[1:], [MIB]).gist == ([], ResponseError)


def test_white_space_before_and_after_the_array_does_not_pile_up() -> None:
    splitter = ArraySplitter(RawDecoder(), max_element=10)
    blank = b" \n" * 1000
    held = []
    tracemalloc.start()
    for piece in (BOM, *[blank] * 100, b"[", b"]", *[blank] * 100):
        assert splitter.feed(piece) == []
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert max(held) < 10 * len(blank)
    assert splitter.finish() == []
    assert (splitter.fault, splitter.closed) == (None, True)


# What it costs


@pytest.mark.parametrize("length", [300, 4096, 64 * 1024, MIB])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_ordinary_answers_are_decoded_once(length: int, separators: tuple[str, str]) -> None:
    events = [event for _, event in EVENTS] * 20
    decoder = Counting()
    outcome = split(json.dumps(events, separators=separators).encode(), [length], decoder)
    assert (len(outcome.elements), decoder.alone) == (len(events), 0)
    assert decoder.walked < 1.01 * sum(len(element) + 2 for element in outcome.elements)


@pytest.mark.parametrize("room", [0, 1])
def test_an_answer_that_is_all_there_is_decoded_where_it_is(room: int) -> None:
    body = b'[{"a":1},{"b":2}]'
    decoder = Counting()
    assert len(split(body, None, decoder, max_element=len(body) + room).elements) == 2
    (array,) = decoder.copied
    assert array is body


@pytest.mark.parametrize("length", [4096, 64 * 1024, MIB])
@pytest.mark.parametrize("good", [1, 2, 20_000])
@pytest.mark.parametrize("bad", [b"x", b'{"a":"\\ud800"}'])
def test_after_a_bad_element_the_others_are_decoded_together(
    bad: bytes, good: int, length: int
) -> None:
    decoder = Counting()
    body = b"[%b,%b{}]" % (bad, b'{"a":1},' * good)
    assert len(split(body, [length], decoder).elements) == 1 + good + 1
    assert decoder.alone == 1


@pytest.mark.parametrize("share", [0.15, 0.3, 0.6, 0.99])
def test_most_of_what_comes_before_a_string_of_marks_is_decoded_together(share: float) -> None:
    good, marks = round(share * 20_000), round((1 - share) * 53_000)
    body = b"[" + b'{"a":1},' * good + b'{"a":"' + b"},{" * marks
    decoder = Counting()
    assert len(ArraySplitter(decoder).feed(body)) == good
    assert decoder.alone < good / 5


# Hostile bodies: three times as long takes about three times as long, not nine


def seconds(body: bytes, length: int) -> float:
    started = process_time()
    outcome = split(body, [length], max_element=64 * MIB)
    spent = process_time() - started
    assert outcome.fault is None
    return spent


def filled(before: bytes, filling: bytes, after: bytes) -> Callable[[int], bytes]:
    """Return what makes a body of about so many bytes, most of them filling."""
    return lambda size: before + filling * (size // len(filling)) + after


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "marks in a string": filled(b'["', b"},{", b'"]'),
    "half marks in a string": filled(b'["', b"},", b'"]'),
    "marks in strings": filled(b"[", b'{"a":"},{"},', b"{}]"),
    "marks in bad strings": filled(b"[", b'{"a":"\\ud800},{"},', b"{}]"),
    "marks in a string before a good end": filled(b'[{"a":"', b"},{", b'"},{"b":1}]'),
    "objects in an array": filled(b"[[", b'{"a":1},', b"{}]]"),
    "objects in arrays": filled(b"[", b'{"a":[{},{},{}]},', b"{}]"),
    "objects and numbers": filled(b"[", b"{},1,", b"{}]"),
    "objects after a bad one": filled(b"[x,", b'{"a":1},', b"{}]"),
    "bad elements among good ones": filled(b"[", b'{"a":1},{"a":2},x,', b"{}]"),
    "lone surrogates": filled(b"[", b'{"a":"\\ud800"},', b"{}]"),
    "numbers": filled(b"[", b"1,", b"1]"),
    "escapes": filled(b'["', b'\\"},{', b'"]'),
    "brackets": lambda size: b"[" + b"[" * (size // 2) + b"]" * (size // 2) + b"]",
    "white space between elements": filled(b"[{},", b" ", b"{}]"),
    "white space before the array": filled(b"", b" ", b"[]"),
    "white space after the array": filled(b"[]", b" ", b""),
    "one large string": filled(b'["', b"x", b'"]'),
}


@pytest.mark.not_measured
@pytest.mark.parametrize("length", [4096, MIB])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_are_decoded_a_few_times_over_at_most(name: str, length: int) -> None:
    body = HOSTILE[name](100_000)
    decoder = Counting()
    assert split(body, [length], decoder).fault is None
    feeds = -(-len(body) // length)
    assert decoder.walked <= 13 * len(body) + 64 * 1024 * feeds


@pytest.mark.not_measured
@pytest.mark.parametrize(
    "length",
    [4096, *(pytest.param(each, marks=pytest.mark.nightly) for each in (64 * 1024, 64 * MIB))],
)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_take_time_in_proportion_to_their_length(name: str, length: int) -> None:
    short, long = HOSTILE[name](160_000), HOSTILE[name](480_000)
    assert any(seconds(long, length) < min(5, 7 * seconds(short, length)) for _ in range(5))
