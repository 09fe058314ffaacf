"""The command line of the sandbox."""

import asyncio
import signal
import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, get_args

import attrs

from ._faults import Faults
from ._greeting import greeting
from ._live import Live
from ._quota import ResetUnit
from ._sandbox import Sandbox

__all__ = ["main"]

_FAULTS: Final = [field.name for field in attrs.fields(Faults)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sandbox until SIGINT or SIGTERM; return the exit status.

    Args:
        arguments: The command-line arguments; None for those of the process.
    """
    parser = _parser()
    settings = vars(parser.parse_args(arguments))
    try:
        faults = Faults(**{name: settings.pop(name) for name in _FAULTS})
        rate, late, delay = (settings.pop(name) for name in ("live_rate", "late", "delay"))
        live = None if rate is None else Live(rate=rate, late=late, delay=delay)
        with suppress(KeyboardInterrupt):
            asyncio.run(_serve(Sandbox(faults=faults, live=live, **settings)))
    except (ValueError, OSError) as error:
        parser.error(str(error))
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m np6_async.sandbox",
        description="Run a local NP6 API with generated events, for tests and demos.",
        formatter_class=ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 for a free one")
    parser.add_argument("--seed", type=int, default=0, help="seed of the events")
    parser.add_argument("--notifications", type=int, default=20, help="number of notifications")
    parser.add_argument(
        "--events", type=int, default=50, help="events per notification and kind, on average"
    )
    parser.add_argument("--rate", type=float, help="requests per second; more get a 429")
    parser.add_argument(
        "--reset", choices=get_args(ResetUnit), default="epoch_ms", help="unit of X-RateLimit-Reset"
    )
    parser.add_argument("--retry-after", action="store_true", help="send Retry-After with 429")
    parser.add_argument("--gzip", action="store_true", help="compress if the client accepts it")
    parser.add_argument(
        "--live-rate", type=float, help="new events per second, of each kind and id"
    )
    parser.add_argument(
        "--late",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="share of new events, from 0 to 1, that become visible after their timestamp",
    )
    parser.add_argument(
        "--delay", type=float, default=60.0, help="maximum delay of such an event, in seconds"
    )
    for name in _FAULTS:
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=float,
            default=0.0,
            metavar="SHARE",
            help="share from 0 to 1",
        )
    return parser


async def _serve(sandbox: Sandbox) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # on Windows Ctrl-C is a KeyboardInterrupt
            loop.add_signal_handler(number, stop.set)
    async with sandbox:
        sys.stdout.write(greeting(sandbox))
        sys.stdout.flush()
        await stop.wait()
