"""Temporary credentials for a permission set in an account: of the real form; `apis/callers.py` tells whose they are.

They last as long as the permission set's session, up to twelve hours
(https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html, "Set session
duration", edition of June 2023, read 2026-11-29).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from harness.aws_sso.accounts import roles
from harness.aws_sso.accounts.permission_sets import PermissionSet
from harness.aws_sso.accounts.roles import RoleSession
from harness.aws_sso.tenant import Tenant

_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


@dataclass(frozen=True, slots=True)
class Credentials:
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires: datetime


def issue(tenant: Tenant, account: str, permission_set: PermissionSet, user_name: str) -> Credentials:
    """Make up credentials, new ones at every call."""
    access_key_id = f"ASIA{tenant.ids.alphanumeric(16).upper()}"
    began = tenant.clock.now()
    expires = began + (session_length(permission_set.session) or timedelta(hours=1))
    session = RoleSession(roles.role_of(tenant, account, permission_set.name), user_name, began, expires)
    return Credentials(
        access_key_id=access_key_id,
        secret_access_key=tenant.ids.base64(30),
        session_token=roles.seal(tenant, access_key_id, session),
        expires=expires,
    )


def session_length(duration: str) -> timedelta | None:
    """Return the length of `PT1H30M`, None for what is no such text."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
