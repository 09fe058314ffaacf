"""Which notification an event belongs to."""

from functools import cache
from typing import Any

import attrs

__all__ = ["notification_of"]


def notification_of(event: object) -> int | None:
    """Return the id of the notification that an event belongs to; None if it does not say."""
    detail = getattr(getattr(event, "source", None), "detail", None)
    if detail is not None:
        model: Any = type(detail)
        for name in _names(model):
            found = getattr(getattr(detail, name), "id", None)
            if isinstance(found, int):
                return found
    return None


@cache
def _names(model: Any) -> tuple[str, ...]:  # noqa: ANN401 - any attrs class
    return tuple(field.name for field in attrs.fields(model))
