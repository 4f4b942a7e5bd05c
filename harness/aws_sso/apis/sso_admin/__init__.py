"""The SSO Admin API: the instance, permission sets, and who has them in which account.

Imitates https://docs.aws.amazon.com/singlesignon/latest/APIReference/welcome.html (read 2026-11), as far as an
administrator needs it once users have arrived; applications, trusted issuers, regions and customer policies are left out.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.aws_sso.apis.call import Handler, Service
from harness.aws_sso.apis.sso_admin import assignments, instances, permission_sets, provisioning
from harness.aws_sso.apis.sso_admin.shapes import SHAPES

_HANDLERS: Mapping[str, Handler] = {
    "AttachManagedPolicyToPermissionSet": permission_sets.attach_managed_policy,
    "CreateAccountAssignment": assignments.create,
    "CreatePermissionSet": permission_sets.create,
    "DeleteAccountAssignment": assignments.delete,
    "DeleteInlinePolicyFromPermissionSet": permission_sets.delete_inline_policy,
    "DeletePermissionSet": permission_sets.delete,
    "DescribeAccountAssignmentCreationStatus": assignments.describe_creation_status,
    "DescribeAccountAssignmentDeletionStatus": assignments.describe_deletion_status,
    "DescribeInstance": instances.describe_instance,
    "DescribePermissionSet": permission_sets.describe,
    "DescribePermissionSetProvisioningStatus": provisioning.describe_status,
    "DetachManagedPolicyFromPermissionSet": permission_sets.detach_managed_policy,
    "GetInlinePolicyForPermissionSet": permission_sets.get_inline_policy,
    "ListAccountAssignmentCreationStatus": assignments.list_creation_status,
    "ListAccountAssignmentDeletionStatus": assignments.list_deletion_status,
    "ListAccountAssignments": assignments.list_of_account,
    "ListAccountAssignmentsForPrincipal": assignments.list_for_principal,
    "ListAccountsForProvisionedPermissionSet": provisioning.list_accounts,
    "ListInstances": instances.list_instances,
    "ListManagedPoliciesInPermissionSet": permission_sets.list_managed_policies,
    "ListPermissionSetProvisioningStatus": provisioning.list_status,
    "ListPermissionSets": permission_sets.list_all,
    "ListPermissionSetsProvisionedToAccount": provisioning.list_permission_sets,
    "ListTagsForResource": permission_sets.list_tags,
    "ProvisionPermissionSet": provisioning.provision,
    "PutInlinePolicyToPermissionSet": permission_sets.put_inline_policy,
    "UpdatePermissionSet": permission_sets.update,
}

SERVICE = Service(
    target="SWBExternalService",
    signing_name="sso",
    source="sso.amazonaws.com",
    handlers=_HANDLERS,
    shapes=SHAPES,
)
