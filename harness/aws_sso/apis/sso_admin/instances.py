"""The one instance of this account, and what the other modules check requests against."""

from __future__ import annotations

from typing import Any

from harness.aws_sso.accounts import permission_sets
from harness.aws_sso.accounts.permission_sets import PermissionSet
from harness.aws_sso.apis import paging
from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.errors import ApiError
from harness.aws_sso.apis.identitystore.records import store_arn
from harness.aws_sso.tenant import Tenant


def list_instances(call: Call) -> dict[str, Any]:
    rows, token = paging.page(call, "instances", [_instance(call.tenant)], lambda row: row["InstanceArn"])
    return {"Instances": list(rows), **token}


def describe_instance(call: Call) -> dict[str, Any]:
    check_instance(call)
    return _instance(call.tenant)


def check_instance(call: Call) -> None:
    """Raise ApiError for another instance than the account's: that one is somebody else's, if anybody's."""
    if call.given["InstanceArn"] != call.tenant.settings.instance_arn:
        raise ApiError("AccessDeniedException", "You do not have sufficient access to perform this action.")


def require_set(call: Call) -> PermissionSet:
    """Return the permission set that the input names. Raises ApiError (ResourceNotFoundException)."""
    check_instance(call)
    found = permission_sets.fetch(call.tenant, call.given["PermissionSetArn"])
    if found is None:
        raise absent("PermissionSet")
    return found


def absent(what: str) -> ApiError:
    return ApiError("ResourceNotFoundException", f"{what} not found.")


def _instance(tenant: Tenant) -> dict[str, Any]:
    settings = tenant.settings
    return {
        "InstanceArn": settings.instance_arn,
        "IdentityStoreId": settings.identity_store_id,
        "IdentityStoreArn": store_arn(tenant),
        "OwnerAccountId": settings.account_id,
        "Status": "ACTIVE",
    }
