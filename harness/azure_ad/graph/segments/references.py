"""The addresses of related objects, and their number: `/groups/{id}/owners/$ref`, `/users/{id}/directReports/$count`.

Source: https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html, 4.8 (addressing references) and 4.9
(count of a collection); that a count takes the header of advanced queries:
https://learn.microsoft.com/en-us/graph/aad-advanced-queries (read 2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs). How
the address of one member answers is inferred: https://github.com/manicminer/hamilton asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.apps.owners_expanded import OWNER
from harness.azure_ad.graph.objects.directory_objects import object_of, principal_or_application
from harness.azure_ad.graph.odata.entities import answer, collection, context, count, version
from harness.azure_ad.graph.odata.entity_types import DIRECTORY_OBJECT
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

# By collection, the relations of its objects that lead to directory objects.
_RELATIONS: Mapping[str, tuple[str, ...]] = {
    "users": ("memberOf", "ownedObjects", "directReports"),
    "groups": ("members", "memberOf", "owners"),
    "servicePrincipals": ("memberOf", "owners", "ownedObjects"),
    "applications": ("owners",),
}


def list_references(which: str, name: str, relation: str) -> Response:
    """Answer the addresses of the objects that a relation leads to."""
    return collection("Collection($ref)", [_reference(key) for key in _keys(which, name, relation)])


def get_reference(which: str, name: str, relation: str, other: str) -> Response:
    """Answer the address of one object that a relation leads to. Raises NotFoundError where it does not."""
    key = principal_or_application(other)["id"]
    if key not in _keys(which, name, relation):
        raise NotFoundError.of(other)
    return answer({"@odata.context": context("$ref"), **_reference(key)})


def count_related(which: str, name: str, relation: str) -> Response:
    items = map(principal_or_application, _keys(which, name, relation))
    return count(items, DIRECTORY_OBJECT)


def _keys(which: str, name: str, relation: str) -> list[str]:
    """Return the ids of the objects that a relation leads to. Raises NotFoundError for an object that is not there."""
    tenant, key = current(), object_of(which, name)["id"]
    match relation:
        case "owners":
            return tenant.store.rights(OWNER, key)
        case "ownedObjects":
            return tenant.store.lefts(OWNER, key)
        case "directReports":
            return tenant.directory.reports(key)
        case "members":
            return tenant.directory.members(key)
    return tenant.directory.groups_of(key)


def _reference(key: str) -> Document:
    return {"@odata.id": f"{current().settings.graph_origin}/{version()}/directoryObjects/{key}"}


_COUNTED_ELSEWHERE = ("members", "memberOf")
ROUTES = tuple(
    ("GET", f"/<any({which}):which>/<name>/<any({', '.join(names)}):relation>/{rest}", view)
    for which, relations in _RELATIONS.items()
    for rest, view, names in (
        ("$ref", list_references, relations),
        ("<other>/$ref", get_reference, relations),
        ("$count", count_related, tuple(name for name in relations if name not in _COUNTED_ELSEWHERE)),
    )
    if names
)
