"""The application gallery: the templates that enterprise applications are made of.

Source: https://learn.microsoft.com/en-us/graph/api/resources/applicationtemplate (read 2026-11-29).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from harness.base.store import Document
from harness.base.tables import read_table

# A non-gallery application is an instance of this template.
# https://learn.microsoft.com/en-us/graph/api/applicationtemplate-instantiate, "Request" (read 2026-11-30 at 03be711 of
# microsoftgraph/microsoft-graph-docs-contrib)
NON_GALLERY_TEMPLATE = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"


@cache
def _table() -> dict[str, dict[str, Any]]:
    data: dict[str, dict[str, Any]] = read_table("harness.azure_ad.applications", "gallery.yaml")
    return data


def application_templates() -> list[Document]:
    """Return the gallery as Graph's `applicationTemplate` resources."""
    return [
        {"id": key, **{name: value for name, value in row.items() if name != "instance"}}
        for key, row in _table().items()
    ]


def instance_of(template: str) -> Document:
    """Return the properties that a service principal takes from its template: homepage, tags, appRoles. Raises KeyError."""
    instance = _table()[template]["instance"]
    roles = [
        {
            "allowedMemberTypes": ["User"],
            "displayName": role["displayName"],
            "id": role["id"],
            "isEnabled": True,
            "description": role["displayName"],
            "value": None,
            "origin": "Application",
        }
        for role in instance["appRoles"]
    ]
    return {**instance, "appRoles": roles}
