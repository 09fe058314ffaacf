"""Removes the API key from what a server sent, in case the server repeated it."""

from collections.abc import Mapping

import aiohttp

from np6_async._options import ApiKey
from np6_async._redaction import redact

__all__ = ["scrub", "scrubbed_headers"]


def scrub(text: str, key: ApiKey) -> str:
    """Return a text without the key."""
    return redact(text, key.forms())


def scrubbed_headers(response: aiohttp.ClientResponse, key: ApiKey) -> Mapping[str, str]:
    """Return the headers of a response without the key."""
    headers = response.headers
    values = "\n".join(headers.values()).lower()
    if not any(map(values.__contains__, key.forms())):
        return headers
    clean = headers.copy()
    for name, value in headers.items():
        clean[name] = scrub(value, key)
    return clean
