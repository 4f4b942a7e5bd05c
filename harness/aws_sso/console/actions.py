"""What an administrator can do in the console with the directory: each action and its CloudTrail event commit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.aws_sso import cloudtrail, identity_store, rules, tokens
from harness.aws_sso.identity_store import GROUP, USER, Record
from harness.aws_sso.refusals import NOT_FOUND
from harness.aws_sso.tenant import Tenant
from harness.aws_sso.tokens import Declined, Token

BY_HAND = "Manual"


def enable(tenant: Tenant) -> Token:
    with tenant.store.transaction():
        token = tokens.enable(tenant)
        cloudtrail.console_action(tenant, "enable", {})
        cloudtrail.console_action(tenant, "generate token", {"tokenId": token.id})
    return token


def disable(tenant: Tenant, confirm: object) -> None:
    with tenant.store.transaction():
        tokens.disable(tenant, confirm)
        cloudtrail.console_action(tenant, "disable", {})


def generate_token(tenant: Tenant) -> Token:
    with tenant.store.transaction():
        token = tokens.generate(tenant)
        cloudtrail.console_action(tenant, "generate token", {"tokenId": token.id})
    return token


def delete_token(tenant: Tenant, token_id: str, confirm: object) -> None:
    with tenant.store.transaction():
        tokens.remove(tenant, token_id, confirm)
        cloudtrail.console_action(tenant, "delete token", {"tokenId": token_id})


def add_user(tenant: Tenant, typed: Mapping[str, str]) -> Record:
    """Add a user from the form's fields. Raises Refused for what SCIM would refuse too."""
    body = {
        "userName": typed["userName"],
        "name": {"givenName": typed["givenName"], "familyName": typed["familyName"]},
        "displayName": typed["displayName"],
        "emails": [{"value": typed["email"], "type": "work", "primary": True}] if typed["email"] else None,
        "active": True,
    }
    attributes = rules.user({name: value for name, value in body.items() if value is not None}, tenant.quirks)
    with tenant.store.transaction():
        user = identity_store.create(tenant, USER, attributes, BY_HAND)
        cloudtrail.console_action(tenant, "add user", {"userId": user.id})
    return user


def set_active(tenant: Tenant, user: Record, *, active: bool) -> None:
    with tenant.store.transaction():
        attributes = {**user.attributes, "active": active}
        identity_store.replace(tenant, USER, user, attributes, BY_HAND)
        cloudtrail.console_action(tenant, "enable user" if active else "disable user", {"userId": user.id})


def delete_user(tenant: Tenant, user: Record) -> None:
    with tenant.store.transaction():
        identity_store.delete(tenant, USER, user)
        cloudtrail.console_action(tenant, "delete user", {"userId": user.id})


def create_group(tenant: Tenant, name: str) -> Record:
    """Create a group. Raises Refused for what SCIM would refuse too."""
    attributes = rules.group({"displayName": name}, tenant.quirks)
    with tenant.store.transaction():
        group = identity_store.create(tenant, GROUP, attributes, BY_HAND)
        cloudtrail.console_action(tenant, "add group", {"groupId": group.id})
    return group


def delete_group(tenant: Tenant, group: Record) -> None:
    with tenant.store.transaction():
        identity_store.delete(tenant, GROUP, group)
        cloudtrail.console_action(tenant, "delete group", {"groupId": group.id})


def add_member(tenant: Tenant, group: Record, name: str) -> None:
    """Add the user of this name. Raises Declined when there is none."""
    user_id = identity_store.find(tenant, "user.userName", name)
    if user_id is None:
        raise Declined(404, f"There is no user named '{name}'.")
    if identity_store.is_member(tenant, group.id, user_id):
        raise Declined(409, f"{name} is a member of the group already.")
    with tenant.store.transaction():
        identity_store.add_members(tenant, group.id, [user_id], NOT_FOUND, BY_HAND)
        cloudtrail.console_action(tenant, "add member", {"groupId": group.id, "memberId": user_id})


def remove_member(tenant: Tenant, group: Record, user_id: str) -> None:
    """Remove a member. Raises Declined when there is none of this id."""
    if not identity_store.is_member(tenant, group.id, user_id):
        raise Declined(404, "This user is not a member of the group any more.")
    with tenant.store.transaction():
        identity_store.remove_members(tenant, group.id, [user_id])
        cloudtrail.console_action(tenant, "remove member", {"groupId": group.id, "memberId": user_id})


def users(tenant: Tenant, *, after: str | None = None, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield what the Users page knows of each user, oldest first."""
    for record in identity_store.scan(tenant, USER, after=after, limit=limit):
        yield _described(record)


def groups(tenant: Tenant, *, after: str | None = None, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield what the Groups page knows of each group, its members' user names included."""
    for record in identity_store.scan(tenant, GROUP, after=after, limit=limit):
        present = (
            identity_store.fetch(tenant, USER, each) for each in identity_store.members(tenant, record.id)
        )
        names = [user.attributes["userName"] for user in present if user is not None]
        yield {**_described(record), "members": names}


def _described(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        **record.attributes,
        "createdBy": record.created_by,
        "createdAt": record.created,
        "updatedAt": record.modified,
    }
