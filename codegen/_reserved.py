"""The names that generated code cannot use, since other code uses them."""

import ast
import re
from functools import cache
from keyword import iskeyword
from pathlib import Path

__all__ = ["why_no_kind", "why_no_model"]

_CLIENT = Path(__file__).parent.parent / "np6_async" / "_client.py"
_PLANNED = {"follow", "stats"}  # members that the client will have
_USED_NAMES = {
    "ABC", "Annotated", "E", "Endpoints", "EventKind", "EventQuery", "EventStream", "Instant",
    "Sort", "TypeAlias", "TypeVar", "UnknownEvent",
}  # fmt: skip


def why_no_kind(name: str) -> str | None:
    """Return why a method of the client cannot have this name, or None if it can."""
    if iskeyword(name):
        return f"{name!r} is a Python keyword and cannot be the name of a method"
    if name in _client_members() | _PLANNED:
        return f"{name!r} is the name of another member of the client"
    return None


def why_no_model(name: str) -> str | None:
    """Return why a model cannot have this name, or None if it can."""
    if not re.fullmatch("[A-Z][A-Za-z0-9]*", name):
        return f"the model {name} must have a name in CamelCase"
    if name in _USED_NAMES:
        return f"the generated modules already use the name {name}"
    return None


@cache
def _client_members() -> frozenset[str]:
    """Read the names from the source: the client may not be importable while the spec changes."""
    module = ast.parse(_CLIENT.read_text("utf-8"))
    [client] = [node for node in module.body if getattr(node, "name", None) == "NP6Client"]
    return frozenset(
        node.name
        for node in ast.walk(client)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
