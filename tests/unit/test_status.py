"""The table from HTTP status to error."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest
from multidict import CIMultiDict

from np6_async import errors
from np6_async._policy.status import DETAIL_BYTES, error_of
from np6_async.errors import NP6Error, StatusError

NOW = datetime(2025, 3, 10, 12, tzinfo=UTC)
JSON = {"Content-Type": "application/json; charset=utf-8"}

OUTAGE = ": try again later, or report the request id to the vendor's support"


def judge(status: int, headers: dict[str, str] | None = None, body: str = "") -> NP6Error | None:
    return error_of(status, CIMultiDict(headers or {}), body, now=NOW)


def refused(status: int, headers: dict[str, str] | None = None, body: str = "") -> NP6Error:
    error = judge(status, headers, body)
    assert error is not None
    return error


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((400, errors.BadRequestError), (401, errors.AuthenticationError)),
        *((403, errors.PermissionDeniedError), (404, errors.NotFoundError)),
        *((409, errors.ConflictError), (429, errors.RateLimitedError)),
        *((status, errors.ServerError) for status in (500, 501, 502, 503, 504, 522, 524, 599)),
        *((status, errors.RedirectError) for status in (300, 301, 302, 303, 304, 307, 308)),
        *((status, StatusError) for status in (402, 405, 406, 408, 410, 415, 418, 422, 425, 451)),
        *((status, StatusError) for status in (100, 199, 201, 202, 206, 299, 499, 600, 999)),
    ],
)
def test_a_status_is_one_error(status: int, expected: type[StatusError]) -> None:
    error = refused(status, JSON)
    assert type(error) is expected
    assert error.status == status
    assert str(error).startswith(f"the API answered {status}")


@pytest.mark.parametrize("status", [200, 204])
def test_a_success_is_no_error(status: int) -> None:
    assert judge(status, JSON) is None


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/html", "Content-Encoding": "br"}])
def test_headers_of_a_204_are_not_checked(headers: dict[str, str]) -> None:
    assert judge(204, headers) is None


def test_an_error_holds_everything_the_response_said() -> None:
    headers = {"X-Request-ID": "req-1", "retry-after": "7", "Content-Type": "text/html"}
    error = refused(503, headers, "  <h1>busy</h1>\n")
    assert (error.request_id, error.retry_after, error.detail) == ("req-1", 7.0, "<h1>busy</h1>")
    assert str(error) == (
        f"the API answered 503 Service Unavailable{OUTAGE}"
        " [the API said: <h1>busy</h1>; request id req-1]"
    )


@pytest.mark.parametrize("body", ["", " \r\n"])
def test_an_empty_error_body_is_no_detail(body: str) -> None:
    error = refused(404, {}, body)
    assert (error.request_id, error.retry_after, error.detail) == (None, None, None)


def test_a_wait_until_a_date_is_measured_from_now() -> None:
    error = refused(429, {"Retry-After": "Mon, 10 Mar 2025 12:00:30 GMT"})
    assert error.retry_after == 30


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"X-RateLimit-Reset": "7"}, 7),
        (429, {"X-RateLimit-Reset": "1741608007000"}, 7),
        (429, {"X-RateLimit-Reset": "7", "Retry-After": "3"}, 3),
        (429, {"X-RateLimit-Reset": "soon"}, None),
        (503, {"X-RateLimit-Reset": "7"}, None),
        (500, {"X-RateLimit-Reset": "7", "Retry-After": "3"}, 3),
    ],
)
def test_R3_a_429_asks_for_a_pause_until_the_reset(
    status: int, headers: dict[str, str], seconds: float | None
) -> None:
    assert refused(status, headers).retry_after == seconds


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
def test_a_status_that_a_caller_can_fix_has_advice(status: int) -> None:
    assert str(refused(status)).startswith(
        f"the API answered {status} {HTTPStatus(status).phrase}: "
    )


@pytest.mark.parametrize(("status", "advice"), [(499, ""), (522, OUTAGE), (999, "")])
def test_a_status_without_a_name_is_only_a_number(status: int, advice: str) -> None:
    assert str(refused(status)) == f"the API answered {status}{advice}"


@pytest.mark.parametrize(
    "media_type",
    [
        *("application/json", "Application/JSON", "application/problem+json", "text/json"),
        *(" application/json ; charset=utf-8", "", "text/plain", "application/octet-stream"),
    ],
)
def test_a_body_that_may_be_json_is_read(media_type: str) -> None:
    assert judge(200, {"Content-Type": media_type}) is None


def test_a_body_of_no_stated_type_is_read() -> None:
    assert judge(200, {}) is None


@pytest.mark.parametrize("media_type", ["text/html", "text/html; x=json", "application/xml"])
def test_P5_a_body_of_another_type_is_refused_by_its_name(media_type: str) -> None:
    error = refused(200, {"Content-Type": media_type, "X-Request-Id": "req-1"})
    assert type(error) is errors.ResponseError
    assert (error.status, error.request_id) == (200, "req-1")
    assert repr(media_type.partition(";")[0]) in str(error)


def test_P5_the_name_of_a_type_is_made_fit_to_be_shown() -> None:
    text = str(refused(200, {"Content-Type": "text/\x1b[31m\r\n" + "x" * 1000}))
    assert text.isprintable()
    assert repr("text/\x1b[31m\r\n" + "x" * 68) in text


@pytest.mark.parametrize("coding", ["", "identity", "gzip", "GZIP", "deflate", "Deflate"])
def test_a_coding_that_can_be_read_is_read(coding: str) -> None:
    assert judge(200, {**JSON, "Content-Encoding": coding}) is None


@pytest.mark.parametrize(
    "coding",
    [
        "br",
        "zstd",
        "compress",
        " gzip ",
        "x-gzip",
        "gzip, gzip",
        "identity, gzip",
        "gzip;q=1",
        "gzip,",
        "?",
    ],
)
def test_P4_a_coding_that_was_not_asked_for_is_refused(coding: str) -> None:
    error = refused(200, {**JSON, "Content-Encoding": coding, "X-Request-Id": "req-1"})
    assert type(error) is errors.ProtocolError
    assert str(error).startswith(f"the body has Content-Encoding {coding!r}, which was not asked")
    assert (error.status, error.request_id) == (200, "req-1")


@pytest.mark.parametrize("codings", [("identity", "gzip"), ("gzip", "identity"), ("gzip", "gzip")])
def test_P4_codings_in_several_headers_count_together(codings: tuple[str, str]) -> None:
    headers = CIMultiDict([("content-encoding", each) for each in codings])
    error = error_of(200, headers, "", now=NOW)
    assert type(error) is errors.ProtocolError
    assert repr(", ".join(codings)) in str(error)


def test_P4_the_name_of_a_coding_is_made_fit_to_be_shown() -> None:
    text = str(refused(200, {"Content-Encoding": "\x1b[31m\r\n" + "x" * 1000}))
    assert text.isprintable()
    assert len(text) < 200


def test_an_error_body_counts_whatever_its_type_and_coding() -> None:
    headers = {"Content-Type": "text/html", "Content-Encoding": "br"}
    assert type(refused(500, headers)) is errors.ServerError


def test_a_detail_is_at_most_as_long_as_documented() -> None:
    documentation: Any = NP6Error.__doc__
    assert f"at most {DETAIL_BYTES // 1024} KiB" in documentation


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://a.example/secret?key=1", ": it redirects to https://a.example, which is"),
        (f"https://{'a' * 999}.example/", f": it redirects to https://{'a' * 192}, which is"),
        ("/elsewhere", ": it redirects, which is"),
    ],
)
def test_a_redirect_tells_its_origin_alone(location: str, told: str) -> None:
    message = f"the API answered 302 Found{told} not followed: check base_url"
    assert str(refused(302, {"Location": location})) == message
    assert str(refused(302)) == "the API answered 302 Found"
    assert str(refused(500, {"Location": location})) == (
        f"the API answered 500 Internal Server Error{OUTAGE}"
    )
