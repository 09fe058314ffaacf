"""The last release, which is what a change is compared with when nothing else is asked for."""

import subprocess
from pathlib import Path

__all__ = ["last_release"]


def last_release(root: Path) -> str | None:
    """Return the last tag of a version (`v1.2.3`) before the commit that is checked out."""
    command = ["git", "-C", str(root), "describe", "--tags", "--abbrev=0", "--match=v[0-9]*"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - git
    return done.stdout.strip() or None
