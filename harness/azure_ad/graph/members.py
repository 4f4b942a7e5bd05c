"""Who is in a group, and which groups somebody is in, over Microsoft Graph.

Source: https://learn.microsoft.com/en-us/graph/api/group-list-members, …/group-list-transitivemembers and
…/api/user-list-memberof (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from harness.azure_ad.graph.odata.entities import body, collection, empty
from harness.azure_ad.graph.odata.entity_types import DIRECTORY_OBJECT
from harness.azure_ad.graph.odata.references import reference
from harness.azure_ad.tenant import current

members = Blueprint("members", __name__)
_KINDS = {"users": "User", "groups": "Group"}


@members.get("/groups/<name>/<any(members, transitiveMembers):relation>")
@members.get(
    "/groups/<name>/<any(members, transitiveMembers):relation>/microsoft.graph.<any(user, group):only>"
)
def list_members(name: str, relation: str, only: str = "") -> Response:
    holder = current().directory
    return _linked(holder.find("Group", name)["id"], holder.members, relation == "transitiveMembers", only)


@members.post("/groups/<name>/members/$ref")
def add_member(name: str) -> Response:
    current().directory.add_member(name, reference(body()))
    return empty()


@members.delete("/groups/<name>/members/<member>/$ref")
def remove_member(name: str, member: str) -> Response:
    current().directory.remove_member(name, member)
    return empty()


@members.get("/<any(users, groups):which>/<name>/<any(memberOf, transitiveMemberOf):relation>")
@members.get(
    "/<any(users, groups):which>/<name>/<any(memberOf, transitiveMemberOf):relation>/microsoft.graph.<any(group):only>"
)
def list_groups_of(which: str, name: str, relation: str, only: str = "") -> Response:
    holder = current().directory
    key = holder.find(_KINDS[which], name)["id"]
    return _linked(key, holder.groups_of, relation == "transitiveMemberOf", only)


def _linked(key: str, neighbours: Callable[[str], list[str]], transitive: bool, only: str) -> Response:
    """Answer the objects that a relation leads to, at one remove or at any, each once."""
    holder = current().directory
    found = dict.fromkeys(neighbours(key))
    rest = list(found) if transitive else []
    while rest:
        further = [near for near in neighbours(rest.pop(0)) if near not in found]
        found |= dict.fromkeys(further)
        rest += further
    items = (holder.principal(each) for each in found)
    kept = [item for item in items if not only or item["@odata.type"].endswith(f".{only}")]
    return collection("directoryObjects" if not only else f"{only}s", kept, DIRECTORY_OBJECT)
