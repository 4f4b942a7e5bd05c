"""Who is assigned to an application, over Microsoft Graph: from the application's side and from the principal's.

`createdDateTime` is v1.0's name for what beta calls `creationTimestamp`.

Source: https://learn.microsoft.com/en-us/graph/api/resources/approleassignment, …/api/user-post-approleassignments,
…/api/serviceprincipal-post-approleassignedto and …/serviceprincipal-post-approleassignments (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.azure_ad.applications.enterprise_applications import APPLICATION
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import body, collection, empty, entity, version
from harness.azure_ad.graph.odata.entity_types import APP_ROLE_ASSIGNMENT
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

_KINDS = {"users": "User", "groups": "Group"}
ASSIGNED = {
    "User": Activities.ASSIGN_USER,
    "Group": Activities.ASSIGN_GROUP,
    APPLICATION: Activities.ASSIGN_APPLICATION,
}
UNASSIGNED = {
    "User": Activities.UNASSIGN_USER,
    "Group": Activities.UNASSIGN_GROUP,
    APPLICATION: Activities.UNASSIGN_APPLICATION,
}


def list_assigned(app: str) -> Response:
    return _list(current().applications.assignments(app))


def assign(app: str) -> Response:
    document = body()
    if document.get("resourceId", app) != app:
        raise refusals.VALUE_FORM.error(name="resourceId", form="the id of the service principal in the URL")
    return _assign(app, document.get("principalId"), document)


def unassign(app: str, assignment: str) -> Response:
    """Remove an assignment; the address names the application that defines the role, or the principal that has it.

    Microsoft's gallery validation uses the former below `appRoleAssignments` too.
    """
    document = current().applications.assignment(assignment)
    if app not in (document["resourceId"], document["principalId"]):
        raise NotFoundError.of(assignment)
    withdraw(document["resourceId"], assignment)
    return empty()


def get_assignment(app: str, assignment: str) -> Response:
    document = current().applications.assignment(assignment)
    if document["resourceId"] != app:
        raise NotFoundError.of(assignment)
    return entity("appRoleAssignments", _shown(document), 200, APP_ROLE_ASSIGNMENT)


def get_assignment_held(which: str, name: str, assignment: str) -> Response:
    document = current().applications.assignment(assignment)
    if document["principalId"] != _principal(which, name):
        raise NotFoundError.of(assignment)
    return entity("appRoleAssignments", _shown(document), 200, APP_ROLE_ASSIGNMENT)


def list_held_by_application(app: str) -> Response:
    """Answer the roles of other applications that an application has."""
    current().applications.find(app)
    return _list(current().applications.assignments_held(app))


def assign_application(app: str) -> Response:
    """Give the application in the address a role of another application."""
    document, resource = body(), _resource(body())
    if document.get("principalId", app) != app:
        raise refusals.VALUE_FORM.error(name="principalId", form="the id of the service principal in the URL")
    return _assign(resource, current().applications.find(app)["id"], document)


def list_held(which: str, name: str) -> Response:
    return _list(current().applications.assignments_held(_principal(which, name)))


def assign_principal(which: str, name: str) -> Response:
    document, principal = body(), _principal(which, name)
    resource = _resource(document)
    if document.get("principalId", principal) not in (principal, name):
        raise refusals.VALUE_FORM.error(name="principalId", form="the id of the object in the URL")
    return _assign(resource, principal, document)


def _resource(document: Document) -> str:
    resource = document.get("resourceId")
    if not isinstance(resource, str):
        raise refusals.VALUE_FORM.error(name="resourceId", form="the id of a service principal")
    return resource


def unassign_principal(which: str, name: str, assignment: str) -> Response:
    document = current().applications.assignment(assignment)
    if document["principalId"] != _principal(which, name):
        raise NotFoundError(f"Resource '{assignment}' does not exist.")
    withdraw(document["resourceId"], assignment)
    return empty()


def give(app: str, principal: str, role: str | None) -> Document:
    """Assign a user, a group or a client application, with an audit log entry. Raises what `assign` raises."""
    tenant = current()
    with tenant.store.transaction():
        is_application = tenant.applications.get(principal) is not None
        assign = tenant.applications.grant if is_application else tenant.applications.assign
        made = assign(app, principal, role)
        note_assignment(made, ASSIGNED)
    return made


def withdraw(app: str, assignment: str) -> None:
    """Remove an assignment, with an audit log entry. Raises NotFoundError."""
    tenant = current()
    with tenant.store.transaction():
        document = tenant.applications.assignment(assignment)
        tenant.applications.unassign(app, assignment)
        note_assignment(document, UNASSIGNED)


def note_assignment(assignment: Document, activities: Mapping[str, Activities]) -> None:
    """Log that a principal was assigned or unassigned; the entry's first target is the application."""
    tenant = current()
    service = tenant.applications.find(assignment["resourceId"])
    kind = assignment["principalType"]
    principal = {"id": assignment["principalId"], "displayName": assignment["principalDisplayName"]}
    note(
        activities[kind],
        Target("ServicePrincipal", service),
        Target(kind, tenant.directory.get(kind, principal["id"]) or principal),
        after={"AppRole.Id": assignment["appRoleId"]},
    )


def _principal(which: str, name: str) -> str:
    key: str = current().directory.find(_KINDS[which], name)["id"]
    return key


def _assign(app: str, principal: object, document: Document) -> Response:
    role = document.get("appRoleId")
    if not isinstance(principal, str) or not isinstance(role, str | None):
        raise refusals.VALUE_FORM.error(name="principalId and appRoleId", form="ids")
    with current().store.transaction():  # a bad query is refused before anybody is assigned
        return entity("appRoleAssignments", _shown(give(app, principal, role)), 201, APP_ROLE_ASSIGNMENT)


def _list(assignments: list[Document]) -> Response:
    return collection("appRoleAssignments", map(_shown, assignments), APP_ROLE_ASSIGNMENT)


def _shown(assignment: Document) -> Document:
    name = "creationTimestamp" if version() == "beta" else "createdDateTime"
    row = {"id": assignment["id"], "deletedDateTime": None, **assignment}
    return {name if key == "createdDateTime" else key: value for key, value in row.items()}


ROUTES = (
    ("GET", "/servicePrincipals/<app>/appRoleAssignedTo", list_assigned),
    ("POST", "/servicePrincipals/<app>/appRoleAssignedTo", assign),
    ("DELETE", "/servicePrincipals/<app>/appRoleAssignedTo/<assignment>", unassign),
    ("DELETE", "/servicePrincipals/<app>/appRoleAssignments/<assignment>", unassign),
    ("GET", "/servicePrincipals/<app>/appRoleAssignments", list_held_by_application),
    ("POST", "/servicePrincipals/<app>/appRoleAssignments", assign_application),
    ("GET", "/<any(users, groups):which>/<name>/appRoleAssignments", list_held),
    ("POST", "/<any(users, groups):which>/<name>/appRoleAssignments", assign_principal),
    ("DELETE", "/<any(users, groups):which>/<name>/appRoleAssignments/<assignment>", unassign_principal),
    ("GET", "/servicePrincipals/<app>/appRoleAssignedTo/<assignment>", get_assignment),
    ("GET", "/<any(users, groups):which>/<name>/appRoleAssignments/<assignment>", get_assignment_held),
)
