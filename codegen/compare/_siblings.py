"""Other endpoints of the bundle that are like ours, and whether the client supports them."""

import re
from collections.abc import Iterator, Sequence

from codegen._document import Document
from codegen._operations import Operation, Parameter
from codegen._tree import Node

from ._finding import Finding, Topic
from ._shape import shape

__all__ = ["general", "siblings"]

_TYPES = {"path": {"integer", "string"}, "query": {"integer", "string", "boolean"}}


def general(path: str) -> str:
    """Return a path without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", path.rstrip("/"))


def siblings(
    document: Document, known: Sequence[Operation], keys: set[tuple[str, str]]
) -> Iterator[Finding]:
    """Yield other arrays of the same objects, and of the same kind for other objects."""
    wanted = {end for one in known for end in _ends(one)}
    for one in document.operations:
        is_array = "array" in shape(document.root, [one.content.get("schema", {})]).types
        if one.method == "get" and one not in known and is_array and wanted & _ends(one):
            reason = next(_reasons(document.root, one, keys), None)
            text = f"not supported: {reason}" if reason else "supported: add it to the spec"
            yield Finding(Topic.SIBLING, one.name, text)


def _ends(operation: Operation) -> set[str]:
    """Return how the path begins, and its last segment."""
    return {general(operation.path).rpartition("/")[0], operation.path.rpartition("/")[2]}


def _reasons(root: Node, operation: Operation, keys: set[tuple[str, str]]) -> Iterator[str]:
    """Yield why the client does not support an operation; it adds the header with the key."""
    if "200" not in operation.responses:
        yield "it has no 200 response"
    if operation.path.count("{") > 1:
        yield "its path has several parameters"
    for one in operation.parameters:
        location, name = one.key
        if one.key not in keys and not _is_supported(root, one):
            yield f"the parameter `{name}` (in {location}, {shape(root, [one.schema])})"


def _is_supported(root: Node, parameter: Parameter) -> bool:
    """Return whether it has one simple type, or in a query is an array; an instant has two."""
    location, _ = parameter.key
    found = shape(root, [parameter.schema])
    if location == "query" and found.types - {"null"} == {"array"}:
        found = shape(root, found.items)
    types = {name.partition(" ")[0] for name in found.types} - {"null"}
    is_simple = len(types) == 1 or "string (date-time)" in found.types
    return is_simple and types <= _TYPES.get(location, set())
