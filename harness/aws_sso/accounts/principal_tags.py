"""Attributes for access control of one person: what goes into a session in an account as its principal tags.

Imitates https://docs.aws.amazon.com/singlesignon/latest/userguide/attributesforaccesscontrol.html and, for the sources such as
`${path:enterprise.department}`, https://docs.aws.amazon.com/singlesignon/latest/userguide/attributemappingsconcept.html (read
2026-11). An attribute that the identity store is the source of overrules the same one in the assertion.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.aws_sso.accounts.instance import instance
from harness.aws_sso.identity_store import Record
from harness.aws_sso.tenant import Tenant
from harness.scim.names import ENTERPRISE_USER

_SOURCE = re.compile(r"\$\{path:([^}]+)\}")
_PRIMARY = "[primary eq true]"


def principal_tags(tenant: Tenant, user: Record, asserted: Mapping[str, str]) -> dict[str, str]:
    """Return a user's tags by key; none at all where attributes for access control are not enabled."""
    configured = instance(tenant).attributes
    if configured is None:
        return {}
    stored = {each["Key"]: _value(user, each["Value"]["Source"][0]) for each in configured}
    return {**asserted, **{key: value for key, value in stored.items() if value}}


def _value(user: Record, source: str) -> str:
    match = _SOURCE.fullmatch(source)
    return source if match is None else _at(user.attributes, match[1])


def _at(attributes: Mapping[str, Any], path: str) -> str:
    """Return what stands at a path such as `name.givenName` or `emails[primary eq true].value`, "" where nothing does."""
    value: Any = attributes
    for part in path.split("."):
        name = ENTERPRISE_USER if part == "enterprise" else part.removesuffix(_PRIMARY)
        value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, list):
            value = next(iter(value), None)
    return value if isinstance(value, str) else ""
