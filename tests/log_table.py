"""Compares the table of log records in a page with the code."""

import logging
import re
from collections.abc import Mapping
from types import ModuleType

from np6_async._engine.records import Entry

__all__ = ["check_log_table"]


def check_log_table(told: Mapping[str, tuple[str, str]], module: ModuleType) -> None:
    """Check that a page has all records of a module, each with its level and fields.

    Args:
        told: The level and the fields of each record, as the page has them.
        module: The module.
    """
    entries = [each for each in vars(module).values() if isinstance(each, Entry)]
    assert told.keys() == {entry.name for entry in entries}
    for entry in entries:
        level, fields = told[entry.name]
        assert level == logging.getLevelName(entry.level)
        template = entry.template.replace("%(subject)s", "%(kind)s %(notification_id)s")
        for field in re.findall(r"%\((\w+)\)", template):
            assert f"`{field}`" in fields
