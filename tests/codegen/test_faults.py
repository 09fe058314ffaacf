"""Faults that the generator had in use, by what the user said of them. None may come back."""

import builtins
import json
import keyword
import sys
import typing
from collections.abc import Iterator
from copy import deepcopy
from itertools import count, cycle
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import attrs
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codegen._document import Document
from codegen._load import load
from codegen._models import generate_models
from codegen._render import _environment, _names
from codegen._schemas import INTEGERS
from np6_async import converter
from np6_async._decode.misfit import UNFIT
from tests.thorough import examples

Json = dict[str, Any]
REF = "#/components/schemas/"
TEXT = {"type": "string"}
_numbers = count()
quick = settings(
    max_examples=examples(20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def an_object(**members: Any) -> Json:
    return {"type": "object", "properties": members}


def required(schema: Json) -> Json:
    return schema | {"required": list(schema["properties"])}


def a_document(schemas: Json, **more: Any) -> Json:
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "components": {"schemas": schemas},
        "paths": {},
        **more,
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


def loaded(folder: Path, schemas: Json, **more: Any) -> Document:
    path = folder / "np6-events.yaml"
    path.write_text(json.dumps(a_document(schemas, **more)), "utf-8")
    return load(path)


def made(folder: Path, schemas: Json, **more: Any) -> ModuleType:
    """Return a new module with the models of schemas, as it would be written."""
    models = generate_models(loaded(folder, schemas, **more))
    integers = {name: bits for name, bits in INTEGERS.items() if name in _names(models)}
    template = _environment().get_template("models.py.jinja2")
    source = template.render(models=models, integers=integers)
    name = f"_faults_{next(_numbers)}"
    sys.modules[name] = module = ModuleType(name)
    exec(compile(source, name, "exec"), vars(module))  # noqa: S102 - what we have just made
    for cls in classes(module).values():
        get_type_hints(cls, include_extras=True)
    return module


@pytest.fixture(autouse=True)
def forget_modules() -> Iterator[None]:
    yield
    for name in [name for name in sys.modules if name.startswith("_faults_")]:
        del sys.modules[name]


def classes(module: ModuleType) -> dict[str, Any]:
    return {name: cls for name in module.__all__ if attrs.has(cls := getattr(module, name))}


def members(cls: Any) -> dict[str, str]:
    """Return the type of each member, by its name in JSON."""
    return {field.metadata.get("wire", field.name): field.type for field in attrs.fields(cls)}


def types(folder: Path, *schemas: Any, **components: Any) -> list[str]:
    """Return the types of required members with these schemas."""
    odd = required(an_object(**{f"m{index}": one for index, one in enumerate(schemas)}))
    return [str(one) for one in members(made(folder, {"Odd": odd, **components}).Odd).values()]


# "Components keep their names."


def names(document: Document) -> set[str]:
    return set(generate_models(document).names)


def test_a_component_keeps_its_name_beside_a_member_of_the_same_name(folder: Path) -> None:
    schemas = {
        "Response": an_object(error=an_object(code=TEXT), response_error=an_object(text=TEXT)),
        "Error": an_object(message=TEXT),
        "ResponseError": an_object(reason=TEXT),
    }
    module = made(folder, schemas)
    assert list(members(module.Error)) == ["message"]
    assert list(members(module.ResponseError)) == ["reason"]
    assert members(module.Response) == {
        "error": "ResponseError_2 | None",
        "response_error": "ResponseResponseError | None",
    }


@pytest.mark.parametrize(
    "name",
    [
        "Foo_Bar",
        "Foo_bar",
        "Foo_2",
        "Foo__2",
        "Foo_",
        "ABC_DEF",
        "HTTPError",
        "A",
        "Model",
        "Items",
    ],
)
@pytest.mark.parametrize("schema", [an_object(a=TEXT), {"type": "array", "items": TEXT}])
def test_the_class_of_a_component_has_the_name_of_the_component(
    folder: Path, name: str, schema: Json
) -> None:
    use = an_object(a={"$ref": REF + name}, b={"type": "array", "items": {"$ref": REF + name}})
    assert names(loaded(folder, {"User": use, name: schema})) == {"User", name}


def test_an_inline_object_is_named_after_its_place(folder: Path) -> None:
    inline = an_object(city=TEXT)
    tagged = [required(an_object(kind={"const": kind})) for kind in ("x", "y")]
    schemas = {
        "User": an_object(
            home=inline,
            pastHomes={"type": "array", "items": an_object(city=TEXT, deep=inline)},
            byName={"type": "object", "additionalProperties": an_object(town=TEXT)},
            either={"oneOf": tagged},
        ),
        "Shape": {"oneOf": [required(an_object(kind={"const": kind})) for kind in ("v", "w")]},
        "Pages": {"type": "array", "items": an_object(number={"type": "integer"})},
    }
    assert names(loaded(folder, schemas)) == {
        "Pages", "PagesItem", "Shape", "Shape1", "Shape2", "User", "UserByNameValue",
        "UserEither1", "UserEither2", "UserHome", "UserPastHomesItem", "UserPastHomesItemDeep",
    }  # fmt: skip


def test_an_inline_object_is_one_class_however_often_its_component_is_used(folder: Path) -> None:
    tagged = [required(an_object(kind={"const": kind})) for kind in ("x", "y")]
    uses = {f"m{number}": {"$ref": f"{REF}Shape"} for number in range(5)}
    schemas = {"Last": an_object(**uses), "Shape": {"oneOf": tagged}, "More": an_object(**uses)}
    module = made(folder, schemas)
    assert classes(module).keys() == {"Last", "More", "Shape1", "Shape2"}
    assert set(members(module.Last).values()) == {"Shape1 | Shape2 | None"}


@pytest.mark.parametrize(
    "addition",
    [
        {"description": "d"},
        {"readOnly": True},
        {"deprecated": True},
        {"minProperties": 1},
        {"x-note": 1},
        {"title": "Other"},
        {"example": {}},
    ],
)
def test_a_reference_with_words_or_limits_beside_it_is_the_same_class(
    folder: Path, addition: Json
) -> None:
    user = an_object(
        a={"$ref": f"{REF}User"} | addition,
        b={"allOf": [{"$ref": f"{REF}User"}]} | addition,
    )
    module = made(folder, {"User": user})
    assert set(members(module.User).values()) == {"User | None"}
    assert classes(module).keys() == {"User"}


OBJECTS: Json = {
    "Error": an_object(message=TEXT, inner=an_object(code=TEXT)),
    "Response": an_object(
        error=an_object(code=TEXT),
        items={"type": "array", "items": an_object(error=an_object(depth=TEXT))},
        map={"type": "object", "additionalProperties": an_object(key=TEXT)},
        either={"oneOf": [required(an_object(k={"const": 1})), {"type": "null"}]},
    ),
    "Base": an_object(base=an_object(a=TEXT)),
    "Heir": {"allOf": [{"$ref": f"{REF}Base"}, an_object(own=an_object(b=TEXT))]},
    "List": {"type": "array", "items": an_object(error=an_object(message=TEXT))},
    "Any": {"anyOf": [required(an_object(k={"const": 1})), {"type": "string"}]},
}
OBJECTS["Either"] = OBJECTS.pop("Any")


def objects(value: Any) -> Iterator[Json]:
    """Yield every object schema in a value."""
    if isinstance(value, dict):
        if isinstance(value.get("properties"), dict):
            yield value
        for child in value.values():
            yield from objects(child)
    if isinstance(value, list):
        for child in value:
            yield from objects(child)


@quick
@given(
    st.integers(0, len(list(objects(OBJECTS))) - 1),
    st.sampled_from(["error", "Error", "item", "added", "inner", "value", "list", "1", ""]),
    st.booleans(),
    st.sampled_from(["plain", "array", "map", "union", "nested"]),
)
def test_one_more_inline_object_changes_the_name_of_no_other_class(
    folder: Path, index: int, name: str, first: bool, form: str
) -> None:
    before = described(folder, OBJECTS)
    changed = deepcopy(OBJECTS)
    owner = list(objects(changed))[index]["properties"]
    added = an_object(added=TEXT)
    addition: Json = {
        "plain": added,
        "array": {"type": "array", "items": added},
        "map": {"type": "object", "additionalProperties": added},
        "union": {"anyOf": [{"type": "integer"}, added]},
        "nested": an_object(nested=added),
    }[form]
    if name in owner:
        return
    old = dict(owner)
    owner.clear()
    owner.update({name: addition, **old} if first else {**old, name: addition})
    after = described(folder, changed)
    assert {place: after.get(place) for place in before} == before


def described(folder: Path, schemas: Json) -> dict[tuple[str, str], str]:
    """Return the type of each member of each class."""
    return {
        (name, member): type_
        for name, cls in classes(made(folder, schemas)).items()
        for member, type_ in members(cls).items()
    }


# "Members named like types."

AWKWARD = sorted(
    {
        *dir(builtins), *keyword.kwlist, *keyword.softkwlist, *dir(typing), *dir(attrs),
        *dir(object), *dir(int), *dir(str), *dir(ModuleType), *dir(msgspec), *vars(attrs.Factory),
        "", " ", "_", "__", "___", "-", ".", "$ref", "1", "1st", "a b", "a-b", "a.b", "a/b", "~",
        "%", "self", "cls", "mro", "dt", "UUID", "datetime", "date", "Int32", "Int64",
        "_EPOCH", "attrs", "msgspec", "camelCase", "CamelCase", "camel_case", "camel-case",
        "HTTPCode", "__attrs_attrs__", "__slots__", "__weakref__", "_private", "é", "É", "ß", "ﬁ",
        "fi", "\u210c", "²", "x²", "日本", "İ", "\u0131", "😀", "a\u0301", "á", "\u00b7", "ª", "µ",
        "μ", "\u017f", "\n", "\t", "\x00", '"', "'", "\\", '"""', "{{ x }}", "{% x %}", "# c",
        "properties", "title", "default", "enum", "const", "items", "type", "format",
        "discriminator", "mapping",
    }
)  # fmt: skip
FORMS: dict[str, tuple[Json, Any]] = {
    "string": (TEXT, "text"),
    "integer": ({"type": "integer", "format": "int64"}, 5),
    "number": ({"type": "number"}, 1.5),
    "boolean": ({"type": "boolean"}, True),
    "array": ({"type": "array", "items": TEXT}, ["text"]),
    "map": ({"type": "object", "additionalProperties": {"type": "integer"}}, {"key": 5}),
    "any": ({}, {"any": ["thing"]}),
    "object": (an_object(value=TEXT), {"value": "text"}),
    "uuid": (TEXT | {"format": "uuid"}, "6b1f0a52-6f0e-4c57-9d0b-5a3c1c8e7f01"),
    "date": (TEXT | {"format": "date"}, "2021-02-23"),
    "date-time": (TEXT | {"format": "date-time"}, "2021-02-23T14:13:02Z"),
    "literal": ({"enum": ["a", 1]}, "a"),
    "milliseconds": ({"type": "integer"}, 1614089582000),
}


def check_members(folder: Path, given: dict[str, str], *, optional: bool) -> None:
    """Decode a class with members of these names and forms, and encode it again."""
    schema = an_object(**{name: deepcopy(FORMS[form][0]) for name, form in given.items()})
    for number, (name, form) in enumerate(given.items()):
        if form == "milliseconds":
            schema["properties"][name]["x-python-datetime"] = f"moment_of_number_{number}"
    module = made(folder, {"Odd": schema if optional else required(schema)})
    value = {name: FORMS[form][1] for name, form in given.items()}
    found = converter.structure(value, module.Odd)
    fields = {field.metadata.get("wire", field.name): field for field in attrs.fields(module.Odd)}
    assert list(fields) == list(given)
    for name, field in fields.items():
        assert field.name.isidentifier()
        assert not keyword.iskeyword(field.name)
        assert not field.name.startswith("_")
        held = converter.unstructure(getattr(found, field.name))
        assert held == value[name]
    assert converter.unstructure(found) == value
    assert converter.loads(json.dumps(value), module.Odd) == found
    assert converter.loads(converter.dumps(found), module.Odd) == found
    if optional:
        empty = converter.structure({}, module.Odd)
        assert attrs.asdict(empty) == dict.fromkeys(attrs.asdict(empty))


@pytest.mark.parametrize("form", FORMS)
def test_a_member_may_have_any_name_that_python_uses(folder: Path, form: str) -> None:
    check_members(folder, dict.fromkeys(AWKWARD, form), optional=False)


def test_an_optional_member_may_have_any_name_that_python_uses(folder: Path) -> None:
    check_members(folder, dict(zip(AWKWARD, cycle(FORMS), strict=False)), optional=True)


@quick
@given(
    given=st.dictionaries(
        st.sampled_from(AWKWARD) | st.text(max_size=5), st.sampled_from([*FORMS]), max_size=40
    ),
    optional=st.booleans(),
)
def test_members_of_any_names_and_types_get_along(
    folder: Path, given: dict[str, str], *, optional: bool
) -> None:
    check_members(folder, given | {"any": "any"}, optional=optional)


def test_members_may_be_named_like_their_own_types_and_those_of_others(folder: Path) -> None:
    schema = an_object(
        list={"type": "array", "items": TEXT},
        dict={"type": "object", "additionalProperties": {"type": "integer"}},
        tuple={"type": "array", "items": {"type": "array", "items": TEXT}},
        str={"type": "integer"},
        text=TEXT,
        int=TEXT,
        number={"type": "integer"},
    )
    assert members(made(folder, {"Odd": required(schema)}).Odd) == {
        "list": "list[str]",
        "dict": "dict[str, int]",
        "tuple": "list[list[str]]",
        "str": "int",
        "text": "str",
        "int": "str",
        "number": "int",
    }


# "JSON pointers."

PATH: Json = {
    "/users/{id}": {
        "get": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "responses": {
                "200": {
                    "description": "Users.",
                    "content": {"application/json": {"schema": an_object(name=TEXT)}},
                }
            },
        }
    }
}
USER = "#/paths/~1users~1%7Bid%7D/get"


def test_a_reference_may_lead_to_any_place(folder: Path) -> None:
    schemas = {
        "A": {"allOf": [an_object(a=TEXT), an_object(deep=an_object(b=TEXT))]},
        "B": {"type": "array", "items": an_object(c=TEXT)},
        "Odd": an_object(
            id={"$ref": f"{USER}/parameters/0/schema"},
            user={"$ref": f"{USER}/responses/200/content/application~1json/schema"},
            name={"$ref": f"{USER}/responses/200/content/application~1json/schema/properties/name"},
            part={"$ref": "#/components/schemas/A/allOf/0"},
            deep={"$ref": "#/components/schemas/A/allOf/1/properties/deep"},
            item={"$ref": "#/components/schemas/B/items"},
            own={"$ref": "#/components/schemas/Odd/properties/inner"},
            inner=an_object(again={"$ref": "#/components/schemas/Odd/properties/inner"}),
            slash={"$ref": "#/components/schemas/a~1b~0c%20d"},
        ),
        "a/b~c d": an_object(e=TEXT),
    }
    module = made(folder, schemas, paths=PATH)
    kinds = members(module.Odd)
    assert kinds.pop("user") in {f"{name} | None" for name in classes(module)}
    assert kinds == {
        "id": "int | None",
        "name": "str | None",
        "part": "A1 | None" if "A1" in classes(module) else "A0 | None",
        "deep": "ADeep | None",
        "item": "BItem | None",
        "own": "OddInner | None",
        "inner": "OddInner | None",
        "slash": "ABCD | None",
    }
    assert members(module.OddInner) == {"again": "OddInner | None"}


def test_a_parameter_may_be_a_reference_into_another_operation(folder: Path) -> None:
    other = {"get": {"parameters": [{"$ref": f"{USER}/parameters/0"}], "responses": PATH_200}}
    document = loaded(folder, {}, paths={**PATH, "/people/{id}": other})
    [_, operation] = document.operations
    assert [parameter.key for parameter in operation.parameters] == [("path", "id")]


PATH_200 = {"200": {"description": "People."}}


def test_a_cycle_of_references_without_an_object_accepts_anything(folder: Path) -> None:
    inner = {"type": "array", "items": {"$ref": "#/components/schemas/Circle/items"}}
    schemas = {"Circle": {"type": "array", "items": inner}, "User": an_object(a=TEXT)}
    assert made(folder, schemas).Circle == list[list[list[Any]]]


@pytest.mark.parametrize(
    "data", [{"$ref": "#/nowhere"}, {"$ref": "other.yaml"}, [{"$ref": "https://x.example/y"}]]
)
def test_a_reference_in_data_is_data(folder: Path, data: Any) -> None:
    odd = an_object(
        a={"default": data, "example": data, "examples": [data], "x-note": data, "x-$ref": data},
        b={"enum": [data, "b"]},
        c={"const": data},
    )
    example = {"value": data, "x-note": data}
    parameter = {
        "name": "q", "in": "query", "example": data, "schema": {}, "x-note": data
    }  # fmt: skip
    header = {"schema": {}, "examples": {"one": example}}
    response = {"description": "", "headers": {"h": header}, "x-note": data}
    content = {"application/json": {"schema": {}, "examples": {"one": example}}}
    operation = {
        "parameters": [parameter],
        "responses": {"200": response | {"content": content}},
        "x-note": data,
    }
    document = loaded(folder, {"Odd": odd}, paths={"/q": {"get": operation}, "x-note": data})
    assert document.schemas["Odd"] == odd
    assert len(document.operations) == 1


def test_a_member_may_have_the_name_of_a_keyword_that_holds_data(folder: Path) -> None:
    user = {"$ref": f"{REF}User"}
    names = ("default", "example", "examples", "enum", "const", "value", "mapping", "x-member")
    module = made(folder, {"User": an_object(**dict.fromkeys(names, user))})
    assert members(module.User) == dict.fromkeys(names, "User | None")


# "Annotations are annotations."


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        (TEXT | {"format": "moon"}, "str"),
        ({"type": "integer", "format": "moon"}, "int"),
        ({"type": "number", "format": "moon"}, "float"),
        ({"type": ["string", "null"], "format": "moon"}, "str | None"),
    ],
)
def test_an_unknown_format_is_the_plain_type_with_a_note(
    folder: Path, schema: Json, kind: str
) -> None:
    document = loaded(folder, {"Odd": required(an_object(a=schema))})
    assert f"    a: {kind}" in generate_models(document).classes.splitlines()
    plain = kind.partition(" ")[0]
    named = {"str": "string", "int": "integer", "float": "number"}[plain]
    place = "components > schemas > Odd > properties > a"
    assert set(document.notes) == {
        f"{document.path}:1: {place} > format: 'moon' is not known: any {named} is accepted"
    }


@pytest.mark.parametrize("format_", ["email", "uri", "time", "ipv4", "password", "regex"])
def test_a_format_without_a_type_of_its_own_is_the_plain_type(folder: Path, format_: str) -> None:
    document = loaded(folder, {"Odd": required(an_object(a=TEXT | {"format": format_}))})
    assert "    a: str" in generate_models(document).classes.splitlines()
    assert document.notes == []


def test_a_format_on_a_type_that_it_is_not_for_changes_nothing(folder: Path) -> None:
    schemas = [
        TEXT | {"format": "int32"},
        {"type": "integer", "format": "uuid"},
        {"type": "number", "format": "date-time"},
        {"type": "boolean", "format": "date"},
        {"type": "array", "items": TEXT, "format": "uuid"},
        {"format": "uuid"},
    ]
    assert types(folder, *schemas) == ["str", "int", "float", "bool", "list[str]", "Any"]


ANNOTATIONS: Json = {
    "title": "Other", "description": "d", "deprecated": True, "readOnly": True, "writeOnly": True,
    "examples": [5], "example": 5, "externalDocs": {"url": "https://x.example"}, "xml": {},
    "$comment": "c", "contentEncoding": "base64", "contentMediaType": "image/png",
    "x-any": {"a": []}, "minLength": 1, "maxLength": 5, "pattern": "^a", "minimum": 0, "maximum": 9,
    "multipleOf": 1, "minItems": 1, "maxItems": 5, "uniqueItems": True, "minProperties": 0,
    "maxProperties": 9, "propertyNames": {"pattern": "a"}, "contains": TEXT, "if": {}, "then": {},
    "else": {}, "not": {}, "dependentRequired": {"a": ["b"]}, "dependentSchemas": {"a": {}},
    "nullable": True, "unknown": 1,
}  # fmt: skip


@pytest.mark.parametrize("keyword_", ANNOTATIONS)
def test_a_keyword_that_no_type_depends_on_changes_no_type(folder: Path, keyword_: str) -> None:
    schemas: list[Json] = [
        TEXT,
        {"type": "integer", "format": "int32"},
        {"type": ["number", "null"]},
        {"type": "array", "items": TEXT},
        {"type": "object", "additionalProperties": TEXT},
        {"$ref": f"{REF}User"},
        {},
    ]
    more = {keyword_: ANNOTATIONS[keyword_]}
    user = an_object(a=TEXT)
    found = types(folder, *(one | more for one in schemas), User=user | more)
    assert found == types(folder, *schemas, User=user)


@pytest.mark.parametrize("kind", ["object", "string", "integer", "number", "boolean", "array"])
def test_a_list_of_one_type_is_that_type(folder: Path, kind: str) -> None:
    more = {"properties": {"a": TEXT}} if kind == "object" else {}
    assert types(folder, {"type": [kind], **more}) == types(folder, {"type": kind, **more})
    module = made(folder, {"Odd": {"type": [kind], **more}})
    assert (classes(module).keys() == {"Odd"}) == (kind == "object")


def test_an_object_that_may_be_null_is_a_class_or_none(folder: Path) -> None:
    inline = an_object(a=TEXT) | {"type": ["object", "null"]}
    found = types(folder, inline, {"$ref": f"{REF}Maybe"}, Maybe=deepcopy(inline))
    assert found == ["OddM0 | None", "Maybe | None"]


def test_a_member_without_a_name_gets_one(folder: Path) -> None:
    odd = made(folder, {"Odd": required(an_object(**{"": TEXT, "field": TEXT}))}).Odd
    assert [field.name for field in attrs.fields(odd)] == ["field_2", "field"]
    value = {"": "empty", "field": "full"}
    assert converter.unstructure(converter.structure(value, odd)) == value


@pytest.mark.parametrize(
    ("component", "name"),
    [
        ("io.k8s.Pod", "IoK8sPod"),
        ("System.String", "SystemString"),
        ("a/b", "AB"),
        ("a-b", "AB"),
        ("user", "User"),
        ("1st", "Model1st"),
        ("", "Model"),
        ("Пет", "Пет"),
        ("x²", "X2"),
        ("List`1[[Pet]]", "List1Pet"),
    ],
)
def test_a_component_of_any_name_gets_a_name_by_a_rule(
    folder: Path, component: str, name: str
) -> None:
    pointer = REF + component.replace("~", "~0").replace("/", "~1").replace("%", "%25")
    schemas = {component: an_object(a=TEXT), "Odd": required(an_object(b={"$ref": pointer}))}
    module = made(folder, schemas)
    assert classes(module).keys() == {name, "Odd"}
    assert members(module.Odd) == {"b": name}


# Bad values of `enum` and `const`, and nulls in them.


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"const": None}, "None"),
        ({"enum": [None]}, "None"),
        ({"type": "null"}, "None"),
        ({"type": ["null"]}, "None"),
        ({"enum": ["a", None]}, "Literal['a'] | None"),
        ({"type": ["string", "null"], "enum": ["a", None]}, "Literal['a'] | None"),
        ({"type": "string", "enum": ["a"]}, "Literal['a']"),
        ({"const": 1}, "Literal[1]"),
        ({"const": True}, "Literal[True]"),
        ({"enum": [1, 2]}, "Literal[1, 2]"),
        ({"type": "integer", "format": "int32", "enum": [1, 2]}, "Literal[1, 2]"),
        ({"enum": ["", " ", "a b"]}, "Literal['', ' ', 'a b']"),
        ({"const": 0.5}, "float"),
        ({"const": []}, "list[Any]"),
        ({"const": {"a": 1}}, "dict[str, Any]"),
        ({"enum": [0.5, 1.5]}, "Any"),
        ({"enum": ["a", {"b": 1}]}, "Any"),
        ({"type": "number", "enum": [0.5]}, "float"),
        ({"type": "object", "enum": [{"a": 1}]}, "dict[str, Any]"),
        ({"type": "integer", "format": "int32"}, "Int32"),
        ({"type": "integer", "format": "int64"}, "Int64"),
        ({"type": ["integer", "null"], "format": "int64"}, "Int64 | None"),
        ({"anyOf": [{"type": "integer", "format": "int32"}, TEXT]}, "Int32 | str"),
        ({"type": "array", "items": {"type": "integer", "format": "int32"}}, "list[Int32]"),
        ({"type": "integer", "format": "int8"}, "int"),
        ({"type": "integer", "format": "uint64"}, "int"),
    ],
)
def test_a_set_of_values_is_a_literal_or_the_plain_type(
    folder: Path, schema: Json, kind: str
) -> None:
    assert types(folder, schema) == [kind]
    assert types(folder, {"$ref": f"{REF}Values"}, Values=schema) == [kind]


@pytest.mark.parametrize("format_", ["int32", "int64"])
def test_an_integer_with_a_format_has_its_range(folder: Path, format_: str) -> None:
    integer = {"type": "integer", "format": format_}
    odd = made(folder, {"Odd": required(an_object(a=integer))}).Odd
    end = 2 ** (int(format_[3:]) - 1)
    for good in (-end, end - 1):
        assert converter.structure({"a": good}, odd).a == good
    for bad in (-end - 1, end, 1.5, "1", True):
        with pytest.raises(UNFIT):
            converter.structure({"a": bad}, odd)
