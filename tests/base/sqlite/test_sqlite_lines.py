"""Old log lines are packed, and nobody can tell but by the room they take."""

import pytest

from harness.base.sqlite import Database
from tests.base.store_contract import failing, lines

MANY = 1000


@pytest.fixture
def database():
    database = Database()
    yield database
    database.close()


def number_of(database, table):
    return database.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def append(store, numbers, log="trail"):
    for number in numbers:
        store.append(log, {"n": number, "text": "the same in every line " * 20}, [f"n={number}"])


def test_old_lines_take_a_tenth_of_their_room(database):
    """A long log of similar lines is small, whatever one line weighs."""
    append(database.tenant("contoso"), range(MANY))
    (packed,) = database.connection.execute("SELECT sum(length(body)) FROM log_block").fetchone()
    assert number_of(database, "log") < MANY / 2
    assert packed < (MANY - number_of(database, "log")) * len("the same in every line " * 20) / 10


def test_packing_is_undone_with_its_transaction(database):
    """A transaction that packed lines and failed leaves every line where it was, and packing goes on later."""
    store = database.tenant("contoso")
    append(store, range(200))
    with failing(store):
        append(store, range(200, MANY))
        assert number_of(database, "log_block") > 0
    assert number_of(database, "log_block") == 0
    append(store, range(200, MANY))
    assert number_of(database, "log_block") > 0
    assert lines(store, "trail") == list(range(MANY))


def test_lines_of_several_logs_are_packed_apart(database):
    """Logs written in turns keep their own lines, in order from either end."""
    store = database.tenant("contoso")
    for number in range(MANY):
        append(store, [number], "even" if number % 2 == 0 else "odd")
    assert lines(store, "even") == list(range(0, MANY, 2))
    assert lines(store, "odd", newest_first=True) == list(range(1, MANY, 2))[::-1]


@pytest.mark.parametrize("number", [0, 127, 128, 500, MANY - 1])
def test_a_packed_line_is_found_by_its_tag(database, number):
    """A tag leads to its line in the middle of a block, at its ends and outside."""
    store = database.tenant("contoso")
    append(store, range(MANY))
    assert lines(store, "trail", tag=f"n={number}") == [number]


def test_reading_may_go_on_while_lines_are_packed(database):
    """Whoever reads slowly misses nothing and sees nothing twice, though what he reads is packed meanwhile."""
    store = database.tenant("contoso")
    append(store, range(200))
    reader = store.read("trail", limit=MANY)
    seen = [next(reader).body["n"]]
    append(store, range(200, MANY))
    seen += [entry.body["n"] for entry in reader]
    assert seen == list(range(MANY))
