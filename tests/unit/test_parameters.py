"""Values of parameters of every type: which are accepted, what is held, and what is sent."""

from enum import StrEnum
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from np6_async._generated.kinds import Parameter
from np6_async._parameters import checker, masked, sender


def parameter(type_: Any, *, location: Any = "query", **changes: Any) -> Parameter:
    return Parameter(name="thing", wire_name="Thing", location=location, type=type_, **changes)


def held(value: object, type_: str = "string", **changes: Any) -> Any:
    return checker(parameter(type_, **changes))(value)


def refused(value: object, type_: str = "string", **changes: Any) -> str:
    with pytest.raises(ValueError, match="thing") as caught:
        held(value, type_, **changes)
    return str(caught.value)


def test_a_string_is_held_as_a_plain_string() -> None:
    class Name(StrEnum):
        ONE = "one"

    class Odd(str):
        __slots__ = ()

        def __str__(self) -> str:
            return "../evil"

    assert type(held(Name.ONE)) is str
    assert (held(Odd("x"), location="path"), type(held(Odd("x")))) == ("x", str)
    assert held("") == ""


@pytest.mark.parametrize("value", [None, 5, True, b"x", ["x"], 1.5])
def test_what_is_no_string_is_refused(value: object) -> None:
    assert f"must be a str, not {type(value).__name__}" in refused(value)


def encoded(text: str, times: int) -> str:
    """Percent-encode every character, several times."""
    for _ in range(times):
        text = "".join(f"%{byte:02x}" for byte in text.encode())
    return text


@given(st.sampled_from(["", ".", ".."]), st.integers(0, 3))
@example("..", 1)
def test_what_would_change_the_path_is_refused_also_when_it_is_encoded(text: str, n: int) -> None:
    message = refused(encoded(text, n), location="path")
    assert "would change the path of the request" in message
    assert refused("%2e.", location="path") == refused("%2e.", location="path")
    assert held(encoded(text, n)) == encoded(text, n)  # in a query string it changes nothing


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@example("000PE4")
@example("...")
@example("a/../b")
@example("100%")
def test_any_other_string_is_accepted_in_a_path(text: str) -> None:
    decoded = text
    while unquote(decoded) != decoded:
        decoded = unquote(decoded)
    if decoded not in ("", ".", ".."):
        assert held(text, location="path") == text


def test_half_a_surrogate_pair_is_refused() -> None:
    assert "UTF-8 cannot encode" in refused("a\ud800")


@pytest.mark.parametrize("pattern", ["^[0-9]+$", "^([0-9]+$)", "^[0-9]+$|^x$"])
def test_the_end_of_a_pattern_is_the_end_of_the_string(pattern: str) -> None:
    assert held("12", pattern=pattern) == "12"
    assert "must match" in refused("12\n", pattern=pattern)


def test_a_pattern_may_have_a_dollar_sign() -> None:
    assert held("5$x", pattern=r"\$x") == "5$x"
    assert held("$", pattern=r"^\$$") == "$"
    assert held("a$", pattern="[$]") == "a$"
    assert held("]", pattern=r"[\]$|b]") == "]"


def test_a_length_is_checked() -> None:
    assert held("ab", min_length=1, max_length=2) == "ab"
    assert "must have at least 1 characters, unlike ''" in refused("", min_length=1)
    assert "must have from 0 to 2 characters, unlike 'abc'" in refused("abc", max_length=2)


def test_a_pattern_is_checked_as_json_schema_does() -> None:
    assert held("x1", pattern="[0-9]") == "x1"
    assert "must match '^[0-9]$', not be 'x1'" in refused("x1", pattern="^[0-9]$")


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("uuid", "6b1f0a52-6f0e-4c57-9d0b-5a3c1c8e7f01", "6b1f"),
        ("uuid", "6B1F0A52-6F0E-4C57-9D0B-5A3C1C8E7F01", "{6b1f0a52-6f0e-4c57-9d0b-5a3c1c8e7f01}"),
        ("date", "2021-02-23", "2021-02-30"),
        ("date", "2021-02-23", "20210223"),
    ],
)
def test_a_format_is_checked(form: str, good: str, bad: str) -> None:
    assert held(good, format=form) == good
    assert f"must be a {form}, not '{bad}'" in refused(bad, format=form)


@pytest.mark.parametrize(
    ("limits", "good", "bad", "reason"),
    [
        ({"minimum": 1}, 1, 0, "at least 1"),
        ({"maximum": 5}, -(2**63), 6, "at most 5"),
        ({"minimum": 1, "maximum": 5}, 5, 6, "from 1 to 5"),
        ({}, 2**63 - 1, "1", "an int, not str"),
        ({}, -(2**63), 2**63, "of 64 bits"),
        ({"values": (1, 2)}, 2, 3, "1, 2 or None, not 3"),
        ({"values": (1,), "required": True}, 1, 3, "must be 1, not 3"),
    ],
)
def test_an_integer_has_its_limits(
    limits: dict[str, Any], good: int, bad: object, reason: str
) -> None:
    assert held(good, "integer", **limits) == good
    assert reason in refused(bad, "integer", **limits)


def test_a_boolean_is_no_integer_and_no_other_value_is_a_boolean() -> None:
    assert held(True, "boolean") is True
    assert "a bool, not int" in refused(1, "boolean")
    assert "an int, not bool" in refused(True, "integer")
    assert "must be True, not False" in refused(False, "boolean", values=(True,), required=True)


def test_a_listed_value_is_of_the_very_type() -> None:
    class One(StrEnum):
        ONE = "1"

    assert held("1", values=("1", "2")) == "1"
    assert type(held(One.ONE, values=("1", "2"))) is str
    assert "'1', '2' or None, not 1" in refused(1, values=("1", "2"))


def test_an_array_is_held_as_a_tuple() -> None:
    assert held(iter(["a", "b"]), is_array=True) == ("a", "b")
    assert held([0, 10**12], "date-time", is_array=True) == (0, 10**12)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ("ab", "must be an iterable of values, not str"),
        (b"ab", "must be an iterable of values, not bytes"),
        (bytearray(b"ab"), "must be an iterable of values, not bytearray"),
        (memoryview(b"ab"), "must be an iterable of values, not memoryview"),
        (5, "must be an iterable of values, not int"),
        ([], "is empty"),
        (["a", 5], "must be a str, not int"),
    ],
)
def test_what_is_no_array_of_values_is_refused(values: object, reason: str) -> None:
    assert reason in refused(values, is_array=True)


def test_a_comma_in_a_value_that_is_sent_with_commas_is_refused() -> None:
    assert held(["a,b"], is_array=True) == ("a,b",)
    assert "which 'a,b' cannot be" in refused(["a,b"], is_array=True, is_exploded=False)


@pytest.mark.parametrize(
    ("value", "type_", "changes", "wire"),
    [
        ("x", "string", {}, "x"),
        (5, "integer", {}, "5"),
        (True, "boolean", {}, "true"),
        (0, "date-time", {}, "1970-01-01T00:00:00.000Z"),
        (("a", "b"), "string", {"is_array": True}, ["a", "b"]),
        ((1, 2), "integer", {"is_array": True, "is_exploded": False}, "1,2"),
    ],
)
def test_a_value_is_sent_in_the_form_of_its_type(
    value: object, type_: str, changes: dict[str, Any], wire: object
) -> None:
    assert sender(parameter(type_, **changes))(value) == wire


@pytest.mark.parametrize(
    ("value", "changes"),
    [
        ("secret", {"pattern": "^x$"}),
        ("secret", {"format": "uuid"}),
        ("secret", {"values": ("x",)}),
        ("%2e%2e", {"location": "path"}),
        (["secret,"], {"is_array": True, "is_exploded": False}),
    ],
)
def test_no_message_has_a_value_that_is_personal(value: Any, changes: dict[str, Any]) -> None:
    message = refused(value, is_personal=True, **changes)
    assert "***" in message
    assert "secret" not in message
    assert "%2e" not in message


def test_a_personal_value_is_masked_and_its_absence_is_not() -> None:
    assert masked("secret") == "'***'"
    assert masked(None) == "None"


def test_no_message_has_an_instant_that_is_personal() -> None:
    for value in (123456, 10**15, 10**5000):
        assert "***" in refused(value, "date-time", is_personal=True) or value == 10**5000
        assert str(123456) not in refused(value, "date-time", is_personal=True)
