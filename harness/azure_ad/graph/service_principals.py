"""Enterprise applications over Microsoft Graph: service principals and who is assigned to them.

Source: https://learn.microsoft.com/en-us/graph/api/resources/serviceprincipal,
…/api/serviceprincipal-post-approleassignedto and …/api/applicationtemplate-instantiate (read 2026-11).
"""

from __future__ import annotations

from flask import Blueprint, Response

from harness.azure_ad.enterprise_app import NON_GALLERY_TEMPLATE
from harness.azure_ad.graph.odata import ODataError, answer, body, collection, context, empty, entity
from harness.azure_ad.tenant import current

service_principals = Blueprint("service_principals", __name__)


@service_principals.get("/servicePrincipals")
def list_service_principals() -> Response:
    return collection("servicePrincipals", current().engine.apps.scan())


@service_principals.get("/servicePrincipals/<app>")
def get_service_principal(app: str) -> Response:
    return entity("servicePrincipals", current().engine.apps.find(app))


@service_principals.post("/applicationTemplates/<template>/instantiate")
def instantiate(template: str) -> Response:
    if template != NON_GALLERY_TEMPLATE:
        raise ODataError(
            404,
            "Request_ResourceNotFound",
            f"Application template '{template}' does not exist; the non-gallery template is '{NON_GALLERY_TEMPLATE}'.",
        )
    name = body().get("displayName")
    if not isinstance(name, str) or not name.strip():
        raise ODataError(400, "Request_BadRequest", "A value is required for property 'displayName'.")
    principal = current().engine.apps.instantiate(name)
    application = {
        "id": current().ids.uuid(),
        "appId": principal["appId"],
        "displayName": name,
        "applicationTemplateId": template,
    }
    shown = {
        "@odata.context": context("microsoft.graph.applicationServicePrincipal"),
        "application": application,
        "servicePrincipal": principal,
    }
    return answer(shown, 201)


@service_principals.get("/servicePrincipals/<app>/appRoleAssignedTo")
def list_assigned(app: str) -> Response:
    return collection("appRoleAssignments", current().engine.apps.assignments(app))


@service_principals.post("/servicePrincipals/<app>/appRoleAssignedTo")
def assign(app: str) -> Response:
    given = body()
    principal, role = given.get("principalId"), given.get("appRoleId")
    if not isinstance(principal, str) or not isinstance(role, str | None):
        raise ODataError(400, "Request_BadRequest", "principalId and appRoleId must be ids.")
    return entity("appRoleAssignments", current().engine.apps.assign(app, principal, role), 201)


@service_principals.delete("/servicePrincipals/<app>/appRoleAssignedTo/<assignment>")
def unassign(app: str, assignment: str) -> Response:
    current().engine.apps.unassign(app, assignment)
    return empty()
