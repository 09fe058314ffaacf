"""How the converter finds the class of an object in a union of classes."""

from typing import Any, Literal

import msgspec
import pytest
from attrs import field, frozen

from np6_async import converter


@frozen(kw_only=True)
class Cat:
    kind: Literal["cat", "kitten"]
    mood: Literal["calm", "cross", "hungry"] | None = None


@frozen(kw_only=True)
class Dog:
    kind: Literal["dog"]
    mood: Literal["calm", "eager"] | None = None


@frozen(kw_only=True)
class Fish:
    kind: str | None = None
    mood: str | None = None


@frozen(kw_only=True)
class Circle:
    radius: int
    color: str | None = None


@frozen(kw_only=True)
class Box:
    width: int = field(metadata={"wire": "boxWidth"})
    color: str | None = None


@frozen(kw_only=True)
class Version1:
    version: Literal[1]


@frozen(kw_only=True)
class Version2:
    version: Literal[2] | None = None


@frozen(kw_only=True)
class One:
    version: Literal[1]


@frozen(kw_only=True)
class Yes:
    version: Literal[True]


@frozen(kw_only=True)
class Text:
    version: Literal["1"]


@pytest.mark.parametrize(
    ("value", "union", "model"),
    [
        ({"kind": "kitten"}, Cat | Dog, Cat),
        ({"kind": "dog", "mood": "calm"}, Cat | Dog, Dog),
        ({"kind": "dog", "mood": "eager"}, Cat | Dog | Fish | None, Dog),
        ({"kind": "eel", "mood": "calm"}, Cat | Dog | Fish, Fish),
        ({"mood": "cross"}, Fish | Cat, Fish),
        ({"version": 2}, Version1 | Version2, Version2),
        ({"radius": 1, "kind": "cat"}, Circle | str, Circle),
    ],
)
def test_an_object_gets_the_class_that_its_tag_or_its_members_name(
    value: dict[str, Any], union: Any, model: type[Any]
) -> None:
    assert type(converter.structure(value, union)) is model


@pytest.mark.parametrize(
    "value", [{}, {"kind": None}, {"kind": "eel"}, {"kind": ["cat"]}, {"kind": 1}]
)
def test_an_object_with_an_unknown_tag_is_an_error(value: dict[str, Any]) -> None:
    union: Any = Cat | Dog
    with pytest.raises(msgspec.ValidationError, match="of none of the known types"):
        converter.structure(value, union)


def test_a_union_of_classes_that_no_member_tells_apart_is_an_error() -> None:
    union: Any = Circle | Box
    with pytest.raises(TypeError, match="no member tells these classes apart: Circle, Box"):
        converter.structure({"radius": 1}, union)


@pytest.mark.parametrize(("version", "model"), [(1, One), (True, Yes), ("1", Text), (2, None)])
def test_the_tags_1_and_true_are_told_apart(version: Any, model: Any) -> None:
    union: Any = One | Yes | Text
    if model is None:
        with pytest.raises(msgspec.ValidationError, match="of none of the known types"):
            converter.structure({"version": version}, union)
    else:
        assert type(converter.structure({"version": version}, union)) is model
