"""Bring a document into the form that is compared: operations by name, references resolved."""

from codegen._operations import Operation, operations
from codegen._tree import Node

__all__ = ["surface"]


def surface(spec: Node) -> Node:
    """Return the parts of a document that are compared, by readable names."""
    components = spec.get("components", {})
    return {
        **{key: value for key, value in spec.items() if key not in {"paths", "components"}},
        "operations": {one.name: _operation(one) for one in operations(spec)},
        "securitySchemes": components.get("securitySchemes", {}),
        "schemas": components.get("schemas", {}),
    }


def _operation(operation: Operation) -> Node:
    success = operation.success
    return {
        **{key: value for key, value in operation.node.items() if key != "responses"},
        "parameters": {
            f"{one.node['name']} (in {one.node['in']})": one.node for one in operation.parameters
        },
        "content": success.get("content", {}),
        "other responses": {
            status: {k: v for k, v in one.items() if one is not success or k != "content"}
            for status, one in operation.responses.items()
        },
    }
