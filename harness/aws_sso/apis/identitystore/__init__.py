"""The Identity Store API: users, groups and memberships, the last of which SCIM never shows.

Imitates https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/ by its model identitystore/2020-06-15 in
botocore 1.44.5 (read 2026-11-30). Its writes reach the same directory as SCIM's and work also while automatic provisioning is
on, unnoticed by the identity provider.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.aws_sso.apis.call import Handler, Service
from harness.aws_sso.apis.identitystore import reads, writes
from harness.aws_sso.apis.identitystore.shapes import SHAPES

_HANDLERS: Mapping[str, Handler] = {
    "CreateGroup": writes.create_group,
    "CreateGroupMembership": writes.create_group_membership,
    "CreateUser": writes.create_user,
    "DeleteGroup": writes.delete_group,
    "DeleteGroupMembership": writes.delete_group_membership,
    "DeleteUser": writes.delete_user,
    "DescribeGroup": reads.describe_group,
    "DescribeGroupMembership": reads.describe_group_membership,
    "DescribeIdentityStore": reads.describe_identity_store,
    "DescribeUser": reads.describe_user,
    "GetGroupId": reads.get_group_id,
    "GetGroupMembershipId": reads.get_group_membership_id,
    "GetUserId": reads.get_user_id,
    "IsMemberInGroups": reads.is_member_in_groups,
    "ListGroupMemberships": reads.list_group_memberships,
    "ListGroupMembershipsForMember": reads.list_group_memberships_for_member,
    "ListGroups": reads.list_groups,
    "ListIdentityStores": reads.list_identity_stores,
    "ListUsers": reads.list_users,
    "UpdateGroup": writes.update_group,
    "UpdateUser": writes.update_user,
}

SERVICE = Service(
    source="identitystore.amazonaws.com",
    handlers=_HANDLERS,
    shapes=SHAPES,
    tells_request_id=True,
)
