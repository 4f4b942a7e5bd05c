"""The organization over Microsoft Graph, and whom to write to about it.

Source: https://learn.microsoft.com/en-us/graph/api/organization-list and …/organization-update, "Example" (read 2026-11-29).
"""

from __future__ import annotations

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.objects.domains import INITIAL, SERVICES, default_domain, verified_domains
from harness.azure_ad.graph.odata.entities import body, collection, empty, entity
from harness.azure_ad.graph.odata.entity_types import ORGANIZATION
from harness.azure_ad.graph.odata.values import typed
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

_SHELF, _KEY = "account", "organization"


def list_organization() -> Response:
    return collection("organization", [_organization()], ORGANIZATION)


def get_organization(key: str) -> Response:
    _demand_own(key)
    return entity("organization", _organization(), 200, ORGANIZATION)


def update_organization(key: str) -> Response:
    _demand_own(key)
    store, changes = current().store, typed(ORGANIZATION, body(), creating=False)
    with store.transaction():
        store.put(_SHELF, _KEY, {**(store.get(_SHELF, _KEY) or {}), **changes})
    return empty()


def _demand_own(key: str) -> None:
    if key.lower() != current().settings.tenant_id:
        raise NotFoundError.of(key)


def _organization() -> Document:
    settings = current().settings
    return {
        "id": settings.tenant_id,
        "displayName": settings.domain.partition(".")[0].capitalize(),
        "tenantType": "AAD",
        "verifiedDomains": [
            {
                "capabilities": ", ".join(SERVICES),
                "isDefault": name == default_domain(),
                "isInitial": name.endswith(INITIAL),
                "name": name,
                "type": "Managed",
            }
            for name in verified_domains()
        ],
        **(current().store.get(_SHELF, _KEY) or {}),
    }


ROUTES = (
    ("GET", "/organization", list_organization),
    ("GET", "/organization/<key>", get_organization),
    ("PATCH", "/organization/<key>", update_organization),
)
