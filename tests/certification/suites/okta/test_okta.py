"""Okta's suites: a right server passes each step, one that is wrong in a point fails the step of that point."""

from dataclasses import replace

import pytest

from harness.certification.outcomes import Outcome
from harness.certification.suites.okta.suite import OKTA
from tests.certification.wrong import (
    dropping,
    editing,
    editing_request,
    meeting,
    rewriting,
    setting,
    status,
    swallowing,
)

pytestmark = pytest.mark.slow

MANDATORY = {check.name: check.mandatory for check in OKTA.checks}
# The notes of Okta's own files, in their order, without "Required Test: " and "Optional Test: ".
STEPS = [
    "Test Users endpoint",
    "Get Users/{{id}}",
    "Test invalid User by username",
    "Test invalid User by ID",
    "Make sure random user doesn't exist",
    "Create Okta user with realistic values",
    "Verify that user was created",
    "Expect failure when recreating user with same values",
    "Username Case Sensitivity Check",
    "Verify Groups endpoint",
    "Check status 401",
    "Check status 404",
]
ASSIGN = "Assign user to SCIM App: Verify if user is created in SCIM App"
UPDATE = "Update user firstname: Verify firstname update in SCIM App"
DEACTIVATE = "Deactivate user in Okta: Verify if user is deactivated in SCIM App"
REACTIVATE = "Reactivate user in okta: Verify if user is reactivated in SCIM App"
UNASSIGN = "Removes an assignment for a user in Okta: Verify if user is deactivated in SCIM App"
CRUD = [ASSIGN, UPDATE, DEACTIVATE, REACTIVATE, UNASSIGN]
GROUPS = [
    "Create Groups",
    "Retrieve Groups",
    "Update a specific Group name",
    "Update specific Group membership",
    "Delete a specific Group",
]
FIRST_PAGE, USER, FILTER = r"GET /Users\?count=1", r"GET /Users/[^?]*$", r"GET /Users\?filter="


def active_alone(listed):
    """Leave the inactive out of a list."""
    listed["Resources"] = [each for each in listed["Resources"] if each["active"]]
    listed["totalResults"] = len(listed["Resources"])


def first_without(name):
    return lambda listed: listed["Resources"][0].pop(name) and None


def never_active_again(request, send):
    if b'"active":true' not in request.body:
        return send(request)
    return swallowing("", 200, {})(send)(request)


# What is wrong with the server, and what the reason says; some steps are tried with several wrongs.
WRONGS = [
    ("Test Users endpoint", editing(FIRST_PAGE, setting(itemsPerPage="1")), 'itemsPerPage is "1"'),
    ("Test Users endpoint", editing(FIRST_PAGE, setting(Resources=[])), "answered no resource"),
    ("Test Users endpoint", editing(FIRST_PAGE, first_without("active")), "active is missing"),
    (
        "Test Users endpoint",
        editing(FIRST_PAGE, first_without("emails")),
        "emails[0].value is missing or empty",
    ),
    ("Get Users/{{id}}", editing(USER, setting(name={})), "name.familyName is missing or empty"),
    ("Get Users/{{id}}", editing(USER, setting(id="x")), 'id is "x" instead of'),
    ("Test invalid User by username", status(FILTER, 404), "answered 404 instead of 200"),
    ("Test invalid User by username", editing(FILTER, setting(totalResults="0")), 'totalResults is "0"'),
    ("Test invalid User by ID", editing(USER, dropping("detail")), "the error has no detail"),
    ("Test invalid User by ID", editing(USER, setting(schemas=[])), "schemas is []"),
    ("Make sure random user doesn't exist", editing(FILTER, setting(totalResults=1)), "totalResults is 1"),
    ("Make sure random user doesn't exist", editing(FILTER, setting(schemas=[])), "schemas is []"),
    ("Create Okta user with realistic values", status("POST /Users", 200), "answered 200 instead of 201"),
    ("Create Okta user with realistic values", editing("POST /Users", dropping("active")), "active is null"),
    ("Verify that user was created", editing(USER, setting(userName="x")), 'userName is "x" instead of'),
    (
        "Expect failure when recreating user with same values",
        status("POST /Users", 400, when=409),
        "answered 400 instead of 409",
    ),
    ("Username Case Sensitivity Check", status(FILTER + ".*HARNESS-", 404), "answered 404 instead of 200"),
    ("Verify Groups endpoint", status("GET /Groups", 501), "answered 501 instead of 200"),
    ("Verify Groups endpoint", editing("GET /Groups", setting(totalResults=1, Resources=None)), "no list"),
    ("Check status 401", editing(FILTER, setting(status=401)), 'status is 401 instead of "401"'),
    ("Check status 401", status(FILTER, 403, when=401), "answered 403 instead of 401"),
    ("Check status 404", editing(USER, setting(status=404)), 'status is 404 instead of "404"'),
    ("Check status 404", editing(USER, dropping("detail")), "the error has no detail"),
    (ASSIGN, status("POST /Users", 400), "answered 400 instead of 200 or 201"),
    (
        ASSIGN,
        editing(FILTER, lambda listed: listed["Resources"] and first_without("emails")(listed)),
        "emails[0]",
    ),
    (UPDATE, swallowing("PUT /Users/", 200, {}), 'name.givenName is "Given" instead of "Updated"'),
    (UPDATE, status("PUT /Users/", 204), "answered 204 instead of 200 or 201"),
    (DEACTIVATE, swallowing("PATCH /Users/"), "after PATCH without a path: active is true instead of false"),
    (DEACTIVATE, swallowing("PUT /Users/", 200, {}), "after PUT: active is true instead of false"),
    (DEACTIVATE, editing(USER, lambda user: user.update(active=str(user["active"]))), 'active is "False"'),
    (REACTIVATE, editing(FILTER, active_alone), "answered no resource"),
    (REACTIVATE, meeting("PUT /Users/", never_active_again), "after PUT: active is false instead of true"),
    (UNASSIGN, meeting("PUT /Users/", never_active_again), "after PUT: active is false instead of true"),
    (UNASSIGN, status("PATCH /Users/", 501), "answered 501 instead of 200 or 204"),
    ("Create Groups", status("POST /Groups", 200), "answered 200 instead of 201"),
    ("Create Groups", editing("POST /Groups", setting(displayName="x")), 'displayName is "x"'),
    ("Retrieve Groups", status("GET /Groups", 404), "answered 404 instead of 200"),
    ("Retrieve Groups", rewriting("GET /Groups", "filter=.*?&", ""), "totalResults is 1 instead of 0"),
    (
        "Update a specific Group name",
        swallowing("PATCH /Groups/"),
        "after PATCH without a path: displayName is",
    ),
    ("Update a specific Group name", swallowing("PUT /Groups/", 200, {}), "after PUT: displayName is"),
    (
        "Update specific Group membership",
        swallowing("PATCH /Groups/"),
        "after PATCH with add: members are []",
    ),
    ("Update specific Group membership", swallowing("PUT /Groups/", 200, {}), "after PUT: members are"),
    ("Delete a specific Group", swallowing("DELETE /Groups/"), "answered 200 instead of 404"),
]


def only(name):
    return replace(OKTA, checks=tuple(check for check in OKTA.checks if check.name == name))


def test_a_right_server_passes(certify, scim2_server):
    """scim2-server passes every step."""
    results = certify(OKTA, scim2_server)
    assert {name: result.reason for name, result in results.items() if result.reason} == {}
    assert OKTA.verdict({name: result.outcome for name, result in results.items()}) == ""


@pytest.mark.parametrize(("name", "spoil", "reason"), WRONGS, ids=[name for name, *_ in WRONGS])
def test_a_wrong_server_fails(certify, scim2_server, name, spoil, reason):
    """The reason says what there was; a step that is not mandatory warns."""
    (result,) = certify(only(name), spoil(scim2_server)).values()
    assert result.outcome is (Outcome.FAILED if MANDATORY[name] else Outcome.WARNING)
    assert reason in result.reason


def test_every_step_was_seen_to_fail():
    """No step passes whatever the server does."""
    assert {name for name, *_ in WRONGS} == set(MANDATORY)


def test_the_steps_are_okta_s():
    """The names of the files and of the reference; optional are the groups."""
    assert list(MANDATORY) == STEPS + CRUD + GROUPS
    assert [name for name, mandatory in MANDATORY.items() if not mandatory] == [
        "Verify Groups endpoint",
        *GROUPS,
    ]


def test_groups_without_members_to_see(certify, scim2_server):
    """Okta's reference: the members of a group need not be shown."""
    send = editing("GET /Groups/", dropping("members"))(scim2_server)
    (result,) = certify(only("Update specific Group membership"), send).values()
    assert result.outcome is Outcome.PASSED


def test_a_profile_with_a_password(certify, scim2_server):
    """Okta sends groups and a password with every new user."""
    sent = []
    send = editing_request("POST /Users", sent.append)(scim2_server)
    certify(only(ASSIGN), send)
    assert [(user["groups"], "password" in user) for user in sent] == [([], True)]


def test_the_wrong_token_is_okta_s(certify, scim2_server):
    """The header is not even of the Bearer kind."""
    (result,) = certify(only("Check status 401"), scim2_server).values()
    (exchange,) = result.exchanges
    assert exchange.response.status == 401


# AWS SSO: the developer guide has no PUT of groups, and no replace of all members; password and groups of a user it drops.
AWS = {
    "Update a specific Group name": (Outcome.WARNING, "PUT /Groups/"),
    "Update specific Group membership": (Outcome.WARNING, "PATCH /Groups/"),
}


def test_aws_sso(certify, aws_sso):
    """Exactly these steps are not passed, each for what AWS SSO does."""
    results = certify(OKTA, *aws_sso)
    not_passed = {name: result for name, result in results.items() if result.outcome is not Outcome.PASSED}
    assert {name: result.outcome for name, result in not_passed.items()} == {
        name: outcome for name, (outcome, _) in AWS.items()
    }
    for name, (_, reason) in AWS.items():
        assert reason in results[name].reason


def test_nothing_is_left_behind(certify, scim2_server):
    """What the steps create is deleted again."""
    assert {result.left for result in certify(OKTA, scim2_server).values()} == {()}
