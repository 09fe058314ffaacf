"""Read a document: ours, which must be valid, or the vendor's, of which any slice will do."""

from pathlib import Path

from ._document import Document
from ._read import read
from ._tree import exists, nodes
from ._upgrade import upgrade
from ._validation import validate

__all__ = ["load", "load_bundle", "load_slice"]


def load(path: Path) -> Document:
    """Read our document and check it.

    Raises:
        CodegenError: It cannot be read, is not valid OpenAPI 3.1, or has a broken reference.
    """
    document = _read(path, "3.1.", lenient=False)
    validate(document)
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
