"""What has to be added to our document for some operations of another one."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from attrs import Factory, define

from codegen._document import Document
from codegen._errors import CodegenError
from codegen._operations import Operation
from codegen._tree import METHODS, Node, exists, nodes, target

__all__ = ["Addition", "select"]


@define
class Addition:
    """What to add.

    Attributes:
        operations: The names of the operations.
        paths: The path items.
        components: The components, by section and name.
        todo: What remains to be done by hand.
    """

    operations: list[str] = Factory(list)
    paths: Node = Factory(dict)
    components: dict[str, Node] = Factory(dict)
    todo: list[str] = Factory(list)


def select(ours: Document, theirs: Document, names: list[str]) -> Addition:
    """Return what is needed for the operations of these names, or for all operations.

    Raises:
        CodegenError: There is no such operation, or our document has its path already.
    """
    addition = Addition()
    _complete(ours, theirs, addition)
    for operation in _wanted(theirs, names):
        if operation.path in ours.root.get("paths", {}):
            if names:
                raise CodegenError(f"{ours.path} already has the path {operation.path}")
            addition.todo.append(f"{operation.name}: the path is in your spec, and was not changed")
            continue
        addition.operations.append(operation.name)
        item = _item(theirs, operation)
        addition.paths.setdefault(operation.path, {}).update(item)
        _copy_needed(ours, theirs, item, addition)
        addition.todo += _todo(operation)
    if not addition.operations:
        raise CodegenError(f"{theirs.path} has no operation that {ours.path} lacks")
    return addition


def _complete(ours: Document, theirs: Document, addition: Addition) -> None:
    """Give their document the components of ours that it refers to and lacks."""
    todo = [theirs.root]
    while todo:
        for _, node in list(nodes(todo.pop())):
            ref = node.get("$ref")
            if not isinstance(ref, str) or exists(theirs.root, ref):
                continue
            if ref.startswith("#/components/") and exists(ours.root, ref):
                _, _, section, name, *_ = ref.split("/")
                component = deepcopy(ours.root["components"][section][name])
                theirs.root.setdefault("components", {}).setdefault(section, {})[name] = component
                todo.append(component)
            else:
                addition.todo.append(f"{ref} leads nowhere: what refers to it accepts anything")
                del node["$ref"]


def _wanted(theirs: Document, names: list[str]) -> list[Operation]:
    every = {operation.name: operation for operation in theirs.operations}
    if missing := [name for name in names if name not in every]:
        kind = missing[0].rpartition("/")[2]
        near = [name for name in every if name.endswith(f"/{kind}")] or list(every)
        listed = ", ".join(near[:10])
        raise CodegenError(f"{theirs.path} has no operation {missing[0]!r}; it has {listed}")
    return [every[name] for name in names] if names else list(every.values())


def _item(theirs: Document, operation: Operation) -> Node:
    """Return a copy of the path item that has this operation alone."""
    item = theirs.root["paths"][operation.path]
    if "$ref" in item:
        item = target(theirs.root, item["$ref"])
    others = set(METHODS) - {operation.method}
    return deepcopy({key: value for key, value in item.items() if key not in others})


def _copy_needed(ours: Document, theirs: Document, tree: Any, addition: Addition) -> None:  # noqa: ANN401
    """Copy the components that a tree refers to, at any depth; keep those that we have."""
    for _, node in list(nodes(tree)):
        ref = node.get("$ref")
        if not isinstance(ref, str):
            continue
        _, _, section, name, *more = [*ref.split("/"), "", "", ""]
        is_component = ref.startswith("#/components/") and not any(more)
        if not is_component:  # into the middle of something: a copy takes the place
            del node["$ref"]
            node.update(deepcopy(target(theirs.root, ref)))
            _copy_needed(ours, theirs, node, addition)
        elif name not in addition.components.get(section, {}):
            _copy(ours, theirs, (section, name), addition)


def _copy(ours: Document, theirs: Document, at: tuple[str, str], addition: Addition) -> None:
    section, name = at
    component = deepcopy(theirs.root["components"][section][name])
    own = ours.root.get("components", {}).get(section, {}).get(name)
    if own is not None:
        if own != component:
            addition.todo.append(
                f"components > {section} > {name} differs from yours, which was kept: compare them"
            )
        return
    addition.components.setdefault(section, {})[name] = component
    _copy_needed(ours, theirs, component, addition)


def _todo(operation: Operation) -> Iterator[str]:
    if not any(example.get("value") for example in operation.content.get("examples", {}).values()):
        yield f"{operation.name}: add `examples`, from which the sandbox makes its events"
    for parameter in operation.parameters:
        location, name = parameter.key
        is_known = name in {"start", "end", "sort"} or "x-np6-filter" in parameter.node
        if location == "query" and not is_known:
            yield f"{operation.name}: add `x-np6-filter` to `{name}`, so that the sandbox obeys it"
