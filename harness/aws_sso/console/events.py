"""Event history: what CloudTrail keeps, newest first, by name, source, user, request, error and time.

Names are looked up by index; other filters read the history backwards, so many events a page.
Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events-console.html (read 2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import render_template

from harness.aws_sso import cloudtrail, identity_store
from harness.aws_sso.tenant import Tenant, current
from harness.aws_sso.tokens import Declined
from harness.base.json_text import encode_text
from harness.pages.listing import Row, after, entered, page_of, ways

_FILTERS = ("eventName", "eventSource", "user", "request", "error", "start", "end")
SOURCES = (
    "identitystore-scim.amazonaws.com",
    "identitystore.amazonaws.com",
    "sso-directory.amazonaws.com",
    "sso.amazonaws.com",
    "signin.amazonaws.com",
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The filters; `marks` are what stands in the events of the user or group that was typed, as JSON writes it."""

    name: str
    source: str
    request: str
    error: str
    marks: tuple[str, ...]

    def passes(self, row: Row) -> bool:
        event: dict[str, Any] = row["event"]
        return (
            (not self.name or self.name.casefold() in event["eventName"].casefold())
            and (not self.source or event["eventSource"] == self.source)
            and (not self.request or event["requestID"] == self.request)
            and (not self.error or self.error.casefold() in _trouble(event).casefold())
            and (not self.marks or any(mark in encode_text(event).casefold() for mark in self.marks))
        )


def listed() -> str:
    tenant, filters = current(), {name: entered(name) for name in _FILTERS}
    wanted = _Wanted(
        filters["eventName"],
        filters["eventSource"],
        filters["request"],
        filters["error"],
        _marks(tenant, filters["user"]),
    )
    page = page_of(_rows(tenant, filters, wanted), wanted.passes)
    texts = [(row["event"], json.dumps(row["event"], indent=2, ensure_ascii=False)) for row in page.rows]
    return render_template(
        "console/events.html", rows=texts, ways=ways(page), filters=filters, sources=SOURCES
    )


def _rows(tenant: Tenant, filters: dict[str, str], wanted: _Wanted) -> Iterator[Row]:
    """Yield the events that the index and the time leave; a name that is known exactly is looked up."""
    names = [*tenant.quirks["trail-event-names"].values(), *tenant.quirks["console-event-names"].values()]
    exact = next((name for name in names if name.casefold() == wanted.name.casefold()), None)
    entries = cloudtrail.lookup(
        tenant,
        where=("EventName", exact) if exact else None,
        start=_moment(filters["start"]),
        end=_moment(filters["end"]),
        before=int(place) if (place := after() or "0").isdecimal() else 0,
    )
    return ({"id": str(entry.sequence), "event": entry.body} for entry in entries)


def _trouble(event: dict[str, Any]) -> str:
    return f"{event.get('errorCode', '')} {event.get('errorMessage', '')}"


def _marks(tenant: Tenant, text: str) -> tuple[str, ...]:
    """Return what stands in the events of a user or group: what was typed and the ids that it is a name of, in quotes."""
    if not text:
        return ()
    spaces = ("user.userName", "group.displayName")
    ids = (identity_store.find(tenant, space, text) for space in spaces)
    return tuple(encode_text(mark).casefold() for mark in (text, *ids) if mark)


def _moment(text: str) -> datetime | None:
    """Read `2026-03-02T08:00`, as browsers send it, in UTC. Raises Declined."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise Declined(400, f"'{text}' is no moment; write it as 2026-03-02T08:00 (UTC).") from error


ROUTES = (("GET", "/events", listed),)
