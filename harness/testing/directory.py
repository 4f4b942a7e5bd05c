"""The content of a world's directory and AWS account, read through Microsoft Graph and the APIs of AWS, unrecorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.scenario.play import Play, content
from harness.testing.answers import AccountAssignment, Assignment, DirectoryGroup, DirectoryUser

_SELECT = (
    "id,userPrincipalName,displayName,accountEnabled,givenName,surname,mail,mailNickname,jobTitle,department,employeeId,"
    "mobilePhone,businessPhones,streetAddress,city,state,postalCode,country,preferredLanguage"
)


def users(play: Play) -> list[DirectoryUser]:
    return [
        DirectoryUser(
            each["id"], each["userPrincipalName"], each["displayName"], each["accountEnabled"], each
        )
        for each in _graph(play, f"/users?$select={_SELECT}")
    ]


def groups(play: Play) -> list[DirectoryGroup]:
    """Return groups with the user principal names, or display names, of their members."""
    return [
        DirectoryGroup(
            each["id"],
            each["displayName"],
            tuple(
                member.get("userPrincipalName") or member["displayName"]
                for member in _graph(play, f"/groups/{each['id']}/members")
            ),
            each,
        )
        for each in _graph(play, "/groups")
    ]


def assignments(play: Play) -> list[Assignment]:
    """Return who is assigned to the enterprise application."""
    path = f"/servicePrincipals/{play.world.app_id}/appRoleAssignedTo"
    return [
        Assignment(each["principalType"], each["principalDisplayName"], each["principalId"])
        for each in _graph(play, path)
    ]


def account_assignments(play: Play) -> list[AccountAssignment]:
    """Return who has which permission set in which account of AWS."""
    names = {
        each["id"]: each.get("userName") or each["displayName"]
        for kind in ("users", "groups")
        for each in content(play.console("GET", f"/{kind}", quiet=True))[kind]
    }
    instance = {"InstanceArn": play.world.aws.settings.instance_arn}
    rows = []
    for arn in _listed(play, "ListPermissionSets", "PermissionSets", instance):
        its = {**instance, "PermissionSetArn": arn}
        described = content(play.aws("sso-admin", "DescribePermissionSet", its, quiet=True))
        for account in _listed(play, "ListAccountsForProvisionedPermissionSet", "AccountIds", its):
            for each in _listed(
                play, "ListAccountAssignments", "AccountAssignments", {**its, "AccountId": account}
            ):
                name = names.get(each["PrincipalId"], each["PrincipalId"])
                permission_set = described["PermissionSet"]["Name"]
                rows.append(AccountAssignment(account, permission_set, each["PrincipalType"], name))
    return rows


def _graph(play: Play, path: str) -> Iterator[dict[str, Any]]:
    """Yield the items of a list in Graph, page by page."""
    following: str | None = path
    while following:
        page = play.graph_page(following)
        yield from page["value"]
        following = page.get("@odata.nextLink", "").partition("/v1.0")[2]


def _listed(play: Play, operation: str, key: str, parameters: dict[str, Any]) -> Iterator[Any]:
    """Yield the items that an operation of `sso-admin` lists, page by page."""
    token: dict[str, str] | None = {}
    while token is not None:
        page = content(play.aws("sso-admin", operation, {**parameters, **token}, quiet=True))
        yield from page[key]
        token = {"NextToken": page["NextToken"]} if page.get("NextToken") else None
