"""Filling and emptying reach both sides or neither, even when the process dies between the two files' commits."""

import sqlite3

import pytest

from harness.base.clock import VirtualClock, from_iso
from harness.base.errors import HarnessError
from harness.base.ids import Ids
from harness.base.sqlite import Database
from harness.origins import AWS_HOSTS, GRAPH
from harness.serving.storage.both_sides import BothSides
from harness.wire.internet import internet
from harness.world import Parts, assemble, choose_quirks

PEOPLE = {
    "azure_ad": {"users": [{"userPrincipalName": "ana@contoso.com", "displayName": "Ana"}]},
    "aws_sso": {
        "users": [{"userName": "bo", "displayName": "Bo", "name": {"givenName": "Bo", "familyName": "Ek"}}]
    },
}


class Killed(BaseException):
    """Stands in for the end of the process."""


@pytest.fixture
def sides(tmp_path):
    """Open the same two files, as often as asked."""
    opened = []

    def open_both():
        databases = [Database(tmp_path / name) for name in ("aws.sqlite", "azure.sqlite")]
        opened.extend(databases)
        aws, azure = (database.tenant("main") for database in databases)
        parts = Parts(
            clock=VirtualClock(from_iso("2026-01-01T00:00:00Z")), ids=Ids(f"{len(opened)}"), aws_store=aws,
            azure_store=azure, origins={"graph": GRAPH, **AWS_HOSTS},
        )  # fmt: skip
        world = assemble(parts, choose_quirks("identity-center", {}), lambda *_: internet({}))
        return BothSides(world)

    yield open_both
    for database in opened:
        database.close()


class Dying(BothSides):
    """Dies when one side has committed and the other has not."""

    def _mark(self, note):
        raise Killed


class Full(BothSides):
    """Has no room for what comes after one side's commit."""

    def _mark(self, note):
        raise full_disk()


class NoRoom(list):
    """People for whom there is no room on the way."""

    def __iter__(self):
        raise full_disk()


def full_disk():
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


def names(both):
    azure = [user["userPrincipalName"] for user in both.world.azure.directory.scan("User")]
    return azure, both.world.aws.store.count("user") == 1


def test_what_is_right_reaches_both_and_leaves_no_note(sides):
    both = sides()
    both.populate(PEOPLE)
    assert names(both) == (["ana@contoso.com"], True)
    both.finish()
    both.reset()
    assert names(both) == ([], False)
    assert both.world.azure.store.get("clock", "unfinished") is None
    assert both.world.azure.store.count("unfinished") == 0


@pytest.mark.parametrize("side", ["azure_ad", "aws_sso"])
def test_a_mistake_on_one_side_leaves_neither_changed(sides, side):
    both = sides()
    with pytest.raises(HarnessError):
        both.populate({**PEOPLE, side: {"users": [{"nonsense": 1}]}})
    assert names(both) == ([], False)


def test_a_populate_that_was_cut_off_between_the_files_is_finished(sides):
    """One side has it, the other has not; whoever opens them next makes up for it, once."""
    both = sides()
    with pytest.raises(Killed):
        Dying(both.world).populate(PEOPLE)
    assert names(both) == (["ana@contoso.com"], False)
    again = sides()
    again.finish()
    assert names(again) == (["ana@contoso.com"], True)
    again.finish()


def test_a_reset_that_was_cut_off_between_the_files_is_finished(sides):
    both = sides()
    both.populate(PEOPLE)
    with pytest.raises(Killed):
        Dying(both.world).reset()
    assert names(both) == ([], True)
    again = sides()
    again.finish()
    assert names(again) == ([], False)


def test_a_reset_that_one_disk_had_no_room_for_is_said_to_come_later_and_does(sides):
    """Whoever asked need not ask again: that would be refused, or done twice."""
    both = sides()
    both.populate(PEOPLE)
    full = Full(both.world)
    with pytest.raises(sqlite3.OperationalError) as raised:
        full.reset()
    assert raised.value.__notes__[0].startswith("make room: Azure AD has it already, and AWS SSO gets it")
    full.retry()
    assert names(both) == ([], True)
    both.retry()
    assert names(both) == ([], False)


def test_what_cannot_be_made_up_for_any_more_is_said_and_ends_no_server(sides, capsys):
    """Somebody of that name was made on the AWS side before there was room."""
    both = sides()
    with pytest.raises(sqlite3.OperationalError):
        Full(both.world).populate(PEOPLE)
    both.world.populate({"aws_sso": PEOPLE["aws_sso"]})
    both.retry()
    assert "bo" in capsys.readouterr().err
    sides().finish()
    assert names(both) == (["ana@contoso.com"], True)


def test_damage_that_is_met_on_making_up_for_it_ends_no_server(sides, monkeypatch):
    both = sides()

    def damaged(self):
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(BothSides, "finish", damaged)
    both.retry()


def test_what_neither_side_had_room_for_is_not_said_to_come(sides):
    both = sides()
    with pytest.raises(sqlite3.OperationalError) as raised:
        Full(both.world).populate({"azure_ad": {"users": NoRoom()}})
    assert not hasattr(raised.value, "__notes__")
    assert both.world.azure.store.get("clock", "unfinished") is None


def test_one_that_was_cut_off_after_both_commits_is_not_done_twice(sides):
    """Only taking the note away was left."""
    both = sides()
    note = {"act": "populate", "document": {"aws_sso": PEOPLE["aws_sso"]}, "id": "1"}
    both.world.azure.store.put("clock", "unfinished", note)
    both.world.aws.store.put("clock", "finished", {"id": "1"})
    both.finish()
    assert names(both) == ([], False)
    assert both.world.azure.store.get("clock", "unfinished") is None
    assert both.world.azure.store.count("unfinished") == 0
