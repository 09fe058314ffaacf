"""Compare two schemas at every depth."""

import re
from collections.abc import Iterator, Sequence

from codegen._merge import parts
from codegen._tree import Node, exists, resolve, walk

from ._finding import Finding, Topic
from ._shape import Shape, forms, shape

__all__ = ["Schemas"]


_NULL = frozenset({"null"})


class Schemas:
    """Compares schemas of two documents; it reports each pair of schemas once.

    Args:
        ours: Our document.
        theirs: The bundle.
    """

    def __init__(self, ours: Node, theirs: Node) -> None:
        self._ours = ours
        self._theirs = theirs
        self._done: dict[object, object] = {}  # its values keep the objects whose ids are its keys
        self._mentioned = set(_mentioned(ours))

    def compare(
        self, ours: Sequence[Node], theirs: Sequence[Node], place: str, *, may_be_null: bool = True
    ) -> Iterator[Finding]:
        """Yield the differences between two schemas, each given as a list of alternatives."""
        pair = (_identity(self._ours, ours), _identity(self._theirs, theirs))
        if pair in self._done:
            return
        self._done[pair] = (ours, theirs)
        here, there = shape(self._ours, ours), shape(self._theirs, theirs)
        yield from _types(here, there, place, may_be_null=may_be_null)
        yield from self._values(here, there, place)
        yield from self._objects(ours, theirs, place)
        if here.items and there.items:
            yield from self.compare(here.items, there.items, f"{place}[]")

    def _values(self, ours: Shape, theirs: Shape, place: str) -> Iterator[Finding]:
        is_type = place.endswith(".type")
        for value in sorted(theirs.values - ours.values):
            if not ours.is_open or ((ours.values or is_type) and value not in self._mentioned):
                closed = "" if ours.is_open else "; our spec does not accept it"
                topic = Topic.TYPE_VALUE if is_type else Topic.VALUE
                yield Finding(topic, place, f"`{value}`{closed}")
        if ours.values and not ours.is_open and theirs.is_open and not is_type:
            yield Finding(Topic.VALUE, place, "any in the bundle, only listed values in our spec")

    def _objects(
        self, ours: Sequence[Node], theirs: Sequence[Node], place: str
    ) -> Iterator[Finding]:
        """Compare the types of objects such as events, then the objects of each type."""
        known, listed = _type(self._ours, ours), _type(self._theirs, theirs)
        types = {one for form in forms(self._ours, ours) for one in _type_of(self._ours, form)}
        if types:
            yield from self._values(known, listed, f"{place}.type")
        for type_ in sorted(types) or [""]:
            here = shape(self._ours, _of_type(self._ours, ours, type_))
            there = shape(self._theirs, _of_type(self._theirs, theirs, type_))
            if here.members and there.members:
                yield from self._members(here, there, place)

    def _members(self, ours: Shape, theirs: Shape, place: str) -> Iterator[Finding]:
        for name in {**theirs.members, **ours.members}:
            at, required = f"{place}.{name}", name in ours.required
            here, there = ours.members.get(name), theirs.members.get(name)
            if there is None:
                yield Finding(Topic.EXTRA_FIELD, at, "only in our spec")
            elif here is None:
                yield Finding(Topic.FIELD, at, str(shape(self._theirs, there)))
            else:
                if required and name not in theirs.required:
                    text = "required in our spec, optional in the bundle"
                    yield Finding(Topic.PRESENCE, at, text)
                yield from self.compare(here, there, at, may_be_null=not required)


def _type(root: Node, schemas: Sequence[Node]) -> Shape:
    return shape(root, shape(root, schemas).members.get("type", ()))


def _type_of(root: Node, form: Node) -> frozenset[str]:
    """Return the only `type` that an object may have; nothing if there are several."""
    values = _type(root, [form]).values
    return values if len(values) == 1 else frozenset()


def _of_type(root: Node, schemas: Sequence[Node], type_: str) -> Sequence[Node]:
    """Return the forms of an object of one type, or all forms if types do not distinguish them."""
    everything = forms(root, schemas)
    maps = [form.get("discriminator", {}).get("mapping", {}) for form in everything]
    refs = {str(known[type_]) for known in maps if type_ in known}
    found = [form for form in everything if _type_of(root, form) == {type_}]
    return found or [{"$ref": ref} for ref in refs if exists(root, ref)] or everything


def _types(ours: Shape, theirs: Shape, place: str, *, may_be_null: bool) -> Iterator[Finding]:
    """Compare types, unless our spec accepts any type."""
    if ours.types and theirs.types - _NULL != ours.types - _NULL:
        yield Finding(Topic.TYPE, place, f"{ours} in our spec, {theirs} in the bundle")
    if ours.types and "null" in theirs.types - ours.types and not may_be_null:
        yield Finding(Topic.PRESENCE, place, "never null in our spec, may be null in the bundle")


def _identity(root: Node, schemas: Sequence[Node]) -> frozenset[int]:
    """Return what is the same for all references to a schema, and for all mergers of its parts."""
    found = [part for schema in schemas for part in parts(schema)]
    return frozenset(id(resolve(root, one) if isinstance(one, dict) else one) for one in found)


def _mentioned(root: Node) -> Iterator[str]:
    """Yield every string in our examples and every quoted word in our descriptions."""
    for _, node in walk(root):
        for key, value in node.items():
            if isinstance(value, str):
                yield from re.findall("`([^`]+)`", value) if key == "description" else (value,)
