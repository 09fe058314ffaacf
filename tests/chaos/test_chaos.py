"""A little chaos, and whether it would notice."""

from collections import Counter

import pytest

from np6_async import EventQuery
from np6_async.sandbox import Sandbox
from tests.thorough import THOROUGH

from .__main__ import in_markdown
from .growth import Sample, growth
from .proxy import Fault
from .run import WAYS, Report, Way, differences, run

STILL = Sample(memory=50, descriptors=40, tasks=20)


@pytest.mark.not_measured
async def test_every_event_arrives_once_whatever_happens_on_the_way() -> None:
    report = await run(
        seed=1,
        ids=40 if THOROUGH else 20,
        idle=2,
        goes_on=lambda report: len(report.queries) < len(WAYS),
    )
    assert report.violations == []
    assert report.hurt.total() > 5


def test_what_is_lost_added_or_moved_is_noticed() -> None:
    truth = Sandbox().truth(EventQuery(kind="bounces", notification_id=157, sort="asc"))
    assert list(differences(truth, truth, ordered=True)) == []
    assert list(differences(truth, truth[::-1], ordered=False)) == []
    assert list(differences(truth, truth[::-1], ordered=True)) == ["the events are out of order"]
    assert list(differences(truth, truth[1:], ordered=True)) == ["1 events lost"]
    assert list(differences(truth, [*truth, truth[0]], ordered=False)) == [
        "1 events twice, or of another query"
    ]


@pytest.mark.parametrize("name", Sample._fields)
def test_what_grows_is_noticed(name: str) -> None:
    assert list(growth([STILL] * 100)) == []
    once = [STILL._replace(**{name: 500}), *[STILL] * 99]
    assert list(growth(once)) == []
    ever = [STILL._replace(**{name: getattr(STILL, name) + number}) for number in range(100)]
    (grown,) = growth(ever)
    assert grown.startswith(f"{name} grew from ")


def test_a_report_shows_what_went_wrong() -> None:
    way = Way(streamed=True, sort=None)
    report = Report(
        queries=Counter({way: 10}),
        events=Counter({way: 2_000}),
        requests=Counter({way: 12}),
        hurt=Counter({Fault.STALL: 3}),
        samples=[STILL] * 3,
        violations=["1 events lost"],
    )
    text = in_markdown(report)
    assert "| streamed, unsorted | 10 | 2,000 | 12 | 1.200 |" in text
    assert "| answer never ends | 3 | 25.0% |" in text
    assert text.endswith("1 violations\n\n- 1 events lost\n")
