"""Compare two sides and format the result for a pull request."""

from collections.abc import Iterator, Mapping

from attrs import frozen

from ._api import api_changes
from ._change import Change, Level
from ._data import Corpus, load_models
from ._sides import Side
from ._spec import spec_changes
from ._version import next_version

__all__ = ["Report", "compare"]

_TITLES = {
    "spec": "Specification",
    "api": "Generated Python API",
    "data": "Recorded events",
}


@frozen(kw_only=True)
class Report:
    """What changed between two sides.

    Attributes:
        old: The side before.
        new: The side after.
        levels: The changes of the document (`spec`), of the Python API (`api`) and of the decoded
            events (`data`).
        unknown: How many recorded events match no model before and after, each with the number of
            events tried.
    """

    old: Side
    new: Side
    levels: Mapping[str, list[Change]]
    unknown: tuple[tuple[int, int], tuple[int, int]]

    @property
    def changes(self) -> list[Change]:
        """The changes of all levels."""
        return [change for changes in self.levels.values() for change in changes]

    @property
    def is_breaking(self) -> bool:
        """Whether a change is breaking."""
        return any(change.level is Level.BREAKING for change in self.changes)

    @property
    def needed_version(self) -> str | None:
        """The lowest version that the changes allow; None if no version is known."""
        released = self.old.version or self.new.version
        return None if released is None else next_version(released, self.changes)

    def markdown(self) -> str:
        """Return the report as Markdown."""
        return "\n".join(_lines(self)) + "\n"


def compare(old: Side, new: Side, corpus: Corpus) -> Report:
    """Compare two sides at all three levels."""
    before, after = load_models(old.package), load_models(new.package)
    return Report(
        old=old,
        new=new,
        levels={
            "spec": spec_changes(old.spec, new.spec),
            "api": api_changes(old.package, new.package),
            "data": corpus.changes(before, after),
        },
        unknown=(corpus.count_unknown(before), corpus.count_unknown(after)),
    )


def _lines(report: Report) -> Iterator[str]:
    yield f"# What changed from {report.old.name} to {report.new.name}"
    yield ""
    counts = dict.fromkeys(sorted(Level, reverse=True), 0)
    for change in report.changes:
        counts[change.level] += 1
    yield ", ".join(f"{count} {level.name.lower()}" for level, count in counts.items()) + "."
    yield _version_line(report)
    for key, changes in report.levels.items():
        yield from ("", f"## {_TITLES[key]}")
        if key == "data":
            yield from ("", _unknown_line(report))
        yield from _section(changes) if changes else ("", "No change.")


def _section(changes: list[Change]) -> Iterator[str]:
    for level in sorted(Level, reverse=True):
        found = [change for change in changes if change.level is level]
        if found:
            yield from ("", f"### {level.name.capitalize()}", "")
        for change in found:
            yield f"- `{change.place}`: {change.text}"


def _version_line(report: Report) -> str:
    if report.needed_version is None:
        return "Neither side has a known version."
    released = report.old.version or report.new.version
    if report.needed_version == released:
        return f"The version can stay {released}."
    return f"The next version must be at least {report.needed_version} (last: {released})."


def _unknown_line(report: Report) -> str:
    (before, all_before), (after, all_after) = report.unknown
    return (
        f"Events that match no model: {before} of {all_before} in {report.old.name},"
        f" {after} of {all_after} in {report.new.name}."
    )
