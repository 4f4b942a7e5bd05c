"""Sessions: a browser's in the user portal for eight hours, or a program's with an access token. Secrets are saved as digests.

A session ends after its time, by signing out, and when its user is disabled or deleted; it stays ended when the user is enabled
again. Its length is that of
https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosignin.html, first note (edition of June 2023, read 2026-11-29).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from harness.aws_sso import identity_store
from harness.aws_sso.identity_store import USER, Record
from harness.aws_sso.tenant import Tenant
from harness.base.clock import from_iso, iso

LENGTH = timedelta(hours=8)
_KIND = "portal-session"

# The uses of a session. A token that was requested without access to accounts opens nothing here.
BROWSER, ACCOUNTS, ELSEWHERE = "browser", "accounts", "elsewhere"


@dataclass(frozen=True, slots=True)
class Session:
    """`expires` is a moment in `iso`'s form; `credential_id` is the session's id in events; `use` is one of three.

    `attributes` are the assertion's attributes for access control; `times_disabled` is how often the user had been disabled at
    sign-in.
    """

    user_id: str
    expires: str
    credential_id: str
    use: str = BROWSER
    attributes: Mapping[str, str] = field(default_factory=dict)
    times_disabled: int = 0


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A valid session and its user."""

    session: Session
    user: Record


def begin(
    tenant: Tenant,
    user_id: str,
    length: timedelta = LENGTH,
    use: str = BROWSER,
    attributes: Mapping[str, str] | None = None,
) -> tuple[str, Session]:
    """Return a new session and its secret, which is not saved."""
    secret = tenant.ids.alphanumeric(64)
    expires = iso(tenant.clock.now() + length)
    times = identity_store.disabled(tenant, user_id).times
    session = Session(user_id, expires, tenant.ids.uuid(), use, dict(attributes or {}), times)
    tenant.store.put(_KIND, digest(secret), asdict(session))
    return secret, session


def find(tenant: Tenant, secret: str, use: str = BROWSER) -> SignedIn | None:
    """Return the valid session of a secret, None without one."""
    document = tenant.store.get(_KIND, digest(secret))
    if document is None:
        return None
    session = Session(**document)
    if session.expires <= iso(tenant.clock.now()) or session.use != use:
        return None
    user = holder(tenant, session.user_id, session.times_disabled)
    return None if user is None else SignedIn(session, user)


def holder(tenant: Tenant, user_id: str, times_disabled: int) -> Record | None:
    """Return the user of a session or grant if it is still valid; `times_disabled` is the number when it was given."""
    user = identity_store.fetch(tenant, USER, user_id)
    if user is None:
        return None
    disabled = identity_store.disabled(tenant, user_id)
    if disabled.times == times_disabled:
        return user if user.attributes["active"] else None
    cached = timedelta(minutes=tenant.quirks["disabled-session-minutes"])
    return user if tenant.clock.now() < from_iso(disabled.at) + cached else None


def end(tenant: Tenant, secret: str) -> None:
    tenant.store.delete(_KIND, digest(secret))


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
