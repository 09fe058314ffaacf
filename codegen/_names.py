"""The Python names of methods, parameters, classes and members, and the names in use elsewhere."""

import ast
import re
import unicodedata
from collections.abc import Container, Iterable
from functools import cache
from itertools import count
from keyword import iskeyword
from pathlib import Path

__all__ = [
    "capitalized",
    "class_name",
    "id_name",
    "member_name",
    "member_names",
    "method_name",
    "unused",
    "why_no_class",
    "why_no_method",
    "why_no_parameter",
]

_CLIENT = Path(__file__).parent.parent / "np6_async" / "_client.py"
_OF_CLIENT = {"events", "follow", "stats"}  # members that the client has elsewhere, or will have
_OF_QUERY = {
    "events",
    "field",
    "id",
    "is_empty",
    "kind",
    "params",
    "path",
    "redacted",
    "self",
    "subject",
}
_OF_MODULES = {
    "ABC", "Annotated", "Any", "E", "Endpoints", "EventKind", "EventQuery", "EventStream",
    "Instant", "Int32", "Int64", "Literal", "NP6Aliases", "Sort", "TypeAlias", "TypeVar", "UUID",
    "UnknownEvent",
}  # fmt: skip
_OF_ANNOTATIONS = {
    "attrs", "bool", "bytes", "date", "datetime", "dict", "dt", "float", "int", "list", "msgspec",
    "object", "property", "self", "str", "tuple",
    "cl", "converter",
}  # fmt: skip
"""Names that a class body uses: a member of the same name would take their place. The last are the
parameters of the functions of cattrs that take options by the names of members."""


def member_name(wire_name: str) -> str:
    """Return the name of a member in Python: in snake_case, and not used by Python or a class.

    Characters that Python does not allow become `_`; a name that would begin with a digit or `_`
    gets the prefix `field_`; a name in use gets the suffix `_`.
    """
    name = unicodedata.normalize("NFKC", wire_name)
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    name = "".join(c if c == "_" or f"a{c}".isidentifier() else "_" for c in name)
    if not name.strip("_"):
        name = "field"
    elif not name.isidentifier() or name.startswith("_"):
        name = f"field_{name.lstrip('_')}"
    return f"{name}_" if iskeyword(name) or name in _OF_ANNOTATIONS else name


def member_names(wire_names: Iterable[str]) -> dict[str, str]:
    """Return the names of members in Python. One that may keep its name keeps it."""
    names = {name: name for name in wire_names if member_name(name) == name}
    for name in wire_names:
        names[name] = names.get(name) or unused(member_name(name), names.values())
    return names


def unused(name: str, used: Container[str]) -> str:
    """Return a name, with the first number that makes it unused."""
    numbered = (f"{name}_{number}" if number > 1 else name for number in count(1))
    return next(each for each in numbered if each not in used)


def capitalized(name: str) -> str:
    """Return a name in snake_case with a capital first letter in each part, and no `_`."""
    return "".join(part.capitalize() for part in re.findall(r"[^\W_]+", name))


def class_name(component: str) -> str:
    """Return the name of a class: the component's own, if Python allows it as a class's name.

    Otherwise its parts, each with a capital first letter: `io.k8s.Pod` is `IoK8sPod`.
    """
    if re.fullmatch("[A-Z][A-Za-z0-9_]*", component):
        return component
    text = unicodedata.normalize("NFKC", component)
    parts = "".join(c if f"a{c}".isidentifier() else " " for c in text.replace("_", " ")).split()
    name = "".join(part[0].upper() + part[1:] for part in parts)
    return name if name.isidentifier() else f"Model{name}"


def method_name(path: str, *, is_all: bool) -> str:
    """Return the name of the method for a path.

    `notifications` at the start and `events` are left out; of what remains, all but the last part
    is in the singular. `all_` says that the caller has nothing to name.
    """
    parts = [part for part in path.split("/") if part and not part.startswith("{")]
    parts = parts[1:] if parts[:1] == ["notifications"] else parts
    parts = [part for part in parts if part != "events"]
    words = [*map(_singular, parts[:-1]), *parts[-1:]]
    return re.sub(r"\W", "_", "_".join((["all"] if is_all else []) + words)).lower()


def id_name(path: str, wire_name: str) -> str:
    """Return the name of a path parameter: `{id}` after `/notifications` is `notification_id`."""
    before = path.partition("{" + wire_name)[0].rstrip("/").rpartition("/")[2]
    noun, name = member_name(_singular(before)), member_name(wire_name)
    return name if name.startswith(noun) else f"{noun}_{name}"


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def why_no_method(name: str) -> str | None:
    """Return why a method of the client cannot have this name, or None if it can."""
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        return f"{name!r} is not a name in snake_case"
    if iskeyword(name):
        return f"{name!r} is a Python keyword"
    if name in _client_members() | _OF_CLIENT:
        return f"{name!r} is the name of another member of the client"
    return None


def why_no_parameter(name: str) -> str | None:
    """Return why a parameter of a method cannot have this name, or None if it can."""
    if iskeyword(name):
        return f"{name!r} is a Python keyword"
    if not re.fullmatch(r"[^\W\d_]\w*", name):
        return f"{name!r} is no name in Python"
    if name in _OF_QUERY:
        return f"{name!r} is the name of another member of EventQuery"
    return None


def why_no_class(name: str) -> str | None:
    """Return why a class cannot have this name, or None if it can."""
    if name in _OF_MODULES or iskeyword(name):
        return f"the generated modules use the name {name!r} themselves"
    return None


@cache
def _client_members() -> frozenset[str]:
    """Read the names from the source: the client may not be importable while the spec changes."""
    module = ast.parse(_CLIENT.read_text("utf-8"))
    [client] = [node for node in module.body if getattr(node, "name", None) == "NP6Client"]
    return frozenset(
        node.name
        for node in ast.walk(client)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
