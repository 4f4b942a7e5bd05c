"""Microsoft Graph over HTTP: what SDKs and the portal ask, what they get, and what careless callers are told."""

import json
from datetime import timedelta
from urllib.parse import quote

import pytest

from harness.azure_ad.applications.gallery import NON_GALLERY_TEMPLATE
from harness.azure_ad.graph.jobs.credentials import INVALID_CREDENTIALS
from harness.azure_ad.mappings.templates import attribute_mapping
from harness.wire.message import MAX_BODY, Request
from tests.azure_ad.caller import BEARER, Caller, checked_refusal
from tests.azure_ad.provisioning.company import GRAPH, GRAPH_TOKEN
from tests.azure_ad.scim_server import BASE, TOKEN, refusal

JOBS = "/servicePrincipals/{app}/synchronization/jobs"
JOB = JOBS + "/{job}"


@pytest.fixture
def graph(company):
    return Caller(company)


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
        """application-provisioning-configure-api: the job as it comes from POST."""
        graph = Caller(found())
        app = graph.do(
            "POST", f"/applicationTemplates/{NON_GALLERY_TEMPLATE}/instantiate", {"displayName": "Shop"}, 201
        )["servicePrincipal"]
        path = f"/servicePrincipals/{app['id']}/synchronization"
        assert [entry["id"] for entry in graph.get(f"{path}/templates")["value"]] == ["scim", "customappsso"]
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

    @pytest.mark.parametrize("scope", ["nonsense", "Watermark, Escrow", 5, {}])
    def test_an_unknown_reset_scope_is_refused(self, graph, scope):
        """The whole restart, rather than done in part."""
        before = graph.company.rows()
        status, _, message = graph.fail("POST", JOB + "/restart", {"criteria": {"resetScope": scope}})
        assert status == 400
        assert "QuarantineState" in message
        assert graph.company.rows() == before

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
        saved = graph.get("/servicePrincipals/{app}/synchronization/secrets")["value"]
        assert {"key": "SecretToken", "value": "*"} in saved

    @pytest.mark.parametrize("url", [BASE, "https://elsewhere.example/scim"])
    def test_the_mask_is_no_token_for_another_address(self, graph, url):
        """Whoever sends back what is shown changes no token, and brings none to another server."""
        pairs = [{"key": "BaseAddress", "value": url}, {"key": "SecretToken", "value": "*"}]
        graph.do("PUT", "/servicePrincipals/{app}/synchronization/secrets", {"value": pairs})
        token = graph.company.apps.secrets(graph.company.app).get("SecretToken")
        assert token == (TOKEN if url == BASE else None)

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            (None, "A list of"),
            ({}, "A list of"),
            ([5], "Requested value 'None' was not found."),
            ([{"key": "BaseAdress", "value": "x"}], "Requested value 'BaseAdress' was not found."),
            ([{"key": "SecretToken", "value": 5}], "The value of 'SecretToken' must be text"),
            ([{"key": ["SecretToken"], "value": "x"}], "was not found."),
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

    def test_all_keys_of_the_documents_are_taken(self, graph):
        """Even those of other kinds of job; what they hold is not shown."""
        path = "/servicePrincipals/{app}/synchronization/secrets"
        pairs = [{"key": "UserName", "value": "ana"}, {"key": "Oauth2ClientSecret", "value": "hush"}]
        graph.do("PUT", path, {"value": [*pairs, {"key": "SyncAll", "value": "false"}]})
        shown = graph.get("/servicePrincipals/{app}/synchronization/connectivityParameters", version="beta")[
            "value"
        ]
        values = {row["key"]: row["value"] for row in shown}
        assert values == {
            "BaseAddress": BASE,
            "SecretToken": None,
            "UserName": None,
            "Oauth2ClientSecret": None,
            "SyncAll": "false",
        }

    def test_a_kilobyte_is_the_limit_of_2020(self, found):
        """The quirk `credentials-most-bytes`, to the byte: what is there counts, and a refusal leaves it."""
        graph = Caller(found(profile="aws-sso-2020"))
        path = "/servicePrincipals/{app}/synchronization/secrets"
        room = 1024 - len(json.dumps({"BaseAddress": BASE, "SecretToken": ""}, separators=(",", ":")))
        for length, status in ((room + 1, 400), (room, 204)):
            answer = graph("PUT", path, {"value": [{"key": "SecretToken", "value": "x" * length}]})
            assert answer.status == status
            if status == 400:
                assert answer.json()["error"]["message"] == "Size of input ExternalSecret data is invalid."
                assert graph.company.apps.secrets(graph.company.app)["SecretToken"] == TOKEN

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

    def test_the_audit_log_says_why_somebody_was_left_out(self, graph):
        """MicrosoftDocs/azure-docs#22948, in its words."""
        graph.company.person("ana", assigned=False)
        graph.company.turn_on()
        (skip, *_) = graph.get("/auditLogs/directoryAudits")["value"]
        assert skip["activityDisplayName"] == "Synchronization rule action"
        assert skip["additionalDetails"] == [
            {
                "key": "Details",
                "value": (
                    "User details: Skip reason = NotEffectivelyEntitled, Active = True, Assigned = False, "
                    "Passed scope filter: True;"
                ),
            },
            {"key": "ErrorCode", "value": ""},
            {"key": "EventName", "value": "EntrySynchronizationSkip"},
        ]

    def test_the_audit_log_tells_each_step(self, lived):
        """Import, rule action and export of an object in this order; the administrator's acts stand among them."""
        entries = lived.get("/auditLogs/directoryAudits?$top=500")["value"]
        created = [
            entry["activityDisplayName"]
            for entry in reversed(entries)
            if len(entry["targetResources"]) > 1 and entry["targetResources"][1]["displayName"] == "Ana"
        ]
        assert created == ["Import", *["Synchronization rule action"] * 2, "Export"]
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

    def test_an_answer_that_cannot_be_given_is_known_before_the_change(self, graph):
        """What the query asks of the answer is refused with the whole request, not after it was carried out."""
        gone = graph.company.person("gone")
        graph.company.directory.delete("User", gone)
        newcomer = graph.company.person("newcomer", assigned=False)
        role = graph.get("/servicePrincipals/{app}?$select=appRoles")["appRoles"][0]["id"]
        assignment = {"principalId": newcomer, "resourceId": graph.company.app, "appRoleId": role}
        new_user = {
            "userPrincipalName": "x@contoso.com",
            "displayName": "X",
            "mailNickname": "x",
            "accountEnabled": True,
            "passwordProfile": {"password": "Long-enough-1"},
        }
        for path, body in (
            ("/users", new_user),
            ("/servicePrincipals/{app}/appRoleAssignedTo", assignment),
            (f"/users/{newcomer}/appRoleAssignments", assignment),
            (f"/directory/deletedItems/{gone}/restore", {}),
        ):
            before = graph.company.rows()
            for query in ("$skip=1", "$select=nothing"):
                assert graph.fail("POST", f"{path}?{query}", body)[0] == 400, path
            assert graph.company.rows() == before, path

    @pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**30])
    def test_numbers_beyond_64_bits_are_kept_as_floating_point(self, graph, number):
        """A schema may hold any JSON; the store has 64 bits for whole numbers."""
        schema = graph.get(JOB + "/schema")
        schema["synchronizationRules"][0]["priority"] = number
        url = f"{GRAPH}/v1.0{JOB}/schema".format(app=graph.company.app, job=graph.company.job)
        assert graph.ask(Request("PUT", url, (BEARER,), json.dumps(schema).encode())).status == 204
        assert graph.get(JOB + "/schema")["synchronizationRules"][0]["priority"] == float(number)

    @pytest.mark.parametrize("number", ["1e400", "9" * 400, "NaN"])
    def test_what_no_number_holds_is_no_json(self, graph, number):
        """Refused in Graph's words for a body it cannot read."""
        body = f'{{"displayName": {number}}}'.encode()
        answer = graph.ask(Request("POST", f"{GRAPH}/v1.0/users", (BEARER,), body))
        assert checked_refusal(answer)[:2] == (400, "BadRequest")

    def test_a_body_beyond_a_megabyte_is_refused(self, graph):
        """413 in Graph's shape."""
        body = {"userPrincipalName": "a@b", "displayName": "x" * MAX_BODY}
        assert graph.fail("POST", "/users", body)[:2] == (413, "RequestEntityTooLarge")
