"""CloudTrail's events of API calls.

Event sources are those of https://docs.aws.amazon.com/singlesignon/latest/userguide/sso-info-in-cloudtrail.html (read
2026-11-29). Calls that only read are kept too, today and in 2020, but have no responseElements, which only changes have:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html, "responseElements"
(edition of June 2023, read 2026-11-30). Names in lower camel case and English dates are the look of SCIM's events, for no
sample of these is AWS's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from harness.aws_sso import cloudtrail
from harness.aws_sso.apis.call import Service, only_reads
from harness.aws_sso.apis.callers import caller_of
from harness.aws_sso.apis.errors import ApiError
from harness.aws_sso.apis.shapes import (
    Entries,
    Flag,
    Items,
    Moment,
    Number,
    Shape,
    Structure,
    Text,
    camel,
)
from harness.aws_sso.cloudtrail import HIDDEN
from harness.aws_sso.tenant import Tenant

_LARGEST = 2**53  # what any reader of JSON gets back as it was


class Heard(Struct, frozen=True):
    """A call as it was received: signer, service, operation and JSON body."""

    service: Service
    operation: str
    access_key_id: str
    raw: Any
    request_id: str


def succeeded(tenant: Tenant, heard: Heard, answer: Mapping[str, Any]) -> None:
    response = None if only_reads(heard.operation) or not answer else _answer(answer)
    _keep(tenant, heard, {}, response)


def refused(tenant: Tenant, heard: Heard, error: ApiError) -> None:
    _keep(tenant, heard, {"errorCode": error.code, "errorMessage": str(error)}, None)


def _keep(tenant: Tenant, heard: Heard, failure: Mapping[str, str], answer: Any) -> None:
    source, reading = heard.service.source, only_reads(heard.operation)
    if source is None:
        return
    who, caller = caller_of(tenant, heard.access_key_id), cloudtrail.caller()
    event = {
        "eventVersion": tenant.quirks["trail-event-version"],
        "userIdentity": who.identity,
        "eventTime": tenant.now(),
        "eventSource": source,
        "eventName": heard.operation,
        "awsRegion": tenant.settings.region,
        "sourceIPAddress": caller.address,
        "userAgent": caller.agent,
        **failure,
        "requestParameters": _shown(heard.service.shapes[heard.operation], heard.raw) or None,
        "responseElements": answer,
        "requestID": heard.request_id,
        "eventID": tenant.ids.uuid(),
        "readOnly": reading,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": who.account,
        "eventCategory": "Management",
        "tlsDetails": {"clientProvidedHostHeader": caller.host},
    }
    cloudtrail.keep(tenant, event)


def _shown(shape: Shape, raw: Any) -> Any:
    """Return an input as logged: known members alone, personal values and those of a wrong type hidden."""
    if isinstance(shape, Structure) and isinstance(raw, dict):
        members = ((name, member) for name, member in shape.members.items() if raw.get(name) is not None)
        return {camel(name): _shown(member, raw[name]) for name, member in members}
    if isinstance(shape, Items) and isinstance(raw, list):
        return [_shown(shape.element, item) for item in raw]
    if isinstance(shape, Entries) and isinstance(raw, dict):
        return {key: _shown(shape.value, item) for key, item in raw.items() if shape.key.matches(key)}
    if isinstance(shape, Text):
        return raw if isinstance(raw, str) and not shape.personal else HIDDEN
    plain = isinstance(shape, Flag | Number | Moment) and isinstance(raw, int | float)
    return raw if plain and abs(raw) <= _LARGEST else HIDDEN


def _answer(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {camel(key): _answer(item, key) for key, item in value.items()}
    return _english(value) if name.endswith("Date") else value


def _english(seconds: float) -> str:
    """Write `Apr 25, 2023 12:48:16 AM`; a SCIM event would have a comma behind the year."""
    when = datetime.fromtimestamp(seconds, UTC)
    return f"{when:%b} {when.day}, {when.year} {when.hour % 12 or 12}:{when:%M:%S %p}"
