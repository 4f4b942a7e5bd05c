"""The six operations on users.

Imitates createuser.html, getuser.html, putuser.html, patchuser.html and deleteuser.html of
https://docs.aws.amazon.com/singlesignon/latest/developerguide/, "Examples" of each (read 2026-11-29): members in the printed
order, no `location`, no `version`; what is absent is left out, never null.
"""

from __future__ import annotations

from typing import Any

from harness.aws_sso import identity_store, rules
from harness.aws_sso.identity_store import USER, Record
from harness.aws_sso.scim import listing, patching
from harness.aws_sso.scim.call import Answer, Call
from harness.aws_sso.tenant import Tenant
from harness.scim.names import CORE_USER, ENTERPRISE_USER

BY_SCIM = "SCIM"


def shown(record: Record, tenant: Tenant) -> dict[str, Any]:
    """Return a user as it stands in SCIM answers."""
    attributes = dict(record.attributes)
    external_id = attributes.pop("externalId", None)
    if not tenant.quirks["profile-url-returned"]:
        attributes.pop("profileUrl", None)
    schemas = [CORE_USER, ENTERPRISE_USER] if ENTERPRISE_USER in attributes else [CORE_USER]
    return {
        "id": record.id,
        **({} if external_id is None else {"externalId": external_id}),
        "meta": {"resourceType": "User", "created": record.created, "lastModified": record.modified},
        "schemas": schemas,
        **attributes,
    }


def create(call: Call) -> Answer:
    attributes = rules.user(call.body, call.tenant.quirks)
    record = identity_store.create(call.tenant, USER, attributes, BY_SCIM)
    return Answer(201, shown(record, call.tenant), logged=True)


def get(call: Call) -> Answer:
    return Answer(200, shown(identity_store.require(call.tenant, USER, call.resource_id), call.tenant))


def find(call: Call) -> Answer:
    return Answer(200, listing.answer(call, USER, shown))


def put(call: Call) -> Answer:
    quirks = call.tenant.quirks
    attributes = rules.user(call.body, quirks, spaced=quirks["space-in-user-name-on-put"])
    unknown = quirks["put-unknown-user"]
    old = identity_store.require(call.tenant, USER, call.resource_id, unknown)
    record = identity_store.replace(call.tenant, USER, old, attributes, BY_SCIM)
    return Answer(quirks["put-user-status"], shown(record, call.tenant), logged=True)


def patch(call: Call) -> Answer:
    changes = patching.changes(call.body, call.tenant.quirks)
    old = identity_store.require(call.tenant, USER, call.resource_id)
    attributes = patching.patched_user(old.attributes, changes, call.tenant.quirks)
    record = identity_store.replace(call.tenant, USER, old, attributes, BY_SCIM)
    return Answer(200, shown(record, call.tenant), logged=True)


def delete(call: Call) -> Answer:
    record = identity_store.require(call.tenant, USER, call.resource_id)
    identity_store.delete(call.tenant, USER, record)
    return Answer(204)
