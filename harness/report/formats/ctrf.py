"""A run in the Common Test Report Format, for dashboards: a test a scenario, a rejected file as one that failed.

https://github.com/ctrf-io/ctrf, schema/ctrf.schema.json (read 2026-11-29). The format wants the moments at which the run began
and ended, so this is a report that differs from run to run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.base.clock import OffsetClock
from harness.base.output import check_writable, write
from harness.report.collected import Collected, ScenarioStory
from harness.report.diagnostics import as_text, failure_lines, rejection_lines
from harness.report.writing import legal
from harness.scenario.events import Event, FileRejected, Location

_STATUSES = {"passed": "passed", "failed": "failed", "interrupted": "other"}
_UNUSED = ("skipped", "pending")


class CtrfReport:
    """CTRF, for dashboards. Raises HarnessError when `path` cannot be written."""

    def __init__(self, path: Path) -> None:
        check_writable(path)
        self._path = path
        self._clock = OffsetClock()
        self._start = self._milliseconds()
        self._collected = Collected(observed=False)

    def consume(self, event: Event) -> None:
        self._collected.consume(event)

    def finish(self) -> None:
        document = render(self._collected, self._start, self._milliseconds())
        write(self._path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")

    def _milliseconds(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


def render(collected: Collected, start: int, stop: int) -> dict[str, Any]:
    """Return the report; `start` and `stop` are milliseconds since 1970."""
    tests = [*map(_rejected, collected.rejected), *map(_scenario, collected.scenarios)]
    statuses = [test["status"] for test in tests]
    counts = {status: statuses.count(status) for status in (*_STATUSES.values(), *_UNUSED)}
    return {
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "results": {
            "tool": {"name": "harness", "version": collected.version},
            "summary": {"tests": len(tests), **counts, "start": start, "stop": stop},
            "tests": tests,
            "extra": {"seed": collected.seed},
        },
    }


def _test(name: str, status: str, place: Location, seconds: float = 0.0) -> dict[str, Any]:
    return {
        "name": legal(name),
        "status": status,
        "duration": round(seconds * 1000),
        "filePath": place.file,
        "line": place.line,
    }


def _rejected(rejected: FileRejected) -> dict[str, Any]:
    test = _test(rejected.location.file, "failed", rejected.location)
    return {**test, "message": legal(rejected.message), "trace": as_text(rejection_lines(rejected))}


def _scenario(story: ScenarioStory) -> dict[str, Any]:
    started = story.started
    seconds = story.finished.seconds if story.finished else 0.0
    test = _test(started.id, _STATUSES[story.outcome], started.location, seconds)
    test |= {"suite": started.location.file.split("/")[:-1], "tags": list(started.tags)}
    if story.failures:
        first = story.failures[0]
        test |= {
            "message": legal(first.message),
            "trace": "\n\n".join(as_text(failure_lines(failure)) for failure in story.failures),
            "line": first.location.line,
        }
    return test
