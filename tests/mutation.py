"""Break the code that nothing may get past, in a thousand small ways, and see a test notice each.

``python -m tests.mutation`` runs mutmut as pyproject.toml says, shows what survived, and fails if
less than 85 % was noticed in one of the modules. Patterns choose among the mutants:
``python -m tests.mutation "np6_async._policy.retry.*"``.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

__all__ = ["main"]

ENOUGH: Final = 0.85
"""The share of mutants that have to be noticed, in each module."""

_ALL: Final = ("np6_async._[!h]*", "np6_async._http.redaction.*")
_NOTICED: Final = ("killed", "timeout")


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patterns", nargs="*", default=_ALL, help="which mutants (default: all)")
    shutil.rmtree("mutants", ignore_errors=True)  # what was noticed once would not be tried again
    _mutmut("run", *parser.parse_args().patterns)
    modules: dict[str, Counter[str]] = {}
    for name, status in _statuses().items():
        modules.setdefault(name.rpartition(".")[0], Counter())[status] += 1
        if status not in _NOTICED:
            sys.stdout.write(_mutmut("show", name))
    sys.stdout.write("\n| module | mutants | killed | timed out | noticed |\n")
    sys.stdout.write("| --- | --: | --: | --: | --: |\n")
    shares = []
    for module, became in modules.items():
        killed, late = (became[status] for status in _NOTICED)
        shares.append((killed + late) / became.total())
        row = f"| `{module}` | {became.total()} | {killed} | {late} | {shares[-1]:.1%} |\n"
        sys.stdout.write(row)
    return 0 if min(shares) >= ENOUGH else 1


def _statuses() -> dict[str, str]:
    """Return what became of each mutant that was tried."""
    lines = _mutmut("results", "--all", "true").splitlines()
    statuses = dict(line.strip().split(": ") for line in lines)
    return {name: status for name, status in statuses.items() if status != "not checked"}


def _mutmut(*arguments: str) -> str:
    command = [str(Path(sys.executable).with_name("mutmut")), *arguments]
    done = subprocess.run(  # noqa: S603 - ours
        command,
        env=os.environ | {"NP6_THOROUGH": "1"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
