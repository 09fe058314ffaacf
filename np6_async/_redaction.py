"""Removes a secret from a text, in whatever form a server may have repeated it."""

import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from yarl import URL

__all__ = ["escaped_forms", "redact"]


def escaped_forms(secret: str) -> tuple[str, ...]:
    """Return a text as it is, and escaped for JSON, URLs and HTML where that differs."""
    in_json = json.dumps(secret)[1:-1]
    by_dotnet = re.sub(r"[+&<>'`]", lambda match: f"\\u{ord(match[0]):04X}", in_json)
    in_html = html.escape(secret)
    escaped = (
        in_json,
        in_json.replace("/", r"\/"),
        by_dotnet,
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret, safe=""),
        quote_plus(secret),
        URL.build(query={"": secret}).raw_query_string[1:],
        URL.build(path=f"/{secret}").raw_path[1:],
        in_html,
        in_html.replace("&#x27;", "&#39;"),
    )
    return tuple(dict.fromkeys([secret, *escaped]))


def redact(text: str, forms: Iterable[str]) -> str:
    """Return a text without a secret, of which these are the forms, whatever their case.

    A text that was cut short may end with the first part of one, which is removed as well.
    """
    known = sorted(filter(None, forms), key=len, reverse=True)
    for form in known:
        text = re.sub(re.escape(form), "***", text, flags=re.IGNORECASE)
    lowered = text.lower()
    parts = (form[:n].lower() for form in known for n in range(len(form) - 1, 3, -1))
    tail = max((len(part) for part in parts if lowered.endswith(part)), default=0)
    return f"{text[:-tail]}***" if tail else text
