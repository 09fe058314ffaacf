"""Read an OpenAPI document, and refuse what is not one."""

from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

from ._errors import CodegenError
from ._files import take_in
from ._read import read
from ._tree import Node, exists, pointer, walk

__all__ = ["load"]


def load(path: Path) -> Node:
    """Read and validate the document, with what it takes from other files.

    Raises:
        CodegenError: It cannot be read, is not valid OpenAPI 3.1, or refers to what is not there.
    """
    spec = read(path)
    if not isinstance(spec, dict) or not str(spec.get("openapi", "")).startswith("3.1."):
        raise CodegenError(f"{path}: expected an OpenAPI document with `openapi: 3.1.x` at its top")
    take_in(path, spec)
    for where, node in walk(spec):
        if isinstance(ref := node.get("$ref"), str) and not exists(spec, ref):
            raise CodegenError(f"{path}: {pointer(where)} refers to {ref!r}, which is not there")
    _validate(path, spec)
    return spec


def _validate(path: Path, spec: Node) -> None:
    try:
        fault = next(OpenAPIV31SpecValidator(spec).iter_errors(), None)
    except RecursionError as error:
        raise CodegenError(
            f"{path}: a schema takes itself in ($ref or allOf) without end"
        ) from error
    if fault:
        at = pointer(fault.absolute_path)
        reason = fault.message.partition("\n")[0]
        raise CodegenError(f"{path}: not valid OpenAPI 3.1 at {at}: {reason}")
