"""Event history: what CloudTrail keeps of SCIM calls and console actions, and how it is looked up.

Written by `scim/service.py` and `console/`, read by `apis/cloudtrail.py` and the console. The shapes are the samples of
https://docs.aws.amazon.com/singlesignon/latest/userguide/scim-logging-using-cloudtrail.html (read 2026-11); personal
values are hidden as there, and externalId is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import request

from harness.aws_sso.refusals import Refused
from harness.aws_sso.tenant import Tenant
from harness.base.clock import from_iso, iso
from harness.base.store import Entry

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
LOG = "cloudtrail"
_CHUNK = 64
_SHOWN = frozenset({"id", "resourceType"})
_META_SHOWN = frozenset({"resourceType", "created", "lastModified"})

# What LookupEvents can search by, and where it stands in an event; no event here has the last three.
LOOKUP_KEYS: Mapping[str, str] = {
    "EventId": "eventID",
    "EventName": "eventName",
    "ReadOnly": "readOnly",
    "EventSource": "eventSource",
    "AccessKeyId": "accessKeyId",
    "Username": "",
    "ResourceType": "",
    "ResourceName": "",
}
# These pick few events of many and are found by tag; for the others the log is read from its end.
_TAGGED = ("eventID", "eventName")


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request came from, as its headers say."""

    address: str
    agent: str
    host: str


def caller() -> Caller:
    """Return where the present request came from."""
    environ = request.environ
    return Caller(
        address=environ.get("REMOTE_ADDR", ""),
        agent=environ.get("HTTP_USER_AGENT", ""),
        host=environ.get("HTTP_HOST", ""),
    )


@dataclass(frozen=True, slots=True)
class ScimCall:
    """One SCIM request as CloudTrail sees it. `parameters` holds path and query, `body` the parsed JSON or None."""

    operation: str
    read_only: bool
    request_id: str
    token_id: str | None
    parameters: Mapping[str, str]
    body: Any
    caller: Caller


def scim_succeeded(tenant: Tenant, call: ScimCall, answer: Any) -> None:
    """Keep a call that was carried out; `answer` is the resource it wrote, or None."""
    if call.read_only and not tenant.quirks["trail-reads"]:
        return
    hide_schemas = tenant.quirks["trail-hides-schemas"]
    shown = None if answer is None else _resource(answer, hide_schemas=hide_schemas)
    identity = tenant.quirks["trail-caller-type"]
    _keep(tenant, _scim_event(tenant, call, identity, shown, None, hide_schemas=hide_schemas))


def scim_refused(tenant: Tenant, call: ScimCall, refused: Refused) -> None:
    """Keep a call that was refused."""
    if call.read_only and not tenant.quirks["trail-reads"]:
        return
    _keep(tenant, _scim_event(tenant, call, "Unknown", None, refused, hide_schemas=True))


def console_action(tenant: Tenant, action: str, parameters: Mapping[str, Any]) -> None:
    """Keep what an administrator did in the console; `action` is a key of the quirk `console-event-names`."""
    person = caller()
    event = {
        "eventVersion": "1.08",
        "userIdentity": {"type": "Unknown", "accountId": tenant.settings.account_id},
        "eventTime": iso(tenant.clock.now()),
        "eventSource": tenant.quirks["console-event-source"],
        "eventName": tenant.quirks["console-event-names"][action],
        **_circumstances(tenant, person),
        "requestParameters": {"identityStoreId": tenant.settings.identity_store_id, **parameters},
        "responseElements": None,
        **_frame(tenant, person, tenant.ids.uuid(), read_only=False),
        "sessionCredentialFromConsole": "true",
    }
    _keep(tenant, event)


def lookup(
    tenant: Tenant,
    *,
    where: tuple[str, str] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    before: int = 0,
) -> Iterator[Entry]:
    """Yield events newest first, those before the sequence `before`; `where` is a lookup key and its value."""
    earliest = "" if start is None else iso(start)
    latest = None if end is None else iso(end)
    member, value = ("", "") if where is None else (LOOKUP_KEYS[where[0]], where[1])
    tag = _tag(member, value) if member in _TAGGED else None
    while True:
        entries = list(tenant.store.read(LOG, after=before, tag=tag, newest_first=True, limit=_CHUNK))
        for entry in entries:
            if entry.body["eventTime"] < earliest:
                return
            if latest is not None and entry.body["eventTime"] > latest:
                continue
            if where is None or tag is not None or _shown_as(entry.body, member) == value:
                yield entry
        if len(entries) < _CHUNK:
            return
        before = entries[-1].sequence


def _scim_event(
    tenant: Tenant, call: ScimCall, identity: str, answer: Any, refused: Refused | None, *, hide_schemas: bool
) -> dict[str, Any]:
    user_identity = {"type": identity, "accountId": tenant.settings.account_id}
    if call.token_id is not None:
        user_identity["accessKeyId"] = call.token_id
    parameters: dict[str, Any] = {}
    if call.body is not None:
        parameters["httpBody"] = _request_body(call.body, hide_schemas=hide_schemas)
    failure = {} if refused is None else {"errorCode": refused.error, "errorMessage": refused.trail_message}
    return {
        "eventVersion": tenant.quirks["trail-event-version"],
        "userIdentity": user_identity,
        "eventTime": iso(tenant.clock.now()),
        "eventSource": tenant.quirks["trail-event-source"],
        "eventName": tenant.quirks["trail-event-names"].get(call.operation, call.operation),
        **_circumstances(tenant, call.caller),
        **failure,
        "requestParameters": {**parameters, **call.parameters},
        "responseElements": answer,
        **_frame(tenant, call.caller, call.request_id, read_only=call.read_only),
    }


def _circumstances(tenant: Tenant, caller: Caller) -> dict[str, str]:
    return {
        "awsRegion": tenant.settings.region,
        "sourceIPAddress": caller.address,
        "userAgent": caller.agent,
    }


def _frame(tenant: Tenant, caller: Caller, request_id: str, *, read_only: bool) -> dict[str, Any]:
    return {
        "requestID": request_id,
        "eventID": tenant.ids.uuid(),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": tenant.settings.account_id,
        "eventCategory": "Management",
        "tlsDetails": {"clientProvidedHostHeader": caller.host},
    }


def _keep(tenant: Tenant, event: dict[str, Any]) -> None:
    tenant.store.append(LOG, event, [_tag(member, event[member]) for member in _TAGGED])


def _tag(member: str, value: str) -> str:
    return f"{member}={value}"


def _shown_as(event: Mapping[str, Any], member: str) -> str | None:
    """Return what LookupEvents prints for a member that has no tag."""
    if member == "accessKeyId":
        return event["userIdentity"].get(member)
    return str(event[member]).lower() if member == "readOnly" else event.get(member)


def _request_body(body: Any, *, hide_schemas: bool) -> Any:
    """Return a request's JSON as logged: operations under a lower-case name, their op and path readable."""
    if not isinstance(body, dict) or not isinstance(body.get("Operations"), list):
        return _hide(body, hide_schemas=hide_schemas)
    rest = {name: value for name, value in body.items() if name != "Operations"}
    operations = [_operation(operation) for operation in body["Operations"]]
    return {"operations": operations, **_hide(rest, hide_schemas=hide_schemas)}


def _operation(operation: Any) -> Any:
    if not isinstance(operation, dict):
        return HIDDEN
    shown: dict[str, Any] = {"op": str(operation.get("op")).upper()}
    if isinstance(operation.get("path"), str):
        shown["path"] = operation["path"]
    if "value" in operation:
        shown["value"] = HIDDEN
    return shown


def _hide(value: Any, *, hide_schemas: bool) -> Any:
    """Return a JSON value with every text and number hidden; booleans, ids and dates of answers stay."""
    if isinstance(value, dict):
        hidden = {}
        for name, item in value.items():
            if isinstance(item, str):
                if name != "externalId":
                    hidden[name] = item if name in _SHOWN else HIDDEN
            elif isinstance(item, bool):
                hidden[name] = item
            elif item is not None:
                hidden[name] = _member(name, item, hide_schemas=hide_schemas)
        return hidden
    if isinstance(value, list):
        return [_hide(item, hide_schemas=hide_schemas) for item in value]
    return value if isinstance(value, bool) else HIDDEN


def _member(name: str, item: Any, *, hide_schemas: bool) -> Any:
    if name == "schemas" and not hide_schemas and _are_texts(item):
        return item
    if name == "meta" and isinstance(item, dict):
        return {key: date for key, date in item.items() if key in _META_SHOWN and isinstance(date, str)}
    return _hide(item, hide_schemas=hide_schemas)


def _are_texts(item: Any) -> bool:
    return isinstance(item, list) and all(isinstance(text, str) for text in item)


def _resource(answer: Mapping[str, Any], *, hide_schemas: bool) -> dict[str, Any]:
    """Return the resource that a call answered with, as logged."""
    hidden: dict[str, Any] = _hide(answer, hide_schemas=hide_schemas)
    meta = answer["meta"]
    dates = {name: _english(meta[name]) for name in ("created", "lastModified")}
    return hidden | {"meta": {**dates, "resourceType": meta["resourceType"]}}


@lru_cache(maxsize=64)
def _english(moment: str) -> str:
    """Write `Oct 10, 2024, 1:23:45 PM`, which is how these events print dates."""
    when = from_iso(moment)
    hour = when.hour % 12 or 12
    return f"{when:%b} {when.day}, {when.year}, {hour}:{when:%M:%S %p}"
