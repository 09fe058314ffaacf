"""Read a document: ours, which must be valid, or the vendor's, of which any slice will do."""

from copy import deepcopy
from pathlib import Path

from ._document import Document
from ._read import read
from ._tree import Node, exists, nodes, resolve, steps, target
from ._upgrade import upgrade
from ._validation import validate

__all__ = ["load", "load_bundle"]


def load(path: Path) -> Document:
    """Read our document and check it.

    Raises:
        CodegenError: It cannot be read, is not valid OpenAPI 3.1, or has a broken reference.
    """
    document = _read(path, "3.1.", lenient=False)
    validate(document)
    return document


def load_bundle(path: Path, ours: Document) -> Document:
    """Read the vendor's document, 3.0 or 3.1, or a slice of it. It need not be valid.

    It gets the components of ours that it refers to and lacks; any other broken reference is "any",
    and noted. The header with the API key is left out: every request has it.

    Raises:
        CodegenError: It cannot be read, or is no OpenAPI document.
    """
    document = _read(path, "3.", lenient=True)
    upgrade(document.root)
    todo = [document.root]
    while todo:
        for _, node in list(nodes(todo.pop())):
            if isinstance(ref := node.get("$ref"), str) and not exists(document.root, ref):
                if component := _component(ours, ref):
                    section, name = steps(ref)[1:]
                    components = document.root.setdefault("components", {})
                    components.setdefault(section, {})[name] = component
                    todo.append(component)
                else:
                    node.clear()
                    node["x-dangling"] = ref
    keys = _keys(ours)
    for _, node in nodes(document.root):
        if isinstance(entries := node.get("parameters"), list):
            node["parameters"] = [one for one in entries if not _is_key(document, one, keys)]
    return document


def _component(ours: Document, ref: str) -> Node | None:
    is_component = ref.startswith("#/components/") and len(steps(ref)) == 3
    return deepcopy(target(ours.root, ref)) if is_component and exists(ours.root, ref) else None


def _keys(document: Document) -> set[str]:
    """Return the headers of the security schemes, in lower case."""
    schemes = document.root.get("components", {}).get("securitySchemes", {}).values()
    return {str(one["name"]).lower() for one in schemes if one.get("in") == "header"}


def _is_key(document: Document, parameter: object, keys: set[str]) -> bool:
    """Return whether a parameter is one of the headers with an API key."""
    found = resolve(document.root, parameter) if isinstance(parameter, dict) else {}
    return found.get("in") == "header" and str(found.get("name")).lower() in keys


def _read(path: Path, version: str, *, lenient: bool) -> Document:
    root = read(path, lenient=lenient)
    document = Document(path, root if isinstance(root, dict) else {})
    found = str(document.root.get("openapi", "no OpenAPI document"))
    if not found.startswith(version):
        raise document.error(("openapi",), found, f"{version}x")
    return document
