"""What goes wrong when it is asked to."""

import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from attrs import evolve, fields

from np6_async import EventQuery, UnknownEvent
from np6_async._generated.kinds import OPERATIONS
from np6_async.sandbox import Faults, Sandbox
from np6_async.sandbox._faults import spoil

from .support import events_of, objects_of

KNOWN = {operation.event_type for operation in OPERATIONS.values()}
SHARES = [field.name for field in fields(Faults)]


def test_nothing_goes_wrong_by_default() -> None:
    assert not any(getattr(Faults(), name) for name in SHARES)


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), "0.5", True, None])
def test_a_share_that_is_none_is_refused(name: str, share: Any) -> None:
    with pytest.raises(ValueError, match=f"{name} must be a share from 0 to 1"):
        Faults(**{name: share})


def test_faults_that_exclude_each_other_cannot_add_up_to_more_than_all() -> None:
    Faults(unknown_types=0.5, missing_types=0.25, invalid=0.25, extra_fields=1)
    Faults(server_errors=0.5, truncated=0.5)

    with pytest.raises(ValueError, match="unknown_types, missing_types and invalid"):
        Faults(unknown_types=0.5, missing_types=0.25, invalid=0.26)
    with pytest.raises(ValueError, match="server_errors and truncated"):
        Faults(server_errors=0.6, truncated=0.5)


def test_unknown_types_give_events_of_types_that_no_model_knows() -> None:
    events = events_of(Sandbox(faults=Faults(unknown_types=1)))

    assert all(isinstance(event, UnknownEvent) for event in events)
    assert all(event.type and event.id and event.timestamp for event in events)
    assert not {event.type for event in events} & KNOWN


def test_missing_types_give_events_without_type_that_are_of_the_kind_asked_for() -> None:
    sandbox = Sandbox(faults=Faults(missing_types=1))

    assert not any("type" in event for event in objects_of(sandbox))
    assert events_of(sandbox) == events_of(Sandbox())


def test_extra_fields_give_members_at_several_depths_that_models_do_not_see() -> None:
    sandbox = Sandbox(faults=Faults(extra_fields=1))
    plain, extended = objects_of(Sandbox()), objects_of(sandbox)
    places = Counter(
        path for one, other in zip(plain, extended, strict=True) for path in added(one, other)
    )

    assert places[""] == len(extended)
    assert places[".source"] > len(extended) / 4
    assert places[".source.detail"] > 0
    assert {event.id for event in events_of(sandbox)} == {e.id for e in events_of(Sandbox())}
    assert not any(isinstance(event, UnknownEvent) for event in events_of(sandbox))


def added(one: Any, other: Any, path: str = "") -> set[str]:
    """Return where the other object has members that the one has not."""
    if not isinstance(one, dict):
        assert one == other
        return set()
    assert one.keys() <= other.keys()
    here = {path} if other.keys() - one.keys() else set()
    return here.union(*(added(one[key], other[key], f"{path}.{key}") for key in one))


def test_invalid_events_fit_no_model_each_for_one_of_many_reasons() -> None:
    events = events_of(Sandbox(faults=Faults(invalid=1)))

    assert all(isinstance(event, UnknownEvent) for event in events)
    assert len({event.reason for event in events if isinstance(event, UnknownEvent)}) == 9
    assert any(event.id is None for event in events)
    assert any(event.timestamp is None for event in events)


@pytest.mark.parametrize(
    ("event", "broken"),
    [
        ({"id": "a", "timestamp": 1}, 5),  # the source can be null as well
        ({"id": "a", "timestamp": 1, "identity": None, "source": {}}, 7),
    ],
)
def test_an_event_with_fewer_members_is_invalid_in_fewer_ways(
    event: dict[str, Any], broken: int
) -> None:
    found = {
        spoil(json.dumps(event).encode(), Faults(invalid=1), Random(seed)) for seed in range(200)
    }

    assert len(found) == broken


@pytest.mark.not_measured
@pytest.mark.parametrize("name", ["unknown_types", "missing_types", "invalid", "extra_fields"])
def test_a_share_is_about_the_share_of_the_events_that_have_the_fault(name: str) -> None:
    plain = objects_of(Sandbox(events=100))
    spoiled = objects_of(Sandbox(events=100, faults=Faults(**{name: 0.2})))
    changed = sum(one != other for one, other in zip(plain, spoiled, strict=True))

    assert 0.17 < changed / len(plain) < 0.23


def test_faults_that_exclude_each_other_share_the_events_among_them() -> None:
    faults = Faults(unknown_types=0.25, missing_types=0.25, invalid=0.5)
    events = events_of(Sandbox(faults=faults))
    untyped = [e for e in objects_of(Sandbox(faults=faults)) if "type" not in e]
    kinds = Counter(
        "unknown" if event.type not in KNOWN else "invalid"
        for event in events
        if isinstance(event, UnknownEvent)
    )

    assert 0.45 < kinds["invalid"] / len(events) < 0.55
    assert 0.2 < kinds["unknown"] / len(events) < 0.3
    assert 0.2 < len(untyped) / len(events) < 0.3


def test_an_invalid_event_keeps_its_place_in_time() -> None:
    query = EventQuery(kind="executions", notification_id=156)
    sound = Sandbox().truth(query)
    broken = Sandbox(faults=Faults(invalid=1))
    moment = sound[3].timestamp
    assert moment is not None

    before = broken.truth(evolve(query, end=moment))
    after = broken.truth(evolve(query, start=moment))

    assert len(before) == 3
    assert before + after == broken.truth(query)
