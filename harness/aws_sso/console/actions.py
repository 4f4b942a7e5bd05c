"""What an administrator can do in the console: each action and its CloudTrail event commit together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.aws_sso import cloudtrail, identity_store, tokens
from harness.aws_sso.identity_store import GROUP, USER, Record
from harness.aws_sso.tenant import Tenant
from harness.aws_sso.tokens import Token


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
