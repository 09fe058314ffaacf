"""Compare our operations with those of the bundle, the vendor's file."""

from collections.abc import Iterator

from codegen._document import Document
from codegen._operations import Operation

from ._finding import Finding, Topic
from ._schemas import Schemas
from ._siblings import general, siblings

__all__ = ["compare"]


def compare(ours: Document, theirs: Document) -> list[Finding]:
    """Return the differences between our operations and the same ones in the bundle."""
    return list(dict.fromkeys(_findings(ours, theirs)))


def _findings(ours: Document, theirs: Document) -> Iterator[Finding]:
    schemas = Schemas(ours.root, theirs.root)
    known: list[Operation] = []
    for here in ours.operations:
        if there := _find(theirs, here):
            known.append(there)
            yield from _parameters(schemas, here, there)
            mine, other = (one.content.get("schema", {}) for one in (here, there))
            yield from schemas.compare([mine], [other], here.path.rpartition("/")[2])
        else:
            yield Finding(Topic.OPERATION, here.name, "not found")
    yield from siblings(theirs, known)


def _find(document: Document, ours: Operation) -> Operation | None:
    """Return the operation in the bundle with our path, at its end at least."""
    same = [one for one in document.operations if one.method == ours.method]
    below = [one for one in same if general(one).endswith(general(ours))]
    return min(below, key=lambda one: len(general(one)), default=None)


def _parameters(schemas: Schemas, ours: Operation, theirs: Operation) -> Iterator[Finding]:
    names = _our_names(ours, theirs)
    left = {parameter.key: parameter for parameter in ours.parameters}
    for parameter in theirs.parameters:
        location, name = parameter.key
        our_name = names.get(name, name) if location == "path" else name
        if found := left.pop((location, our_name), None):
            at = f"{ours.name} ? {our_name}"
            yield from schemas.compare([found.schema], [parameter.schema], at)
        else:
            required = "required" if parameter.node.get("required") else "optional"
            yield Finding(Topic.PARAMETER, ours.name, f"`{name}` (in {location}, {required})")
    for location, name in left:
        yield Finding(Topic.EXTRA_PARAMETER, ours.name, f"`{name}` (in {location})")


def _our_names(ours: Operation, theirs: Operation) -> dict[str, str]:
    """Return our name for each of their path parameters, which are matched by position."""
    here, there = (one.path_names[::-1] for one in (ours, theirs))
    return dict(zip(there, here, strict=False))
