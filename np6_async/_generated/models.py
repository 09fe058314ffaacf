# Generated from openapi/np6-events.yaml by `make codegen`; do not edit.
"""The models: frozen, slotted, keyword-only attrs classes, compared by value, not hashable.

An optional member is None when it is missing or null. If the name of a member in JSON differs from
its Python name, it is in the metadata of the attrs field:
`attrs.fields(Model).name.metadata["wire"]`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import attrs
import msgspec

__all__ = [
    "Activation",
    "Bounce",
    "BounceAnalysis",
    "BounceCode",
    "BounceDetail",
    "BounceEvent",
    "BounceSource",
    "BounceStatus",
    "BounceSubject",
    "BounceSubjectDetail",
    "Cancellation",
    "CancellationDetail",
    "CancellationEvent",
    "CancellationSource",
    "CancellationValue",
    "Event",
    "Execution",
    "ExecutionDetail",
    "ExecutionEvent",
    "ExecutionSource",
    "Identity",
    "Recipient",
    "Stamp",
]

Int64: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""An integer of 64 bits. A value out of this range does not match the model."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Identity:
    """The account an event belongs to.

    Attributes:
        type: The form of the identity, such as `customer`. Other values are possible.
        agency: The agency's code.
        customer: The customer's code within the agency.
    """

    type: str
    agency: str | None = None
    customer: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class CancellationValue:
    """The reason why an execution was stopped.

    Attributes:
        type: The step that stopped it, such as `render`. Other values are possible.
        message: The reason as text.
    """

    type: str | None = None
    message: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class BounceCode:
    """The status code of a bounce.

    Attributes:
        enhanced: The enhanced mail system status code (RFC 3463), such as `5.4.4`.
    """

    enhanced: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class BounceSubjectDetail:
    """The cause of a bounce within its area.

    Attributes:
        type: The cause, such as `bad destination address`. Other values are possible.
    """

    type: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Stamp:
    """The position of a message in its conversation.

    Attributes:
        time: When it was stamped, in milliseconds since 1970-01-01T00:00:00Z.
        id: The stamp's id.
        thread: The id of the conversation.
        set: The id of the set of messages that it was sent with.
    """

    time: Int64 | None = None
    id: UUID | None = None
    thread: UUID | None = None
    set: UUID | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Recipient:
    """The recipient of a message, in one of five forms. Its `type` says which.

    A `footprint` has `id`, `unicity` and `hash`; the other forms have a `value`. All of it is
    personal data.

    Attributes:
        type: The form: `footprint`, `id`, `hash`, `unicity` or `contact`. Other values are
            possible.
        id: The recipient's id (`footprint`).
        unicity: The value that makes the recipient unique, such as an address (`footprint`).
        hash: A hash of the recipient (`footprint`).
        value: The recipient: a string (`id`, `hash`), an array of strings (`unicity`), or
            another recipient (`contact`).
    """

    type: str | None = None
    id: str | None = None
    unicity: str | None = None
    hash: str | None = None
    value: str | list[str] | Recipient | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Execution:
    """The attempt to build a message for one recipient.

    Attributes:
        id: The id of what was sent: an integer for a notification, a string such as `000PE4`
            for an email action.
        version: The id of the version that was sent.
        kind: The kind of message: `application` for a push message. Other values are
            possible.
        recipient: Who the message was for.
        data: The custom values that the message was built with, in any form. Personal data.
        stamp: The position of the message in its conversation.
    """

    id: Int64 | str | None = None
    version: UUID | None = None
    kind: str | None = None
    recipient: Recipient | None = None
    data: dict[str, Any] | None = None
    stamp: Stamp | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Activation:
    """The delivery of a message to one receiver.

    Attributes:
        id: The id of what was sent: an integer for a notification, a string such as `000PE4`
            for an email action.
        version: The id of the version that was sent.
        kind: The kind of message: `application` for a push message. Other values are
            possible.
        receiver: Who the message was for.
        stamp: The position of the message in its conversation.
        recipient: The address it was delivered to. Personal data.
    """

    id: Int64 | str | None = None
    version: UUID | None = None
    kind: str | None = None
    receiver: Recipient | None = None
    stamp: Stamp | None = None
    recipient: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Cancellation:
    """Why an execution was stopped.

    Attributes:
        type: The form of the reason, such as `user defined policy`. Other values are
            possible.
        value: The reason itself.
    """

    type: str | None = None
    value: CancellationValue | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class BounceStatus:
    """The response of the receiving server.

    Attributes:
        type: When the response arrived: `sync`, during delivery, or later. Other values are
            possible.
        code: The status code of the response.
        diagnostic: The response as text.
        mta: The name of the server that responded; may be empty.
    """

    type: str | None = None
    code: BounceCode | None = None
    diagnostic: str | None = None
    mta: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class BounceSubject:
    """What caused a bounce.

    Attributes:
        type: The area of the cause, such as `address` or `other or undefined status`. Other
            values are possible.
        detail: The cause within that area.
    """

    type: str | None = None
    detail: BounceSubjectDetail | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class ExecutionDetail:
    """The detail of an execution.

    Attributes:
        execution: The execution.
    """

    execution: Execution | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class CancellationDetail:
    """The detail of a cancellation.

    Attributes:
        execution: The execution that was stopped.
        cancellation: Why it was stopped.
    """

    execution: Execution | None = None
    cancellation: Cancellation | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class BounceAnalysis:
    """The verdict on a bounce.

    Attributes:
        verdict: `hard`, a permanent failure, or `soft`, a temporary one. Other values are
            possible.
        subject: What caused the bounce.
    """

    verdict: str | None = None
    subject: BounceSubject | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class ExecutionSource:
    """What an execution event is about.

    Attributes:
        type: The family of the message: `notification`, or `email` or `sms` on other
            endpoints of the API. Other values are possible.
        detail: The detail of the execution.
    """

    type: str
    detail: ExecutionDetail | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class CancellationSource:
    """What a cancellation event is about.

    Attributes:
        type: The family of the message: `notification`, or `email` or `sms` on other
            endpoints of the API. Other values are possible.
        detail: The detail of the cancellation.
    """

    type: str
    detail: CancellationDetail | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Bounce:
    """How a message bounced, and why.

    Attributes:
        status: The response of the receiving server.
        analysis: What the response means.
    """

    status: BounceStatus | None = None
    analysis: BounceAnalysis | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class ExecutionEvent:
    """A message was built for one recipient and handed over for delivery.

    Attributes:
        type: The type of the event. If missing, the event is of the kind that was requested.
        id: The event's id. The same event has the same id in every response.
        timestamp: When the event was published, in milliseconds since 1970-01-01T00:00:00Z.
        identity: The account the event belongs to.
        source: What the event is about.
    """

    type: Literal["execution"] = "execution"
    id: UUID
    timestamp: Int64
    identity: Identity
    source: ExecutionSource

    @property
    def published_at(self) -> dt.datetime:
        """`timestamp` as an aware datetime in UTC.

        Raises:
            OverflowError: The year is outside the range of a datetime.
        """
        return _EPOCH + dt.timedelta(milliseconds=self.timestamp)


@attrs.frozen(kw_only=True, unsafe_hash=False)
class CancellationEvent:
    """An execution was stopped before delivery.

    Attributes:
        type: The type of the event. If missing, the event is of the kind that was requested.
        id: The event's id. The same event has the same id in every response.
        timestamp: When the event was published, in milliseconds since 1970-01-01T00:00:00Z.
        identity: The account the event belongs to.
        source: What the event is about.
    """

    type: Literal["cancellation"] = "cancellation"
    id: UUID
    timestamp: Int64
    identity: Identity
    source: CancellationSource

    @property
    def published_at(self) -> dt.datetime:
        """`timestamp` as an aware datetime in UTC.

        Raises:
            OverflowError: The year is outside the range of a datetime.
        """
        return _EPOCH + dt.timedelta(milliseconds=self.timestamp)


@attrs.frozen(kw_only=True, unsafe_hash=False)
class BounceDetail:
    """The detail of a bounce.

    Attributes:
        activation: The delivery that bounced.
        bounce: How it bounced, and why.
    """

    activation: Activation | None = None
    bounce: Bounce | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class BounceSource:
    """What a bounce event is about.

    Attributes:
        type: The family of the message: `notification`, or `email` or `sms` on other
            endpoints of the API. Other values are possible.
        detail: The detail of the bounce.
    """

    type: str
    detail: BounceDetail | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class BounceEvent:
    """A message was handed over for delivery and could not be delivered.

    Attributes:
        type: The type of the event. If missing, the event is of the kind that was requested.
        id: The event's id. The same event has the same id in every response.
        timestamp: When the event was published, in milliseconds since 1970-01-01T00:00:00Z.
        identity: The account the event belongs to.
        source: What the event is about.
    """

    type: Literal["bounce"] = "bounce"
    id: UUID
    timestamp: Int64
    identity: Identity
    source: BounceSource

    @property
    def published_at(self) -> dt.datetime:
        """`timestamp` as an aware datetime in UTC.

        Raises:
            OverflowError: The year is outside the range of a datetime.
        """
        return _EPOCH + dt.timedelta(milliseconds=self.timestamp)


Event: TypeAlias = ExecutionEvent | CancellationEvent | BounceEvent
"""Any event that has a model. Its `type` says which.

An event without a `type` is of the kind that was requested.
"""
