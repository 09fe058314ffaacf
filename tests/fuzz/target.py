"""What must hold for any bytes whatsoever, cut in any way: checked for one input of the fuzzer.

The first bytes of an input say how a body is made and cut of the rest; see `Case`.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any, ClassVar, Final, Generic, TypeVar

import msgspec
from attrs import define, frozen

from np6_async import converter
from np6_async._decode.array import MAX_ELEMENT, ArraySplitter, ElementDecoder, RawDecoder
from np6_async._decode.decoder import EventDecoder
from np6_async._decode.depth import is_deeper
from np6_async._decode.misfit import UNFIT
from np6_async.errors import EventDecodeError, NP6Error, StreamInterruptedError
from np6_async.models import ExecutionEvent, UnknownEvent

__all__ = ["HEADER", "Case", "check", "short"]

T = TypeVar("T")

HEADER: Final = 4
"""How many bytes of an input come before the rest."""

PIECES: Final = 256
LONG: Final = 80_000  # bytes of a body that repeats its text: more than the splitter is patient
EFFORT: Final = 20  # bytes that may be walked for each byte there is, however the body was cut,
PATIENCE: Final = 512 * 1024  # and so many more

_BOM: Final = b"\xef\xbb\xbf"
_BLANK: Final = b" \t\n\r"
_gap: Final = re.compile(rb"[ \t\n\r]*(?:,[ \t\n\r]*)?")
_split: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_model: Final = ExecutionEvent


@frozen
class Case:
    """A body, and how it is cut.

    Attributes:
        body: The bytes of an answer.
        lengths: The lengths of its pieces, over and over.
        limit: The largest element accepted.
    """

    body: bytes
    lengths: Sequence[int]
    limit: int

    @classmethod
    def of(cls, data: bytes) -> "Case":
        """Make a case of two lengths, a limit (0: the usual one), repetition, and text.

        Lengths and limit grow with the body, so that it never comes in more than `PIECES`.
        """
        first, second, limit, repeats = data[:HEADER].ljust(HEADER, b"\0")
        body = text = data[HEADER:]
        if repeats >= 0x80 and text:
            body = b"[" + text * (1 + LONG // len(text)) + b"{}]"
        unit = 1 + len(body) // PIECES
        return cls(body, [unit * (1 + first), unit * (1 + second)], unit * limit or MAX_ELEMENT)

    def pieces(self) -> Iterator[bytes]:
        """Yield the body, cut."""
        start = 0
        for length in cycle(self.lengths):
            if start >= len(self.body):
                return
            yield self.body[start : start + length]
            start += length


@define
class Counting(Generic[T]):
    """A decoder that counts the bytes that another has to walk."""

    decoder: ElementDecoder[T]
    walked: int = 0
    piece: ClassVar[int] = 1

    def decode_array(self, array: bytes | memoryview) -> tuple[list[T], NP6Error | None]:
        self.walked += len(array)
        return self.decoder.decode_array(array)

    def decode(self, elements: Sequence[msgspec.Raw]) -> tuple[list[T], NP6Error | None]:
        self.walked += sum(len(bytes(element)) for element in elements)
        return self.decoder.decode(elements)


def short(data: bytes) -> bytes:
    """Return an input whose text is not repeated."""
    return data[: HEADER - 1] + b"\0" + data[HEADER:]


def check(data: bytes) -> None:
    """Check all that must hold for an input.

    Raises:
        AssertionError: It does not.
    """
    case = Case.of(data)
    elements, fault = _outcome(case, RawDecoder(), [case.body])
    again, same = _outcome(case, RawDecoder(), case.pieces())
    assert again == elements
    assert type(same) is type(fault)
    if case.limit == MAX_ELEMENT:
        _check_whole(case.body.removeprefix(_BOM), elements, fault)
    if len(case.body) < LONG:
        _check_events(case, elements, fault)


def _outcome(
    case: Case, decoder: ElementDecoder[T], pieces: Iterator[bytes] | list[bytes]
) -> tuple[list[T], NP6Error | None]:
    """Return what comes of a body that arrives like this, and bound the work it makes."""
    counting = Counting(decoder)
    splitter = ArraySplitter(counting, max_element=case.limit)
    found: list[T] = []
    for piece in pieces:
        found += splitter.feed(piece)
    found += splitter.finish()
    assert splitter.closed or splitter.fault is not None
    assert counting.walked <= EFFORT * len(case.body) + PATIENCE, "more work than bytes"
    return found, splitter.fault


def _check_whole(body: bytes, elements: list[bytes], fault: NP6Error | None) -> None:
    """Compare with what two parsers make of the whole."""
    values = _parsed(body)
    if isinstance(values, list):
        assert fault is None
        assert repr([_parsed(element) for element in elements]) == repr(values)
        _check_interrupted(body)
    try:
        by_msgspec = [bytes(element) for element in _split(body)]
    except (msgspec.DecodeError, RecursionError):
        assert isinstance(values, list) or fault is not None or _has_misfit(elements)
    else:
        assert fault is None
        assert elements == by_msgspec
    if fault is None:
        assert _between(body, elements)


def _parsed(text: bytes) -> Any:
    """Return what the standard library reads; nothing of what it does not take for JSON."""
    try:
        return json.loads(text.decode("utf-8", "surrogateescape"), strict=False)
    except (ValueError, RecursionError):
        return None


def _has_misfit(elements: list[bytes]) -> bool:
    """Say whether an element is no JSON by itself, as msgspec sees it."""
    for element in elements:
        try:
            _split(b"[%b]" % element)
        except (msgspec.DecodeError, RecursionError):
            return True
    return False


def _between(body: bytes, elements: list[bytes]) -> bool:
    """Say whether a body is its elements, in brackets, with commas and white space between."""
    body = body.strip(_BLANK)
    position = 1
    for number, element in enumerate(elements):
        gap = _gap.match(body, position)
        if gap is None or (b"," in gap[0]) is (number == 0):
            return False
        position = gap.end() + len(element)
        if not element or element != body[gap.end() : position].strip(_BLANK):
            return False
    return body[:1] == b"[" and body[position:].strip(_BLANK) == b"]"


def _check_interrupted(body: bytes) -> None:
    """See that half of a good array is told from all of it."""
    half = body[: len(body.rstrip(_BLANK)) // 2]
    _, fault = _outcome(Case(half, [1], MAX_ELEMENT), RawDecoder(), [half])
    assert isinstance(fault, StreamInterruptedError)


def _check_events(case: Case, elements: list[bytes], fault: NP6Error | None) -> None:
    """Compare events that come out of pieces with what each element is by itself."""
    events, same = _outcome(case, EventDecoder(_model), case.pieces())
    by_element, _ = EventDecoder(_model).decode([*map(msgspec.Raw, elements)])
    assert repr(events) == repr(by_element)
    assert type(same) is type(fault)
    for element, event in zip(elements, events, strict=True):
        _check_event(element, event)
    fits = [isinstance(event, _model) for event in events]
    good = fits.index(False) if False in fits else len(fits)
    strictly, failure = _outcome(case, EventDecoder(_model, strict=True), case.pieces())
    assert repr(strictly) == repr(events[:good])
    assert type(failure) is (type(fault) if good == len(fits) else EventDecodeError)


def _check_event(element: bytes, event: ExecutionEvent | UnknownEvent) -> None:
    """Compare with cattrs' own way to the model, which takes what a parser made of the JSON."""
    assert isinstance(event, _model) or event.raw == element
    try:
        value = msgspec.json.decode(element)
        json.loads(element, object_pairs_hook=_unique)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return  # cattrs sees no more of members that come twice than the last
    try:
        expected = converter.structure(value, _model)
    except UNFIT:
        assert isinstance(event, UnknownEvent)
    else:
        assert isinstance(event, UnknownEvent) is is_deeper(expected)
        assert isinstance(event, UnknownEvent) or repr(event) == repr(expected)


def _unique(members: list[tuple[str, Any]]) -> None:
    if len(dict(members)) < len(members):
        raise ValueError("a member comes twice")
