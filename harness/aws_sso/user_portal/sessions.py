"""Who is signed in: a browser to the user portal for eight hours, or a program with an access token; secrets are kept as digests.

A session ends with its time, when it is signed out of, and as soon as its user is disabled or gone. Its length is the
default of https://docs.aws.amazon.com/singlesignon/latest/userguide/configure-user-session.html (read 2026-11).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from harness.aws_sso import identity_store
from harness.aws_sso.identity_store import USER, Record
from harness.aws_sso.tenant import Tenant
from harness.base.clock import iso

LENGTH = timedelta(hours=8)
_KIND = "portal-session"

# What a session is for. A token that was asked for without access to accounts opens nothing here.
BROWSER, ACCOUNTS, ELSEWHERE = "browser", "accounts", "elsewhere"


@dataclass(frozen=True, slots=True)
class Session:
    """`expires` is a moment as `iso` writes it; `credential_id` is how events name the session; `use` is one of three.

    `attributes` are those for access control that the assertion brought.
    """

    user_id: str
    expires: str
    credential_id: str
    use: str = BROWSER
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session in force and its user, who is active."""

    session: Session
    user: Record


def begin(
    tenant: Tenant,
    user_id: str,
    length: timedelta = LENGTH,
    use: str = BROWSER,
    attributes: Mapping[str, str] | None = None,
) -> tuple[str, Session]:
    """Return a new session and its secret, which nobody but its holder keeps."""
    secret = tenant.ids.alphanumeric(64)
    expires = iso(tenant.clock.now() + length)
    session = Session(user_id, expires, tenant.ids.uuid(), use, dict(attributes or {}))
    tenant.store.put(_KIND, digest(secret), asdict(session))
    return secret, session


def find(tenant: Tenant, secret: str, use: str = BROWSER) -> SignedIn | None:
    """Return whose session a secret opens, None when it opens none any more."""
    document = tenant.store.get(_KIND, digest(secret))
    if document is None:
        return None
    session = Session(**document)
    user = identity_store.fetch(tenant, USER, session.user_id)
    over = session.expires <= iso(tenant.clock.now()) or session.use != use
    if over or user is None or not user.attributes["active"]:
        return None
    return SignedIn(session, user)


def end(tenant: Tenant, secret: str) -> None:
    tenant.store.delete(_KIND, digest(secret))


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
