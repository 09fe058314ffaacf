"""What the client is generated for: the supported operations together."""

from collections import Counter
from collections.abc import Iterator

from attrs import evolve, frozen

from ._argument import COMMON, Argument
from ._document import Document
from ._endpoint import Endpoint, event_type_of, read_endpoint
from ._names import class_name
from ._tree import resolve
from ._unions import literals

__all__ = ["Service", "read_service"]

_OF_TIMESTAMP = (None, ("timestamp", "minimum"), ("timestamp", "exclusiveMaximum"))


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
        read_endpoint(document, operation)
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


def _reject_equal_methods(document: Document, endpoints: tuple[Endpoint, ...]) -> None:
    first: dict[str, Endpoint] = {}
    for endpoint in endpoints:
        other = first.setdefault(endpoint.method, endpoint)
        if other is not endpoint:
            paths = f"{other.operation.path} and {endpoint.operation.path}"
            found = f"{paths} would both be the method {endpoint.method}"
            expected = "another name for one of them, as its `x-np6-method`"
            raise document.error(endpoint.operation.node, found, expected)


def _all_arguments(document: Document, endpoints: tuple[Endpoint, ...]) -> tuple[Argument, ...]:
    """Return each name once: in the path first, then in the order of the document.

    `start`, `end` and `sort` are always there: `fan_out` has them.
    """
    found: dict[str, Argument] = {}
    every = [argument for endpoint in endpoints for argument in endpoint.arguments]
    required = Counter(argument.name for argument in every if argument.required)
    for argument in every:
        first = found.get(argument.name, argument)
        usual = COMMON.get(argument.name, first).type_in_words
        if usual != (found_type := argument.type_in_words):
            fault = f"the parameter {argument.name} is {found_type} here, {usual} elsewhere"
            expected = "one type, or another name as its `x-np6-name`"
            raise document.error(argument.node, fault, expected)
        if argument.name == "sort" and not {*argument.values} <= {"asc", "desc"}:
            fault = f"the values of `sort` are {', '.join(map(str, argument.values))}"
            raise document.error(argument.node, fault, "asc and desc, or another `x-np6-name`")
        if argument.name in ("start", "end") and argument.filters not in _OF_TIMESTAMP:
            fault = f"`{argument.name}` bounds {argument.filters}, but a resumed stream uses it"
            raise document.error(argument.node, fault, "bounds of `timestamp`, or another name")
        found[argument.name] = first.joined(argument)
    ordered = sorted({**COMMON, **found}.values(), key=lambda one: one.location != "path")
    return tuple(evolve(one, required=required[one.name] == len(endpoints)) for one in ordered)


def _source_types(
    document: Document, endpoints: tuple[Endpoint, ...]
) -> dict[str, tuple[str, ...]]:
    """Return the known values of `source.type` of each model whose `type` others have as well."""
    names = sorted({model for endpoint in endpoints for model in endpoint.components})
    types = {name: event_type_of(document, name) for name in names}
    shared = [name for name in names if list(types.values()).count(types[name]) > 1]
    return {class_name(name): tuple(_known_sources(document, name)) for name in shared}


def _known_sources(document: Document, model: str) -> Iterator[str]:
    """Yield the values that a spec lists for `source.type`, in a closed or in an open set."""
    node = document.schemas[model]
    for name in ("source", "type"):
        node = document.flat(node).get("properties", {}).get(name)
    node = document.flat(node)
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
        expected = "one scheme of `type: apiKey`, `in: header`"
        found = f"{len(headers)} API key headers"
        raise document.error(("components", "securitySchemes"), found, expected)
    return str(headers[0])
