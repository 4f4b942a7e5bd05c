"""The certificate's requests and answers as an HTTP archive: a page a check, moments and times real ones.

A request that was sent again stands once, with the time of its last answer; what Azure AD's tenant of the bench did for
itself has no time.

Source: https://w3c.github.io/web-performance/specs/HAR/Overview.html (read 2026-11-29).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from harness.base import __version__
from harness.base.store import Document
from harness.certification.bench.patience import Timing
from harness.certification.certificate import Certificate
from harness.certification.running import Result
from harness.report.formats.json_report import as_json
from harness.wire.recording.har import entry


def render(certificate: Certificate) -> str:
    """Write one archive of all checks."""
    pages, entries = [], []
    for result in certificate.results:
        page = f"{result.suite} {result.check.name}"
        began = result.began or certificate.date
        pages.append({"startedDateTime": began, "id": page, "title": page, "pageTimings": {}})
        entries += [{"pageref": page, **each} for each in _entries(result)]
    log = {"version": "1.2", "creator": {"name": "harness", "version": __version__}}
    return as_json({"log": {**log, "pages": pages, "entries": entries}}) + "\n"


def _entries(result: Result) -> Iterator[Document]:
    timings: defaultdict[tuple[str, str], list[Timing]] = defaultdict(list)
    for each in result.timings:
        timings[each.method, each.url].append(each)
    for exchange in result.exchanges:
        shown: dict[str, Any] = entry(exchange)
        sent = timings[exchange.request.method, exchange.request.url]
        if sent:
            timing = sent.pop(0)
            milliseconds = round(1000 * timing.seconds, 3)
            shown |= {
                "startedDateTime": timing.began,
                "time": milliseconds,
                "timings": {"send": 0, "wait": milliseconds, "receive": 0},
            }
        yield shown
