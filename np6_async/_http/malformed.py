"""Responses that are not valid HTTP, as aiohttp's two parsers report them."""

from typing import Final

from aiohttp import http_exceptions

from .fault import Fault, causes, class_name

__all__ = ["body", "head"]

_TEXTS: Final = (
    # How the parser's text begins (it goes on with what was received, which is not repeated), and
    # what is wrong. The second text of a row is of the parser in Python.
    (("Duplicate Content-Length",), "it has two Content-Length headers"),
    (("Invalid character in Content-Length",), "its Content-Length is not a number"),
    (("Content-Length overflow",), "its Content-Length is too large"),
    (
        ("Transfer-Encoding can't be present", "Content-Length can't be present"),
        "it has both Content-Length and Transfer-Encoding",
    ),
    (("Invalid character in chunk size",), "the size of a chunk is not a number"),
    (("Invalid header",), "a header is malformed"),
)
_CLASSES: Final = (
    (http_exceptions.InvalidHeader, "a header is malformed"),
    (http_exceptions.BadStatusLine, "it does not begin with a status line"),
    (http_exceptions.TransferEncodingError, "its chunks are malformed"),
)


def head(error: Exception) -> Fault:
    """Describe what is wrong with the head of a response."""
    first = _raised_by_parser(error)
    if isinstance(first, http_exceptions.LineTooLong):
        limits = [f"{each} bytes" for each in first.args if isinstance(each, int)]
        return Fault(
            f"a line of the response's head is longer than {', '.join(limits) or 'the limit'}",
            permanent=True,
            remedy="pass a session with a larger max_line_size and max_field_size",
        )
    text = getattr(first, "message", "")
    if text == "Too many headers received":
        return Fault(
            "the response has more headers than are accepted, 128 by default",
            permanent=True,
            remedy="pass a session with a larger max_headers",
        )
    return Fault(f"the response is not valid HTTP ({_what(first, text)})")


def body(error: Exception) -> Fault:
    """Describe what is wrong with the body of a response."""
    first = _raised_by_parser(error)
    text = getattr(first, "message", "")
    if isinstance(first, http_exceptions.PayloadEncodingError) and text.startswith("Not enough"):
        return Fault("the connection ended before the body was complete")
    return Fault(f"the body is malformed ({_what(first, text)})")


def _raised_by_parser(error: Exception) -> BaseException:
    raised = [each for each in causes(error) if isinstance(each, http_exceptions.BadHttpMessage)]
    return raised[-1] if raised else error


def _what(error: BaseException, text: str) -> str:
    by_text = (what for beginnings, what in _TEXTS if text.startswith(beginnings))
    by_class = (what for cls, what in _CLASSES if isinstance(error, cls))
    return next(by_text, None) or next(by_class, None) or class_name(error)
