"""Which reports a run writes: prepared before anything runs, finished whatever happened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from harness.base.errors import HarnessError

if TYPE_CHECKING:
    from harness.scenario.events import Event


class Report(Protocol):
    def consume(self, event: Event) -> None: ...

    def finish(self) -> None: ...


def reports_for(junit: Path | None, html: Path | None, json: Path | None) -> list[Report]:
    """Prepare every report that is asked for; one that cannot be written stops us before anything runs."""
    from harness.report.terminal import TerminalReport

    reports: list[Report] = []
    if junit is not None:
        from harness.report.junit import JUnitReport

        reports.append(JUnitReport(junit))
    if html is not None:
        from harness.report.html import HtmlReport

        reports.append(HtmlReport(html))
    if json is not None:
        from harness.report.json_report import JsonReport

        reports.append(JsonReport(json))
    return [*reports, TerminalReport()]


def finish(reports: list[Report]) -> None:
    """Finish them all, even when one cannot be written any more; then say so."""
    trouble = []
    for report in reports:
        try:
            report.finish()
        except HarnessError as error:
            trouble.append(str(error))
    if trouble:
        raise HarnessError("; ".join(trouble))
