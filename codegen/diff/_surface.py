"""Bring a document into the form that is compared: operations by name, references resolved."""

from typing import Any

from codegen._tree import METHODS, Node, resolve

__all__ = ["surface"]


def surface(spec: Node) -> Node:
    """Return the parts of a document that are compared, by readable names."""
    components = spec.get("components", {})
    return {
        **{key: value for key, value in spec.items() if key not in {"paths", "components"}},
        "operations": {
            f"{method.upper()} {path}": _operation(spec, item, item[method])
            for path, item in spec.get("paths", {}).items()
            for method in METHODS
            if method in item
        },
        "securitySchemes": components.get("securitySchemes", {}),
        "schemas": components.get("schemas", {}),
    }


def _operation(spec: Node, item: Node, operation: Node) -> Node:
    parameters = [
        resolve(spec, parameter)
        for parameter in (*item.get("parameters", []), *operation.get("parameters", []))
    ]
    responses = {
        status: dict(resolve(spec, response)) for status, response in operation["responses"].items()
    }
    success: dict[str, Any] = responses.pop("200", {})
    return {
        **{key: value for key, value in operation.items() if key != "responses"},
        "parameters": {f"{one['name']} (in {one['in']})": one for one in parameters},
        "content": success.pop("content", {}),
        "other responses": {"200": success, **responses},
    }
