"""The last release: the default base of a comparison."""

import subprocess
from pathlib import Path

__all__ = ["last_release"]


def last_release(root: Path) -> str | None:
    """Return the last version tag (`v1.2.3`) that the current commit contains."""
    command = ["git", "-C", str(root), "describe", "--tags", "--abbrev=0", "--match=v[0-9]*"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - git
    return done.stdout.strip() or None
