# Generated from openapi/np6-events.yaml by `make codegen`; do not edit.
"""The models: frozen, slotted, keyword-only attrs classes, compared by value, not hashable.

An optional member is None when it is missing or null. If the name of a member in JSON differs from
its Python name, it is in the metadata of the attrs field:
`attrs.fields(Model).name.metadata["wire"]`.
"""

from __future__ import annotations

import datetime as dt
from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import attrs
import msgspec

__all__ = [
    "Base",
    "Client",
    "Device",
    "Event",
    "Opening",
    "OpeningPlace",
    "Owner",
    "Phone",
    "Priority",
    "Watch",
]

Int32: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
"""An integer of 32 bits. A value out of this range does not match the model."""

Int64: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""An integer of 64 bits. A value out of this range does not match the model."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Base:
    """What every event has (allOf makes it a base class).

    Attributes:
        id: The id.
    """

    id: UUID


@attrs.frozen(kw_only=True, unsafe_hash=False)
class OpeningPlace:
    """A nested object.

    Attributes:
        city: The city.
    """

    city: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Opening:
    """A message was opened.

    This is a second paragraph, longer than a line may be, with a "quotation", a \\backslash and
    \"\"\"three quotes\"\"\" in it.

    Attributes:
        id: The id.
        type: The kind.
        at: When (date-time).
        timestamp: When (milliseconds).
        is_new: Whether it is the first (camelCase).
        class_: A keyword.
        from_: Another keyword.
        retries: Nullable.
        nickname: Also nullable.
        required_null: Required and nullable.
        tags: An array.
        days: An array of dates.
        labels: An array with a default.
        level: An integer with a default.
        client: An open enumeration. Known values: `web`, `app`.
        place: A nested object.
        extra: A map.
    """

    id: UUID
    type: Literal["opening"] = "opening"
    at: datetime
    timestamp: Int64 | None = None
    is_new: bool = attrs.field(metadata={"wire": "isNew"})
    class_: str | None = attrs.field(default=None, metadata={"wire": "class"})
    from_: str | None = attrs.field(default=None, metadata={"wire": "from"})
    retries: Int32 | None = None
    nickname: str | None = None
    required_null: str | None
    tags: list[str] | None = None
    days: list[date] | None = None
    labels: list[str] | None = attrs.field(factory=lambda: ["a"])
    level: int | None = 3
    client: str | None = None
    place: OpeningPlace | None = None
    extra: dict[str, Int64] | None = None

    @property
    def opened_at(self) -> dt.datetime | None:
        """`timestamp` as an aware datetime in UTC.

        Raises:
            OverflowError: The year is outside the range of a datetime.
        """
        if self.timestamp is None:
            return None
        return _EPOCH + dt.timedelta(milliseconds=self.timestamp)


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Phone:
    """A phone.

    Attributes:
        kind: The tag.
        number: The number.
        priority: The priority.
    """

    kind: Literal["phone"]
    number: str | None = None
    priority: Literal["low", "high"] | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Watch:
    """A watch.

    Attributes:
        kind: The tag (its value comes from the mapping).
        paired: Another watch.
    """

    kind: Literal["watch"]
    paired: Watch | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Owner:
    """Who has a device.

    Attributes:
        device: A union told apart by `kind`.
    """

    device: Phone | Watch | None = None


Client: TypeAlias = str
"""An open enumeration.

Known values: `web`, `app`.
"""


Priority: TypeAlias = Literal["low", "high"]
"""A closed enumeration."""


Device: TypeAlias = Phone | Watch
"""A union told apart by `kind`."""


Event: TypeAlias = Opening
"""Any event that has a model."""
