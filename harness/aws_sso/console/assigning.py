"""What an administrator can do in the console with accounts and permission sets, each with its CloudTrail event."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from harness.aws_sso import cloudtrail
from harness.aws_sso.accounts import assignments, organization, permission_sets, requests
from harness.aws_sso.accounts.assignments import Target
from harness.aws_sso.accounts.permission_sets import NameTakenError, PermissionSet
from harness.aws_sso.tenant import Tenant
from harness.aws_sso.tokens import Declined

# PermissionSetName of the model sso-admin/2020-07-20 in botocore 1.44.5 (read 2026-11-30).
_NAME = re.compile(r"[\w+=,.@-]{1,32}", re.ASCII)


def assign(tenant: Tenant, targets: Sequence[Target]) -> None:
    """Begin to make assignments, all of them or none. Raises Declined."""
    with tenant.store.transaction():
        for target in targets:
            permission_set = permission_sets.fetch(tenant, target.permission_set)
            if permission_set is None:
                raise Declined(404, "A permission set that was chosen is not there any more.")
            _require_reachable(tenant, target)
            assignments.create(tenant, tenant.ids.uuid(), target, permission_set)
            cloudtrail.console_call(tenant, "CreateAccountAssignment", _parameters(target))


def unassign(tenant: Tenant, target: Target) -> None:
    """Begin to take an assignment back. Raises Declined with the service's reason when that cannot be."""
    with tenant.store.transaction():
        _require_reachable(tenant, target)
        request = assignments.delete(tenant, tenant.ids.uuid(), target)
        if request.failure is not None:
            raise Declined(409, request.failure)
        cloudtrail.console_call(tenant, "DeleteAccountAssignment", _parameters(target))


def create_permission_set(tenant: Tenant, typed: Mapping[str, str]) -> PermissionSet:
    """Create a permission set from the form's fields: name, description, session, policy. Raises Declined."""
    name = typed["name"]
    if not _NAME.fullmatch(name):
        raise Declined(400, "A permission set's name has up to 32 letters, digits and any of + = , . @ - _")
    policies = (typed["policy"],) if typed["policy"] else ()
    with tenant.store.transaction():
        try:
            made = permission_sets.create(
                tenant,
                name,
                (),
                description=typed["description"] or None,
                session=typed["session"],
                policies=policies,
            )
        except NameTakenError as error:
            raise Declined(409, f"There is a permission set named {name} already.") from error
        cloudtrail.console_call(tenant, "CreatePermissionSet", {"name": name})
    return made


def delete_permission_set(tenant: Tenant, permission_set: PermissionSet) -> None:
    """Delete a permission set. Raises Declined while somebody has it."""
    if assignments.is_used(tenant, permission_set.arn):
        raise Declined(409, f"{permission_set.name} is assigned; remove its assignments first.")
    with tenant.store.transaction():
        permission_sets.delete(tenant, permission_set)
        cloudtrail.console_call(tenant, "DeletePermissionSet", {"permissionSetArn": permission_set.arn})


def _require_reachable(tenant: Tenant, target: Target) -> None:
    if requests.is_under_way(tenant, target.key):
        raise Declined(409, "An earlier change of this assignment is still under way. Try again in a moment.")
    account = organization.find(tenant, target.account)
    if account is None or account.status != organization.ACTIVE:
        raise Declined(409, f"The account {target.account} is not active.")


def _parameters(target: Target) -> dict[str, str]:
    return {
        "targetId": target.account,
        "targetType": "AWS_ACCOUNT",
        "permissionSetArn": target.permission_set,
        "principalType": target.principal_type,
        "principalId": target.principal_id,
    }
