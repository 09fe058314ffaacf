"""The errors of following. None is an `NP6Error`: they are not about the API's responses."""

__all__ = ["ClockSkewError", "CursorStoreError", "FollowError", "LeaseLostError"]


class FollowError(Exception):
    """The base class of what ends a feed, beside an error of the API."""


class CursorStoreError(FollowError):
    """The store of cursors cannot be read or written: it is damaged, newer, locked or read-only."""


class LeaseLostError(FollowError):
    """Another follower has taken over this store, so nothing can be committed any more."""


class ClockSkewError(FollowError):
    """The clocks of server and client differ by more than the look-back."""
