"""The events there are, and what `Sandbox.truth` says of them."""

import json
import subprocess
import sys
import time
from hashlib import sha256
from itertools import pairwise
from statistics import mean

import pytest

from np6_async import EventKind, EventQuery, UnknownEvent, converter
from np6_async._generated.examples import EXAMPLES
from np6_async.sandbox import Sandbox

from .support import events_of, queries

DIGEST = """
from hashlib import sha256
from itertools import pairwise
from np6_async import EventKind, EventQuery, converter
from np6_async.sandbox import Sandbox
sandbox = Sandbox(seed=3)
query = EventQuery(kind="bounces", notification_id=170)
print(sha256(converter.dumps(sandbox.truth(query))).hexdigest())
"""


def test_the_same_seed_gives_the_same_events() -> None:
    assert events_of(Sandbox(seed=7)) == events_of(Sandbox(seed=7))


def test_the_same_seed_gives_the_same_events_in_another_process() -> None:
    query = EventQuery(kind="bounces", notification_id=170)
    here = sha256(converter.dumps(Sandbox(seed=3).truth(query))).hexdigest()

    run = [sys.executable, "-c", DIGEST]
    there = subprocess.run(run, check=True, capture_output=True, text=True).stdout  # noqa: S603

    assert there.strip() == here


def test_another_seed_gives_other_events_and_another_key() -> None:
    one, other = Sandbox(seed=1), Sandbox(seed=2)

    assert not {e.id for e in events_of(one)} & {e.id for e in events_of(other)}
    assert one.api_key != other.api_key


def test_an_event_does_not_depend_on_what_else_was_asked_for() -> None:
    query = EventQuery(kind="bounces", notification_id=160)
    busy, calm = Sandbox(notifications=40), Sandbox(notifications=5)
    events_of(busy)

    assert busy.truth(query) == calm.truth(query)


def test_no_id_comes_twice() -> None:
    events = events_of(Sandbox())

    assert len({event.id for event in events}) == len(events) > 2000


def test_the_notification_ids_are_known_before_the_server_runs() -> None:
    assert Sandbox(notifications=3).notification_ids == [156, 157, 158]


def test_the_number_of_events_varies_round_the_average_and_may_be_zero() -> None:
    sandbox = Sandbox(notifications=100, events=20)
    counts = [len(sandbox.truth(query)) for query in queries(sandbox)]

    assert 17 < mean(counts) < 23
    assert 0.05 < counts.count(0) / len(counts) < 0.15
    assert min(filter(None, counts)) < 12
    assert max(counts) > 32


def test_a_sandbox_may_have_no_events_at_all() -> None:
    assert events_of(Sandbox(events=0)) == []


def test_truth_is_in_order_oldest_first_or_newest_first() -> None:
    sandbox = Sandbox(events=300)
    ascending = sandbox.truth(EventQuery(kind="executions", notification_id=156, sort="asc"))
    descending = sandbox.truth(EventQuery(kind="executions", notification_id=156, sort="desc"))
    unsorted = sandbox.truth(EventQuery(kind="executions", notification_id=156))

    assert len(ascending) > 100
    assert ascending == sorted(ascending, key=lambda event: event.timestamp or 0)
    assert descending == ascending[::-1]
    assert unsorted == ascending


def test_some_events_share_a_millisecond() -> None:
    events = Sandbox(events=300).truth(EventQuery(kind="executions", notification_id=156))

    assert 1 < len(events) - len({event.timestamp for event in events}) < 30


def test_events_are_spread_over_weeks_and_older_than_an_hour() -> None:
    moments = [event.timestamp or 0 for event in events_of(Sandbox())]

    assert max(moments) < (time.time() - 3600) * 1000
    assert max(moments) - min(moments) > 25 * 86_400_000


def test_adjacent_windows_share_the_events_among_them_with_none_twice_and_none_lost() -> None:
    sandbox = Sandbox(events=60)
    for query in queries(sandbox):
        events = sandbox.truth(query)
        moments = sorted({event.timestamp or 0 for event in events})
        bounds = [None, *moments[::7], None]
        windows = pairwise(bounds)
        parts = [
            sandbox.truth(
                EventQuery(
                    kind=query.kind, notification_id=query.notification_id, start=start, end=end
                )
            )
            for start, end in windows
        ]
        assert [event for part in parts for event in part] == events


def test_a_window_takes_in_its_start_and_leaves_out_its_end() -> None:
    sandbox = Sandbox()
    first, *_, last = sandbox.truth(EventQuery(kind="bounces", notification_id=156))
    inside = sandbox.truth(
        EventQuery(kind="bounces", notification_id=156, start=first.timestamp, end=last.timestamp)
    )

    assert first in inside
    assert last not in inside


def test_truth_about_an_unknown_notification_is_an_error() -> None:
    with pytest.raises(LookupError, match="no notification 155"):
        Sandbox().truth(EventQuery(kind="bounces", notification_id=155))


def test_every_event_fits_its_model_and_states_its_type_unless_faults_are_asked_for() -> None:
    sandbox = Sandbox()

    for query in queries(sandbox):
        for event in sandbox.truth(query):
            assert not isinstance(event, UnknownEvent)
            assert event.type == EXAMPLES[query.kind][0]["type"]


def test_every_example_of_the_spec_has_its_events() -> None:
    sandbox = Sandbox(events=100)
    for kind in EventKind:
        found = {
            shape(json.loads(converter.dumps(event)))
            for notification_id in sandbox.notification_ids
            for event in sandbox.truth(EventQuery(kind=kind, notification_id=notification_id))
        }
        type_ = EXAMPLES[kind][0]["type"]
        assert found == {shape({"type": type_, **example}) for example in EXAMPLES[kind]}


def shape(value: object) -> str:
    """Return what stays of an event when all that is its own is taken away."""
    if isinstance(value, dict):
        return str(sorted((key, shape(member)) for key, member in value.items()))
    if isinstance(value, list):
        return str([shape(member) for member in value])
    if isinstance(value, str) and any(map(str.isdigit, value)):
        return "string"
    return "int" if isinstance(value, int) else str(value)
