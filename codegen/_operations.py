"""Read the operations of a document; one that the client does not support is an error."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen
from jsonschema.exceptions import best_match
from openapi_schema_validator import OAS31Validator, oas31_format_checker

from ._errors import CodegenError
from ._reserved import why_no_kind, why_no_model
from ._tree import METHODS, Node, pointer, resolve

__all__ = ["Operation", "Service", "read_service"]

_PATH = re.compile(r"/notifications/\{id\}/events/([a-z][a-z0-9_]*)")
_PARAMETERS = (("path", "id"), ("query", "start"), ("query", "end"), ("query", "sort"))
_EXPECTED = (
    "The client supports GET /notifications/{id}/events/<kind> with the path parameter `id`,"
    " the query parameters `start`, `end` and `sort`, and a 200 response that is a JSON array of"
    " one model (`items`: a $ref, or anyOf with the model's $ref first), with examples."
)


@frozen(kw_only=True)
class Operation:
    """One supported endpoint."""

    kind: str
    path: str
    summary: str
    description: str
    model: str
    event_type: str
    arguments: tuple[tuple[str, str], ...]
    examples: tuple[Node, ...]


@frozen(kw_only=True)
class Service:
    """The API that the document describes."""

    base_url: str
    api_key_header: str
    operations: tuple[Operation, ...]


def read_service(spec: Node) -> Service:
    """Return the service.

    Raises:
        CodegenError: The document has no operation, or one that the client does not support.
    """
    operations = tuple(
        _read(spec, path, method, item)
        for path, item in spec.get("paths", {}).items()
        for method in item
        if method in METHODS
    )
    if not operations:
        raise _error("paths", "the document has no operation")
    _reject_shared_types(operations)
    return Service(
        base_url=_base_url(spec), api_key_header=_api_key_header(spec), operations=operations
    )


def _reject_shared_types(operations: Iterable[Operation]) -> None:
    """Reject two models for events of the same type."""
    models: dict[str, str] = {}
    for operation in operations:
        if models.setdefault(operation.event_type, operation.model) != operation.model:
            raise _error(
                f"GET {operation.path}",
                f"its model is {operation.model}, but events of type {operation.event_type!r}"
                f" already have the model {models[operation.event_type]}",
            )


def _read(spec: Node, path: str, method: str, item: Node) -> Operation:
    operation = item[method]
    name = f"{method.upper()} {path} ({operation.get('operationId', 'no operationId')})"
    kind = _kind(name, method, path)
    parameters = _parameters(
        spec, name, [*item.get("parameters", []), *operation.get("parameters", [])]
    )
    content = (
        resolve(spec, operation["responses"].get("200", {}))
        .get("content", {})
        .get("application/json", {})
    )
    model = _model(spec, name, content.get("schema", {}))
    event_type = _event_type(spec, name, model)
    examples = _examples(spec, name, content)
    _reject_other_forms(spec, name, content["schema"], {**examples[0], "type": event_type})
    return Operation(
        kind=kind,
        path=path,
        summary=operation.get("summary", f"Retrieve {kind}."),
        description=operation.get("description", ""),
        model=model,
        event_type=event_type,
        arguments=tuple((key, parameters[key]) for _, key in _PARAMETERS),
        examples=examples,
    )


def _error(name: str, reason: str) -> CodegenError:
    return CodegenError(f"{name}: {reason}. {_EXPECTED}")


def _kind(name: str, method: str, path: str) -> str:
    match = _PATH.fullmatch(path)
    if method != "get" or not match:
        raise _error(name, "this method or path is not supported")
    kind = match[1]
    if reason := why_no_kind(kind):
        raise _error(name, reason)
    return kind


def _parameters(spec: Node, name: str, parameters: list[Node]) -> dict[str, str]:
    """Return the description of each parameter by its name."""
    resolved = [resolve(spec, parameter) for parameter in parameters]
    found = {(parameter["in"], parameter["name"]): parameter for parameter in resolved}
    for problem, keys in (
        ("unknown", found.keys() - set(_PARAMETERS)),
        ("missing", set(_PARAMETERS) - found.keys()),
    ):
        if keys:
            listed = ", ".join(f"`{key}` (in {place})" for place, key in sorted(keys))
            raise _error(name, f"{problem} parameter {listed}")
    for (place, key), parameter in found.items():
        if place == "query" and parameter.get("required"):
            raise _error(name, f"the query parameter `{key}` must be optional")
    return {key: parameter.get("description", "") for (_, key), parameter in found.items()}


def _alternatives(spec: Node, schema: Mapping[str, Any]) -> list[Node]:
    items = resolve(spec, schema).get("items", {})
    return items.get("anyOf") or [items]


def _model(spec: Node, name: str, schema: Mapping[str, Any]) -> str:
    array = resolve(spec, schema)
    alternatives = _alternatives(spec, schema)
    prefix, _, model = str(alternatives[0].get("$ref")).rpartition("/")
    if array.get("type") != "array" or prefix != "#/components/schemas":
        raise _error(name, "its 200 response is not a JSON array of one model")
    if reason := why_no_model(model):
        raise _error(name, reason)
    union = spec["components"]["schemas"].get("Event")
    if union and alternatives[0] not in union.get("oneOf", []):
        raise _error(name, f"the model {model} is missing in the oneOf of the schema Event")
    return model


def _examples(spec: Node, name: str, content: Mapping[str, Any]) -> tuple[Node, ...]:
    events: list[Node] = []
    for key, example in content.get("examples", {}).items():
        value = resolve(spec, example).get("value", [])
        if fault := best_match(_faults(spec, content["schema"], value)):
            at = pointer(fault.absolute_path)
            raise CodegenError(f"{name}: the example {key!r} is invalid at {at}: {fault.message}")
        events.extend(value)
    if not events:
        raise _error(name, "its 200 response has no example events; the sandbox needs them")
    return tuple(events)


def _faults(spec: Node, schema: Mapping[str, Any], value: object) -> Iterator[Any]:
    whole = {**schema, "components": spec.get("components", {})}
    yield from OAS31Validator(whole, format_checker=oas31_format_checker).iter_errors(value)


def _reject_other_forms(spec: Node, name: str, schema: Mapping[str, Any], event: Node) -> None:
    """Reject a second schema that accepts events of the model's type: it would accept bad ones."""
    for other in _alternatives(spec, schema)[1:]:
        if not any(_faults(spec, other, event)):
            form = other.get("$ref", "another form")
            raise CodegenError(
                f"{name}: an event of type {event['type']!r} also matches {form};"
                " exclude the type there: add it to the `enum` under `type` > `not`"
            )


def _event_type(spec: Node, name: str, model: str) -> str:
    for schema in _parts(spec, {"$ref": f"#/components/schemas/{model}"}):
        const = schema.get("properties", {}).get("type", {}).get("const")
        if isinstance(const, str):
            return const
    raise _error(name, f"the model {model} has no property `type` with a `const` string")


def _parts(spec: Node, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and the schemas in its allOf, at any depth."""
    resolved = resolve(spec, schema)
    yield resolved
    for part in resolved.get("allOf", []):
        yield from _parts(spec, part)


def _base_url(spec: Node) -> str:
    servers = spec.get("servers", [])
    if not servers or "{" in servers[0]["url"] or not servers[0]["url"].startswith("https://"):
        raise CodegenError("servers: the first URL must be https and have no variables")
    return str(servers[0]["url"])


def _api_key_header(spec: Node) -> str:
    schemes = spec.get("components", {}).get("securitySchemes", {}).values()
    headers = [
        scheme["name"]
        for scheme in (resolve(spec, scheme) for scheme in schemes)
        if scheme["type"] == "apiKey" and scheme["in"] == "header"
    ]
    if len(headers) != 1:
        raise CodegenError(
            "components > securitySchemes: expected one scheme of `type: apiKey` and `in: header`"
        )
    return str(headers[0])
