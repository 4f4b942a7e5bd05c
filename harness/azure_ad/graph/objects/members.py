"""Who is in a group, and which groups somebody is in, over Microsoft Graph.

Source: https://learn.microsoft.com/en-us/graph/api/group-list-members, …/group-list-transitivemembers, …/user-list-memberof and
…/serviceprincipal-list-memberof (read 2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs). The pages demand the
header of advanced queries for a cast to one type; here a cast without it is answered, as scripts that leave it out expect,
which is inferred.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from harness.azure_ad.directory.directory import kind_of
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.objects.directory_objects import object_of
from harness.azure_ad.graph.odata.entities import body, collection, count, empty
from harness.azure_ad.graph.odata.entity_types import DIRECTORY_OBJECT, GROUP, USER
from harness.azure_ad.graph.odata.references import reference
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

# A query for one type is answered as that type's collection is, with `$search` and advanced filters.
_CASTS = {"user": USER, "group": GROUP}
_Neighbours: TypeAlias = Callable[[str], list[str]]


def list_members(name: str, relation: str, only: str = "") -> Response:
    holder = current().directory
    return _linked(holder.find("Group", name)["id"], holder.members, relation == "transitiveMembers", only)


def add_member(name: str) -> Response:
    admit(name, reference(body()))
    return empty()


def remove_member(name: str, member: str) -> Response:
    dismiss(name, member)
    return empty()


def admit(group: str, member: str) -> None:
    """Add a member, with an audit log entry; `find` takes both names. Raises NotFoundError, ConflictError."""
    tenant = current()
    with tenant.store.transaction():
        newcomer = tenant.directory.principal(member)
        tenant.directory.add_member(group, newcomer["id"])
        note_membership(Activities.ADD_MEMBER, group, newcomer)


def dismiss(group: str, member: str) -> None:
    """Remove a member, with an audit log entry. Raises NotFoundError."""
    tenant = current()
    with tenant.store.transaction():
        leaving = tenant.directory.principal(member)
        tenant.directory.remove_member(group, member)
        note_membership(Activities.REMOVE_MEMBER, group, leaving)


def note_membership(activity: Activities, group: str, member: Document) -> None:
    holder = current().directory.find("Group", group)
    note(activity, Target(kind_of(member), member), Target("Group", holder))


def list_groups_of(which: str, name: str, relation: str, only: str = "") -> Response:
    holder, key = current().directory, object_of(which, name)["id"]
    return _linked(key, holder.groups_of, relation == "transitiveMemberOf", only)


def count_members(name: str, relation: str, only: str = "") -> Response:
    holder = current().directory
    key = holder.find("Group", name)["id"]
    return count(
        _objects(key, holder.members, relation == "transitiveMembers", only),
        _CASTS.get(only, DIRECTORY_OBJECT),
    )


def count_groups_of(which: str, name: str, relation: str, only: str = "") -> Response:
    holder, key = current().directory, object_of(which, name)["id"]
    return count(
        _objects(key, holder.groups_of, relation == "transitiveMemberOf", only),
        _CASTS.get(only, DIRECTORY_OBJECT),
    )


def _linked(key: str, neighbours: _Neighbours, transitive: bool, only: str) -> Response:
    """Answer the objects that a relation leads to."""
    items = _objects(key, neighbours, transitive, only)
    return collection(
        "directoryObjects" if not only else f"{only}s", items, _CASTS.get(only, DIRECTORY_OBJECT)
    )


def _objects(key: str, neighbours: _Neighbours, transitive: bool, only: str) -> list[Document]:
    """Return the objects that a relation leads to, directly or also through others, each once."""
    holder = current().directory
    linked = dict.fromkeys(neighbours(key))
    rest = list(linked) if transitive else []
    while rest:
        further = [near for near in neighbours(rest.pop(0)) if near not in linked]
        linked |= dict.fromkeys(further)
        rest += further
    items = (holder.principal(each) for each in linked)
    return [item for item in items if not only or item["@odata.type"].endswith(f".{only}")]


_MEMBERS = "/groups/<name>/<any(members, transitiveMembers):relation>"
_GROUPS = "/<any(users, groups, servicePrincipals):which>/<name>/<any(memberOf, transitiveMemberOf):relation>"
# The last four types have no objects here; a script that asks for a user's roles gets an empty list.
_ONLY = "microsoft.graph.<any(user, group, servicePrincipal, directoryRole, administrativeUnit, device, orgContact):only>"
ROUTES = (
    ("GET", _MEMBERS, list_members),
    ("GET", f"{_MEMBERS}/$count", count_members),
    ("GET", f"{_MEMBERS}/{_ONLY}", list_members),
    ("GET", f"{_MEMBERS}/{_ONLY}/$count", count_members),
    ("POST", "/groups/<name>/members/$ref", add_member),
    ("DELETE", "/groups/<name>/members/<member>/$ref", remove_member),
    ("GET", _GROUPS, list_groups_of),
    ("GET", f"{_GROUPS}/$count", count_groups_of),
    ("GET", f"{_GROUPS}/{_ONLY}", list_groups_of),
    ("GET", f"{_GROUPS}/{_ONLY}/$count", count_groups_of),
)
