"""Directory extensions over Microsoft Graph: the properties that an application adds to users and groups.

An extension's name is `extension_`, the application's id without dashes, and the given name. Scenario files may give values under
such a name whether or not the extension is defined; whether Graph takes them is a quirk.

Source: https://learn.microsoft.com/en-us/graph/api/application-post-extensionproperty, …/application-list-extensionproperty,
…/application-delete-extensionproperty and …/directoryobject-getavailableextensionproperties (read 2026-11-29 at db3ad72 of
microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.azure_ad.directory.properties import is_extension
from harness.azure_ad.graph.apps.applications import find_application
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import body, collection, empty, entity, optional_body
from harness.azure_ad.graph.odata.entity_types import EXTENSION_PROPERTY, Property
from harness.azure_ad.graph.odata.values import as_boolean, in_type, typed
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

_SHELF = "extensionProperty"
_PATH = "/applications/<key>/extensionProperties"
# resources/extensionproperty, "dataType".
_EDM = {
    "Binary": "Binary",
    "Boolean": "Boolean",
    "DateTime": "DateTimeOffset",
    "Integer": "Int32",
    "LargeInteger": "Int64",
    "String": "String",
}
_DATA_TYPES = {name.lower(): name for name in _EDM}


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
            "isMultiValued": bool(properties.get("isMultiValued")),
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
    """Answer the extensions of all applications; a query for those synchronized from on premises finds none."""
    on_premises = as_boolean(optional_body().get("isSyncedFromOnPremises"))
    if not isinstance(on_premises, bool | None):
        raise refusals.VALUE_FORM.error(name="isSyncedFromOnPremises", form="true or false")
    marked = ({"@odata.type": "#microsoft.graph.extensionProperty", **_shown(item)} for item in _all())
    return collection(
        "Collection(microsoft.graph.extensionProperty)", () if on_premises else marked, EXTENSION_PROPERTY
    )


def with_extensions(kind: str, properties: Document, before: Container[str] = ()) -> Document:
    """Return a `User`'s or `Group`'s properties with directory extensions in the types they are defined with.

    A property that the object had `before` counts as defined: a scenario file may set any. Raises ODataError 400 for a
    value of another type, and for extensions that are not defined for such objects.
    """
    names = [name for name in properties if is_extension(name)]
    if not names:
        return properties
    defined = {item["name"]: item for item in _all() if kind in item["targetObjects"]}
    missing = [name for name in names if name not in defined and name not in before]
    if missing and current().quirks["undefined-extensions-refused"]:
        raise refusals.EXTENSIONS_UNDEFINED.error(names=",".join(missing))
    typed_ones = {name: in_type(properties[name], _property(defined.get(name)), name) for name in names}
    return {**properties, **typed_ones}


def _property(item: Document | None) -> Property:
    """Return the property of an extension; one that is not defined is a text."""
    return Property("String") if item is None else Property(_EDM[item["dataType"]], item["isMultiValued"])


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
