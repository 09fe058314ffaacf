"""What the sandbox serves, held against the spec."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import given, settings
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from schemathesis import Case, GenerationMode
from schemathesis.checks import positive_data_acceptance
from schemathesis.config import SchemathesisConfig

from np6_async import EventKind
from np6_async._generated.kinds import OPERATIONS
from np6_async.sandbox import Faults, Sandbox
from tests.thorough import examples

from .support import Browser

SPEC = Path(__file__).parents[2] / "openapi" / "np6-events.yaml"
TOLERATED = Faults(unknown_types=0.2, missing_types=0.2, extra_fields=0.5)
CONFIG = SchemathesisConfig.from_dict({"generation": {"allow-extra-parameters": False}})
KNOWN: dict[str, Any] = {"id": 156}


@cache
def document() -> dict[str, Any]:
    spec = yaml.safe_load(SPEC.read_text("utf-8"))
    assert isinstance(spec, dict)
    return spec


def path_of(kind: EventKind) -> str:
    """Return the path of a kind in the spec."""
    return OPERATIONS[kind].path.replace("{}", "{id}")


def errors_in(body: list[Any], kind: EventKind) -> list[str]:
    """Return what the spec's schema of that kind's response has against a body."""
    answer = document()["paths"][path_of(kind)]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    schema = {**schema, "components": document()["components"]}
    validator = OAS31Validator(schema, format_checker=oas31_format_checker)
    return [error.json_path for error in validator.iter_errors(body)]


def test_every_operation_of_the_spec_has_a_kind() -> None:
    assert set(document()["paths"]) == set(map(path_of, EventKind))


@pytest.mark.parametrize("faults", [Faults(), TOLERATED])
@pytest.mark.parametrize("kind", EventKind)
async def test_every_body_is_as_the_spec_describes_it(
    browse: Callable[[Sandbox], Browser], kind: EventKind, faults: Faults
) -> None:
    async with Sandbox(notifications=8, events=20, faults=faults) as sandbox:
        for notification_id in sandbox.notification_ids:
            answer = await browse(sandbox).events(kind, notification_id)
            assert errors_in(answer.events, kind) == []


@pytest.mark.parametrize("kind", EventKind)
async def test_an_invalid_event_is_not_as_the_spec_describes_it(
    browse: Callable[[Sandbox], Browser], kind: EventKind
) -> None:
    async with Sandbox(faults=Faults(invalid=1)) as sandbox:
        answer = await browse(sandbox).events(kind)

    assert len(answer.events) > 10
    assert all(errors_in([event], kind) for event in answer.events)


@contextmanager
def served(sandbox: Sandbox) -> Iterator[str]:
    """Serve a sandbox from a thread of its own; yield its URL."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(sandbox.__aenter__(), loop).result(5)
        yield sandbox.url
    finally:
        asyncio.run_coroutine_threadsafe(sandbox.__aexit__(None, None, None), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(rate=100_000, faults=TOLERATED)
    with served(sandbox):
        yield sandbox


@pytest.mark.parametrize("kind", EventKind)
@pytest.mark.parametrize(
    ("mode", "path_parameters", "statuses"),
    [
        (GenerationMode.POSITIVE, None, {404}),
        (GenerationMode.POSITIVE, KNOWN, {200}),
        (GenerationMode.NEGATIVE, None, {404}),
        (GenerationMode.NEGATIVE, KNOWN, {400}),
    ],
)
def test_schemathesis_finds_nothing_that_contradicts_the_spec(
    sandbox: Sandbox,
    kind: EventKind,
    mode: GenerationMode,
    path_parameters: dict[str, Any] | None,
    statuses: set[int],
) -> None:
    schema = schemathesis.openapi.from_dict(document(), config=CONFIG)
    operation = schema[path_of(kind)]["GET"]
    cases = operation.as_strategy(
        generation_mode=mode,
        path_parameters=path_parameters,
        headers={"X-Key": sandbox.api_key},
    )
    seen: Counter[int] = Counter()

    @settings(max_examples=examples(25), deadline=None, derandomize=True, database=None)
    @given(case=cases)
    def check(case: Case[Any]) -> None:
        # That a window must not end before it starts is nothing a schema can say.
        is_window = {"start", "end"} <= case.query.keys()
        response = case.call_and_validate(
            base_url=sandbox.url,
            excluded_checks=[positive_data_acceptance] if is_window else [],
        )
        seen[response.status_code] += 1

    check()
    assert statuses <= seen.keys()
