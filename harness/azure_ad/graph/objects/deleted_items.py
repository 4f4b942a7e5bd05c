"""Deleted items over Microsoft Graph: looking, restoring, deleting for good.

Source: https://learn.microsoft.com/en-us/graph/api/directory-deleteditems-list, …-get, …-restore and …-delete (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs): users, groups and applications. Service principals are later pages', which
were not read, and so is `newUserPrincipalName`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from harness.azure_ad.applications.registrations import shown as shown_application
from harness.azure_ad.directory.deleted_items import deleted_name
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import collection, count, empty, entity, optional_body
from harness.azure_ad.graph.odata.entity_types import APPLICATION, DELETED, SERVICE_PRINCIPAL, EntityType
from harness.azure_ad.tenant import Tenant, current
from harness.base.store import Document
from harness.wire.message import Response


class Kind(NamedTuple):
    """`items` yields what was deleted, as it is shown; `target` is the type's name in the audit log."""

    target: str
    path: str
    type: EntityType
    items: Callable[[Tenant], Iterable[Document]]
    restored: Activities
    purged: Activities


def _users(tenant: Tenant) -> Iterable[Document]:
    for item in tenant.directory.deleted.scan("User"):
        yield {**item, "userPrincipalName": deleted_name(item)}


_KINDS: Mapping[str, Kind] = {
    "user": Kind("User", "users", DELETED["User"], _users, Activities.RESTORE_USER, Activities.PURGE_USER),
    "group": Kind(
        "Group",
        "groups",
        DELETED["Group"],
        lambda tenant: tenant.directory.deleted.scan("Group"),
        Activities.RESTORE_GROUP,
        Activities.PURGE_GROUP,
    ),
    "application": Kind(
        "Application",
        "applications",
        APPLICATION,
        lambda tenant: map(shown_application, tenant.registrations.deleted()),
        Activities.RESTORE_APPLICATION,
        Activities.PURGE_APPLICATION,
    ),
    "servicePrincipal": Kind(
        "ServicePrincipal",
        "servicePrincipals",
        SERVICE_PRINCIPAL,
        lambda tenant: tenant.applications.deleted(),
        Activities.RESTORE_PRINCIPAL,
        Activities.PURGE_PRINCIPAL,
    ),
}


def list_deleted(which: str) -> Response:
    kind = _KINDS[which]
    return collection(kind.path, kind.items(current()), kind.type)


def count_deleted(which: str) -> Response:
    kind = _KINDS[which]
    return count(kind.items(current()), kind.type)


def get_deleted(key: str) -> Response:
    return _answer(*_find(key))


def restore(key: str) -> Response:
    """Bring an object back; `newUserPrincipalName` is for a user whose name is somebody else's by now."""
    document: dict[str, Any] = optional_body()
    name = document.get("newUserPrincipalName")
    if not isinstance(name, str | None):
        raise refusals.VALUE_FORM.error(name="newUserPrincipalName", form="text")
    with current().store.transaction():  # a bad query is refused before anything is restored
        return _answer(*bring_back(key, name))


def bring_back(key: str, name: str | None = None) -> tuple[Kind, Document]:
    """Restore an object of any type, a user under another `name` if given, and log it. Raises NotFoundError."""
    tenant = current()
    with tenant.store.transaction():
        kind, _ = _find(key)
        if kind.target == "Application":
            restored = shown_application(tenant.registrations.restore(key))
        elif kind.target == "ServicePrincipal":
            restored = tenant.applications.restore(key)
        else:
            restored = tenant.directory.restore(key, name)
        note(kind.restored, Target(kind.target, restored))
    return kind, restored


def purge(key: str) -> Response:
    delete_for_good(key)
    return empty()


def delete_for_good(key: str) -> None:
    """Delete a deleted object of any type for good, and log it. Raises NotFoundError."""
    tenant = current()
    with tenant.store.transaction():
        kind, item = _find(key)
        if kind.target == "Application":
            tenant.registrations.purge(key)
        elif kind.target == "ServicePrincipal":
            tenant.applications.purge(key)
        else:
            tenant.directory.purge(key)
        note(kind.purged, Target(kind.target, item))


def _find(key: str) -> tuple[Kind, Document]:
    """Return a deleted object of any type. Raises NotFoundError."""
    tenant = current()
    for kind in _KINDS.values():
        item = next((item for item in kind.items(tenant) if item["id"] == key), None)
        if item is not None:
            return kind, item
    raise NotFoundError.of(key)


def _answer(kind: Kind, item: Document) -> Response:
    marked = {"@odata.type": f"#{kind.type.name}", **item}
    return entity("directoryObjects", marked, 200, kind.type)


_ALL = "/directory/deletedItems"
_ONLY = "microsoft.graph.<any(user, group, application, servicePrincipal):which>"
ROUTES = (
    ("GET", f"{_ALL}/{_ONLY}", list_deleted),
    ("GET", f"{_ALL}/{_ONLY}/$count", count_deleted),
    ("GET", f"{_ALL}/<key>", get_deleted),
    ("POST", f"{_ALL}/<key>/restore", restore),
    ("DELETE", f"{_ALL}/<key>", purge),
)
