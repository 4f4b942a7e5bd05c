"""A run as JSON lines, written while it goes: an object for everything that happens, with the key `event` first.

For programs that read along, or that want one line at a time. Only the JSON report has the following, which is left out here:
headers; bodies longer than `LONGEST` bytes; the steps of a provisioning log entry without a failure; audit log entries of
what went well, which repeat such an entry; and of CloudTrail's events everything but the name and the error.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from harness.base.output import OutputFile, check_writable
from harness.report.formats.json_report import as_json, body_document
from harness.scenario.events import (
    Event,
    FileRejected,
    Observation,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
    StepStarted,
)
from harness.wire.recording.exchanges import Exchange

FORMAT = 1
LONGEST = 2_000
# Of a CloudTrail event: what the exchange beside it does not say.
_TRAIL = ("eventName", "errorCode", "errorMessage")


class JsonLinesReport:
    """JSON lines, for programs that read along."""

    def __init__(self, path: Path) -> None:
        check_writable(path)
        self._file = OutputFile(path)

    def consume(self, event: Event) -> None:
        if isinstance(event, Observation) and event.kind == "cloudtrail" and event.good:
            return  # it repeats what the line of its exchange says
        self._file.write(as_json(document(event)), "\n")
        if isinstance(event, ScenarioFinished):
            self._file.flush()

    def finish(self) -> None:
        self._file.keep()


def document(event: Event) -> dict[str, Any]:
    """Return the object of one line."""
    if isinstance(event, Observation):
        return _observation(event)
    name = _NAMES[type(event)]
    if isinstance(event, RunStarted):
        return {"event": name, "format": FORMAT, **asdict(event)}
    if isinstance(event, RunFinished):
        counts = {"passed": event.passed, "failed": event.failed, "rejected": event.rejected}
        return {"event": name, **counts}
    if isinstance(event, ScenarioFinished):
        outcome = "passed" if event.passed else "failed"
        failures = [asdict(failure) for failure in event.failures]
        return {"event": name, "id": event.id, "outcome": outcome, "at": event.at, "failures": failures}
    return {"event": name, **asdict(event)}


_NAMES: dict[type, str] = {
    RunStarted: "run",
    FileRejected: "file rejected",
    ScenarioStarted: "scenario",
    StepStarted: "step",
    StepFinished: "step finished",
    ScenarioFinished: "scenario finished",
    RunFinished: "run finished",
}


def _observation(item: Observation) -> dict[str, Any]:
    line: dict[str, Any] = {"event": item.kind, "at": item.at}
    if not item.good:
        line["good"] = False
    if item.exchange is not None:
        return {**line, **_exchange(item.exchange)}
    if item.kind == "cloudtrail" and isinstance(item.detail, dict):
        return {**line, **{name: item.detail[name] for name in _TRAIL if item.detail.get(name)}}
    line |= {"summary": item.summary}
    untold = item.detail is None or (item.kind == "audit log" and item.good)
    return line if untold else {**line, "lane": item.lane, "entry": _entry(item)}


def _entry(item: Observation) -> Any:
    if item.kind != "provisioning log" or not item.good or not isinstance(item.detail, dict):
        return item.detail
    return {name: value for name, value in item.detail.items() if name != "provisioningSteps"}


def _exchange(exchange: Exchange) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    line: dict[str, Any] = {
        "source": exchange.source,
        "target": exchange.target,
        "method": request.method,
        "url": request.url,
    }
    if response is None:
        line["error"] = exchange.error
    else:
        line["status"] = response.status
    for name, body in (("sent", request.body), ("answer", response.body if response else b"")):
        if len(body) > LONGEST:
            line[f"{name}Length"] = len(body)
        elif body:
            line[name] = body_document(body)
    return line
