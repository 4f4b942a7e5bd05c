"""How much harm delegated permissions of an API can do, as an administrator says: low, medium or high.

Source: https://learn.microsoft.com/en-us/graph/api/resources/delegatedpermissionclassification, "Properties", and
…/api/serviceprincipal-post-delegatedpermissionclassifications, "Examples" (read 2026-11-29 at db3ad72 of
microsoftgraph/microsoft-graph-docs; there `low` alone); `medium` and `high`: permissionClassificationType in
https://github.com/microsoftgraph/msgraph-metadata (read 2026-11-29). Whether the API has the permission is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.odata.entities import body, collection, empty, entity
from harness.azure_ad.graph.odata.entity_types import PERMISSION_CLASSIFICATION
from harness.azure_ad.graph.odata.values import typed
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

_SHELF, _NAME = "permissionClassification", "delegatedPermissionClassifications"
_PATH = f"/servicePrincipals/<app>/{_NAME}"


def list_classifications(app: str) -> Response:
    key = current().applications.find(app)["id"]
    return collection(_context(app), map(_shown, _of(key)), PERMISSION_CLASSIFICATION)


def classify(app: str) -> Response:
    tenant, properties = current(), typed(PERMISSION_CLASSIFICATION, body(), creating=True)
    with tenant.store.transaction():
        made = {"id": tenant.ids.uuid(), **properties, "api": tenant.applications.find(app)["id"]}
        tenant.store.put(_SHELF, made["id"], made)
        return entity(_context(app), _shown(made), 201, PERMISSION_CLASSIFICATION)


def delete_classification(app: str, classification: str) -> Response:
    tenant = current()
    with tenant.store.transaction():
        keys = [item["id"] for item in _of(tenant.applications.find(app)["id"])]
        if classification not in keys:
            raise NotFoundError.of(classification)
        tenant.store.delete(_SHELF, classification)
    return empty()


def _of(api: str) -> Iterator[Document]:
    return (item for _, item in current().store.scan(_SHELF) if item["api"] == api)


def _shown(item: Document) -> Document:
    return {name: value for name, value in item.items() if name != "api"}


def _context(app: str) -> str:
    return f"servicePrincipals('{app}')/{_NAME}"


ROUTES = (
    ("GET", _PATH, list_classifications),
    ("POST", _PATH, classify),
    ("DELETE", f"{_PATH}/<classification>", delete_classification),
)
