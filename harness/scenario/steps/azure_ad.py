"""What an administrator does in the Azure portal: the directory's people and groups, and who is assigned.

Source: https://learn.microsoft.com/en-us/graph/api/resources/user and …/resources/approleassignment (read 2026-11).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from harness.scenario.play import Play, Result, StepError, judge
from harness.scenario.steps.registry import step


@step("create user")
def _create_user(play: Play, arguments: dict[str, Any]) -> Result:
    return judge(play.graph("POST", "/users", arguments), "the user is created")


@step("update user")
def _update_user(play: Play, arguments: dict[str, Any]) -> Result:
    return judge(
        play.graph("PATCH", f"/users/{quote(arguments['user'], safe='')}", arguments["set"]),
        "the user is updated",
    )


@step("delete user")
def _delete_user(play: Play, arguments: dict[str, Any]) -> Result:
    return judge(play.graph("DELETE", f"/users/{quote(arguments['user'], safe='')}"), "the user is deleted")


@step("create group")
def _create_group(play: Play, arguments: dict[str, Any]) -> Result:
    given = {name: value for name, value in arguments.items() if name != "members"}
    result = judge(play.graph("POST", "/groups", given), "the group is created")
    if result.error or not arguments.get("members"):
        return result
    return _add_members(play, result.body["id"], arguments["members"])


@step("update group")
def _update_group(play: Play, arguments: dict[str, Any]) -> Result:
    group = play.principal("groups", arguments["group"])
    return judge(play.graph("PATCH", f"/groups/{group}", arguments["set"]), "the group is updated")


@step("delete group")
def _delete_group(play: Play, arguments: dict[str, Any]) -> Result:
    return judge(
        play.graph("DELETE", f"/groups/{play.principal('groups', arguments['group'])}"),
        "the group is deleted",
    )


@step("add member")
def _add_member(play: Play, arguments: dict[str, Any]) -> Result:
    return _add_members(play, play.principal("groups", arguments["group"]), arguments["members"])


@step("remove member")
def _remove_member(play: Play, arguments: dict[str, Any]) -> Result:
    group = play.principal("groups", arguments["group"])
    result = Result("nobody was named")
    for name in arguments["members"]:
        member = _member(play, name)
        result = judge(
            play.graph("DELETE", f"/groups/{group}/members/{member}/$ref"), f"{name} left the group"
        )
        if result.error:
            return result
    return result


@step("assign")
def _assign(play: Play, arguments: dict[str, Any]) -> Result:
    """Azure portal: Users and groups, Add user, Assign."""
    path = f"/servicePrincipals/{play.world.app_id}"
    role = play.graph("GET", f"{path}?$select=appRoles", quiet=True).json()["appRoles"][0]["id"]
    result = Result("nobody was named")
    for kind in ("users", "groups"):
        for name in arguments.get(kind, []):
            body = {
                "principalId": play.principal(kind, name),
                "resourceId": play.world.app_id,
                "appRoleId": role,
            }
            result = judge(play.graph("POST", f"{path}/appRoleAssignedTo", body), f"{name} is assigned")
            if result.error:
                return result
    return result


@step("unassign")
def _unassign(play: Play, arguments: dict[str, Any]) -> Result:
    path = f"/servicePrincipals/{play.world.app_id}/appRoleAssignedTo"
    result = Result("nobody was named")
    for kind in ("users", "groups"):
        for name in arguments.get(kind, []):
            condition = quote(f"principalId eq '{play.principal(kind, name)}'")
            found = play.graph("GET", f"{path}?$filter={condition}", quiet=True).json()["value"]
            if not found:
                raise StepError(f"'{name}' is not assigned to the application")
            result = judge(
                play.graph("DELETE", f"{path}/{quote(found[0]['id'])}"), f"{name} is no longer assigned"
            )
    return result


def _add_members(play: Play, group: str, names: list[str]) -> Result:
    result = Result("nobody was named")
    for name in names:
        body = {
            "@odata.id": f"{play.world.azure.settings.graph_origin}/v1.0/directoryObjects/{_member(play, name)}"
        }
        result = judge(play.graph("POST", f"/groups/{group}/members/$ref", body), f"{name} joined the group")
        if result.error:
            return result
    return result


def _member(play: Play, name: str) -> str:
    return play.principal("users" if "@" in name else "groups", name)
