"""The control API's answers about the timeline and the requests seen."""

from __future__ import annotations

import re
from typing import Any

from harness.base.clock import parse_duration
from harness.base.errors import HarnessError
from harness.serving.watching import seen
from harness.serving.watching.timeline import Timeline

# A number, or one for each of several processes by the origin of its timeline.
_PLACES = re.compile(r"\d+|[0-9a-f]+-\d+(,[0-9a-f]+-\d+)*")


def timeline(happenings: Timeline, query: dict[str, Any]) -> dict[str, Any]:
    """Return the newest events of the timeline. Raises HarnessError for a bad query."""
    after = query.get("after", "0")
    if not _PLACES.fullmatch(after) or set(query) - {"after", "about"}:
        raise HarnessError("`after` is the number of the last one seen: /_harness/timeline?after=0")
    last = happenings.last
    events = happenings.events(_number(after, happenings.origin), about=query.get("about", "").strip())
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


def _number(places: str, origin: str) -> int:
    """Return the number of the last one seen of this process, 0 where `places` has those of others only."""
    if places.isdecimal():
        return int(places)
    numbers = dict(place.split("-") for place in places.split(","))
    return int(numbers.get(origin, 0))
