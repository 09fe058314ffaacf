"""YAML is read as version 1.2, so that a document says the same as its JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen._errors import CodegenError
from codegen._read import read

# What a plain scalar is in YAML 1.2, section 10.3.2. Most of the strings are something else in 1.1.
STRINGS = [
    "NO",
    "no",
    "yes",
    "y",
    "on",
    "off",
    "On",
    "tRUE",
    "nULL",
    "08:30",
    "1:20",
    "1_000",
    "0b11",
    "0o9",
    "0xG",
    "+0x1F",
    "=",
    "<<",
    "1e",
    ".",
    "0.0.1",
    "1.e",
    "2025-02-23",
    "2025-02-23T14:13:02Z",
]
SCALARS: dict[str, Any] = {
    **dict(zip(STRINGS, STRINGS, strict=True)),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
    "010": 10,
    "+12": 12,
    "-7": -7,
    "0o10": 8,
    "0x1F": 31,
    "9" * 30: 10**30 - 1,
    "1e3": 1000.0,
    "1.": 1.0,
    ".5": 0.5,
    "-1.5E-1": -0.15,
    "6.02e+23": 6.02e23,
    ".inf": float("inf"),
    "-.INF": float("-inf"),
}


def loaded(tmp_path: Path, text: str, **settings: bool) -> Any:
    path = tmp_path / "document.yaml"
    path.write_text(text, "utf-8")
    return read(path, **settings)


@pytest.mark.parametrize("text", SCALARS)
def test_a_plain_scalar_is_what_yaml_1_2_says(tmp_path: Path, text: str) -> None:
    found = loaded(tmp_path, f"key: {text}\n")["key"]
    assert (type(found), found) == (type(SCALARS[text]), SCALARS[text])


@pytest.mark.parametrize("text", [text for text in SCALARS if text])
@pytest.mark.parametrize("lenient", [True, False])
def test_a_key_is_a_string_as_it_is_written(tmp_path: Path, text: str, *, lenient: bool) -> None:
    assert loaded(tmp_path, f"{text}: 1\n", lenient=lenient) == {text: 1}


def test_a_key_that_comes_twice_is_an_error_unless_read_leniently(tmp_path: Path) -> None:
    twice = "on: 1\n'on': 2\n"
    with pytest.raises(CodegenError) as caught:
        loaded(tmp_path, twice)
    path = tmp_path / "document.yaml"
    message = "cannot be read as YAML or JSON: the key 'on' is repeated"
    assert str(caught.value) == f"{path}:2: {message}"
    assert loaded(tmp_path, twice, lenient=True) == {"on": 2}


def test_json_may_be_indented_with_tabs(tmp_path: Path) -> None:
    assert loaded(tmp_path, '{\n\t"a": [\n\t\t1,\n\t\t"b\\/\\ud83d\\ude00"\n\t]\n}\n') == {
        "a": [1, "b/😀"]
    }


printable = st.characters(codec="utf-8", categories=["L", "N", "P", "S"])
texts = st.text(printable, max_size=5) | st.sampled_from([*SCALARS])
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)


def in_yaml(value: Any, indent: str = "") -> str:
    """Write JSON types as YAML in block style; strings in quotes, as plain ones are above."""
    if isinstance(value, dict) and value:
        keys = {json.dumps(key, ensure_ascii=False): each for key, each in value.items()}
        members = (f"? {key}\n{indent}: {nested(each, indent)}" for key, each in keys.items())
        return "\n".join(f"{indent}{member}" for member in members)
    if isinstance(value, list) and value:
        return "\n".join(f"{indent}- {nested(each, indent)}" for each in value)
    if isinstance(value, float):
        return f"{indent}{repr(value).replace('inf', '.inf')}"
    return f"{indent}{json.dumps(value, ensure_ascii=False)}"


def nested(value: Any, indent: str) -> str:
    is_block = isinstance(value, dict | list) and bool(value)
    return f"\n{in_yaml(value, indent + '  ')}" if is_block else in_yaml(value)


@given(documents)
def test_a_document_says_the_same_in_yaml_and_in_json(
    tmp_path_factory: pytest.TempPathFactory, document: Any
) -> None:
    place = tmp_path_factory.getbasetemp()
    document = {"root": document}
    assert loaded(place, in_yaml(document)) == loaded(place, json.dumps(document)) == document
