"""The schemas as datamodel-code-generator is to see them."""

import copy
import re

from ._errors import CodegenError
from ._tree import Node, pointer, resolve, walk

__all__ = ["INTEGERS", "STAND_IN", "prepare"]

INTEGERS = {"Int32": 32, "Int64": 64}
"""The named integer types, and their sizes in bits."""

STAND_IN = "_integers"
"""The module the named integer types seem to come from."""

_PLAIN = {"type", "enum", "const", "description"}


def prepare(spec: Node) -> Node:
    """Return a document with the schemas that become models.

    Raises:
        CodegenError: A schema asks for something that cannot be had.
    """
    schemas = copy.deepcopy(spec.get("components", {}).get("schemas", {}))
    kept = {
        key: value for key, value in schemas.items() if value.get("x-python-model") is not False
    }
    for path, node in list(walk(kept)):
        _forget_hooks(node)
        _widen_open_set(node)
        _name_integer(node)
        if isinstance(properties := node.get("properties"), dict):
            _mark_properties(spec, path, properties)
    return {
        "openapi": spec["openapi"],
        "info": spec["info"],
        "paths": {},
        "components": {"schemas": kept},
    }


def _forget_hooks(node: Node) -> None:
    """Drop what would make the generator import a module the document names."""
    for hook in ("customTypePath", "x-python-type"):
        if isinstance(node.get(hook), str):
            del node[hook]


def _widen_open_set(node: Node) -> None:
    """Make `one of these strings, or any other` a string: no decoder has a type for it."""
    branches = node.get("anyOf", [])
    plain = all(branch.get("type") == "string" and branch.keys() <= _PLAIN for branch in branches)
    known = [value for branch in branches for value in _values(branch)]
    if known and plain and not all(map(_values, branches)):
        del node["anyOf"]
        node["type"] = "string"
        listed = ", ".join(f"`{value}`" for value in known)
        node["description"] = f"{node.get('description', '')}\n\nKnown values: {listed}.".strip()


def _values(schema: Node) -> list[str]:
    return [schema["const"]] if "const" in schema else schema.get("enum", [])


def _name_integer(node: Node) -> None:
    """Give an integer of a known size a named type, which decoding checks."""
    name = str(node.get("format")).capitalize()
    kinds = node.get("type")
    if name not in INTEGERS:
        return
    if kinds == "integer":
        node["customTypePath"] = f"{STAND_IN}.{name}"
    elif isinstance(kinds, list) and "integer" in kinds:
        integer = {"type": "integer", "customTypePath": f"{STAND_IN}.{name}"}
        node["anyOf"] = [integer if kind == "integer" else {"type": kind} for kind in kinds]
        del node["type"], node["format"]


def _mark_properties(spec: Node, path: object, properties: Node) -> None:
    """Tell the template each property's place, and its description if only its type has one."""
    for order, schema in enumerate(properties.values()):
        schema["x-python-order"] = order
        if described := resolve(spec, schema).get("description"):
            schema.setdefault("description", described)
        name = schema.get("x-python-datetime", "new")
        if name in properties or not re.fullmatch("[a-z][a-z0-9_]*", name):
            raise CodegenError(
                f"{pointer(path)}: x-python-datetime: {name!r} is not a new name in snake_case"
            )
