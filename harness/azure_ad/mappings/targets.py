"""Target attributes by name: the path that a name stands for, and whether it comes with the creation of an object.

"Edit attribute list" takes any name. What is no path of RFC 7644, such as `custom:country`, is an attribute of just that
name. A custom attribute comes with the POST only in the one documented form; else it flows by PATCH in the next cycle.

Sources: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes, Provisioning a
custom extension attribute to a SCIM compliant application; Immuta's knowledge base, Attributes are not updated during initial
create user payload via SCIM on Azure AD, https://documentation.immuta.com/knowledge-base/ (read 2026-11-29).
"""

from __future__ import annotations

import re

from harness.scim.names import ENTERPRISE_USER
from harness.scim.path import Path, PathError, parse_path

_PLAIN = re.compile(r"[A-Za-z$][^\s\[\]\"'\\]*\Z")
_DOCUMENTED = re.compile(
    r"urn:ietf:params:scim:schemas:extension:[^:\s]+:2\.0:(?:User|Group):[A-Za-z$][\w$-]*\Z", re.IGNORECASE
)
# RFC 7643 sections 3.1, 4.1 and 4.2, in small letters.
_CORE = {
    "User": frozenset(
        [
            "id",
            "externalid",
            "meta",
            "username",
            "name",
            "displayname",
            "nickname",
            "profileurl",
            "title",
            "usertype",
            "preferredlanguage",
            "locale",
            "timezone",
            "active",
            "password",
            "emails",
            "phonenumbers",
            "ims",
            "photos",
            "addresses",
            "groups",
            "entitlements",
            "roles",
            "x509certificates",
        ]
    ),
    "Group": frozenset(["id", "externalid", "meta", "displayname", "members"]),
}


def target_path(name: str) -> Path:
    """Return the path that a target attribute's name stands for. Raises PathError for brackets and quotes that make none."""
    try:
        return parse_path(name)
    except PathError:
        if _PLAIN.match(name):
            return Path(None, name)
        raise


def comes_with_creation(name: str, path: Path, kind: str) -> bool:
    """Tell whether an attribute of a User or Group is part of its POST."""
    if path.schema is None:
        return (path.attribute or "").lower() in _CORE[kind]
    return path.schema == ENTERPRISE_USER or _DOCUMENTED.match(name) is not None
