"""The accounts that one user may enter, and the user's permission sets in each, assigned directly or through a group.

Read by the user portal and by the portal's API. The
`roleName` of ListAccountRoles (RoleInfo of the model sso/2019-06-10 in botocore 1.44.5, read 2026-11-30) is here the name of a
permission set. Only the user's own assignments are read, never everybody's.
"""

from __future__ import annotations

from msgspec import Struct

from harness.aws_sso import identity_store
from harness.aws_sso.accounts import assignments, organization, permission_sets
from harness.aws_sso.accounts.organization import ACTIVE, Account
from harness.aws_sso.accounts.permission_sets import PermissionSet
from harness.aws_sso.tenant import Tenant


class Entry(Struct, frozen=True):
    """An account and the permission sets that the person has there, by name."""

    account: Account
    roles: tuple[PermissionSet, ...]


def entries(tenant: Tenant, user_id: str) -> list[Entry]:
    """Return the entries of a user now, accounts by name, without suspended accounts."""
    principals = [("USER", user_id)]
    principals += [("GROUP", group) for group in identity_store.groups_of(tenant, user_id)]
    roles_by_account: dict[str, dict[str, PermissionSet]] = {}
    for principal in principals:
        for target in assignments.of_principal(tenant, *principal):
            permission_set = permission_sets.fetch(tenant, target.permission_set)
            if permission_set is not None:
                roles_by_account.setdefault(target.account, {})[permission_set.name] = permission_set
    described = [(organization.find(tenant, account), roles) for account, roles in roles_by_account.items()]
    reachable = [
        Entry(account, tuple(roles[name] for name in sorted(roles)))
        for account, roles in described
        if account is not None and account.status == ACTIVE
    ]
    return sorted(reachable, key=lambda entry: (entry.account.name, entry.account.id))


def entry(tenant: Tenant, user_id: str, account: str) -> Entry | None:
    """Return a user's entry for one account."""
    return next((each for each in entries(tenant, user_id) if each.account.id == account), None)


def role(tenant: Tenant, user_id: str, account: str, name: str) -> PermissionSet | None:
    """Return the permission set with a name, if the user has it in the account."""
    account_entry = entry(tenant, user_id, account)
    roles = () if account_entry is None else account_entry.roles
    return next((each for each in roles if each.name == name), None)
