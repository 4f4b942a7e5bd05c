"""The organization and its domains over Microsoft Graph; and `/me`, which a program without a person does not have.

Source: https://learn.microsoft.com/en-us/graph/api/organization-list and …/domain-list, whose examples have these members (read
2026-11-29). What `/me` is refused with no page says: `refusals` says who reported it.
"""

from __future__ import annotations

from flask import Response

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import collection, entity
from harness.azure_ad.graph.odata.entity_types import DOMAIN, ORGANIZATION
from harness.azure_ad.tenant import current
from harness.base.store import Document

_INITIAL = ".onmicrosoft.com"
_SERVICES = ["Email", "OfficeCommunicationsOnline"]


def verified_domains() -> list[str]:
    """Return the domains that a userPrincipalName may have: the tenant's, and the one that it was born with."""
    domain = current().settings.domain
    initial = domain.partition(".")[0] + _INITIAL
    return list(dict.fromkeys([domain, initial]))


def list_organization() -> Response:
    return collection("organization", [_organization()], ORGANIZATION)


def get_organization(key: str) -> Response:
    if key.lower() != current().settings.tenant_id:
        raise NotFoundError.of(key)
    return entity("organization", _organization(), 200, ORGANIZATION)


def list_domains() -> Response:
    return collection("domains", [_domain(name) for name in verified_domains()], DOMAIN)


def get_domain(key: str) -> Response:
    name = key.lower()
    if name not in verified_domains():
        raise NotFoundError.of(key)
    return entity("domains", _domain(name), 200, DOMAIN)


def me(rest: str = "") -> Response:
    """Refuse: every token here is a program's."""
    del rest
    raise refusals.NOBODY_SIGNED_IN.error()


def _organization() -> Document:
    settings = current().settings
    return {
        "id": settings.tenant_id,
        "displayName": settings.domain.partition(".")[0].capitalize(),
        "tenantType": "AAD",
        "verifiedDomains": [
            {
                "capabilities": ", ".join(_SERVICES),
                "isDefault": name == settings.domain,
                "isInitial": name.endswith(_INITIAL),
                "name": name,
                "type": "Managed",
            }
            for name in verified_domains()
        ],
    }


def _domain(name: str) -> Document:
    return {
        "id": name,
        "authenticationType": "Managed",
        "isAdminManaged": True,
        "isDefault": name == current().settings.domain,
        "isInitial": name.endswith(_INITIAL),
        "isRoot": True,
        "isVerified": True,
        "supportedServices": _SERVICES,
    }


ROUTES = (
    ("GET", "/organization", list_organization),
    ("GET", "/organization/<key>", get_organization),
    ("GET", "/domains", list_domains),
    ("GET", "/domains/<key>", get_domain),
    ("GET", "/me", me),
    ("GET", "/me/<path:rest>", me),
)
