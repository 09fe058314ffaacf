"""Check that our document is valid, so that what follows can rely on it."""

import json
import re
from copy import deepcopy
from functools import reduce
from operator import getitem

from jsonschema.exceptions import SchemaError, ValidationError, relevance
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing.exceptions import Unresolvable

from ._document import Document
from ._merge import includes_itself
from ._tree import Node, Place, component_of, exists, nodes, resolve, target

__all__ = ["validate"]

_VALID = "valid OpenAPI 3.1"


def validate(document: Document) -> None:
    """Check references, each schema by itself, defaults, and then the whole.

    Raises:
        CodegenError: There is a fault.
    """
    every = list(nodes(document.root))
    for place, node in every:
        _check_reference(document, place, node)
    for place, node in every:
        is_component = place[:2] == ("components", "schemas") and len(place) == 3
        if is_component or place[-1:] == ("schema",):
            _report(document, place, _problem_of(node))
    for place, node in every:
        if includes_itself(document.root, node):
            raise document.error(place, "it includes itself by $ref or allOf", "an end")
        if "default" in node and _is_in_schema(place):
            _report(
                document, (*place, "default"), next(document.faults(node, node["default"]), None)
            )
    try:
        _report(
            document, (), next(OpenAPIV31SpecValidator(_rest(document.root)).iter_errors(), None)
        )
    except (AttributeError, LookupError, TypeError, ValueError, Unresolvable) as error:
        raise document.error((), f"the validator fails by {error!r}", _VALID) from error


def _check_reference(document: Document, place: Place, node: Node) -> None:
    ref, at = node.get("$ref"), (*place, "$ref")
    if not isinstance(ref, str):
        return
    if not exists(document.root, ref):
        inside, outside = "to an object that exists", "within the document: copy what it leads to"
        expected = f"a reference {inside if ref.startswith('#') else outside}"
        raise document.error(at, f"{ref!r} leads nowhere", expected)
    if (
        _is_in_schema(place)
        and component_of(ref) is None
        and _problem_of(target(document.root, ref))
    ):
        raise document.error(at, f"{ref!r} leads to no schema", "a schema")
    is_parameter = place[-2:-1] == ("parameters",)
    if is_parameter and not {"name", "in"} <= resolve(document.root, node).keys():
        raise document.error(at, f"{ref!r} leads to no parameter", "a parameter")


def _is_in_schema(place: Place) -> bool:
    return "schema" in place or "schemas" in place


def _rest(root: Node) -> Node:
    """Return a copy without the schemas, which were checked, and without extensions of paths."""
    copy = deepcopy(root)
    for _, node in nodes(copy):
        if isinstance(node.get("schema"), dict):
            node["schema"] = {}
        if isinstance(schemas := node.get("schemas"), dict):
            node["schemas"] = {k: v for k, v in schemas.items() if not isinstance(v, dict)}
    if isinstance(paths := copy.get("paths"), dict):
        copy["paths"] = {path: item for path, item in paths.items() if not path.startswith("x-")}
    return copy


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
    if path := re.search(r"^Path parameter .* operation in '(/.*)' was not resolved$", found):
        place, expected = ("paths", path[1]), "every name in braces as a parameter with `in: path`"
    if fault.validator == "enum":
        found, expected = repr(fault.instance), f"one of {fault.validator_value}"
    place = (*place, *fault.absolute_path)
    value: object = reduce(getitem, place, document.root)  # type: ignore[arg-type]  # any JSON
    if not isinstance(value, dict | list) and not any(
        shown in found for shown in (repr(value), json.dumps(value))
    ):
        found = f"{json.dumps(value)}: {found}"
    raise document.error(place, found[:200], expected)
