"""What has to be added to our document for some operations of another one."""

from collections.abc import Iterator
from copy import deepcopy

from attrs import Factory, define

from codegen._document import Document
from codegen._endpoint import read_endpoint
from codegen._errors import CodegenError
from codegen._operations import Operation
from codegen._tree import METHODS, Node, component_of, nodes, resolve, steps, target

__all__ = ["Addition", "select"]


@define
class Addition:
    """What to add.

    Attributes:
        operations: The names of the operations.
        paths: The path items.
        components: The components, by section and name.
        left_out: The operations that are not added, each with the reason.
        todo: What remains to be done by hand.
    """

    operations: list[str] = Factory(list)
    paths: Node = Factory(dict)
    components: dict[str, Node] = Factory(dict)
    left_out: list[str] = Factory(list)
    todo: list[str] = Factory(list)


def select(ours: Document, theirs: Document, names: list[str]) -> Addition:
    """Return what is needed for the operations of these names, or for all that are supported.

    Raises:
        CodegenError: An operation that is named does not exist, or cannot be added.
    """
    addition = Addition()
    for operation in _wanted(theirs, names):
        if reason := _why_not(ours, theirs, operation):
            if names:
                raise CodegenError(f"{operation.name}: {reason}")
            addition.left_out.append(f"{operation.name}: {reason}")
            continue
        addition.operations.append(operation.name)
        item = _item(theirs, operation)
        addition.paths.setdefault(operation.path, {}).update(item)
        _copy_needed(ours, theirs, item, addition)
        addition.todo += _todo(operation)
    for name, schema in addition.components.get("schemas", {}).items():
        addition.todo += _todo_of_schema(f"components > schemas > {name}", schema)
    return addition


def _wanted(theirs: Document, names: list[str]) -> list[Operation]:
    every = {operation.name: operation for operation in theirs.operations}
    if not every:
        raise CodegenError(f"{theirs.path} has no operation")
    if missing := [name for name in names if name not in every]:
        kind = missing[0].rpartition("/")[2]
        near = [name for name in every if name.endswith(f"/{kind}")] or list(every)
        listed = ", ".join(near[:10])
        raise CodegenError(f"{theirs.path} has no operation {missing[0]!r}; it has {listed}")
    return [every[name] for name in names] if names else list(every.values())


def _why_not(ours: Document, theirs: Document, operation: Operation) -> str | None:
    if operation.path in ours.root.get("paths", {}):
        return f"{ours.path} already has this path"
    try:
        read_endpoint(theirs, operation)
    except CodegenError as error:
        return str(error)
    return None


def _item(theirs: Document, operation: Operation) -> Node:
    """Return a copy of the path item that has this operation alone."""
    item = resolve(theirs.root, theirs.root["paths"][operation.path])
    others = set(METHODS) - {operation.method}
    copy: Node = deepcopy({key: value for key, value in item.items() if key not in others})
    copy[operation.method].pop("security", None)  # that of our document holds
    return copy


def _copy_needed(
    ours: Document, theirs: Document, tree: Node, addition: Addition, above: tuple[str, ...] = ()
) -> None:
    """Copy the components that a tree refers to, at any depth; keep those that we have."""
    for _, node in list(nodes(tree)):
        if gone := node.pop("x-dangling", None):
            addition.todo.append(f"{gone} leads nowhere: what refers to it accepts anything")
        for ref in _refs(node):
            first, section, name, *more = [*steps(ref), "", "", ""]
            if first == "components" and not any(more):
                if name not in addition.components.get(section, {}):
                    _copy(ours, theirs, (section, name), addition)
            elif ref in above:
                raise CodegenError(f"{ref} contains itself; make it a component, and refer to that")
            else:  # into the middle of something: a copy takes the place
                del node["$ref"]
                node.update(deepcopy(target(theirs.root, ref)))
                _copy_needed(ours, theirs, node, addition, (*above, ref))


def _refs(node: Node) -> list[str]:
    """Return the references of a node: its own, and those of a discriminator."""
    mapping = node.get("mapping")
    mapped = mapping.values() if isinstance(mapping, dict) else ()
    found = [ref for ref in mapped if isinstance(ref, str) and component_of(ref)]
    return [*found, *([node["$ref"]] if isinstance(node.get("$ref"), str) else [])]


def _copy(ours: Document, theirs: Document, at: tuple[str, str], addition: Addition) -> None:
    section, name = at
    component = deepcopy(theirs.root["components"][section].get(name, {}))
    own = ours.root.get("components", {}).get(section, {}).get(name)
    if own is None:
        addition.components.setdefault(section, {})[name] = component
        _copy_needed(ours, theirs, component, addition)
    elif own != component:
        addition.todo.append(
            f"components > {section} > {name} differs from yours, which was kept: compare them"
        )


def _todo(operation: Operation) -> Iterator[str]:
    examples = operation.content.get("examples", {}).values()
    if not any(isinstance(example, dict) and example.get("value") for example in examples):
        yield f"{operation.name}: add `examples`, from which the sandbox makes its events"
    for parameter in operation.parameters:
        location, name = parameter.key
        is_known = name in {"start", "end", "sort"} or "x-np6-filter" in parameter.node
        if location == "query" and not is_known:
            yield (
                f"{operation.name}: if `{name}` chooses events, say how with `x-np6-filter`;"
                " without it, the sandbox sends all of them"
            )


def _todo_of_schema(place: str, schema: Node) -> Iterator[str]:
    """Yield what a model of events usually has, and what makes it refuse events."""
    members = schema.get("properties", {})
    moment = members.get("timestamp", {})
    if moment.get("type") == "integer" and "x-python-datetime" not in moment:
        yield f"{place} > timestamp: add `x-python-datetime: published_at`"
    for name, member in members.items():
        if "enum" in member and name != "type":
            yield f"{place} > {name}: other values than these make an event an `UnknownEvent`"
