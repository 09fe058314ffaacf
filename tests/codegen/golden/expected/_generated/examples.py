# Generated from spec.yaml by `python -m codegen`: change that, not this.
"""The events the spec shows as examples."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from .kinds import EventKind

__all__ = ["EXAMPLES"]

EXAMPLES: Final[Mapping[EventKind, tuple[dict[str, Any], ...]]] = MappingProxyType(
    {
        EventKind.OPENINGS: (
            {
                "id": "6b1f0a52-6f0e-4c57-9d0b-5a3c1c8e7f01",
                "at": "2021-02-23T14:13:02Z",
                "timestamp": 1614089582000,
                "isNew": True,
                "from": "inbox",
                "required_null": None,
            },
        ),
    }
)
"""Every event of the responses the spec shows, by kind. Copy one before changing it."""
