"""Microsoft's SCIM validator without a browser: who passes, and what fails each of its tests.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/scim-validator-tutorial, and results of real
runs in https://github.com/pranems/SCIMServer, docs/archive/SCIM_VALIDATOR_RESULTS_26_ANALYSIS.md (both read 2026-11-30).
"""

import json
import re
from dataclasses import replace
from urllib.parse import unquote

import pytest

from harness.azure_ad.mappings.templates import build
from harness.certification.outcomes import Outcome
from harness.certification.subject import Subject
from harness.certification.suite import Suite
from harness.certification.suites.validator.suite import VALIDATOR
from harness.scim.names import CORE_USER, ENTERPRISE_USER
from harness.wire.message import Response, json_request
from tests.certification.conftest import ONE_PHONE, TOKEN, URL
from tests.certification.junk import JUNK, junk
from tests.certification.vendors import MANAGER, mended
from tests.certification.wrong import (
    asking,
    each,
    editing,
    ignoring,
    meeting,
    operations,
    status,
    without,
    without_query,
)

pytestmark = pytest.mark.slow

USERS = [
    "Create a new User",
    "Create a duplicate User",
    "Filter for an existing user",
    "Filter for a non-existing user",
    "Filter for an existing user with a different case",
    "Patch User - Replace Attributes (Verbose)",
    "Patch User - Add Attributes (Verbose)",
    "Update User userName",
    "Patch User - Disable User",
    "Patch User - Add Manager",
    "Patch User - Replace Manager",
    "Patch User - Remove Manager",
    "Delete a User",
]
GROUPS = [
    "Get group by id excluding members",
    "Filter for existing group excluding members",
    "Filter for an existing group",
    "Filter for a non-existing group",
    "Filter for an existing group with a different case",
    "Create a new Group",
    "Create a duplicate Group",
    "Patch Group - Replace Attributes",
    "Update Group displayName",
    "Patch Group - Add Member",
    "Patch Group - Remove Member",
    "Delete a Group",
]
PREVIEW = [
    "Patch User - Multiple Ops on different attributes",
    "Patch User - Multiple Ops on same attribute",
    "Delete a non-existent User",
    "Delete the same User twice",
    "Patch Group - Multiple Ops on same attribute",
    "Delete a non-existent Group",
    "Delete the same Group twice",
]


def only(*names):
    """Return a suite of some of the tests."""
    return Suite("some", "Some", "", "", tuple(check for check in VALIDATOR.checks if check.name in names))


def reasons(results):
    return {name: each.reason for name, each in results.items() if each.outcome is not Outcome.PASSED}


def test_the_tests_are_those_of_a_real_run():
    """Twenty-five, and seven that it shows as a preview."""
    assert [check.name for check in VALIDATOR.checks if check.mandatory] == USERS + GROUPS
    assert [check.name for check in VALIDATOR.checks if not check.mandatory] == PREVIEW


def test_a_mended_server_passes_them_all_and_is_left_empty(certify, scim2_server):
    """Whatever a test made is taken away after it, and the verdict is good."""
    results = certify(VALIDATOR, mended(scim2_server))
    assert reasons(results) == {}
    assert [each.left for each in results.values()] == [()] * 32
    assert VALIDATOR.verdict({name: each.outcome for name, each in results.items()}) == ""
    for kind in ("Users", "Groups"):
        assert scim2_server(json_request("GET", f"{URL}/{kind}", bearer=TOKEN)).json()["totalResults"] == 0


def test_scim2_server_as_it_is(certify, scim2_server):
    """It adds to no element that is not there, and takes two groups of a name, as RFC 7643 lets it."""
    reason_of = reasons(certify(VALIDATOR, scim2_server))
    assert list(reason_of) == ["Patch User - Add Attributes (Verbose)", "Create a duplicate Group"]
    assert "answered 400 instead of 200 or 204" in reason_of["Patch User - Add Attributes (Verbose)"]
    assert "noTarget" in reason_of["Patch User - Add Attributes (Verbose)"]
    assert reason_of["Create a duplicate Group"].startswith("POST /Groups answered 201 instead of 409")


def test_aws_sso_answers_with_another_media_type(certify, aws_sso):
    """Each test ends there, as the validator's run does; the type of an error does not count."""
    send, subject = aws_sso
    reason_of = reasons(certify(VALIDATOR, send, replace(subject, without=ONE_PHONE)))
    refused = ("Delete a non-existent User", "Delete a non-existent Group")
    assert list(reason_of) == [check.name for check in VALIDATOR.checks if check.name not in refused]
    assert {reason.partition(" answered ")[2] for reason in reason_of.values()} == {
        "application/json instead of application/scim+json"
    }


def test_aws_sso_if_its_media_type_were_right(certify, aws_sso):
    """What is left is AWS's own: no empty manager, no replacing of members, and members that are never read."""
    send, subject = aws_sso

    def typed(request):
        response = send(request)
        return replace(response, headers=(("Content-Type", "Application/SCIM+json; charset=utf-8"),))

    reason_of = reasons(certify(VALIDATOR, typed, replace(subject, without=ONE_PHONE)))
    saying = {
        "Patch User - Remove Manager": "User.manager.value' failed to satisfy constraint",
        "Filter for existing group excluding members": "with excludedAttributes=members answered members: []",
        "Patch Group - Add Member": "Replacing group memberships is not supported.",
        "Patch Group - Remove Member": "Replacing group memberships is not supported.",
        "Patch Group - Multiple Ops on same attribute": "members are [] instead of [",
    }
    assert list(reason_of) == list(saying)
    for name, text in saying.items():
        assert text in reason_of[name]


def chosen(keep):
    """Return an edit of lists that keeps some of the resources."""

    def changed(found):
        if "Resources" not in found:
            return found
        left = [each for each in found["Resources"] if keep(each)]
        return {**found, "Resources": left, "totalResults": len(left)}

    return changed


def exact(name):
    """Return a wrong that finds by a name only what is written in the same case."""

    def act(request, send):
        wanted = re.search(r'eq "(.*?)"', unquote(request.url))[1]
        return editing("GET", chosen(lambda each: each[name] == wanted))(send)(request)

    return meeting(r'GET .*filter=\w+ eq "', act)


def hidden(send):
    """A server that hides whom it has disabled."""
    hiding = editing("GET .*filter=", chosen(lambda each: each.get("active") is not False))(send)

    def sent(request):
        response = hiding(request)
        return Response(404) if request.method == "GET" and b'"active": false' in response.body else response

    return sent


def has(**wanted):
    return lambda operation: all(operation.get(name) == value for name, value in wanted.items())


def emptied(all_):
    """A server that takes the filter of a removal for the whole list."""
    return [{**each, "path": "members"} if each["op"] == "remove" else each for each in all_]


WRONG = [
    ("Create a new User", status("POST /Users", 200, when=201), "answered 200 instead of 201"),
    ("Create a new User", editing("GET .*filter=", each(without("title"))), "title is null instead of"),
    (
        "Create a new User",
        editing("POST /Users", without("id")),
        "POST /Users answered a resource without an id",
    ),
    (
        "Create a duplicate User",
        status("POST /Users", 400, when=409),
        "answered 400 instead of 409",
    ),
    ("Filter for an existing user", status("GET .*filter=", 404, when=200), "404 instead of 200"),
    (
        "Filter for an existing user",
        editing(
            "GET .*filter=", lambda found: {**found, "Resources": found["Resources"] * 2, "totalResults": 2}
        ),
        "instead of that of /Users/",
    ),
    (
        "Filter for an existing user",
        editing("GET .*filter=", lambda found: {**found, "totalResults": 7}),
        "totalResults is 7, of 1 resources",
    ),
    (
        "Filter for an existing user",
        editing("GET .*filter=", each(lambda _: {"id": "x"})),
        'the ids ["x"]',
    ),
    ("Filter for a non-existing user", status("GET .*filter=", 404, when=200), "404 instead of 200"),
    (
        "Filter for a non-existing user",
        editing("GET .*filter=", lambda found: {**found, "Resources": [{}], "totalResults": 1}),
        "a filter that nothing fits finds 1 users",
    ),
    ("Filter for an existing user with a different case", exact("userName"), "finds the ids [] instead of"),
    (
        "Patch User - Replace Attributes (Verbose)",
        ignoring("/Users", has(path='addresses[type eq "work"].locality')),
        'addresses[type eq "work"].locality is "harness-',
    ),
    (
        "Patch User - Replace Attributes (Verbose)",
        asking("PATCH /Users", lambda _: Response(200)),
        "answered no JSON object",
    ),
    (
        "Patch User - Add Attributes (Verbose)",
        ignoring("/Users", has(path="title")),
        "title is null instead of",
    ),
    ("Update User userName", ignoring("/Users", lambda each: "path" not in each), "userName is"),
    ("Patch User - Disable User", ignoring("/Users"), "active is true instead of false"),
    ("Patch User - Disable User", hidden, "answered 404 instead of 200"),
    (
        "Patch User - Disable User",
        editing("GET .*filter=", each(without("active"))),
        "finds the disabled user with active null",
    ),
    (
        "Patch User - Add Manager",
        ignoring("/Users", has(path=MANAGER)),
        ":manager is null, its value should be",
    ),
    (
        "Patch User - Add Manager",
        editing(
            "GET /Users/",
            lambda user: {**user, ENTERPRISE_USER: {"manager": user[ENTERPRISE_USER]["manager"]["value"]}},
        ),
        ':manager is "',
    ),
    ("Patch User - Replace Manager", ignoring("/Users", has(op="replace")), "its value should be"),
    ("Patch User - Remove Manager", ignoring("/Users", has(value={"value": ""})), 'its value should be ""'),
    ("Delete a User", asking("DELETE /Users", lambda _: Response(204)), "answered 200 instead of 404"),
    ("Delete a User", status("DELETE /Users", 200, when=204), "DELETE /Users/"),
    (
        "Patch User - Multiple Ops on different attributes",
        ignoring("/Users", has(op="remove")),
        'preferredLanguage is "en-US" instead of null',
    ),
    (
        "Patch User - Multiple Ops on same attribute",
        operations("/Users", lambda all_: all_[:2]),
        "externalId is",
    ),
    (
        "Delete a non-existent User",
        status("DELETE /Users", 204, when=404, body=b""),
        "204 instead of 404",
    ),
    (
        "Delete the same User twice",
        status("DELETE /Users", 204, when=404, body=b""),
        "204 instead of 404",
    ),
    (
        "Get group by id excluding members",
        asking("GET /Groups/", without_query("excludedAttributes")),
        "with excludedAttributes=members answered members: [{",
    ),
    ("Get group by id excluding members", editing("GET /Groups/", lambda _: {}), "displayName is null"),
    (
        "Get group by id excluding members",
        editing("GET /Groups/", lambda group: {**group, "members": []}),
        "with excludedAttributes=members answered members: []",
    ),
    (
        "Filter for existing group excluding members",
        asking("GET .*filter=", without_query("excludedAttributes")),
        "with excludedAttributes=members answered members: [{",
    ),
    ("Filter for an existing group", status("GET .*filter=", 400, when=200), "400 instead of 200"),
    (
        "Filter for a non-existing group",
        status("GET .*filter=", 404, when=200),
        "404 instead of 200",
    ),
    (
        "Filter for an existing group with a different case",
        exact("displayName"),
        "finds the ids [] instead of",
    ),
    ("Create a new Group", editing("GET .*filter=", each(without("externalId"))), "externalId is null"),
    ("Create a duplicate Group", status("POST /Groups", 500, when=409), "500 instead of 409"),
    ("Patch Group - Replace Attributes", ignoring("/Groups"), "externalId is"),
    ("Update Group displayName", ignoring("/Groups"), "displayName is"),
    ("Patch Group - Add Member", ignoring("/Groups"), "members are [] instead of ["),
    ("Patch Group - Remove Member", ignoring("/Groups", has(op="remove")), "members are ["),
    ("Patch Group - Remove Member", operations("/Groups", emptied), "members are [] instead of ["),
    ("Delete a Group", asking("DELETE /Groups", lambda _: Response(204)), "answered 200 instead of 404"),
    ("Patch Group - Multiple Ops on same attribute", ignoring("/Groups", has(op="remove")), "members are ["),
    (
        "Delete a non-existent Group",
        status("DELETE /Groups", 204, when=404, body=b""),
        "204 instead of 404",
    ),
    (
        "Delete the same Group twice",
        status("DELETE /Groups", 204, when=404, body=b""),
        "204 instead of 404",
    ),
]


@pytest.mark.parametrize(("name", "wrong", "reason"), WRONG)
def test_a_server_that_is_wrong_in_one_point_fails_that_test(certify, scim2_server, name, wrong, reason):
    """Each test fails for its own reason, and says it."""
    result = certify(only(name), wrong(mended(scim2_server)))[name]
    assert result.outcome is (Outcome.FAILED if name in USERS + GROUPS else Outcome.WARNING)
    assert reason in result.reason
    assert TOKEN not in result.reason


def test_every_test_has_a_wrong_server():
    assert {name for name, _, _ in WRONG} == {check.name for check in VALIDATOR.checks}


@pytest.mark.parametrize("status", [409, 404])
def test_the_media_type_of_errors_does_not_count(certify, scim2_server, status):
    """Microsoft's validator passes it over, and so do the checks that stand for it."""
    send = mended(scim2_server)

    def plain(request):
        response = send(request)
        headers = (("Content-Type", "application/json; charset=utf-8"),)
        return replace(response, headers=headers) if response.status == status else response

    name = {409: "Create a duplicate User", 404: "Delete a non-existent User"}[status]
    assert certify(only(name), plain)[name].outcome is Outcome.PASSED


def test_a_manager_that_is_an_empty_text_is_none(certify, scim2_server):
    """The validator takes it, and Azure AD does; RFC 7643 would have it gone."""
    name = "Patch User - Remove Manager"

    def empty(user):
        extension = user.get(ENTERPRISE_USER)
        return (
            {**user, ENTERPRISE_USER: {"manager": {"value": ""}}}
            if extension and "manager" not in extension
            else user
        )

    removing = operations(
        "/Users",
        lambda all_: [
            {"op": "remove", "path": MANAGER} if has(value={"value": ""})(each) else each for each in all_
        ],
    )
    for send in (removing(scim2_server), editing("GET /Users/", empty)(removing(scim2_server))):
        assert certify(only(name), send)[name].outcome is Outcome.PASSED


def test_payloads_are_those_of_a_real_run(certify, scim2_server):
    """Lower case, no path where all is replaced, a list of one member, a manager as an object."""
    results = certify(VALIDATOR, mended(scim2_server))
    sent = {
        name: [
            json.loads(each.request.body)["Operations"]
            for each in result.exchanges
            if each.request.method == "PATCH"
        ]
        for name, result in results.items()
    }
    key = {"value": "…"}
    assert [masked(each) for each in sent["Patch Group - Remove Member"]] == [
        [{"op": "replace", "path": "members", "value": [key, key]}],
        [{"op": "remove", "path": 'members[value eq "…"]'}],
    ]
    assert [masked(each) for each in sent["Patch Group - Replace Attributes"]] == [
        [{"op": "replace", "value": {"externalId": "…"}}]
    ]
    assert [masked(each) for each in sent["Patch User - Remove Manager"]] == [
        [{"op": "add", "path": MANAGER, "value": key}],
        [{"op": "replace", "path": MANAGER, "value": {"value": ""}}],
    ]
    for all_ in sent.values():
        assert {operation["op"] for each in all_ for operation in each} <= {"add", "replace", "remove"}
    types = {
        each.request.header("Content-Type")
        for result in results.values()
        for each in result.exchanges
        if each.request.body
    }
    assert types == {"application/scim+json; charset=utf-8"}


def masked(found):
    return json.loads(re.sub(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", "…", json.dumps(found)))


def test_what_is_left_out_of_the_mapping_is_not_tested(certify, scim2_server):
    """Attribute subsets: the tests that need one are skipped, the others do without."""
    without = (MANAGER, "active", "externalId", "preferredLanguage", "title")
    results = certify(VALIDATOR, mended(scim2_server), Subject(URL, TOKEN, without=without))
    assert reasons(results) == {
        "Patch User - Disable User": "the job maps no active of users",
        "Patch User - Add Manager": "the job's target directory has no manager",
        "Patch User - Replace Manager": "the job's target directory has no manager",
        "Patch User - Remove Manager": "the job's target directory has no manager",
        "Patch User - Multiple Ops on different attributes": "the job maps no preferredLanguage of users",
        "Patch User - Multiple Ops on same attribute": "the job maps no externalId of users",
        "Patch Group - Replace Attributes": "the job maps no externalId of groups",
    }
    sent = [each.request.body for result in results.values() for each in result.exchanges]
    assert not any(b"title" in body or b"externalId" in body for body in sent)


def test_a_schema_without_groups_skips_them(certify, scim2_server):
    """As the validator does when the group tests are switched off. Roles go as they do there: "primary" is text."""
    schema = build("scim", "scim", "scim", "Azure Active Directory")
    users, groups = schema["synchronizationRules"][0]["objectMappings"]
    groups["enabled"] = False
    role = 'roles[primary eq "True"].value'
    users["attributeMappings"].append({**users["attributeMappings"][3], "targetAttributeName": role})
    results = certify(VALIDATOR, mended(scim2_server), Subject(URL, TOKEN, schema=schema))
    assert {reason for name, reason in reasons(results).items() if "group" in name.lower()} == {
        "the job maps no groups"
    }
    created = json.loads(results["Create a new User"].exchanges[0].request.body)
    assert created["schemas"] == [CORE_USER, ENTERPRISE_USER]
    assert created["roles"] == [{"primary": "True", "value": created["roles"][0]["value"]}]


@pytest.mark.parametrize("created", [200, 201])
@pytest.mark.parametrize("name", JUNK)
def test_no_answer_breaks_a_test(certify, name, created):
    """Whatever comes, also where something was to be created, each test ends as failed and says why."""
    results = certify(VALIDATOR, status("POST ", created, when=200)(junk(name)))
    wanted = {Outcome.INCONCLUSIVE} if name == "no answer" else {Outcome.FAILED, Outcome.WARNING}
    assert {each.outcome for each in results.values()} <= wanted
    assert all(each.reason for each in results.values())


@pytest.mark.parametrize("name", JUNK)
def test_no_answer_after_good_creation_breaks_a_test(certify, scim2_server, name):
    """The server goes wrong once something is there to be read or changed."""
    answer = junk(name)

    def send(request):
        return (scim2_server if request.method == "POST" else answer)(request)

    results = certify(VALIDATOR, send)
    passed = {check for check, each in results.items() if each.outcome is Outcome.PASSED}
    assert passed <= {
        "Create a duplicate User",
        "Filter for a non-existing user",
        "Filter for a non-existing group",
    }
