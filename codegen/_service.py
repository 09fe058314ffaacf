"""What the client is generated for: the operations that it supports. Any other is an error."""

import re
from collections.abc import Iterator
from typing import Any

from attrs import evolve, field, frozen
from jsonschema.exceptions import best_match

from ._argument import COMMON, Argument
from ._document import Document
from ._names import class_name, method_name, why_no_class, why_no_method
from ._operations import Operation
from ._parameters import read_argument
from ._schemas import literals
from ._tree import Node, Place, component_of, pointer, resolve

__all__ = ["Endpoint", "Service", "read_service"]

_SUPPORTED = (
    "a GET with at most one path parameter, query parameters, and a 200 response that is an array"
    " of models; or `x-np6-skip: true`, to leave this operation out"
)


@frozen(kw_only=True)
class Endpoint:
    """One supported operation.

    Attributes:
        method: The name of the client's method, and of the kind.
        path: The path, with `{}` for its parameter.
        components: The models of its events; several if the array has events of several types.
        event_type: The `type` of an event that has none; None if there are several types.
        arguments: The parameters; the one of the path first, then required ones.
        examples: Events.
    """

    method: str
    path: str
    place: Place
    summary: str
    description: str
    components: tuple[str, ...]
    event_type: str | None
    arguments: tuple[Argument, ...]
    examples: tuple[Node, ...] = field(repr=False)

    @property
    def models(self) -> tuple[str, ...]:
        """The classes of its events."""
        return tuple(map(class_name, self.components))

    @property
    def signature(self) -> str:
        """The method and the names of its parameters, for documentation."""
        ids = [one.name for one in self.arguments if one.location == "path"]
        others = [one.name for one in self.arguments if one.location == "query"]
        return f"{self.method}({', '.join([*ids, *(['*', *others] if others else [])])})"


@frozen(kw_only=True)
class Service:
    """The API that the document describes.

    Attributes:
        models: The components that are models of events.
        arguments: Those of all endpoints, each name once.
        source_types: For models of one `type`: the values of `source.type` that each may have.
    """

    base_url: str
    api_key_header: str
    endpoints: tuple[Endpoint, ...]
    models: frozenset[str]
    arguments: tuple[Argument, ...]
    source_types: dict[str, tuple[str, ...]]


def read_service(document: Document) -> Service:
    """Return the service.

    Raises:
        CodegenError: The document has no operation, or one that the client does not support.
    """
    endpoints = tuple(
        _read(document, operation)
        for operation in document.operations
        if operation.node.get("x-np6-skip") is not True
    )
    if not endpoints:
        raise document.error(("paths",), "the document has no operation", "one or more")
    _reject_equal_methods(document, endpoints)
    return Service(
        base_url=_base_url(document),
        api_key_header=_api_key_header(document),
        endpoints=endpoints,
        models=frozenset(model for endpoint in endpoints for model in endpoint.components),
        arguments=_all_arguments(document, endpoints),
        source_types=_source_types(document, endpoints),
    )


def _read(document: Document, operation: Operation) -> Endpoint:
    place = operation.place
    if operation.method != "get":
        raise document.error(place, f"{operation.name} is no GET", _SUPPORTED)
    arguments = _arguments(document, operation)
    method = _method(document, operation, arguments)
    schema = document.flat(operation.content.get("schema", {}), place)
    if "200" not in operation.responses or schema.get("type") != "array":
        found = f"{operation.name} has no 200 response that is a JSON array"
        raise document.error((*place, "responses"), found, _SUPPORTED)
    models = tuple(_models(document, operation, schema.get("items", {})))
    types = [_event_type(document, model) for model in models]
    examples = _examples(document, operation)
    for event in examples[:1]:
        _reject_other_forms(document, operation, schema, {"type": types[0], **event})
    return Endpoint(
        method=method,
        path=_path(operation, arguments),
        place=place,
        summary=operation.node.get("summary", f"Retrieve {method.replace('_', ' ')}."),
        description=operation.node.get("description", ""),
        components=models,
        event_type=types[0] if len(models) == 1 else None,
        arguments=arguments,
        examples=examples,
    )


def _method(document: Document, operation: Operation, arguments: tuple[Argument, ...]) -> str:
    needs = any(argument.required for argument in arguments)
    name = operation.node.get("x-np6-method", method_name(operation.path, is_all=not needs))
    if reason := why_no_method(str(name)):
        found = f"{operation.name} would be the method {name}, but {reason}"
        raise document.error(operation.place, found, "another name, as its `x-np6-method`")
    return str(name)


def _arguments(document: Document, operation: Operation) -> tuple[Argument, ...]:
    """Read the parameters, except for the header of the API key and those of cookies."""
    found = [read_argument(document, operation, each) for each in operation.parameters]
    in_path = [argument for argument in found if argument.location == "path"]
    named = re.findall(r"\{([^}]*)\}", operation.path)
    if len(named) > 1 or named != [argument.wire_name for argument in in_path]:
        described = ", ".join(argument.wire_name for argument in in_path) or "none"
        raise document.error(
            operation.place,
            f"the path has {len(named)} parameters ({', '.join(named) or 'none'}), and those"
            f" described as `in: path` are {described}",
            "at most one, described",
        )
    for argument in found:
        if [other.name for other in found].count(argument.name) > 1:
            fault = f"two parameters have the Python name {argument.name!r}"
            raise document.error(operation.place, fault, "another name, as its `x-np6-name`")
    return tuple(sorted(found, key=lambda one: (one.location != "path", not one.required)))


def _path(operation: Operation, arguments: tuple[Argument, ...]) -> str:
    for argument in arguments[:1]:
        return operation.path.replace(f"{{{argument.wire_name}}}", "{}")
    return operation.path


def _models(document: Document, operation: Operation, items: Node) -> Iterator[str]:
    """Yield the components that are models of the events of an array, through nested unions."""
    name = component_of(str(items.get("$ref")))
    target = resolve(document.root, items)
    if target.get("x-python-model") is False:
        return
    branches = target.get("anyOf") or target.get("oneOf")
    found = [each for branch in branches or () for each in _models(document, operation, branch)]
    if not branches:
        if name is None:
            fault = f"an item of the response of {operation.name} is not a $ref to a component"
            raise document.error((*operation.place, "responses"), fault, _SUPPORTED)
        found = [name]
    for model in found:
        if reason := why_no_class(class_name(model)):
            raise document.error(("components", "schemas", model), reason, "another name")
    yield from dict.fromkeys(found)


def _event_type(document: Document, model: str) -> str:
    at = ("components", "schemas", model)
    members = document.flat(document.schemas[model], at).get("properties", {})
    values = literals(document.flat(members.get("type", {}), (*at, "properties", "type")))
    if len(values) != 1 or not isinstance(values[0], str):
        found = "the model of an event has no property `type` with one value"
        raise document.error(at, found, "a `const`, or an `enum` of one string")
    return values[0]


def _examples(document: Document, operation: Operation) -> tuple[Node, ...]:
    events: list[Node] = []
    content = operation.content
    for name, example in content.get("examples", {}).items():
        value = resolve(document.root, example).get("value", [])
        if fault := best_match(document.faults(content["schema"], value)):
            found = f"the example {name!r} of {operation.name} is invalid at"
            at = pointer(fault.absolute_path)
            raise document.error(
                (*operation.place, "responses", "200", "content", "application/json", "examples",
                 name, "value", *fault.absolute_path),
                f"{found} {at}: {fault.message}", "what its schema describes",
            )  # fmt: skip
        events.extend(value)
    if not events:
        text = f"{operation.name} has no example events, so its route of the sandbox is empty"
        document.note(operation.place, text)
    return tuple(events)


def _reject_other_forms(
    document: Document, operation: Operation, schema: Node, event: Node
) -> None:
    """Reject a form without a model that accepts an event of a model: it would accept bad ones."""
    items = resolve(document.root, schema.get("items", {}))
    for form in items.get("anyOf") or items.get("oneOf") or ():
        has_no_model = resolve(document.root, form).get("x-python-model") is False
        if has_no_model and not any(document.faults(form, event)):
            other = form.get("$ref", "another form")
            found = f"an event of type {event['type']!r} also matches {other}"
            expected = "the type excluded there, in the `enum` under `type` > `not`"
            raise document.error(operation.place, found, expected)


def _reject_equal_methods(document: Document, endpoints: tuple[Endpoint, ...]) -> None:
    first: dict[str, Endpoint] = {}
    for endpoint in endpoints:
        other = first.setdefault(endpoint.method, endpoint)
        if other is not endpoint:
            raise document.error(
                endpoint.place,
                f"{other.place[1]} and {endpoint.place[1]} would both be the method"
                f" {endpoint.method}",
                "another name for one of them, as its `x-np6-method`",
            )


def _all_arguments(document: Document, endpoints: tuple[Endpoint, ...]) -> tuple[Argument, ...]:
    """Return each name once: in the path first, then in the order of the document.

    `start`, `end` and `sort` are always there: `fan_out` has them.
    """
    found: dict[str, Argument] = {}
    everywhere = [one.name for endpoint in endpoints for one in endpoint.arguments if one.required]
    for argument in (one for endpoint in endpoints for one in endpoint.arguments):
        first = found.get(argument.name, argument)
        usual = COMMON.get(argument.name, first)
        if usual.kind != argument.kind:
            found_text = (
                f"the parameter {argument.name} is {argument.kind} here, {usual.kind} elsewhere"
            )
            expected = "one type, or another name as its `x-np6-name`"
            raise document.error(argument.place, found_text, expected)
        found[argument.name] = first.joined(argument)
    ordered = sorted({**COMMON, **found}.values(), key=lambda one: one.location != "path")
    return tuple(
        evolve(one, required=everywhere.count(one.name) == len(endpoints)) for one in ordered
    )


def _source_types(
    document: Document, endpoints: tuple[Endpoint, ...]
) -> dict[str, tuple[str, ...]]:
    """Return the known values of `source.type` of each model whose `type` others have as well."""
    names = sorted({model for endpoint in endpoints for model in endpoint.components})
    types = {name: _event_type(document, name) for name in names}
    shared = [name for name in names if list(types.values()).count(types[name]) > 1]
    return {class_name(name): tuple(_known_sources(document, name)) for name in shared}


def _known_sources(document: Document, model: str) -> Iterator[str]:
    """Yield the values that a spec lists for `source.type`, in a closed or in an open set."""
    node: Any = {"$ref": f"#/components/schemas/{model}"}
    for name in ("source", "type"):
        node = document.flat(node, ("components", "schemas", model)).get("properties", {})
        node = node.get(name, {})
    node = document.flat(node, ("components", "schemas", model))
    for form in (node, *node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from literals(form)


def _base_url(document: Document) -> str:
    servers = document.root.get("servers", [])
    url = str(servers[0]["url"]) if servers else "no server"
    if "{" in url or not url.startswith("https://"):
        raise document.error(("servers", 0, "url"), url, "https, and no variables")
    return url


def _api_key_header(document: Document) -> str:
    schemes = document.root.get("components", {}).get("securitySchemes", {}).values()
    resolved = [resolve(document.root, scheme) for scheme in schemes]
    wanted = ("apiKey", "header")
    headers = [one["name"] for one in resolved if (one.get("type"), one.get("in")) == wanted]
    if len(headers) != 1:
        place = ("components", "securitySchemes")
        raise document.error(
            place, f"{len(headers)} API key headers", "one scheme of `type: apiKey`, `in: header`"
        )
    return str(headers[0])
