"""Other endpoints of the bundle that are like ours, and whether the client supports them."""

from collections.abc import Iterator, Sequence

from codegen._document import Document
from codegen._endpoint import read_endpoint
from codegen._errors import CodegenError
from codegen._operations import Operation

from ._finding import Finding, Topic
from ._shape import shape

__all__ = ["general", "siblings"]


def general(operation: Operation) -> str:
    """Return the path without the names of its parameters and without a slash at its end."""
    return operation.unnamed_path.rstrip("/")


def siblings(document: Document, known: Sequence[Operation]) -> Iterator[Finding]:
    """Yield other arrays of the same objects, and of the same kind for other objects."""
    wanted = {end for one in known for end in _ends(one)}
    for one in document.operations:
        is_array = "array" in shape(document.root, [one.content.get("schema", {})]).types
        if one.method == "get" and one not in known and is_array and wanted & _ends(one):
            yield Finding(Topic.SIBLING, one.name, _support(document, one))


def _ends(operation: Operation) -> set[str]:
    """Return how the path begins, and its last segment."""
    return {general(operation).rpartition("/")[0], operation.path.rpartition("/")[2]}


def _support(document: Document, operation: Operation) -> str:
    """Return whether the client supports an operation."""
    try:
        read_endpoint(document, operation)
    except CodegenError as error:
        return f"not supported: {error.found}"
    return "supported: add it to the spec"
