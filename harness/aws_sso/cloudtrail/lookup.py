"""Looking events up by one of the keys that LookupEvents has, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from harness.aws_sso.cloudtrail.events import LOG, REFUSED, TAGGED, tag_of, tag_of_request
from harness.aws_sso.cloudtrail.scim_calls import event_of
from harness.aws_sso.tenant import Tenant
from harness.base.clock import iso
from harness.base.store import Entry
from harness.remedies.target import TargetEvent

_CHUNK = 64
# What LookupEvents can search by, and where it stands in an event; no event here names resources.
LOOKUP_KEYS: Mapping[str, str] = {
    "EventId": "eventID",
    "EventName": "eventName",
    "ReadOnly": "readOnly",
    "EventSource": "eventSource",
    "AccessKeyId": "accessKeyId",
    "Username": "userName",
    "ResourceType": "",
    "ResourceName": "",
}
_OF_IDENTITY = frozenset({"accessKeyId", "userName"})


def lookup(
    tenant: Tenant,
    *,
    where: tuple[str, str] | None = None,
    refused: bool = False,
    request: str = "",
    start: datetime | None = None,
    end: datetime | None = None,
    before: int = 0,
) -> Iterator[Entry]:
    """Yield events newest first, those before the sequence `before`; `where` is a lookup key and its value.

    `refused` leaves the events that tell of an error. Of a `request` that was refused the event is found at once; of any other
    nothing is left out.
    """
    earliest = "" if start is None else iso(start)
    latest = _latest(tenant, end)
    if latest is not None:
        place = _behind(tenant, latest)
        before = min(before, place) if before else place
    member, value = ("", "") if where is None else (LOOKUP_KEYS[where[0]], where[1])
    tag = _index(tenant, value if member == TAGGED else "", request, refused=refused)
    while True:
        entries = list(tenant.store.read(LOG, after=before, tag=tag, newest_first=True, limit=_CHUNK))
        for entry in entries:
            event = event_of(entry.body)
            if event["eventTime"] < earliest:
                return
            if where is None or _shown_as(event, member) == value:
                yield Entry(entry.sequence, event)
        if len(entries) < _CHUNK:
            return
        before = entries[-1].sequence


def _index(tenant: Tenant, name: str, request: str, *, refused: bool) -> str | None:
    """Return the tag under which the fewest lines stand that can be meant, None for all lines."""
    if request:
        tag = tag_of_request(request)
        if next(tenant.store.read(LOG, tag=tag, limit=1), None) is not None:
            return tag
    if refused:
        return REFUSED
    return tag_of(name) if name else None


def _behind(tenant: Tenant, latest: str) -> int:
    """Return the sequence behind the last event of a moment or before it; found by halves, for events come in order."""
    low, high = 0, tenant.store.last_sequence(LOG)
    while low < high:
        middle = (low + high) // 2
        entry = next(tenant.store.read(LOG, after=middle, limit=1), None)
        if entry is None or entry.sequence > high or event_of(entry.body)["eventTime"] > latest:
            high = middle
        else:
            low = entry.sequence
    return low + 1


def refusal_of(tenant: Tenant, request_id: str) -> TargetEvent | None:
    """Return the event of a refused request; None where there is none, or it has not been delivered yet."""
    latest = _latest(tenant, None)
    for entry in tenant.store.read(LOG, tag=tag_of_request(request_id), newest_first=True, limit=1):
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
    """Return the moment behind which no event is shown: the end asked for, or the newest that has been delivered."""
    minutes = tenant.quirks["cloudtrail-delivery-minutes"]
    if not minutes:
        return None if end is None else iso(end)
    delivered = tenant.clock.now() - timedelta(minutes=minutes)
    return iso(delivered if end is None else min(end, delivered))


def _shown_as(event: Mapping[str, Any], member: str) -> str | None:
    """Return what LookupEvents prints for a member of an event."""
    shown: Any = (event["userIdentity"] if member in _OF_IDENTITY else event).get(member)
    return str(shown).lower() if isinstance(shown, bool) else shown
