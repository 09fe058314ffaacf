"""What a store tells of one query, for people."""

from attrs import frozen

__all__ = ["StoredCursor"]


@frozen(kw_only=True)
class StoredCursor:
    """The cursor of one query, as it is stored. Moments are in milliseconds since the epoch.

    Attributes:
        key: The key of the query.
        label: The query as text, without personal data.
        horizon: No event before this moment is asked for again.
        cursor: Everything before this moment was asked for, at least once.
        version: How often it was changed.
        ids: How many ids of delivered events are remembered.
    """

    key: bytes
    label: str
    horizon: int
    cursor: int
    version: int
    ids: int
