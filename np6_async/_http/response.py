"""One response: its status, its headers, and its body as it arrives."""

from collections.abc import Mapping
from typing import Final

import aiohttp

from np6_async.errors import ResponseError, StreamInterruptedError

from .exceptions import translate

__all__ = ["Response"]

_INFLATION_MIN_SIZE: Final = 2**20  # bytes that any body may decompress to
_MAX_INFLATION: Final = 500  # bytes decompressed per byte received; real events stay far below


class Response:
    """A response whose head has arrived. Close it, whatever happens.

    Once it is closed, or its body has failed, it drops its references to aiohttp's objects. They
    hold the request with the key, and bytes of the body, and error reporters collect whatever the
    local variables of a traceback refer to.

    Args:
        response: What aiohttp returned.
        headers: The response's headers, without the key.
    """

    def __init__(self, response: aiohttp.ClientResponse, headers: Mapping[str, str]) -> None:
        self._response: aiohttp.ClientResponse | None = response
        self._content = response.content
        self.status: int = response.status
        self.headers = headers

    def read_nowait(self) -> bytes:
        """Return what has arrived of the body, empty if nothing has.

        Raises:
            TransportError: The body broke off or cannot be decompressed.
            ResponseError: It exceeds the decompression limit.
        """
        self._check_size()
        try:
            return self._content.read_nowait()
        except Exception as error:  # noqa: BLE001 - nothing of aiohttp's comes out as it is
            failure = translate(error, if_lost=StreamInterruptedError)
        self.close()
        try:
            raise failure
        finally:
            del failure  # an error that a frame of its own traceback refers to is a cycle

    @property
    def at_end(self) -> bool:
        """Whether nothing more will come."""
        return self._content.at_eof()

    async def read(self) -> bytes:
        """Return what has arrived of the body, waiting for some; empty if it ends with nothing.

        Raises:
            TransportError: The body broke off or cannot be decompressed.
        """
        try:
            return await self._content.readany()
        except Exception as error:  # noqa: BLE001 - nothing of aiohttp's comes out as it is
            failure = translate(error, if_lost=StreamInterruptedError)
        self.close()
        try:
            raise failure
        finally:
            del failure  # an error that a frame of its own traceback refers to is a cycle

    def _check_size(self) -> None:
        made = self._content.total_bytes
        if made <= _INFLATION_MIN_SIZE:
            return
        sent = self._content.total_raw_bytes
        if made > _MAX_INFLATION * sent:
            self.close()
            raise ResponseError(
                f"decompression limit exceeded: {sent} bytes became {made} so far, more than "
                f"{_MAX_INFLATION} times as many"
            )

    def close(self) -> None:
        """Free the connection: for another request if the body was read to its end."""
        response, self._response = self._response, None
        self._content = aiohttp.EMPTY_PAYLOAD
        if response is not None:
            response.close()
