"""The HTML report: one file with everything in it, for people who did not write the scenarios.

The page fetches nothing. Requests, log entries and drawings are compressed inside (`packing.py`), and a small script, the only
one that the page's policy allows, unpacks the scenario that is opened. A scenario is compressed as soon as it is over.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup
from msgspec import Struct

from harness.base.errors import HarnessError
from harness.base.output import check_writable, write
from harness.base.tables import read_text
from harness.report.collected import Collected, ScenarioStory
from harness.report.diagnostics import failure_lines, paragraphs, rejection_lines
from harness.report.page.lanes import draw
from harness.report.page.packing import TOGETHER, Blocks, Lines
from harness.report.page.timeline import TimelineRow, timeline
from harness.report.writing import legal
from harness.scenario.events import Event, ScenarioFinished
from harness.scenario.loading.backgrounds import with_included
from harness.scenario.loading.source import read
from harness.scenario.shipped import file_of


class _Filter(Struct, frozen=True):
    """A filter above the list: `choices` are its values, each with the number of scenarios that have it."""

    name: str
    label: str
    choices: tuple[tuple[str, int], ...]


class HtmlReport:
    """Consumes events; `finish` writes the page under a heading. Raises HarnessError at once when `path` cannot be written."""

    def __init__(self, path: Path, heading: str = "SCIM provisioning scenarios") -> None:
        check_writable(path)
        self._path, self._heading = path, heading
        self._collected = Collected()
        self._lines = Lines()
        self._blocks = Blocks()

    def consume(self, event: Event) -> None:
        self._collected.consume(event)
        if isinstance(event, ScenarioFinished):
            self._pack(self._collected.scenarios[-1])

    def finish(self) -> None:
        for story in self._collected.scenarios[len(self._blocks) :]:  # one that was interrupted
            self._pack(story)
        write(self._path, self._page())

    def _pack(self, story: ScenarioStory) -> None:
        self._blocks.add(inside(story, self._lines))
        for step in story.steps:
            step.observations.clear()

    def _page(self) -> str:
        collected = self._collected
        counts = {
            "passed": collected.count("passed"),
            "failed": collected.count("failed"),
            "interrupted": collected.count("interrupted"),
            "rejected": len(collected.rejected),
        }
        script = read_text(__package__, "page.js")
        page = _template().render(
            run=collected,
            heading=self._heading,
            counts=counts,
            filters=_filters(collected),
            blocks=self._blocks.packed(),
            together=TOGETHER,
            lines=self._lines.packed(),
            style=Markup(read_text(__package__, "page.css")),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            script_hash=f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}",
        )
        return legal(page)


def inside(story: ScenarioStory, lines: Lines) -> dict[str, Any]:
    """Return the data of a scenario for the page's script; texts and drawings are numbers of `lines`."""
    return {
        "first": lines.count,
        "description": [legal(part) for part in story.started.description.strip().split("\n\n") if part],
        "facts": [[legal(text) for text in fact] for fact in _facts(story)],
        "picture": lines.numbers(draw(story)),
        "rows": [_packed(row, lines) for row in timeline(story)],
        "file": lines.text(_written(story)),
    }


def _packed(row: TimelineRow, lines: Lines) -> list[Any]:
    """Return the data with its lines numbered in the order of writing, so that the script can count new ones."""
    names = lines.numbers((row.kind, row.lane, row.summary))
    return [row.at, *names, row.good, [[name, lines.text(text)] for name, text in row.details]]


def _facts(story: ScenarioStory) -> list[tuple[str, str, str]]:
    """Return label, text and address of each fact; the address is empty, or one that a browser may open."""
    started, finished = story.started, story.finished
    url = started.source.get("url", "")
    link = url if url.startswith(("https://", "http://")) else ""
    source = ", ".join(
        text for text in (started.source.get("title", link), started.source.get("section", "")) if text
    )
    end = f" to {finished.at}" if finished and finished.at != started.at else ""
    facts = [
        ("Source", source, link),
        ("Profile", f"{started.profile}, seed {started.seed}", ""),
        ("Virtual time", f"{started.at}{end}", ""),
        ("Quirks met", ", ".join(sorted(finished.quirks)) if finished else "", ""),
    ]
    return [fact for fact in facts if fact[1]]


def _filters(collected: Collected) -> list[_Filter]:
    stories = collected.scenarios
    values = {
        "outcome": ("Outcome", Counter(story.outcome for story in stories)),
        "folder": ("Folder", Counter(_folder_of(story) for story in stories)),
        "tag": ("Tag", Counter(tag for story in stories for tag in story.started.tags)),
    }
    return [_Filter(name, label, tuple(sorted(numbers.items()))) for name, (label, numbers) in values.items()]


def _folder_of(story: ScenarioStory) -> str:
    return story.started.location.file.rpartition("/")[0]


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    environment.globals.update(
        folder_of=_folder_of,
        paragraphs_of=lambda failure: paragraphs(failure_lines(failure)),
        paragraphs_of_rejection=lambda rejected: paragraphs(rejection_lines(rejected)),
    )
    return environment.from_string(read_text(__package__, "page.html.jinja"))


def _written(story: ScenarioStory) -> str:
    """Return the text of the scenario file and of those it includes; an empty text if it is gone."""
    name = story.started.location.file
    try:
        path = file_of(name)
        return with_included(read(path, name), path)
    except HarnessError:
        return ""
