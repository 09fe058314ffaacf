# Generated from openapi/np6-events.yaml by `make codegen`; do not edit.
"""The example events of the spec."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from .kinds import EventKind

__all__ = ["EXAMPLES"]

EXAMPLES: Final[Mapping[EventKind, tuple[dict[str, Any], ...]]] = MappingProxyType(
    {
        EventKind.OPENINGS: (),
    }
)
"""The events in the example responses of the spec, by kind. Copy an event before changing it."""
