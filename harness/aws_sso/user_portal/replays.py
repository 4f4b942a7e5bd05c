"""Keeps the ids of used assertions until they end, so that each signs in once.

Required of service providers by section 4.1.4.5 of https://docs.oasis-open.org/security/saml/v2.0/saml-profiles-2.0-os.pdf
(read 2026-11).
"""

from __future__ import annotations

from datetime import datetime

from harness.aws_sso.tenant import Tenant
from harness.aws_sso.user_portal.sessions import digest
from harness.base.clock import iso

_KIND = "saml-assertion"


def is_new(tenant: Tenant, assertion_id: str, until: datetime) -> bool:
    """Save an assertion's id until a moment; return False if it was saved already. Call it inside `store.transaction()`."""
    now, key = iso(tenant.clock.now()), digest(assertion_id)
    for old_key, document in list(tenant.store.scan(_KIND)):
        if document["until"] <= now:
            tenant.store.delete(_KIND, old_key)
    if tenant.store.get(_KIND, key) is not None:
        return False
    tenant.store.put(_KIND, key, {"until": iso(until)})
    return True
