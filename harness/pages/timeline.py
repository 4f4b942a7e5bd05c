"""The live timeline, a page of both portals: exchanges, log lines, mails, jumps of the clock, as they happen.

The rows come as server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html, 9.2 (read
2026-11-30). An answer ends
after a second at most, and the browser asks for the rows after it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from threading import BoundedSemaphore

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from harness.base.errors import HarnessError
from harness.pages.instruments import Happened, Happenings, instruments
from harness.pages.routes import Route
from harness.wire.recording.har import har_texts

LANES = ("Administrator", "Azure AD", "AWS SSO", "Client", "Elsewhere")
_AT_FIRST = 200  # rows
# The most new rows drawn at once, about a busy second's: more than anybody reads, and drawing takes time.
_AT_ONCE = 100
_PATIENCE = 1.0  # seconds that an answer waits for something to happen
_MOST_CHARACTERS = 300
_RETRY, _RETRY_WHEN_BUSY = 250, 1000  # milliseconds until the browser asks again
_HOLE = "\0"
# Each watcher keeps a thread while it waits; beyond these the browser asks more often.
_WAITING = BoundedSemaphore(2)


def shown() -> ResponseReturnValue:
    """Show the newest rows, of everybody or of one person; a script adds later ones."""
    present, about, before = instruments(), _about(), request.args.get("before", type=int)
    timeline = present.timeline
    events = timeline.events(before=before, about=about, most=_AT_FIRST)
    return render_template(
        "pages/timeline.html",
        lanes=LANES,
        rows=Markup(_drawn(events)),  # noqa: S704 - a template wrote them
        about=about,
        before=before,
        earlier=events[0].number if len(events) == _AT_FIRST else None,
        writes_scenarios=present.scenario_of is not None,
        place=f"{timeline.origin}-{timeline.last}",
        process=os.getpid(),
    )


def streamed() -> ResponseReturnValue:
    """Answer with the rows after the browser's last one, each a server-sent event."""
    timeline = instruments().timeline
    after, is_ours = _place(timeline, request.headers.get("Last-Event-ID") or request.args.get("after", ""))
    if is_ours and timeline.last <= after and _WAITING.acquire(blocking=False):
        try:
            timeline.wait(after, _PATIENCE)
        finally:
            _WAITING.release()
    last, about = timeline.last, _about()
    events = timeline.events(after, about=about, most=_AT_ONCE)
    rows = _drawn(events)
    if len(events) == _AT_ONCE and (about or events[0].number > after + 1):
        earlier = url_for("pages.timeline_shown", about=about or None, before=events[0].number)
        rows = f"{_gap(earlier=earlier)}\n{rows}"
    if not is_ours:
        rows = f"{_gap(process=os.getpid())}\n{rows}"
    text = "".join(_messages(rows, f"{timeline.origin}-{last}", is_busy=len(events) == _AT_ONCE))
    return Response(text, content_type="text/event-stream", headers={"Cache-Control": "no-store"})


def opened(number: int) -> ResponseReturnValue:
    """Show one row: its request and answer, and the command that repeats it."""
    event = instruments().timeline.event(number)
    if event is None:
        abort(404, "It is not kept any more, or has not happened.")
    return render_template("pages/happening.html", event=event, exchange=event.exchange, text=_text(event))


def archive() -> ResponseReturnValue:
    """Answer with the page's exchanges as HAR; `harness reproduce` makes a scenario of it."""
    events = instruments().timeline.whole(_about())
    exchanges = [event.exchange for event in events if event.exchange is not None]
    name = {"Content-Disposition": 'attachment; filename="timeline.har"'}
    return Response("".join(har_texts(exchanges)), content_type="application/json", headers=name)


def scenario() -> ResponseReturnValue:
    """Answer with the page's SCIM and Graph calls as a scenario with made-up people."""
    present = instruments()
    if present.scenario_of is None:
        abort(404)
    events = present.timeline.whole(_about())
    try:
        text = present.scenario_of(event.exchange for event in events if event.exchange is not None)
    except HarnessError as error:
        return Response(f"There is no scenario in it yet: {error}.\n", 404, content_type="text/plain")
    name = {"Content-Disposition": 'attachment; filename="timeline.yaml"'}
    return Response(text, content_type="application/yaml", headers=name)


def _about() -> str:
    return request.args.get("about", "").strip()


def _place(timeline: Happenings, text: str) -> tuple[int, bool]:
    """Return the browser's last number, and whether it is this process's; with another's it starts from now."""
    origin, _, number = text.partition("-")
    is_ours = origin == timeline.origin and number.isdecimal()
    return int(number) if is_ours else timeline.last, is_ours


def _gap(**about: object) -> str:
    """Return the row about rows that are not shown: those before `earlier`, or another process's."""
    return render_template("pages/timeline_gap.html", lanes=len(LANES), **about)


def _messages(rows: str, place: str, *, is_busy: bool) -> Iterator[str]:
    yield f"retry: {_RETRY_WHEN_BUSY if is_busy else _RETRY}\n"
    for line in rows.splitlines():
        yield f"data: {line}\n"
    yield f"id: {place}\n\n"


def _drawn(events: Sequence[Happened]) -> str:
    """Return the rows as HTML, a line each."""
    base = url_for("pages.timeline_shown")
    return "\n".join([_row(base, event) for event in events])


def _row(base: str, event: Happened) -> str:
    words = " ".join(event.summary.split())
    shortened = words if len(words) <= _MOST_CHARACTERS else f"{words[:_MOST_CHARACTERS]}…"
    moment = event.at[:19].replace("T", " ").removesuffix("Z")
    pieces = _frame(base, event.kind, event.source, event.target, event.good)
    return f"{pieces[0]}{event.number}{pieces[1]}{event.at}{pieces[2]}{moment}{pieces[3]}{escape(shortened)}{pieces[4]}"


@lru_cache(maxsize=256)
def _frame(base: str, kind: str, source: str, target: str, good: bool) -> Sequence[str]:
    """Return the HTML around a row's number, moment (twice) and words, which is the same for equal kinds of rows."""
    row: dict[str, object] = {"kind": kind, "good": good, "way": "jump", "span": len(LANES)}
    if source:
        ends = [LANES.index(each) if each in LANES else len(LANES) - 1 for each in (source, target)]
        first, last = sorted(ends)
        row["way"] = "line" if kind != "exchange" else "right" if ends[0] < ends[1] else "left"
        row |= {"before": range(first), "after": range(last + 1, len(LANES)), "span": last - first + 1}
        row["elsewhere"] = target if target not in LANES else ""
        row["between"] = source if source == target else f"{source} → {target}"
    return render_template("pages/timeline_row.html", base=base, hole=_HOLE, **row).split(_HOLE)


def _text(event: Happened) -> str:
    return json.dumps(event.body, indent=2, ensure_ascii=False) if event.body is not None else ""


ROUTES: tuple[Route, ...] = (
    ("GET", "/timeline", shown),
    ("GET", "/timeline/events", streamed),
    ("GET", "/timeline/<int:number>", opened),
    ("GET", "/timeline/timeline.har", archive),
    ("GET", "/timeline/timeline.yaml", scenario),
)
