"""Event history: what CloudTrail keeps of SCIM calls and console actions, and how it is looked up.

Written by `scim/service.py` and `console/`, read by `apis/cloudtrail.py` and the console. The shapes are the samples of
https://docs.aws.amazon.com/singlesignon/latest/userguide/scim-logging-using-cloudtrail.html (read 2026-11); personal
values are hidden as there, and externalId is left out. The log keeps of a SCIM call only what differs between calls;
`event_of` makes the event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from flask import request

from harness.aws_sso.refusals import Refused
from harness.aws_sso.tenant import Tenant
from harness.base.clock import from_iso, iso
from harness.base.store import Document, Entry

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
LOG = "cloudtrail"
_CHUNK = 64
_SHOWN = frozenset({"id", "resourceType"})
_META_SHOWN = frozenset({"resourceType", "created", "lastModified"})

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
# Found by tag, because rare names are what people look for; for the others the log is read from its end.
_TAGGED = "eventName"
_SCIM = "scim"


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request came from, as its headers say."""

    address: str
    agent: str
    host: str


def caller(environ: Mapping[str, Any] | None = None) -> Caller:
    """Return where a request came from, the present one without its environment."""
    environ = request.environ if environ is None else environ
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


class _Fields(NamedTuple):
    """What the log keeps of a SCIM call, as a JSON array. In `body` and `answer` null stands for what is hidden."""

    version: str
    identity: str
    account: str
    token_id: str | None
    time: str
    source: str
    name: str
    region: str
    address: str
    agent: str
    host: str
    error: str | None
    message: str | None
    parameters: Mapping[str, str]
    has_body: bool
    body: Any
    answer: Any
    request_id: str
    event_id: str
    read_only: bool


def scim_succeeded(tenant: Tenant, call: ScimCall, answer: Any) -> None:
    """Keep a call that was carried out; `answer` is the resource it wrote, or None."""
    if call.read_only and not tenant.quirks["trail-reads"]:
        return
    hide_schemas = tenant.quirks["trail-hides-schemas"]
    shown = None if answer is None else _resource(answer, hide_schemas=hide_schemas)
    _keep_call(tenant, call, tenant.quirks["trail-caller-type"], shown, None, hide_schemas=hide_schemas)


def scim_refused(tenant: Tenant, call: ScimCall, refused: Refused) -> None:
    """Keep a call that was refused."""
    if call.read_only and not tenant.quirks["trail-reads"]:
        return
    _keep_call(tenant, call, "Unknown", None, refused, hide_schemas=True)


def console_action(tenant: Tenant, action: str, parameters: Mapping[str, Any]) -> None:
    """Keep what an administrator did in the console; `action` is a key of the quirk `console-event-names`."""
    person = caller()
    event = {
        "eventVersion": "1.08",
        "userIdentity": {"type": "Unknown", "accountId": tenant.settings.account_id},
        "eventTime": tenant.now(),
        "eventSource": tenant.quirks["console-event-source"],
        "eventName": tenant.quirks["console-event-names"][action],
        "awsRegion": tenant.settings.region,
        "sourceIPAddress": person.address,
        "userAgent": person.agent,
        "requestParameters": {"identityStoreId": tenant.settings.identity_store_id, **parameters},
        "responseElements": None,
        "requestID": tenant.ids.uuid(),
        "eventID": tenant.ids.uuid(),
        "readOnly": False,
        **_frame(tenant.settings.account_id, person.host),
        "sessionCredentialFromConsole": "true",
    }
    keep(tenant, event["eventName"], event)


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
    latest = _latest(tenant, end)
    member, value = ("", "") if where is None else (LOOKUP_KEYS[where[0]], where[1])
    tag = _tag(value) if member == _TAGGED else None
    while True:
        entries = list(tenant.store.read(LOG, after=before, tag=tag, newest_first=True, limit=_CHUNK))
        for entry in entries:
            event = event_of(entry.body)
            if event["eventTime"] < earliest:
                return
            if (latest is None or event["eventTime"] <= latest) and (
                where is None or _shown_as(event, member) == value
            ):
                yield Entry(entry.sequence, event)
        if len(entries) < _CHUNK:
            return
        before = entries[-1].sequence


def _latest(tenant: Tenant, end: datetime | None) -> str | None:
    """Return the moment behind which no event is shown: the end asked for, or the newest that has been delivered."""
    minutes = tenant.quirks["cloudtrail-delivery-minutes"]
    if not minutes:
        return None if end is None else iso(end)
    delivered = tenant.clock.now() - timedelta(minutes=minutes)
    return iso(delivered if end is None else min(end, delivered))


def event_of(line: Document) -> Document:
    """Return the event that a line of the log stands for."""
    if _SCIM not in line:
        return line
    fields = _Fields(*line[_SCIM])
    token = {} if fields.token_id is None else {"accessKeyId": fields.token_id}
    body = {"httpBody": _with_words(fields.body)} if fields.has_body else {}
    failure = {} if fields.error is None else {"errorCode": fields.error, "errorMessage": fields.message}
    return {
        "eventVersion": fields.version,
        "userIdentity": {"type": fields.identity, "accountId": fields.account, **token},
        "eventTime": fields.time,
        "eventSource": fields.source,
        "eventName": fields.name,
        "awsRegion": fields.region,
        "sourceIPAddress": fields.address,
        "userAgent": fields.agent,
        **failure,
        "requestParameters": {**body, **fields.parameters},
        "responseElements": None if fields.answer is None else _with_words(fields.answer),
        "requestID": fields.request_id,
        "eventID": fields.event_id,
        "readOnly": fields.read_only,
        **_frame(fields.account, fields.host),
    }


def _keep_call(
    tenant: Tenant, call: ScimCall, identity: str, answer: Any, refused: Refused | None, *, hide_schemas: bool
) -> None:
    quirks, settings = tenant.quirks, tenant.settings
    fields = _Fields(
        version=quirks["trail-event-version"],
        identity=identity,
        account=settings.account_id,
        token_id=call.token_id,
        time=tenant.now(),
        source=quirks["trail-event-source"],
        name=quirks["trail-event-names"].get(call.operation, call.operation),
        region=settings.region,
        address=call.caller.address,
        agent=call.caller.agent,
        host=call.caller.host,
        error=None if refused is None else refused.error,
        message=None if refused is None else refused.trail_message(quirks),
        parameters=call.parameters,
        has_body=call.body is not None,
        body=None if call.body is None else _request_body(call.body, hide_schemas=hide_schemas),
        answer=answer,
        request_id=call.request_id,
        event_id=tenant.ids.uuid(),
        read_only=call.read_only,
    )
    keep(tenant, fields.name, {_SCIM: tuple(fields)})


def _frame(account: str, host: str) -> dict[str, Any]:
    """Return how every event ends."""
    return {
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
        "tlsDetails": {"clientProvidedHostHeader": host},
    }


def keep(tenant: Tenant, name: str, line: Document) -> None:
    """Add a line to the event history, quick to find by its event name."""
    tenant.store.append(LOG, line, [_tag(name)])


def _tag(name: str) -> str:
    return f"{_TAGGED}={name}"


def _shown_as(event: Mapping[str, Any], member: str) -> str | None:
    """Return what LookupEvents prints for a member of an event."""
    shown: Any = (event["userIdentity"] if member in _OF_IDENTITY else event).get(member)
    return str(shown).lower() if isinstance(shown, bool) else shown


def _request_body(body: Any, *, hide_schemas: bool) -> Any:
    """Return a request's JSON as logged: operations under a lower-case name, their op and path readable."""
    if not isinstance(body, dict) or not isinstance(body.get("Operations"), list):
        return _hide(body, hide_schemas)
    rest = {name: value for name, value in body.items() if name != "Operations"}
    operations = [_operation(operation) for operation in body["Operations"]]
    return {"operations": operations, **_hide(rest, hide_schemas)}


def _operation(operation: Any) -> Any:
    if not isinstance(operation, dict):
        return None
    shown: dict[str, Any] = {"op": str(operation.get("op")).upper()}
    if isinstance(operation.get("path"), str):
        shown["path"] = operation["path"]
    if "value" in operation:
        shown["value"] = None
    return shown


def _hide(value: Any, hide_schemas: bool) -> Any:
    """Return a JSON value with null for every text and number; booleans, ids and dates of answers stay.

    Every write goes through here, member by member, so it asks for exact types, which is what JSON is read into.
    """
    kind = type(value)
    if kind is dict:
        hidden: dict[str, Any] = {}
        for name, item in value.items():
            kind = type(item)
            if kind is str:
                if name != "externalId":
                    hidden[name] = item if name in _SHOWN else None
            elif kind is bool or (name == "schemas" and not hide_schemas and _are_texts(item)):
                hidden[name] = item
            elif kind is dict and name == "meta":
                hidden[name] = {
                    key: date for key, date in item.items() if key in _META_SHOWN and isinstance(date, str)
                }
            elif item is not None:
                hidden[name] = _hide(item, hide_schemas)
        return hidden
    if kind is list:
        return [_hide(item, hide_schemas) for item in value]
    return value if kind is bool else None


def _with_words(hidden: Any) -> Any:
    """Return what `_hide` left, with AWS's words in place of null."""
    if isinstance(hidden, dict):
        return {name: _with_words(item) for name, item in hidden.items()}
    if isinstance(hidden, list):
        return [_with_words(item) for item in hidden]
    return HIDDEN if hidden is None else hidden


def _are_texts(item: Any) -> bool:
    return isinstance(item, list) and all(isinstance(text, str) for text in item)


def _resource(answer: Mapping[str, Any], *, hide_schemas: bool) -> dict[str, Any]:
    """Return the resource that a call answered with, as logged."""
    hidden: dict[str, Any] = _hide(answer, hide_schemas)
    meta = answer["meta"]
    dates = {name: _english(meta[name]) for name in ("created", "lastModified")}
    return hidden | {"meta": {**dates, "resourceType": meta["resourceType"]}}


@lru_cache(maxsize=64)
def _english(moment: str) -> str:
    """Write `Oct 10, 2024, 1:23:45 PM`, which is how these events print dates."""
    when = from_iso(moment)
    hour = when.hour % 12 or 12
    return f"{when:%b} {when.day}, {when.year}, {hour}:{when:%M:%S %p}"
