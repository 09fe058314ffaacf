"""The version that changes need."""

from collections.abc import Iterable

from packaging.version import Version

from ._change import Change, Level

__all__ = ["next_version"]


def next_version(released: str, changes: Iterable[Change]) -> str:
    """Return the lowest version that these changes allow, by Semantic Versioning.

    Before 1.0, a breaking change raises the second number, and any other change the third.
    """
    level = max((change.level for change in changes), default=None)
    if level is None:
        return released
    major, minor, patch = Version(released).release[:3]
    step = {Level.BREAKING: 0, Level.ADDITIVE: 1, Level.COSMETIC: 2}[level]
    step = min(step + (major == 0), 2)
    return (f"{major + 1}.0.0", f"{major}.{minor + 1}.0", f"{major}.{minor}.{patch + 1}")[step]
