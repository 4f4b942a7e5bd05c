"""Adding to the event history, and the parts that all events have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from msgspec import Struct

from harness.aws_sso.cloudtrail.tagging import tags_of_event
from harness.aws_sso.tenant import Tenant
from harness.base.store import Document
from harness.wire.present import present

LOG = "cloudtrail"
_unkept = ContextVar("unkept", default=False)


class Caller(Struct, frozen=True):
    """Where a request came from, as its headers say."""

    address: str
    agent: str
    host: str


def caller(environ: Mapping[str, Any] | None = None) -> Caller:
    """Return where a request came from, the present one without its environment."""
    environ = present().environ if environ is None else environ
    return Caller(
        address=environ.get("REMOTE_ADDR", ""),
        agent=environ.get("HTTP_USER_AGENT", ""),
        host=environ.get("HTTP_HOST", ""),
    )


def console_action(tenant: Tenant, action: str, parameters: Mapping[str, Any]) -> None:
    """Log an administrator's action in the console; `action` is a key of the quirk `console-event-names`."""
    name, store = tenant.quirks["console-event-names"][action], tenant.settings.identity_store_id
    _keep_pressed(
        tenant, name, tenant.quirks["console-event-source"], {"identityStoreId": store, **parameters}
    )


def console_call(tenant: Tenant, operation: str, parameters: Mapping[str, Any]) -> None:
    """Log an operation of SSO Admin's API that the console called."""
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
    keep(tenant, event)


def frame(account: str, host: str) -> dict[str, Any]:
    """Return the members at the end of every event."""
    return {
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
        "tlsDetails": {"clientProvidedHostHeader": host},
    }


def keep(tenant: Tenant, event: Document) -> None:
    """Add an event to the history."""
    keep_line(tenant, event, tags_of_event(event))


def keep_line(tenant: Tenant, line: Document, tags: Iterable[str]) -> None:
    """Add a line from which an event is made when it is read (`scim_calls.py`), with that event's tags."""
    if not _unkept.get():
        tenant.store.append(LOG, line, tags)


@contextmanager
def unkept() -> Iterator[None]:
    """Log no events inside this context: the disk is full."""
    before = _unkept.set(True)
    try:
        yield
    finally:
        _unkept.reset(before)
