"""What an administrator does in the Azure portal: the directory's people and groups, and who is assigned.

Source: https://learn.microsoft.com/en-us/graph/api/resources/user, "Properties" (read 2026-11-29), and
…/resources/approleassignment, "Properties" (edition of July 2021, read 2026-11-30).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from harness.azure_ad.applications.enterprise_applications import DEFAULT_ACCESS
from harness.azure_ad.directory.properties import in_graphs_words
from harness.base.errors import nearest
from harness.scenario.play import Play, Result, StepError, content, judge
from harness.scenario.steps.registry import step

# Values that the portal fills in where the administrator gives none.
# https://learn.microsoft.com/en-us/entra/fundamentals/how-to-create-delete-users, "Create a new user" (read 2026-11-29)
_USER = {"accountEnabled": True, "passwordProfile": {"password": "Initial-Passw0rd"}}
_GROUP = {"mailEnabled": False, "securityEnabled": True}


@step("create user")
def _create_user(play: Play, arguments: dict[str, Any]) -> Result:
    properties = _USER | {name: value for name, value in arguments.items() if name != "manager"}
    properties.setdefault("mailNickname", str(properties.get("userPrincipalName", "")).partition("@")[0])
    if arguments.get("manager"):
        properties["manager@odata.bind"] = _link(play, play.principal("users", arguments["manager"]))
    return judge(play.graph("POST", "/users", in_graphs_words("User", properties)), "the user is created")


@step("update user")
def _update_user(play: Play, arguments: dict[str, Any]) -> Result:
    """Edit properties; the manager, who is a reference of its own, with a second request."""
    path = f"/users/{quote(arguments['user'], safe='')}"
    properties = {name: value for name, value in arguments["set"].items() if name != "manager"}
    result = Result("nothing was given")
    if properties:
        result = judge(play.graph("PATCH", path, in_graphs_words("User", properties)), "the user is updated")
    if result.error or "manager" not in arguments["set"]:
        return result
    manager = arguments["set"]["manager"]
    if manager is None:
        return judge(play.graph("DELETE", f"{path}/manager/$ref"), "the user has no manager")
    body = {"@odata.id": _link(play, play.principal("users", manager))}
    return judge(play.graph("PUT", f"{path}/manager/$ref", body), f"{manager} is the user's manager")


@step("delete user")
def _delete_user(play: Play, arguments: dict[str, Any]) -> Result:
    return judge(play.graph("DELETE", f"/users/{quote(arguments['user'], safe='')}"), "the user is deleted")


@step("restore user")
def _restore_user(play: Play, arguments: dict[str, Any]) -> Result:
    """Azure portal: Deleted users, Restore user."""
    path = f"/directory/deletedItems/{_deleted(play, arguments['user'])}/restore"
    return judge(play.graph("POST", path), "the user is restored")


@step("purge user")
def _purge_user(play: Play, arguments: dict[str, Any]) -> Result:
    """Azure portal: Deleted users, Delete permanently."""
    path = f"/directory/deletedItems/{_deleted(play, arguments['user'])}"
    return judge(play.graph("DELETE", path), "the user is deleted for good")


@step("create group")
def _create_group(play: Play, arguments: dict[str, Any]) -> Result:
    properties = _GROUP | {name: value for name, value in arguments.items() if name != "members"}
    properties.setdefault(
        "mailNickname", "".join(filter(str.isalnum, str(properties.get("displayName", ""))))
    )
    result = judge(play.graph("POST", "/groups", properties), "the group is created")
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


@step("add enterprise application")
def _add_application(play: Play, arguments: dict[str, Any]) -> Result:
    """Azure portal: Enterprise applications, New application; it replaces the world's first one in later steps."""
    condition = quote("displayName eq '{}'".format(arguments["gallery"].replace("'", "''")))
    templates = content(play.graph("GET", f"/applicationTemplates?$filter={condition}"))["value"]
    if not templates:
        raise StepError(f"the gallery has no application '{arguments['gallery']}'")
    name = {"displayName": arguments.get("name", arguments["gallery"])}
    response = play.graph("POST", f"/applicationTemplates/{templates[0]['id']}/instantiate", name)
    result = judge(response, "the application is added")
    if result.error is None:
        play.world.app_id, play.job_id = result.body["servicePrincipal"]["id"], ""
    return result


@step("assign")
def _assign(play: Play, arguments: dict[str, Any]) -> Result:
    """Azure portal: Users and groups, Add user, Select a role, Assign. Raises StepError for an unknown role, or for nobody."""
    if "users" not in arguments and "groups" not in arguments:
        raise StepError("assign names nobody: users or groups")
    path = f"/servicePrincipals/{play.world.app_id}"
    role = _role(play.graph_page(f"{path}?$select=appRoles")["appRoles"], arguments.get("role"))
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


def _role(roles: list[dict[str, Any]], name: str | None) -> str:
    """Return the id of the role of that name, the first one's where none is named."""
    ids: dict[str, str] = {each["displayName"]: each["id"] for each in roles}
    if name is None:
        return next(iter(ids.values()))
    ids["Default Access"] = DEFAULT_ACCESS
    if name not in ids:
        raise StepError(f"the application has no role '{name}'{nearest(name, ids)}; it has {', '.join(ids)}")
    return ids[name]


@step("unassign")
def _unassign(play: Play, arguments: dict[str, Any]) -> Result:
    path = f"/servicePrincipals/{play.world.app_id}/appRoleAssignedTo"
    result = Result("nobody was named")
    for kind in ("users", "groups"):
        for name in arguments.get(kind, []):
            condition = quote(f"principalId eq '{play.principal(kind, name)}'")
            assignments = play.graph_page(f"{path}?$filter={condition}")["value"]
            if not assignments:
                raise StepError(f"'{name}' is not assigned to the application")
            result = judge(
                play.graph("DELETE", f"{path}/{quote(assignments[0]['id'])}"), f"{name} is no longer assigned"
            )
    return result


def _add_members(play: Play, group: str, names: list[str]) -> Result:
    result = Result("nobody was named")
    for name in names:
        body = {"@odata.id": _link(play, _member(play, name))}
        result = judge(play.graph("POST", f"/groups/{group}/members/$ref", body), f"{name} joined the group")
        if result.error:
            return result
    return result


def _member(play: Play, name: str) -> str:
    return play.principal("users" if "@" in name else "groups", name)


def _link(play: Play, key: str) -> str:
    return f"{play.world.azure.settings.graph_origin}/v1.0/directoryObjects/{key}"


def _deleted(play: Play, name: str) -> str:
    """Return the id of a deleted user, whose name now begins with that id. Raises StepError."""
    path = "/directory/deletedItems/microsoft.graph.user?$select=id,userPrincipalName&$top=999"
    for user in play.graph_page(path)["value"]:
        if user["userPrincipalName"].casefold() == f"{user['id'].replace('-', '')}{name}".casefold():
            return str(user["id"])
    raise StepError(f"Azure AD's deleted items have no user '{name}'")
