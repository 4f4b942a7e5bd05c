"""Users, groups and memberships as the Identity Store API writes them, and back to what the directory keeps.

The directory keeps SCIM's attributes. What only this API knows (photos, website, birth date, a group's description) lies
beside them, so that SCIM never meets it. A SCIM externalId shows under an issuer that ends in the tenant id, as in
https://repost.aws/knowledge-center/iam-identity-center-provision, "Get your tenant ID" (read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from harness.aws_sso import attributes as scim
from harness.aws_sso import identity_store
from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.errors import ApiError
from harness.aws_sso.identity_store import GROUP, MEMBERSHIP, USER, Membership, Record
from harness.aws_sso.tenant import Tenant
from harness.base.clock import from_iso
from harness.scim.names import ENTERPRISE_USER

EXTENSION = "aws:identitystore:enterprise"
_ISSUER = "https://scim.aws.com/"
_OWN_SHAPE = frozenset({"externalId", "active", ENTERPRISE_USER})
_BESIDE = {USER: ("Photos", "Website", "Birthdate"), GROUP: ("Description",)}


def check_store(call: Call) -> None:
    """Raise ApiError unless the request is for the account's identity store, by id or ARN."""
    store_id = call.parameters["IdentityStoreId"]
    if store_id.rpartition("/")[2] != call.tenant.settings.identity_store_id:
        # The sentence of https://github.com/awslabs/ssosync/issues/221, description (read 2026-11-29).
        message = f"IdentityStore not present for IdentityStoreId: {store_id}"
        raise _not_found("IDENTITY_STORE", store_id, message)


def require(call: Call, kind: str, resource_id: str) -> Record:
    """Return a user or group by id or ARN. Raises ApiError (ResourceNotFoundException)."""
    record = identity_store.fetch(call.tenant, kind, _bare(resource_id))
    if record is None:
        raise absent(kind, resource_id)
    return record


def member(call: Call) -> Record:
    """Return the user that MemberId names."""
    return require(call, USER, call.parameters["MemberId"]["UserId"])


def require_membership(call: Call) -> Membership:
    membership_id = call.parameters["MembershipId"]
    membership = identity_store.membership(call.tenant, _bare(membership_id))
    if membership is None:
        raise absent("group_membership", membership_id)
    return membership


def absent(kind: str, resource_id: str) -> ApiError:
    return _not_found(kind.upper(), resource_id, f"{kind.upper()} not found.")


def issuer(tenant: Tenant) -> str:
    return f"{_ISSUER}{tenant.settings.tenant_id}"


def store(tenant: Tenant) -> dict[str, str]:
    return {"IdentityStoreId": tenant.settings.identity_store_id}


def store_arn(tenant: Tenant) -> str:
    settings = tenant.settings
    return f"arn:aws:identitystore::{settings.account_id}:identitystore/{settings.identity_store_id}"


def identified(kind: str, resource_id: str) -> dict[str, str]:
    name = kind.capitalize()
    return {f"{name}Id": resource_id, f"{name}Arn": f"arn:aws:identitystore:::{kind}/{resource_id}"}


def written(tenant: Tenant, kind: str, record: Record) -> dict[str, Any]:
    """Return the answer of creating or updating a user or group."""
    return {**store(tenant), **identified(kind, record.id), "Revision": str(record.revision)}


def user(tenant: Tenant, record: Record, extensions: Collection[str]) -> dict[str, Any]:
    attributes = profile(tenant, USER, record)
    if not extensions:
        attributes.pop("Extensions", None)
    status = "ENABLED" if record.attributes["active"] else "DISABLED"
    return {**_common(tenant, USER, record), **attributes, "UserStatus": status}


def group(tenant: Tenant, record: Record) -> dict[str, Any]:
    return {**_common(tenant, GROUP, record), **profile(tenant, GROUP, record)}


def membership_of(tenant: Tenant, group_id: str, user_id: str) -> dict[str, Any]:
    membership_id = identity_store.membership_id(group_id, user_id)
    membership = identity_store.membership(tenant, membership_id)
    return {
        **store(tenant),
        **identified(MEMBERSHIP, membership_id),
        "GroupId": group_id,
        "MemberId": {"UserId": user_id},
        **(
            {}
            if membership is None
            else _times(membership.created, membership.created, membership.created_by, membership.created_by)
        ),
    }


def profile(tenant: Tenant, kind: str, record: Record) -> dict[str, Any]:
    """Return the attributes of a user or group that Create takes and Update changes, in this API's names."""
    plain = {name: value for name, value in record.attributes.items() if name not in _OWN_SHAPE}
    enterprise = record.attributes.get(ENTERPRISE_USER)
    return {
        **_capitalized(plain),
        **identity_store.beside(tenant, kind, record.id),
        **({} if enterprise is None else {"Extensions": {EXTENSION: enterprise}}),
    }


def changed_record(
    kind: str, shown: Mapping[str, Any], untouched: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a profile as SCIM's attributes in SCIM's order, with those this API cannot change, and those SCIM lacks."""
    beside = {name: shown[name] for name in _BESIDE[kind] if name in shown}
    core = {name: item for name, item in shown.items() if name not in beside and name != "Extensions"}
    attributes = {**untouched, **_uncapitalized(core)}
    if shown.get("Extensions", {}).get(EXTENSION):
        attributes[ENTERPRISE_USER] = shown["Extensions"][EXTENSION]
    table = scim.USER if kind == USER else scim.GROUP
    return {name: attributes[name] for name in table.parts if name in attributes}, beside


def _bare(resource_id: str) -> str:
    return resource_id.rpartition("/")[2]


def _not_found(kind: str, resource_id: str, message: str) -> ApiError:
    return ApiError("ResourceNotFoundException", message, ResourceType=kind, ResourceId=resource_id)


def _common(tenant: Tenant, kind: str, record: Record) -> dict[str, Any]:
    external_id = record.attributes.get("externalId")
    external = {} if external_id is None else {"ExternalIds": [{"Issuer": issuer(tenant), "Id": external_id}]}
    times = _times(record.created, record.modified, record.created_by, record.modified_by)
    return {**written(tenant, kind, record), **external, **times}


def _times(created: str, modified: str, created_by: str, modified_by: str) -> dict[str, Any]:
    return {
        "CreatedAt": from_iso(created).timestamp(),
        "CreatedBy": created_by,
        "UpdatedAt": from_iso(modified).timestamp(),
        "UpdatedBy": modified_by,
    }


def _capitalized(value: Any) -> Any:
    """Rename SCIM's `givenName` to the API's `GivenName`, all the way down."""
    return _renamed(value, str.upper)


def _uncapitalized(value: Any) -> Any:
    return _renamed(value, str.lower)


def _renamed(value: Any, first: Any) -> Any:
    if isinstance(value, dict):
        return {first(name[:1]) + name[1:]: _renamed(item, first) for name, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, first) for item in value]
    return value
