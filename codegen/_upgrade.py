"""Upgrade a document from OpenAPI 3.0 to 3.1: the keywords of schemas that changed."""

from ._tree import Node, nodes

__all__ = ["upgrade"]

_LIMITS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))


def upgrade(root: Node) -> None:
    """Change a document in place. One that is 3.1 already stays as it is."""
    if not str(root.get("openapi", "")).startswith("3.0."):
        return
    root["openapi"] = "3.1.0"
    for place, node in list(nodes(root)):
        if node.pop("nullable", False) is True:
            _accept_null(node)
        for exclusive, limit in _LIMITS:
            if isinstance(node.get(exclusive), bool) and node.pop(exclusive) and limit in node:
                node[exclusive] = node.pop(limit)
        if node.get("type") == "string" and node.get("format") in ("binary", "byte"):
            del node["format"]  # 3.1 has contentEncoding instead
        if "example" in node and _is_schema(place):
            node["examples"] = [node.pop("example")]


def _is_schema(place: tuple[str | int, ...]) -> bool:
    return any(step in {"schema", "schemas"} for step in place)


def _accept_null(node: Node) -> None:
    if "$ref" in node:
        node["anyOf"] = [{"$ref": node.pop("$ref")}, {"type": "null"}]
    elif isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
    elif union := next((key for key in ("anyOf", "oneOf") if key in node), None):
        node[union] = [*node[union], {"type": "null"}]
    elif "allOf" in node:
        node["anyOf"] = [{"allOf": node.pop("allOf")}, {"type": "null"}]
    if "enum" in node and None not in node["enum"]:
        node["enum"] = [*node["enum"], None]
