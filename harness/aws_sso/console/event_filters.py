"""The filters of the event history page: what was typed, and the events that it leaves, newest first.

All of them are looked up by index, the one that leaves least first; a part of a name, and what the error says, are then
compared line by line, backwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from harness.aws_sso import cloudtrail, identity_store
from harness.aws_sso.cloudtrail.lookup import (
    EVERYTHING,
    Index,
    of_name,
    of_refused_request,
    of_source,
    of_subject,
    refused,
)
from harness.aws_sso.tenant import Tenant
from harness.aws_sso.tokens import Declined
from harness.base.errors import HarnessError
from harness.pages.listing import Row, entered
from harness.pages.periods import entered_moment

FIELDS = ("eventName", "eventSource", "user", "request", "error", "start", "end")


class Wanted(Struct, frozen=True):
    """The filters; `subjects` are the name or id of the user or group that was typed and the id that the name has, casefolded."""

    name: str
    source: str
    request: str
    error: str
    subjects: tuple[str, ...]
    start: datetime | None
    end: datetime | None

    def passes(self, row: Row) -> bool:
        event: dict[str, Any] = row["event"]
        return (
            (not self.name or self.name.casefold() in event["eventName"].casefold())
            and (not self.source or event["eventSource"] == self.source)
            and (not self.request or event["requestID"] == self.request)
            and (not self.error or self.error.casefold() in _trouble(event).casefold())
            and (not self.subjects or not cloudtrail.subjects_of(event).isdisjoint(self.subjects))
        )

    def rows(self, tenant: Tenant, before: int = 0) -> Iterator[Row]:
        """Yield what index and time leave of the events before a sequence, as `{"id", "event"}`; not all of it passes."""
        entries = cloudtrail.lookup(
            tenant, by=self._index(tenant), start=self.start, end=self.end, before=before
        )
        return ({"id": str(entry.sequence), "event": entry.body} for entry in entries)

    def _index(self, tenant: Tenant) -> Index:
        """Return where the fewest events are that can be meant. A name may be typed in part, a request not be a refused one."""
        request, name = of_refused_request(self.request), of_name(self.name)
        if self.request and not request.is_empty(tenant):
            return request
        if self.subjects:
            return of_subject(*self.subjects)
        if self.error:
            return refused()
        if self.name and not name.is_empty(tenant):
            return name
        return of_source(tenant, self.source) if self.source else EVERYTHING


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
        subjects=_subjects(tenant, filters["user"]),
        start=_moment(filters["start"]),
        end=_moment(filters["end"]),
    )


def _trouble(event: dict[str, Any]) -> str:
    outcome = "Failure" if cloudtrail.failed(event) else ""
    return f"{event.get('errorCode', outcome)} {event.get('errorMessage', '')}"


def _subjects(tenant: Tenant, text: str) -> tuple[str, ...]:
    """Return a name or id that was typed, and the ids of the user and the group that have it for a name."""
    if not text:
        return ()
    spaces = ("user.userName", "group.displayName")
    ids = (identity_store.find(tenant, space, text) for space in spaces)
    return tuple(subject.casefold() for subject in (text, *ids) if subject)


def _moment(text: str) -> datetime | None:
    """Read a moment. Raises Declined."""
    try:
        return entered_moment(text)
    except HarnessError as error:
        raise Declined(400, str(error)) from error
