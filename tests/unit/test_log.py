"""What is told to the log: which names, levels, messages and fields, and how often."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from np6_async import EventQuery, UnknownEvent
from np6_async._engine.instrumentation import Instrumentation
from np6_async._engine.log import QueryLog
from np6_async._engine.stats import Counters
from np6_async.errors import (
    ConnectError,
    DeadlineExceededError,
    NotFoundError,
    NP6Error,
    RateLimitedError,
    RedirectError,
    ResponseError,
    ServerError,
)
from np6_async.hooks import Anomaly, Hook, QueryRun
from tests.families import Query, add_families

QUERY = EventQuery(kind="bounces", notification_id=156)
BROKEN = ServerError("…", query=QUERY, status=502, attempts=2)
CUT = ConnectError("…", query=QUERY, attempts=3, events_yielded=7)
RUN = QueryRun(1, QUERY)
ABOUT = {"np6_kind": "bounces", "np6_notification_id": 156}


def unknown(type_: str | None, reason: str = "$.id: required member missing") -> UnknownEvent:
    return UnknownEvent(type=type_, id=None, timestamp=None, reason=reason, raw=b"{}")


def tell_unknown(type_: str | None, log: QueryLog) -> None:
    Instrumentation(Counters(), log).unknown_event(RUN, unknown(type_))


@pytest.fixture(autouse=True)
def everything_is_read(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="np6_async")


def fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name.startswith("np6_")}


@pytest.mark.parametrize(
    ("happen", "level", "message", "told"),
    [
        (
            lambda log: log.retry_scheduled(RUN, error=BROKEN, delay=0.25),
            "INFO",
            (
                "bounces of notification 156: attempt 2 failed (ServerError 502), "
                "the next one follows in 0.25 s"
            ),
            {
                "np6_event": "retry",
                **ABOUT,
                "np6_attempts": 2,
                "np6_error": "ServerError 502",
                "np6_status": 502,
                "np6_events": 0,
                "np6_seconds": 0.25,
            },
        ),
        (
            lambda log: log.resumed(RUN, error=CUT, delay=1),
            "INFO",
            (
                "bounces of notification 156: broke off after 7 events (ConnectError), "
                "resumed in 1.00 s"
            ),
            {
                "np6_event": "resume",
                **ABOUT,
                "np6_attempts": 3,
                "np6_error": "ConnectError",
                "np6_status": None,
                "np6_events": 7,
                "np6_seconds": 1,
            },
        ),
        (
            lambda log: log.throttled(RUN, status=429, retry_after=2.0, delay=2.5),
            "INFO",
            "the API answered 429: this client sends no request for 2.50 s",
            {"np6_event": "throttled", "np6_status": 429, "np6_seconds": 2.5},
        ),
        (
            lambda log: log.query_failed(RUN, error=BROKEN),
            "WARNING",
            "bounces of notification 156: failed after 2 attempts (ServerError 502)",
            {
                "np6_event": "query_failed",
                **ABOUT,
                "np6_attempts": 2,
                "np6_error": "ServerError 502",
                "np6_status": 502,
                "np6_events": 0,
                "np6_stopped_by": None,
            },
        ),
        (
            lambda log: tell_unknown("delivery", log),
            "WARNING",
            (
                "an event of type delivery fits no model ($.id: required member missing); "
                "further ones of this type are counted"
            ),
            {
                "np6_event": "unknown_event",
                "np6_type": "delivery",
                "np6_reason": "$.id: required member missing",
            },
        ),
        (
            lambda log: log.anomaly(RUN, anomaly=Anomaly.FOREIGN_EVENT),
            "WARNING",
            "bounces of notification 156: the response contains an event of another notification",
            {
                "np6_event": "anomaly",
                **ABOUT,
                "np6_anomaly": "an event of another notification",
            },
        ),
    ],
)
def test_a_record_has_a_stable_name_level_message_and_fields(
    caplog: pytest.LogCaptureFixture,
    happen: Callable[[QueryLog], None],
    level: str,
    message: str,
    told: dict[str, Any],
) -> None:
    happen(QueryLog())
    (record,) = caplog.records
    assert (record.name, record.levelname, record.getMessage()) == ("np6_async", level, message)
    assert fields(record) == {**told, "np6_left_out": 0}


@pytest.mark.parametrize(
    ("failure", "is_told"),
    [
        (NotFoundError("…", status=404), False),
        (RedirectError("…", status=302), False),
        (ServerError("…", status=501), False),
        (ServerError("…", status=500), True),
        (RateLimitedError("…", status=429), True),
        (ConnectError("…", permanent=True), True),
        (ResponseError("…", status=200), True),
        (DeadlineExceededError("…", stopped_by="deadline"), True),
    ],
)
def test_what_the_api_answers_to_the_question_is_its_callers_to_log(
    caplog: pytest.LogCaptureFixture, failure: NP6Error, is_told: bool
) -> None:
    QueryLog().query_failed(RUN, error=failure)
    assert [fields(record)["np6_event"] for record in caplog.records] == ["query_failed"] * is_told


def test_a_throttle_that_blocks_nothing_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    QueryLog().throttled(RUN, status=503, retry_after=None, delay=0.0)
    assert caplog.records == []


def test_anomalies_are_counted() -> None:
    counters = Counters()
    for anomaly in (Anomaly.FOREIGN_EVENT, Anomaly.OUT_OF_ORDER, Anomaly.OUT_OF_ORDER):
        Instrumentation(counters, QueryLog()).anomaly(RUN, anomaly=anomaly)
    assert (counters.foreign_responses, counters.out_of_order_responses) == (1, 2)


def test_V1_of_unknown_events_all_are_counted_and_the_first_of_a_type_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    counters, log = Counters(), QueryLog()
    for type_ in ["delivery", "hit", "delivery", None, "hit", None]:
        Instrumentation(counters, log).unknown_event(RUN, unknown(type_))
    assert [fields(record)["np6_type"] for record in caplog.records] == ["delivery", "hit", None]
    assert counters.unknown_events == 6


@pytest.mark.parametrize(
    "type_", ["", "a@b.example", "two words", "é", "line\nbreak", "x" * 65, "%s"]
)
def test_S14_a_type_that_is_no_plain_name_is_not_told(
    caplog: pytest.LogCaptureFixture, type_: str
) -> None:
    tell_unknown(type_, QueryLog())
    (record,) = caplog.records
    assert fields(record)["np6_type"] is None
    assert record.getMessage().startswith("an event of type None fits no model")


def test_V1_a_type_that_came_when_the_log_was_full_is_told_once_it_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = 5.0
    log = QueryLog(lambda: now)
    types = [f"type-{number}" for number in range(12)]
    for type_ in types:
        tell_unknown(type_, log)
    now = 6.0
    for type_ in types * 2:
        tell_unknown(type_, log)
    assert [fields(record)["np6_type"] for record in caplog.records] == types
    assert [fields(record)["np6_left_out"] for record in caplog.records[-2:]] == [2, 0]


def test_types_without_end_are_told_up_to_a_hundred(caplog: pytest.LogCaptureFixture) -> None:
    counters, log = Counters(), QueryLog(iter(range(1000)).__next__)
    for number in range(150):
        Instrumentation(counters, log).unknown_event(RUN, unknown(f"type-{number}"))
    assert len(caplog.records) == 100
    assert counters.unknown_events == 150


def test_of_one_name_ten_records_go_out_a_second_and_the_rest_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = 5.0
    log = QueryLog(lambda: now)
    for _ in range(25):
        log.retry_scheduled(RUN, error=BROKEN, delay=0)
    log.throttled(RUN, status=429, retry_after=1.0, delay=1)
    assert [fields(record)["np6_event"] for record in caplog.records] == ["retry"] * 10 + [
        "throttled"
    ]
    now = 5.9
    log.retry_scheduled(RUN, error=BROKEN, delay=0)
    now = 6.0
    log.retry_scheduled(RUN, error=BROKEN, delay=0)
    log.retry_scheduled(RUN, error=BROKEN, delay=0)
    assert [fields(record)["np6_left_out"] for record in caplog.records] == [0] * 11 + [16, 0]


def test_a_level_that_nobody_reads_costs_no_time_and_no_records(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, logger="np6_async")
    asked: list[None] = []

    def now() -> float:
        asked.append(None)
        return 0.0

    log = QueryLog(now)
    log.retry_scheduled(RUN, error=BROKEN, delay=0)
    assert (caplog.records, asked) == ([], [])


def test_nothing_is_written_unless_the_program_asks_for_it() -> None:
    handlers = logging.getLogger("np6_async").handlers
    assert any(isinstance(handler, logging.NullHandler) for handler in handlers)


def test_of_hooks_that_fail_at_once_each_is_logged_once_there_is_room(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [0.0]
    log = QueryLog(lambda: now[0])
    hooks: list[Hook] = [type(f"Hook{number}", (Hook,), {})() for number in range(11)]
    for hook in hooks * 2:
        log.hook_failed(hook, "query_started", LookupError())
    assert len(caplog.records) == 10
    now = [1.0]
    for hook in hooks * 2:
        log.hook_failed(hook, "query_started", LookupError())
    assert len(caplog.records) == 11


def test_a_record_has_the_id_of_the_path_unless_it_is_personal(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_families(monkeypatch)
    queries: list[Any] = [
        Query(kind="bounces", action_id="000PE4"),
        Query(kind="cancellations", action_id="me"),
        Query(kind="executions", hash="me"),
    ]
    for number, query in enumerate(queries):
        QueryLog().anomaly(QueryRun(number, query), anomaly=Anomaly.OUT_OF_ORDER)
    ids = [getattr(record, "np6_action_id", None) for record in caplog.records]
    assert ids == ["000PE4", None, None]
    assert "me" not in caplog.text.replace("np6_async", "").split()
    assert "cancellations of action ***: " in caplog.text
