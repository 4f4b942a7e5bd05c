"""SCIM calls in the event history: the log has the fields that differ between calls; events are made from them when read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import astuple

from harness.aws_sso.cloudtrail.events import Caller, frame, keep_line
from harness.aws_sso.cloudtrail.hiding import HIDDEN, request_body, resource, with_words
from harness.aws_sso.cloudtrail.tagging import REFUSED, about, named, of_request, tags_of_event
from harness.aws_sso.refusals import THROTTLED, Refused
from harness.aws_sso.tenant import Tenant
from harness.base.quirks import Quirks
from harness.base.store import Document

_SCIM = "scim"
# The names of the calls, from the user guide's page on them; those of `ServiceProviderConfig` and discovery included.
OPERATIONS = (
    *("CreateUser", "GetUser", "ListUsers", "PutUser", "PatchUser", "DeleteUser"),
    *("CreateGroup", "GetGroup", "ListGroups", "PatchGroup", "DeleteGroup"),
    *("ServiceProviderConfig", "ListSchemas", "GetSchema", "ListResourceTypes"),
)
WRITING = frozenset(
    {
        *("CreateUser", "PutUser", "PatchUser", "DeleteUser"),
        *("CreateGroup", "PatchGroup", "DeleteGroup"),
    }
)


class ScimCall(Struct, frozen=True):
    """One SCIM request as CloudTrail sees it. `parameters` holds path and query, `body` the parsed JSON or None."""

    operation: str
    read_only: bool
    request_id: str
    token_id: str | None
    parameters: Mapping[str, str]
    body: Any
    caller: Caller


class _Fields(Struct, frozen=True):
    """A SCIM call in the log, as a JSON array. In `body` and `answer` null stands for hidden values."""

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
    """Log a call that succeeded; `answer` is the resource it wrote, or None."""
    if call.read_only and not tenant.quirks["trail-reads"]:
        return
    hide_schemas = tenant.quirks["trail-hides-schemas"]
    shown = None if answer is None else resource(answer, hide_schemas=hide_schemas)
    _keep_call(tenant, call, tenant.quirks["trail-caller-type"], shown, None, hide_schemas=hide_schemas)


def scim_refused(tenant: Tenant, call: ScimCall, refused: Refused) -> None:
    """Log a refused call."""
    if call.read_only and not tenant.quirks["trail-reads"]:
        return
    _keep_call(tenant, call, "Unknown", None, refused, hide_schemas=True)


def is_kept(refused: Refused, token_id: str | None, quirks: Quirks) -> bool:
    """Return whether a refusal is logged at all; quirks decide for calls without a token and throttled ones."""
    if token_id is None:
        return bool(quirks["trail-unauthorized-calls"])
    return refused.error != THROTTLED or bool(quirks["trail-throttled-calls"])


def parameters_of(tenant_id: str, resource_id: str, query_string: str) -> dict[str, str]:
    """Return the path and query of a request as events show them; a filter names people, and is hidden."""
    parameters = {"tenantId": tenant_id}
    if resource_id:
        parameters["id"] = resource_id
    if "filter=" in query_string:
        parameters["filter"] = HIDDEN
    return parameters


def event_id_of(line: Document) -> str:
    """Return the id of the event that a line of the log stands for, without making the event."""
    event_id: str = _Fields(*line[_SCIM]).event_id if _SCIM in line else line["eventID"]
    return event_id


class Outcome(NamedTuple):
    """When something happened, what, and the error if it was refused."""

    time: str
    name: str
    error_code: str | None
    error_message: str | None


def outcome_of(line: Document) -> Outcome:
    """Return the gist of the event that a line of the log stands for, without making the event."""
    if _SCIM in line:
        fields = _Fields(*line[_SCIM])
        return Outcome(fields.time, fields.name, fields.error, fields.message)
    return Outcome(line["eventTime"], line["eventName"], line.get("errorCode"), line.get("errorMessage"))


def event_of(line: Document) -> Document:
    """Return the event that a line of the log stands for."""
    if _SCIM not in line:
        return line
    fields = _Fields(*line[_SCIM])
    token = {} if fields.token_id is None else {"accessKeyId": fields.token_id}
    body = {"httpBody": with_words(fields.body)} if fields.has_body else {}
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
        "responseElements": None if fields.answer is None else with_words(fields.answer),
        "requestID": fields.request_id,
        "eventID": fields.event_id,
        "readOnly": fields.read_only,
        **frame(fields.account, fields.host),
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
        body=None if call.body is None else request_body(call.body, hide_schemas=hide_schemas),
        answer=answer,
        request_id=call.request_id,
        event_id=tenant.ids.uuid(),
        read_only=call.read_only,
    )
    keep_line(tenant, {_SCIM: astuple(fields)}, _tags_of_call(fields))


def tags_of(line: Document) -> list[str]:
    """Return the tags of the event that a line of the log stands for."""
    return _tags_of_call(_Fields(*line[_SCIM])) if _SCIM in line else tags_of_event(line)


def _tags_of_call(fields: _Fields) -> list[str]:
    """Return only a few tags, for most lines are SCIM calls: name, subjects, and the request id of a refused one."""
    tags = [named(fields.name)]
    subject = fields.parameters.get("id") or (fields.answer or {}).get("id")
    if subject is not None:
        tags.append(about(subject))
    if fields.error is not None:
        tags += [REFUSED, of_request(fields.request_id)]
    return tags
