"""The requests that a served world has seen, to count and to wait for: for tests in other languages."""

from __future__ import annotations

import difflib
from datetime import timedelta
from typing import Any

from harness.base.clock import Stopwatch
from harness.base.errors import HarnessError
from harness.serving.watching.happenings import Event
from harness.serving.watching.timeline import Timeline
from harness.wire.faults import Selection

LONGEST = timedelta(seconds=30)


def requests(
    timeline: Timeline,
    pattern: str,
    *,
    text: str = "",
    status: int | None = None,
    after: int = 0,
    times: int = 1,
    within: timedelta = timedelta(),
) -> dict[str, Any]:
    """Return the requests that match `pattern` (`PATCH /Groups/*`), oldest first: after the number `after`, without forgotten ones.

    With `text`, only those with it in their body; with `status`, only those with that answer (0: none). Waits, in real time, until
    there are `times`. `nearest` is the most similar request if none matches; `last` is the `after` for later ones. Raises
    HarnessError for a bad pattern, or a wait that is too long.
    """
    selection, watch = Selection.of(pattern, text), Stopwatch()
    if within > LONGEST:
        raise HarnessError(f"nobody is waited for longer than {LONGEST.total_seconds():.0f}s")
    chosen: list[dict[str, Any]] = []
    lines: dict[str, str] = {}  # a request line, to the same with its answer
    last = max(after, timeline.forgotten)
    while True:
        for event in timeline.whole(after=last):
            last = event.number
            if event.exchange is not None:
                lines[event.summary.partition(" → ")[0]] = event.summary
                answered = event.exchange.response.status if event.exchange.response else 0
                if status in (None, answered) and selection.chooses(event.exchange.request):
                    chosen.append(_shown(event))
        left = within.total_seconds() - watch.seconds()
        if len(chosen) >= times or left <= 0:
            break
        timeline.wait(last, left)
    nearest = [] if chosen else difflib.get_close_matches(pattern, lines, n=1, cutoff=0.0)
    return {
        "count": len(chosen),
        "last": last,
        "nearest": lines[nearest[0]] if nearest else None,
        "value": chosen,
    }


def _shown(event: Event) -> dict[str, Any]:
    exchange = event.exchange
    assert exchange is not None
    return {"number": event.number, "from": event.source, **exchange.document()}
