"""A fault in a document is told with the place, the line, what was found and what is expected."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codegen._document import Document
from codegen._errors import CodegenError
from codegen._load import load, load_bundle
from codegen._models import generate_models
from codegen._read import line_of
from codegen._render import render
from codegen._service import read_service
from tests.thorough import examples

Json = dict[str, Any]
REF = "#/components/schemas/"
TEXT = {"type": "string"}
ODD = "components > schemas > Schema150"
BAD = f"{ODD} > properties > bad"
TYPES = "one of ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']"
VALID = "valid OpenAPI 3.1"
TAGS = "a member with `const` or `enum` values of its own in each, or in all but one"
NAME = "a name in snake_case that no member has"


def an_object(**members: Any) -> Json:
    return {"type": "object", "properties": members}


def member(schema: Any) -> Json:
    """Return an object with a bad member, of which the good ones tell nothing."""
    return an_object(first=TEXT, bad=schema, last=TEXT)


ONE, TWO = ({"$ref": f"{REF}Schema{number}"} for number in (1, 2))
UNION: Json = {"oneOf": [ONE, TWO]}
FAULTS: dict[str, tuple[Any, str]] = {
    "unknown type": (member({"type": "strange"}), f"{BAD} > type: 'strange'; expected {TYPES}"),
    "unknown type among others": (
        member({"type": ["string", "strange"]}),
        f"{BAD} > type > 1: 'strange'; expected {TYPES}",
    ),
    "type that is a number": (member({"type": 5}), f"{BAD} > type: 5; expected {TYPES}"),
    "required that is no list": (
        an_object(a=TEXT) | {"required": "a"},
        f"{ODD} > required: 'a' is not of type 'array'; expected {VALID}",
    ),
    "required of OpenAPI 2": (
        member({"type": "string", "required": True}),
        f"{BAD} > required: True is not of type 'array'; expected {VALID}",
    ),
    "member that is a number": (
        member(5),
        f"{BAD}: 5 is not of type 'object', 'boolean'; expected {VALID}",
    ),
    "member that is null": (
        member(None),
        f"{BAD}: None is not of type 'object', 'boolean'; expected {VALID}",
    ),
    "members in a list": (
        {"type": "object", "properties": []},
        f"{ODD} > properties: [] is not of type 'object'; expected {VALID}",
    ),
    "schema that is a list": (
        [],
        f'{ODD}: [] is not of types "boolean", "object"; expected {VALID}',
    ),
    "empty anyOf": (
        member({"anyOf": []}),
        f"{BAD} > anyOf: [] should be non-empty; expected {VALID}",
    ),
    "anyOf that is an object": (
        member({"anyOf": {}}),
        f"{BAD} > anyOf: {{}} is not of type 'array'; expected {VALID}",
    ),
    "allOf with a number": (
        {"allOf": [TEXT, 5]},
        f"{ODD} > allOf > 1: 5 is not of type 'object', 'boolean'; expected {VALID}",
    ),
    "items in a list": (
        member({"type": "array", "items": [TEXT]}),
        (f"{BAD} > items: [{{'type': 'string'}}] is not of type 'object', 'boolean';"
        f" expected {VALID}"),
    ),
    "enum that is no list": (
        member({"enum": "a"}),
        f"{BAD} > enum: 'a' is not of type 'array'; expected {VALID}",
    ),
    "minimum that is a string": (
        member({"type": "integer", "minimum": "5"}),
        f"{BAD} > minimum: '5' is not of type 'number'; expected {VALID}",
    ),
    "invalid regex": (
        member(TEXT | {"pattern": "("}),
        f"{BAD} > pattern: '(' is not a 'regex'; expected {VALID}",
    ),
    "default of the wrong type": (
        member({"type": "integer", "default": "x"}),
        f"{BAD} > default: 'x' is not of type 'integer'; expected {VALID}",
    ),
    "default with an item of the wrong type": (
        member({"type": "array", "items": TEXT, "default": ["a", 5]}),
        f"{BAD} > default > 1: 5 is not of type 'string'; expected {VALID}",
    ),
    "default that is none of the values": (
        member({"enum": ["a", "b"], "default": "c"}),
        f"{BAD} > default: 'c'; expected one of ['a', 'b']",
    ),
    "default of the wrong type behind a reference": (
        member({"allOf": [{"$ref": f"{REF}Schema1/properties/name"}], "default": 5}),
        f"{BAD} > default: 5 is not of type 'string'; expected {VALID}",
    ),
    "discriminator without propertyName": (
        UNION | {"discriminator": {"mapping": {"a": f"{REF}Schema1"}}},
        f"{ODD} > discriminator: 'propertyName' is a required property; expected {VALID}",
    ),
    "discriminator that is a string": (
        UNION | {"discriminator": "type"},
        f"{ODD} > discriminator: 'type' is not of type 'object'; expected {VALID}",
    ),
    "mapping to nothing": (
        UNION | {"discriminator": {"propertyName": "type", "mapping": {"a": f"{REF}Gone"}}},
        f"{ODD} > discriminator > mapping > a: '{REF}Gone' leads nowhere; expected a component",
    ),
    "broken reference": (
        member({"$ref": f"{REF}Gone"}),
        f"{BAD} > $ref: '{REF}Gone' leads nowhere; expected a reference to an object that exists",
    ),
    "broken reference in a list": (
        {"oneOf": [ONE, {"$ref": f"{REF}Schema1/oneOf/0"}]},
        (f"{ODD} > oneOf > 1 > $ref: '{REF}Schema1/oneOf/0' leads nowhere;"
        " expected a reference to an object that exists"),
    ),
    "reference to another file": (
        member({"$ref": "pet.yaml#/Pet"}),
        (f"{BAD} > $ref: 'pet.yaml#/Pet' leads nowhere;"
        " expected a reference within the document: copy what it leads to"),
    ),
    "reference to another host": (
        member({"$ref": "https://x.example/pet.yaml"}),
        (f"{BAD} > $ref: 'https://x.example/pet.yaml' leads nowhere;"
        " expected a reference within the document: copy what it leads to"),
    ),
    "reference to a string": (
        member({"$ref": "#/info/title"}),
        (f"{BAD} > $ref: '#/info/title' leads nowhere;"
        " expected a reference to an object that exists"),
    ),
    "reference to what is no schema": (
        member({"$ref": "#/components/securitySchemes/Key"}),
        f"{BAD} > $ref: '#/components/securitySchemes/Key' leads to no schema; expected a schema",
    ),
    "reference that is a number": (
        member({"$ref": 5}),
        f"{BAD} > $ref: 5 is not of type 'string'; expected {VALID}",
    ),
    "schema that includes itself": (
        {"allOf": [{"$ref": f"{REF}Schema150"}, an_object(a=TEXT)]},
        f"{ODD}: it includes itself by $ref or allOf; expected an end",
    ),
    "schema that is itself": (
        {"$ref": f"{REF}Schema150"},
        f"{ODD}: it includes itself by $ref or allOf; expected an end",
    ),
    "member that includes itself": (
        member({"allOf": [{"$ref": f"{REF}Schema150/properties/bad"}]}),
        f"{BAD}: it includes itself by $ref or allOf; expected an end",
    ),
    "union that nothing tells apart": (
        UNION,
        f"{ODD} > oneOf: a union of 2 objects that no member tells apart; expected {TAGS}",
    ),
    "union of inline objects that nothing tells apart": (
        member({"anyOf": [an_object(a=TEXT), an_object(b=TEXT), {"type": "null"}]}),
        f"{BAD} > anyOf: a union of 2 objects that no member tells apart; expected {TAGS}",
    ),
    "union with equal tags": (
        member({"oneOf": [an_object(a={"const": 1}), an_object(a={"enum": [1, 2]}, b=TEXT)]}),
        f"{BAD} > oneOf: a union of 2 objects that no member tells apart; expected {TAGS}",
    ),
    "union with more": (
        member({"oneOf": [TEXT, {"type": "integer"}], "properties": {"a": TEXT}}),
        f"{BAD}: `oneOf` together with `properties`; expected a union written out in full",
    ),
    "contradiction": (
        {"allOf": [TEXT, an_object(bad=TEXT)]},
        f"{ODD}: `type` is `string` and `object` in two parts of `allOf`; expected one value",
    ),
    "contradiction in a member": (
        {"allOf": [an_object(good=TEXT), an_object(bad=TEXT), an_object(bad={"type": "integer"})]},
        (f"{ODD} > allOf > 1 > properties > bad: `type` is `string` and `integer` in two parts of"
        " `allOf`; expected one value"),
    ),
    "datetime of a string": (
        member(TEXT | {"x-python-datetime": "at"}),
        f"{BAD} > x-python-datetime: a member that is no integer; expected milliseconds",
    ),
    "datetime of a string in a part": (
        {"allOf": [ONE, member(TEXT | {"x-python-datetime": "at"})]},
        (f"{ODD} > allOf > 1 > properties > bad > x-python-datetime: a member that is no integer;"
        " expected milliseconds"),
    ),
    "datetime with the name of a member": (
        member({"type": "integer", "x-python-datetime": "last"}),
        f"{BAD} > x-python-datetime: 'last'; expected {NAME}",
    ),
}  # fmt: skip


@cache
def healthy() -> str:
    """Return a document of 300 schemas as JSON."""
    schemas = {
        f"Schema{number}": an_object(name=TEXT, age={"type": "integer"}) for number in range(300)
    }
    content = {"schema": {"type": "array", "items": {"$ref": f"{REF}Event"}}}
    response = {"description": "Events.", "content": {"application/json": content}}
    event = an_object(type={"const": "opening"})
    return json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "Large", "version": "1"},
            "servers": [{"url": "https://large.example.com"}],
            "paths": {"/openings": {"get": {"responses": {"200": response}}}},
            "components": {
                "securitySchemes": {"Key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
                "schemas": {"Opening": event, **schemas},
            },
        }
    ).replace(f"{REF}Event", f"{REF}Opening")


def planted(schema: Any) -> Json:
    document: Json = json.loads(healthy())
    document["components"]["schemas"]["Schema150"] = schema
    return document


def in_yaml(value: Any, indent: str = "") -> Iterator[str]:
    """Yield a value as lines of YAML, in block style, with all strings in quotes."""
    items = value.items() if isinstance(value, dict) else ((None, one) for one in value)
    for key, child in items:
        start = f"{indent}-" if key is None else f"{indent}{json.dumps(key)}:"
        if isinstance(child, dict | list) and child:
            yield start
            yield from in_yaml(child, f"{indent}  ")
        else:
            yield f"{start} {json.dumps(child)}"


FORMS: dict[str, Callable[[Json], str]] = {
    "YAML": lambda document: "\n".join(in_yaml(document)),
    "JSON": lambda document: json.dumps(document, indent=2),
}


def fault_of(path: Path) -> str:
    with pytest.raises(CodegenError) as caught:
        generate(load(path))
    return str(caught.value)


def generate(document: Document) -> None:
    read_service(document)
    generate_models(document)


def test_the_document_without_a_fault_has_none(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_text(healthy(), "utf-8")
    generate(load(path))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_one_of_many_schemas_is_told_with_its_place_and_line(
    tmp_path: Path, name: str
) -> None:
    schema, message = FAULTS[name]
    check_fault(tmp_path, planted(schema), message)


def check_fault(folder: Path, document: Json, message: str) -> None:
    """Check the message, and the line in it for each form of the document."""
    steps = message.partition(": ")[0].split(" > ")
    for form, text_of in FORMS.items():
        path = folder / form
        path.write_text(text := text_of(document), "utf-8")
        if form == "YAML":
            found = fault_of(path)
        else:  # the rest is the same, and takes long
            place = tuple(int(step) if step.isdecimal() else step for step in steps)
            where = Document(path, document).where(place)
            found = where + message.removeprefix(" > ".join(steps))
        line, _, told = found.removeprefix(f"{path}:").partition(": ")
        assert told == message
        assert text.splitlines()[int(line) - 1] == line_at(document, steps, form)


def line_at(document: Any, steps: list[str], form: str) -> str:
    """Return the line of a place, found by marking it."""
    marked, mark = deepcopy(document), "marked place"
    parent = marked
    for step in steps[:-1]:
        parent = parent[int(step)] if isinstance(parent, list) else parent[step]
    if isinstance(parent, list):
        parent[int(steps[-1])] = mark
        index = next(i for i, line in enumerate(FORMS[form](marked).splitlines()) if mark in line)
    else:
        renamed = {mark if key == steps[-1] else key: value for key, value in parent.items()}
        parent.clear()
        parent.update(renamed)
        index = next(i for i, line in enumerate(FORMS[form](marked).splitlines()) if mark in line)
    return FORMS[form](document).splitlines()[index]


REST: dict[str, tuple[str, str, str]] = {
    "unknown type of a security scheme": (
        '"type": "apiKey"',
        '"type": "magic"',
        ('components > securitySchemes > Key > type: "magic" is not one of "apiKey", "http" or 3'
        f" other candidates; expected {VALID}"),
    ),
    "security scheme without a name": (
        ', "name": "X-Key"',
        "",
        f'components > securitySchemes > Key: "name" is a required property; expected {VALID}',
    ),
    "no API key in a header": (
        '"type": "apiKey", "in": "header", "name": "X-Key"',
        '"type": "http", "scheme": "basic"',
        ("components > securitySchemes: 0 API key headers;"
        " expected one scheme of `type: apiKey`, `in: header`"),
    ),
    "no title": (
        '"title": "Large", ',
        "",
        f'info: "title" is a required property; expected {VALID}',
    ),
    "no list of servers": (
        '"servers": [{"url": "https://large.example.com"}]',
        '"servers": {}',
        f'servers: {{}} is not of type "array"; expected {VALID}',
    ),
    "unknown keyword of an operation": (
        '"get": {',
        '"get": {"respones": {}, ',
        ("paths > /openings > get: Unevaluated properties are not allowed"
        f" ('respones' was unexpected); expected {VALID}"),
    ),
    "reference to what is no parameter": (
        '"get": {',
        '"get": {"parameters": [{"$ref": "#/info"}], ',
        ("paths > /openings > get > parameters > 0 > $ref: '#/info' leads to no parameter;"
        " expected a parameter"),
    ),
    "broken reference to a parameter": (
        '"get": {',
        '"get": {"parameters": [{"$ref": "#/components/parameters/Sort"}], ',
        ("paths > /openings > get > parameters > 0 > $ref: '#/components/parameters/Sort' leads"
        " nowhere; expected a reference to an object that exists"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REST)
def test_a_fault_elsewhere_is_told_with_its_place_and_line(tmp_path: Path, name: str) -> None:
    old, new, message = REST[name]
    assert healthy().count(old) == 1
    check_fault(tmp_path, json.loads(healthy().replace(old, new)), message)


TEXTS = {
    "no YAML": ("a: [1,\nb: }\n", ":2: cannot be read as YAML or JSON: "),
    "no JSON": ('{\n "a": 1,\n "b" 2\n}', ":3: cannot be read as YAML or JSON: "),
    "repeated key": (
        "openapi: 3.1.0\ninfo:\n  a: 1\n  b: 1\n  a: 2\n",
        ":5: cannot be read as YAML or JSON: the key 'a' is repeated",
    ),
    "repeated key in JSON": (
        '{"openapi": "3.1.0",\n"info": {\n "a": 1,\n "a": 2}}',
        ":4: cannot be read as YAML or JSON: the key 'a' is repeated",
    ),
    "other version": ("info: {}\nopenapi: 3.0.3\n", ":2: openapi: 3.0.3; expected 3.1.x"),
    "Swagger": ("swagger: '2.0'\n", ": openapi: no OpenAPI document; expected 3.1.x"),
    "list": ("- a\n", ": openapi: no OpenAPI document; expected 3.1.x"),
    "nothing": ("", ": openapi: no OpenAPI document; expected 3.1.x"),
    "too many aliases": (
        "\n".join(
            ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 64))]
        ),
        ": cannot be read as YAML or JSON: its aliases expand to over 2,000,000 values",
    ),
    "date": ("openapi: !!timestamp 2021-02-23\n", ": cannot be read as YAML or JSON: "),
    "control character": ("openapi: \x01\n", ": cannot be read as YAML or JSON: "),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_that_cannot_be_read_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    text, message = TEXTS[name]
    path = tmp_path / "document.yaml"
    path.write_text(text, "utf-8")
    found = fault_of(path).removeprefix(str(path))
    assert found == message or (message.endswith(": ") and found.startswith(message))
    assert found.count("\n") <= 1


def test_a_file_that_is_no_text_or_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "document.yaml"
    assert fault_of(path).startswith(f"{path}: cannot be read as YAML or JSON: ")
    path.write_bytes(b"openapi: \xff\n")
    assert fault_of(path).startswith(f"{path}: cannot be read as YAML or JSON: ")
    assert fault_of(tmp_path).startswith(f"{tmp_path}: cannot be read as YAML or JSON: ")


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ("a:\n  b: 1\n", (), None),
        ("a:\n  b: 1\n", ("a",), 1),
        ("a:\n  b: 1\n", ("a", "b"), 2),
        ("a:\n  b: 1\n", ("a", "c"), 1),
        ("a:\n  b: 1\n", ("a", "b", "c", 0), 2),
        ("a: {x: 1,\n  b: 1}\n", ("a", "b"), 2),
        ("a:\n- 1\n-\n  b: 1\n", ("a", 1), 4),
        ("a:\n- 1\n-\n  b: 1\n", ("a", 5), 1),
        ("200:\n  on: 1\n  null: 2\n", ("200", "null"), 3),
        ("a: &a\n  b: 1\nc: *a\n", ("c", "b"), 2),
        ('{\n\t"a": {\n\t\t"b": 1}}', ("a", "b"), 3),
        ('{"\\u0061":\n {"b\\/c": 1}}', ("a", "b/c"), 2),
        ('{"text": "\\ud83d\\ude00",\n "b": 1}', ("b",), 2),
        ("a: [\n", ("a",), None),
    ],
)
def test_the_line_of_a_place_is_where_it_begins(
    tmp_path: Path, text: str, place: tuple[str | int, ...], line: int | None
) -> None:
    path = tmp_path / "document.yaml"
    path.write_text(text, "utf-8")
    assert line_of(path, place) == line


def test_a_note_has_the_place_and_the_line_where_a_part_is_written(tmp_path: Path) -> None:
    document = planted({"allOf": [ONE, member(TEXT | {"format": "moon"})]})
    path = tmp_path / "large.json"
    path.write_text(json.dumps(document, indent=2), "utf-8")
    large = load(path)
    generate_models(large)
    [note] = set(large.notes)
    place = f"{ODD} > allOf > 1 > properties > bad > format"
    line = note.removeprefix(f"{path}:").partition(":")[0]
    assert note == f"{path}:{line}: {place}: 'moon' is not known: any string is accepted"
    assert '"format": "moon"' in path.read_text("utf-8").splitlines()[int(line) - 1]


def test_a_document_of_the_vendor_need_not_be_valid(tmp_path: Path) -> None:
    path = tmp_path / "bundle.yaml"
    path.write_text(json.dumps(planted({"type": "strange"}) | {"openapi": "3.0.3"}), "utf-8")
    assert load_bundle(path, Document(path, {})).schemas["Schema150"] == {"type": "strange"}
    path.write_text("openapi: 2.0\n", "utf-8")
    with pytest.raises(CodegenError) as caught:
        load_bundle(path, Document(path, {}))
    assert str(caught.value) == f"{path}:1: openapi: 2.0; expected 3.x"


# No document ends in a traceback.

GOLDEN = Path(__file__).parent / "golden"
DOCUMENTS = [
    json.dumps(yaml.safe_load((GOLDEN / name / "openapi" / "np6-events.yaml").read_text("utf-8")))
    for name in ("small", "small", "small", "hard")
]
KEYS = [
    "type", "properties", "required", "items", "enum", "const", "anyOf", "oneOf", "allOf", "format",
    "additionalProperties", "patternProperties", "$ref", "discriminator", "default", "pattern",
    "x-python-datetime", "x-python-model", "description", "title", "examples", "not", "$defs",
    "minimum", "in", "name", "schema", "x-np6-name", "x-np6-method", "x-np6-skip", "x-np6-filter",
    "x-personal", "style", "explode", "summary", "parameters", "responses", "content", "security",
    "$id", "$anchor", "$schema", "if", "prefixItems", "mapping", "propertyName", "", "str", "x-y",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 5, 1.5, "", "a", "object", "string", "integer", "#", f"{REF}Gone",
    "https://x.example/y", "x.yaml", [], {}, ["a"], [1], [None], [{}], [[]], {"a": 1}, {"": {}},
    {"type": "object"}, {"type": ["object"]}, {"type": ["string", "null"]}, {"const": None},
    {"$ref": f"{REF}Base"}, {"$ref": f"{REF}Opening"}, {"$ref": f"{REF}Opening/allOf/0"},
    {"$ref": "#/components"}, {"$ref": "#/paths"}, {"$ref": "#/info"}, {"enum": [None]},
    {"enum": [1.5, {}]}, {"allOf": [{"$ref": f"{REF}Base"}, {"minProperties": 1}]},
    {"oneOf": [{"$ref": f"{REF}Base"}, {"type": "null"}]}, an_object(a=TEXT),
]  # fmt: skip


def parents(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place below a value: the object or list that has it, and the key or index."""
    for key in [*value] if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from parents(value[key])


def damage(document: Json, choice: random.Random) -> None:
    """Change one thing in a document."""
    places = list(parents(document))
    parent, key = choice.choice(places)
    other = choice.choice([*VALUES, deepcopy(parent[key])])
    match choice.randrange(4):
        case 0:
            parent[key] = deepcopy(choice.choice(VALUES))
        case 1:
            del parent[key]
        case 2 if isinstance(parent, dict):
            parent[choice.choice(KEYS)] = parent.pop(key)
        case _ if isinstance(parent[key], dict):
            parent[key][choice.choice(KEYS)] = deepcopy(other)
        case _:
            parent[key] = [parent[key], deepcopy(other)]


@settings(
    max_examples=examples(120),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from(DOCUMENTS), st.randoms(use_true_random=False), st.integers(1, 3))
def test_a_damaged_document_is_an_error_of_this_package_or_none(
    tmp_path: Path, text: str, choice: random.Random, times: int
) -> None:
    document = json.loads(text)
    for _ in range(times):
        damage(document, choice)
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document), "utf-8")
    with suppress(CodegenError):
        render(load(path))
