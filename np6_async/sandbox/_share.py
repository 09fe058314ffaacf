"""Shares: numbers from 0 to 1."""

from attrs import Attribute

__all__ = ["is_share"]


def is_share(_: object, attribute: "Attribute[float]", value: object) -> None:
    """Check a share that is an attribute of a class.

    Raises:
        ValueError: It is not a number from 0 to 1.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{attribute.name} must be a share from 0 to 1, not {value!r}")
