"""The one instance of this account, and what the other modules check requests against."""

from __future__ import annotations

from typing import Any

from harness.aws_sso.accounts import instance, permission_sets
from harness.aws_sso.accounts.permission_sets import PermissionSet
from harness.aws_sso.apis import paging
from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.errors import ApiError
from harness.aws_sso.apis.identitystore.records import store_arn
from harness.aws_sso.apis.sso_admin.sentences import absent, inferred
from harness.aws_sso.tenant import Tenant
from harness.base.clock import from_iso

_ONE_AT_A_TIME = ("EncryptionConfiguration", "NetworkConfiguration", "PermissionSetsEnabled")


def list_instances(call: Call) -> dict[str, Any]:
    rows, token = paging.page(call, "instances", [_instance(call.tenant)], lambda row: row["InstanceArn"])
    return {"Instances": list(rows), **token}


def describe_instance(call: Call) -> dict[str, Any]:
    check_instance(call)
    return {**_instance(call.tenant), **instance.instance(call.tenant).settings}


def update_instance(call: Call) -> dict[str, Any]:
    """Set the name, and one of encryption, network and permission sets; a change of encryption is done at once.

    One at a time, and a list of the network that is empty counts as none: the model sso-admin/2020-07-20 in botocore 1.44.8,
    UpdateInstance and its NetworkConfiguration (read 2026-11-30).
    """
    check_instance(call)
    parameters, present = call.parameters, instance.instance(call.tenant)
    if len(parameters.keys() & set(_ONE_AT_A_TIME)) > 1:
        raise ApiError("ValidationException", inferred(call, "one-update", names=", ".join(_ONE_AT_A_TIME)))
    settings = dict(present.settings)
    if "EncryptionConfiguration" in parameters:
        details = {**parameters["EncryptionConfiguration"], "EncryptionStatus": "ENABLED"}
        settings["EncryptionConfigurationDetails"] = details
    if "NetworkConfiguration" in parameters:
        network = parameters["NetworkConfiguration"].items()
        settings["NetworkConfigurationDetails"] = {name: value for name, value in network if value != []}
    if "PermissionSetsEnabled" in parameters:
        settings["PermissionSetsEnabled"] = parameters["PermissionSetsEnabled"]
    instance.change(call.tenant, name=parameters.get("Name", present.name), settings=settings)
    return {}


def check_instance(call: Call) -> None:
    """Raise ApiError for another instance than the account's own."""
    if call.parameters["InstanceArn"] != call.tenant.settings.instance_arn:
        # In the words of https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_DeleteInstance.html, "Errors" (read
        # 2026-11-30).
        raise ApiError("AccessDeniedException", "You do not have sufficient access to perform this action.")


def require_set(call: Call) -> PermissionSet:
    """Return the permission set that the input names. Raises ApiError (ResourceNotFoundException)."""
    check_instance(call)
    permission_set = permission_sets.fetch(call.tenant, call.parameters["PermissionSetArn"])
    if permission_set is None:
        raise absent(call, "PermissionSet with id", short_id(call.parameters["PermissionSetArn"]))
    return permission_set


def short_id(arn: str) -> str:
    """Return `ps-…`, which is how sentences name a permission set."""
    return arn.rpartition("/")[2]


def _instance(tenant: Tenant) -> dict[str, Any]:
    settings, name = tenant.settings, instance.instance(tenant).name
    return {
        "InstanceArn": settings.instance_arn,
        "IdentityStoreId": settings.identity_store_id,
        "IdentityStoreArn": store_arn(tenant),
        "OwnerAccountId": settings.account_id,
        **({} if name is None else {"Name": name}),
        "CreatedDate": from_iso(settings.created).timestamp(),
        "Status": "ACTIVE",
    }
