"""aioresponses, adapted to aiohttp 3.14 and made strict.

Release 0.7.9 does not know of `stream_writer`, which the constructor of aiohttp's response gained
in 3.14. It also answers a call that nothing matches with an error like the network's, which a
client would retry, and it says nothing about mocks that nobody called.
"""

from types import SimpleNamespace, TracebackType
from typing import Any, Self

import pytest
from aiohttp import ClientResponse
from aioresponses import aioresponses
from yarl import URL

__all__ = ["StrictMock"]


class _Response(ClientResponse):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        nothing_written: Any = SimpleNamespace(output_size=0)
        super().__init__(*args, stream_writer=nothing_written, **kwargs)


class StrictMock(aioresponses):
    """Answers the calls it was told of, once each, and fails on any other and on each not made."""

    def add(self, url: Any, *args: Any, **kwargs: Any) -> None:
        """As for `aioresponses`."""
        super().add(url, *args, **{"response_class": _Response, **kwargs})

    async def match(self, method: str, url: URL, *args: Any, **kwargs: Any) -> ClientResponse:
        """As for `aioresponses`, but a call that was not expected is no error of the network.

        The failure is no `Exception`: a client takes every other for a fault of the network.
        """
        response = await super().match(method, url, *args, **kwargs)
        if response is None:
            pytest.fail(f"unexpected: {method} {url}")
        return response

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        unused = [mock for mock in self._matches.values() if not self._is_done(mock)]
        super().__exit__(exc_type, exc_val, exc_tb)
        if exc_type is None:
            assert not unused, f"never asked for: {unused}"

    def _is_done(self, mock: Any) -> bool:
        return mock.repeat is True and any(mock.match(*call) for call in self.requests)
