"""Who owns a group, an application or an enterprise application, over Microsoft Graph.

A group that has owners keeps its last one.

Source: https://learn.microsoft.com/en-us/graph/api/group-list-owners, …/group-post-owners, …/group-delete-owners,
…/application-list-owners, …/serviceprincipal-list-owners and …/user-list-ownedobjects (read 2026-11-29 at db3ad72 of
microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.azure_ad.graph.apps.owners_expanded import OWNER
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.objects.directory_objects import object_of, principal_or_application
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import body, collection, empty
from harness.azure_ad.graph.odata.entity_types import DIRECTORY_OBJECT
from harness.azure_ad.graph.odata.references import reference
from harness.azure_ad.tenant import current
from harness.wire.message import Response

_OWNED = "/<any(groups, applications, servicePrincipals):which>/<name>/owners"
_OWNING = "/<any(users, servicePrincipals):which>/<name>/ownedObjects"
_KINDS = {"groups": "Group", "applications": "Application", "servicePrincipals": "ServicePrincipal"}


def list_owners(which: str, name: str, only: str = "") -> Response:
    return _objects(current().store.rights(OWNER, object_of(which, name)["id"]), only)


def list_owned(which: str, name: str, only: str = "") -> Response:
    return _objects(current().store.lefts(OWNER, object_of(which, name)["id"]), only)


def add_owner(which: str, name: str) -> Response:
    tenant = current()
    with tenant.store.transaction():
        owned, owner = object_of(which, name), principal_or_application(reference(body()))
        bind_owner(owned["id"], owner["id"])
        note(Activities.ADD_OWNER, Target("User", owner), Target(_KINDS[which], owned))
    return empty()


def remove_owner(which: str, name: str, owner: str) -> Response:
    tenant = current()
    with tenant.store.transaction():
        owned, leaving = object_of(which, name), principal_or_application(owner)
        owners = tenant.store.rights(OWNER, owned["id"])
        if leaving["id"] not in owners:
            raise NotFoundError.of(owner)
        if which == "groups" and len(owners) == 1:
            raise refusals.LAST_OWNER.error()
        tenant.store.unlink(OWNER, owned["id"], leaving["id"])
        note(Activities.REMOVE_OWNER, Target("User", leaving), Target(_KINDS[which], owned))
    return empty()


def bind_owner(owned: str, owner: str) -> None:
    """Add an owner. Raises ConflictError for one who is an owner already."""
    if not current().store.link(OWNER, owned, owner):
        raise ConflictError.of_reference("owners")


def _objects(keys: list[str], only: str = "") -> Response:
    """Answer objects by their ids; deleted ones are left out."""
    items = []
    for key in keys:
        try:
            items.append(principal_or_application(key))
        except NotFoundError:
            continue
    items_of_type = [item for item in items if not only or item["@odata.type"].endswith(f".{only}")]
    return collection("directoryObjects" if not only else f"{only}s", items_of_type, DIRECTORY_OBJECT)


ROUTES = (
    ("GET", _OWNED, list_owners),
    ("GET", f"{_OWNED}/microsoft.graph.<any(user, servicePrincipal):only>", list_owners),
    ("POST", f"{_OWNED}/$ref", add_owner),
    ("DELETE", f"{_OWNED}/<owner>/$ref", remove_owner),
    ("GET", _OWNING, list_owned),
    ("GET", f"{_OWNING}/microsoft.graph.<any(application, group, servicePrincipal):only>", list_owned),
)
