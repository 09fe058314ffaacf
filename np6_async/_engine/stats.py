"""What a client has done so far, in numbers."""

from attrs import define, frozen

__all__ = ["Counters", "Stats"]


@define
class Counters:
    """What is counted where it happens; `Stats` says what each means. One for each client."""

    requests: int = 0
    retries: int = 0
    throttled: int = 0
    body_bytes: int = 0
    events: int = 0
    unknown_events: int = 0
    out_of_order_responses: int = 0
    foreign_responses: int = 0


@frozen(kw_only=True)
class Stats:
    """What a client has done since it was made, and how it is doing at this moment.

    Attributes:
        requests: Requests that were sent, those without an answer included.
        retries: Those of them that repeated an earlier one or took up an answer that broke off.
        throttled: Answers that asked for fewer requests: 429, and 503 with ``Retry-After``.
        body_bytes: Bytes of answers' bodies, decompressed; error bodies do not count.
        events: Events that arrived. Of an answer that broke off, what comes again counts again.
        unknown_events: Those of them that came as an `UnknownEvent`; `raw` looks for none.
        out_of_order_responses: Answers whose events were out of the order that was asked for.
        foreign_responses: Answers with an event of another notification.
        waited: Seconds that queries have waited for a turn, which quota, pace and `concurrency`
            make them do; two that waited at once count twice, and one that waits still does not.
        in_flight: Requests under way at this moment.
        retry_tokens: What is left of the budget for retries, which has 500 at the most. A failed
            one takes 14, a throttled one 5, and requests that succeed bring some back.
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
