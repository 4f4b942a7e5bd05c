"""Relations of Graph that are always empty here: devices, licences, policies.

A script that reads them gets an empty list, as it does from a new tenant. To write them is refused with 405.

Source: https://learn.microsoft.com/en-us/graph/api/user-list-owneddevices and the other pages of the same form, "HTTP request"
(read 2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.azure_ad.graph.objects.directory_objects import object_of
from harness.azure_ad.graph.odata.entities import collection
from harness.wire.message import Response

_OBJECTS = "directoryObjects"
# By collection: relations, each with what the context of its answer names.
_EMPTY: Mapping[str, Mapping[str, str]] = {
    "users": {
        "createdObjects": _OBJECTS,
        "ownedDevices": _OBJECTS,
        "registeredDevices": _OBJECTS,
        "licenseDetails": "licenseDetails",
        "sponsors": _OBJECTS,
    },
    "groups": {
        "groupLifecyclePolicies": "groupLifecyclePolicies",
        "permissionGrants": "permissionGrants",
        "settings": "groupSettings",
    },
    "applications": {
        "tokenIssuancePolicies": "tokenIssuancePolicies",
        "tokenLifetimePolicies": "tokenLifetimePolicies",
    },
    "servicePrincipals": {
        "createdObjects": _OBJECTS,
        "claimsMappingPolicies": "claimsMappingPolicies",
        "homeRealmDiscoveryPolicies": "homeRealmDiscoveryPolicies",
    },
}


def list_nothing(which: str, name: str, relation: str) -> Response:
    """Answer an empty list for an existing object. Raises NotFoundError."""
    object_of(which, name)
    return collection(_EMPTY[which][relation], ())


ROUTES = tuple(
    ("GET", f"/<any({which}):which>/<name>/<any({', '.join(relations)}):relation>", list_nothing)
    for which, relations in _EMPTY.items()
)
