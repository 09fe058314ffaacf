"""Which object, such as a notification, an event belongs to."""

from functools import cache
from typing import Any

import attrs

__all__ = ["owner_of"]


def owner_of(event: object, kind: type[int | str]) -> int | str | None:
    """Return the id of the object that an event belongs to; None if it has none of that type."""
    detail = getattr(getattr(event, "source", None), "detail", None)
    if detail is not None:
        model: Any = type(detail)
        for name in _names(model):
            found = getattr(getattr(detail, name), "id", None)
            if isinstance(found, kind):
                return found
    return None


@cache
def _names(model: Any) -> tuple[str, ...]:  # noqa: ANN401 - any attrs class
    return tuple(field.name for field in attrs.fields(model))
