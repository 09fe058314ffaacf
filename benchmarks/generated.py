"""The clients that two generators make of this project's own fragment, made on the spot."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "openapi" / "np6-events.yaml"
MADE = Path(__file__).parent / ".made"


def make() -> str:
    """Generate both clients and return the PYTHONPATH that finds them.

    Raises:
        FileNotFoundError: A generator is not installed, or openapi-generator finds no Java.
    """
    tools = Path(sys.executable).parent
    if shutil.which("java") is None:
        raise FileNotFoundError("openapi-generator needs Java: install a JRE, such as default-jre")
    by_python, by_java = MADE / "openapi-python-client", MADE / "openapi-generator"
    _run(
        [tools / "openapi-python-client", "generate", "--meta=none", "--overwrite"],
        {"--path": SPEC, "--output-path": by_python / "np6_notification_events_client"},
    )
    _run(
        [tools / "openapi-generator-cli", "generate", "--generator-name=python"],
        {"--library": "asyncio", "--input-spec": SPEC, "--output": by_java},
    )
    return os.pathsep.join(map(str, (ROOT, by_python, by_java)))


def _run(command: list[str | Path], options: dict[str, str | Path]) -> None:
    MADE.mkdir(exist_ok=True)
    command += [part for option in options.items() for part in option]
    with (MADE / "log").open("a") as log:
        subprocess.run(command, check=True, stdout=log, stderr=log, cwd=MADE)
