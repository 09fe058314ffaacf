# Generated from hard.yaml by `python -m codegen`: change that, not this.
"""The converter of these models."""

from typing import Final

from np6_async import converter as np6_converter

__all__ = ["converter"]

converter: Final = type(np6_converter)()
"""A cattrs converter: `structure`, `unstructure`, `loads` and `dumps`, with msgspec as its engine.

It is one of its own, so hooks that are registered on it stay here.
"""
