# Generated from openapi/np6-events.yaml by `make codegen`; do not edit.
"""The example events of the spec."""

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
"""The events in the example responses of the spec, by kind. Copy an event before changing it."""
