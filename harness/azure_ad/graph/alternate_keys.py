"""What else than its id an object can be addressed by: `/applications(appId='…')`, `/users(userPrincipalName='…')`.

Source: https://learn.microsoft.com/en-us/graph/api/serviceprincipal-get, …/application-get (read 2026-11).
"""

from __future__ import annotations

from harness.azure_ad.graph.odata.addresses import AlternateKey
from harness.azure_ad.tenant import Tenant


def _service_principal(tenant: Tenant, app_id: str) -> str | None:
    return next((item["id"] for item in tenant.applications.scan() if item["appId"] == app_id.lower()), None)


def _application(tenant: Tenant, app_id: str) -> str | None:
    registration = tenant.registrations.registration()
    return str(registration["id"]) if registration["appId"] == app_id.lower() else None


ALTERNATE_KEYS: dict[tuple[str, str], AlternateKey] = {
    ("servicePrincipals", "appid"): _service_principal,
    ("applications", "appid"): _application,
}
