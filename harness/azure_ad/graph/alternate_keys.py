"""Addresses of objects by another key than the id: `/applications(appId='…')`, `/users(userPrincipalName='…')`.

Source: https://learn.microsoft.com/en-us/graph/api/serviceprincipal-addkey, "You can address the service principal using
either its id or appId" (read 2026-11-29 at microsoftgraph/microsoft-graph-docs-contrib), and of applications
…/application-post-federatedidentitycredentials, "HTTP request" (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.azure_ad.directory.indexes import Wanted
from harness.azure_ad.graph.odata.addresses import AlternateKey
from harness.azure_ad.graph.odata.upserts import missing_key
from harness.azure_ad.tenant import Tenant
from harness.base.store import Document

_OF_PRINCIPAL, _OF_APPLICATION = "/servicePrincipals/", "/applications/"


def _service_principal(tenant: Tenant, app_id: str) -> str | None:
    principal = tenant.applications.of_client(app_id.lower())
    return None if principal is None else str(principal["id"])


def _application(tenant: Tenant, app_id: str) -> str | None:
    application = tenant.registrations.of_client(app_id.lower())
    if application is None:
        principals = tenant.applications.scan()
        principal = next((item for item in principals if item["appId"] == app_id.lower()), None)
        application = None if principal is None else tenant.registrations.behind(principal)
    return None if application is None else str(application["id"])


def _unique_application(tenant: Tenant, name: str) -> str | None:
    return _unique(tenant.registrations.scan(), name)


def _unique_group(tenant: Tenant, name: str) -> str | None:
    return _unique(
        tenant.directory.matching("Group", Wanted({"uniqueName": frozenset({name.lower()})})) or (), name
    )


def _unique(items: Iterable[Document], name: str) -> str:
    """Return the id of the object with a unique name, or the mark of a missing one (`upserts.missing_key`)."""
    return next((str(item["id"]) for item in items if item.get("uniqueName") == name), missing_key(name))


def applications_rules(routes: Iterable[tuple[str, str, object]]) -> list[str]:
    """Return the rules of provisioning below an application; they repeat those below its service principal."""
    below = f"{_OF_PRINCIPAL}<app>/synchronization"
    return [
        rule.replace(_OF_PRINCIPAL, _OF_APPLICATION, 1) for _, rule, _ in routes if rule.startswith(below)
    ]


def of_service_principal(path: str, tenant: Tenant) -> str:
    """Return the address below the service principal that one of provisioning below the application means.

    Source: https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationtemplate-list, "HTTP request" (read
    2026-11-29).
    """
    _, first, *rest = path.split("/", 3)
    if first != "applications" or len(rest) < 2 or not rest[1].startswith("synchronization"):
        return path
    principals = (item for item in tenant.applications.scan() if _behind(tenant, item) == rest[0])
    principal = next(principals, None)
    return path if principal is None else f"{_OF_PRINCIPAL}{principal['id']}/{rest[1]}"


def _behind(tenant: Tenant, principal: Document) -> str:
    return str(tenant.registrations.behind(principal)["id"])


ALTERNATE_KEYS: dict[tuple[str, str], AlternateKey] = {
    ("servicePrincipals", "appid"): _service_principal,
    ("applications", "appid"): _application,
    ("applications", "uniquename"): _unique_application,
    ("groups", "uniquename"): _unique_group,
}
