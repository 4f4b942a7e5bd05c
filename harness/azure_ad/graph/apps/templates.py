"""Templates over Microsoft Graph: the application gallery, and the provisioning jobs that an application can have.

Source: https://learn.microsoft.com/en-us/graph/api/resources/applicationtemplate, …/api/applicationtemplate-instantiate
and …/api/resources/synchronization-synchronizationtemplate (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from harness.azure_ad.applications.gallery import NON_GALLERY_TEMPLATE, application_templates
from harness.azure_ad.applications.registrations import shown as shown_application
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import answer, body, collection, context, entity
from harness.azure_ad.graph.odata.entity_types import APPLICATION_TEMPLATE
from harness.azure_ad.mappings.templates import offered_to, shown
from harness.azure_ad.tenant import current
from harness.base.errors import nearest
from harness.base.store import Document
from harness.wire.message import Response

_OF_APP = "/servicePrincipals/<app>/synchronization/templates"


def list_application_templates() -> Response:
    return collection("applicationTemplates", application_templates(), APPLICATION_TEMPLATE)


def get_application_template(template: str) -> Response:
    row = next((item for item in application_templates() if item["id"] == template), None)
    if row is None:
        raise NotFoundError(f"Application template '{template}' does not exist.")
    return entity("applicationTemplates", row)


def instantiate(template: str) -> Response:
    """Make an application and its service principal."""
    name = body().get("displayName")
    if not isinstance(name, str) or not name.strip():
        raise refusals.VALUE_NEEDED.error(name="displayName", resource="ApplicationServicePrincipal")
    application, principal = add_application(name, template)
    made = {
        "@odata.context": context("microsoft.graph.applicationServicePrincipal"),
        "application": shown_application(application),
        "servicePrincipal": principal,
    }
    return answer(made, 201)


def add_application(name: str, template: str) -> tuple[Document, Document]:
    """Make a template's application and its service principal, with audit log entries. Raises NotFoundError."""
    tenant = current()
    with tenant.store.transaction():
        principal = tenant.applications.instantiate(name, template)
        application = tenant.registrations.behind(principal)
        note(Activities.ADD_APPLICATION, Target("Application", application))
        note(Activities.ADD_PRINCIPAL, Target("ServicePrincipal", principal))
    return application, principal


def list_templates(app: str) -> Response:
    """List the job templates for applications of this one's kind, each with its schema."""
    name = current().quirks["directory-name"]
    offered = [shown(template, name) for template in _offered(app)]
    return collection(f"servicePrincipals('{app}')/synchronization/templates", offered)


def get_template(app: str, template: str) -> Response:
    return entity(f"servicePrincipals('{app}')/synchronization/templates", _template(app, template))


def get_template_schema(app: str, template: str) -> Response:
    path = f"servicePrincipals('{app}')/synchronization/templates('{template}')/schema/$entity"
    return answer({"@odata.context": context(path), **_template(app, template)["schema"]})


def demand_offered(app: str, template: str) -> None:
    """Raise ODataError or NotFoundError for a job template that the application's kind does not offer."""
    offered = _offered(app)
    if template not in offered:
        hint = nearest(template, offered) or f"; this application has {' and '.join(offered)}"
        raise refusals.TEMPLATE_UNKNOWN.error(template=template, hint=hint)


def demand_template(app: str, template: str) -> None:
    """Raise NotFoundError for a path with a template that the application does not offer."""
    if template not in _offered(app):
        raise NotFoundError(
            f"Synchronization template '{template}' does not exist for service principal '{app}'."
        )


def _offered(app: str) -> list[str]:
    return offered_to(current().applications.find(app)["applicationTemplateId"] or NON_GALLERY_TEMPLATE)


def _template(app: str, template: str) -> Document:
    demand_template(app, template)
    return shown(template, current().quirks["directory-name"])


ROUTES = (
    ("GET", "/applicationTemplates", list_application_templates),
    ("GET", "/applicationTemplates/<template>", get_application_template),
    ("POST", "/applicationTemplates/<template>/instantiate", instantiate),
    ("GET", _OF_APP, list_templates),
    ("GET", f"{_OF_APP}/<template>", get_template),
    ("GET", f"{_OF_APP}/<template>/schema", get_template_schema),
)
