"""Operations of every family, described by hand: what the log holds and the server serves."""

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from np6_async._decode.decoder import MODELS, EventDecoder
from np6_async._generated.examples import EXAMPLES
from np6_async._generated.kinds import OPERATIONS, EventKind, Operation, Parameter
from np6_async.sandbox import Faults
from np6_async.sandbox._events import EventLog
from np6_async.sandbox._server import Server

KEY = {"X-Key": "key"}
TIME = "source.detail.activation.stamp.time"
HASH = "source.detail.activation.receiver.hash"
BOUNCES = EXAMPLES[EventKind.BOUNCES]
CANCELLATIONS = EXAMPLES[EventKind.CANCELLATIONS]
MODELS_OF_BOTH = (*MODELS[EventKind.BOUNCES], *MODELS[EventKind.CANCELLATIONS])
ID, *WINDOW = OPERATIONS[EventKind.BOUNCES].parameters
ACTION = Parameter("action_id", "id", "path", "string", required=True, pattern="^[0-9A-Z]{6}$")
UNIT = ACTION._replace(name="unit_id", pattern=None, values=("a/b c", "ü"), is_personal=True)


def query(name: str, type_: Any = "string", **more: Any) -> Parameter:
    wire_name = re.sub("_(.)", lambda match: match[1].upper(), name)
    return Parameter(name=name, wire_name=wire_name, location="query", type=type_, **more)


FILTERS = (
    query("activation_start", "date-time", filters=(TIME, "minimum")),
    query("activation_end", "date-time", filters=(TIME, "exclusiveMaximum")),
    query("reactivity_start", "date-time", filters=("timestamp", "minimum")),
    query("reactivity_end", "date-time", filters=("timestamp", "exclusiveMaximum")),
    query("verdict", is_array=True, filters=("source.detail.bounce.analysis.verdict", "const")),
    query("deep", "boolean"),
)
CONTACT = query("hash", required=True, is_personal=True, filters=(HASH, "const"))


def operation(path: str, *parameters: Parameter, event_type: str | None = "bounce") -> Operation:
    return Operation(path, parameters, ("BounceEvent",), event_type, "Retrieve them.")


SERVED = {
    "bounces": operation("/notifications/{}/events/bounces", ID, *WINDOW),
    "action_bounces": operation("/actions/{}/events/bounces", ACTION, *WINDOW),
    "all_action_bounces": operation("/actions/events/bounces", *WINDOW),
    "reactivities": operation("/notifications/reactivities", *FILTERS, event_type=None),
    "contact": operation("/targets/events/activations", CONTACT, *WINDOW),
    "unit_bounces": operation("/units/{}", UNIT),
    "unused": operation("/actions/{}/events/none", ACTION),
    "all_unused": operation("/actions/events/none"),
}
EXAMPLE_EVENTS = {
    "bounces": BOUNCES,
    "action_bounces": BOUNCES,
    "all_action_bounces": BOUNCES,
    "reactivities": (*BOUNCES, *CANCELLATIONS, {**BOUNCES[0], "type": "hit"}),
    "contact": BOUNCES[:2],
    "unit_bounces": BOUNCES,
    "unused": (),
    "all_unused": (),
}
MODELS_OF = {
    kind: MODELS_OF_BOTH if kind == "reactivities" else MODELS[EventKind.BOUNCES] for kind in SERVED
}


def make_log(**settings: Any) -> EventLog:
    settings = {"seed": 1, "notifications": 4, "events": 40, "faults": Faults(), **settings}
    return EventLog(**settings, operations=SERVED, examples=EXAMPLE_EVENTS, models=MODELS_OF)


def events_of(log: EventLog, kind: str, id_: int | str | None = None) -> list[dict[str, Any]]:
    return [json.loads(event) for event in log.timeline(kind, id_).events]


Get = Callable[..., Any]


@asynccontextmanager
async def serve(log: EventLog) -> AsyncIterator[Get]:
    """Serve a log; yield what gets a path."""
    server = Server(
        log,
        api_key="key",
        quota=None,
        retry_after=False,
        gzip=False,
        faults=Faults(),
        random=Random(1),
    )
    async with TestClient(TestServer(server.app())) as client:

        async def get(path: str, *params: tuple[str, str]) -> Any:
            async with client.get(path, params=params, headers=KEY) as response:
                body = await response.read()
                assert body or response.status != 200
                return json.loads(body) if response.status == 200 else response.status

        yield get


def in_order(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(events, key=lambda event: (event["timestamp"], event["id"]))


def test_every_kind_has_the_ids_of_its_path() -> None:
    actions = ["00009C", "00009D", "00009E", "00009F"]

    assert make_log().ids == {
        "bounces": [156, 157, 158, 159],
        "action_bounces": actions,
        "all_action_bounces": [],
        "reactivities": [],
        "contact": [],
        "unit_bounces": ["a/b c", "ü"],
        "unused": actions,
        "all_unused": [],
    }


def test_no_ids_are_an_error_when_it_is_made() -> None:
    odd = operation("/actions/{}", ACTION._replace(pattern="^no id$"))
    with pytest.raises(ValueError, match="action_id"):
        EventLog(
            seed=1,
            notifications=1,
            events=1,
            faults=Faults(),
            operations={"odd": odd},
            examples={"odd": ()},
            models={"odd": ()},
        )


def test_events_have_the_id_of_what_they_belong_to_as_a_string_or_an_integer() -> None:
    log = make_log()
    for kind, old in (("bounces", 156), ("action_bounces", "000PE4")):
        for id_ in log.ids[kind]:
            owners = [
                event["source"]["detail"]["activation"]["id"]
                for event in events_of(log, kind, id_)
                if "detail" in event["source"]
            ]
            assert {owner for owner in owners if type(owner) is type(old)} <= {id_}
    assert len({e["source"]["type"] for e in events_of(log, "action_bounces", "00009C")}) == 2


def test_an_id_that_is_not_there_is_an_error_that_says_nothing_personal() -> None:
    log = make_log()
    for kind, id_, text in (("action_bounces", "0", "no action 0"), ("bounces", 1, "notification")):
        with pytest.raises(LookupError, match=text):
            log.timeline(kind, id_)
    with pytest.raises(LookupError, match=r"the sandbox has no unit \*\*\*$"):
        log.timeline("unit_bounces", "secret")


def test_a_path_without_the_id_has_the_events_of_all_ids() -> None:
    log = make_log()
    every = [e for id_ in log.ids["action_bounces"] for e in events_of(log, "action_bounces", id_)]
    whole = events_of(log, "all_action_bounces")

    assert in_order(whole) == in_order(every)
    assert [event["timestamp"] for event in whole] == sorted(e["timestamp"] for e in every)
    assert events_of(log, "all_unused") == events_of(log, "unused", "00009C") == []


@pytest.mark.parametrize("kind", ["reactivities", "contact"])
def test_a_path_without_any_id_has_events_of_its_own(kind: str) -> None:
    for seed in range(20):
        log = make_log(seed=seed)
        events = events_of(log, kind)
        owners = {
            value
            for event in events
            for detail in event["source"].get("detail", {}).values()
            if isinstance(value := detail.get("id"), int)
        }

        assert 16 <= len(events) <= 64
        assert owners <= {156, 157, 158, 159}
        assert events_of(make_log(seed=seed), kind) == events


def test_several_types_come_from_the_examples_that_say_which_they_are() -> None:
    log = make_log(events=400)
    decode = EventDecoder(*MODELS_OF_BOTH, strict=True).decode_array
    array = b"[%b]" % b",".join(log.timeline("reactivities", None).events)

    assert {event["type"] for event in events_of(log, "reactivities")} == {"bounce", "cancellation"}
    assert decode(array)[1] is None
    assert all("type" in example for example in events_of(log, "reactivities"))


async def test_every_operation_is_served() -> None:
    log = make_log()
    paths: dict[str, tuple[str, int | str | None]] = {
        "/notifications/157/events/bounces": ("bounces", 157),
        "/actions/00009D/events/bounces": ("action_bounces", "00009D"),
        "/actions/events/bounces": ("all_action_bounces", None),
        "/notifications/reactivities": ("reactivities", None),
        "/units/a%2Fb%20c": ("unit_bounces", "a/b c"),
        "/units/%C3%BC": ("unit_bounces", "ü"),
        "/actions/00009D/events/none": ("unused", "00009D"),
        "/actions/events/none": ("all_unused", None),
    }
    async with serve(log) as get:
        for path, key in paths.items():
            assert in_order(await get(path)) == in_order(events_of(log, *key))
            assert ("none" in path) == (await get(path) == [])


@pytest.mark.parametrize(
    "path",
    [
        "/actions/0/events/bounces",
        "/actions/00009c/events/bounces",
        "/actions/156/events/bounces",
        "/actions/a%2Fb/events/bounces",
        "/actions/00009C%20/events/bounces",
        "/actions/%7B%7D/events/bounces",
        "/actions/%FF/events/bounces",
        "/actions/00009C%2Fevents/bounces",
        "/units/a/b%20c",
        "/units/a%252Fb%20c",
        "/units/",
        "/units/{id}",
    ],
)
async def test_an_unknown_id_is_404(path: str) -> None:
    async with serve(make_log()) as get:
        assert await get(path) == 404


async def test_windows_and_sort_work_without_an_id() -> None:
    log = make_log()
    whole = events_of(log, "all_action_bounces")
    start, end = whole[5]["timestamp"], whole[20]["timestamp"]
    inside = [event for event in whole if start <= event["timestamp"] < end]
    window = (("start", str(start)), ("end", str(end)))
    async with serve(log) as get:
        assert await get("/actions/events/bounces", *window, ("sort", "asc")) == inside
        assert await get("/actions/events/bounces", *window, ("sort", "desc")) == inside[::-1]


def activated(event: dict[str, Any]) -> int | None:
    """Return when the activation was, if the event says so."""
    detail = event["source"].get("detail", {})
    found = detail.get("activation", {}).get("stamp", {}).get("time")
    assert found is None or isinstance(found, int)
    return found


async def test_filters_bound_the_member_that_they_name() -> None:
    log = make_log(events=200)
    whole = events_of(log, "reactivities")
    times = sorted(time for event in whole if (time := activated(event)) is not None)
    start, end = times[len(times) // 4], times[len(times) // 2]
    path = "/notifications/reactivities"
    async with serve(log) as get:
        by_activation = await get(
            path, ("activationStart", str(start)), ("activationEnd", str(end))
        )
        by_time = await get(path, ("reactivityStart", str(start)), ("reactivityEnd", str(end)))
        hard = await get(path, ("verdict", "hard"))
        verdicts = await get(path, ("verdict", "hard"), ("verdict", "soft"))
        deep = await get(path, ("deep", "true"))

    inside = [event for event in whole if (time := activated(event)) and start <= time < end]
    bounces = [event for event in whole if "bounce" in event["source"].get("detail", {})]
    assert len(times) < len(whole)
    assert in_order(by_activation) == in_order(inside)
    assert inside
    assert in_order(by_time) == [e for e in in_order(whole) if start <= e["timestamp"] < end]
    assert in_order(verdicts) == in_order(bounces)
    assert {e["source"]["detail"]["bounce"]["analysis"]["verdict"] for e in hard} == {"hard"}
    assert 0 < len(hard) < len(verdicts)
    assert in_order(deep) == in_order(whole)


async def test_what_a_required_parameter_must_equal_is_as_in_the_examples() -> None:
    hash_ = BOUNCES[0]["source"]["detail"]["activation"]["receiver"]["hash"]
    path = "/targets/events/activations"
    log = make_log()
    async with serve(log) as get:
        found = await get(path, ("hash", hash_))
        assert await get(path, ("hash", "f" * 32)) == []
        assert await get(path) == 400

    assert 5 < len(found) < len(events_of(log, "contact"))
    assert {e["source"]["detail"]["activation"]["receiver"]["hash"] for e in found} == {hash_}


@pytest.mark.parametrize(
    "params",
    [
        [("activationStart", "2"), ("activationEnd", "1")],
        [("reactivityStart", "yesterday")],
        [("deep", "1")],
        [("deep", "true"), ("deep", "true")],
    ],
)
async def test_a_malformed_value_is_400(params: list[tuple[str, str]]) -> None:
    async with serve(make_log()) as get:
        assert await get("/notifications/reactivities", *params) == 400


async def test_faults_work_for_every_operation() -> None:
    faults = Faults(unknown_types=0.2, missing_types=0.2, invalid=0.6, extra_fields=0.5)
    log, sound = make_log(faults=faults), make_log()
    async with serve(log) as get:
        spoiled = await get("/actions/events/bounces", ("sort", "asc"))

    assert spoiled == events_of(log, "all_action_bounces")
    assert len(spoiled) == len(events_of(sound, "all_action_bounces"))
    assert spoiled != events_of(sound, "all_action_bounces")
