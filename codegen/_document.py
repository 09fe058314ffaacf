"""An OpenAPI document: its operations and schemas, and where in it a fault is."""

from collections.abc import Iterator
from functools import cached_property, partial
from pathlib import Path

from jsonschema.exceptions import ValidationError
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from referencing.exceptions import Unresolvable

from ._errors import CodegenError
from ._merge import flat
from ._operations import Operation, operations
from ._read import line_of
from ._tree import Node, Place, pointer, walk

__all__ = ["Document"]


class Document:
    """One document.

    Args:
        path: Its file.
        root: Its content.
    """

    def __init__(self, path: Path, root: Node) -> None:
        self.path = path
        self.root = root
        self.notes: list[str] = []
        """What the reader of the document should know, such as a format that has no type."""

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation, with its references resolved."""
        return tuple(operations(self.root))

    @property
    def schemas(self) -> Node:
        """The schemas of the components."""
        found: Node = self.root.get("components", {}).get("schemas", {})
        return found

    @cached_property
    def _places(self) -> dict[int, Place]:
        """The place of each object, by its id, as the document keeps all of them."""
        return {id(node): place for place, node in walk(self.root)}

    def place(self, node: object) -> Place:
        """Return the place of an object; that of its first part for an `allOf` made by `flat`."""
        if id(node) in self._places or not isinstance(node, dict):
            return self._places.get(id(node), ())
        return next(filter(None, map(self.place, node.get("allOf", ()))), ())

    def flat(self, schema: object) -> Node:
        """Return a schema without `$ref` and `allOf`.

        Raises:
            CodegenError: Its parts contradict each other.
        """

        def refuse(key: str, values: str) -> None:
            raise self.error(schema, f"`{key}` is {values} in two parts of `allOf`", "one value")

        return flat(self.root, schema, refuse)

    def faults(self, schema: Node, value: object) -> Iterator[ValidationError]:
        """Yield what is wrong with a value by a schema."""
        targets: Node = {key: self.root[key] for key in ("components", "paths") if key in self.root}
        validator = OAS31Validator({**targets, **schema}, format_checker=oas31_format_checker)
        try:
            yield from validator.iter_errors(value)
        except Unresolvable:
            return  # of references to other places than those by an `$id`; they are in order

    def where(self, at: object, *steps: str | int) -> str:
        """Return a place, given as such or by the object there, with the file and the line."""
        place = (*(at if isinstance(at, tuple) else self.place(at)), *steps)
        line = line_of(self.path, place)
        return f"{self.path}{f':{line}' if line else ''}: {pointer(place)}"

    def error(self, at: object, found: str, expected: str, *steps: str | int) -> CodegenError:
        """Return the error for a fault in the document: at an object of it, and some steps on."""
        where = partial(self.where, at, *steps)
        return CodegenError(f"{found}; expected {expected}", found, where)

    def note(self, at: object, text: str, *steps: str | int) -> None:
        """Keep a note for the reader of the document."""
        self.notes.append(f"{self.where(at, *steps)}: {text}")
