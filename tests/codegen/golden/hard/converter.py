# Generated from hard.yaml by `python -m codegen`; do not edit.
"""The converter of these models."""

from typing import Final

from np6_async import converter as np6_converter

__all__ = ["converter"]

converter: Final = type(np6_converter)()
"""A cattrs converter that uses msgspec: `structure`, `unstructure`, `loads` and `dumps`.

It is separate from `np6_async.converter`: hooks registered on one do not affect the other.
"""
