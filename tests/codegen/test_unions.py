"""How the converter finds the class of an object in a union of classes."""

from typing import Any, Literal

import msgspec
import pytest
from attrs import field, frozen
from cattrs import ClassValidationError

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


@pytest.mark.parametrize(
    ("value", "union", "model"),
    [
        ({"kind": "kitten"}, Cat | Dog, Cat),
        ({"kind": "dog", "mood": "calm"}, Cat | Dog, Dog),
        ({"kind": "dog", "mood": "eager"}, Cat | Dog | Fish | None, Dog),
        ({"kind": "eel", "mood": "calm"}, Cat | Dog | Fish, Fish),
        ({"mood": "cross"}, Fish | Cat, Fish),
        ({"radius": 1}, Box | Circle, Circle),
        ({"boxWidth": 1, "color": "red"}, Circle | Box, Box),
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


def test_an_object_that_lacks_the_required_members_of_every_class_is_an_error() -> None:
    union: Any = Circle | Box
    with pytest.raises(ClassValidationError):
        converter.structure({"color": "red"}, union)
