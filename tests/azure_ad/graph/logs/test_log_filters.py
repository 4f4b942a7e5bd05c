"""The filters of the three logs: each that its page names finds its entry, what no page names is refused."""

from urllib.parse import quote

import pytest

from harness.azure_ad.graph.logs.sign_in_log import Failure, write_sign_in
from tests.azure_ad.caller import Caller, person

# provisioningobjectsummary-list, "Attributes supported by the $filter parameter", row by row, as that page spells them.
PROVISIONING = {
    "id": "eq contains",
    "activityDateTime": "eq",
    "tenantid": "eq contains",
    "jobid": "eq contains",
    "changeid": "eq contains",
    "cycleid": "eq contains",
    "action": "eq contains",
    "provisioningAction": "eq contains",
    "durationInMilliseconds": "eq gt lt",
    "provisioningStatusInfo/status": "eq contains",
    "statusInfo/status": "eq contains",
    "sourceSystem/displayName": "eq contains",
    "targetSystem/displayName": "eq contains",
    "sourceIdentity/identityType": "eq contains",
    "targetIdentity/identityType": "eq contains",
    "sourceIdentity/id": "eq contains",
    "servicePrincipal/id": "eq",
    "servicePrincipal/name": "eq",
    "targetIdentity/id": "eq contains",
    "sourceIdentity/displayName": "eq contains",
    "targetIdentity/displayName": "eq contains",
    "initiatedBy/displayName": "eq contains",
}
ROWS = [(name, operator) for name, operators in PROVISIONING.items() for operator in operators.split()]


@pytest.fixture
def graph(company):
    company.person("ana")
    company.turn_on()
    return Caller(company)


def at(entry, path):
    """Return what stands at a path, however the page spells it."""
    for part in path.replace("servicePrincipal/name", "servicePrincipal/displayName").split("/"):
        entry = next(value for name, value in entry.items() if name.lower() == part.lower())
    return entry


def filtered(graph, log, condition, **options):
    return graph.get(f"/auditLogs/{log}?$filter={quote(condition)}", **options)["value"]


def created(graph):
    return next(
        entry
        for entry in graph.get("/auditLogs/provisioning", version="beta")["value"]
        if entry["provisioningAction"] == "create"
    )


def condition(name, operator, value):
    if operator == "contains":
        return f"contains({name}, '{value[1:] or value}')", f"contains({name}, 'nothing of this')"
    if isinstance(value, int):
        wanted, other = {"eq": (value, value + 1), "gt": (value - 1, value), "lt": (value + 1, value)}[
            operator
        ]
        return f"{name} {operator} {wanted}", f"{name} {operator} {other}"
    if name == "activityDateTime":
        return f"{name} eq {value}", f"{name} eq 2020-01-01T00:00:00Z"
    return f"{name} eq '{value}'", f"{name} eq 'nothing of this'"


def test_the_page_has_forty_two_filters():
    assert len(ROWS) == 42


@pytest.mark.parametrize(("name", "operator"), ROWS, ids=str)
def test_a_filter_of_the_provisioning_log_finds_its_entry(graph, name, operator):
    """…and nothing for another value; the older names are beta's."""
    entry = created(graph)
    fits, fits_not = condition(name, operator, at(entry, name))
    assert entry in filtered(graph, "provisioning", fits, version="beta")
    assert entry not in filtered(graph, "provisioning", fits_not, version="beta")


AUDIT = [
    "activityDisplayName eq 'Add user'",
    "startswith(activityDisplayName, 'Add u')",
    "loggedByService eq 'Core Directory'",
    "initiatedBy/app/displayName eq '{app}'",
    "initiatedBy/app/appId eq '{app_id}'",
    "targetResources/any(t: t/id eq '{user}')",
    "targetResources/any(t:t/displayName eq '{name}')",
    "targetResources/any(x: startswith(x/displayName, 'Ana'))",
    "activityDateTime eq {now}",
    "activityDateTime ge {now}",
    "activityDateTime le {now}",
    "correlationId eq '{correlation}'",
    "id eq '{id}'",
]


@pytest.mark.parametrize("text", AUDIT)
def test_a_filter_of_the_audit_log_finds_its_entry(graph, text):
    """directoryaudit-list, "Attributes supported by $filter parameter"; the user is made over Graph."""
    made = graph.do(
        "POST", "/users", person({"userPrincipalName": "eve@contoso.com", "displayName": "Ana E"}), 201
    )
    entry = filtered(graph, "directoryAudits", "activityDisplayName eq 'Add user'")[0]
    values = {
        "app": entry["initiatedBy"]["app"]["displayName"],
        "app_id": entry["initiatedBy"]["app"]["appId"],
        "user": made["id"],
        "name": entry["targetResources"][0]["displayName"],
        "now": entry["activityDateTime"],
        "correlation": entry["correlationId"],
        "id": entry["id"],
    }
    assert entry in filtered(graph, "directoryAudits", text.format(**values))


SIGN_INS = [
    *(
        "id",
        "appDisplayName",
        "appId",
        "clientAppUsed",
        "conditionalAccessStatus",
        "correlationId",
        "createdDateTime",
    ),
    *(
        "resourceDisplayName",
        "resourceId",
        "riskDetail",
        "riskLevelAggregated",
        "riskLevelDuringSignIn",
        "riskState",
    ),
    *("userDisplayName", "userId", "userPrincipalName", "status/errorCode"),
]


@pytest.mark.parametrize("name", SIGN_INS)
def test_a_filter_of_the_sign_in_log_finds_its_entry(graph, name):
    """signin: what each property supports; there are no devices and places here, so nothing is found by them."""
    tenant = graph.company.tenant
    user = tenant.directory.find("User", "ana@contoso.com")
    write_sign_in(tenant, user, tenant.applications.find(graph.company.app), Failure(50105, "Not assigned."))
    (entry,) = graph.get("/auditLogs/signIns")["value"]
    value = at(entry, name)
    wanted = value if name in ("createdDateTime", "status/errorCode") else f"'{value}'"
    assert filtered(graph, "signIns", f"{name} eq {wanted}") == [entry]
    if name in ("appDisplayName", "userDisplayName", "userPrincipalName"):
        assert filtered(graph, "signIns", f"startswith({name}, '{value[:2]}')") == [entry]
    for place in ("ipAddress", "deviceDetail/browser", "location/city"):
        assert filtered(graph, "signIns", f"startswith({place}, 'x')") == []


@pytest.mark.parametrize(
    ("log", "condition"),
    [
        ("provisioning", "startswith(jobId, 'x')"),
        ("provisioning", "jobId ne 'x'"),
        ("provisioning", "contains(servicePrincipal/id, 'x')"),
        ("provisioning", "durationInMilliseconds ge 1"),
        ("provisioning", "provisioningSteps/any(s: s/name eq 'EntryExportAdd')"),
        ("provisioning", "provisioningStatusInfo/errorInformation/errorCode eq 'x'"),
        ("provisioning", "jobId eq 'x' and (tenantId eq 'x' or endswith(id, 'x'))"),
        ("directoryAudits", "contains(activityDisplayName, 'x')"),
        ("directoryAudits", "operationType eq 'Add'"),
        ("directoryAudits", "resultReason eq 'x'"),
        ("signIns", "isInteractive eq true"),
        ("signIns", "contains(userPrincipalName, 'x')"),
        ("signIns", "status/failureReason eq 'x'"),
    ],
)
def test_what_no_page_names_is_refused(graph, log, condition):
    """400 with the property and the operator."""
    status, code, message = graph.fail("GET", f"/auditLogs/{log}?$filter={quote(condition)}")
    assert (status, code) == (400, "BadRequest")
    assert message.startswith("Invalid filter clause: '")


@pytest.mark.parametrize(
    ("log", "name"),
    [
        ("provisioning", "activityDateTime"),
        ("directoryAudits", "activityDateTime"),
        ("signIns", "createdDateTime"),
    ],
)
def test_logs_are_ordered_by_their_moment_alone(graph, log, name):
    """The pages name `$orderby` for it, and for nothing else."""
    graph.company.person("ben")
    graph.company.cycle()
    up = graph.get(f"/auditLogs/{log}?$orderby={name}%20asc")["value"]
    assert [entry[name] for entry in up] == sorted(entry[name] for entry in up)
    assert graph.fail("GET", f"/auditLogs/{log}?$orderby=id")[:2] == (400, "Request_UnsupportedQuery")


def test_a_filter_before_the_oldest_entry_is_refused(graph):
    """msgraph-beta-sdk-dotnet 626: the earliest moment that may be asked for is named."""
    path = f"/auditLogs/directoryAudits?$filter={quote('activityDateTime ge 2026-01-30T00:00:00Z')}"
    status, _, message = graph.fail("GET", path)
    assert (status, "Minimum allowed time for activityDateTime is 1/31/2026 12:00:00 AM" in message) == (
        400,
        True,
    )
    assert filtered(graph, "directoryAudits", "activityDateTime ge 2026-01-31T00:00:00Z")
