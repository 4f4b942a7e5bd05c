"""Users and groups over Microsoft Graph: what SDKs and the portal ask, and what careless callers are told."""

from typing import ClassVar

import pytest

from harness.wire.message import Request
from tests.azure_ad.caller import BEARER, Caller, address, person, team
from tests.azure_ad.provisioning.company import GRAPH


@pytest.fixture
def graph(company):
    return Caller(company)


def every_property(graph, name):
    return graph.get(f"/users/{name}", version="beta")


class TestUsers:
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
        "employeeHireDate": "2026-03-02T00:00:00Z",
        "employeeOrgData": {"division": "x", "costCenter": "y"},
        "onPremisesExtensionAttributes": {"extensionAttribute1": "e1", "extensionAttribute15": "e15"},
    }

    def test_a_user_is_made_and_shown_as_documented(self, graph):
        """user-post-users and user-get: the default set of properties, null where there is nothing."""
        made = graph.do("POST", "/users", person(self.PERSON), 201)
        assert made == {
            "@odata.context": f"{GRAPH}/v1.0/$metadata#users/$entity",
            "id": made["id"],
            "businessPhones": ["1"],
            "displayName": "Ana Ruiz",
            "givenName": None,
            "jobTitle": None,
            "mail": None,
            "mobilePhone": "2",
            "officeLocation": None,
            "preferredLanguage": None,
            "surname": None,
            "userPrincipalName": "ana@contoso.com",
        }
        assert graph.get(f"/users/{made['id']}") == made
        assert graph.get("/users/ANA@contoso.com") == made

    def test_other_properties_must_be_selected(self, graph):
        """optional-query-parameters: code that forgets $select sees no accountEnabled, here as there."""
        graph.do("POST", "/users", person(self.PERSON), 201)
        names = "accountEnabled,employeeOrgData,onPremisesExtensionAttributes,userType,faxNumber,city"
        shown = graph.get(f"/users/ana@contoso.com?$select={names}")
        assert shown["@odata.context"] == f"{GRAPH}/v1.0/$metadata#users({names})/$entity"
        assert shown["accountEnabled"] is True
        assert shown["employeeOrgData"] == {"division": "x", "costCenter": "y"}
        numbered = shown["onPremisesExtensionAttributes"]
        assert list(numbered) == [f"extensionAttribute{number}" for number in range(1, 16)]
        assert [value for value in numbered.values() if value] == ["e1", "e15"]
        assert (shown["userType"], shown["faxNumber"], shown["city"]) == ("Member", "3", None)

    def test_beta_shows_everything(self, graph):
        """versioning-and-support: beta returns all properties by default."""
        graph.do("POST", "/users", person(self.PERSON), 201)
        shown = every_property(graph, "ana@contoso.com")
        assert shown["@odata.context"] == f"{GRAPH}/beta/$metadata#users/$entity"
        assert shown["otherMails"] == ["a@b.c"]
        assert shown["employeeHireDate"] == "2026-03-02T00:00:00Z"
        assert shown["passwordProfile"] is None

    @pytest.mark.parametrize(
        ("data_type", "many", "value", "wrong"),
        [
            ("String", False, "b-7", 7),
            ("Boolean", False, True, "yes"),
            ("Integer", False, 7, 2**31),
            ("LargeInteger", False, 2**40, 2**63),
            ("DateTime", False, "2026-03-02T00:00:00Z", "yesterday"),
            ("Binary", False, "AAEC", 5),
            ("String", True, ["b-7", "b-8"], "b-7"),
            ("Integer", True, [7, 8], [7, "eight"]),
        ],
    )
    def test_a_directory_extension_is_kept(self, graph, data_type, many, value, wrong):
        """resources/extensionproperty: values of the type that it is defined with, one or several; shown when selected."""
        application = graph.do("POST", "/applications", {"displayName": "Badges"}, 201)
        definition = {
            "name": "badge",
            "dataType": data_type,
            "isMultiValued": many,
            "targetObjects": ["User"],
        }
        path = f"/applications/{application['id']}/extensionProperties"
        made = graph.do("POST", path, definition, 201)
        assert (made["dataType"], made["isMultiValued"]) == (data_type, many)
        name = f"extension_{application['appId'].replace('-', '')}_badge"
        status, _, message = graph.fail("POST", "/users", person({**self.PERSON, name: wrong}))
        assert (status, name in message) == (400, True)
        graph.do("POST", "/users", person({**self.PERSON, name: value}), 201)
        assert graph.get(f"/users/ana@contoso.com?$select={name}")[name] == value
        assert graph.fail("POST", "/groups", team({"displayName": "x", name: value}))[2] == (
            f"The following extension properties are not available: {name}."
        )

    @pytest.mark.parametrize(
        ("path", "body", "name"),
        [
            ("/users/ana@contoso.com", {"displayName": "x" * 257}, "displayName"),
            ("/users/ana@contoso.com", {"jobTitle": "x" * 129}, "jobTitle"),
            ("/users/ana@contoso.com", {"mailNickname": "naveen.mills,.jr."}, "mailNickname"),
            ("/users/ana@contoso.com", {"mailNickname": "andr\u00e9"}, "mailNickname"),
            ("/users/ana@contoso.com", {"usageLocation": "USA"}, "usageLocation"),
            ("/users/ana@contoso.com", {"userType": "Boss"}, "userType"),
            ("/users/ana@contoso.com", {"ageGroup": "Baby"}, "ageGroup"),
            ("/users/ana@contoso.com", {"passwordPolicies": "Weak"}, "passwordPolicies"),
            ("/groups/Office", {"mailNickname": "of.fice"}, "mailNickname"),
            ("/groups/Office", {"visibility": "Secret"}, "visibility"),
            ("/groups/Office", {"groupTypes": ["Static"]}, "groupTypes"),
            ("/groups/Office", {"theme": "Black"}, "theme"),
        ],
    )
    def test_a_value_that_no_object_can_have_is_named(self, graph, path, body, name):
        """resources/user and resources/group, Properties: lengths, characters and words; the details name the property."""
        graph.company.person("ana")
        graph.company.group("Office")
        kind = "User" if path.startswith("/users") else "Group"
        message = f"Invalid value specified for property '{name}' of resource '{kind}'."
        before = graph.company.rows()
        error = graph("PATCH", path, {"description" if kind == "Group" else "city": "new", **body}).json()[
            "error"
        ]
        assert (error["code"], error["message"]) == ("Request_BadRequest", message)
        assert error["details"] == [{"code": "InvalidValue", "message": message, "target": name}]
        assert graph.company.rows() == before

    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("/users/ana@contoso.com", "displayName"),
            ("/groups/Office", "displayName"),
            ("/groups/Office", "mailEnabled"),
        ],
    )
    def test_what_an_object_must_have_stays(self, graph, path, name):
        """resources/user: displayName "cannot be cleared during updates"."""
        graph.company.person("ana")
        graph.company.group("Office")
        assert graph.fail("PATCH", path, {name: None})[2].startswith(
            f"A value is required for property '{name}'"
        )

    @pytest.mark.parametrize("setting", [{"mailEnabled": True}, {"securityEnabled": False}])
    def test_mail_is_for_microsoft_365_groups(self, graph, setting):
        """group-post-groups: distribution groups and mail-enabled security groups are not made over Graph."""
        graph.company.group("Office")
        body = {"displayName": "x", "mailEnabled": False, "mailNickname": "x", "securityEnabled": True}
        for method, path in (("POST", "/groups"), ("PATCH", "/groups/Office")):
            answer = graph.fail(method, path, {**body, **setting} if method == "POST" else setting)
            assert answer[2].startswith(
                "The service does not currently support writes of mail-enabled groups."
            )
        graph.do("POST", "/groups", {**body, "mailEnabled": True, "groupTypes": ["Unified"]}, 201)

    def test_passwords_are_taken_and_neither_shown_nor_kept(self, graph):
        """A passwordProfile is write-only, here as there; so is one that comes with a PATCH."""
        graph.do("POST", "/users", person(self.PERSON), 201)
        graph.do("PATCH", "/users/ana@contoso.com", {"passwordProfile": {"password": "Other-xWwvJ"}})
        assert b"xWwvJ" not in graph("GET", "/users", version="beta").body
        assert not any("xWwvJ" in str(row) for row in graph.company.rows())

    def test_null_takes_a_value_away_and_parts_are_changed_alone(self, graph):
        """user-update: what is not named stays, inside complex properties too."""
        graph.do("POST", "/users", person(self.PERSON), 201)
        change = {
            "jobTitle": "Pilot",
            "mobilePhone": None,
            "employeeOrgData": {"costCenter": "z"},
            "onPremisesExtensionAttributes": {"extensionAttribute1": None},
        }
        graph.do("PATCH", "/users/ana@contoso.com", change)
        shown = every_property(graph, "ana@contoso.com")
        assert (shown["jobTitle"], shown["mobilePhone"]) == ("Pilot", None)
        assert shown["employeeOrgData"] == {"division": "x", "costCenter": "z"}
        assert shown["onPremisesExtensionAttributes"]["extensionAttribute1"] is None
        assert shown["onPremisesExtensionAttributes"]["extensionAttribute15"] == "e15"

    def test_guests_keep_their_marked_name(self, graph):
        """invitation: #EXT# stands in a guest's userPrincipalName, which addresses them when quoted."""
        guest = {
            "userPrincipalName": "ana_fabrikam.com#EXT#@contoso.onmicrosoft.com",
            "userType": "Guest",
            "externalUserState": "Accepted",
        }
        graph.do("POST", "/users", person(guest), 201)
        shown = graph.get("/users/ana_fabrikam.com%23EXT%23@contoso.onmicrosoft.com?$select=userType")
        assert shown["userType"] == "Guest"

    def test_a_name_that_is_taken_is_named(self, graph):
        """400 with details, one for the property that conflicts; also when a rename runs into it."""
        graph.company.person("ana")
        graph.company.person("ben")
        for method, path in (("POST", "/users"), ("PATCH", "/users/ben@contoso.com")):
            answer = graph(method, path, person({"userPrincipalName": "ANA@contoso.com"}))
            message = "Another object with the same value for property userPrincipalName already exists."
            error = answer.json()["error"]
            assert (answer.status, error["code"], error["message"]) == (400, "Request_BadRequest", message)
            assert error["details"] == [
                {"code": "ObjectConflict", "message": message, "target": "userPrincipalName"}
            ]

    @pytest.mark.parametrize(
        ("path", "body", "message"),
        [
            ("/users", {}, "A value is required for property 'userPrincipalName' of resource 'User'."),
            ("/users", {"userPrincipalName": "ana"}, "a user needs a userPrincipalName"),
            ("/users", {"userPrincipalName": 5}, "property 'userPrincipalName' must be text."),
            (
                "/users",
                {"userPrincipalName": "a@b", "jobTitel": "x"},
                "Invalid property 'jobTitel'; did you mean 'jobTitle'.",
            ),
            (
                "/users",
                {"userPrincipalName": "a@b", "id": "1"},
                "Property 'id' is read-only and cannot be set.",
            ),
            ("/users", {"userPrincipalName": "a@b", "accountEnabled": "yes"}, "must be true or false"),
            (
                "/users",
                {"userPrincipalName": "a@b", "businessPhones": [1]},
                "property 'businessPhones' must be text.",
            ),
            (
                "/users",
                {"userPrincipalName": "a@b", "employeeOrgData": {"costCentre": "1"}},
                "Invalid property 'employeeOrgData/costCentre'; did you mean 'costCenter'.",
            ),
            (
                "/users",
                {"userPrincipalName": "a@b", "onPremisesExtensionAttributes": {"extensionAttribute1": 1}},
                "property 'onPremisesExtensionAttributes/extensionAttribute1' must be text.",
            ),
            (
                "/users",
                {"userPrincipalName": "a@b", "passwordProfile": {"password": 5}},
                "property 'passwordProfile/password' must be text",
            ),
            (
                "/users",
                {"userPrincipalName": "a@b", "employeeHireDate": "yesterday"},
                "property 'employeeHireDate' must be a moment such as",
            ),
            (
                "/users",
                {"userPrincipalName": "a@b", "extension_x_y": "1"},
                "Invalid property 'extension_x_y'.",
            ),
            (
                "/users",
                {"userPrincipalName": "a@b", "owner@odata.bind": "x/y"},
                "Invalid property 'owner@odata.bind'.",
            ),
            (
                "/users",
                {"userPrincipalName": "a@contoso.com", "manager@odata.bind": "x/nobody"},
                "Resource 'nobody'",
            ),
            ("/groups", {}, "A value is required for property 'displayName' of resource 'Group'."),
            (
                "/groups",
                {"displayName": "x", "member": []},
                "Invalid property 'member'; did you mean 'membershipRule'.",
            ),
        ],
    )
    def test_a_bad_property_is_named(self, graph, path, body, message):
        """400 (404 for a reference to nobody) with the property, its type, or the nearest name; nothing is made."""
        before = graph.company.rows()
        status, code, told = graph.fail("POST", path, person(body) if path == "/users" else team(body))
        assert (status, code) in {(400, "Request_BadRequest"), (404, "Request_ResourceNotFound")}
        assert message in told
        assert graph.company.rows() == before

    @pytest.mark.parametrize(
        "raw", [b"", b"{", b"[]", b"null", b'"x"', b'{"a": NaN}', b"\xff", b'{"a":"\\ud800"}']
    )
    def test_a_body_that_is_no_object_is_refused(self, graph, raw):
        """One sentence for what is no JSON, one for JSON that is no object."""
        answer = graph.ask(Request("POST", f"{GRAPH}/v1.0/users", (BEARER,), raw))
        assert answer.status == 400
        sentences = ("Unable to read JSON request payload.", "An unexpected '")
        assert answer.json()["error"]["message"].startswith(sentences)

    @pytest.mark.slow
    def test_a_tower_of_brackets_is_refused_at_every_height(self, graph):
        """However deep, the answer is 400; never a traceback."""
        for depth in (1, *range(850, 1000), 100_000):
            head = b'{"userPrincipalName":"a@b","employeeOrgData":'
            raw = head + b'{"x":' * depth + b"1" + b"}" * depth + b"}"
            assert graph.ask(Request("POST", f"{GRAPH}/v1.0/users", (BEARER,), raw)).status == 400


class TestManagers:
    def test_a_person_has_a_manager(self, graph):
        """PUT, GET and DELETE of `manager/$ref`; none is 404."""
        ana, ben = graph.company.person("ana"), graph.company.person("ben")
        assert graph.fail("GET", "/users/ana@contoso.com/manager")[:2] == (404, "Request_ResourceNotFound")
        graph.do("PUT", "/users/ana@contoso.com/manager/$ref", address(ben, "users"))
        shown = graph.get("/users/ana@contoso.com/manager")
        assert list(shown)[:3] == ["@odata.context", "@odata.type", "id"]
        assert (shown["@odata.type"], shown["id"]) == ("#microsoft.graph.user", ben)
        assert graph.names("/users/ben@contoso.com/directReports") == ["ana@contoso.com"]
        graph.do("PUT", "/users/ana@contoso.com/manager/$ref", address(ana))
        assert graph.names("/users/ben@contoso.com/directReports") == []
        graph.do("DELETE", "/users/ana@contoso.com/manager/$ref")
        assert graph("GET", "/users/ana@contoso.com/manager").status == 404

    def test_managers_may_go_round(self, graph):
        """Graph does not look for circles, so neither does this."""
        ana, ben = graph.company.person("ana"), graph.company.person("ben")
        graph.do("PUT", f"/users/{ana}/manager/$ref", address(ben))
        graph.do("PUT", f"/users/{ben}/manager/$ref", address(ana))
        assert graph.get(f"/users/{ana}/manager")["id"] == ben
        assert graph.get(f"/users/{ben}/manager")["id"] == ana

    def test_a_manager_comes_with_the_user_when_asked(self, graph):
        """$expand=manager on one user and on a list; bound at creation."""
        ben = graph.company.person("ben")
        body = {
            "userPrincipalName": "ana@contoso.com",
            "manager@odata.bind": f"{GRAPH}/v1.0/users/{ben}",
        }
        graph.do("POST", "/users", person(body), 201)
        shown = graph.get("/users/ana@contoso.com?$expand=manager($select=id,displayName)")
        assert shown["manager"] == {"@odata.type": "#microsoft.graph.user", "id": ben, "displayName": "Ben"}
        first, second = graph.get("/users?$expand=manager&$select=id")["value"]
        assert (first["manager"], second["manager"]["userPrincipalName"]) == (None, "ben@contoso.com")


class TestGroups:
    def test_a_group_is_made_and_shown_as_documented(self, graph):
        """group-post-groups: what a security group is made with, and the properties of the answer."""
        body = {
            "displayName": "Office",
            "mailEnabled": False,
            "mailNickname": "office",
            "securityEnabled": True,
            "owners@odata.bind": [f"{GRAPH}/v1.0/users/{graph.company.person('ana')}"],
        }
        made = graph.do("POST", "/groups", team(body), 201)
        assert made["@odata.context"] == f"{GRAPH}/v1.0/$metadata#groups/$entity"
        expected = {"displayName": "Office", "mailEnabled": False, "securityEnabled": True, "groupTypes": []}
        assert {key: made[key] for key in expected} == expected
        assert made["deletedDateTime"] is None
        assert made["createdDateTime"] == "2026-03-02T08:00:00Z"
        assert graph.get(f"/groups/{made['id']}") == made

    def test_a_group_has_members(self, graph):
        """Members by reference, listed with their type, taken out by id."""
        ana = graph.company.person("ana")
        group = graph.do("POST", "/groups", team({"displayName": "Office"}), 201)["id"]
        graph.do("POST", f"/groups/{group}/members/$ref", address(ana))
        (member,) = graph.get(f"/groups/{group}/members")["value"]
        assert list(member)[:2] == ["@odata.type", "id"]
        assert (member["id"], member["@odata.type"]) == (ana, "#microsoft.graph.user")
        assert graph.names("/users/ana@contoso.com/memberOf") == ["Office"]
        assert graph.fail("POST", f"/groups/{group}/members/$ref", address(ana)) == (
            400,
            "Request_BadRequest",
            "One or more added object references already exist for the following modified properties: 'members'.",
        )
        graph.do("DELETE", f"/groups/{group}/members/{ana}/$ref")
        assert graph.get(f"/groups/{group}/members")["value"] == []
        assert graph.fail("DELETE", f"/groups/{group}/members/{ana}/$ref")[0] == 404

    def test_members_come_with_the_group_or_in_one_patch(self, graph):
        """members@odata.bind: in POST and in PATCH, up to twenty, all or none."""
        keys = [graph.company.person(f"p{number}") for number in range(22)]
        links = [address(key)["@odata.id"] for key in keys]
        body = {"displayName": "Office", "members@odata.bind": links[:1]}
        group = graph.do("POST", "/groups", team(body), 201)["id"]
        graph.do("PATCH", f"/groups/{group}", {"members@odata.bind": links[1:21], "description": "x"})
        assert [item["id"] for item in graph.get(f"/groups/{group}/members")["value"]] == keys[:21]
        before = graph.company.rows()
        assert graph.fail("PATCH", f"/groups/{group}", {"members@odata.bind": links[:21]})[0] == 400
        twice = {"description": "y", "members@odata.bind": [links[21], links[0]]}
        assert "already exist" in graph.fail("PATCH", f"/groups/{group}", twice)[2]
        assert graph.fail("PATCH", f"/groups/{group}", {"members@odata.bind": ["nothing"]})[0] == 400
        assert (
            graph.fail("POST", "/groups", team({"displayName": "B", "members@odata.bind": ["x/y"]}))[0] == 404
        )
        assert graph.company.rows() == before

    def test_groups_hold_groups(self, graph):
        """Nested members are seen at one remove, or at any; casts keep one type; no group is in itself."""
        company = graph.company
        ana = company.person("ana")
        inner = company.group("Inner", (ana,))
        outer = company.group("Outer", (inner,))
        company.directory.add_member(inner, outer)  # they go round
        assert graph.names(f"/groups/{outer}/members") == ["Inner"]
        assert graph.names(f"/groups/{outer}/transitiveMembers") == ["Inner", "ana@contoso.com", "Outer"]
        assert graph.names(f"/groups/{outer}/transitiveMembers/microsoft.graph.user") == ["ana@contoso.com"]
        assert graph.names("/users/ana@contoso.com/transitiveMemberOf") == ["Inner", "Outer"]
        assert graph.names(f"/groups/{outer}/memberOf/microsoft.graph.group") == ["Inner"]
        status, _, message = graph.fail("POST", f"/groups/{outer}/members/$ref", address(outer))
        assert (status, message) == (400, "a group cannot be a member of itself")
        shown = graph.get(f"/groups/{outer}?$expand=members($select=id)")
        assert shown["members"] == [{"@odata.type": "#microsoft.graph.group", "id": inner}]
