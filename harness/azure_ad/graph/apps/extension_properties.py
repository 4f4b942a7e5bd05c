"""Directory extensions over Microsoft Graph: the properties that an application adds to users and groups.

An extension's name is `extension_`, the application's id without dashes, and the given name. Values are taken under such a name
whether or not the extension is defined; here it is what scripts define and look up first.

Source: https://learn.microsoft.com/en-us/graph/api/application-post-extensionproperty, …/application-list-extensionproperty,
…/application-delete-extensionproperty and …/directoryobject-getavailableextensionproperties (read 2026-11-29 at db3ad72 of
microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response

from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.azure_ad.graph.apps.applications import find_application
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import body, collection, empty, entity, optional_body
from harness.azure_ad.graph.odata.entity_types import EXTENSION_PROPERTY
from harness.azure_ad.graph.odata.values import as_boolean, typed
from harness.azure_ad.tenant import current
from harness.base.store import Document

_SHELF = "extensionProperty"
_PATH = "/applications/<key>/extensionProperties"
# resources/extensionproperty, "dataType".
_DATA_TYPES = {
    name.lower(): name for name in ("Binary", "Boolean", "DateTime", "Integer", "LargeInteger", "String")
}


def list_extensions(key: str) -> Response:
    application = find_application(key)
    mine = (item for item in _all() if item["appId"] == application["appId"])
    return collection(_context(key), map(_shown, mine), EXTENSION_PROPERTY)


def create_extension(key: str) -> Response:
    """Define an extension. Raises ConflictError for a name that the application has."""
    tenant, properties = current(), typed(EXTENSION_PROPERTY, body(), creating=True)
    data_type = _DATA_TYPES.get(properties["dataType"].lower())
    if data_type is None:
        raise refusals.VALUE_FORM.error(name="dataType", form=f"one of {', '.join(_DATA_TYPES.values())}")
    with tenant.store.transaction():
        application = find_application(key)
        name = f"extension_{application['appId'].replace('-', '')}_{properties['name']}"
        if any(item["name"] == name for item in _all()):
            raise ConflictError(f"An extension property exists with the name {name}.", "name")
        made: Document = {
            "id": tenant.ids.uuid(),
            "deletedDateTime": None,
            "appId": application["appId"],
            "appDisplayName": application["displayName"],
            "name": name,
            "dataType": data_type,
            "isSyncedFromOnPremises": False,
            "targetObjects": properties["targetObjects"],
        }
        tenant.store.put(_SHELF, made["id"], made)
    return entity(_context(key), _shown(made), 201, EXTENSION_PROPERTY)


def get_extension(key: str, extension: str) -> Response:
    return entity(_context(key), _shown(_find(key, extension)), 200, EXTENSION_PROPERTY)


def delete_extension(key: str, extension: str) -> Response:
    _find(key, extension)
    current().store.delete(_SHELF, extension)
    return empty()


def list_available() -> Response:
    """Answer the extensions of all applications; none comes from on premises, so those alone are none."""
    on_premises = as_boolean(optional_body().get("isSyncedFromOnPremises"))
    if not isinstance(on_premises, bool | None):
        raise refusals.VALUE_FORM.error(name="isSyncedFromOnPremises", form="true or false")
    marked = ({"@odata.type": "#microsoft.graph.extensionProperty", **_shown(item)} for item in _all())
    return collection(
        "Collection(microsoft.graph.extensionProperty)", () if on_premises else marked, EXTENSION_PROPERTY
    )


def _all() -> Iterator[Document]:
    return (item for _, item in current().store.scan(_SHELF))


def _find(key: str, extension: str) -> Document:
    item = current().store.get(_SHELF, extension)
    if item is None or item["appId"] != find_application(key)["appId"]:
        raise NotFoundError.of(extension)
    return item


def _shown(item: Document) -> Document:
    return {name: value for name, value in item.items() if name != "appId"}


def _context(key: str) -> str:
    return f"applications('{key}')/extensionProperties"


ROUTES = (
    ("GET", _PATH, list_extensions),
    ("POST", _PATH, create_extension),
    ("GET", f"{_PATH}/<extension>", get_extension),
    ("DELETE", f"{_PATH}/<extension>", delete_extension),
    ("POST", "/directoryObjects/getAvailableExtensionProperties", list_available),
)
