"""The five operations on groups; there is no PutGroup.

Imitates creategroup.html, getgroup.html, patchgroup.html and deletegroup.html of
https://docs.aws.amazon.com/singlesignon/latest/developerguide/, "Not supported" and "Examples" of each (read 2026-11-29):
members can be written, never read, and a PATCH is answered with an empty body.
"""

from __future__ import annotations

from typing import Any

from harness.aws_sso import identity_store, rules
from harness.aws_sso.identity_store import GROUP, Record
from harness.aws_sso.refusals import CONFLICT, INVALID, Refused
from harness.aws_sso.scim import listing, patching
from harness.aws_sso.scim.call import Answer, Call
from harness.aws_sso.scim.users import BY_SCIM
from harness.aws_sso.tenant import Tenant
from harness.scim.names import CORE_GROUP
from harness.scim.path import get as member_of
from harness.scim.path import key_of


def shown(record: Record, tenant: Tenant) -> dict[str, Any]:
    """Return a group as it stands in answers for one group."""
    external_id = record.attributes.get("externalId")
    return {
        "id": record.id,
        **({} if external_id is None else {"externalId": external_id}),
        "meta": {"resourceType": "Group", "created": record.created, "lastModified": record.modified},
        "schemas": [CORE_GROUP],
        "displayName": record.attributes["displayName"],
        **({"members": []} if tenant.quirks["members-in-single-group"] == "empty" else {}),
    }


def listed(record: Record, tenant: Tenant) -> dict[str, Any]:
    return {**shown(record, tenant), "members": []}


def create(call: Call) -> Answer:
    quirks = call.tenant.quirks
    if not isinstance(call.body, dict):
        raise Refused(INVALID)
    key = key_of(call.body, "members")
    attributes = rules.group({name: item for name, item in call.body.items() if name != key}, quirks)
    sent = member_of(call.body, "members")
    member_ids = [] if sent is None else rules.member_ids(sent, quirks)
    if len(member_ids) > quirks["membership-changes-per-request"]:
        raise Refused(INVALID)
    record = identity_store.create(call.tenant, GROUP, attributes, BY_SCIM)
    identity_store.add_members(call.tenant, record.id, member_ids, quirks["unknown-member-on-create"])
    return Answer(201, shown(record, call.tenant), logged=True)


def get(call: Call) -> Answer:
    document = shown(identity_store.require(call.tenant, GROUP, call.resource_id), call.tenant)
    if not call.tenant.quirks["external-id-in-single-group"]:
        document.pop("externalId", None)
    return Answer(200, document)


def find(call: Call) -> Answer:
    return Answer(200, listing.answer(call, GROUP, listed))


def patch(call: Call) -> Answer:
    quirks = call.tenant.quirks
    changes = patching.changes(call.body, quirks)
    old = identity_store.require(call.tenant, GROUP, call.resource_id)
    attributes, memberships = patching.patched_group(old.attributes, changes, quirks)
    try:
        identity_store.replace(call.tenant, GROUP, old, rules.group(attributes, quirks), BY_SCIM)
    except Refused as refused:
        error = quirks["group-patched-into-a-taken-name"] if refused.error == CONFLICT else refused.error
        raise Refused(error, refused.reason) from refused
    for membership in memberships:
        if membership.op == "replace":
            identity_store.remove_members(call.tenant, old.id, identity_store.members(call.tenant, old.id))
        if membership.op == "remove":
            identity_store.remove_members(call.tenant, old.id, membership.user_ids)
        else:
            unknown = quirks["unknown-member-on-patch"]
            identity_store.add_members(call.tenant, old.id, membership.user_ids, unknown)
    return Answer(204)


def delete(call: Call) -> Answer:
    record = identity_store.require(call.tenant, GROUP, call.resource_id)
    identity_store.delete(call.tenant, GROUP, record)
    return Answer(204)
