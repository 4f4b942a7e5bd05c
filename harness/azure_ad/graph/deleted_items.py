"""Deleted items over Microsoft Graph: looking, restoring, deleting for good.

Source: https://learn.microsoft.com/en-us/graph/api/directory-deleteditems-list, …-restore and …-delete (read 2026-11).
"""

from __future__ import annotations

from typing import Any

from flask import Response, request

from harness.azure_ad.directory.directory import NotFoundError, deleted_name
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import body, collection, empty, entity
from harness.azure_ad.graph.odata.entity_types import DELETED
from harness.azure_ad.tenant import current
from harness.base.store import Document

_KINDS = {"user": "User", "group": "Group"}


def list_deleted(which: str) -> Response:
    kind = _KINDS[which]
    items = (_as_shown(kind, item) for item in current().directory.deleted.scan(kind))
    return collection(f"{which}s", items, DELETED[kind])


def get_deleted(key: str) -> Response:
    entry = current().directory.deleted.find(key)
    if entry is None:
        raise NotFoundError.of(key)
    kind, item = entry
    return _answer(kind, _as_shown(kind, item))


def restore(key: str) -> Response:
    """Bring an object back; `newUserPrincipalName` is for a user whose name is somebody else's by now."""
    given: dict[str, Any] = body() if request.get_data() else {}
    name = given.get("newUserPrincipalName")
    if not isinstance(name, str | None):
        raise refusals.VALUE_FORM.error(name="newUserPrincipalName", form="text")
    tenant = current()
    with tenant.store.transaction():
        restored = tenant.directory.restore(key, name)
        return _answer("User" if "userPrincipalName" in restored else "Group", restored)


def purge(key: str) -> Response:
    current().directory.purge(key)
    return empty()


def _answer(kind: str, item: Document) -> Response:
    marked = {"@odata.type": f"#{DELETED[kind].name}", **item}
    return entity("directoryObjects", marked, 200, DELETED[kind])


def _as_shown(kind: str, item: Document) -> Document:
    return item if kind == "Group" else {**item, "userPrincipalName": deleted_name(item)}


ROUTES = (
    ("GET", "/directory/deletedItems/microsoft.graph.<any(user, group):which>", list_deleted),
    ("GET", "/directory/deletedItems/<key>", get_deleted),
    ("POST", "/directory/deletedItems/<key>/restore", restore),
    ("DELETE", "/directory/deletedItems/<key>", purge),
)
