"""The faults of the sandbox and their shares; the faults of single events."""

from collections.abc import Callable
from random import Random
from typing import Any, Final, TypeAlias

import msgspec
from attrs import field, frozen

from np6_async._decode.decoder import MODELS

from ._examples import types_of
from ._share import is_share

__all__ = ["Faults", "spoil"]

_Json: TypeAlias = dict[str, Any]
_Fault: TypeAlias = Callable[[_Json, Random], None]

_KNOWN: Final = types_of(model for models in MODELS.values() for model in models)
_NEW_TYPES: Final = (*sorted({"delivery", "archival", "forwarding"} - _KNOWN),) or ("novelty",)
_NEW_VALUES: Final[tuple[object, ...]] = (
    "new",
    7,
    2.5,
    True,
    None,
    [],
    ["a", 1],
    {"type": "new", "value": {}},
)
_REMOVED: Final = object()
_BREAKAGES: Final[tuple[tuple[tuple[str, ...], object], ...]] = (
    # The member and its wrong value. Each makes an event of any kind invalid.
    (("id",), _REMOVED),
    (("id",), "no uuid"),
    (("timestamp",), _REMOVED),
    (("timestamp",), "1614089582000"),
    (("identity",), _REMOVED),
    (("identity", "type"), 5),
    (("source",), None),
    (("source", "type"), _REMOVED),
    (("source", "detail"), "a string"),
)


@frozen(kw_only=True)
class Faults:
    """The faults of a sandbox. Each setting is a share from 0 (never) to 1 (always).

    An event has at most one of the first three faults, and a response at most one of the last two,
    so the sum of each group must not exceed 1. Faults of events depend on the seed alone, like the
    events, and `Sandbox.truth` has them too.

    Attributes:
        unknown_types: Events with a ``type`` that has no model.
        missing_types: Events without a ``type``.
        invalid: Events with a required member that is missing or has the wrong type.
        extra_fields: Events with members that no model has, at several depths.
        server_errors: Responses that are an empty 500 or 503 instead of a 200.
        truncated: Responses that end before the array does. In about half of them the connection
            is closed; the others end as complete HTTP responses.

    Raises:
        ValueError: A setting is not a share from 0 to 1, or the sum of a group is more than 1.
    """

    unknown_types: float = field(default=0.0, validator=is_share)
    missing_types: float = field(default=0.0, validator=is_share)
    invalid: float = field(default=0.0, validator=is_share)
    extra_fields: float = field(default=0.0, validator=is_share)
    server_errors: float = field(default=0.0, validator=is_share)
    truncated: float = field(default=0.0, validator=is_share)

    def __attrs_post_init__(self) -> None:
        if self.unknown_types + self.missing_types + self.invalid > 1:
            raise ValueError("unknown_types, missing_types and invalid add up to more than 1")
        if self.server_errors + self.truncated > 1:
            raise ValueError("server_errors and truncated add up to more than 1")


def spoil(event: bytes, faults: Faults, random: Random) -> bytes:
    """Return the JSON of an event with its random faults."""
    chosen: list[_Fault] = []
    chance = random.random()
    for share, fault in (
        (faults.unknown_types, _change_type),
        (faults.missing_types, _omit_type),
        (faults.invalid, _break),
    ):
        if 0 <= chance < share:
            chosen.append(fault)
        chance -= share
    if random.random() < faults.extra_fields:
        chosen.append(_extend)
    if not chosen:
        return event
    members = msgspec.json.decode(event)
    for apply in chosen:
        apply(members, random)
    return msgspec.json.encode(members)


def _change_type(event: _Json, random: Random) -> None:
    event["type"] = random.choice(_NEW_TYPES)


def _omit_type(event: _Json, _: Random) -> None:
    del event["type"]


def _break(event: _Json, random: Random) -> None:
    path, value = random.choice([each for each in _BREAKAGES if _is_possible(event, *each)])
    *parents, name = path
    for parent in parents:
        event = event[parent]
    if value is _REMOVED:
        del event[name]
    else:
        event[name] = value


def _is_possible(event: object, path: tuple[str, ...], value: object) -> bool:
    """Say whether an event has the object to change, and the member to remove from it."""
    *parents, name = path
    for parent in parents:
        event = event.get(parent) if isinstance(event, dict) else None
    return isinstance(event, dict) and (value is not _REMOVED or name in event)


def _extend(event: _Json, random: Random) -> None:
    """Add a member to the event, and to about half of the objects in it."""
    for member in list(event.values()):
        if isinstance(member, dict) and random.random() < 0.5:
            _extend(member, random)
    event[f"new{random.randrange(100)}"] = random.choice(_NEW_VALUES)
