"""What the command line says when the sandbox runs: what there is, and how to ask for it."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from np6_async._generated.kinds import API_KEY_HEADER, OPERATIONS, EventKind, Operation
from np6_async._parameters import path_parameter
from np6_async._query import EventQuery

from ._sandbox import Sandbox

__all__ = ["greeting", "simple_kind"]

_FACTS: Final = """\
NP6 sandbox at {url} (press Ctrl-C to stop)
  key            {key}
"""
_USE: Final = """
With curl:

  curl -H '{header}: {key}' '{url}{path}'

With Python:

  import asyncio
  from np6_async import NP6Client

  async def main():
      async with NP6Client("{key}", base_url="{url}") as np6:
          for event in await np6.{kind}({arguments}):
              print(event)

  asyncio.run(main())
"""


def greeting(sandbox: Sandbox) -> str:
    """Return the greeting of a sandbox that runs."""
    facts = _FACTS.format(url=sandbox.url, key=sandbox.api_key)
    for noun, ids in _ids(sandbox).items():
        facts += f"  {noun:<13}  {ids[0]} to {ids[-1]}\n"
    kind = simple_kind(OPERATIONS)
    return facts if kind is None else facts + _use(sandbox, kind)


def simple_kind(operations: Mapping[Any, Operation]) -> Any:  # noqa: ANN401 - one of the keys
    """Return the first kind that can be asked for with its id alone; None if there is none."""
    for kind, operation in operations.items():
        if not any(each.required for each in operation.parameters if each.location == "query"):
            return kind
    return None


def _ids(sandbox: Sandbox) -> dict[str, list[int | str]]:
    """Return the ids of everything, such as notifications."""
    parameters = {kind: path_parameter(each.parameters) for kind, each in OPERATIONS.items()}
    return {
        f"{parameter.name.removesuffix('_id')}s": sandbox.ids(kind)
        for kind, parameter in parameters.items()
        if parameter is not None
    }


def _use(sandbox: Sandbox, kind: EventKind) -> str:
    own = OPERATIONS[kind].parameters
    ids = {each.name: sandbox.ids(kind)[0] for each in own if each.location == "path"}
    sort = {each.name: "asc" for each in own if each.name == "sort"}
    named: dict[str, Any] = {**ids, **sort}
    query = EventQuery(kind=kind, **named)
    arguments = [*map(repr, ids.values()), *(f'{name}="{value}"' for name, value in sort.items())]
    return _USE.format(
        url=sandbox.url,
        key=sandbox.api_key,
        header=API_KEY_HEADER,
        path=f"{query.path}?{urlencode(query.params)}".rstrip("?"),
        kind=kind,
        arguments=", ".join(arguments),
    )
