"""Users and groups made by hand, before provisioning."""

import pytest

from harness.aws_sso.populate import populate
from harness.base.errors import HarnessError


def test_people_made_by_hand_collide_and_can_be_taken_over(account, new_person):
    """What populate adds is found by filter, refuses a POST with 409, and can then be patched."""
    populate(
        account.tenant,
        {
            "users": [new_person("ana", active=True)],
            "groups": [{"displayName": "Dev", "externalId": "g", "members": ["ANA"]}],
        },
    )
    assert account.scim("POST", "/Users", new_person("ana")).status == 409
    user = account.scim("GET", "/Users?filter=userName+eq+%22ana%22").json()["Resources"][0]
    operation = {"op": "add", "path": "externalId", "value": "7"}
    assert account.patch(f"/Users/{user['id']}", operation).status == 200
    assert account.console("GET", "users").json()["users"][0]["createdBy"] == "Manual"
    assert account.console("GET", "groups").json()["groups"][0]["members"] == ["ana"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            {"user": []},
            "'user' is not part of AWS SSO; it has users, groups and accounts; did you mean 'users'?",
        ),
        ({"users": {}}, "'users' must be a list"),
        ({"users": ["ana"]}, "users[0] must be an object"),
        ({"users": [{}]}, "users[0] (no userName): 8 validation errors detected: Value at 'userName'"),
        (
            {
                "users": [
                    {"userName": "a", "displayName": "A", "name": {"givenName": "A", "familyName": "B"}}
                ]
                * 2
            },
            "users[1] (a): Duplicate UserName",
        ),
        (
            {"groups": [{"displayName": "Dev", "members": ["bjenson"]}]},
            "groups[0] (Dev): there is no user 'bjenson'",
        ),
        (
            {"groups": [{"displayName": "Dev", "members": "ana"}]},
            "groups[0] (Dev): members must be a list of user names",
        ),
        ({"accounts": [{"id": "1", "name": "A"}]}, "accounts[0] (1): id must be twelve digits, in quotes"),
        ({"accounts": [{"id": "111122223333"}]}, "accounts[0] (111122223333): an account needs a name"),
        (
            {"accounts": [{"id": "111122223333", "nmae": "A"}]},
            "accounts[0] (111122223333): an account has no 'nmae'; did you mean 'name'?",
        ),
        ({"accounts": [{"id": 7}]}, "accounts[0] (7): an account is described by texts only"),
        (
            {"accounts": [{"id": "111122223333", "name": "A", "status": "GONE"}]},
            "accounts[0] (111122223333): status must be one of ACTIVE, SUSPENDED, PENDING_CLOSURE",
        ),
        (
            {"accounts": [{"id": "111122223333", "name": "A"}] * 2},
            "accounts[1] (111122223333): the account is in the organization already",
        ),
    ],
    ids=str,
)
def test_a_mistake_is_named_and_nothing_is_added(account, document, message):
    """The message names the entry and the cause; entries before it are undone."""
    before = account.directory()
    with pytest.raises(HarnessError) as caught:
        populate(account.tenant, document)
    assert str(caught.value).startswith(message)
    assert account.directory() == before
