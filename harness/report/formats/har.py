"""All exchanges of a run as an HTTP archive, for browsers' network tools and proxies: a page a scenario.

HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/, "HAR Data Structure" (read 2026-11-29). Moments are those of the virtual
clock; on it an exchange takes no time.
"""

from __future__ import annotations

from pathlib import Path

from harness.base.output import check_writable, write
from harness.report.formats.json_report import as_json
from harness.scenario.events import Event, Observation, RunStarted, ScenarioStarted
from harness.wire.recording.har import entry


class HarReport:
    """An HTTP archive, for tools that show network traffic. Raises HarnessError when `path` cannot be written."""

    def __init__(self, path: Path) -> None:
        check_writable(path)
        self._path = path
        self._version = ""
        self._pages: list[str] = []
        self._entries: list[str] = []
        self._page = ""

    def consume(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._version = event.version
        elif isinstance(event, ScenarioStarted):
            self._page = event.id
            page = {"startedDateTime": event.at, "id": event.id, "title": event.title, "pageTimings": {}}
            self._pages.append(as_json(page))
        elif isinstance(event, Observation) and event.exchange is not None:
            self._entries.append(as_json({"pageref": self._page, **entry(event.exchange)}))

    def finish(self) -> None:
        creator = as_json({"name": "harness", "version": self._version})
        pages, entries = ",\n".join(self._pages), ",\n".join(self._entries)
        write(
            self._path,
            f'{{"log":{{"version":"1.2","creator":{creator},"pages":[\n{pages}\n],"entries":[\n{entries}\n]}}}}\n',
        )
