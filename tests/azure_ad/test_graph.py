"""Microsoft Graph over HTTP: what SDKs and the portal ask, what they get, and what careless callers are told."""

import json
from datetime import timedelta
from typing import ClassVar
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness.azure_ad.app import create_app
from harness.azure_ad.enterprise_app import NON_GALLERY_TEMPLATE
from harness.azure_ad.graph.synchronization import INVALID_CREDENTIALS
from harness.azure_ad.provisioning.schema import attribute_mapping
from harness.wire.message import Request
from harness.wire.server import MAX_BODY
from tests.azure_ad.company import GRAPH, GRAPH_TOKEN, Company
from tests.azure_ad.scim_server import BASE, TOKEN, ScimServer, refusal

JOBS = "/servicePrincipals/{app}/synchronization/jobs"
JOB = JOBS + "/{job}"
BEARER = ("Authorization", f"Bearer {GRAPH_TOKEN}")


class Caller:
    """Whoever calls Graph of a company; `{app}` and `{job}` stand for the ids."""

    def __init__(self, company):
        self.company = company

    def __call__(self, method, path, body=None, **options):
        path = path.replace("{app}", self.company.app).replace("{job}", self.company.job)
        return self.company.graph(method, path, body, **options)

    def get(self, path, **options):
        answer = self("GET", path, **options)
        assert answer.status == 200, answer.body
        return answer.json()

    def names(self, path):
        return [item.get("userPrincipalName") or item.get("displayName") for item in self.get(path)["value"]]

    def do(self, method, path, body=None, status=204):
        answer = self(method, path, body)
        assert answer.status == status, answer.body
        return answer.json() if answer.body else None

    def fail(self, method, path, body=None, **options):
        """Return status, code and message of a refusal; its form is checked on the way."""
        answer = self(method, path, body, **options)
        document = answer.json()
        assert list(document) == ["error"]
        error = document["error"]
        assert list(error) == ["code", "message", "innerError"]
        assert list(error["innerError"]) == ["date", "request-id", "client-request-id"]
        assert answer.header("Content-Type").startswith("application/json")
        return answer.status, error["code"], error["message"]


@pytest.fixture
def graph(company):
    return Caller(company)


def address(key, kind="directoryObjects"):
    return {"@odata.id": f"{GRAPH}/v1.0/{kind}/{key}"}


class TestDirectory:
    PERSON: ClassVar = {
        "accountEnabled": True,
        "displayName": "Ana Ruiz",
        "mailNickname": "ana",
        "userPrincipalName": "ana@contoso.com",
        "passwordProfile": {"forceChangePasswordNextSignIn": True, "password": "xWwvJ]6NMw+bWH-d"},
        "otherMails": ["a@b.c"],
        "businessPhones": ["1"],
        "mobilePhone": "2",
        "faxNumber": "3",
        "employeeId": "4",
        "employeeOrgData": {"division": "x", "costCenter": "y"},
    }

    def test_a_person_is_created_read_changed_and_deleted(self, graph):
        """The life of a user, by id and by userPrincipalName."""
        made = graph.do("POST", "/users", self.PERSON, 201)
        assert made["@odata.context"] == f"{GRAPH}/v1.0/$metadata#users/$entity"
        assert graph.get(f"/users/{made['id']}") == made
        assert graph.get("/users/ana@contoso.com") == made
        graph.do("PATCH", "/users/ana@contoso.com", {"jobTitle": "Pilot", "mobilePhone": None})
        changed = graph.get("/users/ana@contoso.com")
        assert changed["jobTitle"] == "Pilot"
        assert "mobilePhone" not in changed
        graph.do("DELETE", f"/users/{made['id']}")
        assert graph("GET", f"/users/{made['id']}").status == 404

    def test_passwords_are_taken_and_never_shown(self, graph):
        """A passwordProfile is write-only, here as there."""
        graph.do("POST", "/users", self.PERSON, 201)
        assert b"xWwvJ" not in graph("GET", "/users").body
        assert not any("xWwvJ" in str(row) for row in graph.company.rows())

    def test_a_group_has_members(self, graph):
        """Members by reference, listed with their type, taken out by id."""
        ana = graph.do("POST", "/users", self.PERSON, 201)["id"]
        group = graph.do("POST", "/groups", {"displayName": "Office", "mailEnabled": False}, 201)["id"]
        graph.do("POST", f"/groups/{group}/members/$ref", address(ana))
        (member,) = graph.get(f"/groups/{group}/members")["value"]
        assert (member["id"], member["@odata.type"]) == (ana, "#microsoft.graph.user")
        assert graph.names("/users/ana@contoso.com/memberOf") == ["Office"]
        assert graph.fail("POST", f"/groups/{group}/members/$ref", address(ana))[0] == 400
        graph.do("DELETE", f"/groups/{group}/members/{ana}/$ref")
        assert graph.get(f"/groups/{group}/members")["value"] == []
        assert graph.fail("DELETE", f"/groups/{group}/members/{ana}/$ref")[0] == 404

    def test_a_person_has_a_manager(self, graph):
        """PUT and DELETE of `manager/$ref`; none is 404."""
        graph.company.person("ana")
        ben = graph.company.person("ben")
        assert graph.fail("GET", "/users/ana@contoso.com/manager")[:2] == (404, "Request_ResourceNotFound")
        graph.do("PUT", "/users/ana@contoso.com/manager/$ref", address(ben, "users"))
        assert graph.get("/users/ana@contoso.com/manager")["id"] == ben
        graph.do("DELETE", "/users/ana@contoso.com/manager/$ref")
        assert graph("GET", "/users/ana@contoso.com/manager").status == 404

    @pytest.mark.parametrize(
        ("path", "body", "message"),
        [
            ("/users", {}, "a user needs a userPrincipalName of the form name@domain"),
            ("/users", {"userPrincipalName": "ana"}, "a user needs a userPrincipalName"),
            ("/users", {"userPrincipalName": 5}, "property 'userPrincipalName' must be text, not int"),
            (
                "/users",
                {"userPrincipalName": "a@b", "jobTitel": "x"},
                "unknown user property 'jobTitel'; did you mean 'jobTitle'?",
            ),
            ("/users", {"userPrincipalName": "a@b", "id": "1"}, "property 'id' is read-only"),
            ("/users", {"userPrincipalName": "a@b", "accountEnabled": "yes"}, "must be true or false"),
            ("/users", {"userPrincipalName": "a@b", "businessPhones": [1]}, "must be a list of texts"),
            ("/users", {"userPrincipalName": "TAKEN@contoso.com"}, "userPrincipalName already exists"),
            ("/groups", {}, "a group needs a displayName"),
            ("/groups", {"displayName": "x", "member": []}, "unknown group property 'member'"),
        ],
    )
    def test_a_bad_property_is_named(self, graph, path, body, message):
        """400 with the property, the type it wants, or the nearest name; nothing is created."""
        graph.company.person("taken")
        before = graph.company.rows()
        status, code, told = graph.fail("POST", path, body)
        assert (status, code) == (400, "Request_BadRequest")
        assert message in told
        assert graph.company.rows() == before

    @pytest.mark.parametrize(
        "raw", [b"", b"{", b"[]", b"null", b'"x"', b'{"a": NaN}', b"\xff", b'{"a":"\\ud800"}']
    )
    def test_a_body_that_is_no_object_is_refused(self, graph, raw):
        """One documented sentence for every kind of bad JSON."""
        answer = graph.company.ask(Request("POST", f"{GRAPH}/v1.0/users", (BEARER,), raw))
        assert answer.status == 400
        assert answer.json()["error"]["message"].startswith("Unable to read JSON request payload.")

    def test_a_tower_of_brackets_is_refused_at_every_height(self, graph):
        """However deep, the answer is 400 or the object is stored; never a traceback."""
        for depth in (*range(850, 1000), 100_000):
            raw = (
                b'{"userPrincipalName":"a@b","employeeOrgData":'
                + b'{"x":' * depth
                + b"1"
                + b"}" * depth
                + b"}"
            )
            answer = graph.company.ask(Request("POST", f"{GRAPH}/v1.0/users", (BEARER,), raw))
            assert answer.status in (201, 400)
            if answer.status == 201:
                graph.get("/users?$count=true&$orderby=id")
                graph.do("PATCH", "/users/a@b", {"jobTitle": "x"})
                graph.do("DELETE", "/users/a@b")

    def test_extension_attributes_of_a_wrong_kind_reach_no_mapping(self, graph, server):
        """Anything may stand in the free-form property; a cycle maps texts under their fifteen names only."""
        graph.company.edit("title", source={"expression": "[extensionAttribute1]"})
        for number, value in enumerate((5, ["x"], {"a": 1}, True)):
            body = {
                "userPrincipalName": f"a{number}@b",
                "onPremisesExtensionAttributes": {"extensionAttribute1": value, "userPrincipalName": 7},
            }
            graph.company.assign(graph.do("POST", "/users", body, 201)["id"])
        graph.company.turn_on()
        assert server.created == ["a0@b", "a1@b", "a2@b", "a3@b"]


class TestLists:
    @pytest.fixture
    def crowd(self, graph):
        for number, name in enumerate(("dan", "ana", "eve", "ben", "cid")):
            graph.company.person(name, jobTitle="Pilot" if number % 2 else None, accountEnabled=number != 4)
        return graph

    def test_next_links_lead_through_everything(self, crowd):
        """$top is the page size; following the links gives each once and keeps the query."""
        path, seen = "/users?$top=2&$orderby=userPrincipalName&$select=userPrincipalName", []
        while path:
            page = crowd.get(path)
            seen += [user["userPrincipalName"].partition("@")[0] for user in page["value"]]
            assert all(list(user) == ["userPrincipalName"] for user in page["value"])
            path = page.get("@odata.nextLink")
            assert len(seen) <= 5
            assert path is None or path.startswith(f"{GRAPH}/v1.0/users?$top=2&")
        assert seen == ["ana", "ben", "cid", "dan", "eve"]

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("", "dan ana eve ben cid"),
            ("$orderby=userPrincipalName", "ana ben cid dan eve"),
            ("$orderby=userPrincipalName desc", "eve dan cid ben ana"),
            ("$filter=userPrincipalName eq 'ANA@contoso.com'", "ana"),
            ("$filter=jobTitle eq 'Pilot'", "ana ben"),
            ("$filter=jobTitle eq null", "dan eve cid"),
            ("$filter=accountEnabled eq false", "cid"),
            ("$filter=startswith(displayName,'e')", "eve"),
            ("$filter=startswith(userPrincipalName, 'b') and jobTitle eq 'Pilot'", "ben"),
            ("$filter=displayName eq 'O''Hara'", ""),
            ("$filter=businessPhones/any(p:p/x eq 'y')", ""),
            ("$filter=accountEnabled/any(p:p/x eq 'y')", ""),
            ("$filter=displayName/any(p:p/x eq 'y')", ""),
            ("$top=1", "dan"),
            ("$skiptoken=4", "cid"),
            ("$skiptoken=50", ""),
        ],
    )
    def test_queries_choose_and_sort(self, crowd, query, names):
        """The OData subset that provisioning clients use."""
        found = crowd.names(f"/users?{quote(query, safe='$=&')}")
        assert [name.partition("@")[0] for name in found] == names.split()

    @pytest.mark.parametrize(
        "extra", ["", "&$orderby=displayName", "&$top=2", "&$skiptoken=99", "&$top=2&$orderby=x"]
    )
    def test_a_count_is_of_everything_that_matches(self, crowd, extra):
        """$count does not depend on paging or order."""
        assert crowd.get(f"/users?$count=true{extra}")["@odata.count"] == 5
        assert crowd.get(f"/users?$count=true&$filter=jobTitle%20eq%20'Pilot'{extra}")["@odata.count"] == 2

    @pytest.mark.parametrize(
        "query",
        [
            "$filter=nonsense",
            "$filter=displayName ne 'x'",
            "$filter=displayName eq x",
            "$filter=displayName eq 'x' or displayName eq 'y'",
            "$filter=displayName eq 'x' and ",
            "$filter=displayName eq 'x",
            "$filter=(displayName eq 'x')",
            "$filter=not displayName eq 'x'",
            "$filter=x/any(p: q/x eq 'y')",
            "$top=0",
            "$top=1000",
            "$top=-1",
            "$top=x",
            "$top=٣",
            "$skiptoken=x",
            "$orderby=displayName sideways",
        ],
    )
    def test_a_query_that_is_not_understood_is_refused(self, crowd, query):
        """400 instead of a list that looks like an answer."""
        assert crowd.fail("GET", f"/users?{quote(query, safe='$=&')}")[:2] == (400, "BadRequest")


class TestApplications:
    def test_an_application_is_instantiated(self, graph):
        """A non-gallery application with the roles User and msiam_access."""
        made = graph.do(
            "POST", f"/applicationTemplates/{NON_GALLERY_TEMPLATE}/instantiate", {"displayName": "Shop"}, 201
        )
        principal = made["servicePrincipal"]
        assert made["application"]["appId"] == principal["appId"]
        assert graph.names("/servicePrincipals?$filter=startswith(displayName,'Sh')") == ["Shop"]
        chosen = graph.get(f"/servicePrincipals/{principal['id']}?$select=appRoles")
        assert [role["displayName"] for role in chosen["appRoles"]] == ["User", "msiam_access"]

    def test_people_are_assigned_and_unassigned(self, graph):
        """By appRoleAssignedTo as documented, role optional."""
        ana = graph.company.person("ana", assigned=False)
        role = graph.get("/servicePrincipals/{app}")["appRoles"][0]["id"]
        body = {"principalId": ana, "resourceId": graph.company.app, "appRoleId": role}
        made = graph.do("POST", "/servicePrincipals/{app}/appRoleAssignedTo", body, 201)
        assert {
            key: made[key] for key in ("principalId", "principalType", "appRoleId", "resourceDisplayName")
        } == {
            "principalId": ana,
            "principalType": "User",
            "appRoleId": role,
            "resourceDisplayName": "AWS SSO",
        }
        assert graph.fail("POST", "/servicePrincipals/{app}/appRoleAssignedTo", body)[0] == 400
        assert len(graph.get("/servicePrincipals/{app}/appRoleAssignedTo")["value"]) == 1
        graph.do("DELETE", f"/servicePrincipals/{{app}}/appRoleAssignedTo/{made['id']}")
        assert graph.get("/servicePrincipals/{app}/appRoleAssignedTo")["value"] == []

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 400),
            ({"principalId": 5}, 400),
            ({"principalId": "nobody"}, 404),
            ({"principalId": "ana@contoso.com", "appRoleId": "no-role"}, 404),
            ({"principalId": "ana@contoso.com", "appRoleId": []}, 400),
        ],
    )
    def test_a_bad_assignment_is_refused(self, graph, body, status):
        """Unknown people and roles are 404, wrong types 400."""
        graph.company.person("ana", assigned=False)
        assert graph.fail("POST", "/servicePrincipals/{app}/appRoleAssignedTo", body)[0] == status
        assert graph.get("/servicePrincipals/{app}/appRoleAssignedTo")["value"] == []


class TestJobs:
    def test_a_fresh_job_is_paused(self, found):
        """application-provisioning-configuration-api: the job as it comes from POST."""
        graph = Caller(found())
        app = graph.do(
            "POST", f"/applicationTemplates/{NON_GALLERY_TEMPLATE}/instantiate", {"displayName": "Shop"}, 201
        )["servicePrincipal"]
        path = f"/servicePrincipals/{app['id']}/synchronization"
        assert [entry["id"] for entry in graph.get(f"{path}/templates")["value"]] == ["scim"]
        made = graph.do("POST", f"{path}/jobs", {"templateId": "scim"}, 201)
        assert made["id"] == f"scim.7584ba9cdd9147459b7eb4de9da3be7b.{app['appId']}"
        assert made["schedule"] == {"expiration": None, "interval": "PT40M", "state": "Disabled"}
        assert made["status"] == {
            "countSuccessiveCompleteFailures": 0,
            "escrowsPruned": False,
            "code": "Paused",
            "lastExecution": None,
            "lastSuccessfulExecution": None,
            "lastSuccessfulExecutionWithExports": None,
            "quarantine": None,
            "steadyStateFirstAchievedTime": "0001-01-01T00:00:00Z",
            "steadyStateLastAchievedTime": "0001-01-01T00:00:00Z",
            "troubleshootingUrl": None,
            "progress": [],
            "synchronizedEntryCountByType": [],
        }
        assert graph.get(f"{path}/jobs")["value"] == [
            {key: value for key, value in made.items() if key != "@odata.context"}
        ]
        assert graph.fail("POST", f"{path}/jobs", {"templateId": "scim"})[0] == 400

    def test_the_switch_is_three_posts(self, graph, server):
        """start, pause and restart answer 204 and do what they say."""
        graph.company.person("ana")
        graph.do("POST", JOB + "/start")
        graph.company.wait(timedelta())
        assert server.created == ["ana@contoso.com"]
        assert graph.get(JOB)["status"]["code"] == "Active"
        graph.do("POST", JOB + "/pause")
        assert graph.get(JOB)["schedule"]["state"] == "Disabled"
        server.seen()
        graph.do(
            "POST", JOB + "/restart", {"criteria": {"resetScope": "Watermark, Escrows, QuarantineState"}}
        )
        graph.company.wait(timedelta())
        assert server.seen() == ["GET /Users/u1"]
        graph.do("POST", JOB + "/restart", {})

    @pytest.mark.parametrize("scope", ["Full", "None", "Watermark", "nonsense", 5, {}])
    def test_another_reset_scope_is_not_offered(self, graph, scope):
        """Refused in words rather than done in part."""
        status, _, message = graph.fail("POST", JOB + "/restart", {"criteria": {"resetScope": scope}})
        assert status == 400
        assert "Watermark, Escrows, QuarantineState" in message

    def test_credentials_are_tested(self, graph, server):
        """validateCredentials: 204, or the portal's sentence with what the server said."""
        pairs = [{"key": "BaseAddress", "value": BASE}, {"key": "SecretToken", "value": TOKEN}]
        graph.do("POST", JOB + "/validateCredentials", {"credentials": pairs})
        graph.do("POST", JOBS + "/validateCredentials", {"templateId": "scim", "useSavedCredentials": True})
        server.refuse("GET", "/Users", refusal(401))
        status, code, message = graph.fail("POST", JOB + "/validateCredentials", {"credentials": pairs})
        assert (status, code) == (400, "SystemForCrossDomainIdentityManagementCredentialValidationFailure")
        assert message.startswith(f"{INVALID_CREDENTIALS} While attempting to validate")
        assert graph.fail("POST", JOB + "/validateCredentials", {"useSavedCredentials": True})[0] == 400

    @pytest.mark.parametrize("url", ["", "x", "https://[", "https://h:port/", "file:///etc/passwd"])
    def test_any_tenant_url_has_an_answer(self, lonely, url):
        """Nothing typed into the field makes the service fall over."""
        graph = Caller(lonely)
        pairs = [{"key": "BaseAddress", "value": url}, {"key": "SecretToken", "value": TOKEN}]
        assert graph.fail("POST", JOB + "/validateCredentials", {"credentials": pairs})[0] == 400
        graph.do("PUT", "/servicePrincipals/{app}/synchronization/secrets", {"value": pairs})
        lonely.turn_on()
        assert lonely.status["code"] == "Quarantine"

    def test_secrets_are_write_only(self, graph):
        """The token goes in and comes out of no surface: not Graph, not the logs, not the page."""
        secret = "very-secret-indeed-0123456789"
        pairs = [{"key": "SecretToken", "value": secret}]
        graph.do("PUT", "/servicePrincipals/{app}/synchronization/secrets", {"value": pairs})
        graph.company.person("ana")
        paths = ["/users", "/servicePrincipals", "/servicePrincipals/{app}", JOBS, JOB, JOB + "/schema"]
        paths += [
            "/auditLogs/provisioning",
            "/auditLogs/directoryAudits",
            "/servicePrincipals/{app}/appRoleAssignedTo",
        ]
        told = b"".join(graph("GET", path).body for path in paths)
        told += graph.company.ask(Request("GET", f"{GRAPH}/")).body
        assert secret.encode() not in told
        assert graph("GET", "/servicePrincipals/{app}/synchronization/secrets").status == 405

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            (None, "A list of"),
            ({}, "A list of"),
            ([5], "Unknown secret key"),
            (
                [{"key": "BaseAdress", "value": "x"}],
                "Unknown secret key 'BaseAdress'; did you mean 'BaseAddress'?",
            ),
            ([{"key": "SecretToken", "value": 5}], "The value of 'SecretToken' must be text"),
            ([{"key": ["SecretToken"], "value": "x"}], "Unknown secret key"),
        ],
    )
    def test_bad_secrets_are_refused(self, graph, value, message):
        """The key is named, the value never is, and what was saved stays."""
        before = graph.company.apps.secrets(graph.company.app)
        path = "/servicePrincipals/{app}/synchronization/secrets"
        status, _, told = graph.fail("PUT", path, {"value": value})
        assert status == 400
        assert message in told
        assert graph.company.apps.secrets(graph.company.app) == before

    def test_the_schema_goes_round(self, graph):
        """GET, edit, PUT, and DELETE for the template's; a broken one is 400 and changes nothing."""
        schema = graph.get(JOB + "/schema")
        rows = schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
        title = next(row for row in rows if row["targetAttributeName"] == "title")
        title["source"] = {"expression": "ToUpper([jobTitle])"}
        graph.do("PUT", JOB + "/schema", schema)
        assert graph.get(JOB + "/schema") == schema
        title["source"] = {"expression": "ToUper([jobTitle])"}
        status, _, message = graph.fail("PUT", JOB + "/schema", schema)
        assert (status, "did you mean 'ToUpper'?" in message) == (400, True)
        graph.do("DELETE", JOB + "/schema")
        assert graph.get(JOB + "/schema") != schema

    def test_the_deepest_expression_goes_round(self, graph):
        """Fifty functions inside each other come back from GET and may be PUT again."""
        schema = graph.get(JOB + "/schema")
        rows = schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
        row = next(row for row in rows if row["targetAttributeName"] == "title")
        row |= attribute_mapping("title", "Not(" * 50 + "[jobTitle]" + ")" * 50)
        graph.do("PUT", JOB + "/schema", schema)
        assert graph.get(JOB + "/schema") == schema

    def test_a_job_of_another_application_is_not_found(self, graph):
        """A job belongs to one service principal."""
        other = graph.company.apps.instantiate("Other")["id"]
        path = f"/servicePrincipals/{other}/synchronization/jobs/{{job}}"
        for method, tail in (("GET", ""), ("POST", "/start"), ("GET", "/schema"), ("DELETE", "/schema")):
            assert graph.fail(method, path + tail)[:2] == (404, "Request_ResourceNotFound")


class TestLogs:
    @pytest.fixture
    def lived(self, graph, server):
        """A company with creates, an update with members, a disable and a failure."""
        company = graph.company
        ana, ben = company.person("ana"), company.person("ben")
        company.group("Office", (ana,))
        company.turn_on()
        company.change(ben, accountEnabled=False)
        server.refuse("POST", "/Users", refusal(400))
        company.person("eve")
        company.cycle()
        return graph

    def test_the_certification_finds_its_entry(self, lived):
        """The request that Microsoft's app-gallery validation makes, whatever the case of the action."""
        ana = lived.get("/users/ana@contoso.com")["id"]
        condition = (
            f"jobId eq '{lived.company.job}' and servicePrincipal/id eq '{lived.company.app}'"
            f" and sourceIdentity/id eq '{ana}' and provisioningAction eq 'Create'"
        )
        query = f"$top=1&$orderby=activityDateTime desc&$filter={condition}"
        (entry,) = lived.get(f"/auditLogs/provisioning?{quote(query, safe='$=&')}")["value"]
        assert (entry["provisioningAction"], entry["sourceIdentity"]["id"]) == ("create", ana)
        assert entry["provisioningStatusInfo"] == {"status": "success", "errorInformation": None}

    def test_entries_are_found_by_what_they_modified(self, lived):
        """`modifiedProperties/any(p: p/displayName eq 'members')`."""
        query = "$filter=modifiedProperties/any(p: p/displayName eq 'members')"
        (entry,) = lived.get(f"/auditLogs/provisioning?{quote(query, safe='$=&')}")["value"]
        assert (entry["sourceIdentity"]["displayName"], entry["sourceIdentity"]["identityType"]) == (
            "Office",
            "Group",
        )

    def test_the_newest_comes_first(self, lived):
        """Both logs read from the end; paging keeps the order."""
        for log in ("provisioning", "directoryAudits"):
            path, times = f"/auditLogs/{log}?$top=3", []
            while path:
                page = lived.get(path)
                times += [entry["activityDateTime"] for entry in page["value"]]
                path = page.get("@odata.nextLink")
                assert len(times) < 100
            assert times == sorted(times, reverse=True)
            assert len(times) > 3

    def test_an_entry_is_a_provisioning_object_summary(self, lived):
        """The members that SDKs deserialize, and step details without dots and colons."""
        query = "$filter=provisioningStatusInfo/status eq 'failure'"
        (entry,) = lived.get(f"/auditLogs/provisioning?{quote(query, safe='$=&')}")["value"]
        assert set(entry) == {
            *("id", "activityDateTime", "tenantId", "jobId", "cycleId", "changeId", "provisioningAction"),
            *("durationInMilliseconds", "initiatedBy", "servicePrincipal", "sourceSystem", "targetSystem"),
            *("sourceIdentity", "targetIdentity", "provisioningSteps", "modifiedProperties"),
            "provisioningStatusInfo",
        }
        assert (
            entry["provisioningSteps"][-1]["description"]
            == "Failed to create User 'eve@contoso.com' in customappsso"
        )
        assert {step["provisioningStepType"] for step in entry["provisioningSteps"]} <= {
            "import",
            "scoping",
            "matching",
            "processing",
            "referenceResolution",
            "export",
        }
        for step in entry["provisioningSteps"]:
            assert not any("." in key or ":" in key for key in step["details"])
        assert {"displayName": "name.givenName", "oldValue": None, "newValue": "Eve"} in entry[
            "modifiedProperties"
        ]

    def test_the_audit_log_tells_each_step(self, lived):
        """Import, rule action and export of an object in this order; the administrator's acts stand among them."""
        entries = lived.get("/auditLogs/directoryAudits?$top=500")["value"]
        created = [
            entry["activityDisplayName"]
            for entry in reversed(entries)
            if len(entry["targetResources"]) > 1 and entry["targetResources"][1]["displayName"] == "Ana"
        ]
        assert created == ["Import", "Synchronization rule action", "Import", "Export"]
        assert {entry["activityDisplayName"] for entry in entries} >= {
            "Add provisioning configuration",
            "Update provisioning setting or credentials",
            "Enable/start provisioning configuration",
        }
        assert {entry["category"] for entry in entries} == {"ProvisioningManagement"}

    def test_a_failed_export_has_the_engines_sentence_today_and_the_servers_alone_in_2020(
        self, found, server
    ):
        """The quirk `export-status-reason`: the AWS guide prints the web response and nothing around it."""
        server.refuse("POST", "/Users", refusal(400, "bad"))
        said = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400", "detail": "bad"}
        for profile in ("aws-sso-2020", "identity-center"):
            graph = Caller(found(profile=profile))
            graph.company.person("ana")
            graph.company.turn_on()
            query = "$filter=activityDisplayName eq 'Export' and result eq 'failure'"
            (entry,) = graph.get(f"/auditLogs/directoryAudits?{quote(query, safe='$=&')}")["value"]
            if profile == "aws-sso-2020":
                assert json.loads(entry["resultReason"]) == said
            else:
                assert entry["resultReason"].startswith(
                    "Failed to create User 'ana@contoso.com' in customappsso; Error: The SCIM endpoint is not fully "
                    "compatible with the Azure Active Directory SCIM client."
                )
                assert json.dumps(said) in entry["resultReason"]


class TestRefusals:
    @pytest.mark.parametrize(
        "headers",
        [
            (),
            (("Authorization", "Bearer wrong"),),
            (("Authorization", GRAPH_TOKEN),),
            (("Authorization", "Basic abc"),),
            (("Authorization", f"Bearer {GRAPH_TOKEN}x"),),
            (("Authorization", "Bearer ÿ"),),
        ],
    )
    def test_without_the_token_nothing_happens(self, graph, headers):
        """401 before anything is read, found or changed."""
        before = graph.company.rows()
        for method, path in (
            ("POST", "/users"),
            ("DELETE", "/users/x"),
            ("GET", "/auditLogs/provisioning"),
            ("GET", "/x"),
        ):
            answer = graph.company.ask(
                Request(method, f"{GRAPH}/v1.0{path}", headers, b'{"userPrincipalName":"a@b"}')
            )
            assert (answer.status, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
        assert graph.company.rows() == before

    def test_the_page_needs_no_token_and_shows_none(self, graph):
        """The home page is for people; the Graph token is not on it."""
        answer = graph.company.ask(Request("GET", f"{GRAPH}/"))
        assert answer.status == 200
        assert graph.company.app.encode() in answer.body
        assert GRAPH_TOKEN.encode() not in answer.body

    @pytest.mark.parametrize(
        ("method", "path", "expected"),
        [
            ("GET", "/nothing", (404, "ResourceNotFound", "Resource not found for the segment 'nothing'.")),
            ("GET", "/users/a/b/c", (404, "ResourceNotFound", "Resource not found for the segment 'c'.")),
            (
                "PUT",
                "/users",
                (405, "Request_BadRequest", "The request is using an unsupported HTTP method 'PUT'."),
            ),
        ],
    )
    def test_unknown_places_and_methods_have_graphs_shape(self, graph, method, path, expected):
        """Flask's own pages never show."""
        assert graph.fail(method, path) == expected

    @pytest.mark.parametrize(
        "path",
        [
            "/users/nobody",
            "/users/nobody/manager",
            "/users/nobody/memberOf",
            "/groups/nothing",
            "/groups/nothing/members",
            "/servicePrincipals/x",
            "/servicePrincipals/x/appRoleAssignedTo",
            "/servicePrincipals/x/synchronization/jobs",
            "/servicePrincipals/x/synchronization/jobs/{job}",
            "/servicePrincipals/x/synchronization/templates",
            JOBS + "/x",
            JOBS + "/x/schema",
        ],
    )
    def test_unknown_ids_are_not_found(self, graph, path):
        """404 Request_ResourceNotFound, whichever id it was."""
        assert graph.fail("GET", path)[:2] == (404, "Request_ResourceNotFound")

    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("POST", "/applicationTemplates/x/instantiate", {"displayName": "x"}, 404),
            ("POST", f"/applicationTemplates/{NON_GALLERY_TEMPLATE}/instantiate", {"displayName": " "}, 400),
            ("POST", JOBS, {"templateId": 5}, 400),
            ("POST", JOBS, {"templateId": "scimm"}, 400),
            ("POST", JOBS + "/validateCredentials", {"credentials": "x"}, 400),
            ("PUT", JOB + "/schema", {}, 400),
            ("PUT", "/servicePrincipals/x/synchronization/secrets", {"value": []}, 404),
            ("DELETE", "/servicePrincipals/{app}/appRoleAssignedTo/x", None, 404),
            ("POST", "/groups/x/members/$ref", {"@odata.id": "a/b"}, 404),
            ("POST", "/groups/x/members/$ref", {"@odata.id": 5}, 400),
            ("PUT", "/users/x/manager/$ref", {}, 400),
        ],
    )
    def test_a_bad_request_changes_nothing(self, graph, method, path, body, status):
        """Refused whole."""
        before = graph.company.rows()
        assert graph.fail(method, path, body)[0] == status
        assert graph.company.rows() == before

    def test_a_body_beyond_a_megabyte_is_refused(self, graph):
        """413 in Graph's shape."""
        body = {"userPrincipalName": "a@b", "displayName": "x" * MAX_BODY}
        assert graph.fail("POST", "/users", body)[:2] == (413, "RequestEntityTooLarge")


@pytest.fixture(scope="module")
def target():
    """Return one company that all fuzzing hits, and that survives it."""
    company = Company(ScimServer())
    company.person("ana")
    company.group("Office", ("ana@contoso.com",))
    company.turn_on()
    return company


SEGMENTS = st.sampled_from(
    [
        *(
            "users",
            "groups",
            "servicePrincipals",
            "auditLogs",
            "provisioning",
            "directoryAudits",
            "members",
            "$ref",
        ),
        *(
            "manager",
            "memberOf",
            "synchronization",
            "jobs",
            "secrets",
            "schema",
            "start",
            "restart",
            "templates",
        ),
        *(
            "validateCredentials",
            "appRoleAssignedTo",
            "{app}",
            "{job}",
            "ana@contoso.com",
            "Office",
            "instantiate",
        ),
        *("applicationTemplates", NON_GALLERY_TEMPLATE, "%00", "%ff", "..", "'", "%F0%9F%92%A9"),
    ]
) | st.text(max_size=4).map(lambda text: quote(text, safe=""))
QUERIES = st.dictionaries(
    st.sampled_from(["$filter", "$top", "$orderby", "$select", "$count", "$skiptoken"]),
    st.text(max_size=12)
    | st.sampled_from(
        ["a eq 'b'", "mail/any(p:p/x eq 'y')", "startswith(id,'')", "1", "true", "id desc", "a/b/c"]
    ),
    max_size=3,
)
KEYS = st.sampled_from(
    [
        *(
            "userPrincipalName",
            "displayName",
            "accountEnabled",
            "businessPhones",
            "mailNickname",
            "passwordProfile",
        ),
        *("principalId", "appRoleId", "templateId", "value", "key", "criteria", "resetScope", "credentials"),
        *("useSavedCredentials", "@odata.id", "synchronizationRules", "onPremisesExtensionAttributes", "id"),
    ]
)
VALUES = st.sampled_from(
    ["a@b", "ana@contoso.com", "scim", "BaseAddress", "SecretToken", "x/ana@contoso.com"]
)
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | VALUES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=8,
)
ROUTES = sorted(
    {
        rule.rule.removeprefix("/v1.0/")
        .replace("<app>", "{app}")
        .replace("<job>", "{job}")
        .replace("<any(users, groups):which>", "users")
        .replace("<name>", "ana@contoso.com")
        .replace("<member>", "ana@contoso.com")
        .replace("<template>", NON_GALLERY_TEMPLATE)
        .replace("<assignment>", "x")
        for rule in create_app().url_map.iter_rules()
        if rule.rule.startswith("/v1.0/")
    }
)
PATHS = st.sampled_from(ROUTES) | st.lists(SEGMENTS, min_size=1, max_size=6).map("/".join)


@given(
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]),
    PATHS,
    QUERIES,
    BODIES.map(json.dumps).map(str.encode) | st.binary(max_size=20),
)
@example("GET", "users", {"$filter": "accountEnabled/any(p:p/x eq 'y')"}, b"")
@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_the_answer_is_graphs(target, method, path, query, body):
    """No request has a 5xx, a traceback or a secret for an answer, and errors have Graph's shape."""
    path = path.replace("{app}", target.app).replace("{job}", target.job)
    search = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    answer = target.ask(Request(method, f"{GRAPH}/v1.0/{path}?{search}", (BEARER,), body))
    assert answer.status < 500
    assert TOKEN.encode() not in answer.body
    assert GRAPH_TOKEN.encode() not in answer.body
    assert b"Traceback" not in answer.body
    if answer.status >= 400 and method != "HEAD":
        assert set(answer.json()["error"]) == {"code", "message", "innerError"}


def test_after_all_that_a_cycle_still_runs(target):
    """What fuzzing left in the directory is provisioned or refused, object by object."""
    target.engine.save_secrets(target.app, {"BaseAddress": BASE, "SecretToken": TOKEN, "SyncAll": "true"})
    target.engine.restore_schema(target.job)
    target.restart()
    assert target.status["code"] == "Active"
