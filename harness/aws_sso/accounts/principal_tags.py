"""Attributes for access control of one person: what goes into a session in an account as its principal tags.

An attribute whose value comes from the identity store overrules the same one in the assertion:
https://docs.aws.amazon.com/singlesignon/latest/userguide/attributesforaccesscontrol.html, "Choosing attributes when using an
external identity provider as your identity source". The sources, such as `${path:enterprise.department}` and
`${path:addresses[type eq "work"].region}`, are the table of
https://docs.aws.amazon.com/singlesignon/latest/userguide/attributemappingsconcept.html, "Supported external identity provider
attributes" (both editions of June 2023, read 2026-11-30). The same page lists `${user:email}` and its like under "Supported
IAM Identity Center attributes", for applications and for Active Directory; the quirk `user-sources` says what they are here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.aws_sso.accounts.instance import instance
from harness.aws_sso.identity_store import Record
from harness.aws_sso.tenant import Tenant
from harness.scim.names import ENTERPRISE_USER
from harness.scim.path import PathError, parse_path, read

_SOURCE = re.compile(r"\$\{(\w+):([^}]+)\}")
_ENTERPRISE = "enterprise."
# Where the identity store has what the page calls by these names; `AD_GUID` and, later, `AD_SID` are Active Directory's alone.
_USER_PATHS = {
    "email": "emails[primary eq true].value",
    "familyName": "name.familyName",
    "givenName": "name.givenName",
    "middleName": "name.middleName",
    "name": "displayName",
    "preferredUsername": "userName",
    "subject": "userName",
}


def principal_tags(tenant: Tenant, user: Record, asserted: Mapping[str, str]) -> dict[str, str]:
    """Return a user's tags by key; none at all where attributes for access control are not enabled."""
    configured = instance(tenant).attributes
    if configured is None:
        return {}
    stored = {each["Key"]: _value(tenant, user, each["Value"]["Source"][0]) for each in configured}
    return {**asserted, **{key: value for key, value in stored.items() if value}}


def _value(tenant: Tenant, user: Record, source: str) -> str:
    """Return what a source comes to for a user: a text that is no `${…}` is itself, an unknown one is ""."""
    match = _SOURCE.fullmatch(source)
    if match is None:
        return source
    kind, name = match.groups()
    if kind == "user" and tenant.quirks["user-sources"]:
        kind, name = "path", _USER_PATHS.get(name, "")
    return _at(dict(user.attributes), name) if kind == "path" else ""


def _at(attributes: dict[str, Any], text: str) -> str:
    """Return what stands at a path such as `name.givenName` or `emails[primary eq true].value`, "" where nothing does."""
    if text.startswith(_ENTERPRISE):
        text = f"{ENTERPRISE_USER}:{text.removeprefix(_ENTERPRISE)}"
    try:
        value = read(attributes, parse_path(text))
    except PathError:
        return ""
    return value if isinstance(value, str) else ""
