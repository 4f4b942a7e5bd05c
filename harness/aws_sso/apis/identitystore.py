"""The reading half of the Identity Store API, where memberships can be seen that SCIM never shows.

Imitates https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/ (read 2026-11); a SCIM externalId shows
there under an issuer that ends in the tenant id.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.aws_sso import cursors, identity_store
from harness.aws_sso.apis.parameters import ApiError, Handler, Parameters, invalid
from harness.aws_sso.identity_store import GROUP, USER, Record
from harness.aws_sso.tenant import Tenant
from harness.base.clock import from_iso
from harness.scim.names import ENTERPRISE_USER

_PAGE = 100
_MOST_GROUPS = 100
_EXTENSION = "aws:identitystore:enterprise"
_ISSUER = "https://scim.aws.com/"
_OWN_SHAPE = frozenset({"externalId", "userName", "active", ENTERPRISE_USER})
# What GetUserId, GetGroupId and the lists' Filters may ask for, and the unique value that answers it.
_UNIQUE: Mapping[str, Mapping[str, str]] = {
    USER: {"username": "user.userName", "emails.value": "user.email"},
    GROUP: {"displayname": "group.displayName"},
}


def describe_user(tenant: Tenant, given: Parameters) -> dict[str, Any]:
    _check_store(tenant, given)
    record = _require(tenant, USER, given.text("UserId"))
    return _user(tenant, record, given.texts("Extensions"))


def describe_group(tenant: Tenant, given: Parameters) -> dict[str, Any]:
    _check_store(tenant, given)
    return _group(tenant, _require(tenant, GROUP, given.text("GroupId")))


def list_users(tenant: Tenant, given: Parameters) -> dict[str, Any]:
    extensions = given.texts("Extensions")
    return _list(tenant, given, USER, "Users", lambda record: _user(tenant, record, extensions))


def list_groups(tenant: Tenant, given: Parameters) -> dict[str, Any]:
    return _list(tenant, given, GROUP, "Groups", lambda record: _group(tenant, record))


def list_group_memberships(tenant: Tenant, given: Parameters) -> dict[str, Any]:
    _check_store(tenant, given)
    group_id = _require(tenant, GROUP, given.text("GroupId")).id
    pairs = [(group_id, user_id) for user_id in identity_store.members(tenant, group_id)]
    return _memberships(tenant, given, f"members of {group_id}", pairs)


def list_group_memberships_for_member(tenant: Tenant, given: Parameters) -> dict[str, Any]:
    _check_store(tenant, given)
    user_id = _member(tenant, given).id
    pairs = [(group_id, user_id) for group_id in identity_store.groups_of(tenant, user_id)]
    return _memberships(tenant, given, f"groups of {user_id}", pairs)


def get_user_id(tenant: Tenant, given: Parameters) -> dict[str, Any]:
    _check_store(tenant, given)
    return {**_store(tenant), **_identified(USER, _alternate(tenant, given, USER))}


def get_group_id(tenant: Tenant, given: Parameters) -> dict[str, Any]:
    _check_store(tenant, given)
    return {**_store(tenant), **_identified(GROUP, _alternate(tenant, given, GROUP))}


def is_member_in_groups(tenant: Tenant, given: Parameters) -> dict[str, Any]:
    _check_store(tenant, given)
    user_id = _member(tenant, given).id
    group_ids = given.texts("GroupIds")
    if not 1 <= len(group_ids) <= _MOST_GROUPS:
        raise invalid("GroupIds", f"Member must have between 1 and {_MOST_GROUPS} items")
    results = [
        {
            "GroupId": group_id,
            "MemberId": {"UserId": user_id},
            "MembershipExists": identity_store.is_member(tenant, group_id, user_id),
        }
        for group_id in group_ids
    ]
    return {"Results": results}


def _store(tenant: Tenant) -> dict[str, str]:
    return {"IdentityStoreId": tenant.settings.identity_store_id}


def _check_store(tenant: Tenant, given: Parameters) -> None:
    if given.text("IdentityStoreId") != tenant.settings.identity_store_id:
        raise _not_found("IDENTITY_STORE", given.text("IdentityStoreId"))


def _not_found(kind: str, resource_id: str) -> ApiError:
    return ApiError(
        "ResourceNotFoundException", f"{kind} not found.", ResourceType=kind, ResourceId=resource_id
    )


def _require(tenant: Tenant, kind: str, resource_id: str) -> Record:
    record = identity_store.fetch(tenant, kind, resource_id.rpartition("/")[2])
    if record is None:
        raise _not_found(kind.upper(), resource_id)
    return record


def _member(tenant: Tenant, given: Parameters) -> Record:
    return _require(tenant, USER, given.structure("MemberId").text("UserId"))


def _alternate(tenant: Tenant, given: Parameters, kind: str) -> str:
    """Return the id behind an AlternateIdentifier: an external id, or a unique attribute."""
    alternate = given.structure("AlternateIdentifier")
    if alternate.has("ExternalId"):
        external = alternate.structure("ExternalId")
        matches = external.text("Issuer") == f"{_ISSUER}{tenant.settings.tenant_id}"
        found = identity_store.find(tenant, f"{kind}.externalId", external.text("Id")) if matches else None
        wanted = external.text("Id")
    else:
        unique = alternate.structure("UniqueAttribute")
        wanted = unique.text("AttributeValue")
        found = identity_store.find(tenant, _space(kind, unique), wanted)
    if found is None:
        raise _not_found(kind.upper(), wanted)
    return found


def _space(kind: str, given: Parameters) -> str:
    space = _UNIQUE[kind].get(given.text("AttributePath").lower())
    if space is None:
        raise invalid("AttributePath", f"Member must be one of {', '.join(_UNIQUE[kind])}")
    return space


def _identified(kind: str, resource_id: str) -> dict[str, str]:
    name = kind.capitalize()
    return {f"{name}Id": resource_id, f"{name}Arn": f"arn:aws:identitystore:::{kind}/{resource_id}"}


def _common(tenant: Tenant, kind: str, record: Record) -> dict[str, Any]:
    external_id = record.attributes.get("externalId")
    issuer = f"{_ISSUER}{tenant.settings.tenant_id}"
    return {
        **_store(tenant),
        **_identified(kind, record.id),
        "Revision": str(record.revision),
        **({} if external_id is None else {"ExternalIds": [{"Issuer": issuer, "Id": external_id}]}),
        "CreatedAt": from_iso(record.created).timestamp(),
        "CreatedBy": record.created_by,
        "UpdatedAt": from_iso(record.modified).timestamp(),
        "UpdatedBy": record.modified_by,
    }


def _user(tenant: Tenant, record: Record, extensions: list[str]) -> dict[str, Any]:
    attributes = record.attributes
    plain = {name: value for name, value in attributes.items() if name not in _OWN_SHAPE}
    user = {
        **_common(tenant, USER, record),
        "UserName": attributes["userName"],
        **_capitalized(plain),
        "UserStatus": "ENABLED" if attributes["active"] else "DISABLED",
    }
    if _EXTENSION in extensions and ENTERPRISE_USER in attributes:
        user["Extensions"] = {_EXTENSION: attributes[ENTERPRISE_USER]}
    return user


def _group(tenant: Tenant, record: Record) -> dict[str, Any]:
    return {**_common(tenant, GROUP, record), "DisplayName": record.attributes["displayName"]}


def _capitalized(value: Any) -> Any:
    """Rename SCIM's `givenName` to the API's `GivenName`, all the way down."""
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: _capitalized(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_capitalized(item) for item in value]
    return value


def _list(
    tenant: Tenant, given: Parameters, kind: str, member: str, shown: Callable[[Record], dict[str, Any]]
) -> dict[str, Any]:
    _check_store(tenant, given)
    limit = given.number("MaxResults", _PAGE, _PAGE)
    filters = given.structures("Filters")
    records: Iterable[Record]
    if filters:
        if len(filters) > 1:
            raise invalid("Filters", "Member must have length less than or equal to 1")
        wanted = filters[0].text("AttributeValue")
        found = identity_store.find(tenant, _space(kind, filters[0]), wanted)
        records = [] if found is None else [_require(tenant, kind, found)]
    else:
        after = _place(tenant, given, kind)
        if after is not None and identity_store.fetch(tenant, kind, after) is None:
            raise invalid("NextToken", "Member must continue this list")
        records = identity_store.scan(tenant, kind, after=after, limit=limit + 1)
    page = list(itertools.islice(records, limit + 1))
    token = [page[limit - 1].id] if len(page) > limit else []
    return {member: [shown(record) for record in page[:limit]], **_next(tenant, kind, token)}


def _memberships(
    tenant: Tenant, given: Parameters, scope: str, pairs: list[tuple[str, str]]
) -> dict[str, Any]:
    limit = given.number("MaxResults", _PAGE, _PAGE)
    rows = [_membership(tenant, *pair) for pair in pairs]
    after = _place(tenant, given, scope)
    ids = [row["MembershipId"] for row in rows]
    if after is not None:
        if after not in ids:
            raise invalid("NextToken", "Member must continue this list")
        rows = rows[ids.index(after) + 1 :]
    token = [rows[limit - 1]["MembershipId"]] if len(rows) > limit else []
    return {"GroupMemberships": rows[:limit], **_next(tenant, scope, token)}


def _membership(tenant: Tenant, group_id: str, user_id: str) -> dict[str, Any]:
    membership_id = identity_store.membership_id(group_id, user_id)
    return {
        **_store(tenant),
        "MembershipId": membership_id,
        "MembershipArn": f"arn:aws:identitystore:::membership/{membership_id}",
        "GroupId": group_id,
        "MemberId": {"UserId": user_id},
    }


def _place(tenant: Tenant, given: Parameters, scope: str) -> str | None:
    token = given.optional_text("NextToken")
    if token is None:
        return None
    try:
        return cursors.unseal(tenant, scope, token)[0]
    except ValueError as error:
        raise invalid("NextToken", "Member must continue this list") from error


def _next(tenant: Tenant, scope: str, anchors: list[str]) -> dict[str, str]:
    return {"NextToken": cursors.seal(tenant, scope, anchors)} if anchors else {}


OPERATIONS: Mapping[str, Handler] = {
    "DescribeUser": describe_user,
    "DescribeGroup": describe_group,
    "ListUsers": list_users,
    "ListGroups": list_groups,
    "ListGroupMemberships": list_group_memberships,
    "ListGroupMembershipsForMember": list_group_memberships_for_member,
    "GetUserId": get_user_id,
    "GetGroupId": get_group_id,
    "IsMemberInGroups": is_member_in_groups,
}
