"""The whole run as JSON, for programs: the same run gives the same bytes, so wall time is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from harness.report.collected import Collected, ScenarioStory, StepStory
from harness.report.formats.file_report import FileReport
from harness.scenario.events import Failure, Observation
from harness.wire.message import Headers
from harness.wire.recording.exchanges import Exchange

FORMAT = 1


class JsonReport(FileReport):
    """Everything as JSON, for programs."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, render)


def render(collected: Collected) -> str:
    """Write the run as JSON, a scenario a line; `format` grows when a reader has to change."""
    head = {
        "format": FORMAT,
        "version": collected.version,
        "seed": collected.seed,
        "totals": {
            "passed": collected.count("passed"),
            "failed": collected.count("failed"),
            "interrupted": collected.count("interrupted"),
            "rejected": len(collected.rejected),
        },
        "rejected": [asdict(rejected) for rejected in collected.rejected],
    }
    scenarios = ",\n".join(as_json(_scenario(story)) for story in collected.scenarios)
    return f'{as_json(head)[:-1]},"scenarios":[\n{scenarios}\n]}}\n'


def as_json(value: Any) -> str:
    """Write a value on one line, for a file in UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    # Half a surrogate pair is fine in JSON's own escapes and impossible in UTF-8.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _plain(value: Any) -> Any:
    """Return what JSON can say of another value: the fields of a record, the text of anything else."""
    return asdict(value) if isinstance(value, Struct) else str(value)


def _scenario(story: ScenarioStory) -> dict[str, Any]:
    started = story.started
    return {
        "id": started.id,
        "title": started.title,
        "location": asdict(started.location),
        "source": dict(started.source),
        "tags": list(started.tags),
        "profile": started.profile,
        "seed": started.seed,
        "start": started.at,
        "description": started.description,
        "outcome": story.outcome,
        "end": story.finished.at if story.finished else None,
        "quirks": sorted(story.finished.quirks) if story.finished else [],
        "failures": [_failure(failure) for failure in story.failures],
        "steps": [_step(step) for step in story.steps],
    }


def _step(step: StepStory) -> dict[str, Any]:
    started, finished = step.started, step.finished
    return {
        "number": started.number,
        "verb": started.verb,
        "arguments": started.arguments,
        "location": asdict(started.location),
        "at": started.at,
        "outcome": finished.outcome if finished else None,
        "held": list(finished.checked) if finished else [],
        "failures": [_failure(failure) for failure in step.failures],
        "observations": [_observation(observation) for observation in step.observations],
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return asdict(failure)


def _observation(observation: Observation) -> dict[str, Any]:
    data = {
        "kind": observation.kind,
        "at": observation.at,
        "lane": observation.lane,
        "summary": observation.summary,
        "good": observation.good,
        "detail": observation.detail,
    }
    return (
        data
        if observation.exchange is None
        else {**data, "exchange": exchange_document(observation.exchange)}
    )


def exchange_document(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange as JSON: who asked whom, the request, and the response (None) or the error."""
    request, response = exchange.request, exchange.response
    return {
        "source": exchange.source,
        "target": exchange.target,
        "error": exchange.error,
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": _headers(request.headers),
            "body": body_document(request.body),
        },
        "response": None
        if response is None
        else {
            "status": response.status,
            "headers": _headers(response.headers),
            "body": body_document(response.body),
        },
    }


def _headers(headers: Headers) -> list[list[str]]:
    return [list(header) for header in headers]


def body_document(body: bytes) -> Any:
    """Return the JSON a body holds, else its text."""
    try:
        return json.loads(body, parse_constant=str) if body else None
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
