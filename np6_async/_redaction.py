"""Removes a secret from a text, in whatever form a server may have repeated it."""

import html
import json
import re
from collections.abc import Sequence
from urllib.parse import quote, quote_plus

__all__ = ["escaped_forms", "redact"]


def escaped_forms(secret: str) -> tuple[str, ...]:
    """Return a text as it is, and escaped for JSON, URLs and HTML where that differs."""
    in_json = json.dumps(secret)[1:-1]
    by_dotnet = re.sub(r"[+&<>'`]", lambda match: f"\\u{ord(match[0]):04X}", in_json)
    escaped = (
        in_json,
        in_json.replace("/", r"\/"),
        by_dotnet,
        quote(secret, safe=""),
        quote_plus(secret),
    )
    return tuple(dict.fromkeys([secret, *escaped, html.escape(secret)]))


def redact(text: str, forms: Sequence[str]) -> str:
    """Return a text without a secret, of which these are the forms; the first is the secret itself.

    A text that was cut short may end with the first part of the secret, which is removed as well.
    """
    secret = forms[0]
    for form in forms:
        text = text.replace(form, "***")
    lengths = range(len(secret) - 1, 3, -1)
    tail = next((n for n in lengths if text.endswith(secret[:n])), 0)
    return f"{text[:-tail]}***" if tail else text
