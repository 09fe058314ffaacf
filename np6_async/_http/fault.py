"""What went wrong on the wire, as a value."""

from collections.abc import Iterator

import aiohttp
from attrs import frozen

__all__ = ["Fault", "causes", "class_name"]


@frozen
class Fault:
    """What our message says about a foreign exception.

    It repeats no text of that exception, which may hold headers, and so the key. It is made of
    class names, numbers, and the codes of the operating system and of OpenSSL.

    Attributes:
        what: What failed.
        permanent: Whether asking again cannot help.
        remedy: What to try; empty if there is nothing to say.
    """

    what: str
    permanent: bool = False
    remedy: str = ""


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception, what it was raised from, and so on to the first cause."""
    seen: set[int] = set()  # an exception may have been raised from itself
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, aiohttp.ClientConnectorError):
            error = error.os_error
        else:
            error = error.__cause__


def class_name(error: BaseException) -> str:
    """Return the name of the first class in the chain of causes that is not aiohttp's own."""
    cls = next((type(each) for each in causes(error) if not _is_aiohttps(each)), type(error))
    module = cls.__module__
    return cls.__name__ if module in _WELL_KNOWN else f"{module}.{cls.__qualname__}"


_WELL_KNOWN = ("builtins", "aiohttp.client_exceptions", "aiohttp.http_exceptions")


def _is_aiohttps(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] == "aiohttp"
