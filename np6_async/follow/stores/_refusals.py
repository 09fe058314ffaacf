"""The errors that all stores raise alike."""

from np6_async._feed.errors import CursorStoreError, LeaseLostError

__all__ = ["changed_elsewhere", "damaged", "newer_schema", "taken_over"]


def taken_over() -> LeaseLostError:
    """Return the error for a fence that is not the latest one."""
    return LeaseLostError("another feed has taken over this store: nothing was stored")


def changed_elsewhere(label: str) -> LeaseLostError:
    """Return the error for a version that does not match."""
    return LeaseLostError(
        f"the position of {label} is not the one that this feed has loaded, so another feed has "
        "changed it: nothing was stored"
    )


def newer_schema(where: str, found: int, known: int) -> CursorStoreError:
    """Return the error for tables of a later release."""
    return CursorStoreError(
        f"{where} has cursors in version {found} of their tables, and this np6_async knows "
        f"versions up to {known}: upgrade np6_async"
    )


def damaged(where: str, missing: str) -> CursorStoreError:
    """Return the error for tables that lack what every store has."""
    return CursorStoreError(f"{where} is damaged, {missing} is missing: restore it from a backup")
