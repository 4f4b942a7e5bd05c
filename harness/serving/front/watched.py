"""The control API's answers about the timeline and the requests seen."""

from __future__ import annotations

from typing import Any

from harness.base.clock import parse_duration
from harness.base.errors import HarnessError
from harness.serving.watching import seen
from harness.serving.watching.timeline import Timeline


def timeline(happenings: Timeline, query: dict[str, Any]) -> dict[str, Any]:
    """Return the newest events of the timeline. Raises HarnessError for a bad query."""
    after = query.get("after", "0")
    if not after.isdecimal() or set(query) - {"after", "about"}:
        raise HarnessError("`after` is the number of the last one seen: /_harness/timeline?after=0")
    last = happenings.last
    events = happenings.events(int(after), about=query.get("about", "").strip())
    return {"origin": happenings.origin, "last": last, "events": [event.document() for event in events]}


def requests(happenings: Timeline, query: dict[str, Any]) -> dict[str, Any]:
    """Return the requests seen, or waited for (`seen.requests`). Raises HarnessError for a bad query."""
    numbers = [query.get("after", "0"), query.get("times", "1"), query.get("status", "0")]
    is_known = set(query) <= {"request", "contains", "status", "after", "times", "wait"}
    if "request" not in query or not is_known or not all(map(str.isdecimal, numbers)):
        raise HarnessError(
            "name them: /_harness/requests?request=POST /Users, and perhaps contains=TEXT, status=409, after=0, times=1, wait=5s"
        )
    after, times, status = map(int, numbers)
    return seen.requests(
        happenings,
        query["request"],
        text=query.get("contains", ""),
        status=status if "status" in query else None,
        after=after,
        times=times,
        within=parse_duration(query.get("wait", "0s")),
    )
