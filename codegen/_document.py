"""An OpenAPI document: read, upgraded to 3.1 and checked; it tells where a fault is."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cached_property
from pathlib import Path

from jsonschema.exceptions import SchemaError, ValidationError, relevance
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing.exceptions import Unresolvable

from ._errors import CodegenError
from ._merge import flat, includes_itself
from ._operations import Operation, operations
from ._read import line_of, read
from ._tree import Node, Place, component_of, exists, nodes, pointer, resolve, target, walk
from ._upgrade import upgrade

__all__ = ["Document", "load", "load_bundle", "load_slice"]

_VALID = "valid OpenAPI 3.1"


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
        """The place of each object, which is its identity while the document is there."""
        return {id(node): place for place, node in walk(self.root)}

    def place(self, node: object) -> Place:
        """Return the place of an object of the document; of merged ones that of the first part."""
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
        return CodegenError(f"{self.where(at, *steps)}: {found}; expected {expected}", found)

    def note(self, at: object, text: str, *steps: str | int) -> None:
        """Keep a note for the reader of the document."""
        self.notes.append(f"{self.where(at, *steps)}: {text}")


def load(path: Path) -> Document:
    """Read our document and check it.

    Raises:
        CodegenError: It cannot be read, is not valid OpenAPI 3.1, or has a broken reference.
    """
    document = _read(path, "3.1.", lenient=False)
    for place, node in nodes(document.root):
        if isinstance(ref := node.get("$ref"), str) and not exists(document.root, ref):
            if not ref.startswith("#"):
                expected = "a reference within the document: copy what it leads to"
            else:
                expected = "a reference to an object that exists"
            raise document.error((*place, "$ref"), f"{ref!r} leads nowhere", expected)
    _validate(document)
    return document


def load_bundle(path: Path) -> Document:
    """Read the vendor's document, 3.0 or 3.1. It need not be valid; a broken reference is "any".

    Raises:
        CodegenError: It cannot be read, or is no OpenAPI document.
    """
    document = load_slice(path)
    for _, node in list(nodes(document.root)):
        if isinstance(ref := node.get("$ref"), str) and not exists(document.root, ref):
            node.clear()
    return document


def load_slice(path: Path) -> Document:
    """Read a part of the vendor's document, which may refer to what it does not have.

    Raises:
        CodegenError: It cannot be read, or is no OpenAPI document.
    """
    document = _read(path, "3.", lenient=True)
    upgrade(document.root)
    return document


def _read(path: Path, version: str, *, lenient: bool) -> Document:
    root = read(path, lenient=lenient)
    document = Document(path, root if isinstance(root, dict) else {})
    found = str(document.root.get("openapi", "no OpenAPI document"))
    if not found.startswith(version):
        raise document.error(("openapi",), found, f"{version}x")
    return document


def _validate(document: Document) -> None:
    """Check each schema by itself, so that what follows can rely on all of them."""
    every = list(nodes(document.root))
    for place, node in every:
        is_component = place[:2] == ("components", "schemas") and len(place) == 3
        if is_component or place[-1:] == ("schema",):
            _report(document, place, _problem_of(node))
        if isinstance(ref := node.get("$ref"), str) and _is_in_schema(place):
            fault = _problem_of(target(document.root, ref))
            if fault and component_of(ref) is None:
                raise document.error((*place, "$ref"), f"{ref!r} leads to no schema", "a schema")
    for place, node in every:
        if includes_itself(document.root, node):
            raise document.error(place, "it includes itself by $ref or allOf", "an end")
        is_parameter = place[-2:-1] == ("parameters",) and "$ref" in node
        if is_parameter and not {"name", "in"} <= resolve(document.root, node).keys():
            at, found = (*place, "$ref"), f"{node['$ref']!r} leads to no parameter"
            raise document.error(at, found, "a parameter")
        if "default" in node and _is_in_schema(place):
            fault = next(document.faults(node, node["default"]), None)
            _report(document, (*place, "default"), fault)
    faults = OpenAPIV31SpecValidator(_without_data(document.root)).iter_errors()
    try:
        fault = next((one for one in faults if not _is_name(one)), None)
    except (AttributeError, LookupError, TypeError, ValueError, Unresolvable) as error:
        raise document.error((), f"the validator fails by {error!r}", _VALID) from error
    _report(document, (), fault)


def _without_data(root: Node) -> Node:
    """Return a copy without what the validator takes for more than data, and tries to resolve."""
    copy = deepcopy(root)
    for place, node in nodes(copy):
        if _is_in_schema(place):
            node.pop("default", None)  # it was checked
    paths = copy.get("paths")
    for path in (
        [path for path in paths if path.startswith("x-")] if isinstance(paths, dict) else ()
    ):
        del copy["paths"][path]
    return copy


def _is_in_schema(place: Place) -> bool:
    return "schema" in place or "schemas" in place


def _is_name(fault: ValidationError) -> bool:
    """Return whether the name of a schema is the fault: it may have any characters."""
    is_name = [*fault.absolute_path] == ["components", "schemas"]
    return is_name and "does not match" in fault.message.partition("\n")[0]


def _problem_of(schema: Node) -> ValidationError | None:
    try:
        OAS31Validator.check_schema(schema)
    except SchemaError as error:
        return error  # type: ignore[return-value]  # of the same kind
    return None


def _report(document: Document, place: Place, fault: ValidationError | None) -> None:
    """Raise an error for a fault; of alternatives, for the one that the value comes nearest to."""
    if fault is None:
        return
    while fault.context:
        fault = max(fault.context, key=lambda one: (len(one.absolute_path), relevance(one)))
    found, expected = fault.message.partition("\n")[0], _VALID
    if fault.validator == "enum":
        found, expected = repr(fault.instance), f"one of {fault.validator_value}"
    raise document.error((*place, *fault.absolute_path), found[:200], expected)
