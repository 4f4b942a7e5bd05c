"""Writing through the Identity Store API: the same directory as SCIM's, whatever automatic provisioning says."""

import pytest
from botocore.exceptions import ClientError

from tests.aws_sso import boto

STORE = "d-9067729b3d"
CY = {"UserName": "cy", "DisplayName": "Cy Young", "Name": {"GivenName": "Cy", "FamilyName": "Young"}}
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


@pytest.fixture
def store(served):
    """Return a boto3 client of the account's identity store."""
    return boto.client(served, "identitystore", parameter_validation=False)


def refused(store, operation, /, **parameters):
    """Return how an operation was refused: the error's code and the whole answer."""
    with pytest.raises(ClientError) as caught:
        getattr(store, operation)(IdentityStoreId=STORE, **parameters)
    return caught.value.response["Error"]["Code"], caught.value.response


def update(store, user, *operations):
    shown = [{"AttributePath": path, "AttributeValue": value} for path, value in operations]
    return store.update_user(IdentityStoreId=STORE, UserId=user, Operations=shown)


def described(store, user):
    return store.describe_user(
        IdentityStoreId=STORE, UserId=user, Extensions=["aws:identitystore:enterprise"]
    )


def test_a_user_made_here_is_a_user_of_scim(account, store):
    """CreateUser while provisioning is on: SCIM finds, reads and changes it, and what SCIM does not know survives that."""
    made = store.create_user(
        IdentityStoreId=STORE,
        **CY,
        Emails=[{"Value": "cy@x.y", "Type": "work", "Primary": True}],
        Website="https://x.y/",
        Photos=[{"Value": "https://x.y/p.png"}],
        Extensions={"aws:identitystore:enterprise": {"department": "Dev", "manager": {"value": "m"}}},
    )
    assert made["UserArn"] == f"arn:aws:identitystore:::user/{made['UserId']}"
    listed = account.scim("GET", '/Users?filter=userName eq "cy"'.replace(" ", "%20")).json()
    (user,) = listed["Resources"]
    assert list(user) == [
        *("id", "meta", "schemas", "userName", "name", "displayName", "active", "emails"),
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    ]
    assert user["active"] is True
    assert (
        account.patch(f"/Users/{made['UserId']}", {"op": "replace", "path": "title", "value": "Boss"}).status
        == 200
    )
    shown = described(store, made["UserId"])
    assert (shown["Title"], shown["Website"], shown["Photos"]) == (
        "Boss",
        "https://x.y/",
        [{"Value": "https://x.y/p.png"}],
    )
    assert shown["Extensions"]["aws:identitystore:enterprise"]["manager"] == {"value": "m"}
    assert (shown["CreatedBy"], shown["UpdatedBy"], shown["Revision"]) == ("Manual", "SCIM", "2")


def test_an_update_sets_and_removes_by_path(account, store):
    """Paths in any case, sub-attributes, lists as a whole, the extension, and no value to remove; SCIM sees it all."""
    user = account.user("ana", externalId="7", active=True, title="Boss", nickName="A")["id"]
    update(
        store,
        user,
        ("displayName", "Ana"),
        ("Name.MiddleName", "M"),
        ("emails", [{"value": "ana@x.y", "type": "work", "primary": True}]),
        ("aws:identitystore:enterprise.costCenter", "4130"),
        ("aws:identitystore:enterprise.manager", {"value": "m"}),
        ("title", None),
        ("Birthdate", "2000-01-01"),
    )
    shown = account.scim("GET", f"/Users/{user}").json()
    assert shown["displayName"] == "Ana"
    assert shown["name"]["middleName"] == "M"
    assert shown["emails"] == [{"value": "ana@x.y", "type": "work", "primary": True}]
    assert shown["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["costCenter"] == "4130"
    assert (shown["externalId"], shown["active"], shown["nickName"]) == ("7", True, "A")
    assert "title" not in shown
    update(
        store, user, ("name.middleName", None), ("aws:identitystore:enterprise", None), ("birthdate", None)
    )
    shown = described(store, user)
    assert "MiddleName" not in shown["Name"]
    assert "Extensions" not in shown
    assert "Birthdate" not in shown


@pytest.mark.parametrize(
    "operation",
    [
        ("userName", None),
        ("name.familyName", None),
        ("name", None),
        ("displayName", ""),
        ("title", "\x00"),
        ("title", 7),
        ("title", {"value": "x"}),
        ("emails", []),
        ("emails", [{"value": "a"}, {"value": "b"}]),
        ("emails.value", "a"),
        ("emails", [{"nonsense": "a"}]),
        ("userStatus", "DISABLED"),
        ("externalId", "8"),
        ("nonsense", "x"),
        ("title.value", "x"),
        ("userName", "a\x07b"),
        ("userName", "Administrator"),
        ("aws:identitystore:enterprise.nonsense", "x"),
        ("aws:identitystore:enterprise.department", ""),
        ("aws:identitystore:other.department", "x"),
        ("extensions", {"aws:identitystore:other": {}}),
    ],
    ids=str,
)
def test_what_an_update_may_not_do(account, store, operation):
    """Required attributes stay, values keep the model's law, and what has no path cannot be set; nothing changes."""
    user = account.user("ana", externalId="7", title="Boss")["id"]
    before = account.directory()
    operations = [{"AttributePath": operation[0], "AttributeValue": operation[1]}]
    code, answer = refused(store, "update_user", UserId=user, Operations=operations)
    assert code == "ValidationException"
    assert answer["RequestId"] == answer["ResponseMetadata"]["RequestId"]
    assert account.directory() == before


def test_the_models_violations_are_told_together(store):
    """Every broken constraint stands in one message, in the service's notation, personal values left out."""
    code, answer = refused(
        store,
        "create_user",
        UserName="a b",
        DisplayName="",
        Name={"FamilyName": "x" * 1025},
        Emails=[{"Value": "\x07"}],
    )
    assert code == "ValidationException"
    message = answer["Error"]["Message"]
    assert message.startswith(
        "5 validation errors detected: Value at 'userName' failed to satisfy constraint: "
    )
    assert "Value at 'emails.1.member.value' failed" in message
    assert (
        "Value at 'name.familyName' failed to satisfy constraint: Member must have length less than"
        in message
    )
    assert "a b" not in message


@pytest.mark.parametrize("missing", ["UserName", "DisplayName", "Name"])
def test_identity_center_requires_more_than_the_model(store, missing):
    """User name, display name and both names are required."""
    given = {name: value for name, value in CY.items() if name != missing}
    code, answer = refused(store, "create_user", **given)
    assert code == "ValidationException"
    assert "Member must not be null" in answer["Error"]["Message"]


def test_uniqueness_is_scims(account, store):
    """A taken user name, e-mail or group name is a ConflictException here too, with its reason."""
    account.user("ana", emails=[{"value": "ana@x.y", "primary": True}])
    account.group("Dev")
    code, answer = refused(store, "create_user", **{**CY, "UserName": "ANA"})
    assert (code, answer["Reason"]) == ("ConflictException", "UNIQUENESS_CONSTRAINT_VIOLATION")
    assert answer["Error"]["Message"] == "Duplicate UserName"
    code, _ = refused(store, "create_user", **CY, Emails=[{"Value": "ana@x.y"}])
    assert code == "ConflictException"
    assert (
        refused(store, "create_group", DisplayName="dev")[1]["Error"]["Message"]
        == "Duplicate GroupDisplayName"
    )
    cy = store.create_user(IdentityStoreId=STORE, **CY)["UserId"]
    operations = [{"AttributePath": "userName", "AttributeValue": "ana"}]
    assert refused(store, "update_user", UserId=cy, Operations=operations)[0] == "ConflictException"
    store.delete_user(IdentityStoreId=STORE, UserId=cy)
    store.create_user(IdentityStoreId=STORE, **CY)


def test_a_refused_call_leaves_nothing_behind(account, store):
    """The e-mail of a user who could not be created is still free."""
    account.user("ana")
    before = account.directory()
    mine = [{"Value": "cy@x.y"}]
    assert refused(store, "create_user", **{**CY, "UserName": "ana"}, Emails=mine)[0] == "ConflictException"
    assert account.directory() == before


def test_a_deleted_user_leaves_nothing_behind(account, store):
    """Neither memberships nor what only this API knows outlives a user, whoever deletes it."""
    group = account.group("Dev")["id"]
    before = account.directory()
    user = store.create_user(IdentityStoreId=STORE, **CY, Website="https://x.y/")["UserId"]
    store.create_group_membership(IdentityStoreId=STORE, GroupId=group, MemberId={"UserId": user})
    assert account.scim("DELETE", f"/Users/{user}").status == 204
    assert account.directory() == before


def test_a_stale_revision_is_a_conflict(account, store):
    """Whoever saw an older revision can neither update nor delete."""
    user = account.user("ana")["id"]
    update(store, user, ("title", "Boss"))
    code, answer = refused(store, "delete_user", UserId=user, Revision="1")
    assert (code, answer["Reason"]) == ("ConflictException", "CONCURRENT_MODIFICATION")
    store.delete_user(IdentityStoreId=STORE, UserId=user, Revision="2")


def test_memberships_come_and_go_by_their_ids(account, store):
    """A membership has a stable id and a date, whoever made it, and ends when it, its user or its group is deleted."""
    ana, bo = account.user("ana")["id"], account.user("bo")["id"]
    group = account.group("Dev", members=[{"value": ana}])["id"]
    made = store.create_group_membership(IdentityStoreId=STORE, GroupId=group, MemberId={"UserId": bo})
    rows = store.list_group_memberships(IdentityStoreId=STORE, GroupId=group)["GroupMemberships"]
    assert [row["CreatedBy"] for row in rows] == ["SCIM", "Manual"]
    assert all(row["CreatedAt"].year == 2026 for row in rows)
    assert rows[1]["MembershipId"] == made["MembershipId"]
    shown = store.describe_group_membership(IdentityStoreId=STORE, MembershipId=made["MembershipArn"])
    assert (shown["GroupId"], shown["MemberId"]) == (group, {"UserId": bo})
    code, answer = refused(store, "create_group_membership", GroupId=group, MemberId={"UserId": bo})
    assert code == "ConflictException"
    assert answer["Error"]["Message"] == "Member and Group relationship already exists."
    gone = {"MembershipId": made["MembershipId"]}
    store.delete_group_membership(IdentityStoreId=STORE, **gone)
    code, answer = refused(store, "delete_group_membership", **gone)
    assert (code, answer["ResourceType"]) == ("ResourceNotFoundException", "GROUP_MEMBERSHIP")
    code, _ = refused(store, "get_group_membership_id", GroupId=group, MemberId={"UserId": bo})
    assert code == "ResourceNotFoundException"
    assert account.scim("DELETE", f"/Users/{ana}").status == 204
    assert refused(store, "describe_group_membership", MembershipId=rows[0]["MembershipId"])[0] == code


def test_groups_have_a_description_that_scim_never_shows(account, store):
    """CreateGroup and UpdateGroup write it, DescribeGroup shows it, and a group of SCIM can be renamed here."""
    group = store.create_group(IdentityStoreId=STORE, DisplayName="Ops", Description="Night")["GroupId"]
    assert store.describe_group(IdentityStoreId=STORE, GroupId=group)["Description"] == "Night"
    assert "description" not in account.scim("GET", f"/Groups/{group}").json()
    other = account.group("Dev", externalId="g")["id"]
    operations = [{"AttributePath": "displayName", "AttributeValue": "Development"}]
    store.update_group(IdentityStoreId=STORE, GroupId=other, Operations=operations)
    shown = account.scim("GET", f"/Groups/{other}").json()
    assert (shown["displayName"], shown["externalId"]) == ("Development", "g")
    store.delete_group(IdentityStoreId=STORE, GroupId=group)
    assert refused(store, "describe_group", GroupId=group)[0] == "ResourceNotFoundException"


def test_another_store_is_not_here(store):
    """The store may be named by id or ARN; another one is not found, in the service's sentence."""
    arn = f"arn:aws:identitystore::123456789012:identitystore/{STORE}"
    assert store.list_users(IdentityStoreId=arn)["Users"] == []
    with pytest.raises(store.exceptions.ResourceNotFoundException) as caught:
        store.list_users(IdentityStoreId="d-0000000000")
    assert caught.value.response["ResourceType"] == "IDENTITY_STORE"
    assert str(caught.value).endswith("IdentityStore not present for IdentityStoreId: d-0000000000")


def test_calls_and_their_events_are_kept_together(account, store):
    """Who asked for what, what came of it, nothing personal; a refused call changes nothing and is kept too."""
    made = store.create_user(IdentityStoreId=STORE, **CY)
    refused(store, "create_user", **CY)
    failed, succeeded, *_ = account.events()
    assert succeeded["eventSource"] == "identitystore.amazonaws.com"
    assert succeeded["userIdentity"]["accessKeyId"] == "AKID"
    assert succeeded["requestParameters"] == {
        "identityStoreId": STORE,
        "userName": HIDDEN,
        "name": {"familyName": HIDDEN, "givenName": HIDDEN},
        "displayName": HIDDEN,
    }
    assert succeeded["responseElements"]["userId"] == made["UserId"]
    assert (succeeded["readOnly"], succeeded["eventName"]) == (False, "CreateUser")
    assert (failed["errorCode"], failed["errorMessage"]) == ("ConflictException", "Duplicate UserName")
    assert failed["responseElements"] is None
    operations = [{"AttributePath": "displayName", "AttributeValue": "Secret"}]
    store.update_user(IdentityStoreId=STORE, UserId=made["UserId"], Operations=operations)
    assert account.events()[0]["requestParameters"]["operations"] == [
        {"attributePath": "displayName", "attributeValue": HIDDEN}
    ]
    store.list_users(IdentityStoreId=STORE)
    assert account.events()[0]["readOnly"] is True


@pytest.mark.parametrize("profile", ["aws-sso-2020", "identity-center"])
def test_calls_that_read_are_kept_without_an_answer(open_account, door, profile):
    """In both eras: responseElements are for what changes something."""
    accounts, url = door
    accounts[:] = [account := open_account(profile)]
    store = boto.client(url, "identitystore")
    user = account.user("ana")["id"]
    name = [{"AttributePath": "UserName", "AttributeValue": "ana"}]
    assert store.list_users(IdentityStoreId=STORE, Filters=name)["Users"][0]["UserId"] == user
    event = account.events()[0]
    assert (event["eventSource"], event["eventName"]) == ("identitystore.amazonaws.com", "ListUsers")
    assert (event["readOnly"], event["responseElements"]) == (True, None)


def test_a_list_goes_on_though_its_last_user_is_gone(account, store):
    """The next page continues behind whoever of the last page is still there."""
    ids = [account.user(f"user{number}")["id"] for number in range(4)]
    first = store.list_users(IdentityStoreId=STORE, MaxResults=2)
    store.delete_user(IdentityStoreId=STORE, UserId=ids[1])
    rest = store.list_users(IdentityStoreId=STORE, NextToken=first["NextToken"])["Users"]
    assert [user["UserId"] for user in rest] == ids[2:]
