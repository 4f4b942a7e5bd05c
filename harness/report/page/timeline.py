"""The timeline of a scenario: steps, exchanges, log entries, clock jumps and expectations in one list, in order."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from harness.report.collected import ScenarioStory, StepStory
from harness.report.diagnostics import as_text, failure_lines
from harness.report.page.exchanges import exchange_details, pretty
from harness.report.page.lanes import label
from harness.scenario.events import Observation


class TimelineRow(Struct, frozen=True):
    """A line of the timeline: a plain one, or one with details to open, each with a name and a text."""

    at: str
    kind: str
    lane: str
    summary: str
    good: bool = True
    details: tuple[tuple[str, str], ...] = ()


def timeline(story: ScenarioStory) -> Iterator[TimelineRow]:
    """Yield everything that happened."""
    for step in story.steps:
        started = step.started
        details = (("arguments", pretty(started.arguments)),) if started.arguments else ()
        summary = f"{started.number}. {started.verb}"
        yield TimelineRow(started.at, "step", "", summary, good=not step.failures, details=details)
        yield from map(_row, step.observations)
        yield from _concluded(step)


def _concluded(step: StepStory) -> Iterator[TimelineRow]:
    finished = step.finished
    if finished is None:
        return
    if finished.outcome:
        yield TimelineRow(finished.at, "outcome", "", finished.outcome)
    for expectation in finished.checked:
        yield TimelineRow(finished.at, "held", "", expectation)
    for failure in finished.failures:
        details = (("", as_text(failure_lines(failure))),)
        yield TimelineRow(finished.at, "broken", "", failure.message, good=False, details=details)


def _row(item: Observation) -> TimelineRow:
    if item.exchange is not None:
        lane = f"{item.exchange.source} → {item.exchange.target}"
        details = exchange_details(item.exchange)
        return TimelineRow(item.at, item.kind, lane, label(item.exchange), item.good, details)
    entry = () if item.detail is None else (("entry", pretty(item.detail)),)
    return TimelineRow(item.at, item.kind, item.lane, item.summary, item.good, entry)
