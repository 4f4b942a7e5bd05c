"""All exchanges of a run as an HTTP archive, for browsers' network tools and proxies: a page a scenario.

HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/, "HAR Data Structure" (read 2026-11-29). Moments are those of the virtual
clock; on it an exchange takes no time.
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from harness.base.output import check_writable, write
from harness.report.json_report import as_json
from harness.scenario.events import Event, Observation, RunStarted, ScenarioStarted
from harness.wire.message import Headers
from harness.wire.record import Exchange

_NO_TIME = {"send": 0, "wait": 0, "receive": 0}
_HTTP = "HTTP/1.1"


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
            self._entries.append(as_json(entry(event.exchange, self._page)))

    def finish(self) -> None:
        creator = as_json({"name": "harness", "version": self._version})
        pages, entries = ",\n".join(self._pages), ",\n".join(self._entries)
        write(
            self._path,
            f'{{"log":{{"version":"1.2","creator":{creator},"pages":[\n{pages}\n],"entries":[\n{entries}\n]}}}}\n',
        )


def entry(exchange: Exchange, page: str) -> dict[str, Any]:
    """Return an exchange as HAR's `entry`; one without an answer has status 0, as browsers write it."""
    return {
        "pageref": page,
        "startedDateTime": exchange.at,
        "time": 0,
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": _NO_TIME,
        "comment": f"{exchange.source} to {exchange.target}",
    }


def _request(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request
    query = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    document = {
        "method": request.method,
        "url": request.url,
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _headers(request.headers),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": -1,
        "bodySize": len(request.body),
    }
    if request.body:
        text = request.body.decode("utf-8", "replace")
        document["postData"] = {"mimeType": request.header("content-type") or "", "text": text}
    return document


def _response(exchange: Exchange) -> dict[str, Any]:
    response = exchange.response
    status, headers, body = (response.status, response.headers, response.body) if response else (0, (), b"")
    return {
        "status": status,
        "statusText": _phrase(status),
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _headers(headers),
        "content": {
            "size": len(body),
            "mimeType": (response.header("content-type") if response else None) or "",
            "text": body.decode("utf-8", "replace"),
        },
        "redirectURL": (response.header("location") if response else None) or "",
        "headersSize": -1,
        "bodySize": len(body),
        "comment": exchange.error or "",
    }


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]
