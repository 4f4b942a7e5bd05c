"""Who is assigned to an application, over Microsoft Graph: from the application's side and from the principal's.

`createdDateTime` is v1.0's name for what beta calls `creationTimestamp`.

Source: https://learn.microsoft.com/en-us/graph/api/resources/approleassignment, …/api/user-post-approleassignments and
…/api/serviceprincipal-post-approleassignedto (read 2026-11).
"""

from __future__ import annotations

from flask import Response

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import body, collection, empty, entity, version
from harness.azure_ad.graph.odata.entity_types import APP_ROLE_ASSIGNMENT
from harness.azure_ad.tenant import current
from harness.base.store import Document

_KINDS = {"users": "User", "groups": "Group"}


def list_assigned(app: str) -> Response:
    return _list(current().applications.assignments(app))


def assign(app: str) -> Response:
    given = body()
    if given.get("resourceId", app) != app:
        raise refusals.VALUE_FORM.error(name="resourceId", form="the id of the service principal in the URL")
    return _assign(app, given.get("principalId"), given)


def unassign(app: str, assignment: str) -> Response:
    """Take an assignment away. Microsoft's gallery validation names the application in the second form too."""
    _unassign(app, assignment)
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
    """Answer the roles that an application has in others; nobody gives it any here."""
    current().applications.find(app)
    return _list([])


def list_held(which: str, name: str) -> Response:
    return _list(current().applications.assignments_held(_principal(which, name)))


def assign_principal(which: str, name: str) -> Response:
    given, principal = body(), _principal(which, name)
    resource = given.get("resourceId")
    if not isinstance(resource, str):
        raise refusals.VALUE_FORM.error(name="resourceId", form="the id of a service principal")
    if given.get("principalId", principal) not in (principal, name):
        raise refusals.VALUE_FORM.error(name="principalId", form="the id of the object in the URL")
    return _assign(resource, principal, given)


def unassign_principal(which: str, name: str, assignment: str) -> Response:
    document = current().applications.assignment(assignment)
    if document["principalId"] != _principal(which, name):
        raise NotFoundError(f"Resource '{assignment}' does not exist.")
    _unassign(document["resourceId"], assignment)
    return empty()


def _unassign(app: str, assignment: str) -> None:
    tenant = current()
    with tenant.store.transaction():
        document = tenant.applications.assignment(assignment)
        tenant.applications.unassign(app, assignment)
        _note(document, Activities.UNASSIGN_USER, Activities.UNASSIGN_GROUP)


def _note(assignment: Document, of_user: Activities, of_group: Activities) -> None:
    """Write down that somebody was assigned, or is no more: the application first, then who it was."""
    tenant = current()
    service = tenant.applications.find(assignment["resourceId"])
    kind = assignment["principalType"]
    principal = {"id": assignment["principalId"], "displayName": assignment["principalDisplayName"]}
    note(
        of_user if kind == "User" else of_group,
        Target("ServicePrincipal", service),
        Target(kind, tenant.directory.get(kind, principal["id"]) or principal),
        after={"AppRole.Id": assignment["appRoleId"]},
    )


def _principal(which: str, name: str) -> str:
    key: str = current().directory.find(_KINDS[which], name)["id"]
    return key


def _assign(app: str, principal: object, given: Document) -> Response:
    role = given.get("appRoleId")
    if not isinstance(principal, str) or not isinstance(role, str | None):
        raise refusals.VALUE_FORM.error(name="principalId and appRoleId", form="ids")
    tenant = current()
    with tenant.store.transaction():
        made = tenant.applications.assign(app, principal, role)
        _note(made, Activities.ASSIGN_USER, Activities.ASSIGN_GROUP)
        return entity("appRoleAssignments", _shown(made), 201, APP_ROLE_ASSIGNMENT)


def _list(assignments: list[Document]) -> Response:
    return collection("appRoleAssignments", map(_shown, assignments), APP_ROLE_ASSIGNMENT)


def _shown(assignment: Document) -> Document:
    name = "creationTimestamp" if version() == "beta" else "createdDateTime"
    shown = {"id": assignment["id"], "deletedDateTime": None, **assignment}
    return {name if key == "createdDateTime" else key: value for key, value in shown.items()}


ROUTES = (
    ("GET", "/servicePrincipals/<app>/appRoleAssignedTo", list_assigned),
    ("POST", "/servicePrincipals/<app>/appRoleAssignedTo", assign),
    ("DELETE", "/servicePrincipals/<app>/appRoleAssignedTo/<assignment>", unassign),
    ("DELETE", "/servicePrincipals/<app>/appRoleAssignments/<assignment>", unassign),
    ("GET", "/servicePrincipals/<app>/appRoleAssignments", list_held_by_application),
    ("GET", "/<any(users, groups):which>/<name>/appRoleAssignments", list_held),
    ("POST", "/<any(users, groups):which>/<name>/appRoleAssignments", assign_principal),
    ("DELETE", "/<any(users, groups):which>/<name>/appRoleAssignments/<assignment>", unassign_principal),
    ("GET", "/servicePrincipals/<app>/appRoleAssignedTo/<assignment>", get_assignment),
    ("GET", "/<any(users, groups):which>/<name>/appRoleAssignments/<assignment>", get_assignment_held),
)
