"""The filters of the event history page: what was typed, and the events that it leaves, newest first.

Names, refused requests and errors are looked up by index, and so is the moment to begin at; other filters read the history
backwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from harness.aws_sso import cloudtrail, identity_store
from harness.aws_sso.tenant import Tenant
from harness.aws_sso.tokens import Declined
from harness.base.json_text import encode_text
from harness.pages.listing import Row, entered

FIELDS = ("eventName", "eventSource", "user", "request", "error", "start", "end")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters; `marks` are what stands in the events of the user or group that was typed, as JSON writes it."""

    name: str
    source: str
    request: str
    error: str
    marks: tuple[str, ...]
    start: datetime | None
    end: datetime | None

    def passes(self, row: Row) -> bool:
        event: dict[str, Any] = row["event"]
        return (
            (not self.name or self.name.casefold() in event["eventName"].casefold())
            and (not self.source or event["eventSource"] == self.source)
            and (not self.request or event["requestID"] == self.request)
            and (not self.error or self.error.casefold() in _trouble(event).casefold())
            and (not self.marks or any(mark in encode_text(event).casefold() for mark in self.marks))
        )

    def rows(self, tenant: Tenant, before: int = 0) -> Iterator[Row]:
        """Yield what index and time leave of the events before a sequence, as `{"id", "event"}`; not all of it passes."""
        entries = cloudtrail.lookup(
            tenant,
            where=_exact(tenant, self.name),
            refused=bool(self.error),
            request=self.request,
            start=self.start,
            end=self.end,
            before=before,
        )
        return ({"id": str(entry.sequence), "event": entry.body} for entry in entries)


def typed() -> Mapping[str, str]:
    """Return the present request's filters by field."""
    return {name: entered(name) for name in FIELDS}


def wanted(tenant: Tenant, filters: Mapping[str, str]) -> Wanted:
    """Read the filters. Raises Declined for what is no moment."""
    return Wanted(
        name=filters["eventName"],
        source=filters["eventSource"],
        request=filters["request"],
        error=filters["error"],
        marks=_marks(tenant, filters["user"]),
        start=_moment(filters["start"]),
        end=_moment(filters["end"]),
    )


def _exact(tenant: Tenant, name: str) -> tuple[str, str] | None:
    """Return what to look up by index: the event name that was typed in whole, in whatever case."""
    names = (*tenant.quirks["trail-event-names"].values(), *tenant.quirks["console-event-names"].values())
    exact = next((each for each in names if each.casefold() == name.casefold()), None)
    return None if exact is None else ("EventName", exact)


def _trouble(event: dict[str, Any]) -> str:
    outcome = "Failure" if cloudtrail.failed(event) else ""
    return f"{event.get('errorCode', outcome)} {event.get('errorMessage', '')}"


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
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Declined(400, f"'{text}' is no moment; write it as 2026-03-02T08:00 (UTC).") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
