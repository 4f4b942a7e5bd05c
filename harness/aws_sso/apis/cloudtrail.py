"""LookupEvents: the event history, newest first. Its own calls are not logged, or each look would change the history.

Imitates LookupEvents of the model cloudtrail/2013-11-01 in botocore 1.44.5 (read 2026-11-30): one lookup attribute, 90 days, both
bounds included, and an error of its own for each member that is wrong.
"""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from harness.aws_sso import cloudtrail, cursors
from harness.aws_sso.apis.call import Call, Service
from harness.aws_sso.apis.errors import ApiError
from harness.aws_sso.apis.sentences import inferred
from harness.aws_sso.apis.shapes import Items, Moment, Number, Structure, Text
from harness.base.clock import from_iso
from harness.base.json_text import encode_text

_PAGE = 50
_HISTORY = timedelta(days=90)
_ATTRIBUTE = Structure(
    {
        "AttributeKey": Text(
            values=(
                *("EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName"),
                *("EventSource", "AccessKeyId"),
            )
        ),
        "AttributeValue": Text(1, 2000),
    },
    frozenset({"AttributeKey", "AttributeValue"}),
)
_LOOKUP = Structure(
    {
        "LookupAttributes": Items(_ATTRIBUTE),
        "StartTime": Moment(),
        "EndTime": Moment(),
        "EventCategory": Text(values=("insight",)),
        "MaxResults": Number(1, _PAGE),
        "NextToken": Text(),
    }
)


def lookup_events(call: Call) -> dict[str, Any]:
    parameters = call.parameters
    attributes = parameters.get("LookupAttributes", [])
    if len(attributes) > 1:
        raise ApiError("InvalidLookupAttributesException", inferred(call.tenant, "lookup-attributes"))
    where = (attributes[0]["AttributeKey"], attributes[0]["AttributeValue"]) if attributes else None
    begin, end = parameters.get("StartTime"), parameters.get("EndTime")
    if begin is not None and end is not None and begin > end:
        raise ApiError("InvalidTimeRangeException", inferred(call.tenant, "lookup-times"))
    oldest = call.tenant.clock.now() - _HISTORY
    start = oldest if begin is None else max(begin, oldest)
    scope = f"lookup {where} {begin} {end}"
    before = _place(call, scope)
    if "EventCategory" in parameters:
        return {"Events": []}  # Insights events need a trail that collects them
    limit = parameters.get("MaxResults", _PAGE)
    events = cloudtrail.lookup(call.tenant, where=where, start=start, end=end, before=before)
    entries = list(itertools.islice(events, limit + 1))
    document: dict[str, Any] = {"Events": [_event(entry.body) for entry in entries[:limit]]}
    if len(entries) > limit:
        document["NextToken"] = cursors.seal(call.tenant, scope, [str(entries[limit - 1].sequence)])
    return document


def _place(call: Call, scope: str) -> int:
    token = call.parameters.get("NextToken")
    try:
        return 0 if token is None else int(cursors.unseal(call.tenant, scope, token)[0])
    except ValueError as error:
        raise ApiError("InvalidNextTokenException", inferred(call.tenant, "lookup-token")) from error


def _event(event: dict[str, Any]) -> dict[str, Any]:
    identity = event["userIdentity"]
    access_key, user_name = identity.get("accessKeyId"), identity.get("userName")
    return {
        "EventId": event["eventID"],
        "EventName": event["eventName"],
        "ReadOnly": str(event["readOnly"]).lower(),
        **({"AccessKeyId": access_key} if access_key else {}),
        "EventTime": from_iso(event["eventTime"]).timestamp(),
        "EventSource": event["eventSource"],
        **({"Username": user_name} if user_name else {}),
        "Resources": [
            {"ResourceType": resource["type"], "ResourceName": resource["ARN"]}
            for resource in event.get("resources", ())
        ],
        "CloudTrailEvent": encode_text(event),
    }


SERVICE = Service(
    handlers={"LookupEvents": lookup_events},
    shapes={"LookupEvents": _LOOKUP},
    message="message",
    codes={
        "lookupAttributes": "InvalidLookupAttributesException",
        "startTime": "InvalidTimeRangeException",
        "endTime": "InvalidTimeRangeException",
        "eventCategory": "InvalidEventCategoryException",
        "maxResults": "InvalidMaxResultsException",
    },
)
