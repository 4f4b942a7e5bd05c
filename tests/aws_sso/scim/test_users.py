"""CreateUser, GetUser, PutUser and DeleteUser, as the developer guide prints them."""

import json
import re
from datetime import timedelta
from pathlib import Path

DOCUMENTED = json.loads((Path(__file__).parents[1] / "documented_user.json").read_text())
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def test_the_documented_user_answers_as_documented(old_account):
    """The guide's request gives the guide's answer: same members, same order, dates and id form included."""
    answer = old_account.scim("POST", "/Users", DOCUMENTED)
    assert answer.status == 201
    user = answer.json()
    assert list(user) == [
        "id", "externalId", "meta", "schemas", "userName", "name", "displayName", "nickName", "title", "userType",
        "preferredLanguage", "locale", "timezone", "active", "emails", "addresses", "phoneNumbers", "roles", ENTERPRISE,
    ]  # fmt: skip
    assert re.fullmatch(r"9067729b3d-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", user["id"])
    assert user["meta"] == {
        "resourceType": "User",
        "created": "2020-09-01T08:00:00Z",
        "lastModified": "2020-09-01T08:00:00Z",
    }
    assert user["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE]
    assert list(user["addresses"][0]) == [
        "formatted", "streetAddress", "locality", "region", "postalCode", "country", "type", "primary",
    ]  # fmt: skip
    assert user["phoneNumbers"] == [{"value": "555-555-5555", "type": "work"}]
    assert user[ENTERPRISE]["manager"] == {"value": "9067729b3d-ee533c18-538a-4cd3-a572-63fb863ed734"}
    assert "profileUrl" not in user


def test_the_least_user_answers_in_the_order_of_getuser(any_account):
    """The guide's smallest user: `active` stands before the e-mails, also where nobody sent it."""
    made = any_account.user("ana", emails=[{"value": "a@x.y", "type": "work", "primary": True}])
    order = ["id", "meta", "schemas", "userName", "name", "displayName", "active", "emails"]
    assert (list(made), made["active"]) == (order, False)
    assert list(any_account.scim("GET", f"/Users/{made['id']}").json()) == order


def test_answers_carry_the_documented_headers_only(account):
    """Answers say application/json, a request id and the clock's date; no Location, no ETag."""
    answer = account.scim("POST", "/Users", DOCUMENTED)
    headers = dict(answer.headers)
    assert headers["Content-Type"] == "application/json"
    assert headers["Date"] == "Mon, 02 Mar 2026 08:00:00 GMT"
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["x-amzn-RequestId"])
    assert "Location" not in headers
    assert "ETag" not in headers


def test_ids_of_today_are_bare_uuids_with_a_70_group(account):
    """Today's ids have the shape of every public sample."""
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-70[0-9a-f]{2}-[0-9a-f]{4}-[0-9a-f]{12}", account.user()["id"]
    )


def test_absent_attributes_are_left_out_and_one_schema_named(account):
    """The least user answers with the least: no null, no empty list, the core schema only."""
    user = account.user(emails=[], nickName=None, active=True)
    assert list(user) == ["id", "meta", "schemas", "userName", "name", "displayName", "active"]
    assert user["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:User"]


def test_what_azure_ad_adds_is_taken(any_account, new_person):
    """The empty roles, meta, id and schemas of Azure AD's POST bodies do no harm."""
    body = new_person(
        "ana",
        roles=[],
        meta={"resourceType": "User"},
        id="x",
        schemas=["urn:ietf:params:scim:schemas:core:2.0:User"],
        active=True,
    )
    assert any_account.scim("POST", "/Users", body).status == 201


def test_attribute_names_are_taken_in_any_case(account, new_person):
    """Attribute names compare without regard to case and answer in their own spelling."""
    body = {key.upper(): value for key, value in new_person("ana").items()}
    assert account.scim("POST", "/Users", body).json()["userName"] == "ana"


def test_text_comes_back_as_it_was_sent(account):
    """Combining and astral characters are stored byte for byte."""
    name = "Zoë 😀 e\u0301"
    user = account.user(displayName=name)
    answer = account.scim("GET", f"/Users/{user['id']}")
    assert name.encode() in answer.body


def test_a_user_is_read_back_as_created(any_account):
    """GetUser answers what CreateUser did."""
    made = any_account.made("/Users", DOCUMENTED)
    assert any_account.scim("GET", f"/Users/{made['id']}").json() == made


def test_put_replaces_everything_and_answers_201(account, new_person):
    """PutUser drops what it does not name, keeps id and creation date, and answers 201 like the example."""
    made = account.made("/Users", DOCUMENTED)
    account.tenant.clock.advance(timedelta(hours=1))
    answer = account.scim("PUT", f"/Users/{made['id']}", new_person("bjensen", id=made["id"], active=False))
    assert answer.status == 201
    assert "emails" not in answer.json()
    assert answer.json()["id"] == made["id"]
    assert answer.json()["meta"]["created"] == "2026-03-02T08:00:00Z"
    assert answer.json()["meta"]["lastModified"] == "2026-03-02T09:00:00Z"


def test_put_frees_what_it_drops(account, new_person):
    """After a PUT without externalId and e-mail, somebody else may have them."""
    made = account.made("/Users", DOCUMENTED)
    account.scim("PUT", f"/Users/{made['id']}", new_person("bjensen"))
    account.user("other", externalId="701984", emails=DOCUMENTED["emails"])


def test_a_deleted_user_is_gone_and_its_names_are_free(any_account):
    """DeleteUser answers 204 without a body; the same person gets a new id afterwards."""
    made = any_account.made("/Users", DOCUMENTED)
    answer = any_account.scim("DELETE", f"/Users/{made['id']}")
    assert (answer.status, answer.body) == (204, b"")
    assert any_account.scim("GET", f"/Users/{made['id']}").status == 404
    assert any_account.scim("DELETE", f"/Users/{made['id']}").status == 404
    assert any_account.made("/Users", DOCUMENTED)["id"] != made["id"]


def test_a_deleted_user_leaves_its_groups(account):
    """Deleting a user removes its memberships at once."""
    user, group = account.user(), account.group()
    account.patch(
        f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": user["id"]}]}
    )
    account.scim("DELETE", f"/Users/{user['id']}")
    assert account.console("GET", "groups").json()["groups"][0]["members"] == []
    *_, links = account.directory()
    assert links == []
