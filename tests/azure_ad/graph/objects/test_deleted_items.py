"""Deleted items: thirty days to change one's mind, and what comes back."""

from datetime import timedelta

import pytest

from tests.azure_ad.caller import Caller, address, person, team
from tests.azure_ad.provisioning.company import GRAPH

DAY = timedelta(days=1)
LIST = "/directory/deletedItems/microsoft.graph.user"


@pytest.fixture
def graph(company):
    return Caller(company)


class TestDeletedItems:
    def test_a_deleted_user_is_listed_with_a_name_behind_the_id(self, graph):
        """directory-deleteditems-list: the userPrincipalName begins with the id; the name itself is free."""
        ana = graph.company.person("ana")
        graph.do("DELETE", "/users/ana@contoso.com")
        assert graph.fail("GET", f"/users/{ana}")[:2] == (404, "Request_ResourceNotFound")
        (item,) = graph.get(LIST)["value"]
        assert item["id"] == ana
        assert item["userPrincipalName"] == ana.replace("-", "") + "ana@contoso.com"
        assert item["deletedDateTime"] == "2026-03-02T08:00:00Z"
        shown = graph.get(f"/directory/deletedItems/{ana}")
        assert shown["@odata.context"] == f"{GRAPH}/v1.0/$metadata#directoryObjects/$entity"
        assert (shown["@odata.type"], shown["id"]) == ("#microsoft.graph.user", ana)
        graph.do("POST", "/users", person({"userPrincipalName": "ana@contoso.com"}), 201)

    def test_a_restored_user_is_whole_again(self, graph):
        """Properties, groups, manager, reports and assignments as they were."""
        company = graph.company
        ana, ben, eve = company.person("ana", jobTitle="Pilot"), company.person("ben"), company.person("eve")
        group = company.group("Office", (ana, ben))
        company.directory.set_manager(ana, ben)
        company.directory.set_manager(eve, ana)
        before = graph.get(f"/users/{ana}", version="beta")
        held = graph.get(f"/users/{ana}/appRoleAssignments")
        graph.do("DELETE", f"/users/{ana}")
        assert graph.names(f"/groups/{group}/members") == ["ben@contoso.com"]
        assert graph("GET", f"/users/{eve}/manager").status == 404
        restored = graph.do("POST", f"/directory/deletedItems/{ana}/restore", status=200)
        assert (restored["id"], restored["userPrincipalName"]) == (ana, "ana@contoso.com")
        assert graph.get(f"/users/{ana}", version="beta") == before
        assert graph.get(f"/users/{ana}/appRoleAssignments") == held
        assert graph.names(f"/groups/{group}/members") == ["ben@contoso.com", "ana@contoso.com"]
        assert graph.get(f"/users/{ana}/manager")["id"] == ben
        assert graph.get(f"/users/{eve}/manager")["id"] == ana
        assert graph.get(LIST)["value"] == []

    def test_what_changed_meanwhile_is_respected(self, graph):
        """A group that is gone, a report with another manager: nothing is forced."""
        company = graph.company
        ana, ben, eve = company.person("ana"), company.person("ben"), company.person("eve")
        group = company.group("Office", (ana,))
        company.directory.set_manager(eve, ana)
        graph.do("DELETE", f"/users/{ana}")
        graph.do("DELETE", f"/groups/{group}")
        graph.do("PUT", f"/users/{eve}/manager/$ref", address(ben))
        graph.do("POST", f"/directory/deletedItems/{ana}/restore", status=200)
        assert graph.get(f"/users/{ana}/memberOf")["value"] == []
        assert graph.get(f"/users/{eve}/manager")["id"] == ben
        assert graph.get(f"/users/{ana}/directReports")["value"] == []

    def test_a_name_that_is_taken_by_now_stands_in_the_way(self, graph):
        """400 naming the property; newUserPrincipalName is the way out."""
        ana = graph.company.person("ana")
        graph.do("DELETE", f"/users/{ana}")
        graph.company.person("ana")
        path = f"/directory/deletedItems/{ana}/restore"
        before = graph.company.rows()
        assert "userPrincipalName already exists" in graph.fail("POST", path)[2]
        assert graph.fail("POST", path, {"newUserPrincipalName": "no name"})[0] == 400
        assert graph.fail("POST", path, {"newUserPrincipalName": 5})[0] == 400
        assert graph.company.rows() == before
        shown = graph.do("POST", path, {"newUserPrincipalName": "ana2@contoso.com"}, 200)
        assert shown["userPrincipalName"] == "ana2@contoso.com"

    def test_thirty_days_later_there_is_nothing_to_restore(self, graph):
        """The thirtieth day ends it, and with it the assignments."""
        ana = graph.company.person("ana")
        graph.do("DELETE", f"/users/{ana}")
        graph.company.wait(30 * DAY - timedelta(seconds=1))
        assert len(graph.get(LIST)["value"]) == 1
        graph.company.wait(timedelta(seconds=1))
        assert graph.get(LIST)["value"] == []
        for method, path in (("GET", ""), ("POST", "/restore"), ("DELETE", "")):
            refusal = graph.fail(method, f"/directory/deletedItems/{ana}{path}")
            assert refusal[:2] == (404, "Request_ResourceNotFound")
        assert list(graph.company.store.scan("assignment")) == []

    def test_microsoft_365_groups_wait_and_security_groups_do_not(self, graph):
        """directory-deleteditems-restore: a security group is gone at once."""
        ana = graph.company.person("ana")
        unified = {
            "displayName": "News",
            "groupTypes": ["Unified"],
            "mailEnabled": True,
            "mailNickname": "news",
        }
        news = graph.do("POST", "/groups", team(unified), 201)["id"]
        office = graph.do("POST", "/groups", team({"displayName": "Office"}), 201)["id"]
        graph.do("POST", f"/groups/{news}/members/$ref", address(ana))
        for key in (news, office):
            graph.do("DELETE", f"/groups/{key}")
        assert graph.names("/directory/deletedItems/microsoft.graph.group") == ["News"]
        graph.do("POST", f"/directory/deletedItems/{news}/restore", status=200)
        assert graph.names(f"/groups/{news}/members") == ["ana@contoso.com"]
        assert graph.fail("POST", f"/directory/deletedItems/{office}/restore")[0] == 404


class TestProvisioning:
    """What the engine sends when a deletion becomes final."""

    @pytest.fixture
    def provisioned(self, graph, server):
        ana = graph.company.person("ana")
        graph.company.turn_on()
        server.seen()
        graph.company.log()
        return graph, ana

    def test_a_purge_sends_a_delete(self, provisioned, server):
        graph, ana = provisioned
        graph.do("DELETE", f"/users/{ana}")
        graph.do("DELETE", f"/directory/deletedItems/{ana}")
        graph.company.cycle()
        assert graph.company.told() == [("Ana", "delete", "success")]
        assert "DELETE /Users/u1" in server.seen()

    @pytest.mark.slow
    def test_so_does_the_thirtieth_day(self, provisioned):
        graph, ana = provisioned
        graph.do("DELETE", f"/users/{ana}")
        graph.company.cycle()
        assert graph.company.told() == [("Ana", "disable", "success")]
        graph.company.wait(29 * DAY)
        assert graph.company.told() == []
        graph.company.wait(DAY)
        assert graph.company.told() == [("Ana", "delete", "success")]

    @pytest.mark.slow
    def test_also_when_the_process_was_restarted(self, provisioned):
        """No timer is lost: what is due is looked for when a cycle begins."""
        graph, ana = provisioned
        graph.do("DELETE", f"/users/{ana}")
        graph.company.cycle()
        graph.company.reopen()
        graph.company.wait(30 * DAY)
        assert graph.company.told()[-1] == ("Ana", "delete", "success")

    def test_an_unassigned_user_who_is_purged_sends_nothing(self, provisioned):
        """how-provisioning-works: whoever was out of scope when deleted is left alone."""
        graph, ana = provisioned
        graph.company.unassign(ana)
        graph.company.cycle()
        graph.company.log()
        graph.do("DELETE", f"/users/{ana}")
        graph.do("DELETE", f"/directory/deletedItems/{ana}")
        graph.company.cycle()
        assert graph.company.told() == []

    def test_a_restored_user_is_enabled_and_not_put_back_into_groups(self, provisioned):
        """how-provisioning-works: the engine does not restore memberships; the directory has them."""
        graph, ana = provisioned
        company = graph.company
        group = company.group("Office", (ana,))
        company.cycle()
        graph.do("DELETE", f"/users/{ana}")
        company.cycle()
        company.log()
        graph.do("POST", f"/directory/deletedItems/{ana}/restore", status=200)
        company.cycle()
        assert company.told() == [("Ana", "update", "success")]
        assert graph.names(f"/groups/{group}/members") == ["ana@contoso.com"]

    @pytest.mark.parametrize("exported", [False, True])
    def test_the_name_of_the_deleted_is_sent_only_if_the_quirk_says_so(self, found, server, exported):
        """`deleted-user-name-exported`: whether the engine sees the name behind the id."""
        graph = Caller(found(deleted_user_name_exported=exported))
        ana = graph.company.person("ana")
        graph.company.turn_on()
        graph.do("DELETE", f"/users/{ana}")
        graph.company.log()
        graph.company.cycle()
        (entry,) = graph.company.log()
        changed = [row["displayName"] for row in entry["modifiedProperties"]]
        assert ("userName" in changed) is exported
        graph.do("POST", f"/directory/deletedItems/{ana}/restore", status=200)
        assert graph.get(f"/users/{ana}")["userPrincipalName"] == "ana@contoso.com"
