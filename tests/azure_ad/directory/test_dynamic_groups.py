"""Dynamic groups: when members follow the rule, what takes them out again, and what is refused."""

from datetime import timedelta

import pytest

from harness.azure_ad.directory.populate import populate
from tests.azure_ad.caller import Caller, address, person, team

DELAY = timedelta(minutes=2)
RULE = '(user.department -eq "Sales") -and (user.accountEnabled -eq true)'


@pytest.fixture
def graph(company):
    return Caller(company)


def dynamic(name, rule, **properties):
    body = {"displayName": name, "groupTypes": ["DynamicMembership"], "membershipRule": rule}
    return team({**body, "membershipRuleProcessingState": "On", **properties})


def make(graph, name, rule, **properties):
    key = graph.do("POST", "/groups", dynamic(name, rule, **properties), 201)["id"]
    graph.company.wait(DELAY)
    return key


def members(graph, key, wait=DELAY):
    graph.company.wait(wait)
    return graph.names(f"/groups/{key}/members")


@pytest.fixture
def sales(graph):
    graph.company.person("ana", assigned=False, department="sales")
    graph.company.person("ben", assigned=False, department="Support")
    return make(graph, "Sales", RULE)


def test_members_follow_the_rule(graph, sales):
    """groups-dynamic-membership: whoever changes moves in or out, new ones included."""
    assert members(graph, sales) == ["ana@contoso.com"]
    graph.do("PATCH", "/users/ben@contoso.com", {"department": "Sales"})
    graph.do("PATCH", "/users/ana@contoso.com", {"accountEnabled": False})
    graph.do("POST", "/users", person({"userPrincipalName": "eve@contoso.com", "department": "SALES"}), 201)
    assert members(graph, sales) == ["ben@contoso.com", "eve@contoso.com"]
    graph.do("PATCH", f"/groups/{sales}", {"membershipRule": 'user.displayName -startsWith "a"'})
    assert members(graph, sales) == ["ana@contoso.com"]


def test_a_change_takes_its_time(graph, sales):
    """groups-troubleshooting: membership changes are not seen instantly, but by a background process."""
    graph.do("PATCH", "/users/ben@contoso.com", {"department": "Sales"})
    assert members(graph, sales, timedelta(seconds=119)) == ["ana@contoso.com"]
    assert members(graph, sales, timedelta(seconds=1)) == ["ana@contoso.com", "ben@contoso.com"]


def test_the_delay_is_a_quirk(found):
    """With 0, members follow in the moment of the change."""
    graph = Caller(found(dynamic_group_minutes=0))
    graph.company.person("ana", assigned=False, department="sales")
    key = graph.do("POST", "/groups", dynamic("Sales", RULE), 201)["id"]
    assert members(graph, key, timedelta()) == ["ana@contoso.com"]
    graph.do("PATCH", "/users/ana@contoso.com", {"department": "x"})
    assert members(graph, key, timedelta()) == []


def test_a_change_of_the_name_alone_evaluates_nothing(graph, sales):
    """The rule is what members follow; a new name is no new rule."""
    members(graph, sales)
    graph.do("PATCH", f"/groups/{sales}", {"description": "of Contoso"})
    assert list(graph.company.store.scan("dynamicDue")) == []
    graph.do("PATCH", f"/groups/{sales}", {"membershipRule": RULE + " "})
    assert len(list(graph.company.store.scan("dynamicDue"))) == 1


def test_a_paused_rule_changes_nothing(graph, sales):
    """Processing state Paused: members stay as they are until it is On again."""
    graph.do("PATCH", f"/groups/{sales}", {"membershipRuleProcessingState": "Paused"})
    graph.do("PATCH", "/users/ben@contoso.com", {"department": "Sales"})
    assert members(graph, sales) == ["ana@contoso.com"]
    graph.do("PATCH", f"/groups/{sales}", {"membershipRuleProcessingState": "On"})
    assert len(members(graph, sales)) == 2


def test_members_from_before_are_removed(graph):
    """groups-troubleshooting: existing members of the group are removed when a rule is enabled."""
    ana = graph.company.person("ana", assigned=False, department="sales")
    inner = graph.company.group("Inner", assigned=False)
    key = graph.company.group("Sales", (graph.company.person("ben", assigned=False), inner), assigned=False)
    graph.do("PATCH", f"/groups/{key}", {"groupTypes": ["DynamicMembership"], "membershipRule": RULE})
    graph.company.wait(DELAY)
    assert graph.company.directory.members(key) == [ana]


def test_direct_reports_follow_their_manager(graph):
    """groups-dynamic-membership, Create a "Direct reports" rule."""
    eve = graph.company.person("eve", assigned=False)
    graph.company.person("ana", assigned=False)
    graph.company.person("ben", assigned=False)
    graph.company.directory.set_manager("ana@contoso.com", eve)
    key = make(graph, "Eve's", f'Direct Reports for "{eve}"')
    assert members(graph, key) == ["ana@contoso.com"]
    graph.company.directory.set_manager("ben@contoso.com", eve)
    graph.company.directory.set_manager("ana@contoso.com", None)
    assert members(graph, key) == ["ben@contoso.com"]
    graph.do("DELETE", f"/users/{eve}")
    assert members(graph, key) == []


class TestMemberOf:
    """groups-dynamic-rule-member-of, Preview limitations."""

    @staticmethod
    def rule(*groups):
        listed = ", ".join(f"'{group}'" for group in groups)
        return f"user.memberof -any (group.objectId -in [{listed}])"

    def test_direct_members_come_along_and_stay(self, graph):
        """Whoever joins later comes, too; nobody leaves until the rule is changed."""
        ana, ben, eve = (graph.company.person(name, assigned=False) for name in ("ana", "ben", "eve"))
        inner = graph.company.group("Inner", (eve,), assigned=False)
        source = graph.company.group("Source", (ana, inner), assigned=False)
        key = make(graph, "All", self.rule(source))
        assert members(graph, key) == ["ana@contoso.com"]
        graph.company.directory.add_member(source, ben)
        graph.company.directory.remove_member(source, ana)
        assert members(graph, key) == ["ana@contoso.com", "ben@contoso.com"]
        graph.do("PATCH", f"/groups/{key}", {"membershipRule": self.rule(source) + " "})
        assert members(graph, key) == ["ben@contoso.com"]

    def test_members_of_a_dynamic_group_come_along(self, graph, sales):
        """A group by attributes may be the source."""
        key = make(graph, "All", self.rule(sales))
        assert members(graph, key) == ["ana@contoso.com"]
        graph.do("PATCH", "/users/ben@contoso.com", {"department": "Sales"})
        assert members(graph, key) == ["ana@contoso.com", "ben@contoso.com"]

    def test_rules_in_a_row_are_refused(self, graph):
        """One memberOf group cannot define another, in whichever order they come."""
        source = graph.company.group("Source", assigned=False)
        first = make(graph, "First", self.rule(source))
        refusal = graph.fail("POST", "/groups", dynamic("Second", self.rule(first)))
        assert refusal[0] == 400
        assert "memberOf cannot read a group that uses memberOf itself" in refusal[2]
        changes = {"groupTypes": ["DynamicMembership"], "membershipRule": self.rule(first)}
        assert graph.fail("PATCH", f"/groups/{source}", changes)[0] == 400


def test_a_rule_may_read_the_clock(graph):
    """Members come as their day comes, though nobody changes them."""
    graph.company.person("ana", assigned=False, employeeHireDate="2026-03-12T00:00:00Z")
    key = make(graph, "Here", "user.employeeHireDate -le system.now")
    assert members(graph, key) == []
    assert members(graph, key, timedelta(days=10)) == ["ana@contoso.com"]


def test_devices_are_in_no_group(graph):
    """A security group may have a rule for devices, of which there are none; a Microsoft 365 group may not."""
    graph.company.person("ana", assigned=False)
    assert members(graph, make(graph, "Phones", "device.objectId -ne null")) == []
    body = dynamic("Phones too", "device.objectId -ne null") | {
        "groupTypes": ["Unified", "DynamicMembership"],
        "mailEnabled": True,
    }
    status, _, message = graph.fail("POST", "/groups", body)
    assert (status, "users alone" in message) == (400, True)


def test_what_is_described_stands_as_described(company):
    """A directory that is filled from a document has its dynamic groups filled."""
    document = {
        "users": [{"userPrincipalName": "ana@contoso.com", "displayName": "Ana", "department": "Sales"}],
        "groups": [{"displayName": "Sales", "groupTypes": ["DynamicMembership"], "membershipRule": RULE}],
    }
    populate(company.store, company.directory, document)
    group = company.directory.find("Group", "Sales")["id"]
    assert len(company.directory.members(group)) == 1


def test_nobody_edits_the_members_by_hand(graph, sales):
    """Neither in nor out."""
    ana, ben = (graph.get(f"/users/{name}@contoso.com")["id"] for name in ("ana", "ben"))
    before = graph.company.rows()
    assert graph.fail("POST", f"/groups/{sales}/members/$ref", address(ben))[0] == 400
    assert graph.fail("DELETE", f"/groups/{sales}/members/{ana}/$ref")[0] == 400
    assert graph.company.rows() == before


def test_a_group_that_stops_being_dynamic_keeps_its_members(graph, sales):
    """They are edited by hand from then on."""
    graph.do("PATCH", f"/groups/{sales}", {"groupTypes": [], "membershipRule": None})
    graph.do("PATCH", "/users/ana@contoso.com", {"department": "x"})
    assert members(graph, sales) == ["ana@contoso.com"]
    assert graph.get(f"/groups/{sales}")["membershipRuleProcessingState"] is None
    graph.do("POST", f"/groups/{sales}/members/$ref", address("ben@contoso.com"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"membershipRule": 'user.departmnt -eq "x"'}, "did you mean 'department'?"),
        ({"membershipRule": "("}, "cannot be read at position"),
        ({"membershipRule": None}, "needs a membershipRule"),
        ({"groupTypes": []}, "needs 'DynamicMembership'"),
        ({"membershipRuleProcessingState": "Off"}, "must be one of On, Paused"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(graph, sales, changes, message):
    """400 with the place or the word; the rule in force stays."""
    before = graph.company.rows()
    status, _, text = graph.fail("PATCH", f"/groups/{sales}", changes)
    assert (status, message in text) == (400, True), text
    assert graph.company.rows() == before


def test_the_engine_provisions_whoever_moves_in(graph, server, sales):
    """The change log tells the engine of members that no request added."""
    graph.company.assign(sales)
    graph.company.turn_on()
    assert server.created == ["ana@contoso.com", "Sales"]
    graph.do("PATCH", "/users/ben@contoso.com", {"department": "Sales"})
    graph.company.cycle()
    assert server.created[2:] == ["ben@contoso.com"]
