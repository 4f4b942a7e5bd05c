"""Applications, service principals, owners, organization, logs: what administrators' scripts ask besides users and groups."""

from xml.etree import ElementTree as ET

import pytest

from harness.wire.message import Request
from tests.azure_ad.caller import EVENTUAL, Caller, address, person, team
from tests.azure_ad.provisioning.company import GRAPH

NOBODY = "00000000-0000-0000-0000-000000000009"


@pytest.fixture
def graph(company):
    company.ana = company.person("ana")
    company.office = company.group("Office", ("ana@contoso.com",))
    return Caller(company)


def activities(graph):
    """Return the names of what was done to the directory, oldest first."""
    entries = graph.get(
        "/auditLogs/directoryAudits?$filter=loggedByService eq 'Core Directory'".replace(" ", "%20")
    )
    return [entry["activityDisplayName"] for entry in reversed(entries["value"])]


class TestApplications:
    def test_an_application_is_made_changed_and_deleted(self, graph):
        """application-post-applications, -update, -delete: its service principal goes with it, and both can come back."""
        made = graph.do("POST", "/applications", {"displayName": "Shop", "tags": ["a"]}, 201)
        assert (made["displayName"], made["signInAudience"], made["tags"]) == ("Shop", "AzureADMyOrg", ["a"])
        key, app_id = made["id"], made["appId"]
        principal = graph.do("POST", "/servicePrincipals", {"appId": app_id}, 201)
        role = {
            "id": NOBODY,
            "displayName": "Buyer",
            "allowedMemberTypes": ["User"],
            "isEnabled": "True",
            "value": "b",
        }
        graph.do("PATCH", f"/applications/{key}", {"displayName": "Market", "appRoles": [role]})
        assert graph.get(f"/applications(appId='{app_id}')")["displayName"] == "Market"
        changed = graph.get(f"/servicePrincipals/{principal['id']}")
        assert (changed["displayName"], changed["appRoles"][0]["isEnabled"]) == ("Market", True)
        graph.do("DELETE", f"/applications/{key}")
        assert graph.fail("GET", f"/applications/{key}")[0] == 404
        assert graph.fail("GET", f"/servicePrincipals/{principal['id']}")[0] == 404
        assert graph.names("/directory/deletedItems/microsoft.graph.application") == ["Market"]
        assert graph.names("/directory/deletedItems/graph.servicePrincipal") == ["Market"]
        graph.do("POST", f"/directory/deletedItems/{key}/restore", {}, 200)
        graph.do("DELETE", f"/directory/deletedItems/{principal['id']}")
        assert graph.get(f"/applications/{key}")["appId"] == app_id
        assert activities(graph) == [
            "Add application",
            "Add service principal",
            "Update application",
            "Remove service principal",
            "Delete application",
            "Restore application",
            "Hard delete service principal",
        ]

    def test_an_application_of_a_template_is_there_at_once(self, graph):
        """applicationtemplate-instantiate: both halves can be read, changed and deleted right after."""
        path = "/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate"
        made = graph.do("POST", path, {"displayName": "Shop"}, 201)
        application, principal = made["application"]["id"], made["servicePrincipal"]["id"]
        graph.do("PATCH", f"/applications/{application}", {"notes": "mine"})
        assert graph.get(f"/applications/{application}")["notes"] == "mine"
        job = graph.do(
            "POST", f"/servicePrincipals/{principal}/synchronization/jobs", {"templateId": "scim"}, 201
        )
        graph.do("DELETE", f"/servicePrincipals/{principal}")
        assert graph.fail("GET", f"/servicePrincipals/{principal}/synchronization/jobs/{job['id']}")[0] == 404

    def test_a_secret_of_any_application_signs_in(self, graph):
        """v2-oauth2-client-creds-grant-flow: each registration has its own client id and secrets."""
        made = graph.do("POST", "/applications", {"displayName": "Robot"}, 201)
        secret = graph.do("POST", f"/applications/{made['id']}/addPassword", {}, 200)["secretText"]
        form = (
            f"grant_type=client_credentials&client_id={made['appId']}&client_secret={secret}"
            "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        )
        tenant = graph.company.tenant.settings.tenant_id
        headers = (("Content-Type", "application/x-www-form-urlencoded"),)
        answer = graph.ask(Request("POST", f"{GRAPH}/{tenant}/oauth2/v2.0/token", headers, form.encode()))
        assert answer.status == 200
        assert graph.get("/users", token=answer.json()["access_token"])["value"]

    @pytest.mark.parametrize(
        ("method", "path", "body", "message"),
        [
            (
                "POST",
                "/applications",
                {},
                "A value is required for property 'displayName' of resource 'Application'.",
            ),
            ("POST", "/applications", {"displayName": 5}, "property 'displayName' must be text"),
            (
                "POST",
                "/applications",
                {"displayName": "x", "tgs": []},
                "Invalid property 'tgs'; did you mean 'tags'.",
            ),
            (
                "POST",
                "/applications",
                {"displayName": "x", "appId": "y"},
                "Property 'appId' is read-only and cannot be set.",
            ),
            (
                "POST",
                "/applications",
                {"displayName": "x", "web": {"redirectUris": "x"}},
                "'web/redirectUris' must be",
            ),
            (
                "POST",
                "/applications",
                {"displayName": "x", "web": {"uris": []}},
                "Invalid property 'web/uris'.",
            ),
            ("POST", "/servicePrincipals", {}, "A value is required for property 'appId'"),
            ("PATCH", "/servicePrincipals/{app}", {"accountEnabled": "maybe"}, "must be true or false"),
            ("PATCH", "/servicePrincipals/{app}", {"appRoleAssignmentRequired": None}, "not null"),
            (
                "PATCH",
                "/servicePrincipals/{app}",
                {"appId": NOBODY},
                "Property 'appId' is read-only and cannot be set.",
            ),
        ],
    )
    def test_what_cannot_be_set_is_named(self, graph, method, path, body, message):
        """The property, its type or the nearest name; nothing is made."""
        graph.get("/applications")
        before = graph.company.rows()
        status, _, said = graph.fail(method, path, body)
        assert (status, message in said) == (400, True), said
        assert graph.company.rows() == before

    def test_an_application_of_another_tenant_gets_no_service_principal(self, graph):
        """Source: https://github.com/Azure/azure-powershell/issues/29530 (read 2026-11-29)."""
        graph.get("/applications")
        before = graph.company.rows()
        status, code, message = graph.fail("POST", "/servicePrincipals", {"appId": NOBODY})
        assert (status, code) == (403, "Authorization_RequestDenied")
        assert "backing application of the service principal" in message
        assert graph.company.rows() == before

    def test_one_application_has_one_service_principal(self, graph):
        app_id = graph.get("/servicePrincipals/{app}")["appId"]
        key = graph.get(f"/applications(appId='{app_id}')")["id"]
        assert key != graph.company.app
        assert "already in use" in graph.fail("POST", "/servicePrincipals", {"appId": app_id})[2]

    def test_a_service_principal_is_switched(self, graph):
        """serviceprincipal-update: what an administrator's script sets."""
        body = {
            "accountEnabled": "false",
            "appRoleAssignmentRequired": False,
            "notes": "n",
            "tags": ["HideApp"],
        }
        graph.do("PATCH", "/servicePrincipals/{app}", body)
        shown = graph.get(
            "/servicePrincipals/{app}?$select=accountEnabled,appRoleAssignmentRequired,notes,tags"
        )
        del shown["@odata.context"]
        assert shown == {**body, "accountEnabled": False}
        assert graph("GET", "/servicePrincipals/$count", headers=EVENTUAL).body == b"3"


class TestOwners:
    @pytest.mark.parametrize("which", ["groups", "applications", "servicePrincipals"])
    def test_owners_come_and_go(self, graph, which):
        """group-post-owners and its like: a reference, listed with its type, once; a group keeps its last (group-delete-owners)."""
        key = {
            "groups": graph.company.office,
            "servicePrincipals": graph.company.app,
            "applications": graph.get("/applications")["value"][0]["id"],
        }[which]
        path = f"/{which}/{key}/owners"
        assert graph.get(path)["value"] == []
        graph.do("POST", f"{path}/$ref", address(graph.company.ana))
        assert graph.fail("POST", f"{path}/$ref", address(graph.company.ana))[0] == 400
        (owner,) = graph.get(f"{path}/graph.user")["value"]
        assert (owner["@odata.type"], owner["id"]) == ("#microsoft.graph.user", graph.company.ana)
        assert [item["id"] for item in graph.get("/users/ana@contoso.com/ownedObjects")["value"]] in (
            [key],
            [],
        )
        remaining = []
        if which == "groups":
            refusal = graph.fail("DELETE", f"{path}/{graph.company.ana}/$ref")
            assert refusal[:2] == (400, "Request_BadRequest")
            assert "must have at least one owner" in refusal[2]
            remaining = [graph.company.app]
            graph.do("POST", f"{path}/$ref", address(graph.company.app))
        graph.do("DELETE", f"{path}/{graph.company.ana}/$ref")
        assert graph.fail("DELETE", f"{path}/{graph.company.ana}/$ref")[0] == 404
        assert [owner["id"] for owner in graph.get(path)["value"]] == remaining

    def test_a_group_is_made_with_its_owner(self, graph):
        body = team(
            {"displayName": "Sales", "owners@odata.bind": [f"{GRAPH}/v1.0/users/{graph.company.ana}"]}
        )
        made = graph.do("POST", "/groups", body, 201)["id"]
        assert graph.names(f"/groups/{made}/owners") == ["ana@contoso.com"]


class TestDirectoryObjects:
    def test_an_object_is_found_whatever_it_is(self, graph):
        """directoryobject-get and directoryobject-getbyids: each with its type."""
        kinds = {
            graph.company.ana: "user",
            graph.company.office: "group",
            graph.company.app: "servicePrincipal",
        }
        for key, kind in kinds.items():
            assert graph.get(f"/directoryObjects/{key}")["@odata.type"] == f"#microsoft.graph.{kind}"
        body = {"ids": [*kinds, NOBODY], "types": ["user", "servicePrincipal"]}
        items = graph.do("POST", "/directoryObjects/microsoft.graph.getByIds", body, 200)["value"]
        assert [item["id"] for item in items] == [graph.company.ana, graph.company.app]
        assert len(graph.do("POST", "/directoryObjects/getByIds", {"ids": list(kinds)}, 200)["value"]) == 3
        assert graph.fail("POST", "/directoryObjects/getByIds", {"ids": "x"})[0] == 400

    def test_memberships_are_asked_at_any_depth(self, graph):
        """user-checkmembergroups and its kin: through nested groups, security groups alone if wanted."""
        outer = graph.company.group("Company")
        graph.do("POST", f"/groups/{outer}/members/$ref", address(graph.company.office))
        groups = [graph.company.office, outer]
        for path in ("/users/ana@contoso.com", f"/directoryObjects/{graph.company.ana}"):
            value = graph.do("POST", f"{path}/getMemberGroups", {"securityEnabledOnly": "true"}, 200)["value"]
            assert sorted(value) == sorted(groups)
            body = {"groupIds": [outer, NOBODY]}
            assert graph.do("POST", f"{path}/checkMemberGroups", body, 200)["value"] == [outer]
        assert graph.do("POST", f"/groups/{graph.company.office}/getMemberObjects", {}, 200)["value"] == [
            outer
        ]
        many = {"groupIds": [NOBODY] * 21}
        assert graph.fail("POST", "/users/ana@contoso.com/checkMemberGroups", many)[0] == 400
        assert graph("GET", f"/groups/{outer}/transitiveMembers/$count", headers=EVENTUAL).body == b"2"
        counted = graph("GET", f"/groups/{outer}/transitiveMembers/graph.user/$count", headers=EVENTUAL)
        assert counted.body == b"1"

    def test_a_group_in_itself_ends(self, graph):
        """Two groups in each other, which the directory allows."""
        outer = graph.company.group("Company")
        for holder, member in ((outer, graph.company.office), (graph.company.office, outer)):
            graph.do("POST", f"/groups/{holder}/members/$ref", address(member))
        value = graph.do(
            "POST", "/users/ana@contoso.com/getMemberGroups", {"securityEnabledOnly": False}, 200
        )["value"]
        assert sorted(value) == sorted([outer, graph.company.office])


class TestOrganization:
    def test_domains_are_those_that_users_may_have(self, graph):
        """organization-list, domain-list: and a user of another domain is refused."""
        (organization,) = graph.get("/organization")["value"]
        names = [domain["name"] for domain in organization["verifiedDomains"]]
        assert names == [domain["id"] for domain in graph.get("/domains")["value"]]
        assert graph.get("/domains/contoso.com")["isDefault"] is True
        assert graph.get(f"/organization/{organization['id']}")["displayName"] == "Contoso"
        for name in names:
            graph.do("POST", "/users", person({"userPrincipalName": f"ben@{name}"}), 201)
        for method, path in (("POST", "/users"), ("PATCH", "/users/ana@contoso.com")):
            body = person({"userPrincipalName": "cid@fabrikam.com"})
            assert graph.fail(method, path, body) == (
                400,
                "Request_BadRequest",
                (
                    "The domain portion of the userPrincipalName property is invalid. You must use one of the verified "
                    "domain names in your organization."
                ),
            )

    @pytest.mark.parametrize("path", ["/me", "/me/memberOf", "/me/messages/x"])
    def test_nobody_is_signed_in(self, graph, path):
        assert graph.fail("GET", path) == (
            400,
            "BadRequest",
            "/me request is only valid with delegated authentication flow.",
        )


class TestRequired:
    @pytest.mark.parametrize("name", ["accountEnabled", "displayName", "mailNickname", "userPrincipalName"])
    def test_a_user_needs(self, graph, name):
        """user-post-users, Request body: required."""
        body = {
            key: value for key, value in person({"userPrincipalName": "x@contoso.com"}).items() if key != name
        }
        before = graph.company.rows()
        sentence = f"A value is required for property '{name}' of resource 'User'."
        assert graph.fail("POST", "/users", body) == (400, "Request_BadRequest", sentence)
        assert graph.company.rows() == before

    @pytest.mark.parametrize("profile", [None, {}, {"password": ""}, {"forceChangePasswordNextSignIn": True}])
    def test_a_user_needs_a_password(self, graph, profile):
        body = person({"userPrincipalName": "x@contoso.com", "passwordProfile": profile})
        sentence = "A password must be specified to create a new user."
        assert graph.fail("POST", "/users", body) == (400, "Request_BadRequest", sentence)

    @pytest.mark.parametrize("name", ["displayName", "mailEnabled", "mailNickname", "securityEnabled"])
    def test_a_group_needs(self, graph, name):
        """group-post-groups, Request body: required."""
        body = {key: value for key, value in team({"displayName": "x"}).items() if key != name}
        sentence = f"A value is required for property '{name}' of resource 'Group'."
        assert graph.fail("POST", "/groups", body) == (400, "Request_BadRequest", sentence)

    @pytest.mark.parametrize("name", ["onPremisesSyncEnabled", "creationType", "signInActivity"])
    def test_what_comes_from_elsewhere_is_not_written(self, graph, name):
        assert graph.fail("PATCH", "/users/ana@contoso.com", {name: None})[0] == 400


class TestLogs:
    def test_what_was_done_is_in_the_audit_log(self, graph):
        """reference-audit-activities: each with category, targets and what was modified; passwords are not."""
        ben = graph.do("POST", "/users", person({"userPrincipalName": "ben@contoso.com"}), 201)["id"]
        graph.do("PATCH", f"/users/{ben}", {"jobTitle": "Pilot"})
        graph.do("POST", f"/groups/{graph.company.office}/members/$ref", address(ben))
        body = {
            "principalId": ben,
            "resourceId": graph.company.app,
            "appRoleId": "0" * 8 + "-0000-0000-0000-" + "0" * 12,
        }
        key = graph.do("POST", "/servicePrincipals/{app}/appRoleAssignedTo", body, 201)["id"]
        assert graph.get(f"/servicePrincipals/{{app}}/appRoleAssignedTo/{key}")["principalId"] == ben
        assert graph.get(f"/users/{ben}/appRoleAssignments/{key}")["resourceId"] == graph.company.app
        graph.do("DELETE", f"/servicePrincipals/{{app}}/appRoleAssignedTo/{key}")
        graph.do("DELETE", f"/users/{ben}")
        graph.do("POST", f"/directory/deletedItems/{ben}/restore", {}, 200)
        assert activities(graph) == [
            "Add user",
            "Update user",
            "Add member to group",
            "Add app role assignment grant to user",
            "Remove app role assignment from user",
            "Delete user",
            "Restore user",
        ]
        path = "/auditLogs/directoryAudits?$filter=activityDisplayName eq 'Update user'".replace(" ", "%20")
        (entry,) = graph.get(path)["value"]
        assert entry["targetResources"][0]["modifiedProperties"] == [
            {"displayName": "jobTitle", "oldValue": "[]", "newValue": '["Pilot"]'}
        ]
        assert entry["initiatedBy"]["app"]["displayName"] == "Automation"
        one = graph.get(f"/auditLogs/directoryAudits/{entry['id']}")
        del one["@odata.context"]
        assert one == entry
        assert "xWwvJ" not in str(graph.get("/auditLogs/directoryAudits"))

    def test_a_provisioning_entry_is_found_by_its_id(self, graph):
        graph.company.turn_on()
        entry = graph.get("/auditLogs/provisioning?$top=1")["value"][0]
        assert graph.get(f"/auditLogs/provisioning/{entry['id']}")["changeId"] == entry["changeId"]
        assert graph.fail("GET", f"/auditLogs/provisioning/{NOBODY}")[0] == 404

    @pytest.mark.parametrize(
        "name", ["id", "tenantid", "jobid", "changeid", "cycleid", "sourceIdentity/displayName"]
    )
    @pytest.mark.parametrize("form", ["{} eq '{}'", "contains({}, '{}')"])
    def test_texts_of_the_provisioning_log_are_filtered(self, graph, name, form):
        """provisioningobjectsummary-list: eq and contains, spelled as that page spells them; with case."""
        graph.company.turn_on()
        entry = graph.get("/auditLogs/provisioning?$top=1")["value"][0]
        spelled = {"tenantid": "tenantId", "jobid": "jobId", "changeid": "changeId", "cycleid": "cycleId"}
        value = entry
        for part in spelled.get(name, name).split("/"):
            value = value[part]
        path = f"/auditLogs/provisioning?$filter={form.format(name, value)}".replace(" ", "%20")
        assert entry in graph.get(path)["value"]
        other = f"/auditLogs/provisioning?$filter={form.format(name, value.swapcase())}".replace(" ", "%20")
        if value.swapcase() != value:
            assert graph.get(other)["value"] == []

    @pytest.mark.parametrize("status", ["success", "Success"])
    def test_a_status_is_an_enumeration(self, graph, status):
        """…and so compared without case; beta has the older names beside."""
        graph.company.turn_on()
        for version, name in (("v1.0", "provisioningStatusInfo/status"), ("beta", "statusInfo/status")):
            path = f"/auditLogs/provisioning?$filter={name} eq '{status}'".replace(" ", "%20")
            assert graph.get(path, version=version)["value"]
        (entry, *_) = graph.get("/auditLogs/provisioning?$filter=action%20eq%20'Create'", version="beta")[
            "value"
        ]
        assert entry["statusInfo"]["status"] == entry["provisioningStatusInfo"]["status"]


class TestMetadata:
    @pytest.mark.parametrize("version", ["v1.0", "beta"])
    def test_the_service_document_names_the_collections(self, graph, version):
        """OData 4.01, 11.1.1: every collection that it names is there."""
        document = graph.get("/", version=version)
        assert document["@odata.context"] == f"{GRAPH}/{version}/$metadata"
        for row in document["value"]:
            if row["name"] != "directoryObjects":
                assert "value" in graph.get(f"/{row['url']}", version=version)

    def test_the_metadata_has_the_types(self, graph):
        """OData CSDL: keys, properties, nullability; every type that is named is declared."""
        answer = graph("GET", "/$metadata")
        assert answer.header("Content-Type").startswith("application/xml")
        edm = "{http://docs.oasis-open.org/odata/ns/edm}"
        schema = ET.fromstring(answer.body).find(f".//{edm}Schema")
        declared = {f"microsoft.graph.{each.get('Name')}" for each in schema}
        user = next(each for each in schema if each.get("Name") == "user")
        rows = {row.get("Name"): row for row in user.findall(f"{edm}Property")}
        assert rows["accountEnabled"].get("Type") == "Edm.Boolean"
        assert rows["identities"].get("Type") == "Collection(microsoft.graph.objectIdentity)"
        assert rows["id"].get("Nullable") == "false"
        for row in (*schema.iter(f"{edm}Property"), *schema.iter(f"{edm}NavigationProperty")):
            name = row.get("Type").removeprefix("Collection(").removesuffix(")")
            assert name.startswith("Edm.") or name in declared, name

    def test_the_metadata_has_what_provisioning_answers(self, graph):
        """Whatever a job, its schema and its template show, down to the last member, is declared in $metadata."""
        graph.company.turn_on()
        edm = "{http://docs.oasis-open.org/odata/ns/edm}"
        schema = ET.fromstring(graph("GET", "/$metadata").body).find(f".//{edm}Schema")
        parts = {
            f"microsoft.graph.{kind.get('Name')}": {row.get("Name"): row.get("Type") for row in kind}
            for kind in schema
        }

        def demand_declared(document, kind):
            for name, value in document.items():
                if "@odata." in name:
                    continue
                assert name in parts[kind], f"{kind}.{name}"
                inner = parts[kind][name].removeprefix("Collection(").removesuffix(")")
                for item in value if isinstance(value, list) else [value]:
                    if isinstance(item, dict):
                        demand_declared(item, inner)

        below = "/servicePrincipals/{app}/synchronization"
        job = f"{below}/jobs/{{job}}"
        for path, kind in (
            (below, ""),
            (job, "Job"),
            (f"{job}/schema", "Schema"),
            (f"{below}/templates/scim", "Template"),
        ):
            demand_declared(graph.get(path), f"microsoft.graph.synchronization{kind}")
        assert graph.fail("GET", f"{below}/jobs?$select=templateID,statuss")[0] == 400
