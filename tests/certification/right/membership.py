"""Mutants of 2026-11-29 in groups and members, and in what Azure AD sends of users; each stands for a public report of a server.

Reports: langwatch/langwatch #7131, FusionAuth/fusionauth-issues #2834, fleetdm/fleet #52501, wso2/product-is #5333,
keycloak/keycloak #52752, Captain-P-Goldfish/SCIM-SDK #193 and scim-for-keycloak #26 (on GitHub, read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.scim.names import CORE_GROUP, ENTERPRISE_USER
from tests.certification.right.mutants import GALLERY, VALIDATOR, Mutant, edited_filter, patching, server
from tests.certification.right.patching import Patching, Refusal
from tests.certification.right.server import RightServer

NESTED, ONE_BY_ONE = "7643 4.2 nested group", "3.5.2.1 members one by one"
MERGED, LEAVING = "3.5.2 dotted keys", "Group_Update_Remove_Member_Test"


def _empties(self: Patching, op: str, value: Any) -> None:
    Patching.without_path(self, op, value)
    if self.core == CORE_GROUP and "members" not in value:
        self.resource.pop("members", None)


def _street_goes(self: Patching, op: str, place: Any, elements: list[Any], value: Any) -> None:
    Patching.set_chosen(self, op, place, elements, value)
    if place.sub == "formatted":
        for each in filter(place.where, elements):
            each.pop("locality", None)


def _equal_elements(self: Patching, place: Any, values: list[Any]) -> None:
    if place.name != "members":
        return Patching.add_elements(self, place, values)
    place.holder["members"] += [each for each in values if each not in place.holder["members"]]
    return None


def _first_listed(self: Patching, place: Any, listed: list[Any]) -> None:
    Patching.remove_listed(self, place, listed[:1])


def _by_moving_index(self: Patching, place: Any, listed: list[Any]) -> None:
    elements, gone = place.holder.get("members", []), [each["value"] for each in listed]
    for number in [number for number, each in enumerate(elements) if each["value"] in gone]:
        del elements[number : number + 1]


def _passing_over(chosen: Callable[[str], bool]) -> Callable[..., None]:
    def without_path(self: Patching, op: str, value: Any) -> None:
        Patching.without_path(self, op, {name: each for name, each in value.items() if not chosen(name)})

    return without_path


def _leaves_all(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    before = {each["value"] for each in there.get("members", [])}
    changed = RightServer.patch(self, kind, there, body)
    for key in before - {each["value"] for each in changed.get("members", [])}:
        self.leave_groups(key)
    return changed


def _all_users(self: RightServer, resource: Any, query: dict[str, str]) -> Any:
    there = RightServer.shown(self, resource, query)
    for each in there.get("members", []):
        each["type"] = "User"
    return there


def _without_groups(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    page = RightServer.listed(self, kind, query)
    for each in page["Resources"]:
        members = each.get("members", [])
        each["members"] = [one for one in members if one["value"] not in self.kinds["Groups"]]
    return page


def _from_nought(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    start = int(query.get("startIndex", "1"))
    further = start + 1 if kind == "Groups" and start > 1 else start
    return {**RightServer.listed(self, kind, {**query, "startIndex": str(further)}), "startIndex": start}


def _same_version(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    version = there["meta"]["version"]
    changed = RightServer.patch(self, kind, there, body)
    if changed.get("members") != there.get("members"):
        changed["meta"]["version"] = version
    return changed


def _replacing(self: Patching, op: str, value: Any) -> None:
    if op == "add" and "members" in value:
        self.resource.pop("members", None)
    Patching.without_path(self, op, value)


def _lists_alone(self: Patching, op: str, place: Any, value: Any) -> None:
    if place.name == "members" and isinstance(value, dict):
        raise Refusal(500)
    Patching.set_many(self, op, place, value)


def _loses_when(changed: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    def patch(self: RightServer, kind: str, there: Any, body: Any) -> Any:
        after = RightServer.patch(self, kind, there, body)
        if kind == "Users" and changed(there, after):
            self.leave_groups(after["id"])
        return after

    return patch


def _in_lists(kind_: str, *names: str) -> Callable[..., Any]:
    """Leave attributes out of what a filter finds."""

    def listed(self: RightServer, kind: str, query: dict[str, str]) -> Any:
        page = RightServer.listed(self, kind, query)
        for each in page["Resources"] if kind == kind_ and "filter" in query else ():
            for name in names:
                (each if name in each else each.get(ENTERPRISE_USER, {})).pop(name, None)
        return page

    return listed


MEMBERSHIP: tuple[Mutant, ...] = (
    patching("an add without path replaces", ONE_BY_ONE, without_path=_replacing),
    patching(
        "a member that is no list is a fault", "3.12 the client's errors of members", set_many=_lists_alone
    ),
    edited_filter("a type in brackets is passed over", "3.4.2.2 typed address", r"\[.*\]", ""),
    server(
        "groups are listed without a name",
        "Filter for existing group excluding members",
        VALIDATOR,
        listed=_in_lists("Groups", "displayName"),
    ),
    server(
        "people are listed without a manager",
        "Patch User - Add Manager",
        VALIDATOR,
        listed=_in_lists("Users", "manager"),
    ),
    server(
        "members are kept by their names",
        "7643 4.2 renamed member",
        patch=_loses_when(lambda before, after: before["userName"] != after["userName"]),
    ),
    server(
        "who is disabled is no member",
        "7643 4.2 disabled member",
        patch=_loses_when(lambda _, after: after.get("active") is False),
    ),
    patching("a rename without path empties", "3.5.2 nothing else of a group", without_path=_empties),
    patching("a formatted address loses its place", "3.5.2 nothing else", set_chosen=_street_goes),
    patching(
        "members are told by all their parts", "7643 2.4 member with a type", add_elements=_equal_elements
    ),
    patching("of a list the first leaves", LEAVING, GALLERY, remove_listed=_first_listed),
    patching("who leaves is counted anew each time", LEAVING, GALLERY, remove_listed=_by_moving_index),
    patching(
        "names with dots are passed over",
        MERGED,
        without_path=_passing_over(lambda name: name.startswith("name.")),
    ),
    patching(
        "names with a URN are passed over",
        MERGED,
        without_path=_passing_over(lambda name: name.startswith("urn:")),
    ),
    server("who leaves one group leaves all", "7643 4.2 two groups", patch=_leaves_all),
    server("members are users", NESTED, shown=_all_users),
    server("lists have no groups in groups", NESTED, listed=_without_groups),
    server("groups are counted from nought", "3.4.2.4 pages of groups", listed=_from_nought),
    server("the version is that before the members", "3.14 etag of a group", patch=_same_version),
)
