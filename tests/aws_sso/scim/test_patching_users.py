"""PatchUser: Azure AD's paths, the official example, and what may not change."""

import json
from pathlib import Path

import pytest

DOCUMENTED = json.loads((Path(__file__).parents[1] / "documented_user.json").read_text())
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def replace(path, value):
    return {"op": "Replace", "path": path, "value": value}


def test_the_official_example_takes_a_boolean_as_text(account):
    """`"value": "false"` deactivates; the answer is 200 with the whole user."""
    user = account.user(active=True)
    answer = account.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": "false"})
    assert answer.status == 200
    assert answer.json() == {**user, "active": False}


@pytest.mark.parametrize(
    ("operation", "member", "expected"),
    [
        (replace("active", "False"), "active", False),
        (replace("userName", "new"), "userName", "new"),
        (replace("displayName", "New"), "displayName", "New"),
        (replace("name.givenName", "New"), "name", {**DOCUMENTED["name"], "givenName": "New"}),
        (replace("name", {"givenName": "New"}), "name", {**DOCUMENTED["name"], "givenName": "New"}),
        ({"op": "add", "value": {"nickName": "New"}}, "nickName", "New"),
        (
            {"op": "add", "value": {"name.givenName": "New"}},
            "name",
            {**DOCUMENTED["name"], "givenName": "New"},
        ),
        (
            replace('emails[type eq "work"].value', "n@x.y"),
            "emails",
            [{"value": "n@x.y", "type": "work", "primary": True}],
        ),
        (
            replace("emails", [{"value": "n@x.y", "type": "home", "primary": True}]),
            "emails",
            [{"value": "n@x.y", "type": "home", "primary": True}],
        ),
        (
            replace('phoneNumbers[type eq "work"].value', "1"),
            "phoneNumbers",
            [{"value": "1", "type": "work"}],
        ),
        ({"op": "remove", "path": "phoneNumbers"}, "phoneNumbers", None),
        ({"op": "Remove", "path": "title"}, "title", None),
        (replace("title", None), "title", None),
        (replace(f"{ENTERPRISE}:manager", "271"), f"{ENTERPRISE}.manager", {"value": "271"}),
        (replace(f"{ENTERPRISE}:manager", {"value": "271"}), f"{ENTERPRISE}.manager", {"value": "271"}),
        (replace(f"{ENTERPRISE}:department", "New"), f"{ENTERPRISE}.department", "New"),
        (replace("urn:ietf:params:scim:schemas:core:2.0:User:title", "New"), "title", "New"),
    ],
    ids=str,
)
def test_a_change_is_made_and_shown(any_account, operation, member, expected):
    """Each path form of Azure AD and of the guide changes what it names and nothing else."""
    user = any_account.made("/Users", DOCUMENTED)
    answer = any_account.patch(f"/Users/{user['id']}", operation)
    assert answer.status == 200, answer.body
    holder = member.partition(f"{ENTERPRISE}.")[2]
    shown = answer.json()[ENTERPRISE].get(holder) if holder else answer.json().get(member)
    assert shown == expected
    assert any_account.scim("GET", f"/Users/{user['id']}").json() == answer.json()


def test_an_email_made_by_a_filtered_path_is_primary(account):
    """Azure AD adds a mail by emails[type eq "work"].value; the one e-mail must be primary, so it is."""
    user = account.user()
    answer = account.patch(
        f"/Users/{user['id']}", {"op": "Add", "path": 'emails[type eq "work"].value', "value": "a@b.c"}
    )
    assert answer.json()["emails"] == [{"value": "a@b.c", "type": "work", "primary": True}]


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "remove", "path": "userName"}],
        [{"op": "remove", "path": "active"}],
        [{"op": "remove", "path": "displayName"}],
        [{"op": "remove", "path": "name.givenName"}],
        [{"op": "remove"}],
        [{"op": "replace", "path": "title"}],
        [{"op": "replace", "path": "title", "value": ""}],
        [{"op": "replace", "path": "userName", "value": None}],
        [{"op": "replace", "path": "roles", "value": []}],
        [{"op": "replace", "path": "id", "value": "x"}],
        [{"op": "replace", "path": "password", "value": "x"}],
        [{"op": "replace", "path": "photos", "value": []}],
        [{"op": "replace", "path": 'emails[type ne "home"].value', "value": "x"}],
        [{"op": "replace", "path": 'title[type eq "x"]', "value": "x"}],
        [{"op": "add", "path": 'emails[type eq "home"].value', "value": "x"}],
        [{"op": "add", "path": 'emails[type eq "work"]', "value": "x"}],
        [{"op": "add", "path": "emails", "value": [{"value": "second", "primary": True}]}],
        [{"op": "replace", "path": "emails.value", "value": "x"}],
        [{"op": "replace", "path": ENTERPRISE, "value": "x"}],
        [{"op": "replace", "path": "urn:example:x", "value": "x"}],
        [{"op": "replace", "path": 7, "value": "x"}],
        [{"op": "replace", "path": "a..b", "value": "x"}],
        [{"op": "replace", "value": {"title": "x", "nickName": "y"}}],
        [{"op": 7, "path": "title", "value": "x"}],
        [
            {"op": "replace", "path": "active", "value": True},
            {"op": "replace", "path": "active", "value": False},
        ],
        [{"op": "replace", "path": "userName", "value": "a"}, {"op": "add", "value": {"username": "b"}}],
        [{"op": "replace", "path": "title", "value": "kept?"}, {"op": "remove"}],
        ["title"],
    ],
    ids=str,
)
def test_what_patchuser_refuses_changes_nothing(any_account, operations):
    """A refused operation undoes the request as a whole."""
    user = any_account.made("/Users", DOCUMENTED)
    before = any_account.directory()
    assert any_account.patch(f"/Users/{user['id']}", *operations).status == 400
    assert any_account.directory() == before


def test_path_filters_know_eq_only(account):
    """Another operator in a path is refused even where nothing else stands in the way."""
    operation = {"op": "add", "path": 'phoneNumbers[type ne "home"].value', "value": "1"}
    assert account.patch(f"/Users/{account.user()['id']}", operation).status == 400


def test_an_unknown_user_is_404(account):
    """PATCH and PUT on nobody answer 404."""
    assert account.patch("/Users/nobody", replace("title", "x")).status == 404
