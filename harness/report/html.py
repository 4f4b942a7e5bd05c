"""The report to read and to pass on: one HTML file with everything in it, for people who did not write the scenario.

No script, no link that it needs, light and dark. What a very long scenario leaves out is counted on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from harness.report.collected import Collected, ScenarioStory, StepStory
from harness.report.diagnostics import as_text, failure_lines, rejection_lines
from harness.report.file_report import FileReport
from harness.report.lanes import draw, label
from harness.report.telling import exchange_details, plain, pretty
from harness.report.writing import legal
from harness.scenario.events import Observation

MAX_PER_STEP = 150
MANY = 100  # scenarios; in a longer run those that passed are told briefly


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A line of the timeline: a plain one, or one that opens on its detail."""

    at: str
    kind: str
    lane: str
    summary: str
    good: bool = True
    details: tuple[tuple[str, str], ...] = ()


class HtmlReport(FileReport):
    """One HTML page, for people."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, render)


def render(collected: Collected) -> str:
    """Write the run as one HTML document."""
    counts = {
        "passed": collected.count("passed"),
        "failed": collected.count("failed"),
        "interrupted": collected.count("interrupted"),
        "rejected": len(collected.rejected),
    }
    page = _template().render(
        run=collected,
        counts=counts,
        style=Markup(_resource("page.css")),  # noqa: S704 - our own file
    )
    return legal(page)


@cache
def _template() -> Any:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.do"],
    )
    environment.globals.update(
        picture=lambda story: Markup(draw(story)),  # noqa: S704 - lanes.py escapes every text it is given
        timeline=timeline,
        many=MANY,
        plain=plain,
        text_of=lambda failure: as_text(failure_lines(failure)),
        text_of_rejection=lambda rejected: as_text(rejection_lines(rejected)),
        written=_written,
        safe_link=lambda url: url if url.startswith(("https://", "http://")) else "",
    )
    return environment.from_string(_resource("page.html.jinja"))


def _resource(name: str) -> str:
    return files("harness.report").joinpath(name).read_text(encoding="utf-8")


def _written(story: ScenarioStory) -> str:
    """Return the scenario file as it stands, nothing when it has gone."""
    try:
        return Path(story.started.location.file).read_text(encoding="utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return ""


def timeline(story: ScenarioStory, *, brief: bool = False) -> list[TimelineRow]:
    """Merge steps, exchanges, log entries, clock jumps and expectations into one list, in order.

    A `brief` one does not open log entries that tell of no failure, nor has it commands to repeat requests.
    """
    rows: list[TimelineRow] = []
    for step in story.steps:
        started = step.started
        details = (("arguments", pretty(started.arguments)),) if started.arguments else ()
        rows.append(
            TimelineRow(
                started.at,
                "step",
                "",
                f"{started.number}. {started.verb}",
                good=not step.failures,
                details=details,
            )
        )
        rows += _observed(step, brief=brief)
        rows += _concluded(step)
    return rows


def _observed(step: StepStory, *, brief: bool) -> list[TimelineRow]:
    """Return what happened in a step; of very much, the first part and every failure that still has room."""
    items = step.observations
    if len(items) > MAX_PER_STEP:
        failed = [index for index, item in enumerate(items) if not item.good][: MAX_PER_STEP // 2]
        first = [index for index in range(len(items)) if index not in set(failed)][
            : MAX_PER_STEP - len(failed)
        ]
        items = [items[index] for index in sorted(failed + first)]
    rows = [_row(item, brief=brief) for item in items]
    left_out = len(step.observations) - len(items)
    if left_out:
        summary = f"{left_out} more entries of this step are left out here; the JSON report has them"
        rows.append(TimelineRow(step.observations[-1].at, "more", "", summary))
    return rows


def _concluded(step: StepStory) -> list[TimelineRow]:
    finished = step.finished
    if finished is None:
        return []
    rows = [TimelineRow(finished.at, "outcome", "", finished.outcome)] if finished.outcome else []
    rows += [TimelineRow(finished.at, "held", "", checked) for checked in finished.checked]
    for failure in finished.failures:
        details = (("", as_text(failure_lines(failure))),)
        rows.append(TimelineRow(finished.at, "broken", "", failure.message, good=False, details=details))
    return rows


def _row(item: Observation, *, brief: bool) -> TimelineRow:
    details: tuple[tuple[str, str], ...] = ()
    summary, lane = item.summary, item.lane
    if item.exchange is not None:
        details = exchange_details(item.exchange, repeatable=not brief)
        summary = label(item.exchange)
        lane = f"{item.exchange.source} → {item.exchange.target}"
    elif item.detail is not None and not (brief and item.good):
        details = (("entry", pretty(item.detail)),)
    return TimelineRow(item.at, item.kind, lane, summary, item.good, details)
