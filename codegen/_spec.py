"""Load an OpenAPI document and validate it."""

from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

from ._errors import CodegenError
from ._files import bundle_files
from ._read import read
from ._tree import Node, exists, pointer, walk

__all__ = ["load"]


def load(path: Path) -> Node:
    """Read the document and the files it references, and validate it.

    Raises:
        CodegenError: It cannot be read, is not valid OpenAPI 3.1, or has a broken reference.
    """
    spec = read(path)
    if not isinstance(spec, dict) or not str(spec.get("openapi", "")).startswith("3.1."):
        raise CodegenError(f"{path}: expected an OpenAPI document with `openapi: 3.1.x` at its top")
    bundle_files(path, spec)
    for where, node in walk(spec):
        if isinstance(ref := node.get("$ref"), str) and not exists(spec, ref):
            raise CodegenError(f"{path}: {pointer(where)} refers to {ref!r}, which does not exist")
    _validate(path, spec)
    return spec


def _validate(path: Path, spec: Node) -> None:
    try:
        problem = next(OpenAPIV31SpecValidator(spec).iter_errors(), None)
    except RecursionError as error:
        raise CodegenError(f"{path}: a schema includes itself by $ref or allOf") from error
    if problem:
        at = pointer(problem.absolute_path)
        reason = problem.message.partition("\n")[0]
        raise CodegenError(f"{path}: not valid OpenAPI 3.1 at {at}: {reason}")
