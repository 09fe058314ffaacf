"""The one place that adds the key, and the one that removes it from texts."""

from types import SimpleNamespace
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from np6_async._http.redaction import scrub, scrubbed_headers
from np6_async._http.transport import Transport
from np6_async._options import ApiKey


@pytest.mark.parametrize(
    "base_url", ["https://np6.example.org/v8", "https://NP6.example.org:443/v8"]
)
@pytest.mark.parametrize(
    ("url", "is_ours"),
    [
        ("https://np6.example.org/v8/x", True),
        ("https://np6.example.org:443/", True),
        ("https://np6.example.org:8443/", False),
        ("http://np6.example.org/", False),
        ("https://example.org/", False),
        ("https://np6.example.org.example.net/", False),
    ],
)
async def test_S1_the_key_is_sent_to_the_origin_of_the_api_only(
    key: str, base_url: str, url: str, is_ours: bool
) -> None:
    """No request of ours goes anywhere else; this is a second safeguard."""
    transport = Transport(key=ApiKey(key), base_url=URL(base_url), session=None, concurrency=1)
    request: Any = SimpleNamespace(url=URL(url), headers=CIMultiDict(), proxy=None)

    async def answer(_: object) -> Any:
        """Return nothing: what matters was done before."""

    await transport._authorize(request, answer)
    assert dict(request.headers) == ({"X-Key": key} if is_ours else {})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<h1>no</h1>", "<h1>no</h1>"),
        ("key 0123456789 or 0123456789?", "key *** or ***?"),
        ("cut at its last: 012345678", "cut at its last: ***"),
        ("cut in the middle: 01234", "cut in the middle: ***"),
        ("cut early: 0123", "cut early: ***"),
        ("as good as anything: 012", "as good as anything: 012"),
        ("0123456789", "***"),
        ("01234", "***"),
        ("", ""),
    ],
)
def test_S5_the_key_and_nothing_else_is_removed_from_a_text(text: str, shown: str) -> None:
    transport = Transport(
        key=ApiKey("0123456789"),
        base_url=URL("https://np6.example.org"),
        session=None,
        concurrency=1,
    )
    assert transport.scrub(text) == shown


@pytest.mark.parametrize(
    "form", [r"a/b+c&d", r"a\/b+c&d", r"a/b\u002Bc\u0026d", "a%2Fb%2Bc%26d", "a/b+c&amp;d"]
)
def test_S5_nor_is_the_key_shown_if_the_server_escapes_it(form: str) -> None:
    key = ApiKey("a/b+c&d")
    assert scrub(f'{{"key": "{form}"}}', key) == '{"key": "***"}'
    headers = CIMultiDict({"X-Request-Id": form})
    response: Any = SimpleNamespace(headers=headers)
    assert dict(scrubbed_headers(response, key)) == {"X-Request-Id": "***"}
