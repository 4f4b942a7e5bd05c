"""Enterprise applications: the service principal, who is assigned to it, and its provisioning credentials.

Source: https://learn.microsoft.com/en-us/graph/api/resources/serviceprincipal, "Properties" (read 2026-11-29),
…/resources/approleassignment, "Properties" (edition of July 2021), and
…/api/synchronization-serviceprincipal-put-synchronization, "Request body" (both read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from harness.azure_ad.applications.first_party import first_party
from harness.azure_ad.applications.gallery import NON_GALLERY_TEMPLATE, instance_of
from harness.azure_ad.applications.secrets import NotificationSettings, merged, notification_settings
from harness.azure_ad.directory.changes import ALL, REMOVED
from harness.azure_ad.directory.directory import Directory, kind_of
from harness.azure_ad.directory.errors import ConflictError, ForbiddenError, NotFoundError
from harness.base.clock import Clock, iso
from harness.base.ids import Ids
from harness.base.store import Document, Store

_SHELF, _DELETED = "servicePrincipal", "deletedServicePrincipal"
APPLICATION = "ServicePrincipal"  # the principalType of an application
DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"


class EnterpriseApps:
    """The service principals of one tenant: its own, and those of Microsoft's applications, which cannot be changed."""

    def __init__(self, tenant_id: str, store: Store, clock: Clock, ids: Ids, directory: Directory) -> None:
        self._microsofts = first_party(tenant_id)
        self._store = store
        self._clock = clock
        self._ids = ids
        self._directory = directory

    def of_client(self, app_id: str) -> Document | None:
        """Return the service principal of an application (client) id, if there is one."""
        return next((principal for principal in self.everything() if principal["appId"] == app_id), None)

    def instantiate(self, display_name: str, template: str = NON_GALLERY_TEMPLATE) -> Document:
        """Create an application of a template and return its service principal. Raises NotFoundError."""
        try:
            instance = instance_of(template)
        except KeyError as error:
            raise NotFoundError(f"Application template '{template}' does not exist.") from error
        principal: Document = {
            "id": self._ids.uuid(),
            "appId": self._ids.uuid(),
            "applicationTemplateId": template,
            "displayName": display_name,
            "accountEnabled": True,
            "appRoleAssignmentRequired": True,
            "servicePrincipalType": "Application",
            **instance,
        }
        self._put(principal, ALL)
        return principal

    def create(self, application: Document, properties: Document) -> Document:
        """Make the service principal of an app registration. Raises ConflictError when it has one."""
        if self.of_client(application["appId"]) is not None:
            raise ConflictError(
                "The service principal cannot be created, updated, or restored because the service principal name "
                f"{application['appId']} is already in use.",
                "servicePrincipalNames",
            )
        principal: Document = {
            "id": self._ids.uuid(),
            "appId": application["appId"],
            "applicationTemplateId": application.get("applicationTemplateId"),
            "displayName": application["displayName"],
            "accountEnabled": True,
            "appRoleAssignmentRequired": False,
            "appRoles": application.get("appRoles") or [],
            "homepage": (application.get("web") or {}).get("homePageUrl"),
            "servicePrincipalNames": [application["appId"], *(application.get("identifierUris") or [])],
            "servicePrincipalType": "Application",
            **properties,
        }
        self._put(principal, ALL)
        return principal

    def delete(self, key: str) -> Document:
        """Move a service principal to the deleted items, delete its assignments, and return it. Raises what `own` raises."""
        with self._store.transaction():
            principal = self.own(key)
            for assignment in (*self.assignments(key), *self.assignments_held(key)):
                if self._store.get("assignment", assignment["id"]):
                    self.unassign(assignment["resourceId"], assignment["id"])
            self._store.delete("secrets", key)
            self._store.delete(_SHELF, key)
            self._store.put(_DELETED, key, {**principal, "deletedDateTime": iso(self._clock.now())})
            self._directory.changes.note(APPLICATION, key, properties=(REMOVED,), quiet=True)
        return principal

    def deleted(self) -> Iterator[Document]:
        return (principal for _, principal in self._store.scan(_DELETED))

    def restore(self, key: str) -> Document:
        """Restore a deleted service principal and return it. Raises NotFoundError."""
        with self._store.transaction():
            principal = self.purge(key)
            principal = {name: value for name, value in principal.items() if name != "deletedDateTime"}
            self._put(principal, ALL)
        return principal

    def purge(self, key: str) -> Document:
        """Delete a service principal for good and return it. Raises NotFoundError."""
        principal = self._store.get(_DELETED, key)
        if principal is None:
            raise NotFoundError.of(key)
        self._store.delete(_DELETED, key)
        return principal

    def get(self, key: str) -> Document | None:
        return self._microsofts.get(key) or self._store.get(_SHELF, key)

    def own(self, key: str) -> Document:
        """Return a service principal that may be changed here. Raises NotFoundError and, for Microsoft's, ForbiddenError."""
        if key in self._microsofts:
            raise ForbiddenError(key)
        return self.find(key)

    def find(self, key: str) -> Document:
        """Return a service principal. Raises NotFoundError."""
        principal = self.get(key)
        if principal is None:
            raise NotFoundError.of(key)
        return principal

    def update(self, key: str, changes: Document) -> Document:
        """Replace some properties of a service principal. Raises as `own` does."""
        with self._store.transaction():
            principal = {**self.own(key), **changes}
            self._put(principal, *changes)
        return principal

    def everything(self) -> Iterator[Document]:
        """Yield the service principals of the tenant, those of Microsoft's applications last."""
        yield from self.scan()
        yield from self.microsofts()

    def microsofts(self) -> Iterable[Document]:
        """Return those of Microsoft's applications."""
        return self._microsofts.values()

    def scan(self) -> Iterator[Document]:
        """Return those of the tenant itself, which a portal lists as its enterprise applications."""
        return (principal for _, principal in self._store.scan(_SHELF))

    def assign(self, app: str, principal: str, role: str | None = None) -> Document:
        """Give a user or group a role of the application, `User` by default.

        Raises NotFoundError for an unknown application, principal or role, ConflictError when it has the role already.
        """
        service = self.find(app)
        with self._store.transaction():
            subject = self._directory.principal(principal)
            assignment = self._new_assignment(service, subject, kind_of(subject), role)
            self._store.link("assigned", app, subject["id"])
            self._note(kind_of(subject), subject["id"])
        return assignment

    def grant(self, app: str, client: str, role: str | None) -> Document:
        """Give another application a role of this one; nobody is provisioned for it. Raises as `assign` does."""
        service = self.find(app)
        with self._store.transaction():
            assignment = self._new_assignment(service, self.find(client), APPLICATION, role)
            self._store.link("granted", app, client)
        return assignment

    def _new_assignment(self, service: Document, subject: Document, kind: str, role: str | None) -> Document:
        app: str = service["id"]
        roles = {entry["id"] for entry in service["appRoles"]} | {DEFAULT_ACCESS}
        role = role or next((entry["id"] for entry in service["appRoles"]), DEFAULT_ACCESS)
        if role not in roles:
            raise NotFoundError(f"Permission being assigned was not found on application '{app}'.")
        if any(present["appRoleId"] == role for present in self.assignments_of(app, subject["id"])):
            raise ConflictError("Permission being assigned already exists on the object")
        assignment: Document = {
            "id": self._ids.base64(32).replace("/", "_").replace("+", "-").rstrip("="),
            "appRoleId": role,
            "createdDateTime": iso(self._clock.now()),
            "principalDisplayName": subject.get("displayName"),
            "principalId": subject["id"],
            "principalType": kind,
            "resourceDisplayName": service["displayName"],
            "resourceId": app,
        }
        self._store.put("assignment", assignment["id"], assignment)
        self._store.link("assignment-of", f"{app}/{subject['id']}", assignment["id"])
        return assignment

    def unassign(self, app: str, assignment: str) -> None:
        """Delete an assignment. Raises NotFoundError."""
        with self._store.transaction():
            document = self._store.get("assignment", assignment)
            if document is None or document["resourceId"] != app:
                raise NotFoundError(f"Resource '{assignment}' does not exist.")
            subject = document["principalId"]
            self._store.delete("assignment", assignment)
            self._store.unlink("assignment-of", f"{app}/{subject}", assignment)
            granted = document["principalType"] == APPLICATION
            if not self.assignments_of(app, subject):
                self._store.unlink("granted" if granted else "assigned", app, subject)
            if not granted:
                self._note(document["principalType"], subject)

    def assignments_of(self, app: str, principal: str) -> list[Document]:
        keys = self._store.rights("assignment-of", f"{app}/{principal}")
        return [document for key in keys if (document := self._store.get("assignment", key))]

    def assignments_held(self, principal: str) -> list[Document]:
        """Return the assignments of a user, group or application to all applications, oldest application first."""
        apps = [app for link in ("assigned", "granted") for app in self._store.lefts(link, principal)]
        return [document for app in apps for document in self.assignments_of(app, principal)]

    def assignment(self, key: str) -> Document:
        """Return one assignment. Raises NotFoundError."""
        document = self._store.get("assignment", key)
        if document is None:
            raise NotFoundError.of(key)
        return document

    def assignments(self, app: str) -> list[Document]:
        """Return an application's assignments: to users and groups, then to other applications. Raises NotFoundError."""
        self.find(app)
        subjects = [*self.assigned(app), *self._store.rights("granted", app)]
        return [document for subject in subjects for document in self.assignments_of(app, subject)]

    def assigned(self, app: str) -> list[str]:
        """Return the ids of the users and groups with a role, in the order they were assigned."""
        return self._store.rights("assigned", app)

    def is_assigned(self, app: str, principal: str) -> bool:
        return self._store.linked("assigned", app, principal)

    def secrets(self, app: str) -> dict[str, str]:
        """Return the saved credentials and settings by key; never shown by any surface."""
        return self._store.get("secrets", app) or {}

    def save_secrets(self, app: str, secrets: dict[str, str]) -> None:
        """Save keys; an empty value removes a key. Raises what `own` raises."""
        self.own(app)
        with self._store.transaction():
            self._store.put("secrets", app, self.secrets_with(app, secrets))

    def secrets_with(self, app: str, secrets: Mapping[str, str]) -> dict[str, str]:
        """Return the saved secrets with some of them replaced, as `merged` does."""
        return merged(self.secrets(app), secrets)

    def notification(self, app: str) -> NotificationSettings:
        return notification_settings(self.secrets(app))

    def _put(self, principal: Document, *changed: str) -> None:
        self._store.put(_SHELF, principal["id"], principal)
        self._directory.changes.note(APPLICATION, principal["id"], properties=changed, quiet=True)

    def _note(self, kind: str, subject: str) -> None:
        """Log in the directory that an assignment changed the scope of its principal and, for a group, of direct members."""
        self._directory.note(kind, subject)
        if kind == "Group":
            for member in self._directory.members(subject):
                if self._directory.get("User", member):
                    self._directory.note("User", member)


def is_of_gallery(principal: Document) -> bool:
    """Return whether a service principal is of a gallery application, not of a custom one."""
    return principal["applicationTemplateId"] not in (None, NON_GALLERY_TEMPLATE)
