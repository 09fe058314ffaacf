"""The statistics of a client, in numbers."""

from attrs import define, frozen

from np6_async.hooks import Anomaly, Hook, QueryRun

__all__ = ["Counters", "Stats"]


@define
class Counters(Hook):
    """Counts what a client does; `Stats` says what each number means."""

    requests: int = 0
    retries: int = 0
    throttles: int = 0
    body_bytes: int = 0
    events: int = 0
    unknown_events: int = 0
    out_of_order_responses: int = 0
    foreign_responses: int = 0

    def attempt_started(self, run: QueryRun, *, attempt: int) -> None:
        """Count a request."""
        self.requests += 1
        self.retries += attempt > 1

    def request_resent(self, run: QueryRun) -> None:
        """Count the second request."""
        self.requests += 1
        self.retries += 1

    def throttled(
        self, run: QueryRun, *, status: int, retry_after: float | None, delay: float
    ) -> None:
        """Count a response that asks for fewer requests."""
        self.throttles += status == 429 or retry_after is not None

    def body_received(self, run: QueryRun, *, size: int) -> None:
        """Count bytes."""
        self.body_bytes += size

    def batch_decoded(self, run: QueryRun, *, events: int) -> None:
        """Count events."""
        self.events += events

    def unknown_event(self, run: QueryRun, *, type: str | None, reason: str) -> None:
        """Count an event that fits no model."""
        self.unknown_events += 1

    def anomaly(self, run: QueryRun, *, anomaly: Anomaly) -> None:
        """Count an anomaly."""
        if anomaly is Anomaly.OUT_OF_ORDER:
            self.out_of_order_responses += 1
        else:
            self.foreign_responses += 1


@frozen(kw_only=True)
class Stats:
    """What a client has done since it was made, and its state at this moment.

    Attributes:
        requests: Requests that were sent, including those without a response.
        retries: Requests among them that repeated an earlier one or resumed a stream.
        throttled: Responses that asked for fewer requests: 429, and 503 with ``Retry-After``.
        body_bytes: Bytes of response bodies, decompressed; error bodies do not count.
        events: Events that arrived. What comes again after an interruption counts again.
        unknown_events: Events among them that came as an `UnknownEvent`; `raw` looks for none.
        out_of_order_responses: Queries whose events came out of the requested order.
        foreign_responses: Queries with an event of another notification, as far as it was checked:
            the first event of each response.
        waited: Seconds that queries have waited for a slot, because of the rate limit or of
            `concurrency`. Two that wait at once count twice; one that still waits does not count.
        in_flight: Requests under way at this moment.
        retry_tokens: What is left of the retry budget, at most 500. A failed retry takes 14, a
            throttled one 5; requests that succeed bring some back.
    """

    requests: int
    retries: int
    throttled: int
    body_bytes: int
    events: int
    unknown_events: int
    out_of_order_responses: int
    foreign_responses: int
    waited: float
    in_flight: int
    retry_tokens: int
