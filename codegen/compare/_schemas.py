"""Compare two schemas at every depth."""

import re
from collections.abc import Iterator, Sequence

from codegen._tree import Node, resolve, walk

from ._finding import Finding, Topic
from ._shape import Shape, forms, shape

__all__ = ["Schemas"]


class Schemas:
    """Compares schemas of two documents; it reports each pair of schemas once.

    Args:
        ours: Our document.
        theirs: The bundle.
    """

    def __init__(self, ours: Node, theirs: Node) -> None:
        self._ours = ours
        self._theirs = theirs
        self._done: set[tuple[frozenset[int], frozenset[int]]] = set()
        self._mentioned = set(_mentioned(ours))

    def compare(
        self, ours: Sequence[Node], theirs: Sequence[Node], place: str, *, may_be_null: bool = True
    ) -> Iterator[Finding]:
        """Yield the differences between two schemas, each given as a list of alternatives."""
        pair = (self._identity(self._ours, ours), self._identity(self._theirs, theirs))
        if pair in self._done:
            return
        self._done.add(pair)
        here, there = shape(self._ours, ours), shape(self._theirs, theirs)
        yield from _types(here, there, place, may_be_null=may_be_null)
        yield from self._values(here, there, place)
        yield from self._members(here, there, place)
        if here.items and there.items:
            yield from self.compare(here.items, there.items, f"{place}[]")

    def events(self, ours: Node, theirs: Node, place: str, type_: str) -> Iterator[Finding]:
        """Yield the differences between two events: in their types, then within one type."""
        all_ours, all_theirs = shape(self._ours, [ours]), shape(self._theirs, [theirs])
        known = shape(self._ours, all_ours.members.get("type", ()))
        listed = shape(self._theirs, all_theirs.members.get("type", ()))
        yield from self._values(known, listed, f"{place}.type")
        yield from self.compare(
            _of_type(self._ours, ours, type_), _of_type(self._theirs, theirs, type_), place
        )

    def _identity(self, document: Node, schemas: Sequence[Node]) -> frozenset[int]:
        return frozenset(id(resolve(document, schema)) for schema in schemas)

    def _values(self, ours: Shape, theirs: Shape, place: str) -> Iterator[Finding]:
        is_type = place.endswith(".type")
        for value in sorted(theirs.values - ours.values):
            if not ours.is_open or ((ours.values or is_type) and value not in self._mentioned):
                closed = "" if ours.is_open else "; our spec does not accept it"
                topic = Topic.TYPE_VALUE if is_type else Topic.VALUE
                yield Finding(topic, place, f"`{value}`{closed}")
        if ours.values and not ours.is_open and theirs.is_open and not is_type:
            yield Finding(Topic.VALUE, place, "any in the bundle, only listed values in our spec")

    def _members(self, ours: Shape, theirs: Shape, place: str) -> Iterator[Finding]:
        if not ours.members or not theirs.members:
            return
        for name, schemas in theirs.members.items():
            if name not in ours.members:
                kind = _shown(shape(self._theirs, schemas))
                yield Finding(Topic.FIELD, f"{place}.{name}", kind)
            else:
                required = name in ours.required
                if required and name not in theirs.required:
                    text = "required in our spec, optional in the bundle"
                    yield Finding(Topic.PRESENCE, f"{place}.{name}", text)
                yield from self.compare(
                    ours.members[name], schemas, f"{place}.{name}", may_be_null=not required
                )
        for name in ours.members:
            if name not in theirs.members:
                yield Finding(Topic.EXTRA_FIELD, f"{place}.{name}", "only in our spec")


def _types(ours: Shape, theirs: Shape, place: str, *, may_be_null: bool) -> Iterator[Finding]:
    """Compare types, unless our spec accepts any type."""
    null = frozenset({"null"})
    if ours.types and theirs.types - null != ours.types - null:
        text = f"{_shown(ours)} in our spec, {_shown(theirs)} in the bundle"
        yield Finding(Topic.TYPE, place, text)
    if "null" in theirs.types - ours.types and ours.types and not may_be_null:
        yield Finding(Topic.PRESENCE, place, "never null in our spec, may be null in the bundle")


def _shown(form: Shape) -> str:
    return " or ".join(sorted(form.types - {"null"})) or "any"


def _of_type(document: Node, schema: Node, type_: str) -> list[Node]:
    """Return the forms of an event of one type, or all forms if types do not distinguish them."""
    everything = forms(document, schema)
    found = [
        form
        for form in everything
        if type_ in shape(document, [form.get("properties", {}).get("type", {})]).values
        and len(shape(document, [form["properties"]["type"]]).values) == 1
    ]
    return found or _mapped(document, schema, type_) or everything


def _mapped(document: Node, schema: Node, type_: str) -> list[Node]:
    discriminator = resolve(document, schema).get("discriminator", {})
    ref = discriminator.get("mapping", {}).get(type_)
    return [{"$ref": ref}] if isinstance(ref, str) and ref.startswith("#/") else []


def _mentioned(document: Node) -> Iterator[str]:
    """Yield every string in our examples and every quoted word in our descriptions."""
    for _, node in walk(document):
        for key, value in node.items():
            if isinstance(value, str):
                yield from re.findall("`([^`]+)`", value) if key == "description" else (value,)
