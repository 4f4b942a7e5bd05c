"""Enterprise applications over Microsoft Graph: service principals, and where provisioning connects to.

Source: https://learn.microsoft.com/en-us/graph/api/resources/serviceprincipal, …/api/serviceprincipal-post-serviceprincipals,
…/serviceprincipal-update and …/serviceprincipal-delete (read 2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from harness.azure_ad.applications.secrets import OPEN_KEYS
from harness.azure_ad.graph.apps.key_credentials import with_certificates, without_keys
from harness.azure_ad.graph.apps.owners_expanded import EXPANDERS, with_owners
from harness.azure_ad.graph.apps.permissions import check_permissions
from harness.azure_ad.graph.apps.redirects import check_reply_urls
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import body, collection, count, demand_beta, empty, entity
from harness.azure_ad.graph.odata.entity_types import SERVICE_PRINCIPAL
from harness.azure_ad.graph.odata.values import typed
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

_ALL = "/servicePrincipals"
_ONE = f"{_ALL}/<app>"


def list_service_principals() -> Response:
    principals = map(shown_principal, current().applications.everything())
    return collection("servicePrincipals", with_owners(principals), SERVICE_PRINCIPAL, EXPANDERS)


def count_service_principals() -> Response:
    return count(current().applications.everything(), SERVICE_PRINCIPAL)


def create_service_principal() -> Response:
    """Make the service principal of an application that is registered here, named by its `appId`."""
    tenant, properties = current(), with_certificates(typed(SERVICE_PRINCIPAL, body(), creating=True))
    check_reply_urls(properties)
    app_id = properties.pop("appId", None)
    if app_id is None:
        raise refusals.VALUE_NEEDED.error(name="appId", resource="ServicePrincipal")
    application = tenant.registrations.of_client(app_id.lower())
    if application is None:
        raise refusals.APPLICATION_UNKNOWN.error(app_id=app_id)
    with tenant.store.transaction():
        made = tenant.applications.create(application, properties)
        note(Activities.ADD_PRINCIPAL, Target("ServicePrincipal", made), after=properties)
        return entity("servicePrincipals", shown_principal(made), 201, SERVICE_PRINCIPAL)


def get_service_principal(app: str) -> Response:
    principal = current().applications.find(app)
    return entity("servicePrincipals", shown_principal(principal), 200, SERVICE_PRINCIPAL, EXPANDERS)


def update_service_principal(app: str) -> Response:
    """Change properties, those of single sign-on (where the assertion goes and whom it is for) among them."""
    tenant, changes = current(), typed(SERVICE_PRINCIPAL, body(), creating=False)
    check_reply_urls(changes)
    with tenant.store.transaction():
        before = tenant.applications.own(app)
        check_permissions("ServicePrincipal", changes, before)
        changes = with_certificates(changes, before.get("keyCredentials") or ())
        after = tenant.applications.update(app, changes)
        note(Activities.UPDATE_PRINCIPAL, Target("ServicePrincipal", after), before=before, after=changes)
    return empty()


def delete_service_principal(app: str) -> Response:
    with current().store.transaction():
        delete_principal(app)
    return empty()


def delete_principal(app: str) -> None:
    """Move a service principal to the deleted items and delete its provisioning jobs. Raises what `own` raises."""
    tenant = current()
    tenant.applications.own(app)
    for job in list(tenant.engine.jobs(app)):
        tenant.engine.delete_job(job.id)
    principal = tenant.applications.delete(app)
    note(Activities.DELETE_PRINCIPAL, Target("ServicePrincipal", principal))


def connectivity_parameters(app: str) -> Response:
    """Answer the saved connection settings by key, credentials without their value.

    Only beta has this, and no page describes it. The shape is what Microsoft's gallery validation reads: a list of key
    and value. https://github.com/AzureAD/SCIMReferenceCode, Initialization_Workflow.json (read 2026-11-29).
    """
    demand_beta()
    apps = current().applications
    apps.find(app)
    settings = [
        {"key": key, "value": value if key in OPEN_KEYS else None}
        for key, value in sorted(apps.secrets(app).items())
    ]
    return collection(f"servicePrincipals('{app}')/synchronization/connectivityParameters", settings)


def shown_principal(principal: Document) -> Document:
    """Return a service principal with what both versions show: v1.0's oauth2PermissionScopes have another name in beta."""
    return without_keys(
        {
            "appDisplayName": principal["displayName"],
            "appOwnerOrganizationId": current().settings.tenant_id,
            "signInAudience": "AzureADMyOrg",
            "servicePrincipalNames": [principal["appId"]],
            "publishedPermissionScopes": principal.get("oauth2PermissionScopes"),
            **principal,
        }
    )


ROUTES = (
    ("GET", _ALL, list_service_principals),
    ("GET", f"{_ALL}/$count", count_service_principals),
    ("POST", _ALL, create_service_principal),
    ("GET", _ONE, get_service_principal),
    ("PATCH", _ONE, update_service_principal),
    ("DELETE", _ONE, delete_service_principal),
    ("GET", f"{_ONE}/synchronization/connectivityParameters", connectivity_parameters),
)
