"""Tests 1 to 7 of the app-gallery validation: a right server passes them, one wrong in a point fails the test of that point.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md (at 3372c7e, read 2026-11-30).
"""

import json
import re
from copy import deepcopy
from functools import partial

import pytest

from harness.azure_ad.mappings.templates import attribute_mapping, build
from harness.base.errors import HarnessError
from harness.certification.bench.entra import Entra
from harness.certification.outcomes import Outcome
from harness.certification.suites.gallery.users import CHECKS
from harness.scim.names import ENTERPRISE_USER, LIST_RESPONSE
from harness.wire.message import json_request
from tests.certification.conftest import ONE_PHONE, TOKEN, URL, others
from tests.certification.junk import JUNK, junk, junk_when_read
from tests.certification.vendors import MANAGER
from tests.certification.wrong import (
    asking,
    at,
    each,
    editing,
    editing_request,
    ignoring,
    reply,
    swallowing,
    without,
)

pytestmark = pytest.mark.slow

NAMES = [
    "Create_User_Test",
    "Update_User_Test",
    "Disable_User_Test",
    "Delete_User_Test",
    "User_Update_Manager_Test",
    "Restore_User_Test",
    "POD_User_Test",
]
PASSED, FAILED, WARNING, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.WARNING, Outcome.SKIPPED
SOMEBODY = r"GET /Users\?filter=userName eq \"harness-[0-9a-f]{8}@"
NOBODY = {"schemas": [LIST_RESPONSE], "totalResults": 0, "Resources": []}


@pytest.fixture
def users(tried):
    return partial(tried, CHECKS)


def schema(template="scim", change=None):
    """Return a job's schema; `change` adds to the mappings of users or edits their target's attributes."""
    made = build(template, f"{template}.1", "1" * 32, "Azure Active Directory")
    if change is not None:
        definitions = {each["name"]: each for each in made["directories"][1]["objects"][0]["attributes"]}
        change(made["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"], definitions)
    return made


def mapped_to(target, expression, **more):
    def change(mappings, _):
        mappings[:] = [row for row in mappings if row["targetAttributeName"] != target]
        mappings.append({**attribute_mapping(target, expression), **more})

    return change


def test_the_checks_have_the_names_order_and_weight_of_the_overview():
    """Deleting for good is optional, all else mandatory."""
    assert [check.name for check in CHECKS] == NAMES
    assert [check.name for check in CHECKS if not check.mandatory] == ["Delete_User_Test"]


@pytest.mark.parametrize("flag", ["", "?aadOptscim062020"])
def test_a_right_server_passes_in_either_dialect_and_keeps_nobody(users, vendor, flag):
    """The users of the tests are taken away through the job."""
    assert others(users(vendor, url=URL + flag)) == {}
    assert vendor(json_request("GET", f"{URL}/Users", bearer=TOKEN)).json()["totalResults"] == 0


@pytest.mark.parametrize("flag", ["", "?aadOptscim062020"])
def test_scim2_server_takes_no_bare_manager(users, scim2_server, flag):
    """Azure AD sends the manager's id as text, for which the server wants an object (RFC 7643, 4.3)."""
    results = users(scim2_server, url=URL + flag)
    assert others(results) == {"User_Update_Manager_Test": FAILED}
    assert "PATCH https://scim.example.com/v2/Users/" in results["User_Update_Manager_Test"][1]
    assert "validation error for EnterpriseUser" in results["User_Update_Manager_Test"][1]


@pytest.mark.parametrize(
    ("flag", "failed"),
    [
        # A manager is taken away by `manager[value eq …]`, which AWS SSO refuses in either dialect.
        ("", {"User_Update_Manager_Test"}),
        # With the flag several attributes go in one operation without a path, of which AWS SSO takes one.
        ("?aadOptscim062020", {"User_Update_Manager_Test", "Update_User_Test"}),
    ],
)
def test_aws_sso(users, aws_sso, flag, failed):
    """With the attributes that the gallery's mapping for AWS leaves."""
    send, subject = aws_sso
    results = users(send, url=subject.url + flag, token=subject.token, without=ONE_PHONE)
    assert others(results) == dict.fromkeys(failed, FAILED)


def test_aws_sso_refuses_whoever_has_three_phone_numbers(users, aws_sso):
    """The usual mapping sends them, and the reason says what was asked and answered."""
    send, subject = aws_sso
    outcome, reason = users(send, "Create_User_Test", url=subject.url, token=subject.token)[
        "Create_User_Test"
    ]
    assert outcome is FAILED
    assert f"POST {subject.url}/Users answered 400" in reason
    assert "List attribute phoneNumbers exceeds allowed limit of 1" in reason
    assert subject.token not in reason
    assert "\n" not in reason


def louder(resource):
    """Answer a resource whose title is written in capitals."""
    return {**resource, "title": resource["title"].upper()} if resource.get("title") else resource


def renamed(resource):
    return {**resource, "name": {**resource["name"], "givenName": "x"}}


# The test, how the server is wrong, and what the reason says.
WRONG = {
    "a filter that finds anybody": (
        "Create_User_Test",
        swallowing(SOMEBODY, 200, {**NOBODY, "Resources": [{"id": "1"}]}),
        r'/Users with filter userName eq "harness-\w{8}@contoso.com" finds 1 resources instead of none',
    ),
    "a filter that finds nobody": (
        "Create_User_Test",
        swallowing(SOMEBODY, 200, NOBODY),
        r'/Users with filter userName eq "harness-\w{8}@contoso.com" finds 0 resources instead of one',
    ),
    "a filter that finds another": (
        "Create_User_Test",
        editing(SOMEBODY, each(lambda found: {**found, "id": "another"})),
        r'finds id "another" instead of "\w+"',
    ),
    "an attribute forgotten on creation": (
        "Update_User_Test",
        editing_request("POST /Users", without("title")),
        r'^of 21 attributes sent: title reads null instead of "harness-\w{8}-jobTitle"$',
    ),
    "another value on creation": (
        "Update_User_Test",
        editing(SOMEBODY, each(renamed)),
        r': name.givenName reads "x" instead of "harness-\w{8}-givenName"$',
    ),
    "creation refused": (
        "Create_User_Test",
        swallowing("POST /Users", 403, {"detail": "no more seats"}),
        r'POST https://scim.example.com/v2/Users answered 403: {"detail": "no more seats"}',
    ),
    "an attribute that never changes": (
        "Update_User_Test",
        ignoring("/Users", at("^title$")),
        r'title reads "harness-\w{8}-jobTitle" instead of "harness-\w{8}-jobTitle"$',
    ),
    "an update refused": (
        "Update_User_Test",
        swallowing("PATCH /Users", 500),
        r"Update has status failure, .*PATCH https://scim.example.com/v2/Users/\w+ answered 500",
    ),
    "disabling passed over": (
        "Disable_User_Test",
        ignoring("/Users", at("^active$")),
        r"""^the user's active reads true instead of false$""",
    ),
    "an active that is text": (
        "Disable_User_Test",
        editing(SOMEBODY, each(lambda found: {**found, "active": str(found["active"])})),
        r"""^the user's active reads "False" instead of false$""",
    ),
    "disabling refused": (
        "Disable_User_Test",
        swallowing("PATCH /Users", 501),
        r"Disable has status failure, .* answered 501",
    ),
    "deletion passed over": (
        "Delete_User_Test",
        swallowing("DELETE /Users", 204),
        r"finds 1 resources instead of none$",
    ),
    "deletion refused": (
        "Delete_User_Test",
        swallowing("DELETE /Users", 405),
        r"Delete has status failure, .*DELETE https://scim.example.com/v2/Users/\w+ answered 405",
    ),
    "a manager passed over": (
        "User_Update_Manager_Test",
        swallowing("PATCH /Users", 204),
        r':User:manager reads null instead of "\w+"$',
    ),
    "a manager that stays": (
        "User_Update_Manager_Test",
        ignoring("/Users", at(r":manager\[")),
        r':User:manager reads "\w+" instead of null$',
    ),
    "a manager refused": (
        "User_Update_Manager_Test",
        swallowing("PATCH /Users", 400),
        r"Update has status failure, .* answered 400",
    ),
    "unassigning passed over": (
        "Restore_User_Test",
        ignoring("/Users", at("^active$")),
        r"""^the user's active reads true instead of false$""",
    ),
    "no way back": (
        "Restore_User_Test",
        asking("PATCH /Users", lambda asked: asked if b'"False"' in asked.body else reply(204)),
        r"""^assigned again, the user's active reads false instead of true$""",
    ),
    "a way back that is refused": (
        "Restore_User_Test",
        asking("PATCH /Users", lambda asked: asked if b'"False"' in asked.body else reply(409)),
        r"Update has status failure, .* answered 409",
    ),
    "creation on demand refused": (
        "POD_User_Test",
        swallowing("POST /Users", 403),
        r"^provisioning on demand came to Failure: Create has status failure, .* answered 403",
    ),
    "nobody found after provisioning on demand": (
        "POD_User_Test",
        swallowing(SOMEBODY, 200, NOBODY),
        r"finds 0 resources instead of one$",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_server_that_is_wrong_in_one_point(users, vendor, wrong):
    """Fails the test of that point, for a reason that tells it."""
    name, make, why = WRONG[wrong]
    outcome, reason = users(make(vendor), name)[name]
    assert outcome is (WARNING if name == "Delete_User_Test" else FAILED)
    assert re.search(why, reason)


def test_a_server_may_delete_whom_it_is_told_to_disable(users, vendor):
    """Disabled users may be gone, and come back with another id."""

    def deleting(request):
        disabled = vendor(request)
        if request.method == "PATCH" and b'"active","value":"False"' in request.body:
            vendor(type(request)("DELETE", request.url, request.headers))
        return disabled

    results = users(deleting, "Disable_User_Test", "Restore_User_Test")
    assert others(results) == {}


def test_a_deleted_user_may_be_found_by_id_but_by_no_filter(users, vendor):
    """Or by the filter, where the id answers 404; either will do."""
    hidden = swallowing("DELETE /Users", 204)(vendor)
    gone = swallowing("GET /Users/", 404)(hidden)
    assert users(gone, "Delete_User_Test")["Delete_User_Test"] == (PASSED, "")


def test_left_out_attributes_are_neither_sent_nor_demanded(users, vendor):
    """A server without titles passes once the subject leaves them out."""
    titleless = editing_request("POST /Users", without("title"))(vendor)
    results = users(titleless, "Create_User_Test", "Update_User_Test", without=("title",))
    assert others(results) == {}


def test_without_a_mapping_of_the_manager_its_test_is_skipped(users, vendor):
    """The validation reads from the schema what applies."""
    results = users(vendor, "User_Update_Manager_Test", without=(MANAGER,))
    assert results == {"User_Update_Manager_Test": (SKIPPED, "no mapping writes a manager")}


def test_without_a_mapping_of_active_there_is_no_soft_deletion(users, vendor):
    """Which is mandatory. Who is unassigned is deleted then, and comes back as somebody new."""
    results = users(vendor, "Disable_User_Test", "Restore_User_Test", without=("active",))
    assert results == {
        "Disable_User_Test": (FAILED, "no mapping writes active, and Microsoft wants soft deletion of all"),
        "Restore_User_Test": (PASSED, ""),
    }


def test_without_a_mapping_of_active_a_user_who_stays_is_noticed(users, vendor):
    staying = swallowing("DELETE /Users", 204)(vendor)
    outcome, reason = users(staying, "Restore_User_Test", without=("active",))["Restore_User_Test"]
    assert (outcome, reason.endswith("finds 1 resources instead of none")) == (FAILED, True)


def test_an_attribute_that_is_not_there_cannot_be_left_out(users, vendor):
    """A slip of the pen is told with the nearest name."""
    with pytest.raises(HarnessError, match=r"target directory has no 'titel'.*title"):
        users(vendor, "Create_User_Test", without=("titel",))


def test_a_schema_that_microsoft_graph_refuses_is_told_by_it(users, vendor):
    """What is wrong is named by its JSON path."""
    broken = schema()
    del broken["synchronizationRules"][0]["objectMappings"][0]["flowTypes"]
    with pytest.raises(HarnessError, match="flowTypes"):
        users(vendor, "Create_User_Test", schema=broken)


def test_users_are_found_by_the_matching_attribute_of_the_schema(users, vendor):
    """The old template matches by externalId, and has the manager under another name that this server does not know."""
    asked = []

    def listening(request):
        asked.append(request)
        return vendor(request)

    results = users(listening, schema=schema("customappsso"), without=("manager",))
    assert others(results) == {"User_Update_Manager_Test": SKIPPED}
    direct = [
        request.url
        for request in asked
        if request.header("Adscimversion") is None and "filter" in request.url
    ]
    assert direct
    assert all("filter=externalId%20eq" in url for url in direct)


@pytest.mark.parametrize("expression", [None, 'Switch([jobTitle], , "Pilot", "Flyer")'])
def test_a_match_that_has_no_value_of_anybodys_own(users, vendor, expression):
    """A constant, or an expression that comes to null: nobody could be found by it."""
    unmatched = mapped_to("userName", expression, matchingPriority=1, defaultValue="somebody")
    for outcome, reason in users(vendor, schema=schema(change=unmatched)).values():
        assert outcome in (FAILED, WARNING)
        assert reason == "the mapping of userName has no value to match by"


EXPRESSIONS = {
    "of two properties": 'Join(", ", [department], [city])',
    "of an extension attribute": 'ToUpper([extensionAttribute3], "en-US")',
    "always the same": 'Switch([jobTitle], "Other", "Pilot", "Flyer")',
}


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_what_an_expression_made_must_read_back(users, vendor, expression):
    """Its attributes get values; what the log says was sent is compared."""
    subject = {"schema": schema(change=mapped_to("title", expression))}
    checks = ("Create_User_Test", "Update_User_Test")
    assert others(users(vendor, *checks, **subject)) == {}
    titleless = editing_request("POST /Users", without("title"))(vendor)
    outcome, reason = users(titleless, "Update_User_Test", **subject)["Update_User_Test"]
    assert (outcome, "title reads null instead of" in reason) == (FAILED, True)


def test_what_flows_only_on_creation_is_not_waited_for(users, vendor):
    """The new value goes out for the nickname, never for the title (ObjectAddOnly)."""

    def change(mappings, definitions):
        mapped_to("title", "[jobTitle]", flowType="ObjectAddOnly")(mappings, definitions)
        mapped_to("nickName", "[jobTitle]")(mappings, definitions)

    results = users(vendor, "Create_User_Test", "Update_User_Test", schema=schema(change=change))
    assert others(results) == {}


def test_an_update_is_of_everything_but_the_match(users, vendor):
    """Nor of what decides whether somebody is provisioned, nor of references."""
    patches = []

    def listening(request):
        patches.extend(json.loads(request.body)["Operations"] if request.method == "PATCH" else [])
        return vendor(request)

    assert others(users(listening, "Update_User_Test")) == {}
    mapping = schema()["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    mapped = {row["targetAttributeName"] for row in mapping}
    changed = {each["path"] for each in patches if each["path"] != "active"}
    assert changed == mapped - {"userName", "active", MANAGER}


def test_a_server_that_tells_the_service_what_it_wants_to_hear(users, vendor):
    """The service sends nothing then, and the log has no such change; words follow from the seed."""
    sent = []

    def listening(request):
        sent.extend(json.loads(request.body)["Operations"] if request.method == "PATCH" else [])
        return vendor(request)

    users(listening, "Update_User_Test")
    new = next(each["value"] for each in sent if each["path"] == "title")
    flattering = editing("GET /Users/", lambda found: {**found, "title": new})(vendor)
    outcome, reason = users(flattering, "Update_User_Test")["Update_User_Test"]
    assert (outcome, reason) == (FAILED, "the log's Update does not tell of title")


def test_a_scoping_filter_keeps_nobody_of_the_tests_out(users, vendor):
    """The server is certified, not who the company provisions."""
    scoped = schema()
    mapping = scoped["synchronizationRules"][0]["objectMappings"][0]
    clause = {"operatorName": "EQUALS", "sourceOperandName": "department"}
    clause["targetOperand"] = {"values": ["Sales"]}
    group = {"clauses": [clause], "name": "Sales"}
    mapping["scope"] = {"categoryFilterGroups": [], "groups": [group], "inputFilterGroups": []}
    assert others(users(vendor, "Create_User_Test", schema=scoped)) == {}


@pytest.mark.parametrize(("exact", "outcome"), [(False, PASSED), (True, FAILED)])
def test_case_counts_where_the_schema_says_so(users, vendor, exact, outcome):
    """A server that capitalizes titles."""

    def change(_, definitions):
        definitions["title"]["caseExact"] = exact

    loud = editing(r"GET /Users\?", each(louder))(editing("GET /Users/", louder)(vendor))
    results = users(loud, "Update_User_Test", schema=schema(change=change))
    assert results["Update_User_Test"][0] is outcome


def test_a_redacted_value_is_not_demanded(users, vendor):
    """The log hides it, so nothing can be compared."""
    hidden = schema(change=mapped_to("title", "Redact([jobTitle])"))
    titleless = editing_request("POST /Users", without("title"))(vendor)
    results = users(titleless, "Update_User_Test", schema=hidden)
    assert others(results) == {}


def test_a_log_with_another_manager(users, vendor, monkeypatch):
    """The server is not to blame, yet the validation would fail."""
    monkeypatch.setattr(Entra, "modified", lambda *_: (None, "another"))
    outcome, reason = users(vendor, "User_Update_Manager_Test")["User_Update_Manager_Test"]
    assert outcome is FAILED
    assert re.search(r'^the log tells urn:.*:User:manager "another" instead of "\w+"$', reason)


@pytest.mark.parametrize("name", JUNK)
def test_no_answer_breaks_a_check(users, name):
    """Junk to everything: hardly any job even starts."""
    results = users(junk(name))
    assert list(results) == NAMES
    assert {outcome for outcome, _ in results.values()} <= (
        {Outcome.INCONCLUSIVE, SKIPPED} if name == "no answer" else {FAILED, WARNING, SKIPPED}
    )


@pytest.mark.parametrize("name", JUNK)
def test_no_answer_to_the_certifier_breaks_a_check(users, vendor, name):
    """The provisioning goes well, and all that is read afterwards is junk."""
    results = users(junk_when_read(vendor, name))
    assert {outcome for outcome, _ in results.values()} <= (
        {Outcome.INCONCLUSIVE} if name == "no answer" else {FAILED, WARNING}
    )


def test_the_schema_of_a_subject_is_left_as_it_is(users, vendor):
    """What is left out is left out of a copy."""
    given = schema()
    before = deepcopy(given)
    users(vendor, "Create_User_Test", schema=given, without=("title", f"{ENTERPRISE_USER}:department"))
    assert given == before
