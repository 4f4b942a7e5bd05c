"""A run for GitHub Actions: an annotation at each failure's line, and a summary of the step.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands, "Setting an error message" and "Adding a job
summary" (read 2026-11-29); values are escaped as https://github.com/actions/toolkit, packages/core/src/command.ts does it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from harness.base.errors import HarnessError
from harness.report.collected import Collected
from harness.report.diagnostics import as_text, failure_lines, rejection_lines
from harness.report.writing import legal
from harness.scenario.events import Event, Location

# GitHub shows ten errors a step, and takes a summary of one mebibyte.
MOST_ANNOTATIONS = 10
MOST_SUMMARY = 1_000_000
_SLOWEST = 10


def is_github(environment: Mapping[str, str]) -> bool:
    return environment.get("GITHUB_ACTIONS") == "true"


class GitHubReport:
    """Writes annotations to `out`, and appends the summary to `summary`, the file that the runner names."""

    def __init__(self, out: TextIO, summary: Path | None) -> None:
        self._out = out
        self._summary = summary
        self._collected = Collected(observed=False)

    def consume(self, event: Event) -> None:
        self._collected.consume(event)

    def finish(self) -> None:
        """Raises HarnessError when the summary cannot be written."""
        for place, title, message in list(_problems(self._collected))[:MOST_ANNOTATIONS]:
            self._out.write(annotation(place, title, message) + "\n")
        if self._summary is None:
            return
        try:
            with self._summary.open("a", encoding="utf-8") as file:
                file.write(_cut(summary(self._collected)))
        except OSError as error:
            raise HarnessError(f"'{self._summary}' cannot be written: {error.strerror or error}") from error


def annotation(place: Location, title: str, message: str) -> str:
    """Return the command that marks a line of a file as wrong."""
    properties = {"file": place.file, "line": place.line, "col": place.column, "title": title}
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::error {written}::{_data(legal(message))}"


def summary(collected: Collected) -> str:
    """Return the summary in Markdown: counts, failures in full, and what took longest."""
    counts = {
        "passed": collected.count("passed"),
        "failed": collected.count("failed"),
        "interrupted": collected.count("interrupted"),
        "rejected": len(collected.rejected),
    }
    words = ", ".join(f"{number} {outcome}" for outcome, number in counts.items() if number) or "nothing ran"
    lines = ["## SCIM provisioning scenarios", "", f"{words} (seed `{collected.seed}`)", ""]
    for _, title, message in _problems(collected):
        fence = "`" * max(3, 1 + max(map(len, _runs_of_backticks(message)), default=0))
        lines += [f"### {_plain(title)}", "", fence, legal(message), fence, ""]
    finished = [(story.finished.seconds, story.started.id) for story in collected.scenarios if story.finished]
    if finished:
        lines += ["<details><summary>Slowest</summary>", "", "| seconds | scenario |", "| ---: | --- |"]
        lines += [
            f"| {seconds:.2f} | {_plain(name)} |"
            for seconds, name in sorted(finished, reverse=True)[:_SLOWEST]
        ]
        lines += ["", "</details>", ""]
    return "\n".join(lines) + "\n"


def _problems(collected: Collected) -> Iterator[tuple[Location, str, str]]:
    """Yield place, title and text of each rejected file and each failure."""
    for rejected in collected.rejected:
        yield (
            rejected.location,
            f"{rejected.location.file} is not a scenario",
            as_text(rejection_lines(rejected)),
        )
    for story in collected.scenarios:
        for failure in story.failures:
            yield failure.location, story.started.id, as_text(failure_lines(failure))


def _cut(text: str) -> str:
    octets = text.encode("utf-8", "replace")
    if len(octets) <= MOST_SUMMARY:
        return octets.decode()
    return octets[:MOST_SUMMARY].decode("utf-8", "ignore") + "\n…\n"


def _runs_of_backticks(text: str) -> list[str]:
    return "".join(letter if letter == "`" else " " for letter in text).split()


def _plain(text: str) -> str:
    """Return a text escaped for Markdown, on one line."""
    letters = legal(text).replace("\n", " ")
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#&" else letter for letter in letters)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(legal(text)).replace(":", "%3A").replace(",", "%2C")
