"""Names a document cannot give: something hand-written has them already."""

import ast
import re
from functools import cache
from keyword import iskeyword
from pathlib import Path

__all__ = ["why_no_kind", "why_no_model"]

_CLIENT = Path(__file__).parent.parent / "np6_async" / "_client.py"
_PROMISED = {"follow", "stats"}  # what the client is going to have
_BESIDE_MODELS = {
    "ABC", "Annotated", "E", "Endpoints", "EventKind", "EventQuery", "EventStream", "Instant",
    "Sort", "TypeAlias", "TypeVar", "UnknownEvent",
}  # fmt: skip


def why_no_kind(name: str) -> str | None:
    """Return why no method of the client can have this name."""
    if iskeyword(name):
        return f"{name!r} is a Python keyword, so it cannot name a method"
    if name in _client_members() | _PROMISED:
        return f"{name!r} is something else on the client, so it cannot name a method"
    return None


def why_no_model(name: str) -> str | None:
    """Return why no class beside the client's own can have this name."""
    if not re.fullmatch("[A-Z][A-Za-z0-9]*", name):
        return f"the model {name} needs a name in CamelCase"
    if name in _BESIDE_MODELS:
        return f"the name {name} has another meaning in the generated modules"
    return None


@cache
def _client_members() -> frozenset[str]:
    """Read the names off the source: while the spec changes, the client cannot be imported."""
    module = ast.parse(_CLIENT.read_text("utf-8"))
    [client] = [node for node in module.body if getattr(node, "name", None) == "NP6Client"]
    return frozenset(
        node.name
        for node in ast.walk(client)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
