"""What AWS knows: `identitystore list-users`, a dump of SCIM, and refused SCIM calls in CloudTrail's carriers.

Shapes: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_User.html,
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html,
https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html,
https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html (read 2026-11).
"""

from __future__ import annotations

import json
from typing import Any

from harness.exports.carriers import Row
from harness.exports.evidence import Account, TrailEvent

_SCIM = "identitystore-scim.amazonaws.com"
_COLUMNS = {
    "event name": "eventname",
    "event source": "eventsource",
    "event time": "eventtime",
    "error code": "errorcode",
    "request id": "requestid",
    "event id": "eventid",
}


def account(row: Row) -> Account:
    """Read a user of AWS from the Identity Store API or from SCIM."""
    emails = row.get("Emails") or row.get("emails") or []
    addresses = [each for each in emails if isinstance(each, dict)] if isinstance(emails, list) else []
    # The primary one is unique; a list without a mark has it first.
    marked = (each for each in addresses if each.get("Primary") or each.get("primary"))
    first = next(marked, addresses[0] if addresses else {})
    if "UserName" in row:
        owners = row.get("ExternalIds") or []
        external = tuple(str(owner.get("Id", "")) for owner in owners if isinstance(owner, dict))
        return Account(
            str(row.get("UserId", "")),
            str(row["UserName"]),
            str(first.get("Value") or ""),
            external,
            str(row.get("IdentityStoreId") or ""),
        )
    external = (str(row["externalId"]),) if row.get("externalId") else ()
    return Account(
        str(row.get("id", "")), str(row.get("userName", "")), str(first.get("value") or ""), external
    )


def trail_event(row: Row) -> TrailEvent | None:
    """Read a refused SCIM call; None for other events and for calls that were not refused."""
    record: dict[str, Any] = row
    if isinstance(inner := row.get("CloudTrailEvent"), str):
        try:
            record = json.loads(inner)
        except ValueError:
            return None
    elif isinstance(inner := row.get("detail"), dict):
        record = inner
    lowered = {_COLUMNS.get(key.lower(), key.lower()): value for key, value in record.items()}
    if lowered.get("eventsource") != _SCIM or not lowered.get("errorcode"):
        return None
    return TrailEvent(
        event_id=str(lowered.get("eventid", "")),
        request_id=str(lowered.get("requestid", "")),
        moment=str(lowered.get("eventtime", "")),
        name=str(lowered.get("eventname", "")),
        code=str(lowered["errorcode"]),
        message=str(lowered.get("errormessage") or ""),
    )
