"""Find where the elements of a JSON array end, by counting brackets byte by byte."""

import re
from typing import Final

__all__ = ["Scanner"]

_mark_between_elements: Final = re.compile(rb'["\[\]{},]')
_mark_in_element: Final = re.compile(rb'["\[\]{}]')
_rest_of_string: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)


class Scanner:
    """Reads a buffer that grows from a bracket or comma. It looks at no byte twice."""

    def __init__(self) -> None:
        self._position = 1  # after the bracket or comma at the start of the buffer
        self._depth = 0
        self._in_string = False

    @property
    def has_begun(self) -> bool:
        """Whether anything was read since the start."""
        return self._position > 1

    def next_end(self, buffer: bytearray) -> int:
        """Return the offset of the next comma or closing bracket that is outside of all elements.

        0 means that more bytes are needed.
        """
        while mark := self._next_mark(buffer):
            byte = buffer[mark]
            if byte == b'"'[0]:
                self._in_string = True
            elif byte in b"{[":
                self._depth += 1
            elif self._depth:
                self._depth -= 1
            else:
                return mark
        return 0

    def _next_mark(self, buffer: bytearray) -> int:
        """Return the offset of the next byte that matters, or 0 where more bytes are needed."""
        if self._in_string:
            rest = _rest_of_string.match(buffer, self._position)
            self._position = rest.end() if rest else self._position
            if buffer[self._position : self._position + 1] != b'"':
                return 0
            self._in_string = False
            self._position += 1
        marks = _mark_in_element if self._depth else _mark_between_elements
        mark = marks.search(buffer, self._position)
        self._position = mark.end() if mark else len(buffer)
        return mark.start() if mark else 0
