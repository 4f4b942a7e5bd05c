"""What else than its id an object can be addressed by: `/applications(appId='…')`, `/users(userPrincipalName='…')`.

Source: https://learn.microsoft.com/en-us/graph/api/serviceprincipal-get, …/application-get (read 2026-11).
"""

from __future__ import annotations

from harness.azure_ad.graph.odata.addresses import AlternateKey
from harness.azure_ad.tenant import Tenant


def _service_principal(tenant: Tenant, app_id: str) -> str | None:
    return next((item["id"] for item in tenant.applications.scan() if item["appId"] == app_id.lower()), None)


def _application(tenant: Tenant, app_id: str) -> str | None:
    application = tenant.registrations.of_client(app_id.lower())
    if application is None:
        principal = next(
            (item for item in tenant.applications.scan() if item["appId"] == app_id.lower()), None
        )
        application = None if principal is None else tenant.registrations.behind(principal)
    return None if application is None else str(application["id"])


ALTERNATE_KEYS: dict[tuple[str, str], AlternateKey] = {
    ("servicePrincipals", "appid"): _service_principal,
    ("applications", "appid"): _application,
}
