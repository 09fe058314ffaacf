"""Read an OpenAPI document, and refuse what is not one."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias, cast

import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from ._errors import CodegenError

__all__ = ["Node", "load", "pointer", "resolve", "walk"]

Node: TypeAlias = dict[str, Any]
"""One JSON object of the document."""


def load(path: Path) -> Node:
    """Read and validate the document.

    Raises:
        CodegenError: It cannot be read, is not valid OpenAPI 3.1, or refers to another document.
    """
    try:
        document = yaml.load(path.read_text("utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
        spec = json.loads(json.dumps(document))  # keys become strings, and aliases copies
    except (OSError, TypeError, ValueError, yaml.YAMLError) as error:
        raise CodegenError(f"{path}: cannot be read as YAML or JSON: {error}") from error
    if not isinstance(spec, dict) or not str(spec.get("openapi", "")).startswith("3.1."):
        raise CodegenError(f"{path}: expected an OpenAPI document with `openapi: 3.1.x` at its top")
    for where, node in walk(spec):
        if isinstance(ref := node.get("$ref"), str) and not _exists(spec, ref):
            raise CodegenError(
                f"{path}: {pointer(where)} refers to {ref!r}, which is not there;"
                " only references inside the document (#/…) are read"
            )
    _validate(path, spec)
    return spec


def _validate(path: Path, spec: Node) -> None:
    try:
        fault = next(OpenAPIV31SpecValidator(spec).iter_errors(), None)
    except RecursionError as error:
        raise CodegenError(f"{path}: a schema takes itself in (allOf) without end") from error
    if fault:
        at = pointer(fault.absolute_path)
        raise CodegenError(f"{path}: not valid OpenAPI 3.1 at {at}: {fault.message}")


class _Loader(yaml.SafeLoader):
    """YAML with the types of JSON: a date stays a string, and a repeated key is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for index, key in enumerate(keys):
            if key in keys[:index]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is repeated", node.start_mark
                )
        return cast("dict[Any, Any]", super().construct_mapping(node, deep))


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def walk(
    value: object, at: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """Yield every object at or below a value, with its place."""
    if isinstance(value, dict):
        yield at, value
        for key, child in value.items():
            yield from walk(child, (*at, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from walk(child, (*at, index))


def pointer(path: object) -> str:
    """Return a place in the document as people read it."""
    return " > ".join(str(step) for step in cast("list[str | int]", path)) or "the top"


def resolve(spec: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a node's `$ref`, if it has one."""
    seen: set[str] = set()
    while isinstance(ref := node.get("$ref"), str) and ref not in seen:
        seen.add(ref)
        node = _target(spec, ref)
    return node


def _target(spec: Mapping[str, Any], ref: str) -> Any:  # noqa: ANN401 - anything in the document
    target: Any = spec
    for part in ref.removeprefix("#/").split("/"):
        target = target[part.replace("~1", "/").replace("~0", "~")]
    return target


def _exists(spec: Mapping[str, Any], ref: str) -> bool:
    try:
        return ref.startswith("#/") and isinstance(_target(spec, ref), dict)
    except (KeyError, TypeError):
        return False
