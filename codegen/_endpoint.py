"""One operation as the client has it; one that the client does not support is an error."""

from collections.abc import Iterator

from attrs import field, frozen
from jsonschema.exceptions import best_match

from ._argument import Argument
from ._document import Document
from ._names import class_name, method_name, why_no_class, why_no_method
from ._operations import Operation
from ._parameters import check_extensions, read_argument
from ._tree import Node, component_of, pointer, resolve
from ._unions import literals

__all__ = ["Endpoint", "event_type_of", "read_endpoint"]

_SUPPORTED = (
    "a GET with at most one path parameter, query parameters, and a 200 response that is an array"
    " of models; or `x-np6-skip: true`, to leave this operation out"
)


@frozen(kw_only=True)
class Endpoint:
    """One supported operation.

    Attributes:
        operation: The operation.
        method: The name of the client's method, and of the kind.
        components: The models of its events; several if the array has events of several types.
        event_type: The `type` of an event that has none; None if there are several types.
        arguments: The parameters; the one of the path first, then required ones.
        examples: Events.
    """

    operation: Operation
    method: str
    components: tuple[str, ...]
    event_type: str | None
    arguments: tuple[Argument, ...]
    examples: tuple[Node, ...] = field(repr=False)

    @property
    def summary(self) -> str:
        """What it does, in one line."""
        usual = f"Retrieve {self.method.replace('_', ' ')}."
        return str(self.operation.node.get("summary", usual))

    @property
    def description(self) -> str:
        """What its events are."""
        return str(self.operation.node.get("description", ""))

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


def read_endpoint(document: Document, operation: Operation) -> Endpoint:
    """Return an operation as the client has it.

    Raises:
        CodegenError: The client does not support it.
    """
    check_extensions(document, operation.node, {"x-np6-method": str, "x-np6-skip": bool})
    if operation.method != "get":
        raise document.error(operation.node, f"{operation.name} is no GET", _SUPPORTED)
    arguments = _arguments(document, operation)
    method = _method(document, operation, arguments)
    schema = document.flat(operation.content.get("schema"))
    if "200" not in operation.responses or schema.get("type") != "array":
        found = f"{operation.name} has no 200 response that is a JSON array"
        raise document.error(operation.node, found, _SUPPORTED, "responses")
    models = tuple(_models(document, operation, schema.get("items", {})))
    types = [event_type_of(document, model) for model in models]
    examples = _examples(document, operation)
    for event in examples[:1]:
        _reject_other_forms(document, operation, schema, {"type": types[0], **event})
    return Endpoint(
        operation=operation,
        method=method,
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
        raise document.error(operation.node, found, "another name, as its `x-np6-method`")
    return str(name)


def _arguments(document: Document, operation: Operation) -> tuple[Argument, ...]:
    found = [read_argument(document, operation, each) for each in operation.parameters]
    in_path = [argument.wire_name for argument in found if argument.location == "path"]
    named = operation.path_names
    if len(named) > 1 or named != in_path:
        fault = (
            f"the path has {len(named)} parameters ({', '.join(named) or 'none'}), and those"
            f" described as `in: path` are {', '.join(in_path) or 'none'}"
        )
        raise document.error(operation.node, fault, "at most one, described")
    for name in {argument.name for argument in found}:
        same = [argument.wire_name for argument in found if argument.name == name]
        if len(same) > 1:
            fault = f"the parameters {' and '.join(same)} would both be {name} in Python"
            raise document.error(operation.node, fault, "another name, as its `x-np6-name`")
    return tuple(sorted(found, key=lambda one: (one.location != "path", not one.required)))


def _models(document: Document, operation: Operation, items: Node) -> Iterator[str]:
    """Yield the components that are models of the events of an array, through nested unions."""
    name, found = component_of(str(items.get("$ref"))), resolve(document.root, items)
    if found.get("x-python-model") is False:
        return
    if branches := found.get("anyOf") or found.get("oneOf"):
        models = [each for form in branches for each in _models(document, operation, form)]
        yield from dict.fromkeys(models)
    elif name is None:
        fault = f"an item of the response of {operation.name} is not a $ref to a component"
        raise document.error(operation.node, fault, _SUPPORTED, "responses")
    elif reason := why_no_class(class_name(name)):
        raise document.error(document.schemas[name], reason, "another name")
    else:
        yield name


def event_type_of(document: Document, model: str) -> str:
    """Return the `type` of the events of a model."""
    schema = document.schemas[model]
    members = document.flat(schema).get("properties", {})
    values = literals(document.flat(members.get("type")))
    if len(values) != 1 or not isinstance(values[0], str):
        found = "the model of an event has no property `type` with one value"
        raise document.error(schema, found, "a `const`, or an `enum` of one string")
    return values[0]


def _examples(document: Document, operation: Operation) -> tuple[Node, ...]:
    events: list[Node] = []
    for name, example in operation.content.get("examples", {}).items():
        shown = resolve(document.root, example)
        value = shown.get("value", [])
        if fault := best_match(document.faults(operation.content["schema"], value)):
            path = fault.absolute_path
            instance = repr(fault.instance)[:60]
            found = f"the example {name!r} of {operation.name} has {instance} at {pointer(path)}"
            expected = f"what its schema asks for ({fault.message[:200]})"
            raise document.error(shown, found, expected, "value", *path)
        events.extend(value)
    if not events:
        text = f"{operation.name} has no example events, so its route of the sandbox is empty"
        document.note(operation.node, text)
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
            raise document.error(operation.node, found, expected)
