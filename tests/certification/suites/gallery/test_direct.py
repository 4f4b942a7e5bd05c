"""Tests 15 to 20 and 23 to 25 of Microsoft's app-gallery validation: who passes, and what fails each of them.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md (at 3372c7e, read 2026-11-30) and SCIMTests_Workflow.json (at 2ead7d6 of the fork
himanshusainig/SCIMReferenceCode, read 2026-11-29).
"""

import json
from dataclasses import replace

import pytest

from harness.azure_ad.mappings.templates import build
from harness.base.errors import HarnessError
from harness.certification.outcomes import Outcome
from harness.certification.subject import Subject
from harness.certification.suite import Suite
from harness.certification.suites.gallery.direct import CHECKS
from harness.scim.names import CORE_GROUP
from harness.wire.message import Response, json_request
from tests.certification.conftest import ONE_OF_EACH, TOKEN, URL
from tests.certification.junk import JUNK, junk
from tests.certification.vendors import MANAGER, mended
from tests.certification.wrong import (
    asking,
    editing,
    ignoring,
    operations,
    status,
    without_query,
)

pytestmark = pytest.mark.slow


def only(*names):
    """Return a suite of some of the tests."""
    chosen = tuple(check for check in CHECKS if not names or check.name in names)
    return Suite("direct", "Direct", "", "", chosen)


def not_passed(results):
    return {name: str(each.outcome) for name, each in results.items() if each.outcome is not Outcome.PASSED}


def test_the_tests_are_those_of_the_overview_in_its_order():
    """Only paging of groups is optional."""
    assert [check.name for check in CHECKS] == [
        "Schema_Discoverability_Test",
        "SCIM_Null_Update_Test",
        "SCIM_User_Create_Test",
        "SCIM_User_Update_Test",
        "SCIM_Group_Create_Test",
        "SCIM_Group_Update_Test",
        "SCIM_User_Pagination_Test",
        "SCIM_Group_Pagination_Test",
        "SCIM_Update_Manager_Test",
    ]
    assert [check.name for check in CHECKS if not check.mandatory] == ["SCIM_Group_Pagination_Test"]


def test_a_mended_server_passes_them_all_and_is_left_empty(certify, scim2_server):
    """Whatever a test made is taken away after it."""
    results = certify(only(), mended(scim2_server))
    assert not_passed(results) == {}
    assert [each.left for each in results.values()] == [()] * len(CHECKS)
    for kind in ("Users", "Groups"):
        listed = scim2_server(request("GET", f"/{kind}")).json()
        assert listed["totalResults"] == 0


def request(method, path, body=None):
    return json_request(method, URL + path, body, bearer=TOKEN)


def test_scim2_server_as_it_is(certify, scim2_server):
    """It keeps externalId out of /Schemas, as RFC 7643 3.1 has it, and refuses a manager that is bare text.

    Like Microsoft's own run, a user with a profileUrl that is no address fails (RFC 7643 4.1.1 wants a URI).
    """
    results = certify(only(), scim2_server)
    assert not_passed(results) == {
        "Schema_Discoverability_Test": "FAILED",
        "SCIM_User_Create_Test": "FAILED",
        "SCIM_User_Update_Test": "FAILED",
        "SCIM_Update_Manager_Test": "FAILED",
    }
    for name in ("SCIM_User_Create_Test", "SCIM_User_Update_Test"):
        assert "Invalid URI: Test-profileUrl-" in results[name].reason
    without = certify(only(name), scim2_server, Subject(URL, TOKEN, without=("profileUrl",)))
    assert not_passed(without) == {}
    assert "User externalId, Group externalId (RFC 7643 3.1" in results["Schema_Discoverability_Test"].reason
    assert results["SCIM_Update_Manager_Test"].reason.startswith(f"Add {MANAGER} with ")


def test_aws_sso_takes_one_phone_number_only(certify, aws_sso):
    """With more, mapped or in the target directory alone, whoever is created fails. Groups are not touched by that."""
    send, subject = aws_sso
    results = certify(only(), send, subject)
    users = {name for name, each in results.items() if "List attribute " in each.reason}
    assert users == {check.name for check in CHECKS if "Group" not in check.name and check is not CHECKS[0]}
    assert not_passed(results) == {
        **dict.fromkeys(users, "FAILED"),
        "Schema_Discoverability_Test": "FAILED",
        "SCIM_Group_Pagination_Test": "WARNING",
    }


def test_aws_sso_with_one_phone_number(certify, aws_sso):
    """It cannot empty attributes, counts a page as the total, and refuses an empty manager."""
    send, subject = aws_sso
    results = certify(only(), send, replace(subject, without=ONE_OF_EACH))
    assert {name: each.reason[:60] for name, each in results.items() if each.reason} == {
        "Schema_Discoverability_Test": "GET /Schemas does not have what the job's target directory h",
        "SCIM_Null_Update_Test": results["SCIM_Null_Update_Test"].reason[:60],
        "SCIM_User_Update_Test": results["SCIM_User_Update_Test"].reason[:60],
        "SCIM_User_Pagination_Test": "GET /Users?startIndex=1&count=5 is the only page, with 5 res",
        "SCIM_Group_Pagination_Test": "GET /Groups?startIndex=1&count=5 is the only page, with 5 re",
        "SCIM_Update_Manager_Test": f"replace {MANAGER}"[:60],
    }
    assert "profileUrl is null instead of" in results["SCIM_User_Update_Test"].reason
    assert results["SCIM_Null_Update_Test"].reason.startswith('replace displayName with "": PATCH /Users/')


def lacking(name):
    """Return a change of /Schemas that leaves an attribute out."""

    def changed(listed):
        for schema in listed["Resources"]:
            schema["attributes"] = [each for each in schema["attributes"] if each["name"] != name]
        return listed

    return editing("GET /Schemas", changed)


def canonical(types):
    """Return a change of /Schemas to other canonical types of phone numbers."""

    def changed(listed):
        for schema in listed["Resources"]:
            for attribute in schema["attributes"]:
                for sub in attribute.get("subAttributes", []):
                    if (attribute["name"], sub["name"]) == ("phoneNumbers", "type"):
                        sub["canonicalValues"] = types
        return listed

    return editing("GET /Schemas", changed)


def without_groups(listed):
    return {**listed, "Resources": [each for each in listed["Resources"] if each["id"] != CORE_GROUP]}


def same_page(request):
    """A server that looks at `count` alone, and says that it looked at `startIndex` too."""
    return without_query("startIndex")(request)


def empties(value):
    return lambda operation: operation.get("value", 0) == value


WRONG = [
    ("Schema_Discoverability_Test", lacking("title"), "what the job's target directory has: User title"),
    ("Schema_Discoverability_Test", lacking("department"), "enterprise:2.0:User:department"),
    ("Schema_Discoverability_Test", lacking("members"), "Group members"),
    (
        "Schema_Discoverability_Test",
        canonical(["work", "mobile"]),
        'has: User phoneNumbers[type eq "fax"].value',
    ),
    (
        "Schema_Discoverability_Test",
        editing("GET /Schemas", lambda listed: listed["Resources"]),
        "bare array instead of a ListResponse",
    ),
    (
        "Schema_Discoverability_Test",
        editing("GET /Schemas", lambda listed: {**listed, "Resources": []}),
        "answered no schema",
    ),
    ("Schema_Discoverability_Test", status("GET /Schemas", 403, when=200), "403 instead of 200"),
    (
        "SCIM_Null_Update_Test",
        ignoring("/Users", empties("")),
        'to "", not empty: displayName is "harness-',
    ),
    (
        "SCIM_Null_Update_Test",
        operations("/Users", lambda all_: [{**each, "value": each["value"] or "-"} for each in all_]),
        'to "", not empty: displayName is "-"',
    ),
    (
        "SCIM_Null_Update_Test",
        asking("PATCH /Users", lambda request: Response(400) if b"null" in request.body else request),
        "replace displayName with null: PATCH",
    ),
    (
        "SCIM_User_Create_Test",
        editing("POST /Users", lambda user: {**user, "userName": "other"}),
        'POST /Users: userName is "other" instead of',
    ),
    (
        "SCIM_User_Create_Test",
        editing("POST /Users", lambda user: {**user, "id": ""}),
        "a resource without an id",
    ),
    ("SCIM_User_Create_Test", status("POST /Users", 202, when=201), "202 instead of 200 or 201"),
    (
        "SCIM_User_Update_Test",
        ignoring("/Users", lambda each: "fax" in each["path"]),
        'phoneNumbers[type eq "fax"].value is "+1 425 555 0103" instead of "+1 425 555 0203"',
    ),
    (
        "SCIM_User_Update_Test",
        asking("PATCH /Users", lambda _: Response(202)),
        "202 instead of 200 or 204",
    ),
    (
        "SCIM_Group_Create_Test",
        editing("POST /Groups", lambda group: {**group, "displayName": "other"}),
        'POST /Groups: displayName is "other"',
    ),
    ("SCIM_Group_Create_Test", editing("GET /Schemas", without_groups), "group provisioning is mandatory"),
    ("SCIM_Group_Update_Test", ignoring("/Groups"), "displayName is"),
    ("SCIM_Group_Update_Test", editing("GET /Schemas", without_groups), "group provisioning is mandatory"),
    (
        "SCIM_User_Pagination_Test",
        editing("GET /Users", lambda page: {**page, "startIndex": 1}),
        "startIndex=6&count=5: startIndex is 1 instead of 6",
    ),
    (
        "SCIM_User_Pagination_Test",
        editing("GET /Users", lambda page: {**page, "totalResults": len(page["Resources"])}),
        "is the only page, with 5 resources and totalResults 5",
    ),
    (
        "SCIM_User_Pagination_Test",
        editing("GET /Users", lambda page: {**page, "totalResults": "11"}),
        'totalResults is "11" instead of a whole number',
    ),
    (
        "SCIM_User_Pagination_Test",
        asking("GET /Users", without_query("count")),
        "more than the count of 5",
    ),
    ("SCIM_Group_Pagination_Test", status("GET /Groups", 400, when=200), "400 instead of 200"),
    ("SCIM_Update_Manager_Test", ignoring("/Users", empties("")), 'to "", its value is "'),
    (
        "SCIM_Update_Manager_Test",
        ignoring("/Users", lambda each: each["op"] == "replace"),
        "after replace of",
    ),
    ("SCIM_Update_Manager_Test", ignoring("/Users"), "after Add of"),
]


@pytest.mark.parametrize(("name", "wrong", "reason"), WRONG)
def test_a_server_that_is_wrong_in_one_point_fails_that_test(certify, scim2_server, name, wrong, reason):
    """Each test fails for its own reason, and says it."""
    result = certify(only(name), wrong(mended(scim2_server)))[name]
    wanted = Outcome.FAILED if result.check.mandatory else Outcome.WARNING
    assert result.outcome is wanted
    assert reason in result.reason
    assert TOKEN not in result.reason


def test_without_a_group_schema_paging_of_groups_is_skipped(certify, scim2_server):
    """Only what is mandatory of groups is failed."""
    name = "SCIM_Group_Pagination_Test"
    result = certify(only(name), editing("GET /Schemas", without_groups)(scim2_server))[name]
    assert result.outcome is Outcome.SKIPPED
    assert "did not return the Group schema" in result.reason


def test_every_test_has_a_wrong_server():
    assert {name for name, _, _ in WRONG} == {check.name for check in CHECKS}


def test_a_page_that_comes_again_is_noticed(certify, scim2_server):
    """A server that passes startIndex over but repeats it in its answer."""
    asked = []

    def send(request):
        if "startIndex=" not in request.url:
            return scim2_server(request)
        start = int(request.url.partition("startIndex=")[2].partition("&")[0])
        asked.append(start)
        response = scim2_server(same_page(request))
        return replace(response, body=json.dumps({**response.json(), "startIndex": start}).encode())

    result = certify(only("SCIM_User_Pagination_Test"), send)["SCIM_User_Pagination_Test"]
    assert asked == [1, 1, 6]  # how many there are is asked first
    assert "was on an earlier page already" in result.reason


def test_paging_stops_after_ten_pages_of_a_server_that_has_much(certify, scim2_server):
    """What others have in the server neither breaks the test nor is it touched."""
    for number in range(60):
        body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": f"u{number}"}
        assert scim2_server(request("POST", "/Users", body)).status == 201
    result = certify(only("SCIM_User_Pagination_Test"), scim2_server)["SCIM_User_Pagination_Test"]
    pages = [each for each in result.exchanges if "count=5" in each.request.url]
    assert (result.outcome, len(pages)) == (Outcome.PASSED, 1 + 10)
    assert scim2_server(request("GET", "/Users")).json()["totalResults"] == 60


def test_types_that_are_not_listed_are_missed(certify, scim2_server):
    """Without canonical values Microsoft's workflow makes no typed name of an attribute, and misses all that the job has."""
    send = canonical([])(mended(scim2_server))
    result = certify(only("Schema_Discoverability_Test"), send)["Schema_Discoverability_Test"]
    assert result.outcome == Outcome.FAILED
    assert 'phoneNumbers[type eq "work"].value' in result.reason


def test_attributes_that_are_left_out_are_not_asked_for(certify, scim2_server):
    """The manager's test is skipped, a missing attribute is not missed, and no body has any of them."""
    subject = Subject(URL, TOKEN, without=("title", MANAGER))
    send = lacking("title")(mended(scim2_server))
    results = certify(only(), send, subject)
    assert not_passed(results) == {"SCIM_Update_Manager_Test": "SKIPPED"}
    assert results["SCIM_Update_Manager_Test"].reason == "the job's target directory has no manager"
    sent = [each.request.body for result in results.values() for each in result.exchanges]
    assert not any(b"title" in body for body in sent)


def test_an_own_schema_says_what_is_mapped(certify, scim2_server):
    """Groups that it does not provision have their tests nonetheless, with the name that the RFC requires."""
    schema = build("scim", "scim", "scim", "Azure Active Directory")
    rule = schema["synchronizationRules"][0]
    rule["objectMappings"] = rule["objectMappings"][:1]
    rule["objectMappings"][0]["attributeMappings"] = [
        row
        for row in rule["objectMappings"][0]["attributeMappings"]
        if row["targetAttributeName"] == "userName"
    ]
    results = certify(only(), mended(scim2_server), Subject(URL, TOKEN, schema=schema))
    assert not_passed(results) == dict.fromkeys(
        ("SCIM_Null_Update_Test", "SCIM_Group_Update_Test"), "SKIPPED"
    )


def test_a_schema_that_graph_would_refuse_is_refused(certify, scim2_server):
    with pytest.raises(HarnessError, match="directories"):
        certify(only("SCIM_User_Create_Test"), scim2_server, Subject(URL, TOKEN, schema={}))


@pytest.mark.parametrize("created", [200, 201])
@pytest.mark.parametrize("name", JUNK)
def test_no_answer_breaks_a_test(certify, name, created):
    """Whatever comes, also where something was to be created, each test ends as failed or skipped and says why."""
    results = certify(only(), status("POST ", created, when=200)(junk(name)))
    assert not_passed(results) == {
        **dict.fromkeys(results, "INCONCLUSIVE" if name == "no answer" else "FAILED"),
        "SCIM_Group_Pagination_Test": "SKIPPED",  # no answer has a Group schema
    }
    assert all(each.reason for each in results.values())


@pytest.mark.parametrize("name", JUNK)
def test_no_answer_after_good_creation_breaks_a_test(certify, scim2_server, name):
    """The server goes wrong once something is there to be read."""
    answer = junk(name)

    def send(request):
        good = request.method in ("POST", "DELETE") or "/Schemas" in request.url
        return (scim2_server if good else answer)(request)

    results = certify(only(), send)
    changed = {name for name, each in results.items() if each.outcome is Outcome.PASSED}
    assert changed <= {"SCIM_User_Create_Test", "SCIM_Group_Create_Test"}
