r"""Difficult schemas: their code is recorded, type-checked, and accepts what they describe.

After a wanted change of the output, record it again and read the diff:

    python -m codegen --root tests/codegen/golden/hard
"""

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator, oas31_format_checker

from codegen.__main__ import main
from codegen._load import load
from np6_async._decode.converter import EventConverter
from np6_async._decode.misfit import UNFIT
from tests.thorough import examples

Json = dict[str, Any]
GOLDEN = Path(__file__).parent / "golden" / "hard"
SPEC = load(GOLDEN / "openapi" / "np6-events.yaml").root
SCHEMAS = list(SPEC["components"]["schemas"])


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The recorded package, in a folder of its own, as a user has it."""
    place = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(GOLDEN / "np6_async" / "_generated", place / "hard_models")
    sys.path.insert(0, str(place))
    yield importlib.import_module("hard_models.models")
    sys.path.remove(str(place))


@pytest.fixture(scope="module")
def converter(hard: ModuleType) -> Any:
    return EventConverter()


def test_the_output_is_the_recorded_one(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--root", str(GOLDEN), "--check"])
    assert (capsys.readouterr().out, status) == ("", 0)


@pytest.mark.parametrize("checker", ["mypy --strict", "pyright --warnings"])
def test_the_output_satisfies_a_strict_type_checker(
    hard: ModuleType, checker: str, pytestconfig: pytest.Config
) -> None:
    name, option = checker.split()
    options = {
        "mypy": f"--cache-dir={pytestconfig.cache.mkdir('mypy')}",
        "pyright": f"--pythonpath={sys.executable}",
    }
    package = Path(str(hard.__file__)).parent
    command = [sys.executable, "-m", name, option, *options[name].split("="), package.name]
    done = subprocess.run(  # noqa: S603 - a type checker
        command, cwd=package.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def described(name: str) -> st.SearchStrategy[Any]:
    """Return a strategy of values that match a schema, made by schemathesis."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    operation = {"requestBody": {"required": True, "content": content}, "responses": {}}
    schema = schemathesis.openapi.from_dict({**SPEC, "paths": {"/": {"post": operation}}})
    cases = schema["/"]["POST"].as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
    validator = OAS31Validator(
        {"$ref": f"#/components/schemas/{name}", "components": SPEC["components"]},
        format_checker=oas31_format_checker,
    )
    return cases.map(lambda case: whole(case.body)).filter(validator.is_valid)


def whole(value: Any) -> Any:
    """Replace 1.0 with 1: it is an integer to JSON Schema, but not to this package."""
    match value:
        case dict():
            return {key: whole(member) for key, member in value.items()}
        case list():
            return [whole(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_value_that_matches_the_schema_matches_the_model(
    hard: ModuleType, converter: Any, name: str
) -> None:
    model = getattr(hard, name)

    @settings(
        max_examples=examples(15), deadline=None, database=None, derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )  # fmt: skip
    @given(described(name))
    def check(value: Any) -> None:
        found = converter.structure(value, model)
        assert converter.loads(json.dumps(value), model) == found
        again = converter.unstructure(found, model)
        assert converter.structure(again, model) == found
        assert converter.loads(converter.dumps(found, model), model) == found
        assert kept(again, value)

    check()


def kept(part: Any, value: Any) -> bool:
    """Whether the part equals the value, apart from added defaults and the format of dates."""
    match part:
        case dict():
            return all(kept(member, value[key]) for key, member in part.items() if key in value)
        case list():
            return len(part) == len(value) and all(map(kept, part, value))
        case str():
            return isinstance(value, str) and (len(part) > 9 or part == value)
        case _:
            return bool(part == value)


COIN = {"@type": "coin", "value": 1}


@pytest.mark.parametrize(
    ("value", "model", "place"),
    [
        ({"type": "text"}, "TextMessage", ()),
        ({"type": "hologram", "sentBy": "me"}, "OtherMessage", ()),
        ({"type": "box", "boxes": [{"kind": "open", "content": {"a": COIN}}]}, "BoxMessage", ()),
        ({"type": "box", "boxes": [{"kind": "locked"}]}, "ShutBox", ("boxes", 0)),
        ({"type": "box", "boxes": [{"kind": "round"}]}, "OtherBox", ("boxes", 0)),
        ({"type": "box", "boxes": [{}]}, "OtherBox", ("boxes", 0)),
        (
            {"type": "box", "boxes": [{"kind": "open", "content": {"a": COIN}}]},
            "Coin",
            ("boxes", 0, "content", "a"),
        ),
    ],
)
def test_an_unknown_form_gets_the_model_for_other_forms(
    hard: ModuleType, converter: Any, value: Json, model: str, place: tuple[str | int, ...]
) -> None:
    found = converter.structure(value, hard.Message)
    for step in place:
        is_member = isinstance(step, str) and not isinstance(found, dict)
        found = getattr(found, str(step)) if is_member else found[step]
    assert type(found) is getattr(hard, model)
    assert converter.unstructure(converter.structure(value, hard.Message)) == value


@pytest.mark.parametrize(
    "thing", [{"@type": "stamp"}, {}, {"@type": []}, {"@type": None}, {"@type": "coin"}, 1, [COIN]]
)
def test_an_unknown_form_without_a_model_for_other_forms_does_not_match(
    hard: ModuleType, converter: Any, thing: object
) -> None:
    value = {"type": "box", "boxes": [{"kind": "open", "content": {"a": thing}}]}
    with pytest.raises(UNFIT):
        converter.structure(value, hard.Message)
    with pytest.raises(UNFIT):
        converter.loads(json.dumps(value), hard.Message)


def test_null_and_missing_are_decoded_alike(hard: ModuleType, converter: Any) -> None:
    base = {"required": "x", "nullable": None}
    nulls = base | {"optional": None, "either": None, "model": None}
    assert converter.structure(nulls, hard.Absent) == converter.structure(base, hard.Absent)
    with pytest.raises(UNFIT):
        converter.structure({"nullable": None}, hard.Absent)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Values", {"version": 3}),
        ("Values", {"version": 2, "closed": "none"}),
        ("Values", {"version": 2, "numbers": 2}),
        ("Values", {"version": 2, "flag": False}),
        ("Formats", {"int32": 2**31}),
        ("Formats", {"uuids": {"a": ["b"]}}),
        ("Formats", {"dates": ["2021-02-30"]}),
        ("Formats", {"moments": {"a": "yesterday"}}),
        ("Formats", {"number": "1"}),
        ("Extra", {"models": {"a": 1}}),
        ("Tree", {"children": [{"child": []}]}),
        ("Last", {"id": str(UUID(int=1)), "last": True}),
        ("Heir", {"id": str(UUID(int=1))}),
        ("Strict", {}),
        ("Fewer", "a"),
        ("Circle", {}),
        ("Term", {"op": "sum", "terms": [{"op": "sum", "rest": {"a": {"op": "product"}}}]}),
        ("Texts", {"kilo": 3}),
    ],
)
def test_a_value_that_does_not_match_is_an_error(
    hard: ModuleType, converter: Any, name: str, value: Json
) -> None:
    with pytest.raises(UNFIT):
        converter.structure(value, getattr(hard, name))


def test_similar_wire_names_get_different_python_names(hard: ModuleType, converter: Any) -> None:
    names = {"class": "1", "camelCase": "2", "camel_case": "3", "CamelCase": "4", "camel-case": "5"}
    hostile = {'quote"s': "6", "back\\slash": "7", "new\nline": "8", "emoji😀": "9", "attrs": "10"}
    value = names | hostile
    assert converter.unstructure(converter.structure(value, hard.Names)) == value


def test_a_union_of_string_formats_is_a_plain_string(hard: ModuleType, converter: Any) -> None:
    """A decoder cannot choose between them, so each string is kept as it is."""
    value = {
        "known": "new",
        "key": "k",
        "day": "2021-02-23",
        "model": "x",
        "time": "12:00",
        "mail": "",
    }
    assert converter.unstructure(converter.structure(value, hard.Texts)) == value
    assert converter.loads(json.dumps({"model": {}}), hard.Texts).model == hard.Hedge()


def test_members_may_have_the_names_of_keywords(hard: ModuleType, converter: Any) -> None:
    value = {"properties": {"a": "b"}, "anyOf": "c", "const": "d", "$ref": "e", "nothing": 1}
    assert converter.unstructure(converter.structure(value, hard.Keywords)) == value
