"""LookupEvents: the event history, newest first.

Imitates https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html (read 2026-11).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from harness.aws_sso import cloudtrail, cursors
from harness.aws_sso.apis.parameters import ApiError, Handler, Parameters
from harness.aws_sso.documents import encode_text
from harness.aws_sso.tenant import Tenant
from harness.base.clock import from_iso

_PAGE = 50
_KEPT = timedelta(days=90)


def lookup_events(tenant: Tenant, given: Parameters) -> dict[str, Any]:
    where = _where(given)
    start, end = given.moment("StartTime"), given.moment("EndTime")
    if start is not None and end is not None and start > end:
        raise ApiError("InvalidTimeRangeException", "The start time lies after the end time.")
    limit = given.number("MaxResults", _PAGE, _PAGE)
    oldest = tenant.clock.now() - _KEPT
    start = oldest if start is None else max(start, oldest)
    scope = f"lookup {where} {given.moment('StartTime')} {end}"
    token = given.optional_text("NextToken")
    try:
        before = 0 if token is None else int(cursors.unseal(tenant, scope, token)[0])
    except ValueError as error:
        raise ApiError(
            "InvalidNextTokenException", "The next token does not belong to this lookup."
        ) from error
    found = cloudtrail.lookup(tenant, where=where, start=start, end=end, before=before)
    entries = list(itertools.islice(found, limit + 1))
    document: dict[str, Any] = {"Events": [_event(entry.body) for entry in entries[:limit]]}
    if len(entries) > limit:
        document["NextToken"] = cursors.seal(tenant, scope, [str(entries[limit - 1].sequence)])
    return document


def _where(given: Parameters) -> tuple[str, str] | None:
    attributes = given.structures("LookupAttributes")
    if not attributes:
        return None
    key = attributes[0].text("AttributeKey")
    if len(attributes) > 1 or key not in cloudtrail.LOOKUP_KEYS:
        raise ApiError("InvalidLookupAttributesException", "Look up by one attribute, and by a known one.")
    return key, attributes[0].text("AttributeValue")


def _event(event: dict[str, Any]) -> dict[str, Any]:
    access_key = event["userIdentity"].get("accessKeyId")
    return {
        "EventId": event["eventID"],
        "EventName": event["eventName"],
        "ReadOnly": str(event["readOnly"]).lower(),
        **({} if access_key is None else {"AccessKeyId": access_key}),
        "EventTime": from_iso(event["eventTime"]).timestamp(),
        "EventSource": event["eventSource"],
        "Resources": [],
        "CloudTrailEvent": encode_text(event),
    }


OPERATIONS: Mapping[str, Handler] = {"LookupEvents": lookup_events}
