"""Who is in a group, and which groups somebody is in, over Microsoft Graph.

Source: https://learn.microsoft.com/en-us/graph/api/group-list-members, …/group-list-transitivemembers and
…/api/user-list-memberof (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from harness.azure_ad.graph.odata.entities import body, collection, empty
from harness.azure_ad.graph.odata.entity_types import DIRECTORY_OBJECT
from harness.azure_ad.graph.odata.references import reference
from harness.azure_ad.tenant import current

_KINDS = {"users": "User", "groups": "Group"}


def list_members(name: str, relation: str, only: str = "") -> Response:
    holder = current().directory
    return _linked(holder.find("Group", name)["id"], holder.members, relation == "transitiveMembers", only)


def add_member(name: str) -> Response:
    current().directory.add_member(name, reference(body()))
    return empty()


def remove_member(name: str, member: str) -> Response:
    current().directory.remove_member(name, member)
    return empty()


def list_groups_of(which: str, name: str, relation: str, only: str = "") -> Response:
    holder = current().directory
    key = holder.find(_KINDS[which], name)["id"]
    return _linked(key, holder.groups_of, relation == "transitiveMemberOf", only)


def _linked(key: str, neighbours: Callable[[str], list[str]], transitive: bool, only: str) -> Response:
    """Answer the objects that a relation leads to, at one remove or at any, each once."""
    holder = current().directory
    linked = dict.fromkeys(neighbours(key))
    rest = list(linked) if transitive else []
    while rest:
        further = [near for near in neighbours(rest.pop(0)) if near not in linked]
        linked |= dict.fromkeys(further)
        rest += further
    items = (holder.principal(each) for each in linked)
    shown = [item for item in items if not only or item["@odata.type"].endswith(f".{only}")]
    return collection("directoryObjects" if not only else f"{only}s", shown, DIRECTORY_OBJECT)


ROUTES = (
    ("GET", "/groups/<name>/<any(members, transitiveMembers):relation>", list_members),
    (
        "GET",
        "/groups/<name>/<any(members, transitiveMembers):relation>/microsoft.graph.<any(user, group):only>",
        list_members,
    ),
    ("POST", "/groups/<name>/members/$ref", add_member),
    ("DELETE", "/groups/<name>/members/<member>/$ref", remove_member),
    (
        "GET",
        "/<any(users, groups):which>/<name>/<any(memberOf, transitiveMemberOf):relation>",
        list_groups_of,
    ),
    (
        "GET",
        "/<any(users, groups):which>/<name>/<any(memberOf, transitiveMemberOf):relation>/microsoft.graph.<any(group):only>",
        list_groups_of,
    ),
)
