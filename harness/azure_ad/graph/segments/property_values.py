"""One property of an object by its address: `/users/{id}/displayName`, and its bare text behind `/$value`.

A property that is null has no content. Source: https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part1-protocol.html,
11.2.4 "Requesting Individual Properties" and 11.2.4.1 "Requesting a Property's Raw Value using $value" (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.azure_ad.applications.registrations import shown
from harness.azure_ad.graph.apps.applications import find_application
from harness.azure_ad.graph.apps.key_credentials import without_keys
from harness.azure_ad.graph.apps.service_principals import shown_principal
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import answer, context, empty, plain
from harness.azure_ad.graph.odata.entity_types import APPLICATION, GROUP, SERVICE_PRINCIPAL, USER, EntityType
from harness.azure_ad.graph.odata.querying.options import check_options
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

_TYPES: Mapping[str, EntityType] = {
    "users": USER,
    "groups": GROUP,
    "applications": APPLICATION,
    "servicePrincipals": SERVICE_PRINCIPAL,
}


def get_property(which: str, name: str, part: str) -> Response:
    """Answer a property, nothing for null. Raises NotFoundError."""
    value = _value(which, name, part)
    if value is None:
        return empty()
    key = _holder(which, name)["id"]
    return answer({"@odata.context": context(f"{which}('{key}')/{part}"), "value": value})


def get_raw_value(which: str, name: str, part: str) -> Response:
    """Answer the text, number, date or Boolean that a property is. Raises NotFoundError, ODataError for lists and objects."""
    value = _value(which, name, part)
    if isinstance(value, list | dict):
        raise refusals.SEGMENT_UNKNOWN.error(segment="$value")
    if value is None:
        return empty()
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return plain(text)


def _value(which: str, name: str, part: str) -> Any:
    check_options()
    return _TYPES[which].show(_holder(which, name), (part,))[part]


def _holder(which: str, name: str) -> Document:
    tenant = current()
    match which:
        case "applications":
            return without_keys(shown(find_application(name)))
        case "servicePrincipals":
            return shown_principal(tenant.applications.find(name))
    return tenant.directory.find("User" if which == "users" else "Group", name)


ROUTES = tuple(
    ("GET", f"/<any({which}):which>/<name>/<any({', '.join(kind.properties)}):part>{rest}", view)
    for which, kind in _TYPES.items()
    for rest, view in (("", get_property), ("/$value", get_raw_value))
)
