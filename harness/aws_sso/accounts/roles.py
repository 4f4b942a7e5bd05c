"""The role that a permission set is in an account, and who is in it with temporary credentials.

Names and ARNs are those of https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html, both tables
of "Name" and "ARN". The suffix follows from account and permission set: a role whose last assignment went is the same again with
the next, where AWS makes another. That a session is named after its person shows the output of `aws sts get-caller-identity` in
https://github.com/aws/sagemaker-hyperpod-cli/issues/299, opening post (both read 2026-11-30). A session token holds, signed, all
that is to be told of its session: nothing is stored.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from msgspec import Struct

from harness.aws_sso import cursors
from harness.aws_sso.tenant import Tenant
from harness.base.clock import from_iso, iso

_SCOPE = "role session"


class Role(Struct, frozen=True):
    account: str
    permission_set: str
    suffix: str
    region: str

    @property
    def name(self) -> str:
        return f"AWSReservedSSO_{self.permission_set}_{self.suffix}"

    @property
    def arn(self) -> str:
        region = "" if self.region == "us-east-1" else f"{self.region}/"
        return f"arn:aws:iam::{self.account}:role/aws-reserved/sso.amazonaws.com/{region}{self.name}"

    @property
    def id(self) -> str:
        return principal_id("AROA", self.account, self.name)


class RoleSession(Struct, frozen=True):
    """Temporary credentials as AWS sees them: whose they are, of which role, and how long they are good."""

    role: Role
    user_name: str
    began: datetime
    expires: datetime

    @property
    def id(self) -> str:
        return f"{self.role.id}:{self.user_name}"

    @property
    def arn(self) -> str:
        return f"arn:aws:sts::{self.role.account}:assumed-role/{self.role.name}/{self.user_name}"


def principal_id(kind: str, account: str, name: str) -> str:
    """Return the unique id of a role (`kind` "AROA") or of an IAM user ("AIDA"), the same at each start."""
    digest = hashlib.sha256(f"{account}/{name}".encode()).digest()
    return f"{kind}{base64.b32encode(digest).decode()[:17]}"


def role_of(tenant: Tenant, account: str, permission_set: str) -> Role:
    """Return the role that the permission set of that name is in an account."""
    settings = tenant.settings
    digest = hashlib.sha256(f"{settings.instance_arn}/{account}/{permission_set}".encode()).hexdigest()
    return Role(account, permission_set, digest[:16], settings.region)


def seal(tenant: Tenant, access_key_id: str, session: RoleSession) -> str:
    """Return the session token that goes with an access key."""
    moments = iso(session.began), iso(session.expires)
    return cursors.seal(
        tenant,
        f"{_SCOPE} {access_key_id}",
        [session.role.account, session.role.permission_set, *moments, session.user_name],
    )


def unseal(tenant: Tenant, access_key_id: str, token: str) -> RoleSession | None:
    """Return the session of a token, None for one that was not given out here with this access key."""
    try:
        account, permission_set, began, expires, user_name = cursors.unseal(
            tenant, f"{_SCOPE} {access_key_id}", token
        )
    except ValueError:
        return None
    role = role_of(tenant, account, permission_set)
    return RoleSession(role, user_name, from_iso(began), from_iso(expires))
