"""Deleted items over Microsoft Graph: looking, restoring, deleting for good.

Source: https://learn.microsoft.com/en-us/graph/api/directory-deleteditems-list, …-restore and …-delete (read 2026-11).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from harness.azure_ad.directory.directory import NotFoundError, deleted_name
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import body, collection, empty, entity
from harness.azure_ad.graph.odata.entity_types import DELETED
from harness.azure_ad.tenant import current
from harness.base.store import Document

deleted_items = Blueprint("deleted_items", __name__, url_prefix="/directory/deletedItems")
_KINDS = {"user": "User", "group": "Group"}


@deleted_items.get("/microsoft.graph.<any(user, group):which>")
def list_deleted(which: str) -> Response:
    kind = _KINDS[which]
    items = (_as_shown(kind, item) for item in current().directory.deleted.scan(kind))
    return collection(f"{which}s", items, DELETED[kind])


@deleted_items.get("/<key>")
def get_deleted(key: str) -> Response:
    found = current().directory.deleted.find(key)
    if found is None:
        raise NotFoundError.of(key)
    kind, item = found
    return _answer(kind, _as_shown(kind, item))


@deleted_items.post("/<key>/restore")
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


@deleted_items.delete("/<key>")
def purge(key: str) -> Response:
    current().directory.purge(key)
    return empty()


def _answer(kind: str, item: Document) -> Response:
    marked = {"@odata.type": f"#{DELETED[kind].name}", **item}
    return entity("directoryObjects", marked, 200, DELETED[kind])


def _as_shown(kind: str, item: Document) -> Document:
    return item if kind == "Group" else {**item, "userPrincipalName": deleted_name(item)}
