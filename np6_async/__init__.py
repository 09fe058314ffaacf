"""An asyncio client for the notification events of the NP6 marketing platform."""

from . import errors, hooks
from ._client import NP6Client
from ._decode.converter import converter
from ._engine.stats import Stats
from ._fanout import Batch, FanOut, FanOutResult
from ._generated.kinds import EventKind
from ._options import RetryPolicy, Timeouts
from ._query import EventQuery
from ._stream import EventStream
from ._version import __version__
from .models import BounceEvent, CancellationEvent, Event, ExecutionEvent, UnknownEvent

__all__ = [
    "Batch",
    "BounceEvent",
    "CancellationEvent",
    "Event",
    "EventKind",
    "EventQuery",
    "EventStream",
    "ExecutionEvent",
    "FanOut",
    "FanOutResult",
    "NP6Client",
    "RetryPolicy",
    "Stats",
    "Timeouts",
    "UnknownEvent",
    "__version__",
    "converter",
    "errors",
    "hooks",
]
