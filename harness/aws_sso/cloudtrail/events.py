"""Adding to the event history, and the parts that all events have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from harness.aws_sso.tenant import Tenant
from harness.base.store import Document

LOG = "cloudtrail"
# Found by tag, because rare names are what people look for; for the others the log is read from its end.
TAGGED = "eventName"
REFUSED = "refused"


FAILURE = "Failure"


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


def console_action(tenant: Tenant, action: str, parameters: Mapping[str, Any]) -> None:
    """Keep what an administrator did in the console; `action` is a key of the quirk `console-event-names`."""
    name, store = tenant.quirks["console-event-names"][action], tenant.settings.identity_store_id
    _keep_pressed(
        tenant, name, tenant.quirks["console-event-source"], {"identityStoreId": store, **parameters}
    )


def console_call(tenant: Tenant, operation: str, parameters: Mapping[str, Any]) -> None:
    """Keep what the console did by an operation of SSO Admin's API."""
    _keep_pressed(
        tenant, operation, "sso.amazonaws.com", {"instanceArn": tenant.settings.instance_arn, **parameters}
    )


def _keep_pressed(tenant: Tenant, name: str, source: str, parameters: Mapping[str, Any]) -> None:
    person = caller()
    event = {
        "eventVersion": "1.08",
        "userIdentity": {"type": "Unknown", "accountId": tenant.settings.account_id},
        "eventTime": tenant.now(),
        "eventSource": source,
        "eventName": name,
        "awsRegion": tenant.settings.region,
        "sourceIPAddress": person.address,
        "userAgent": person.agent,
        "requestParameters": dict(parameters),
        "responseElements": None,
        "requestID": tenant.ids.uuid(),
        "eventID": tenant.ids.uuid(),
        "readOnly": False,
        **frame(tenant.settings.account_id, person.host),
        "sessionCredentialFromConsole": "true",
    }
    keep(tenant, name, event)


def frame(account: str, host: str) -> dict[str, Any]:
    """Return how every event ends."""
    return {
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
        "tlsDetails": {"clientProvidedHostHeader": host},
    }


def keep(tenant: Tenant, name: str, line: Document, *, refused_request: str | None = None) -> None:
    """Add a line to the event history, quick to find by its event name; one of a refusal also as such, and by its request.

    `refused_request` is for lines that are no events yet (`scim_calls.py`); of an event its members say it.
    """
    if "errorCode" in line:
        refused_request = line["requestID"]
    tags = [tag_of(name)]
    if refused_request is not None:
        tags += [REFUSED, tag_of_request(refused_request)]
    elif failed(line):
        tags.append(REFUSED)
    tenant.store.append(LOG, line, tags)


def failed(event: Mapping[str, Any]) -> bool:
    """Tell whether an event without an error code is of a sign-in that failed: its answer says `Failure`."""
    answer = event.get("responseElements")
    return isinstance(answer, Mapping) and FAILURE in answer.values()


def tag_of(name: str) -> str:
    return f"{TAGGED}={name}"


def tag_of_request(request_id: str) -> str:
    return f"requestID={request_id}"
