"""The index of the event history: what it leads to is what a look at every event comes to, also in data of older versions."""

import json
from contextlib import closing

import pytest

from harness.aws_sso import cloudtrail
from harness.aws_sso.cloudtrail import index
from harness.aws_sso.cloudtrail.lookup import of_name, of_source, of_subject, refused
from harness.base.sqlite import Database
from tests.aws_sso import boto

SOURCES = ("identitystore-scim.amazonaws.com", "sso-directory.amazonaws.com", "identitystore.amazonaws.com")


@pytest.fixture
def lived_in(account, new_person, served):
    """Return an account with events of every kind: two people by SCIM, one by the API, refusals, a group with a member."""
    ana = account.scim("POST", "/Users", new_person("ana")).json()["id"]
    account.scim("POST", "/Users", new_person("ana"))
    account.scim("POST", "/Users", new_person("bo", displayName="Bo"))
    account.patch(f"/Users/{ana}", {"op": "replace", "path": "active", "value": False})
    account.scim("GET", "/Users")
    group = account.scim("POST", "/Groups", {"displayName": "Developers"}).json()["id"]
    account.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": ana}]})
    api, store = boto.client(served, "identitystore"), account.tenant.settings.identity_store_id
    api.create_user(
        IdentityStoreId=store, UserName="cy", DisplayName="Cy", Name={"GivenName": "C", "FamilyName": "Y"}
    )
    api.is_member_in_groups(IdentityStoreId=store, MemberId={"UserId": ana}, GroupIds=[group])
    api.describe_user(IdentityStoreId=store, UserId=ana)
    return account, ana, group


def read(tenant, by):
    return [entry.body["eventID"] for entry in cloudtrail.lookup(tenant, by=by)]


def every(account, test):
    return [event["eventID"] for event in account.events() if test(event)]


def test_each_index_leads_to_what_a_look_at_everything_comes_to(lived_in):
    account, ana, group = lived_in
    tenant = account.tenant
    for source in SOURCES:
        by_source = every(account, lambda event, source=source: event["eventSource"] == source)
        entries = cloudtrail.lookup(tenant, where=("EventSource", source))
        assert [entry.body["eventID"] for entry in entries] == by_source, source
        assert set(read(tenant, of_source(tenant, source))) >= set(by_source)
        assert by_source
    keys = {event["userIdentity"].get("accessKeyId") for event in account.events()} - {None}
    assert len(keys) == 2  # the token's id, and the key that signed
    for key in ("other", *keys):
        entries = cloudtrail.lookup(tenant, where=("AccessKeyId", key))
        assert [entry.body["eventID"] for entry in entries] == every(
            account, lambda event, key=key: event["userIdentity"].get("accessKeyId") == key
        )
    for event in account.events():
        entries = cloudtrail.lookup(tenant, where=("EventId", event["eventID"]))
        assert [entry.body for entry in entries] == [event]
    for shown in ("true", "false", "neither"):
        entries = cloudtrail.lookup(tenant, where=("ReadOnly", shown))
        assert [entry.body["eventID"] for entry in entries] == every(
            account, lambda event, shown=shown: str(event["readOnly"]).lower() == shown
        )
    for subject in (ana, group):
        assert read(tenant, of_subject(subject)) == every(
            account, lambda event, subject=subject: subject in json.dumps(event)
        )
    assert read(tenant, of_subject(ana.upper())) == read(tenant, of_subject(ana))
    assert read(tenant, of_name("CREATEUSER")) == every(
        account, lambda event: event["eventName"] == "CreateUser"
    )
    assert read(tenant, refused()) == every(account, lambda event: "errorCode" in event)


def test_an_event_that_several_indexes_have_comes_once(lived_in):
    """As somebody's who was named by name and id."""
    account, ana, group = lived_in
    both = read(account.tenant, of_subject(ana, group))
    assert len(both) == len(set(both)) > len(read(account.tenant, of_subject(group)))


def test_events_of_an_older_version_are_indexed_when_they_are_opened(lived_in, monkeypatch, tmp_path):
    """Tags are given once, in pieces; a history that has them is left alone."""
    account, ana, _ = lived_in
    monkeypatch.setattr(index, "_CHUNK", 4)
    with closing(Database(tmp_path / "aws_sso.db")) as database:
        older = database.tenant("aws_sso")
        for entry in account.tenant.store.read(cloudtrail.LOG):
            older.append(cloudtrail.LOG, entry.body, [f"eventName={entry.body.get('eventName')}"])
        assert index.fill(older) == len(account.events())
        assert index.fill(older) == 0
        for by in (refused(), of_subject(ana), of_name("createuser"), of_source(account.tenant, SOURCES[1])):
            for tag in by.tags:
                now, then = (
                    list(store.read(cloudtrail.LOG, tag=tag)) for store in (account.tenant.store, older)
                )
                assert [entry.body for entry in then] == [entry.body for entry in now], tag


def test_every_scim_call_is_known_to_the_source_index():
    """The names that stand for the source are those of the service's operations."""
    from harness.aws_sso.cloudtrail.scim_calls import OPERATIONS, WRITING
    from harness.aws_sso.scim import operations

    assert set(OPERATIONS) == {operation.name for operation in operations.OPERATIONS.values()}
    assert {each.name for each in operations.OPERATIONS.values() if not each.read_only} == WRITING
