"""CreateGroup, GetGroup, PatchGroup and DeleteGroup: members go in and never come out."""

from datetime import timedelta

import pytest


def add(*ids):
    return {"op": "add", "path": "members", "value": [{"value": each} for each in ids]}


def remove(*ids):
    return {"op": "remove", "path": "members", "value": [{"value": each} for each in ids]}


def members(account):
    return account.console("GET", "groups").json()["groups"][0]["members"]


def test_a_group_answers_without_members(any_account):
    """CreateGroup takes members and answers with everything else, in the documented order."""
    user = any_account.user()
    member = {"value": user["id"], "$ref": f"../Users/{user['id']}", "type": "User"}
    made = any_account.group("Group Bar", externalId="701984", members=[member])
    assert list(made) == ["id", "externalId", "meta", "schemas", "displayName"]
    assert made["meta"]["resourceType"] == "Group"
    assert made["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:Group"]
    assert any_account.scim("GET", f"/Groups/{made['id']}").json() == made
    assert any_account.scim("GET", "/Groups").json()["Resources"] == [{**made, "members": []}]
    assert members(any_account) == ["bjensen"]


def test_a_new_group_may_take_a_moment_to_be_found(open_account):
    """By its id it is 404 until the moment is over, while lists show it; only groups still waiting are remembered."""
    account = open_account(new_group_hidden_milliseconds=100)
    groups = []
    for _ in range(3):
        groups.append(account.group(f"Group {len(groups)}")["id"])
        answers = [account.scim("GET", f"/Groups/{group}").status for group in groups]
        assert answers == [200] * (len(groups) - 1) + [404]
        assert account.patch(f"/Groups/{groups[-1]}", add()).status == 404
        account.tenant.clock.advance(timedelta(milliseconds=100))
    assert account.scim("GET", "/Groups").json()["totalResults"] == 3
    assert list(account.tenant.memory.unsettled) == groups[-1:]


def test_empty_members_are_taken(account):
    """`members` with nobody in it is fine on creation."""
    account.group(members=[])


def test_members_are_added_and_removed_by_list(any_account):
    """The two documented member operations answer 204 and nothing else."""
    ids = [any_account.user(name)["id"] for name in ("ana", "bo", "cy")]
    group = f"/Groups/{any_account.group()['id']}"
    answer = any_account.patch(group, add(*ids))
    assert (answer.status, answer.body) == (204, b"")
    assert members(any_account) == ["ana", "bo", "cy"]
    assert any_account.patch(group, remove(ids[0], ids[2])).status == 204
    assert members(any_account) == ["bo"]


def test_repeating_a_membership_change_does_no_harm(account):
    """Adding a present member and removing an absent one answer 204 and change nothing."""
    user, group = account.user(), account.group()
    path = f"/Groups/{group['id']}"
    for operation in (add(user["id"]), add(user["id"]), remove(user["id"]), remove(user["id"])):
        assert account.patch(path, operation).status == 204
    assert members(account) == []


def test_azure_ads_ways_are_understood(account):
    """Capitalised ops, a null $ref and the filtered removal of one member work."""
    user, group = account.user(), account.group()
    path = f"/Groups/{group['id']}"
    entry = {"$ref": None, "value": user["id"]}
    assert account.patch(path, {"op": "Add", "path": "members", "value": [entry]}).status == 204
    assert members(account) == ["bjensen"]
    assert account.patch(path, {"op": "Remove", "path": f'members[value eq "{user["id"]}"]'}).status == 204
    assert members(account) == []


@pytest.mark.parametrize(
    ("operations", "detail"),
    [
        (
            [{"op": "replace", "path": "members", "value": []}],
            "Replacing group memberships is not supported.",
        ),
        ([{"op": "replace", "value": {"members": []}}], "Replacing group memberships is not supported."),
        ([{"op": "REMOVE", "value": "x"}], "Missing path in PATCH request"),
        (
            [{"op": "replace", "value": {"displayName": "x", "externalId": "y"}}],
            (
                'Current PATCH support allows omitting "path" attribute only for Add and Replace operations modifying'
                " a single attribute."
            ),
        ),
        ([{"op": "remove", "path": "members"}], None),
        ([{"op": "remove", "path": "members", "value": []}], None),
        ([{"op": "replace", "path": "displayName", "value": ["x"]}], None),
        ([{"op": "replace", "path": "description", "value": "x"}], None),
        ([{"op": "remove", "path": "displayName"}], "2 validation errors detected"),
        ([{"op": "move", "path": "displayName", "value": "x"}], None),
        ([{"op": "add", "path": "members"}], None),
        ([], None),
    ],
    ids=str,
)
def test_what_patchgroup_refuses(account, operations, detail):
    """Replacing, emptying, foreign attributes and path-less bundles are refused and change nothing."""
    user = account.user()
    group = account.group(members=[{"value": user["id"]}])
    before = account.directory()
    answer = account.patch(f"/Groups/{group['id']}", *operations)
    assert answer.status == 400
    assert detail is None or detail in answer.json()["detail"]
    assert account.directory() == before


def test_a_group_is_renamed_in_each_documented_way(account):
    """By path, without a path beside the id, and together with externalId in one request."""
    group = account.group()
    path = f"/Groups/{group['id']}"
    for operations in (
        [{"op": "replace", "path": "displayName", "value": "One"}],
        [{"op": "replace", "value": {"id": group["id"], "displayName": "Two"}}],
        [
            {"op": "replace", "path": "displayName", "value": "Three"},
            {"op": "replace", "path": "externalId", "value": "g3"},
        ],
    ):
        assert account.patch(path, *operations).status == 204
    assert account.scim("GET", path).json()["displayName"] == "Three"
    assert account.scim("GET", path).json()["externalId"] == "g3"


def test_at_most_a_hundred_membership_changes(account):
    """The 101st member refuses the whole request, on creation and spread over operations of a PATCH."""
    ids = [account.user(f"user{number}")["id"] for number in range(101)]
    values = [{"value": each} for each in ids]
    assert account.scim("POST", "/Groups", {"displayName": "Large", "members": values}).status == 400
    group = account.group("Large", members=values[:100])
    assert account.patch(f"/Groups/{group['id']}", remove(*ids[:50]), remove(*ids[50:101])).status == 400
    assert len(members(account)) == 100


def test_unknown_members_undo_the_whole_request(account):
    """A member that is nobody: 400 on creation, 404 on PATCH, and nothing of either request stays."""
    user = account.user()
    nobody = {"value": "00000000-0000-7000-0000-000000000000"}
    before = account.directory()
    body = {"displayName": "Group", "members": [{"value": user["id"]}, nobody]}
    assert account.scim("POST", "/Groups", body).status == 400
    assert account.directory() == before
    group = account.group()
    before = account.directory()
    assert account.patch(f"/Groups/{group['id']}", add(user["id"], nobody["value"])).status == 404
    assert account.directory() == before


def test_a_deleted_group_is_gone(account):
    """DeleteGroup answers 204, frees the name, and the member is in no group."""
    user = account.user()
    group = account.group(members=[{"value": user["id"]}])
    assert account.scim("DELETE", f"/Groups/{group['id']}").status == 204
    assert account.scim("PATCH", f"/Groups/{group['id']}", {"Operations": [add(user["id"])]}).status == 404
    again = account.group()
    assert again["id"] != group["id"]
    *_, links = account.directory()
    assert links == []
    assert members(account) == []
