"""The operations on permission sets and the policies in them."""

from __future__ import annotations

from typing import Any

from harness.aws_sso.accounts import assignments, permission_sets
from harness.aws_sso.accounts.permission_sets import NameTakenError, PermissionSet
from harness.aws_sso.apis import paging
from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.errors import ApiError
from harness.aws_sso.apis.sso_admin.instances import absent, check_instance, require_set
from harness.base.clock import from_iso

_SETTINGS = {"Description": "description", "SessionDuration": "session", "RelayState": "relay_state"}


def create(call: Call) -> dict[str, Any]:
    check_instance(call)
    name, tags = call.given["Name"], tuple((tag["Key"], tag["Value"]) for tag in call.given.get("Tags", ()))
    try:
        made = permission_sets.create(call.tenant, name, tags, **_settings(call))
    except NameTakenError as error:
        # The sentence of https://github.com/avlcloudtechnologies/terraform-aws-sso/issues/6 (read 2026-11).
        message = f"PermissionSet with name {name} already exists."
        raise ApiError("ConflictException", message) from error
    return {"PermissionSet": _shown(made)}


def describe(call: Call) -> dict[str, Any]:
    return {"PermissionSet": _shown(require_set(call))}


def list_all(call: Call) -> dict[str, Any]:
    check_instance(call)
    arns = [each.arn for each in permission_sets.scan(call.tenant)]
    rows, token = paging.page(call, "permission sets", arns, str)
    return {"PermissionSets": list(rows), **token}


def update(call: Call) -> dict[str, Any]:
    permission_sets.change(call.tenant, require_set(call), **_settings(call))
    return {}


def delete(call: Call) -> dict[str, Any]:
    old = require_set(call)
    if assignments.is_used(call.tenant, old.arn):
        # https://github.com/hashicorp/terraform-provider-aws/issues/26757 (read 2026-11).
        message = "Could not delete because PermissionSet has ApplicationProfile associated with it."
        raise ApiError("ConflictException", message)
    permission_sets.delete(call.tenant, old)
    return {}


def put_inline_policy(call: Call) -> dict[str, Any]:
    permission_sets.change(call.tenant, require_set(call), inline_policy=call.given["InlinePolicy"])
    return {}


def get_inline_policy(call: Call) -> dict[str, Any]:
    """Answer the policy; of a permission set without one, the empty text."""
    return {"InlinePolicy": require_set(call).inline_policy}


def delete_inline_policy(call: Call) -> dict[str, Any]:
    permission_sets.change(call.tenant, require_set(call), inline_policy="")
    return {}


def attach_managed_policy(call: Call) -> dict[str, Any]:
    old, arn = require_set(call), call.given["ManagedPolicyArn"]
    if arn in old.policies:
        raise ApiError("ConflictException", f"Managed policy {arn} is attached already.")
    permission_sets.change(call.tenant, old, policies=(*old.policies, arn))
    return {}


def detach_managed_policy(call: Call) -> dict[str, Any]:
    old, arn = require_set(call), call.given["ManagedPolicyArn"]
    if arn not in old.policies:
        raise absent("Managed policy")
    permission_sets.change(call.tenant, old, policies=tuple(each for each in old.policies if each != arn))
    return {}


def list_managed_policies(call: Call) -> dict[str, Any]:
    held = require_set(call)
    rows, token = paging.page(call, f"policies of {held.arn}", held.policies, str)
    policies = [{"Name": arn.rpartition("/")[2], "Arn": arn} for arn in rows]
    return {"AttachedManagedPolicies": policies, **token}


def list_tags(call: Call) -> dict[str, Any]:
    if "InstanceArn" in call.given:
        check_instance(call)
    held = permission_sets.fetch(call.tenant, call.given["ResourceArn"])
    if held is None and call.given["ResourceArn"] != call.tenant.settings.instance_arn:
        raise absent("Resource")
    return {"Tags": [{"Key": key, "Value": value} for key, value in (held.tags if held else ())]}


def _settings(call: Call) -> dict[str, Any]:
    return {member: call.given[name] for name, member in _SETTINGS.items() if name in call.given}


def _shown(held: PermissionSet) -> dict[str, Any]:
    settings = {name: getattr(held, member) for name, member in _SETTINGS.items()}
    return {
        "Name": held.name,
        "PermissionSetArn": held.arn,
        "CreatedDate": from_iso(held.created).timestamp(),
        **{name: value for name, value in settings.items() if value is not None},
    }
