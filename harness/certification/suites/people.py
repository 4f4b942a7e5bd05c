"""Bodies of the users and groups that the suites create: plain ones, that any SCIM server should take.

Source: RFC 7643, 4.1 and 4.2, https://datatracker.ietf.org/doc/html/rfc7643 (read 2026-11).
"""

from __future__ import annotations

from typing import Any

from harness.base.store import Document
from harness.scim.names import CORE_GROUP, CORE_USER

DOMAIN = "contoso.com"


def user(name: str, **more: Any) -> Document:
    """Return a user `name` of the domain, active, with one work address; `more` adds or replaces attributes."""
    mail = f"{name}@{DOMAIN}"
    return {
        "schemas": [CORE_USER],
        "externalId": name,
        "userName": mail,
        "displayName": name,
        "name": {"givenName": "Given", "familyName": "Family"},
        "emails": [{"value": mail, "type": "work", "primary": True}],
        "active": True,
        **more,
    }


def group(name: str, **more: Any) -> Document:
    """Return a group `name` without members; `more` adds or replaces attributes."""
    return {"schemas": [CORE_GROUP], "displayName": name, **more}
