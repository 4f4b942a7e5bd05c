"""Copies of a SQLite database: whole, independent of the one in use, and refused when they are damaged or another version's."""

import sqlite3
from contextlib import closing

import pytest

from harness.base.errors import HarnessError
from harness.base.sqlite import Database
from harness.base.sqlite.copies import Copy
from tests.base.store_contract import appended


@pytest.fixture(params=[False, True], ids=["memory", "file"])
def database(request, tmp_path):
    database = Database(tmp_path / "data.sqlite" if request.param else None, exclusive=True)
    yield database
    database.close()


@pytest.fixture(params=[False, True], ids=["to memory", "to a file"])
def place(request, tmp_path):
    return tmp_path / "copy.sqlite" if request.param else None


def test_what_is_put_back_is_what_was_copied(database, place):
    """Documents, keys, links, logs with their numbers; what came later is gone."""
    store = database.tenant("contoso")
    store.put("user", "1", {"name": "Ana"})
    store.claim("userName", "ana", "1")
    store.link("member", "g", "1")
    last = appended(store, "trail", {"n": 1})
    copy = Copy.of(database, place)
    store.put("user", "2", {})
    store.put("group", "g", {})
    store.claim("userName", "ben", "2")
    store.append("trail", {"n": 2})
    copy.put_back(database)
    assert [key for key, _ in store.scan("user")] == ["1"]
    assert store.count("group") == 0
    assert (store.owner("userName", "ana"), store.owner("userName", "ben")) == ("1", None)
    assert store.rights("member", "g") == ["1"]
    assert store.last_sequence("trail") == last
    assert appended(store, "trail", {"n": 2}) == last + 1
    copy.close()


def test_a_database_goes_on_after_its_copy_was_put_back(database, place):
    """Shelves made since are made anew, and long logs are packed as before."""
    store = database.tenant("contoso")
    copy = Copy.of(database, place)
    store.put("user", "1", {})
    copy.put_back(database)
    for number in range(600):
        store.append("trail", {"n": number})
    store.put("user", "2", {})
    assert [entry.body["n"] for entry in store.read("trail")] == list(range(600))
    assert store.get("user", "2") == {}
    copy.close()


def test_a_copy_is_read_without_being_put_back(database, place):
    database.tenant("contoso").put("user", "1", {"name": "Ana"})
    database.tenant("contoso").link("member", "g", "1")
    copy = Copy.of(database, place)
    assert list(copy.documents()) == [("contoso", "user", "1", {"name": "Ana"})]
    assert list(copy.links()) == [("contoso", "member", "g", "1")]
    copy.close()


def test_a_copy_of_another_version_is_refused(tmp_path):
    database, path = Database(), tmp_path / "copy.sqlite"
    Copy.of(database, path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    copy = Copy(path)
    with pytest.raises(HarnessError, match=r"a newer version of the harness \(layout 99, this one has"):
        copy.check(path)
    copy.close()
    database.close()


def test_a_damaged_copy_is_refused(tmp_path):
    path = tmp_path / "copy.sqlite"
    path.write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    copy = Copy(path)
    with pytest.raises(HarnessError, match="cannot be used"):
        copy.check(path)
    copy.close()
