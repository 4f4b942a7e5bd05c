"""Whatever an administrator does at the portal has its line in the audit log, and whatever is refused has none.

Source: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities, "Core Directory" (read
2026-11-29); that an administrator outside of the directory is named is this harness's way.
"""

from urllib.parse import urlencode

import pytest

from harness.wire.message import Request
from tests.azure_ad.caller import Caller
from tests.azure_ad.provisioning.company import GRAPH


@pytest.fixture
def graph(company):
    company.ana = company.person("ana", assigned=False)
    company.office = company.group("Office", assigned=False)
    return Caller(company)


def press(graph, path, **form):
    """Send a form of the portal; return how it was answered."""
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    return graph.ask(Request("POST", f"{GRAPH}/portal/{path}", (kind,), urlencode(form).encode())).status


def lines(graph):
    return graph.get(
        "/auditLogs/directoryAudits?$filter=loggedByService eq 'Core Directory'".replace(" ", "%20")
    )["value"]


def test_every_button_that_changes_something_is_written_down(graph):
    ana, office, app = graph.company.ana, graph.company.office, graph.company.app
    steps = [
        ("users/new", {"userPrincipalName": "ben@contoso.com", "displayName": "Ben"}, "Add user"),
        (f"users/{ana}/disable", {}, "Update user"),
        (f"users/{ana}/enable", {}, "Update user"),
        ("groups/new", {"displayName": "Sales"}, "Add group"),
        (f"groups/{office}/members", {"member": ana}, "Add member to group"),
        (f"groups/{office}/members/{ana}/remove", {}, "Remove member from group"),
        (f"apps/{app}/users/add", {"selected": ana}, "Add app role assignment grant to user"),
        (f"apps/{app}/users/add", {"selected": office}, "Add app role assignment to group"),
        (f"users/{ana}/delete", {}, "Delete user"),
        (f"users/deleted/{ana}/restore", {}, "Restore user"),
        (f"users/{ana}/delete", {}, "Delete user"),
        (f"users/deleted/{ana}/purge", {}, "Hard Delete user"),
        (f"groups/{office}/delete", {}, "Delete group"),
        ("apps/new", {"displayName": "Shop"}, "Add service principal"),
    ]
    for path, form, activity in steps:
        assert press(graph, path, **form) == 303, path
        assert lines(graph)[0]["activityDisplayName"] == activity
    assert len(lines(graph)) == len(steps) + 1  # an application is added beside its service principal
    who = lines(graph)[0]["initiatedBy"]
    assert (who["app"], who["user"]["userPrincipalName"]) == (None, "admin@contoso.com")


def test_an_assignment_is_taken_away(graph):
    graph.company.assign(graph.company.ana)
    (assignment,) = graph.get("/servicePrincipals/{app}/appRoleAssignedTo")["value"]
    assert press(graph, f"apps/{graph.company.app}/users/remove", assignment=assignment["id"]) == 303
    (line,) = lines(graph)
    assert line["activityDisplayName"] == "Remove app role assignment from user"
    assert [target["type"] for target in line["targetResources"]] == ["ServicePrincipal", "User"]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("users/new", {"userPrincipalName": "ana@contoso.com"}),
        ("users/new", {"userPrincipalName": "no name"}),
        ("groups/new", {"displayName": ""}),
        ("groups/{office}/members", {"member": "nobody"}),
        ("apps/{app}/users/add", {"selected": "nobody"}),
        ("users/nobody/delete", {}),
        ("users/deleted/nobody/purge", {}),
    ],
)
def test_what_is_refused_is_not(graph, path, form):
    path = path.replace("{office}", graph.company.office).replace("{app}", graph.company.app)
    assert press(graph, path, **form) in (400, 404)
    assert lines(graph) == []
