"""Whose credentials sign a call: those of a role that somebody entered through the portal, or an IAM user's.

The members are those of "IAM user" and of "temporary security credentials" in
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.md, "Examples" (read
2026-11-30).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from harness.aws_sso.accounts import roles
from harness.aws_sso.accounts.roles import RoleSession
from harness.aws_sso.tenant import Tenant
from harness.base.clock import iso
from harness.wire.present import present


class Caller(Struct, frozen=True):
    """`id` is the principal's, `details` are what CloudTrail tells besides; `expires` is None for what lasts."""

    type: str
    id: str
    arn: str
    account: str
    access_key_id: str
    details: Mapping[str, Any]
    expires: datetime | None = None

    @property
    def identity(self) -> dict[str, Any]:
        """The `userIdentity` of an event."""
        return {
            "type": self.type,
            "principalId": self.id,
            "arn": self.arn,
            "accountId": self.account,
            "accessKeyId": self.access_key_id,
            **self.details,
        }


def caller_of(tenant: Tenant, access_key_id: str) -> Caller:
    """Return who makes the present request with this key; a session token that is not of here stands for a user's."""
    session = roles.unseal(tenant, access_key_id, present().text("X-Amz-Security-Token"))
    return _user(tenant, access_key_id) if session is None else _in_role(session, access_key_id)


def _user(tenant: Tenant, access_key_id: str) -> Caller:
    """Return an IAM user; whose a key is, only the quirk `api-user-name` says."""
    account, name = tenant.settings.account_id, str(tenant.quirks["api-user-name"])
    return Caller(
        "IAMUser",
        roles.principal_id("AIDA", account, name),
        f"arn:aws:iam::{account}:user/{name}",
        account,
        access_key_id,
        {"userName": name},
    )


def _in_role(session: RoleSession, access_key_id: str) -> Caller:
    role = session.role
    issuer = {
        "type": "Role",
        "principalId": role.id,
        "arn": role.arn,
        "accountId": role.account,
        "userName": role.name,
    }
    attributes = {"creationDate": iso(session.began), "mfaAuthenticated": "false"}
    context = {"sessionContext": {"sessionIssuer": issuer, "attributes": attributes}}
    return Caller(
        "AssumedRole", session.id, session.arn, role.account, access_key_id, context, session.expires
    )
