"""One response: its status, its headers, and its body as it arrives."""

from collections.abc import Mapping
from typing import Final

import aiohttp

from np6_async.errors import ResponseError, StreamInterruptedError

from .exceptions import FOREIGN, translate

__all__ = ["Response"]

_INFLATION_MIN_SIZE: Final = 2**20  # bytes that any body may decompress to
_MAX_INFLATION: Final = 500  # bytes made of each one received; real events stay below


class Response:
    """A response whose head has arrived. Close it, whatever happens.

    Args:
        response: What aiohttp returned.
        headers: The response's headers, without the key.
    """

    def __init__(self, response: aiohttp.ClientResponse, headers: Mapping[str, str]) -> None:
        self._response = response
        self.status: int = response.status
        self.headers = headers

    def read_nowait(self) -> bytes:
        """Return what has arrived of the body, empty if nothing has.

        Raises:
            TransportError: The body broke off or cannot be decompressed.
            ResponseError: It is a decompression bomb.
        """
        self._check_size()
        try:
            return self._response.content.read_nowait()
        except FOREIGN as error:
            failure = translate(error, if_lost=StreamInterruptedError)
        raise failure

    @property
    def at_end(self) -> bool:
        """Whether nothing more will come."""
        return self._response.content.at_eof()

    async def read(self) -> bytes:
        """Return what has arrived of the body, waiting for some; empty if it ends with nothing.

        Raises:
            TransportError: The body broke off or cannot be decompressed.
        """
        try:
            return await self._response.content.readany()
        except FOREIGN as error:
            failure = translate(error, if_lost=StreamInterruptedError)
        raise failure

    def _check_size(self) -> None:
        content = self._response.content
        made = content.total_bytes
        if made > _INFLATION_MIN_SIZE and made > _MAX_INFLATION * (sent := content.total_raw_bytes):
            raise ResponseError(f"the body is a bomb: {sent} bytes decompress to over {made}")

    def close(self) -> None:
        """Free the connection: for another request if the body was read to its end."""
        self._response.close()
