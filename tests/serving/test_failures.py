"""What is said where a served world was started when something goes wrong: the place and the remedy, nobody's data."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from harness.base.errors import HarnessError
from harness.serving.failures import full_worded, report


def test_a_database_that_is_away_is_said_to_be_and_nothing_breaks_for_good(capsys):
    """The first line is enough; the driver's second one asks whether the server runs."""
    psycopg = pytest.importorskip("psycopg")
    report(psycopg.OperationalError("connection refused\n\tIs the server running?"))
    assert capsys.readouterr().err == (
        "error: the provisioning engine has lost the database: connection refused; it goes on when that is there again\n"
    )


def test_any_other_failure_tells_its_place_without_the_data(capsys):
    report(ValueError("ana@contoso.com"))
    assert (
        capsys.readouterr().err
        == "error: the provisioning engine failed with ValueError at an unknown place\n"
    )


def test_people_that_no_disk_has_room_for_are_a_sentence():
    """SQLite's own error of a full disk, brought about by a limit on pages."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA max_page_count = 2")
        connection.execute("CREATE TABLE t (x)")
        words = "the disk of d1 is too full for the people of big; make room"
        with pytest.raises(HarnessError, match=words), full_worded("d1", Path("big")):
            connection.execute("INSERT INTO t VALUES (zeroblob(100000))")


def test_what_is_no_want_of_room_stays_what_it_is():
    with pytest.raises(ValueError, match="seven"), full_worded("d1", Path("big.json")):
        raise ValueError("seven")
