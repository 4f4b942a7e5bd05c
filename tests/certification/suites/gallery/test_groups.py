"""Tests 8 to 14 of the app-gallery validation: a right server passes them, one wrong in a point fails the test of that point.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md (at 3372c7e, read 2026-11-30).
"""

import re
from functools import partial

import pytest

from harness.azure_ad.mappings.templates import attribute_mapping, build
from harness.certification.bench.entra import Entra
from harness.certification.outcomes import Outcome
from harness.certification.suites.gallery.groups import CHECKS
from harness.scim.names import CORE_GROUP, CORE_USER, LIST_RESPONSE
from harness.wire.message import json_request
from tests.certification.conftest import ONE_PHONE, TOKEN, URL, others
from tests.certification.junk import JUNK, junk, junk_when_read
from tests.certification.vendors import mended
from tests.certification.wrong import (
    asking,
    at,
    editing,
    editing_request,
    ignoring,
    reply,
    swallowing,
)

pytestmark = pytest.mark.slow

NAMES = [
    "Create_Group_Test",
    "Update_Group_Test",
    "Delete_Group_Test",
    "Group_Update_Add_Member_Test",
    "Group_Update_Remove_Member_Test",
    "POD_Group_Test",
    "Restore_Group_Test",
]
OPTIONAL = ("Delete_Group_Test", "Restore_Group_Test")
PASSED, FAILED, WARNING, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.WARNING, Outcome.SKIPPED
SOME_GROUP = r"GET /Groups\?filter=displayName eq \"harness-[0-9a-f]{8}-displayName\""
NOTHING = {"schemas": [LIST_RESPONSE], "totalResults": 0, "Resources": []}


@pytest.fixture
def groups(tried):
    return partial(tried, CHECKS)


def schema(template="scim", change=None):
    """Return a job's schema, its mapping of groups changed."""
    made = build(template, f"{template}.1", "1" * 32, "Azure Active Directory")
    if change is not None:
        change(made["synchronizationRules"][0]["objectMappings"][1])
    return made


def test_the_checks_have_the_names_order_and_weight_of_the_overview():
    """Deleting for good and restoring are optional, all else mandatory."""
    assert [check.name for check in CHECKS] == NAMES
    assert tuple(check.name for check in CHECKS if not check.mandatory) == OPTIONAL


@pytest.mark.parametrize("flag", ["", "?aadOptscim062020"])
def test_a_right_server_passes_in_either_dialect_and_keeps_nothing(groups, vendor, flag):
    """Groups and their members are taken away through the job."""
    assert others(groups(vendor, url=URL + flag)) == {}
    for kind in ("Users", "Groups"):
        assert vendor(json_request("GET", f"{URL}/{kind}", bearer=TOKEN)).json()["totalResults"] == 0


@pytest.mark.parametrize(
    ("flag", "failed"), [("", {"Group_Update_Remove_Member_Test": FAILED}), ("?aadOptscim062020", {})]
)
def test_scim2_server_takes_no_list_of_members_to_remove(groups, scim2_server, flag, failed):
    """Azure AD sends one in the default dialect; RFC 7644, 3.5.2.2, has a filter in the path for it."""
    results = groups(scim2_server, url=URL + flag)
    assert others(results) == failed
    for name in failed:
        assert "PATCH https://scim.example.com/v2/Groups/" in results[name][1]
        assert "a remove operation carries no value" in results[name][1]


@pytest.mark.parametrize("flag", ["", "?aadOptscim062020"])
def test_aws_sso_passes_though_it_never_shows_members(groups, aws_sso, flag):
    """The log alone tells of them."""
    send, subject = aws_sso
    results = groups(send, url=subject.url + flag, token=subject.token, without=ONE_PHONE)
    assert others(results) == {}


def showing(members):
    """Return how a group reads with these members."""
    return lambda group: {**group, "members": members}


def only_once(send):
    """A server that takes one group, and refuses all after it."""
    taken = []

    def answer(request):
        taken.append(request)
        return request if len(taken) == 1 else reply(409)

    return asking("POST /Groups", answer)(send)


# The test, how the server is wrong, and what the reason says.
WRONG = {
    "a filter that finds anything": (
        "Create_Group_Test",
        swallowing(SOME_GROUP, 200, {**NOTHING, "Resources": [{"id": "1"}]}),
        r'^/Groups with filter displayName eq "harness-\w{8}-displayName" finds 1 resources instead of none$',
    ),
    "a filter that finds nothing": (
        "Create_Group_Test",
        swallowing(SOME_GROUP, 200, NOTHING),
        r'^/Groups with filter displayName eq "harness-\w{8}-displayName" finds 0 resources instead of one$',
    ),
    "an attribute forgotten on creation": (
        "Update_Group_Test",
        editing_request("POST /Groups", lambda body: {**body, "externalId": "x"}),
        r'^of 2 attributes sent: externalId reads "x" instead of "[\w-]{36}"$',
    ),
    "creation refused": (
        "Create_Group_Test",
        swallowing("POST /Groups", 501),
        r"Create has status failure, .*POST https://scim.example.com/v2/Groups answered 501",
    ),
    "a name that never changes": (
        "Update_Group_Test",
        swallowing("PATCH /Groups", 204),
        r'^/Groups with filter displayName eq "harness-\w{8}-displayName" finds 0 resources instead of one$',
    ),
    "a new name refused": (
        "Update_Group_Test",
        swallowing("PATCH /Groups", 400),
        r"Update has status failure, .* answered 400",
    ),
    "deletion passed over": (
        "Delete_Group_Test",
        swallowing("DELETE /Groups", 204),
        r"finds 1 resources instead of none$",
    ),
    "deletion refused": (
        "Delete_Group_Test",
        swallowing("DELETE /Groups", 405),
        r"Delete has status failure, .*DELETE https://scim.example.com/v2/Groups/\w+ answered 405",
    ),
    "a member passed over": (
        "Group_Update_Add_Member_Test",
        editing("GET /Groups/", showing([{"value": "another"}])),
        r'^members of the group reads \["another"\] instead of \["\w+","\w+"\]$',
    ),
    "a member refused": (
        "Group_Update_Add_Member_Test",
        swallowing("PATCH /Groups", 400),
        r"Update has status failure, .* answered 400",
    ),
    "members of another type": (
        "Group_Update_Add_Member_Test",
        editing("GET /Groups/", showing("nobody")),
        r'^members of the group reads "nobody" instead of a list$',
    ),
    "a member that stays": (
        "Group_Update_Remove_Member_Test",
        ignoring("/Groups", at(r"^members\[")),
        r'^members of the group reads \["\w+","\w+",.* instead of \["\w+","\w+",',
    ),
    "a removal refused": (
        "Group_Update_Remove_Member_Test",
        asking("PATCH /Groups", lambda asked: reply(400) if b"emove" in asked.body else asked),
        r"Update has status failure, .* answered 400",
    ),
    "creation on demand refused": (
        "POD_Group_Test",
        swallowing("POST /Groups", 403),
        r"^provisioning on demand came to Failure: Create has status failure, .* answered 403",
    ),
    "nothing found after provisioning on demand": (
        "POD_Group_Test",
        swallowing(SOME_GROUP, 200, NOTHING),
        r"finds 0 resources instead of one$",
    ),
    "unassigning passed over": (
        "Restore_Group_Test",
        swallowing("DELETE /Groups", 204),
        r"finds 1 resources instead of none$",
    ),
    "no way back": (
        "Restore_Group_Test",
        only_once,
        r"Create has status failure, .* answered 409",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_server_that_is_wrong_in_one_point(groups, scim2_server, wrong):
    """Fails the test of that point, for a reason that tells it."""
    name, make, why = WRONG[wrong]
    outcome, reason = groups(mended(make(scim2_server)), name)[name]
    assert outcome is (WARNING if name in OPTIONAL else FAILED)
    assert re.search(why, reason)


def test_without_a_group_schema_groups_are_failed(groups, vendor):
    """Group provisioning is mandatory; the optional tests do not apply."""

    def without_groups(listed):
        kept = [each for each in listed["Resources"] if each["id"] != CORE_GROUP]
        return {**listed, "Resources": kept}

    results = groups(editing("GET /Schemas", without_groups)(vendor))
    assert others(results) == {name: SKIPPED if name in OPTIONAL else FAILED for name in NAMES}
    for _, reason in results.values():
        assert reason.startswith(
            "/Schemas did not return the Group schema, and group provisioning is mandatory"
        )
        assert CORE_USER.lower() in reason


@pytest.mark.parametrize("status", [404, 500])
def test_without_schemas_groups_are_failed(groups, vendor, status):
    """What /Schemas does not return is not supported; the reason has the answer."""
    outcome, reason = groups(swallowing("GET /Schemas", status)(vendor), "Create_Group_Test")[
        "Create_Group_Test"
    ]
    assert outcome is FAILED
    assert f"GET /Schemas answered {status} instead of 200" in reason


def test_the_group_schema_is_known_whatever_its_case(groups, vendor):
    """URNs compare without regard to case (RFC 8141)."""

    def louder(listed):
        return {**listed, "Resources": [{**each, "id": each["id"].upper()} for each in listed["Resources"]]}

    assert others(groups(editing("GET /Schemas", louder)(vendor), "Create_Group_Test")) == {}


def test_a_job_that_provisions_no_groups_skips_them(groups, vendor):
    """Their mapping is turned off."""
    results = groups(vendor, schema=schema(change=lambda mapping: mapping.update(enabled=False)))
    assert others(results) == dict.fromkeys(NAMES, SKIPPED)
    assert {reason for _, reason in results.values()} == {"the job has no enabled mapping of groups"}


def test_a_job_that_provisions_no_members_fails_their_tests(groups, vendor):
    """Nothing would be sent when somebody joins."""
    results = groups(vendor, without=("members",))
    failed = ("Group_Update_Add_Member_Test", "Group_Update_Remove_Member_Test")
    assert others(results) == dict.fromkeys(failed, FAILED)
    assert {results[name][1] for name in failed} == {"the job's mapping of groups writes no members"}


def test_groups_are_found_by_the_matching_attribute_of_the_schema(groups, vendor):
    """The old template matches by externalId, which is the name, and has the alias for displayName."""
    asked = []

    def listening(request):
        asked.append(request)
        return vendor(request)

    results = groups(listening, schema=schema("customappsso"), without=("manager",))
    assert others(results) == {}
    found = [
        request.url
        for request in asked
        if request.header("Adscimversion") is None and "/Groups?filter" in request.url
    ]
    assert found
    assert all("filter=externalId%20eq" in url for url in found)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Group_Update_Add_Member_Test", r'"a", then "b", instead of nothing, then "\w+"$'),
        ("Group_Update_Remove_Member_Test", r'"a", then "b", instead of "\w+", then nothing$'),
    ],
)
def test_a_log_with_other_members(groups, vendor, monkeypatch, name, why):
    """The server is not to blame, yet the validation would fail."""
    monkeypatch.setattr(Entra, "modified", lambda *_: ("a", "b"))
    outcome, reason = groups(vendor, name)[name]
    assert outcome is FAILED
    assert re.search(f"^the log tells members {why}", reason)


def test_a_mapped_property_of_groups_changes_with_the_name(groups, vendor):
    """Here the externalId, by an expression of two properties."""

    def change(mapping):
        rows = mapping["attributeMappings"]
        rows[:] = [row for row in rows if row["targetAttributeName"] != "externalId"]
        rows.append(attribute_mapping("externalId", 'Join("-", [mail], [description])'))

    changing = schema(change=change)
    assert others(groups(vendor, "Create_Group_Test", "Update_Group_Test", schema=changing)) == {}
    stuck = ignoring("/Groups", at("^externalId$"))(vendor)
    outcome, reason = groups(stuck, "Update_Group_Test", schema=changing)["Update_Group_Test"]
    assert outcome is FAILED
    assert re.search(r'externalId reads "[\w-]+@contoso.com-harness-\w+-description" instead of "', reason)


@pytest.mark.parametrize("name", JUNK)
def test_no_answer_breaks_a_check(groups, name):
    """Junk to everything, /Schemas included."""
    results = groups(junk(name))
    assert list(results) == NAMES
    assert {outcome for outcome, _ in results.values()} <= (
        {Outcome.INCONCLUSIVE, SKIPPED} if name == "no answer" else {FAILED, WARNING, SKIPPED}
    )


@pytest.mark.parametrize("name", JUNK)
def test_no_answer_to_the_certifier_breaks_a_check(groups, vendor, name):
    """The provisioning goes well, and all that is read afterwards is junk."""
    results = groups(junk_when_read(vendor, name))
    assert {outcome for outcome, _ in results.values()} <= (
        {Outcome.INCONCLUSIVE} if name == "no answer" else {FAILED, WARNING}
    )
