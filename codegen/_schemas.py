"""The schemas in the form that datamodel-code-generator gets: a class for each object, and no more.

Each object with members becomes a class of its own, named after its component or its place. Each
member has its name in Python. References lead to classes only; all else is written out where it is
used. So the generator has nothing to name, and nothing to choose.
"""

import re
from collections.abc import Container, Iterator
from keyword import iskeyword
from typing import Any

from ._document import Document
from ._names import capitalized, class_name, member_names, unused, why_no_class
from ._tree import Node, component_of, nodes, steps, target
from ._unions import literals, tells_apart, union_of

__all__ = ["ALIASES", "INTEGERS", "STAND_IN", "model_schemas"]

INTEGERS = {"Int32": 32, "Int64": 64}
"""The named integer types, with their sizes in bits."""

STAND_IN = "_integers"
"""The module that the generator imports the named integer types from; it does not exist."""

ALIASES = "NP6Aliases"
"""The class whose members are the components that are no objects."""

_PREFIX = "#/components/schemas/"
_STRING_FORMATS = {"date", "date-time", "uuid"}
_KNOWN_FORMATS = _STRING_FORMATS | {
    "", "binary", "byte", "char", "commonmark", "decimal", "decimal128", "double", "double-int",
    "duration", "email", "float", "hostname", "html", "http-date", "idn-email", "idn-hostname",
    "int8", "int16", "int32", "int64", "ipv4", "ipv6", "iri", "iri-reference", "json-pointer",
    "media-range", "password", "regex", "relative-json-pointer", "time", "time-local",
    "date-time-local", "uint8", "uint16", "uint32", "uint64", "uri", "uri-reference",
    "uri-template",
}  # fmt: skip
"""Formats of the OpenAPI registry. Those without a type here are plain strings and numbers."""

_TYPING = {
    "$ref", "additionalProperties", "allOf", "anyOf", "const", "enum", "format", "items", "oneOf",
    "patternProperties", "properties", "required", "type",
}  # fmt: skip
"""The keywords that a type depends on."""

_NOT_BESIDE_A_UNION = {"properties", "items", "enum", "const", "anyOf", "oneOf"}
_IMPLIED = {"items": "array", "additionalProperties": "object", "patternProperties": "object"}
_NO_LITERALS = {float: "number", list: "array", dict: "object"}


def model_schemas(document: Document, events: Container[str]) -> Node:
    """Return the schema of each class by its name, and of the aliases as one class.

    Args:
        document: The document.
        events: The components that are models of events. Their `type` may be missing.

    Raises:
        CodegenError: A schema needs something that the generator does not support.
    """
    return _Models(document, events).all()


class _Models:
    def __init__(self, document: Document, events: Container[str]) -> None:
        self._document = document
        self._events = events
        self._names = dict(self._named())
        self._tags = dict(self._tagged())
        self._found: Node = {}
        self._made: dict[int, tuple[object, str]] = {}
        self._unions: list[tuple[list[str], object, tuple[str, ...]]] = []

    def all(self) -> Node:
        aliases: Node = {}
        for component, name in self._names.items():
            schema = self._document.schemas[component]
            node = self._document.flat(schema)
            if _is_class(node, or_null=True) and "$ref" not in schema:
                self._found[name] = self._class(name, schema, component)
            else:
                aliases[name] = _with_words(self._type(schema, name, (component,)), node)
        self._reject_unions()
        if aliases:
            self._found[ALIASES] = _object(aliases, [*aliases])
        return self._found

    def _named(self) -> Iterator[tuple[str, str]]:
        """Yield the class name of each component."""
        first: dict[str, str] = {}
        for component, schema in self._document.schemas.items():
            if not isinstance(schema, dict) or schema.get("x-python-model") is False:
                continue
            name = class_name(component)
            reason = why_no_class(name)
            if first.setdefault(name, component) != component:
                reason = f"{first[name]} and {component} would both be the class {name}"
            if reason:
                raise self._document.error(schema, reason, "another name")
            yield component, name

    def _tagged(self) -> Iterator[tuple[tuple[str, str], list[str]]]:
        """Yield the tags of a class that only the `mapping` of a discriminator tells."""
        for _, node in nodes({"schemas": self._document.schemas}):
            discriminator = node.get("discriminator", {})
            mapping = discriminator.get("mapping", {})
            for ref in dict.fromkeys(mapping.values()):
                tags = [tag for tag, other in mapping.items() if other == ref]
                component = component_of(ref) or ref
                if component not in self._document.schemas:
                    found = f"{ref!r} leads nowhere"
                    raise self._document.error(mapping, found, "a component", tags[0])
                yield (component, discriminator["propertyName"]), tags

    def _class(self, name: str, schema: Node, component: str = "") -> Node:
        node = self._document.flat(schema)
        names = member_names(node["properties"])
        members: Node = {}
        for order, (wire_name, member) in enumerate(node["properties"].items()):
            python = names[wire_name]
            tags = self._tags.get((component, wire_name), [])
            made = self._member(member, name + capitalized(python), tags)
            members[python] = made | {"x-python-order": order, "x-python-wire": wire_name}
            self._check_datetime(member, members[python], node["properties"])
        required = [names[each] for each in node.get("required", ()) if each in names]
        if component in self._events:
            [value] = literals(members["type"])
            members["type"].pop("enum", None)
            members["type"] |= {"const": value, "default": value}
            required = [each for each in required if each != "type"]
        return _with_words(_object(members, required), node)

    def _member(self, schema: Any, hint: str, tags: list[str]) -> Node:  # noqa: ANN401
        node = self._document.flat(schema)
        made = {"enum": tags} if tags and not literals(node) else self._type(schema, hint, ())
        if "x-python-datetime" in node:
            made["x-python-datetime"] = node["x-python-datetime"]
        if _keeps_default(node, made):
            made["default"] = node["default"]
        return _with_words(made, node)

    def _check_datetime(self, schema: object, made: Node, members: Node) -> None:
        name = made.get("x-python-datetime")
        if name is None:
            return
        others = [other for other in members.values() if other is not schema]
        used = {self._document.flat(other).get("x-python-datetime") for other in others}
        used |= {*member_names(members).values()}
        is_name = isinstance(name, str) and re.fullmatch("[a-z][a-z0-9_]*", name)
        if not is_name or iskeyword(name) or name in used:
            expected = "a name in snake_case that no member has"
            raise self._document.error(schema, f"{name!r}", expected, "x-python-datetime")
        if {one.get("type") for one in made.get("anyOf", [made])} - {"null"} != {"integer"}:
            found = "a member that is no integer"
            raise self._document.error(schema, found, "milliseconds", "x-python-datetime")

    def _type(self, schema: object, hint: str, above: tuple[str, ...]) -> Node:
        """Return the type of a value as the generator gets it."""
        ref = _only_ref(schema)
        if ref is None:
            return self._written_out(schema, hint, above)
        found, component = target(self._document.root, ref), component_of(ref)
        node = self._document.flat(found)
        if component in self._names and _is_class(node, or_null=True):
            if "$ref" in found:
                return self._type(found, hint, above)
            made = {"$ref": _PREFIX + self._names[component]}
            return made if _is_class(node) else {"anyOf": [made, {"type": "null"}]}
        if (component or ref) in above:  # a cycle without a class in it: it accepts anything
            return {}
        names = (step for step in steps(ref)[2:] if step not in _TYPING)
        hint = component or capitalized("_".join(names))
        return self._written_out(found, hint, (*above, component or ref))

    def _written_out(self, schema: object, hint: str, above: tuple[str, ...]) -> Node:
        node = self._document.flat(schema)
        for key in ("anyOf", "oneOf"):
            if key in node:
                if more := sorted(node.keys() & _NOT_BESIDE_A_UNION - {key}):
                    found = f"`{key}` together with {', '.join(f'`{each}`' for each in more)}"
                    raise self._document.error(schema, found, "a union written out in full")
                types = [
                    self._type(form, f"{hint}{index}", above)
                    for index, form in enumerate(node[key], 1)
                ]
                return self._union(types, schema, key)
        if _is_class(node):
            return {"$ref": _PREFIX + self._inline(schema, hint)}
        kinds = node.get("type")
        if "properties" in node and isinstance(kinds, list) and "object" in kinds:
            others = {**node, "type": [each for each in kinds if each != "object"]}
            made = {"$ref": _PREFIX + self._inline(schema, hint)}
            return self._union([made, self._plain(others, schema, hint, above)], schema)
        return self._plain(node, schema, hint, above)

    def _inline(self, schema: Any, hint: str) -> str:  # noqa: ANN401
        """Return the class of an object that is no component: one, wherever it is used."""
        if id(schema) not in self._made:
            name = unused(class_name(hint), {*self._found, *self._names.values()})
            self._made[id(schema)] = schema, name
            self._found[name] = {}  # taken, before the classes in it
            self._found[name] = self._class(name, schema)
        return self._made[id(schema)][1]

    def _plain(self, node: Node, schema: object, hint: str, above: tuple[str, ...]) -> Node:
        """Return the type of a value that is neither a union nor an object with members."""
        if values := literals(node):
            kinds = {_NO_LITERALS[type(each)] for each in values if type(each) in _NO_LITERALS}
            if not kinds:
                return {"const": values[0]} if "const" in node else {"enum": values}
            node = {key: value for key, value in node.items() if key not in {"const", "enum"}}
            node |= {"type": sorted(kinds)} if len(values) == 1 else {}
        implied: Any = next((kind for key, kind in _IMPLIED.items() if key in node), [])
        types = node.get("type", implied)
        if isinstance(types, list) and len(types) != 1:
            made = [self._plain({**node, "type": each}, schema, hint, above) for each in types]
            return self._union(made, schema) if made else {}
        kind = str(types[0] if isinstance(types, list) else types)
        if kind == "array":
            return {"type": kind, "items": self._type(node.get("items"), f"{hint}Item", above)}
        if kind == "object":
            extra = self._type(_map_values(node), f"{hint}Value", above)
            return {"type": kind, "additionalProperties": extra or True}
        return self._scalar(kind, str(node.get("format", "")), schema)

    def _scalar(self, kind: str, form: str, schema: object) -> Node:
        if kind == "integer" and form.capitalize() in INTEGERS:
            return {"type": kind, "customTypePath": f"{STAND_IN}.{form.capitalize()}"}
        if kind == "string" and form in _STRING_FORMATS:
            return {"type": kind, "format": form}
        if kind in ("string", "integer", "number") and form not in _KNOWN_FORMATS:
            self._document.note(schema, f"{form!r} is not known: any {kind} is accepted", "format")
        return {"type": kind}

    def _union(self, types: list[Node], schema: object, *place: str) -> Node:
        made = union_of(types)
        refs = [one["$ref"] for one in made.get("anyOf", ()) if "$ref" in one]
        self._unions += [(refs, schema, place)] if len(refs) > 1 else []
        return made

    def _reject_unions(self) -> None:
        """Reject a union of objects in which nothing tells the objects apart."""
        for refs, schema, key in self._unions:
            objects = [self._found[ref.removeprefix(_PREFIX)]["properties"] for ref in refs]
            classes = [{each["x-python-wire"]: each for each in one.values()} for one in objects]
            if not any(tells_apart(name, classes) for name in classes[0]):
                found = f"a union of {len(refs)} objects that no member tells apart"
                own = "a member with `const` or `enum` values of its own in each, or in all but one"
                raise self._document.error(schema, found, own, *key)


def _object(members: Node, required: list[str]) -> Node:
    return {"type": "object", "properties": members, "required": required}


def _only_ref(schema: object) -> str | None:
    """Return the reference that a schema is, if it adds nothing that its type depends on."""
    while isinstance(schema, dict) and schema.keys() & _TYPING == {"allOf"}:
        if len(schema["allOf"]) != 1:
            return None
        schema = schema["allOf"][0]
    is_ref = isinstance(schema, dict) and schema.keys() & _TYPING == {"$ref"}
    return str(schema["$ref"]) if isinstance(schema, dict) and is_ref else None


def _is_class(node: Node, *, or_null: bool = False) -> bool:
    """Return whether a schema is an object with members, and perhaps null as well."""
    types = node.get("type", "object")
    kinds = {*types} if isinstance(types, list) else {types}
    is_object = kinds - ({"null"} if or_null else set()) == {"object"}
    return is_object and bool(node.get("properties")) and not node.keys() & {"anyOf", "oneOf"}


def _map_values(node: Node) -> Any:  # noqa: ANN401 - a schema
    """Return the schema of the values of a map; a dict in Python has one type for all of them."""
    extra, patterns = (
        node.get("additionalProperties"),
        [*node.get("patternProperties", {}).values()],
    )
    if extra is False and len(patterns) == 1:
        return patterns[0]
    return None if patterns else extra


def _keeps_default(node: Node, made: Node) -> bool:
    """Return whether a default is a value of the member's type in Python."""
    value = node.get("default")
    values = value if isinstance(value, list) else [value]
    is_plain = not any(isinstance(each, dict | list) for each in values) and value is not None
    return is_plain and not any(key in str(made) for key in ("'format'", "'$ref'"))


def _with_words(made: Node, node: Node) -> Node:
    """Add the description of a schema, and the values that are known for an open set."""
    known = ", ".join(f"`{value}`" for value in made.pop("x-python-known", ()))
    words = [node.get("description", ""), f"Known values: {known}." if known else ""]
    text = "\n\n".join(filter(None, words))
    return made | ({"description": text} if text else {})
