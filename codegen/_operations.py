"""The operations of a document, with their references resolved: for all who read a document."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from ._tree import METHODS, Node, resolve

__all__ = ["Operation", "Parameter", "operations"]


@frozen(kw_only=True)
class Parameter:
    """One parameter of an operation.

    Attributes:
        node: Its keywords.
    """

    node: Node

    @property
    def key(self) -> tuple[str, str]:
        """Where it is sent, and its name: its identity. The names of headers ignore case."""
        location, name = str(self.node.get("in", "")), str(self.node.get("name", ""))
        return location, name.lower() if location == "header" else name

    @property
    def schema(self) -> Node:
        """What its value must be."""
        found: Node = self.node.get("schema", {})
        return found


@frozen(kw_only=True)
class Operation:
    """One operation.

    Attributes:
        method: The HTTP method, in lower case.
        path: Its path.
        node: Its keywords.
        parameters: Its own parameters and those of its path.
        responses: Its responses, by status.
    """

    method: str
    path: str
    node: Node
    parameters: tuple[Parameter, ...]
    responses: Mapping[str, Node]

    @property
    def name(self) -> str:
        """Its name in a message."""
        return f"{self.method.upper()} {self.path}"

    @property
    def path_names(self) -> list[str]:
        """The names of the parameters in its path."""
        return _IN_PATH.findall(self.path)

    @property
    def unnamed_path(self) -> str:
        """Its path, with `{}` for each parameter."""
        return _IN_PATH.sub("{}", self.path)

    @property
    def success(self) -> Node:
        """Its successful response; empty if there is none."""
        return next((self.responses[s] for s in _SUCCESSES if s in self.responses), {})

    @property
    def content(self) -> Node:
        """The JSON content of a successful response; empty if there is none."""
        content = self.success.get("content", {})
        return next((content[name] for name in content if "json" in name), {})


_IN_PATH = re.compile(r"\{([^}]*)\}")
_SUCCESSES = ("200", "2XX", "default")


def operations(spec: Node) -> Iterator[Operation]:
    """Yield every operation of a document."""
    paths = spec.get("paths")
    for path, entry in paths.items() if isinstance(paths, dict) else ():
        item = resolve(spec, entry) if isinstance(entry, dict) and not path.startswith("x-") else {}
        for method in METHODS:
            if isinstance(node := item.get(method), dict):
                yield _operation(spec, path, method, item, node)


def _operation(
    spec: Node, path: str, method: str, item: Mapping[str, Any], node: Node
) -> Operation:
    owners = [owner.get("parameters") for owner in (item, node)]
    entries = [each for owner in owners if isinstance(owner, list) for each in owner]
    found = [Parameter(node=resolve(spec, each)) for each in entries if isinstance(each, dict)]
    responses = node.get("responses")
    return Operation(
        method=method,
        path=path,
        node=node,
        parameters=tuple({one.key: one for one in found}.values()),
        responses={
            str(status): resolve(spec, response)
            for status, response in (responses if isinstance(responses, dict) else {}).items()
            if isinstance(response, dict) and not status.startswith("x-")
        },
    )
