"""The forms in which an administrator gets events: the console's downloads, a trail's file, EventBridge.

The downloads are those of https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events-console.html,
"Downloading events"; the columns of the CSV file are those of files that people published. A trail's file is named as
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html, "CloudTrail log file name format",
says (both editions of June 2023, read 2026-11-30), an envelope is that of
https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html, "detail-type" (read 2026-11-30). That the console's
JSON file is framed like a trail's, and the source `aws.identitystore-scim` of EventBridge, are inferred.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from msgspec import Struct

from harness.aws_sso.cloudtrail.lookup import lookup
from harness.aws_sso.tenant import Tenant
from harness.base.json_text import encode

MOST = 200_000  # what the console downloads at once
_COLUMNS: Mapping[str, str] = {
    "User name": "userName",
    "AWS access key": "accessKeyId",
    "Event time": "eventTime",
    "Event source": "eventSource",
    "Event name": "eventName",
    "AWS region": "awsRegion",
    "Source IP address": "sourceIPAddress",
    "User agent": "userAgent",
    "Error code": "errorCode",
    "Resources": "",
    "Request ID": "requestID",
    "Event ID": "eventID",
    "Read-only": "readOnly",
    "Event type": "eventType",
    "Recipient Account Id": "recipientAccountId",
    "Event category": "eventCategory",
}
_DETAIL_TYPES: Mapping[str, str] = {
    "AwsApiCall": "AWS API Call via CloudTrail",
    "AwsServiceEvent": "AWS Service Event via CloudTrail",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Carried(Struct, frozen=True):
    """A file: name, media type and content."""

    name: str
    media_type: str
    content: bytes


def carry(tenant: Tenant, form: str, most: int = MOST) -> Carried:
    """Return the newest events as a file in one of `FORMS`; only a trail's file has read-only events."""
    entries = (entry.body for entry in lookup(tenant))
    chosen = entries if form == "s3" else (event for event in entries if not event["readOnly"])
    return carried(tenant, form, chosen, most)


def carried(tenant: Tenant, form: str, events: Iterable[dict[str, Any]], most: int = MOST) -> Carried:
    """Return these events as a file, at most so many of them."""
    return FORMS[form](tenant, list(islice(events, most)))


def _csv(_: Tenant, events: Iterable[Mapping[str, Any]]) -> Carried:
    """Write the columns of the console's table: neither the error's sentence nor the request's parameters."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for event in events:
        cells = {"": "[]", **event["userIdentity"], **event, "readOnly": str(event["readOnly"]).lower()}
        writer.writerow(_harmless(str(cells.get(member) or "")) for member in _COLUMNS.values())
    return Carried("event_history.csv", "text/csv; charset=utf-8", text.getvalue().encode())


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet reads as a formula, though a client wrote it (its user agent, say)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _json(_: Tenant, events: Iterable[Mapping[str, Any]]) -> Carried:
    return Carried("event_history.json", "application/json", encode({"Records": list(events)}))


def _s3(tenant: Tenant, events: Iterable[Mapping[str, Any]]) -> Carried:
    """Write a trail's file; oldest first, and named by account, region, moment and sixteen characters of its own."""
    content = encode({"Records": list(events)[::-1]})
    settings, now = tenant.settings, tenant.clock.now()
    folder = f"AWSLogs/{settings.account_id}/CloudTrail/{settings.region}/{now:%Y/%m/%d}"
    stamp, own = f"{now:%Y%m%dT%H%MZ}", hashlib.sha256(content).hexdigest()[:16]
    name = f"{folder}/{settings.account_id}_CloudTrail_{settings.region}_{stamp}_{own}.json.gz"
    return Carried(name, "application/gzip", gzip.compress(content, mtime=0))


def _eventbridge(tenant: Tenant, events: Iterable[Mapping[str, Any]]) -> Carried:
    """Write one envelope a line, oldest first, which is the order in which a rule's target gets them."""
    lines = [encode(envelope(tenant, event)) for event in events][::-1]
    return Carried("events.ndjson", "application/x-ndjson", b"".join(line + b"\n" for line in lines))


def envelope(tenant: Tenant, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as EventBridge passes it on."""
    return {
        "version": "0",
        "id": str(uuid5(NAMESPACE_OID, event["eventID"])),
        "detail-type": _DETAIL_TYPES.get(event["eventType"]) or tenant.quirks["eventbridge-sign-in-type"],
        "source": f"aws.{event['eventSource'].removesuffix('.amazonaws.com')}",
        "account": tenant.settings.account_id,
        "time": event["eventTime"],
        "region": tenant.settings.region,
        "resources": [],
        "detail": event,
    }


FORMS: Mapping[str, Callable[[Tenant, list[dict[str, Any]]], Carried]] = {
    "csv": _csv,
    "json": _json,
    "s3": _s3,
    "eventbridge": _eventbridge,
}
