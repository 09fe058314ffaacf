"""The version that changes call for."""

from collections.abc import Iterable

from packaging.version import Version

from ._change import Change, Level

__all__ = ["next_version"]


def next_version(released: str, changes: Iterable[Change]) -> str:
    """Return the lowest version that may hold these changes, by Semantic Versioning.

    Before 1.0, what breaks raises the second number and everything else the third.
    """
    level = max((change.level for change in changes), default=None)
    if level is None:
        return released
    major, minor, patch = Version(released).release[:3]
    step = {Level.BREAKING: 0, Level.ADDITIVE: 1, Level.COSMETIC: 2}[level]
    step = min(step + (major == 0), 2)
    return (f"{major + 1}.0.0", f"{major}.{minor + 1}.0", f"{major}.{minor}.{patch + 1}")[step]
