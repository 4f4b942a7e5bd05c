"""The claims that a claims mapping policy adds to a service principal's SAML assertions.

An entry of the policy's ClaimsSchema is a constant (`Value`) or a property of the person (`Source` user, `ID`), and comes
under the name in `SamlClaimType`. Transformations, and sources other than the person, add nothing; neither does what the
person does not have.

Source: https://learn.microsoft.com/en-us/graph/api/resources/claimsmappingpolicy, "Properties of a claims-mapping policy
definition" (read 2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs). That an ID is the property's name without
regard to case, and which two are others, is inferred from its examples.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.azure_ad.applications import policies
from harness.azure_ad.tenant import Tenant
from harness.base.store import Document

_IDS = {"objectid": "id", "facsimiletelephonenumber": "faxnumber"}


def mapped_claims(tenant: Tenant, principal: str, person: Document) -> dict[str, str]:
    """Return claims by their SAML names; of equal names, the policy that was assigned first counts."""
    properties = {name.lower(): value for name, value in person.items()}
    claims: dict[str, str] = {}
    for policy in policies.held(tenant.store, policies.CLAIMS_MAPPING, principal):
        for entry in _schema(policy):
            name, value = entry.get("SamlClaimType"), _value(entry, properties)
            if isinstance(name, str) and name and value:
                claims.setdefault(name, value)
    return claims


def _schema(policy: Document) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of a policy's ClaimsSchema; what is no such policy has none."""
    for text in policy["definition"]:
        try:
            entries = json.loads(text)["ClaimsMappingPolicy"]["ClaimsSchema"]
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if isinstance(entries, list):
            yield from (entry for entry in entries if isinstance(entry, dict))


def _value(entry: Mapping[str, Any], properties: Mapping[str, Any]) -> str:
    constant, key = entry.get("Value"), entry.get("ID")
    if isinstance(constant, str):
        return constant
    if not isinstance(key, str) or str(entry.get("Source")).lower() != "user":
        return ""
    value = properties.get(_IDS.get(key.lower(), key.lower()))
    return value if isinstance(value, str) else ""
