"""Delta queries: everything once, then what changed, and tokens that nobody can make up."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.azure_ad.caller import Caller, address
from tests.azure_ad.provisioning.company import GRAPH, Company
from tests.azure_ad.scim_server import ScimServer

MINIMAL = (("Prefer", "return=minimal"),)
USER = "#microsoft.graph.user"


@pytest.fixture
def graph(company):
    return Caller(company)


def begin(graph, path="/users/delta"):
    """Return what a first round tells, and the link to what comes after."""
    items, last = graph.pages(path)
    return items, last["@odata.deltaLink"]


def after(graph, link, **options):
    """Return what changed behind a link, and the next link."""
    items, last = graph.pages(link, **options)
    return items, last["@odata.deltaLink"]


class TestUsers:
    def test_the_first_round_has_everybody(self, graph):
        """user-delta: pages with next links, the delta link on the last; properties never set are left out."""
        keys = [graph.company.person(name) for name in ("ana", "ben", "eve")]
        first = graph.get("/users/delta?$top=2")
        assert first["@odata.context"] == f"{GRAPH}/v1.0/$metadata#users"
        assert "$skiptoken=" in first["@odata.nextLink"]
        assert "@odata.deltaLink" not in first
        items, last = graph.pages("/users/delta?$top=2")
        assert [item["id"] for item in items] == keys
        assert list(last) == ["@odata.context", "@odata.deltaLink", "value"]
        assert items[0] == {
            "id": keys[0],
            "displayName": "Ana",
            "givenName": "Ana",
            "surname": "Ruiz",
            "userPrincipalName": "ana@contoso.com",
        }

    def test_nothing_happened_is_an_empty_round(self, graph):
        graph.company.person("ana")
        _, link = begin(graph)
        items, again = after(graph, link)
        assert items == []
        assert "$deltatoken=" in again

    def test_later_rounds_have_what_changed(self, graph):
        """New, changed (null where a value went), deleted with a way back, and gone for good."""
        company = graph.company
        ana, ben, eve = (company.person(name, jobTitle="Pilot") for name in ("ana", "ben", "eve"))
        _, link = begin(graph, "/users/delta?$select=displayName,jobTitle")
        graph.do("PATCH", f"/users/{ana}", {"jobTitle": None})
        graph.do("DELETE", f"/users/{ben}")
        graph.do("DELETE", f"/users/{eve}")
        graph.do("DELETE", f"/directory/deletedItems/{eve}")
        dan = company.person("dan")
        items, link = after(graph, link)
        assert items == [
            {"id": ana, "displayName": "Ana", "jobTitle": None},
            {"id": ben, "@removed": {"reason": "changed"}},
            {"id": eve, "@removed": {"reason": "deleted"}},
            {"id": dan, "displayName": "Dan"},
        ]
        graph.do("POST", f"/directory/deletedItems/{ben}/restore", status=200)
        items, link = after(graph, link)
        assert items == [{"id": ben, "displayName": "Ben", "jobTitle": "Pilot"}]

    def test_a_purge_is_told_on_the_thirtieth_day(self, graph):
        """First changed, then deleted, with no request in between."""
        ana = graph.company.person("ana")
        _, link = begin(graph)
        graph.do("DELETE", f"/users/{ana}")
        for days, expected in ((5, "changed"), (5, None), (5, None), (5, None), (5, None), (5, "deleted")):
            graph.company.wait(timedelta(days=days))
            items, link = after(graph, link)
            assert items == ([{"id": ana, "@removed": {"reason": expected}}] if expected else [])

    def test_only_selected_properties_are_tracked(self, graph):
        """delta-query-overview: with $select other changes are no changes; the link keeps the selection."""
        ana, ben = graph.company.person("ana"), graph.company.person("ben")
        _, link = begin(graph, "/users/delta?$select=jobTitle,manager")
        graph.do("PATCH", f"/users/{ana}", {"city": "Ronda"})
        items, link = after(graph, link)
        assert items == []
        graph.do("PUT", f"/users/{ana}/manager/$ref", address(ben))
        items, link = after(graph, link)
        assert items == [{"id": ana, "manager@delta": [{"@odata.type": USER, "id": ben}]}]
        graph.do("DELETE", f"/users/{ana}/manager/$ref")
        assert after(graph, link)[0] == [{"id": ana, "manager@delta": []}]

    def test_minimal_answers_have_the_changed_properties(self, graph):
        """Prefer: return=minimal, and the header that says it was honoured."""
        ana = graph.company.person("ana")
        _, link = begin(graph)
        graph.do("PATCH", f"/users/{ana}", {"jobTitle": "Pilot"})
        answer = graph("GET", link, headers=MINIMAL)
        assert answer.json()["value"] == [{"id": ana, "jobTitle": "Pilot"}]
        assert answer.header("Preference-Applied") == "return=minimal"
        assert graph.get(link)["value"][0]["displayName"] == "Ana"

    def test_one_may_begin_with_now(self, graph):
        """$deltatoken=latest: no data, only a link; the docs write $deltaToken too."""
        graph.company.person("ana")
        for name, option in (("ben", "$deltatoken"), ("eve", "$deltaToken")):
            items, link = begin(graph, f"/users/delta?{option}=latest")
            assert items == []
            ben = graph.company.person(name)
            assert [item["id"] for item in after(graph, link)[0]] == [ben]

    def test_assignments_and_memberships_are_no_changes_of_a_user(self, graph):
        """They concern the engine, which reads the same log."""
        ana = graph.company.person("ana", assigned=False)
        _, link = begin(graph)
        graph.company.assign(ana)
        graph.company.group("Office", (ana,))
        assert after(graph, link)[0] == []

    def test_single_objects_may_be_watched(self, graph):
        """$filter names up to fifty ids, and nothing else."""
        ana, ben = graph.company.person("ana"), graph.company.person("ben")
        items, link = begin(graph, f"/users/delta?$filter=id%20eq%20'{ana}'")
        assert [item["id"] for item in items] == [ana]
        for key in (ana, ben):
            graph.do("PATCH", f"/users/{key}", {"jobTitle": "x"})
        assert [item["id"] for item in after(graph, link)[0]] == [ana]
        for condition in ("displayName eq 'x'", "id eq 'x' and", "", " or ".join(["id eq 'x'"] * 51)):
            path = f"/users/delta?$filter={condition.replace(' ', '%20')}"
            assert graph.fail("GET", path)[:2] == (400, "Request_UnsupportedQuery")


class TestGroups:
    def test_members_come_and_go(self, graph):
        """group-delta: members@delta with everybody at first, then who joined and who left."""
        company = graph.company
        ana, ben = company.person("ana"), company.person("ben")
        inner = company.group("Inner", (ben,))
        outer = company.group("Outer", (ana, inner))
        items, link = begin(graph, "/groups/delta?$select=displayName,members")
        group = "#microsoft.graph.group"
        assert items == [
            {"id": inner, "displayName": "Inner", "members@delta": [{"@odata.type": USER, "id": ben}]},
            {
                "id": outer,
                "displayName": "Outer",
                "members@delta": [{"@odata.type": USER, "id": ana}, {"@odata.type": group, "id": inner}],
            },
        ]
        graph.do("POST", f"/groups/{outer}/members/$ref", address(ben))
        graph.do("DELETE", f"/groups/{outer}/members/{ana}/$ref")
        items, link = after(graph, link)
        assert items == [
            {
                "id": outer,
                "displayName": "Outer",
                "members@delta": [
                    {"@odata.type": USER, "id": ben},
                    {"@odata.type": USER, "id": ana, "@removed": {"reason": "deleted"}},
                ],
            }
        ]
        graph.do("DELETE", f"/groups/{outer}")
        assert after(graph, link)[0] == [{"id": outer, "@removed": {"reason": "deleted"}}]

    def test_without_members_they_are_not_told(self, graph):
        """$select without members tracks names alone."""
        ana = graph.company.person("ana")
        office = graph.company.group("Office")
        _, link = begin(graph, "/groups/delta?$select=displayName")
        graph.do("POST", f"/groups/{office}/members/$ref", address(ana))
        assert after(graph, link)[0] == []

    def test_a_deleted_user_leaves_and_a_restored_one_joins_again(self, graph):
        """Delta tells what the engine is not told."""
        ana = graph.company.person("ana")
        office = graph.company.group("Office", (ana,))
        _, link = begin(graph, "/groups/delta")
        graph.do("DELETE", f"/users/{ana}")
        (item,), link = after(graph, link, headers=MINIMAL)
        gone = {"@odata.type": USER, "id": ana, "@removed": {"reason": "deleted"}}
        assert item == {"id": office, "members@delta": [gone]}
        graph.do("POST", f"/directory/deletedItems/{ana}/restore", status=200)
        (item,), link = after(graph, link, headers=MINIMAL)
        assert item == {"id": office, "members@delta": [{"@odata.type": USER, "id": ana}]}


class TestTokens:
    def test_a_token_is_good_for_seven_days(self, graph):
        """Afterwards 400 syncStateNotFound, in Microsoft's words."""
        _, link = begin(graph)
        graph.company.wait(timedelta(days=7))
        graph.get(link)
        graph.company.wait(timedelta(seconds=1))
        assert graph.fail("GET", link) == (
            400,
            "syncStateNotFound",
            "The sync state generation is not found. The delta token is expired and data must be synchronized again.",
        )

    def test_nobody_makes_up_or_changes_a_token(self, graph):
        """Neither its text nor its kind."""
        graph.company.person("ana")
        graph.company.person("ben")
        page = graph.get("/users/delta?$top=1")["@odata.nextLink"].rpartition("=")[2]
        _, link = begin(graph)
        token = link.rpartition("=")[2]
        for path in (
            "/users/delta?$deltatoken=1",
            "/users/delta?$deltatoken=",
            f"/users/delta?$deltatoken={token[:-1]}",
            f"/users/delta?$deltatoken=A{token}",
            f"/users/delta?$deltatoken={page}",
            f"/users/delta?$skiptoken={token}",
            f"/groups/delta?$deltatoken={token}",
        ):
            assert graph.fail("GET", path)[:2] == (400, "syncStateNotFound"), path

    def test_options_that_delta_does_not_know_are_refused(self, graph):
        for option in ("$orderby=id", "$count=true", "$expand=manager", "$search=x", "$skip=1"):
            assert graph.fail("GET", f"/users/delta?{option}")[0] == 400
        assert graph.fail("GET", "/users/delta?$select=nothing")[0] == 400


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["make", "rename", "delete", "restore", "purge", "read"]), st.integers(0, 3)
        ),
        max_size=25,
    )
)
@settings(max_examples=60, deadline=None)
@pytest.mark.slow
def test_whoever_follows_the_links_knows_the_directory(acts):
    """After any history a follower's copy, kept by delta alone, equals the list of users."""
    company = Company(ScimServer())
    graph = Caller(company)
    link, copy, keys = f"{GRAPH}/v1.0/users/delta?$select=displayName&$top=2", {}, []

    def follow(link):
        items, last = graph.pages(link)
        for item in items:
            if "@removed" in item:
                copy.pop(item["id"], None)
            else:
                copy[item["id"]] = item.get("displayName")
        return last["@odata.deltaLink"]

    for number, (act, which) in enumerate(acts):
        key = keys[which % len(keys)] if keys else None
        if act == "make":
            keys.append(company.person(f"p{number}"))
        elif act == "read":
            link = follow(link)
        elif act == "rename" and key:
            graph("PATCH", f"/users/{key}", {"displayName": f"name {number}"})
        elif act == "delete" and key:
            graph("DELETE", f"/users/{key}")
        elif act == "restore" and key:
            graph("POST", f"/directory/deletedItems/{key}/restore")
        elif act == "purge" and key:
            graph("DELETE", f"/directory/deletedItems/{key}")
    follow(link)
    listed = graph.get("/users?$select=id,displayName&$top=999")["value"]
    assert copy == {item["id"]: item["displayName"] for item in listed}


class TestApplications:
    """application-delta, serviceprincipal-delta and oauth2permissiongrant-delta."""

    @pytest.mark.parametrize("which", ["applications", "servicePrincipals", "oauth2PermissionGrants"])
    def test_nothing_happened_is_an_empty_round(self, graph, which):
        items, link = begin(graph, f"/{which}/delta")
        assert [item["id"] for item in items] == [item["id"] for item in graph.get(f"/{which}")["value"]]
        assert after(graph, link)[0] == []

    def test_a_registration_is_made_changed_deleted_and_purged(self, graph):
        _, link = begin(graph, "/applications/delta?$select=displayName,notes")
        key = graph.do("POST", "/applications", {"displayName": "Robot"}, 201)["id"]
        graph.do("PATCH", f"/applications/{key}", {"notes": "n"})
        items, link = after(graph, link)
        assert items == [{"id": key, "displayName": "Robot", "notes": "n"}]
        graph.do("POST", f"/applications/{key}/addPassword", {}, 200)
        assert after(graph, link)[0] == []  # a secret is not among what was asked for
        graph.do("DELETE", f"/applications/{key}")
        items, link = after(graph, link)
        assert items == [{"id": key, "@removed": {"reason": "changed"}}]
        graph.do("POST", f"/directory/deletedItems/{key}/restore", {}, 200)
        assert after(graph, link)[0] == [{"id": key, "displayName": "Robot", "notes": "n"}]
        graph.do("DELETE", f"/applications/{key}")
        graph.do("DELETE", f"/directory/deletedItems/{key}")
        assert after(graph, link)[0] == [{"id": key, "@removed": {"reason": "deleted"}}]

    def test_secrets_have_no_digest(self, graph):
        """What a delta shows of a secret is what a read shows."""
        key = graph.do("POST", "/applications", {"displayName": "Robot"}, 201)["id"]
        graph.do("POST", f"/applications/{key}/addPassword", {}, 200)
        items, _ = begin(graph, f"/applications/delta?$filter=id eq '{key}'")
        assert items[0]["passwordCredentials"] == graph.get(f"/applications/{key}")["passwordCredentials"]
        assert "digest" not in str(items)

    def test_only_what_changed_comes_with_return_minimal(self, graph):
        _, link = begin(graph, "/servicePrincipals/delta")
        graph.do("PATCH", "/servicePrincipals/{app}", {"notes": "n"})
        items, _ = after(graph, link, headers=MINIMAL)
        assert items == [{"id": graph.company.app, "notes": "n"}]

    def test_a_consent_is_given_widened_and_taken_back(self, graph):
        _, link = begin(graph, "/oauth2PermissionGrants/delta")
        app = graph.company.app
        consent = {"clientId": app, "consentType": "AllPrincipals", "resourceId": app, "scope": "User.Read"}
        key = graph.do("POST", "/oauth2PermissionGrants", consent, 201)["id"]
        items, link = after(graph, link)
        assert items == [{"id": key, **consent}]
        graph.do("PATCH", f"/oauth2PermissionGrants/{key}", {"scope": "User.Read Mail.Read"})
        items, link = after(graph, link)
        assert items == [{"id": key, **consent, "scope": "User.Read Mail.Read"}]
        graph.do("DELETE", f"/oauth2PermissionGrants/{key}")
        assert after(graph, link)[0] == [{"id": key, "@removed": {"reason": "deleted"}}]

    def test_no_cycle_looks_at_them(self, graph):
        """The change log is that of the cycles, too."""
        graph.company.person("ana")
        graph.company.turn_on()
        graph.company.log()
        graph.do("PATCH", "/servicePrincipals/{app}", {"notes": "n"})
        graph.do("POST", "/applications", {"displayName": "Robot"}, 201)
        graph.company.cycle()
        assert graph.company.log() == []

    def test_a_token_is_for_its_own_type(self, graph):
        _, link = begin(graph, "/applications/delta")
        assert graph.fail("GET", link.replace("/applications/", "/servicePrincipals/"))[0] == 400
