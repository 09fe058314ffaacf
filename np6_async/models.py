"""The models: a class for each object of the API, and one for events that fit none.

All but `UnknownEvent` are generated from the OpenAPI fragment; they are frozen, compared by value
and not hashable: key on ``event.id``.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from attrs import field, frozen

from ._generated import models as _generated
from ._generated.models import *  # noqa: F403 - the generated module says what is public

__all__ = ["UnknownEvent"]
__all__ += _generated.__all__

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(kw_only=True, unsafe_hash=False)
class UnknownEvent:
    """An event that fits no model. It has the whole JSON, and the stream goes on after it.

    Attributes:
        type: Its ``type``, if it has one that is a string.
        id: Its ``id``, if that is a UUID.
        timestamp: Its ``timestamp``, if that is an int: milliseconds since 1970-01-01T00:00:00Z.
        reason: Why it fits no model: the place in it and the types, never its values.
        raw: Its JSON, byte for byte.
    """

    type: str | None
    id: UUID | None
    timestamp: int | None
    reason: str
    raw: bytes = field(repr=False)

    __hash__ = None  # type: ignore[assignment]

    @property
    def published_at(self) -> datetime | None:
        """The moment of publication, in UTC; None without a timestamp.

        Raises:
            OverflowError: The timestamp lies outside the years 1 to 9999.
        """
        if self.timestamp is None:
            return None
        return _EPOCH + timedelta(milliseconds=self.timestamp)
