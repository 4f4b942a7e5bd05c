"""What a user or group may hold: each documented refusal, with the words of both eras."""

import json

import pytest

from harness.wire.message import Request

GENERIC = "Request is unparsable, syntactically incorrect, or violates schema."
PATTERN = r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+"
WORK = {"value": "a@example.com", "type": "work", "primary": True}


def constraint(where, text):
    return f"Value at '{where}' failed to satisfy constraint: Member must {text}"


def empty(where, pattern=PATTERN):
    broken = [
        constraint(where, f"satisfy regular expression pattern: {pattern}"),
        constraint(where, "have length greater than or equal to 1"),
    ]
    return f"2 validation errors detected: {'; '.join(broken)}"


SPECIFIC = {
    "two e-mails": ({"emails": [WORK, WORK]}, "List attribute emails exceeds allowed limit of 1"),
    "three phones": (
        {"phoneNumbers": [{"value": "1"}] * 3},
        "List attribute phoneNumbers exceeds allowed limit of 1",
    ),
    "two roles": (
        {"roles": [{"value": "a"}, {"value": "b"}]},
        "List attribute roles exceeds allowed limit of 1",
    ),
    "no first name": ({"name": {"familyName": "J"}}, empty("name.givenName")),
    "empty last name": ({"name": {"familyName": "", "givenName": "B"}}, empty("name.familyName")),
    "no display name": ({"displayName": None}, empty("displayName")),
    "control character": (
        {"name": {"familyName": "J\x01", "givenName": "B"}},
        "1 validation errors detected: "
        + constraint("name.familyName", f"satisfy regular expression pattern: {PATTERN}"),
    ),
    "long display name": (
        {"displayName": "x" * 1025},
        "1 validation errors detected: "
        + constraint("displayName", "have length less than or equal to 1024"),
    ),
    "empty manager": (
        {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": ""}},
        empty("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager.value"),
    ),
}


@pytest.mark.parametrize("case", SPECIFIC)
def test_todays_refusals_name_the_cause(account, new_person, case):
    """Today the cause stands in the HTTP body and in CloudTrail, word for word as documented."""
    change, expected = SPECIFIC[case]
    answer = account.scim("POST", "/Users", new_person("ana", **change))
    assert (answer.status, answer.json()["detail"]) == (400, expected)
    assert account.events()[0]["errorMessage"] == expected


@pytest.mark.parametrize("case", SPECIFIC)
def test_refusals_of_2020_say_one_sentence(old_account, new_person, case):
    """In 2020 every refusal had the same words, in a body of three members."""
    answer = old_account.scim("POST", "/Users", new_person("ana", **SPECIFIC[case][0]))
    assert json.loads(answer.body) == {
        "schema": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "detail": GENERIC,
        "status": "400",
    }


def test_the_troubleshooting_case_of_2020(old_account, new_person):
    """Three phone numbers: the generic sentence over HTTP, the cause only in CloudTrail, under CreateUser."""
    phones = [{"type": kind, "value": "1"} for kind in ("work", "mobile", "fax")]
    answer = old_account.scim("POST", "/Users", new_person("ana", phoneNumbers=phones))
    assert answer.json()["detail"] == GENERIC
    event = old_account.events()[0]
    assert event["eventName"] == "CreateUser"
    assert event["eventSource"] == "sso-directory.amazonaws.com"
    assert event["errorCode"] == "ValidationException"
    assert event["errorMessage"] == "Currently list attributes only allow single item"


@pytest.mark.parametrize("change", [{"password": "secret"}, {"groups": []}], ids=str)
def test_what_okta_always_sends_is_forgotten(any_account, new_person, change):
    """A password and an empty list of groups harm nothing, and neither is kept."""
    made = any_account.scim("POST", "/Users", new_person("ana", **change))
    assert made.status == 201
    assert not change.keys() & made.json().keys()
    assert "secret" not in repr(any_account.directory()) + repr(any_account.events())


@pytest.mark.parametrize(
    "change",
    [
        {"photos": []},
        {"groups": [{"value": "Engineering"}]},
        {"ims": [{"value": "x"}]},
        {"emails": [{**WORK, "display": "x"}]},
        {"emails": [{"value": "a@example.com", "type": "work"}]},
        {"emails": [{**WORK, "primary": False}]},
        {"emails": "a@example.com"},
        {"emails": ["a@example.com"]},
        {"unheardOf": 1},
        {"urn:example:2.0:User": {"x": "y"}},
        {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"displayName": "x"}}},
        {"active": "perhaps"},
        {"active": 1},
        {"displayName": 7},
        {"name": "Barbara"},
        {"userName": "with space"},
        {"userName": "x" * 129},
        {"userName": "administrator"},
        {"externalId": "with space"},
        {"USERNAME": "twice"},
    ],
    ids=str,
)
def test_what_is_not_supported_is_refused_and_changes_nothing(any_account, new_person, change):
    """Unsupported, malformed and reserved values are refused in both eras, and leave no trace in the directory."""
    before = any_account.directory()
    answer = any_account.scim("POST", "/Users", new_person("ana", **change))
    assert answer.status == 400
    assert any_account.directory() == before


@pytest.mark.parametrize(
    "change",
    [
        {"userName": "x" * 128},
        {"userName": "not-an-address"},
        {"displayName": "x" * 1024},
        {"displayName": "tab\tline\nno-break\u00a0ideographic\u3000"},
        {"externalId": "a:b<c>%;"},
        {"addresses": [{"type": "work"}]},
        {"active": "False"},
        {"emails": [{**WORK, "primary": "True"}]},
        {"password": None, "photos": None, "unheardOf": None},
    ],
    ids=str,
)
def test_what_is_allowed_is_taken(any_account, new_person, change):
    """Values at the limits, type-only addresses, booleans as strings and nulls are accepted."""
    assert any_account.scim("POST", "/Users", new_person("ana", **change)).status == 201


@pytest.mark.parametrize(
    "second",
    [
        {"userName": "BJensen"},
        {"emails": [{**WORK, "value": "BJENSEN@example.com"}]},
        {"externalId": "701984"},
    ],
    ids=str,
)
def test_user_names_emails_and_external_ids_are_unique(any_account, new_person, second):
    """Each of the three keys collides with 409 and the one sentence; nothing is written."""
    mail = [{"value": "bjensen@example.com", "type": "work", "primary": True}]
    any_account.user("bjensen", emails=mail, externalId="701984")
    before = any_account.directory()
    answer = any_account.scim("POST", "/Users", new_person("other", **second))
    assert answer.status == 409
    assert answer.json()["detail"] == "Refused to create a new, duplicate resource."
    assert any_account.directory() == before


def test_an_update_cannot_take_what_is_anothers(account, new_person):
    """PUT and PATCH into a collision are refused and keep the old names claimed."""
    account.user("first")
    second = account.user("second")
    before = account.directory()
    assert account.scim("PUT", f"/Users/{second['id']}", new_person("FIRST")).status == 409
    operation = {"op": "replace", "path": "userName", "value": "first"}
    assert account.patch(f"/Users/{second['id']}", operation).status == 409
    assert account.directory() == before


def test_group_names_and_external_ids_are_unique(account):
    """Groups collide by name and external id; CloudTrail says which."""
    account.group("Developers", externalId="g1")
    assert account.scim("POST", "/Groups", {"displayName": "developers"}).status == 409
    assert account.events()[0]["errorMessage"] == "Duplicate GroupDisplayName"
    assert account.scim("POST", "/Groups", {"displayName": "Others", "externalId": "g1"}).status == 409


def test_reserved_names_are_no_group_names_either(account):
    """A group cannot be called like AWS's own administrators, in any case."""
    assert account.scim("POST", "/Groups", {"displayName": "AWSadministrators"}).status == 400


@pytest.mark.parametrize("name", ["no-break\u00a0space", "ideographic\u3000space"])
def test_groups_take_the_spaces_that_users_take(account, name):
    """GroupDisplayName has had the pattern of a user's names since the model took U+3000 in."""
    assert account.group(name)["displayName"] == name


def test_an_email_is_judged_where_scim_sends_it(account):
    """What the Identity Store API wrote without `primary` stands in the way of no other change, but is never sent so."""
    document = {"IdentityStoreId": "d-9067729b3d", "UserName": "cy", "DisplayName": "Cy Young"}
    document |= {
        "Name": {"GivenName": "Cy", "FamilyName": "Young"},
        "Emails": [{"Value": "cy@x.y", "Type": "work"}],
    }
    authorization = (
        "AWS4-HMAC-SHA256 Credential=AKID/20260302/us-east-1/identitystore/aws4_request, "
        f"SignedHeaders=host, Signature={'0' * 64}"
    )
    headers = (("X-Amz-Target", "AWSIdentityStore.CreateUser"), ("Authorization", authorization))
    made = account.send(Request("POST", account.origin + "/", headers, json.dumps(document).encode())).json()
    path = f"/Users/{made['UserId']}"
    title = account.patch(path, {"op": "replace", "path": "title", "value": "Boss"})
    assert (title.status, title.json()["emails"]) == (200, [{"value": "cy@x.y", "type": "work"}])
    value = account.patch(path, {"op": "replace", "path": 'emails[type eq "work"].value', "value": "cy@z.y"})
    assert (value.status, value.json()["emails"]) == (200, [{"value": "cy@z.y", "type": "work"}])
    for refused in (
        {"op": "replace", "path": "emails", "value": [{"value": "cy@x.y", "type": "work"}]},
        {"op": "replace", "path": 'emails[type eq "work"]', "value": {"value": "cy@x.y"}},
        {"op": "replace", "path": 'emails[type eq "work"].primary', "value": False},
        {"op": "add", "value": {"emails": [{"value": "cy@z.y", "type": "work"}]}},
    ):
        assert account.patch(path, refused).status == 400
    mended = account.patch(path, {"op": "add", "path": 'emails[type eq "work"].primary', "value": True})
    assert mended.json()["emails"] == [{"value": "cy@z.y", "type": "work", "primary": True}]
    assert account.patch(path, {"op": "remove", "path": 'emails[type eq "work"].primary'}).status == 400


def test_a_first_email_is_primary_or_made_so(open_account):
    """Made part by part it becomes primary where the quirk says so; given whole it must say so itself."""
    part = {"op": "add", "path": 'emails[type eq "work"].value', "value": "a@x.y"}
    for becomes, status in ((True, 200), (False, 400)):
        account = open_account(patched_email_becomes_primary=becomes)
        assert account.patch(f"/Users/{account.user()['id']}", part).status == status
