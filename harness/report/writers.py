"""The table of report files: option, purpose and writer of each. A writer is imported when its report is requested."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from harness.scenario.events import Event


class Report(Protocol):
    """A consumer of a run's events. `finish` raises HarnessError where the report cannot be written."""

    def consume(self, event: Event) -> None: ...

    def finish(self) -> None: ...


class Writer(NamedTuple):
    """`option` is its name on the command line and in `[tool.harness]`; `report` is module and class."""

    option: str
    help: str
    report: str

    def open(self, path: Path) -> Report:
        """Raises HarnessError when `path` cannot be written."""
        module, _, name = self.report.partition(":")
        report: Report = getattr(import_module(f"harness.report.{module}"), name)(path)
        return report


WRITERS = (
    Writer("junit", "Write JUnit XML, for build servers.", "formats.junit:JUnitReport"),
    Writer("html", "Write one HTML page, for people.", "page.html:HtmlReport"),
    Writer("json", "Write everything as JSON, for programs.", "formats.json_report:JsonReport"),
    Writer("jsonl", "Write JSON lines while it runs.", "formats.jsonl:JsonLinesReport"),
    Writer("har", "Write all exchanges as an HTTP archive.", "formats.har:HarReport"),
    Writer("ctrf", "Write the Common Test Report Format.", "formats.ctrf:CtrfReport"),
)
