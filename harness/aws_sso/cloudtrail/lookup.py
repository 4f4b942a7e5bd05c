"""Looking events up by one of the keys that LookupEvents has, newest first."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from harness.aws_sso.cloudtrail.events import LOG
from harness.aws_sso.cloudtrail.scim_calls import OPERATIONS, WRITING, event_id_of, event_of
from harness.aws_sso.cloudtrail.tagging import (
    REFUSED,
    about,
    from_source,
    named,
    of_request,
    of_resource,
    read_only,
    with_key,
)
from harness.aws_sso.tenant import Tenant
from harness.base.clock import iso
from harness.base.paging import place_behind
from harness.base.store import Document, Entry
from harness.remedies.target import TargetEvent

_CHUNK = 64
_TOKEN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# The lookup keys of LookupEvents, and the member of an event, or of each of its resources, that has the value.
LOOKUP_KEYS: Mapping[str, str] = {
    "EventId": "eventID",
    "EventName": "eventName",
    "ReadOnly": "readOnly",
    "EventSource": "eventSource",
    "AccessKeyId": "accessKeyId",
    "Username": "userName",
    "ResourceType": "type",
    "ResourceName": "ARN",
}
_OF_RESOURCES = frozenset({"type", "ARN"})
_OF_IDENTITY = frozenset({"accessKeyId", "userName"})


def lookup(
    tenant: Tenant,
    *,
    where: tuple[str, str] | None = None,
    by: Index | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    before: int = 0,
) -> Iterator[Entry]:
    """Yield events newest first, those before the sequence `before`; `where` is a lookup key and its value.

    `by` is an index to use in place of the one for `where`.
    """
    earliest = "" if start is None else iso(start)
    latest = _latest(tenant, end)
    if latest is not None:
        place = place_behind(tenant.store, LOG, latest, _moment_of)
        before = min(before, place) if before else place
    member, value = ("", "") if where is None else (LOOKUP_KEYS[where[0]], where[1])
    index = by or (EVERYTHING if where is None else _index_of(tenant, member, value))
    for entry in index.entries(tenant, before):
        if member == "eventID" and event_id_of(entry.body) != value:
            continue
        event = event_of(entry.body)
        if event["eventTime"] < earliest:
            return
        if where is None or value in _shown_as(event, member):
            yield Entry(entry.sequence, event)


class Index(Struct, frozen=True):
    """Lines of the log by tags: those that have one of the tags; all lines for None."""

    tags: tuple[str, ...] | None = None

    def entries(self, tenant: Tenant, before: int) -> Iterator[Entry]:
        """Yield lines of the log, newest first; several tags are merged, and a line with two of them comes once."""
        if self.tags is None:
            yield from _backwards(tenant, before, None)
            return
        ways = [_backwards(tenant, before, tag) for tag in self.tags]
        last = 0
        for entry in heapq.merge(*ways, key=lambda entry: entry.sequence, reverse=True):
            if entry.sequence != last:
                yield entry
            last = entry.sequence

    def is_empty(self, tenant: Tenant) -> bool:
        return next(self.entries(tenant, 0), None) is None


EVERYTHING = Index()


def refused() -> Index:
    """Return the index of events with an error."""
    return Index((REFUSED,))


def of_refused_request(request_id: str) -> Index:
    return Index((of_request(request_id),))


def of_name(name: str) -> Index:
    """Return the index of events with a name, in any case."""
    return Index((named(name),))


def of_subject(*subjects: str) -> Index:
    """Return the index of events by or about users or groups, given by id or name."""
    return Index(tuple({about(subject): None for subject in subjects}))


def of_source(tenant: Tenant, source: str) -> Index:
    """Return the index of a source's events. SCIM calls have no tag for the source: their names are used."""
    if source != tenant.quirks["trail-event-source"]:
        return Index((from_source(source),))
    return _with_scim_calls(tenant, from_source(source), OPERATIONS)


def of_key(access_key: str) -> Index:
    """Return the index of an access key's events; a SCIM token's id has no tag, for nearly every line has the same."""
    return EVERYTHING if _TOKEN_ID.fullmatch(access_key) else Index((with_key(access_key),))


def of_reading(tenant: Tenant, shown: str) -> Index:
    """Return the index of read-only events (`true`) or all others; for SCIM calls their names are used."""
    names = [each for each in OPERATIONS if (each in WRITING) == (shown != "true")]
    return _with_scim_calls(tenant, read_only(shown), names)


def _with_scim_calls(tenant: Tenant, tag: str, operations: Sequence[str]) -> Index:
    names = tenant.quirks["trail-event-names"]
    return Index((tag, *sorted({named(names.get(each, each)) for each in operations})))


def _index_of(tenant: Tenant, member: str, value: str) -> Index:
    """Return the index for a lookup key's value; all lines for a key without one."""
    if member == "eventSource":
        return of_source(tenant, value)
    if member in _OF_RESOURCES:
        return Index((of_resource(member, value),))
    if member == "accessKeyId":
        return of_key(value)
    if member == "readOnly":
        return of_reading(tenant, value)
    if member == "eventName":
        return of_name(value)
    return of_subject(value) if member == "userName" else EVERYTHING


def _backwards(tenant: Tenant, before: int, tag: str | None) -> Iterator[Entry]:
    """Yield lines newest first, read in chunks, for a reader may stop early."""
    while True:
        entries = list(tenant.store.read(LOG, after=before, tag=tag, newest_first=True, limit=_CHUNK))
        yield from entries
        if len(entries) < _CHUNK:
            return
        before = entries[-1].sequence


def _moment_of(line: Document) -> str:
    return str(event_of(line)["eventTime"])


def refusal_of(tenant: Tenant, request_id: str) -> TargetEvent | None:
    """Return the event of a refused request; None where there is none, or it has not been delivered yet."""
    latest = _latest(tenant, None)
    for entry in tenant.store.read(LOG, tag=of_request(request_id), newest_first=True, limit=1):
        event = event_of(entry.body)
        if latest is None or event["eventTime"] <= latest:
            return TargetEvent(
                event["eventID"],
                event["eventName"],
                event["eventTime"],
                event["errorCode"],
                event["errorMessage"] or "",
            )
    return None


def _latest(tenant: Tenant, end: datetime | None) -> str | None:
    """Return the last moment of events to show: the requested end, or that of the newest delivered event."""
    minutes = tenant.quirks["cloudtrail-delivery-minutes"]
    if not minutes:
        return None if end is None else iso(end)
    delivered = tenant.clock.now() - timedelta(minutes=minutes)
    return iso(delivered if end is None else min(end, delivered))


def _shown_as(event: Mapping[str, Any], member: str) -> tuple[str | None, ...]:
    """Return the texts that LookupEvents prints for a member of an event, or of each of its resources."""
    if member in _OF_RESOURCES:
        return tuple(resource.get(member) for resource in event.get("resources", ()))
    value: Any = (event["userIdentity"] if member in _OF_IDENTITY else event).get(member)
    return (str(value).lower() if isinstance(value, bool) else value,)
