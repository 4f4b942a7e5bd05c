"""The reading operations of the Identity Store API."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.aws_sso import identity_store
from harness.aws_sso.apis import paging
from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.errors import ApiError, invalid, violation
from harness.aws_sso.apis.identitystore import records
from harness.aws_sso.apis.sentences import inferred
from harness.aws_sso.identity_store import GROUP, USER, Record

# What GetUserId, GetGroupId and the lists' Filters may ask for, and the unique value that answers it.
_UNIQUE: Mapping[str, Mapping[str, str]] = {
    USER: {"username": "user.userName", "emails.value": "user.email"},
    GROUP: {"displayname": "group.displayName"},
}


def describe_user(call: Call) -> dict[str, Any]:
    records.check_store(call)
    record = records.require(call, USER, call.parameters["UserId"])
    return records.user(call.tenant, record, _extensions(call))


def describe_group(call: Call) -> dict[str, Any]:
    records.check_store(call)
    return records.group(call.tenant, records.require(call, GROUP, call.parameters["GroupId"]))


def describe_group_membership(call: Call) -> dict[str, Any]:
    records.check_store(call)
    membership = records.require_membership(call)
    return records.membership_of(call.tenant, membership.group_id, membership.user_id)


def describe_identity_store(call: Call) -> dict[str, Any]:
    records.check_store(call)
    return {**records.store(call.tenant), "IdentityStoreArn": records.store_arn(call.tenant)}


def list_identity_stores(call: Call) -> dict[str, Any]:
    only = {**records.store(call.tenant), "IdentityStoreArn": records.store_arn(call.tenant)}
    rows, token = paging.page(call, "identity stores", [only], lambda row: row["IdentityStoreId"])
    return {"IdentityStores": list(rows), **token}


def list_users(call: Call) -> dict[str, Any]:
    extensions = _extensions(call)
    return _list(call, USER, "Users", lambda record: records.user(call.tenant, record, extensions))


def list_groups(call: Call) -> dict[str, Any]:
    return _list(call, GROUP, "Groups", lambda record: records.group(call.tenant, record))


def list_group_memberships(call: Call) -> dict[str, Any]:
    records.check_store(call)
    group_id = records.require(call, GROUP, call.parameters["GroupId"]).id
    pairs = [(group_id, user_id) for user_id in identity_store.members(call.tenant, group_id)]
    return _memberships(call, f"members of {group_id}", pairs)


def list_group_memberships_for_member(call: Call) -> dict[str, Any]:
    records.check_store(call)
    user_id = records.member(call).id
    pairs = [(group_id, user_id) for group_id in identity_store.groups_of(call.tenant, user_id)]
    return _memberships(call, f"groups of {user_id}", pairs)


def get_user_id(call: Call) -> dict[str, Any]:
    return _get_id(call, USER)


def get_group_id(call: Call) -> dict[str, Any]:
    return _get_id(call, GROUP)


def get_group_membership_id(call: Call) -> dict[str, Any]:
    records.check_store(call)
    group_id, user_id = records.require(call, GROUP, call.parameters["GroupId"]).id, records.member(call).id
    membership = records.membership_of(call.tenant, group_id, user_id)
    if not identity_store.is_member(call.tenant, group_id, user_id):
        raise records.absent("group_membership", membership["MembershipId"])
    return {name: membership[name] for name in ("IdentityStoreId", "MembershipId", "MembershipArn")}


def is_member_in_groups(call: Call) -> dict[str, Any]:
    records.check_store(call)
    user_id = records.member(call).id
    results = [
        {
            "GroupId": group_id,
            "MemberId": {"UserId": user_id},
            "MembershipExists": identity_store.is_member(call.tenant, group_id.rpartition("/")[2], user_id),
        }
        for group_id in call.parameters["GroupIds"]
    ]
    return {"Results": results}


def _extensions(call: Call) -> list[str]:
    return [name for name in call.parameters.get("Extensions", ()) if name == records.EXTENSION]


def _get_id(call: Call, kind: str) -> dict[str, Any]:
    records.check_store(call)
    alternate = call.parameters["AlternateIdentifier"]
    if "ExternalId" in alternate:
        value = alternate["ExternalId"]["Id"]
        matches = alternate["ExternalId"]["Issuer"] == records.issuer(call.tenant)
        resource_id = identity_store.find(call.tenant, f"{kind}.externalId", value) if matches else None
    else:
        unique = alternate["UniqueAttribute"]
        value = unique["AttributeValue"]
        where = "alternateIdentifier.uniqueAttribute"
        if not isinstance(value, str):
            raise invalid(violation(f"{where}.attributeValue", "be a string"))
        if not value and call.tenant.quirks["empty-identifier-refused"]:
            raise invalid(violation(f"{where}.attributeValue", "have length greater than or equal to 1"))
        resource_id = identity_store.find(call.tenant, _space(kind, unique, where), value)
    if resource_id is None:
        raise records.absent(kind, value)
    return {**records.store(call.tenant), **records.identified(kind, resource_id)}


def _space(kind: str, alternative: Mapping[str, Any], where: str) -> str:
    space = _UNIQUE[kind].get(alternative["AttributePath"].lower())
    if space is None:
        raise invalid(violation(f"{where}.attributePath", f"be one of {', '.join(_UNIQUE[kind])}"))
    return space


def _list(call: Call, kind: str, member: str, shown: Callable[[Record], dict[str, Any]]) -> dict[str, Any]:
    """Answer a list in the order things were made, or the one record that its filter finds."""
    records.check_store(call)
    limit = paging.size(call)
    filters = call.parameters.get("Filters")
    if not filters and call.tenant.quirks["lists-need-a-filter"]:
        raise ApiError("ValidationException", inferred(call.tenant, "list-filter"))
    listed: Iterable[Record]
    if filters:
        value = filters[0]["AttributeValue"]
        resource_id = identity_store.find(call.tenant, _space(kind, filters[0], "filters.1.member"), value)
        listed = [] if resource_id is None else [records.require(call, kind, resource_id)]
    else:
        listed = identity_store.scan(call.tenant, kind, after=_after(call, kind), limit=limit + 1)
    page = list(itertools.islice(listed, limit + 1))
    token = paging.following(call, kind, [record.id for record in page[:limit]], more=len(page) > limit)
    return {member: [shown(record) for record in page[:limit]], **token}


def _after(call: Call, kind: str) -> str | None:
    anchors = paging.place(call, kind)
    standing = [each for each in anchors if identity_store.fetch(call.tenant, kind, each)]
    if anchors and not standing:
        raise ApiError("ValidationException", inferred(call.tenant, "list-changed"))
    return standing[-1] if standing else None


def _memberships(call: Call, scope: str, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    rows, token = paging.page(call, scope, pairs, lambda pair: identity_store.membership_id(*pair))
    return {"GroupMemberships": [records.membership_of(call.tenant, *row) for row in rows], **token}
