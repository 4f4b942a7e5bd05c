"""The SSO Admin API: the instance, permission sets, and who has them in which account.

Imitates https://docs.aws.amazon.com/singlesignon/latest/APIReference/welcome.html by its model sso-admin/2020-07-20 in botocore
1.44.5 (read 2026-11-30), as far as an administrator needs it once users have arrived: applications, trusted token issuers and
Regions are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.aws_sso.apis.call import Handler, Service
from harness.aws_sso.apis.sso_admin import (
    access_control,
    assignments,
    instances,
    permission_sets,
    policies,
    provisioning,
    tags,
)
from harness.aws_sso.apis.sso_admin.sentences import BAD_POLICY_ARN
from harness.aws_sso.apis.sso_admin.shapes import SHAPES
from harness.base.quirks import Quirks

_HANDLERS: Mapping[str, Handler] = {
    "AttachCustomerManagedPolicyReferenceToPermissionSet": policies.attach_reference,
    "AttachManagedPolicyToPermissionSet": policies.attach_managed,
    "CreateAccountAssignment": assignments.create,
    "CreateInstanceAccessControlAttributeConfiguration": access_control.create,
    "CreatePermissionSet": permission_sets.create,
    "DeleteAccountAssignment": assignments.delete,
    "DeleteInlinePolicyFromPermissionSet": policies.delete_inline,
    "DeleteInstanceAccessControlAttributeConfiguration": access_control.delete,
    "DeletePermissionSet": permission_sets.delete,
    "DeletePermissionsBoundaryFromPermissionSet": policies.delete_boundary,
    "DescribeAccountAssignmentCreationStatus": assignments.describe_creation_status,
    "DescribeAccountAssignmentDeletionStatus": assignments.describe_deletion_status,
    "DescribeInstance": instances.describe_instance,
    "DescribeInstanceAccessControlAttributeConfiguration": access_control.describe,
    "DescribePermissionSet": permission_sets.describe,
    "DescribePermissionSetProvisioningStatus": provisioning.describe_status,
    "DetachCustomerManagedPolicyReferenceFromPermissionSet": policies.detach_reference,
    "DetachManagedPolicyFromPermissionSet": policies.detach_managed,
    "GetInlinePolicyForPermissionSet": policies.get_inline,
    "GetPermissionsBoundaryForPermissionSet": policies.get_boundary,
    "ListAccountAssignmentCreationStatus": assignments.list_creation_status,
    "ListAccountAssignmentDeletionStatus": assignments.list_deletion_status,
    "ListAccountAssignments": assignments.list_of_account,
    "ListAccountAssignmentsForPrincipal": assignments.list_for_principal,
    "ListAccountsForProvisionedPermissionSet": provisioning.list_accounts,
    "ListCustomerManagedPolicyReferencesInPermissionSet": policies.list_references,
    "ListInstances": instances.list_instances,
    "ListManagedPoliciesInPermissionSet": policies.list_managed,
    "ListPermissionSetProvisioningStatus": provisioning.list_status,
    "ListPermissionSets": permission_sets.list_all,
    "ListPermissionSetsProvisionedToAccount": provisioning.list_permission_sets,
    "ListTagsForResource": tags.list_all,
    "ProvisionPermissionSet": provisioning.provision,
    "PutInlinePolicyToPermissionSet": policies.put_inline,
    "PutPermissionsBoundaryToPermissionSet": policies.put_boundary,
    "TagResource": tags.tag,
    "UntagResource": tags.untag,
    "UpdateInstance": instances.update_instance,
    "UpdateInstanceAccessControlAttributeConfiguration": access_control.update,
    "UpdatePermissionSet": permission_sets.update,
}


def bad_policy_arn(raw: Mapping[str, Any], where: str, quirks: Quirks) -> str | None:
    """Return what a malformed ARN of a managed policy is answered with, where that has words of its own."""
    if where != "managedPolicyArn" or not raw.get("ManagedPolicyArn") or not quirks["bad-policy-arn-named"]:
        return None
    return BAD_POLICY_ARN.format(arn=raw["ManagedPolicyArn"])


SERVICE = Service(
    source="sso.amazonaws.com",
    handlers=_HANDLERS,
    shapes=SHAPES,
    words=bad_policy_arn,
)
