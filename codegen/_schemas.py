"""The schemas in the form that datamodel-code-generator gets: a class for each object, and no more.

Each object with members becomes a class of its own, named after its component or its place. Each
member has its name in Python. References lead to classes only; all else is written out where it is
used. So the generator has nothing to name, and nothing to choose.
"""

import json
import re
from collections.abc import Container, Iterable, Iterator
from itertools import count
from keyword import iskeyword
from typing import Any

from ._document import Document
from ._names import class_name, member_name, why_no_class
from ._tree import Node, Place, component_of, nodes, place_of, target

__all__ = ["ALIASES", "INTEGERS", "STAND_IN", "literals", "model_schemas"]

INTEGERS = {"Int32": 32, "Int64": 64}
"""The named integer types, with their sizes in bits."""

STAND_IN = "_integers"
"""The module that the generator imports the named integer types from; it does not exist."""

ALIASES = "NP6Aliases"
"""The class whose members are the components that are no objects."""

_PREFIX = "#/components/schemas/"
_STRING_FORMATS = {"date", "date-time", "uuid"}
_TYPING = {
    "$ref", "additionalProperties", "allOf", "anyOf", "const", "enum", "format", "items", "oneOf",
    "patternProperties", "properties", "required", "type",
}  # fmt: skip
"""The keywords that a type depends on."""

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
        self._unions: list[tuple[list[str], Place]] = []

    def all(self) -> Node:
        aliases: Node = {}
        for component, name in self._names.items():
            schema, place = self._document.schemas[component], _at(component)
            node = self._document.flat(schema, place)
            if _is_class(node) and "$ref" not in schema:
                self._found[name] = self._class(name, node, place)
            else:
                aliases[name] = _with_words(self._type(schema, place, name, (component,)), node)
        self._reject_unions()
        if aliases:
            self._found[ALIASES] = {
                "type": "object", "properties": aliases, "required": list(aliases)
            }  # fmt: skip
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
                raise self._document.error(_at(component), reason, "another name")
            yield component, name

    def _tagged(self) -> Iterator[tuple[tuple[str, str], list[str]]]:
        """Yield the tags of a class that only the `mapping` of a discriminator tells."""
        for place, node in nodes({"schemas": self._document.schemas}, ("components",)):
            discriminator = node.get("discriminator", {})
            mapping = discriminator.get("mapping", {})
            for ref in dict.fromkeys(mapping.values()):
                tags = [tag for tag, other in mapping.items() if other == ref]
                component = component_of(ref) or ref
                if component not in self._document.schemas:
                    at = (*place, "discriminator", "mapping", tags[0])
                    raise self._document.error(at, f"{ref!r} leads nowhere", "a component")
                yield (component, discriminator["propertyName"]), tags

    def _class(self, name: str, node: Node, place: Place) -> Node:
        members: Node = {}
        names = _member_names(node["properties"])
        for order, (wire_name, schema) in enumerate(node["properties"].items()):
            at = (*place, "properties", wire_name)
            python = names[wire_name]
            members[python] = self._member(schema, at, name + _capitalized(python)) | {
                "x-python-order": order
            }
            if python != wire_name:
                members[python]["x-python-wire"] = wire_name
        for python, member in members.items():
            self._check_datetime(python, member, members, place)
        wire_names = {m.get("x-python-wire", python): python for python, m in members.items()}
        required = [wire_names[each] for each in node.get("required", ()) if each in wire_names]
        if str(place[2]) in self._events and len(place) == 3:
            [members["type"]["default"]] = literals(members["type"])
            required = [each for each in required if each != "type"]
        made = {"type": "object", "properties": members, "required": required}
        return _with_words(made, node)

    def _member(self, schema: Any, place: Place, hint: str) -> Node:  # noqa: ANN401
        node = self._document.flat(schema, place)
        tags = self._tags.get((str(place[2]), str(place[-1]))) if len(place) == 5 else None
        if tags and not literals(node):
            member: Node = {"enum": tags}
        else:
            member = self._type(schema, place, hint, ())
        if "x-python-datetime" in node:
            member["x-python-datetime"] = node["x-python-datetime"]
        if _keeps_default(node, member):
            member["default"] = node["default"]
        return _with_words(member, node)

    def _check_datetime(self, python: str, member: Node, members: Node, place: Place) -> None:
        name = member.get("x-python-datetime")
        if name is None:
            return
        at = (*place, "properties", member.get("x-python-wire", python), "x-python-datetime")
        used = [*members, *(each.get("x-python-datetime") for each in members.values())]
        is_name = isinstance(name, str) and re.fullmatch("[a-z][a-z0-9_]*", name)
        if not is_name or iskeyword(name) or used.count(name) > 1:
            raise self._document.error(at, f"{name!r}", "a name in snake_case that no member has")
        if {one.get("type", "") for one in member.get("anyOf", [member])} - {"null"} != {"integer"}:
            raise self._document.error(at, "a member that is no integer", "milliseconds")

    def _type(self, schema: object, place: Place, hint: str, above: tuple[str, ...]) -> Node:
        """Return the type of a value as the generator gets it."""
        if (component := self._component(schema)) is not None:
            return self._of_component(component, place, hint, above)
        if ref := _only_ref(schema):
            at, found = place_of(ref), target(self._document.root, ref)
            return {} if ref in above else self._type(found, at, _hint(at), (*above, ref))
        return self._written_out(schema, place, hint, above)

    def _of_component(
        self, component: str, place: Place, hint: str, above: tuple[str, ...]
    ) -> Node:
        schema, at = self._document.schemas[component], _at(component)
        if _is_class(self._document.flat(schema, at)) and component in self._names:
            if "$ref" in schema:
                return self._type(schema, place, hint, above)
            return {"$ref": _PREFIX + self._names[component]}
        if component in above:  # a cycle without a class in it: it accepts anything
            return {}
        return self._written_out(schema, at, component, (*above, component))

    def _written_out(self, schema: object, place: Place, hint: str, above: tuple[str, ...]) -> Node:
        node = self._document.flat(schema, place)
        for key in ("anyOf", "oneOf"):
            if key in node:
                self._reject_more(node, key, place)
                return self._union(node[key], (*place, key), hint, above)
        if _is_class(node):
            return {"$ref": _PREFIX + self._inline(schema, node, place, hint)}
        if "properties" in node and "object" in (types := node.get("type", ())) and len(types) > 1:
            others = {**node, "type": [each for each in types if each != "object"]}
            return self._one_of(
                [
                    {"$ref": _PREFIX + self._inline(schema, node, place, hint)},
                    self._plain(others, place, hint, above),
                ],
                place,
            )
        return self._plain(node, place, hint, above)

    def _inline(self, schema: object, node: Node, place: Place, hint: str) -> str:
        """Return the class of an object that is no component: one, wherever it is used."""
        if id(schema) not in self._made:
            name = _unused(class_name(hint), {*self._found, *self._names.values()})
            self._made[id(schema)] = schema, name
            self._found[name] = {}  # taken, before the classes in it
            self._found[name] = self._class(name, node, place)
        return self._made[id(schema)][1]

    def _component(self, schema: object) -> str | None:
        """Return the component that a schema is, apart from its words; None if it is more."""
        while isinstance(schema, dict) and schema.keys() & _TYPING == {"allOf"}:
            if len(schema["allOf"]) != 1:
                return None
            schema = schema["allOf"][0]
        component = component_of(_only_ref(schema) or "")
        return component if component in self._document.schemas else None

    def _reject_more(self, node: Node, key: str, place: Place) -> None:
        more = node.keys() & {"properties", "items", "enum", "const", "anyOf", "oneOf"} - {key}
        if more:
            found = f"`{key}` together with {', '.join(f'`{each}`' for each in sorted(more))}"
            raise self._document.error(place, found, "a union written out in full")

    def _plain(self, node: Node, place: Place, hint: str, above: tuple[str, ...]) -> Node:
        """Return the type of a value that is neither a union nor an object with members."""
        if values := literals(node):
            kinds = {_NO_LITERALS[type(each)] for each in values if type(each) in _NO_LITERALS}
            if not kinds:
                return {"const": values[0]} if "const" in node else {"enum": values}
            node = {key: value for key, value in node.items() if key not in {"const", "enum"}}
            node |= {"type": sorted(kinds)} if len(values) == 1 else {}
        types = node.get("type", _implied(node))
        if isinstance(types, list) and len(types) != 1:
            made = [self._plain({**node, "type": each}, place, hint, above) for each in types]
            return self._one_of(made, place) if made else {}
        kind = types[0] if isinstance(types, list) else types
        match kind:
            case "array":
                items = self._type(node.get("items", {}), (*place, "items"), f"{hint}Item", above)
                return {"type": "array", "items": items}
            case "object":
                return {
                    "type": "object",
                    "additionalProperties": self._values(node, place, hint, above),
                }
            case "string" | "integer" | "number":
                return self._scalar(str(kind), node, place)
        return {"type": kind} if kind else {}

    def _values(self, node: Node, place: Place, hint: str, above: tuple[str, ...]) -> Node | bool:
        """Return the type of the values of a map."""
        extra, patterns = node.get("additionalProperties", True), node.get("patternProperties", {})
        if isinstance(extra, dict) and extra and not patterns:
            at = (*place, "additionalProperties")
            return self._type(extra, at, f"{hint}Value", above) or True
        if extra is False and len(patterns) == 1:
            [(pattern, schema)] = patterns.items()
            return (
                self._type(schema, (*place, "patternProperties", pattern), f"{hint}Value", above)
                or True
            )
        return True

    def _scalar(self, kind: str, node: Node, place: Place) -> Node:
        form = str(node.get("format", ""))
        if kind == "integer" and form.capitalize() in INTEGERS:
            return {"type": kind, "customTypePath": f"{STAND_IN}.{form.capitalize()}"}
        if kind == "string" and form in _STRING_FORMATS:
            return {"type": kind, "format": form}
        if form and form not in _KNOWN_FORMATS:
            self._document.note(
                (*place, "format"), f"{form!r} is not known: any {kind} is accepted"
            )
        return {"type": kind}

    def _union(self, forms: list[Any], place: Place, hint: str, above: tuple[str, ...]) -> Node:
        made = (
            self._type(form, (*place, index), f"{hint}{index + 1}", above)
            for index, form in enumerate(forms)
        )
        return self._one_of(list(made), place)

    def _one_of(self, made: list[Node], place: Place) -> Node:
        """Return a union; several kinds of strings are one, as no decoder can choose."""
        parts = (one["anyOf"] if one.keys() == {"anyOf"} else [one] for one in made)
        found = [part for several in parts for part in several]
        if {} in found:
            return {}
        strings = [one for one in found if _is_string(one)]
        known = [value for one in strings for value in literals(one)]
        if len(strings) > 1 and not all(map(literals, strings)):
            found = [one for one in found if one not in strings] + [{"type": "string"}]
        found = [one for index, one in enumerate(found) if one not in found[:index]]
        refs = [one["$ref"] for one in found if "$ref" in one]
        self._unions += [(refs, place)] if len(refs) > 1 else []
        note = {"x-python-known": known} if known and {"type": "string"} in found else {}
        return {**(found[0] if len(found) == 1 else {"anyOf": found}), **note}

    def _reject_unions(self) -> None:
        """Reject a union of objects in which nothing tells the objects apart."""
        for refs, place in self._unions:
            classes = [self._found[ref.removeprefix(_PREFIX)]["properties"] for ref in refs]
            members = [
                {m.get("x-python-wire", python): m for python, m in c.items()} for c in classes
            ]
            if not any(_tells_apart(name, members) for name in members[0]):
                raise self._document.error(
                    place,
                    f"a union of {len(refs)} objects that no member tells apart",
                    "a member with `const` or `enum` values of its own in each, or in all but one",
                )


_KNOWN_FORMATS = {
    "binary", "byte", "char", "commonmark", "date", "date-time", "decimal", "decimal128", "double",
    "double-int", "duration", "email", "float", "hostname", "html", "http-date", "idn-email",
    "idn-hostname", "int8", "int16", "int32", "int64", "ipv4", "ipv6", "iri", "iri-reference",
    "json-pointer", "media-range", "password", "regex", "relative-json-pointer", "time",
    "time-local", "date-time-local", "uint8", "uint16", "uint32", "uint64", "uri", "uri-reference",
    "uri-template", "uuid",
}  # fmt: skip
"""Formats of the OpenAPI registry. Those without a type here are plain strings and numbers."""


def _at(component: str) -> Place:
    return ("components", "schemas", component)


def _only_ref(schema: object) -> str | None:
    """Return the reference of a schema to which nothing is added that its type depends on."""
    is_only = isinstance(schema, dict) and schema.keys() & _TYPING == {"$ref"}
    return str(schema["$ref"]) if isinstance(schema, dict) and is_only else None


def _hint(place: Place) -> str:
    """Return the name of a place, as the members and items on the way to it give it."""
    is_component = place[:2] == ("components", "schemas")
    words, place = ([str(place[2])], place[3:]) if is_component else ([], place)
    for keyword, step in zip(("", *place), place, strict=False):
        if keyword in {"anyOf", "oneOf"} and isinstance(step, int):
            words.append(str(step + 1))
        elif keyword == "properties" or not {keyword, step} & (_SILENT | _WORD.keys()):
            words.append(_capitalized(member_name(str(step))))
        else:
            words.append(_WORD.get(str(step), ""))
    return "".join(words)


_SILENT = {"allOf", "anyOf", "oneOf", "patternProperties", "properties"}
_WORD = {"items": "Item", "additionalProperties": "Value", "patternProperties": "Value"}


def _capitalized(name: str) -> str:
    return "".join(part.capitalize() for part in re.findall(r"[^\W_]+", name))


def _is_class(node: Node) -> bool:
    is_object = node.get("type", "object") in ("object", ["object"])
    return is_object and bool(node.get("properties")) and not node.keys() & {"anyOf", "oneOf"}


def _implied(node: Node) -> str | None:
    """Return the type that the keywords of a schema without a `type` imply."""
    return next((kind for key, kind in _IMPLIED.items() if key in node), None)


_IMPLIED = {"items": "array", "additionalProperties": "object", "patternProperties": "object"}


def _member_names(wire_names: Iterable[str]) -> dict[str, str]:
    """Return the names of members in Python. One that may keep its name keeps it."""
    names = {name: name for name in wire_names if member_name(name) == name}
    for name in wire_names:
        names[name] = names.get(name) or _unused(member_name(name), names.values())
    return names


def _unused(name: str, used: Container[str]) -> str:
    """Return a name, with the first number that makes it unused."""
    numbered = (f"{name}_{number}" if number > 1 else name for number in count(1))
    return next(each for each in numbered if each not in used)


def literals(node: Node) -> list[Any]:
    """Return the values that a schema lists."""
    return [node["const"]] if "const" in node else list(node.get("enum", ()))


def _is_string(made: Node) -> bool:
    values = literals(made)
    return made.get("type") == "string" or (
        bool(values) and all(isinstance(v, str) for v in values)
    )


def _tells_apart(name: str, members: list[Node]) -> bool:
    tags = [literals(each.get(name, {})) for each in members]
    everything = [json.dumps(tag) for each in tags for tag in each]
    is_open = sum(not each for each in tags)
    return (
        all(name in each for each in members)
        and is_open <= 1 < len(tags)
        and (len(set(everything)) == len(everything))
    )


def _keeps_default(node: Node, made: Node) -> bool:
    """Return whether a default is a value of the member's type in Python."""
    value = node.get("default")
    values = value if isinstance(value, list) else [value]
    is_plain = not any(isinstance(each, dict | list) for each in values) and value is not None
    return is_plain and not any(key in json.dumps(made) for key in ('"format"', '"$ref"'))


def _with_words(made: Node, node: Node) -> Node:
    """Add the description of a schema, and the values that are known for an open set."""
    known = made.pop("x-python-known", [])
    words = [str(node.get("description", ""))] if node.get("description") else []
    if known:
        words.append(f"Known values: {', '.join(f'`{value}`' for value in known)}.")
    return made | ({"description": "\n\n".join(words)} if words else {})
