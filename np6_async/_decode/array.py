"""Cut a JSON array into its elements while its bytes arrive, and decode them. No I/O.

There are two ways to find the same cuts. The *leap* guesses where an element ends, from the right,
and lets the decoder check the guess at C speed: JSON is read from left to right, so if ``[`` +
prefix + ``]`` decodes, the prefix ends between two elements. No byte is copied for that: a comma
becomes ``]`` to check what is before it, and ``[`` to go on with what is after it. The *scan*
counts brackets byte by byte. It is exact for any bytes, also for elements that msgspec refuses (a
lone surrogate, deep nesting). It is used where the leap finds nothing or has cost too much, so that
the work for hostile input stays linear.
"""

import re
from collections.abc import Iterator, Sequence
from traceback import clear_frames
from typing import ClassVar, Final, Generic, Protocol, TypeVar

import msgspec

from np6_async.errors import NP6Error, ResponseError, StreamInterruptedError

from .scan import Scanner

__all__ = ["MAX_ELEMENT", "ArraySplitter", "ElementDecoder", "RawDecoder"]

T = TypeVar("T")

MAX_ELEMENT: Final = 8 * 2**20
"""Largest element accepted, in bytes."""

_BOM: Final = b"\xef\xbb\xbf"
_BLANK: Final = b" \t\n\r"
_PATIENCE: Final = 64 * 1024  # bytes without a place to leap to, after which they are scanned
_EFFORT: Final = 8  # bytes the leap may read for each new byte, after which the rest is scanned

_object_follows: Final = re.compile(rb"[ \t\n\r]*+(?:\{|(\Z))")


class ElementDecoder(Protocol[T]):
    """Decodes elements. Both methods also return what is wrong with the element after the last."""

    piece: ClassVar[int]
    """How many bytes to decode at once, at best."""

    def decode_array(self, array: bytes | memoryview) -> tuple[list[T], NP6Error | None]:
        """Decode a whole array, and keep no reference to its memory.

        Raises:
            msgspec.DecodeError: It is not JSON, or not as the decoder knows it.
            RecursionError: It is nested more deeply than the decoder gets.
        """
        ...

    def decode(self, elements: Sequence[msgspec.Raw]) -> tuple[list[T], NP6Error | None]:
        """Decode elements, which may be any bytes that stood between two commas."""
        ...


class RawDecoder:
    """Returns elements as their bytes, without the white space around them."""

    piece: ClassVar[int] = 256 * 1024
    """The garbage collector does not look at bytes, so only the event loop sets a bound."""
    _split: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode

    def decode_array(self, array: bytes | memoryview) -> tuple[list[bytes], None]:
        """Return the bytes of each element of an array."""
        return self.decode(self._split(array))

    def decode(self, elements: Sequence[msgspec.Raw]) -> tuple[list[bytes], None]:
        """Return the bytes of each element."""
        return list(map(bytes, elements)), None


class ArraySplitter(Generic[T]):
    """Takes the bytes of one JSON array in pieces of any size and returns complete elements.

    Call `feed` for every piece, `finish` at the end of the body, and look at `fault` after each.
    The result does not depend on the sizes of the pieces: all elements before a fault are returned.

    Args:
        decoder: Decodes the elements.
        max_element: Largest element accepted, in bytes, with the white space around it.
    """

    def __init__(self, decoder: ElementDecoder[T], *, max_element: int = MAX_ELEMENT) -> None:
        self.fault: NP6Error | None = None
        """What is wrong with the body. Once it is set, no more elements are returned."""
        self.closed = False
        """Whether the array's closing bracket has arrived."""
        self._decoder = decoder
        self._max_element = max_element
        self._buffer = bytearray()  # once opened: a bracket, then what was not returned yet
        self._opened = False
        self._after_comma = False  # the buffer follows a comma, so an element must come
        self._searched = 0  # there is no place to leap to before this offset
        self._scanner = Scanner()

    def feed(self, data: bytes) -> list[T]:
        """Add a piece of the body and return the elements that it completes."""
        found: list[T] = []
        try:
            if (whole := self._whole(data)) is not None:
                return whole
            size, may_close = len(data), data.rstrip(_BLANK).endswith(b"]")
            self._buffer += data
            del data  # so that its memory can be used for the elements
            if not self._opened:
                self._open()
            if self._is_cutting:
                self._cut(found, size, may_close=may_close)
            self._check_rest()
        except BaseException as error:
            data = b""  # noqa: F841 - a traceback would show it
            self._let_go(found, error)
            raise
        return found

    def finish(self) -> list[T]:
        """Say that the body has ended, and return the elements that were complete but held back."""
        found: list[T] = []
        try:
            if self._is_cutting:
                self._scan(found)
            self._check_rest()
        except BaseException as error:
            self._let_go(found, error)
            raise
        if self.fault is None and not self.closed:
            self.fault = self._unfinished()
        return found

    def clear(self) -> None:
        """Let go of everything: the body, and what is wrong with it. Feed nothing after this."""
        self._buffer = bytearray()
        self.fault = None

    def _let_go(self, found: list[T], error: BaseException) -> None:
        """Let go of all elements, because error reports show local variables."""
        self.clear()
        found.clear()
        clear_frames(error.__traceback__)

    def _whole(self, data: bytes) -> list[T] | None:
        """Return the elements of an array that came in one piece; None if it did not."""
        is_first = not (self._opened or self._buffer or self.fault)
        if not is_first or data[:1] + data[-1:] != b"[]" or len(data) > self._max_element:
            return None
        try:
            elements, self.fault = self._decoder.decode_array(data)
        except (msgspec.DecodeError, RecursionError):
            return None
        self._opened = self.closed = True
        return elements

    @property
    def _is_cutting(self) -> bool:
        return self._opened and not self.closed and self.fault is None

    def _open(self) -> None:
        head = self._buffer
        if not head.startswith(b"["):
            head = head.removeprefix(_BOM).lstrip(_BLANK)
        if head.startswith(b"["):
            self._opened = True
            self._buffer = head
        elif not head:
            del self._buffer[len(_BOM) :]  # more white space need not be kept
        elif not _BOM.startswith(self._buffer):
            self.fault = ResponseError("the body is not a JSON array")

    def _unfinished(self) -> NP6Error:
        if self._opened:
            return StreamInterruptedError("the body ended before its array did")
        return StreamInterruptedError("the body is empty: without events it would be []")

    def _check_rest(self) -> None:
        if self.fault is None and self.closed and self._buffer.strip(_BLANK):
            self.fault = ResponseError("the body goes on after the end of its array")
        elif self._is_cutting and len(self._buffer) - 1 > self._max_element:
            self.fault = ResponseError(f"an event is larger than {self._max_element} bytes")
        if self.fault is not None or self.closed:
            self._buffer.clear()

    def _cut(self, found: list[T], fresh: int, *, may_close: bool) -> None:
        """Move every complete element to `found`, reading O(`fresh`) bytes."""
        budget = _EFFORT * fresh + _PATIENCE
        while self._is_cutting:
            hopeful = budget > 0
            if hopeful and not self._scanner.has_begun:
                before, (tried, cost) = len(found), self._leap(found, may_close=may_close)
                budget -= cost
                has_cut = len(found) > before or self.fault is not None
                if tried == has_cut and len(self._buffer) < min(_PATIENCE, self._max_element):
                    return  # the first guess was right, or there was none: wait for more
                if has_cut:
                    continue
                hopeful = tried > 0  # if not, the scan goes on to the end
            if not self._scan(found, only_first=hopeful):
                return

    def _move(self, found: list[T], elements: list[T], end: int) -> None:
        """Move `elements`, which reach up to the comma or bracket at `end`, out of the buffer."""
        self._after_comma = self._buffer[end] == b","[0]
        self.closed = not self._after_comma
        del self._buffer[: end + self.closed]
        if not self.closed:
            self._buffer[0] = b"["[0]
        self._searched = max(0, self._searched - end)
        self._scanner = Scanner()
        found += elements

    # Leaping

    def _leap(self, found: list[T], *, may_close: bool) -> tuple[int, int]:
        """Cut at the first guess that is right, if there is one.

        Returns:
            How many guesses were tried, and how many bytes were read for that.
        """
        tried = cost = 0
        for end in self._guesses(may_close=may_close):
            tried += 1
            cost += end
            elements = self._try(end)
            if elements or self.fault is not None:
                self._move(found, elements, end)
                return tried, cost
        if tried:
            self._searched = 0  # a guess may be right once the scan has removed a bad element
        return tried, cost

    def _guesses(self, *, may_close: bool) -> Iterator[int]:
        """Offsets that may end an element: the rightmost ones, then others ever further left."""
        high = size = min(len(self._buffer), self._max_element + 2)
        if may_close and (end := self._buffer.rindex(b"]")) < size:
            yield end
        for bound in (size, size, size // 2, size // 4, size // 8):
            high = self._guess_before(min(high, bound))
            if not high:
                return
            yield high

    def _guess_before(self, high: int) -> int:
        """Return the offset of the last ``},{`` comma before `high`, or 0."""
        undecided = high - 1
        while (brace := self._buffer.rfind(b"},", self._searched, high)) >= 0:
            follows = _object_follows.match(self._buffer, brace + 2)
            if follows and follows[1] is None:
                return brace + 1
            if follows:
                undecided = brace
            high = brace
        self._searched = max(self._searched, undecided)
        return 0

    def _try(self, end: int) -> list[T]:
        """Return the elements of an array that ends at an offset; none if it does not end there."""
        byte = self._buffer[end]
        self._buffer[end] = b"]"[0]
        array = memoryview(self._buffer)[: end + 1]
        try:
            elements, self.fault = self._decoder.decode_array(array)
        except (msgspec.DecodeError, RecursionError):
            return []
        finally:
            self._buffer[end] = byte
        return elements

    # Scanning

    def _scan(self, found: list[T], *, only_first: bool = False) -> bool:
        """Cut by counting brackets, from where the last scan stopped. Say whether it found any."""
        moved = False
        while end := self._scanner.next_end(self._buffer):
            if not self._end_element(found, end):
                break
            moved = True
            if only_first or self.closed:
                break
        return moved

    def _end_element(self, found: list[T], mark: int) -> bool:
        """Move out the element that ends with the comma or bracket at `mark`. False at a fault."""
        if mark - 1 > self._max_element:
            return False  # `_check_rest` says so
        element = bytes(self._buffer[1:mark].strip(_BLANK))
        is_empty_array = self._buffer[mark] == b"]"[0] and not self._after_comma
        if self._buffer[mark] == b"}"[0] or not (element or is_empty_array):
            self.fault = ResponseError("the body is not JSON")
            return False
        elements, self.fault = self._decoder.decode([msgspec.Raw(element)] if element else [])
        self._move(found, elements, mark)
        return self.fault is None
