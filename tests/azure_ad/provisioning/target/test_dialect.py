"""What Azure AD puts into POST and PATCH, compared whole with documented and observed bodies."""

from copy import deepcopy

import pytest

from harness.azure_ad.mappings.compiled import compile_mappings
from harness.azure_ad.mappings.templates import build
from harness.azure_ad.provisioning.target.dialect import (
    create_body,
    differences,
    manager_body,
    member_body,
    patch_body,
    split_tenant_url,
)
from harness.base.quirks import load_table
from harness.scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER, PATCH_OP

MAPPINGS = compile_mappings(build("scim", "job", "rule", "Microsoft Entra ID"))
QUIRKS = load_table("harness.azure_ad").choose("identity-center")
USERS, GROUPS = MAPPINGS["User"], MAPPINGS["Group"]
MANAGER = f"{ENTERPRISE_USER}:manager"
PERSON = {
    "userName": "ana@contoso.com",
    "active": "True",
    "displayName": "Ana Ruiz",
    'emails[type eq "work"].value': "ana@contoso.com",
    "name.givenName": "Ana",
    "name.familyName": "Ruiz",
    'phoneNumbers[type eq "work"].value': "555-555-5555",
    'phoneNumbers[type eq "mobile"].value': "555-555-5556",
    f"{ENTERPRISE_USER}:employeeNumber": "701984",
    f"{ENTERPRISE_USER}:department": "Tour Operations",
}


def operations(values, held, *, flagged=False):
    body = patch_body(differences(USERS, values, held), flagged=flagged)
    assert body["schemas"] == [PATCH_OP]
    return body["Operations"]


def test_a_user_is_created_as_documented():
    """Both schemas, a real boolean, one primary work e-mail, typed phones without primary, nested extension."""
    assert create_body(USERS, PERSON, QUIRKS) == {
        "schemas": [CORE_USER, ENTERPRISE_USER],
        "userName": "ana@contoso.com",
        "active": True,
        "displayName": "Ana Ruiz",
        "emails": [{"primary": True, "type": "work", "value": "ana@contoso.com"}],
        "name": {"givenName": "Ana", "familyName": "Ruiz"},
        "phoneNumbers": [
            {"type": "work", "value": "555-555-5555"},
            {"type": "mobile", "value": "555-555-5556"},
        ],
        ENTERPRISE_USER: {"employeeNumber": "701984", "department": "Tour Operations"},
        "meta": {"resourceType": "User"},
        "roles": [],
    }


def test_a_group_is_created_as_observed():
    """No Microsoft URN, an empty member list: https://learn.microsoft.com/en-us/answers/a/637791."""
    assert create_body(GROUPS, {"displayName": "Org Admin", "externalId": "0899060"}, QUIRKS) == {
        "schemas": [CORE_GROUP],
        "externalId": "0899060",
        "displayName": "Org Admin",
        "members": [],
        "meta": {"resourceType": "Group"},
    }


def test_case_counts_where_the_schema_says_so():
    """attributeDefinition: `caseExact` decides whether values that differ in case alone differ."""
    schema = build("scim", "job", "rule", "Microsoft Entra ID")
    exact = deepcopy(schema)
    for directory in exact["directories"]:
        for each in directory["objects"]:
            for definition in each["attributes"]:
                definition["caseExact"] = definition["name"] == "title"
    held = {"title": "engineer", "displayName": "ana ruiz"}
    wanted = {"title": "Engineer", "displayName": "Ana Ruiz"}
    assert differences(compile_mappings(schema)["User"], wanted, held) == []
    (change,) = differences(compile_mappings(exact)["User"], wanted, held)
    assert change.flow.target == "title"


def test_what_is_absent_stays_absent():
    """Attributes without a value are omitted, complex ones too."""
    body = create_body(USERS, {"userName": "a@b"}, QUIRKS)
    assert sorted(body) == ["meta", "roles", "schemas", "userName"]


def test_a_default_patch_names_every_path():
    """application-config-problem-scim-compatibility: Replace with a path each, in one request."""
    held = create_body(USERS, PERSON, QUIRKS)
    values = {
        "displayName": "Pvlo",
        'emails[type eq "work"].value': "x@y",
        "name.givenName": "Gtfd",
        f"{ENTERPRISE_USER}:employeeNumber": "Eqpj",
    }
    assert operations(values, held) == [
        {"op": "Replace", "path": "displayName", "value": "Pvlo"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "x@y"},
        {"op": "Replace", "path": "name.givenName", "value": "Gtfd"},
        {"op": "Replace", "path": f"{ENTERPRISE_USER}:employeeNumber", "value": "Eqpj"},
    ]


def test_a_flagged_patch_merges_plain_replaces():
    """Filtered paths stay alone and come first; the rest is one operation without a path, keys dotted."""
    held = create_body(USERS, PERSON, QUIRKS)
    values = {
        "displayName": "Bjfe",
        'emails[type eq "work"].value': "TestMhvaes@test.microsoft.com",
        "name.givenName": "Kkom",
        f"{ENTERPRISE_USER}:employeeNumber": "Aklq",
    }
    assert operations(values, held, flagged=True) == [
        {
            "op": "replace",
            "path": 'emails[type eq "work"].value',
            "value": "TestMhvaes@test.microsoft.com",
        },
        {
            "op": "replace",
            "value": {
                "displayName": "Bjfe",
                "name.givenName": "Kkom",
                f"{ENTERPRISE_USER}:employeeNumber": "Aklq",
            },
        },
    ]


@pytest.mark.parametrize(
    ("flagged", "operation"),
    [
        (False, {"op": "Replace", "path": "active", "value": "False"}),
        (True, {"op": "replace", "path": "active", "value": False}),
    ],
)
def test_disabling_is_a_word_by_default_and_a_boolean_with_the_flag(flagged, operation):
    """The best-known difference of the two dialects; a lone replace keeps its path."""
    assert operations({"active": "False"}, {"active": True}, flagged=flagged) == [operation]


@pytest.mark.parametrize(
    ("flagged", "operation"),
    [
        (False, {"op": "Add", "path": "title", "value": "Pilot"}),
        (True, {"op": "add", "path": "title", "value": "Pilot"}),
    ],
)
@pytest.mark.parametrize("held", [{}, {"title": ""}, {"title": None}])
def test_add_where_the_target_has_nothing(flagged, operation, held):
    """Add for an empty place, the empty text included; https://stackoverflow.com/questions/79248955."""
    assert operations({"title": "Pilot"}, held, flagged=flagged) == [operation]


def test_an_element_that_is_missing_is_added_by_filter():
    """Azure AD expects the server to make the element that the path names."""
    held = {"emails": [{"type": "home", "value": "x@y"}]}
    assert operations({'emails[type eq "work"].value': "a@b"}, held) == [
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "a@b"}
    ]


def test_flagged_adds_are_never_merged():
    """Only replaces lose their path."""
    values = {"title": "Pilot", "displayName": "New", "name.givenName": "N"}
    held = {"displayName": "Old", "name": {"givenName": "O"}}
    assert operations(values, held, flagged=True) == [
        {"op": "add", "path": "title", "value": "Pilot"},
        {"op": "replace", "value": {"displayName": "New", "name.givenName": "N"}},
    ]


@pytest.mark.parametrize(
    ("wanted", "held"),
    [
        ({"displayName": "ANA RUIZ"}, {"displayName": "Ana Ruiz"}),
        ({"active": "True"}, {"active": True}),
        ({"active": "True"}, {"active": "true"}),
        ({"displayName": "Ana"}, {"DisplayName": "Ana"}),
        ({'emails[type eq "work"].value': "a@b"}, {"emails": [{"type": "WORK", "value": "A@B"}]}),
    ],
)
def test_what_is_alike_is_not_sent(wanted, held):
    """Text compares without regard to case, booleans by their meaning."""
    assert differences(USERS, wanted, held) == []


def test_null_clears_nothing():
    """Known issues: null values are not provisioned; the old value stays."""
    assert differences(USERS, {"userName": "ana@contoso.com"}, create_body(USERS, PERSON, QUIRKS)) == []


@pytest.mark.parametrize(
    ("adding", "flagged", "expected"),
    [
        (
            True,
            False,
            [{"op": "Add", "path": "members", "value": [{"$ref": None, "value": "f648"}]}],
        ),
        (True, True, [{"op": "add", "path": "members", "value": [{"$ref": None, "value": "f648"}]}]),
        (False, False, [{"op": "Remove", "path": "members", "value": [{"value": "f648"}]}]),
        (False, True, [{"op": "remove", "path": 'members[value eq "f648"]'}]),
    ],
)
def test_members_come_and_go_as_documented(adding, flagged, expected):
    """By value array in the default dialect, removal by filter in the flagged one."""
    body = member_body(["f648"], adding=adding, flagged=flagged)
    assert body == {"schemas": [PATCH_OP], "Operations": expected}


def test_several_members_share_a_patch():
    """One value array by default; flagged removals are one operation a member."""
    assert len(member_body(["a", "b"], adding=False, flagged=False)["Operations"][0]["value"]) == 2
    assert len(member_body(["a", "b"], adding=False, flagged=True)["Operations"]) == 2


@pytest.mark.parametrize(
    ("manager", "before", "flagged", "expected"),
    [
        ("271", None, False, {"op": "Add", "path": MANAGER, "value": "271"}),
        ("271", "12", False, {"op": "Replace", "path": MANAGER, "value": "271"}),
        ("271", None, True, {"op": "add", "path": MANAGER, "value": "271"}),
        (None, "12", False, {"op": "Remove", "path": f'{MANAGER}[value eq "12"]'}),
        (None, "12", True, {"op": "remove", "path": f'{MANAGER}[value eq "12"]'}),
    ],
)
def test_a_manager_is_a_bare_id(manager, before, flagged, expected):
    """Observed: Captain-P-Goldfish/SCIM-SDK#541 and #686, thomaspoignant/scim-patch#453."""
    body = manager_body(MANAGER, manager, before, removal="filter", flagged=flagged)
    assert body == {"schemas": [PATCH_OP], "Operations": [expected]}


@pytest.mark.parametrize(
    ("removal", "expected"),
    [
        ("value array", {"op": "Remove", "path": MANAGER, "value": [{"value": "12"}]}),
        ("empty text", {"op": "Replace", "path": MANAGER, "value": ""}),
    ],
)
def test_a_manager_may_be_taken_away_in_other_forms(removal, expected):
    """`manager-removal`: no document shows the form."""
    body = manager_body(MANAGER, None, "12", removal=removal, flagged=False)
    assert body["Operations"] == [expected]


def test_empty_text_and_no_value_are_alike():
    """An empty expression is not sent again and again to a server that keeps no empty values."""
    assert operations({"title": ""}, {"title": None}) == operations({"title": ""}, {}) == []
    assert operations({"title": ""}, {"title": "Pilot"}) == [{"op": "Replace", "path": "title", "value": ""}]


def test_a_title_of_none_is_a_title():
    """The text `None` is sent to a server that holds nothing."""
    assert operations({"title": "None"}, {}) == [{"op": "Add", "path": "title", "value": "None"}]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://host/scim", ("https://host/scim", "", False)),
        ("https://host/scim/", ("https://host/scim/", "", False)),
        ("  https://host/scim\n", ("https://host/scim", "", False)),
        ("https://host/scim?aadOptscim062020", ("https://host/scim", "aadOptscim062020", True)),
        ("https://host/scim/?AADOPTSCIM062020", ("https://host/scim/", "AADOPTSCIM062020", True)),
        ("https://host/scim?x=1&aadOptscim062020", ("https://host/scim", "x=1&aadOptscim062020", True)),
        ("https://host:8443/a/b?x=1#y", ("https://host:8443/a/b", "x=1", False)),
        ("", ("", "", False)),
        ("https://[::1", ("", "", False)),
    ],
)
def test_the_flag_is_read_and_never_sent(url, expected):
    """The tenant URL's query chooses the dialect; resource URLs do not carry it."""
    assert split_tenant_url(url) == expected
