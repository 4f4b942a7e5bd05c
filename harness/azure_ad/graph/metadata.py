"""The service document and `$metadata`, written from the tables: which collections there are, and of what types.

Source: https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html, 4 to 13 and
https://learn.microsoft.com/en-us/graph/traverse-the-graph, "Microsoft Graph API metadata" (read
2026-11-29); the sections of CSDL were not read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.azure_ad.graph.odata import entity_types as types
from harness.azure_ad.graph.odata.entities import answer, version
from harness.azure_ad.graph.odata.entity_types import COMPLEX, PRIMITIVES, EntityType, Property
from harness.azure_ad.tenant import current
from harness.wire.message import Response

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

_NAMESPACE = "microsoft.graph"
_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
_EDM = "http://docs.oasis-open.org/odata/ns/edm"
# Collections by the name in their address.
ENTITY_SETS: Mapping[str, EntityType] = {
    "users": types.USER,
    "groups": types.GROUP,
    "applications": types.APPLICATION,
    "servicePrincipals": types.SERVICE_PRINCIPAL,
    "applicationTemplates": types.APPLICATION_TEMPLATE,
    "oauth2PermissionGrants": types.PERMISSION_GRANT,
    "directoryObjects": types.DIRECTORY_OBJECT,
    "organization": types.ORGANIZATION,
    "domains": types.DOMAIN,
}
_OTHERS = (
    types.APP_ROLE_ASSIGNMENT,
    types.DIRECTORY_AUDIT,
    types.SIGN_IN,
    types.PROVISIONING_ENTRY,
    types.EXTENSION_PROPERTY,
    types.FEDERATED_CREDENTIAL,
    types.INVITATION,
    types.PERMISSION_CLASSIFICATION,
    types.STS_POLICY,
    types.SYNCHRONIZATION,
    types.SYNCHRONIZATION_JOB,
    types.SYNCHRONIZATION_TEMPLATE,
    types.SYNCHRONIZATION_SCHEMA,
)


def service_document() -> Response:
    """Answer the names and addresses of the collections."""
    root = f"{current().settings.graph_origin}/{version()}/$metadata"
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in ENTITY_SETS]
    return answer({"@odata.context": root, "value": sets})


def metadata() -> Response:
    """Answer the types in OData's XML."""
    from xml.etree import (
        ElementTree as ET,
    )  # few clients need it, and its import takes as long as three modules here

    ET.register_namespace("edmx", _EDMX)
    root = ET.Element(f"{{{_EDMX}}}Edmx", Version="4.0")
    schema = ET.SubElement(
        ET.SubElement(root, f"{{{_EDMX}}}DataServices"), "Schema", Namespace=_NAMESPACE, xmlns=_EDM
    )
    for kind in (*ENTITY_SETS.values(), *_OTHERS):
        element = ET.SubElement(schema, "EntityType", Name=kind.name.rpartition(".")[2])
        if kind.directory:
            element.set("OpenType", "true")
        ET.SubElement(ET.SubElement(element, "Key"), "PropertyRef", Name="id")
        _declare(element, {name: kind.properties[name] for name in kind.names_in(version())})
        for name, link in kind.navigation.items():
            ET.SubElement(element, "NavigationProperty", Name=name, Type=_linked(link))
    for name, parts in sorted(COMPLEX.items()):
        _declare(ET.SubElement(schema, "ComplexType", Name=name), parts)
    container = ET.SubElement(schema, "EntityContainer", Name="GraphService")
    for name, kind in ENTITY_SETS.items():
        ET.SubElement(container, "EntitySet", Name=name, EntityType=kind.name)
    text = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(200, (("Content-Type", "application/xml"),), text)


def _declare(element: ET.Element, properties: Mapping[str, Property]) -> None:
    from xml.etree import ElementTree as ET

    for name, declared in properties.items():
        row = ET.SubElement(element, "Property", Name=name, Type=_type(declared))
        if not declared.nullable:
            row.set("Nullable", "false")


def _linked(declared: Property) -> str:
    """Return the full name of the entity type that a navigation leads to."""
    name = f"{_NAMESPACE}.{declared.type}"
    return f"Collection({name})" if declared.collection else name


def _type(declared: Property) -> str:
    """Return a type's full name; what is an enumeration in Graph is a text here."""
    if declared.type in PRIMITIVES:
        name = f"Edm.{declared.type}"
    else:
        name = f"{_NAMESPACE}.{declared.type}" if declared.is_complex else "Edm.String"
    return f"Collection({name})" if declared.collection else name


ROUTES = (
    ("GET", "/", service_document),
    ("GET", "/$metadata", metadata),
)
