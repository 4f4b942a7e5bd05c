"""SQLite keeps the store's law, in memory and in a file, and a file outlives the process that wrote it."""

import itertools
import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.base.errors import HarnessError
from harness.base.sqlite import Database
from harness.base.store import TakenError
from tests.base.store_contract import StoreContract, failing, lines

ROOT = Path(__file__).parents[2]


class TestInMemory(StoreContract):
    @pytest.fixture
    def stores(self):
        database = Database()
        yield database.tenant
        database.close()


class TestInAFile(StoreContract):
    @pytest.fixture
    def stores(self, tmp_path):
        database = Database(tmp_path / "harness.db")
        yield database.tenant
        database.close()


def test_databases_in_memory_are_separate():
    """Two scenarios at once share nothing."""
    one, other = Database(), Database()
    one.tenant("contoso").put("user", "1", {})
    assert other.tenant("contoso").count("user") == 0
    one.close()
    other.close()


def test_reopening_a_file_keeps_everything(tmp_path):
    """Documents in order, keys, links, logs and tags are there after a restart, and sequences go on growing."""
    path = tmp_path / "harness.db"
    database = Database(path)
    store = database.tenant("contoso")
    for key in ("b", "a"):
        store.put("user", key, {"name": "山田 🧑‍🚀"})
    store.claim("userName", "ana", "a")
    store.link("member", "g", "a")
    last = store.append("trail", {"n": 1}, ["t"])
    database.close()

    database = Database(path)
    store = database.tenant("contoso")
    assert list(store.scan("user")) == [("b", {"name": "山田 🧑‍🚀"}), ("a", {"name": "山田 🧑‍🚀"})]
    with pytest.raises(TakenError):
        store.claim("userName", "ana", "b")
    assert store.rights("member", "g") == ["a"]
    assert lines(store, "trail", tag="t") == [1]
    store.clear()
    database.close()

    database = Database(path)
    assert database.tenant("contoso").append("trail", {}) > last
    database.close()


class TestAFileThatIsNotOurs:
    def refuse(self, path: Path) -> str:
        with pytest.raises(HarnessError) as caught:
            Database(path)
        assert str(path) in str(caught.value)
        return str(caught.value)

    def test_some_other_file(self, tmp_path):
        """A text file is refused by name and stays as it was."""
        path = tmp_path / "shopping.txt"
        path.write_text("milk, bread, and enough bytes to be no empty database\n" * 50)
        before = path.read_bytes()
        self.refuse(path)
        assert path.read_bytes() == before

    @pytest.mark.parametrize("version", [0, 1, 7])
    def test_another_programs_database(self, tmp_path, version):
        """A SQLite file of somebody else is refused untouched, whatever number it carries as its version."""
        path = tmp_path / "browser.db"
        foreign = sqlite3.connect(path)
        foreign.execute("CREATE TABLE bookmark (url TEXT)")
        foreign.execute(f"PRAGMA user_version = {version}")
        foreign.commit()
        foreign.close()
        before = path.read_bytes()
        self.refuse(path)
        assert path.read_bytes() == before

    def test_another_version_of_ours(self, tmp_path):
        """A file of a later layout is refused by that reason."""
        path = tmp_path / "harness.db"
        database = Database(path)
        database.connection.execute("PRAGMA user_version = 99")
        database.close()
        assert "layout 99" in self.refuse(path)

    def test_a_folder(self, tmp_path):
        """A folder is refused."""
        self.refuse(tmp_path)

    def test_a_path_that_leads_nowhere(self, tmp_path):
        """A missing folder is refused."""
        self.refuse(tmp_path / "missing" / "harness.db")

    def test_an_empty_file_is_as_good_as_none(self, tmp_path):
        """What `mktemp` makes can be used."""
        path = tmp_path / "harness.db"
        path.touch()
        database = Database(path)
        database.tenant("contoso").put("user", "1", {})
        database.close()


def test_a_killed_process_leaves_what_it_committed(tmp_path):
    """Power off in mid transaction: the finished transaction is there whole, the other not at all."""
    path = tmp_path / "harness.db"
    program = """
        import os, sys
        from pathlib import Path
        from harness.base.sqlite import Database

        store = Database(Path(sys.argv[1])).tenant("contoso")
        with store.transaction():
            store.put("user", "kept", {})
            store.append("trail", {"n": 1})
        with store.transaction():
            store.put("user", "lost", {})
            store.append("trail", {"n": 2})
            os._exit(9)
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert run.returncode == 9
    database = Database(path)
    store = database.tenant("contoso")
    assert list(store.scan("user")) == [("kept", {})]
    assert lines(store, "trail") == [1]
    database.close()


def test_a_full_disk_undoes_the_transaction_and_no_more(tmp_path):
    """When there is no room left, the error is the disk's, nothing half stays, and small changes work again."""
    database = Database(tmp_path / "harness.db")
    store = database.tenant("contoso")
    store.put("user", "1", {})
    (pages,) = database.connection.execute("PRAGMA page_count").fetchone()
    database.connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    def fill() -> None:
        with store.transaction():
            store.put("user", "2", {})
            store.put("user", "3", {"photo": "x" * 100_000})

    with pytest.raises(sqlite3.OperationalError, match="full"):
        fill()
    assert [key for key, _ in store.scan("user")] == ["1"]
    with store.transaction():
        store.put("user", "4", {})
    assert [key for key, _ in store.scan("user")] == ["1", "4"]
    database.close()


def effort(database: Database, work: Callable[[], object]) -> int:
    """Return how many tens of steps SQLite's machine takes over some work."""
    steps = itertools.count()
    database.connection.set_progress_handler(lambda: next(steps) and None, 10)
    work()
    database.connection.set_progress_handler(None, 0)
    return next(steps)


@pytest.mark.parametrize("order", [{}, {"newest_first": True}])
def test_a_tag_is_found_without_reading_the_log(order):
    """Finding the few lines of one tag costs the few lines, not the whole log."""
    database = Database()
    store = database.tenant("contoso")
    with store.transaction():
        for number in range(3000):
            store.append("trail", {"n": number}, ["rare" if number in {7, 2900} else "common"])
    found: list[object] = []
    assert effort(database, lambda: found.extend(lines(store, "trail", tag="rare", **order))) < 50
    assert sorted(found) == [7, 2900]
    database.close()


def test_a_page_costs_its_length():
    """The first page, one in the middle and one more line of a log cost the same however many there are."""
    database = Database()
    store = database.tenant("contoso")
    with store.transaction():
        for number in range(3000):
            store.put("user", f"{number}", {})
            store.append("trail", {"n": number})
    assert effort(database, lambda: list(store.scan("user", limit=10))) < 50
    assert effort(database, lambda: list(store.scan("user", after="1500", limit=10))) < 50
    assert effort(database, lambda: list(store.read("trail", limit=10))) < 50
    assert effort(database, lambda: list(store.read("trail", newest_first=True, limit=10))) < 50
    assert effort(database, lambda: store.last_sequence("trail")) < 50
    database.close()


# A store against a model: plain dictionaries that do the same.


def test_only_a_file_lasts(tmp_path):
    assert Database(tmp_path / "data.sqlite").tenant("a").lasting
    assert not Database().tenant("a").lasting


INTEGERS = st.integers(-(2**63), 2**63 - 1)  # what JSON text keeps exactly
KEYS = st.sampled_from(["a", "b", "c", "é", "🧑‍🚀"])
OPERATIONS = st.one_of(
    st.tuples(st.just("put"), KEYS, INTEGERS),
    st.tuples(st.just("delete"), KEYS),
    st.tuples(st.just("claim"), KEYS, KEYS),
    st.tuples(st.just("release"), KEYS),
    st.tuples(st.just("link"), KEYS, KEYS),
    st.tuples(st.just("unlink"), KEYS, KEYS),
    st.tuples(st.just("append"), INTEGERS, st.lists(KEYS, max_size=3)),
    st.tuples(st.just("clear")),
)
TRANSACTIONS = st.lists(st.tuples(st.lists(OPERATIONS, max_size=6), st.booleans()), max_size=8)


class Model:
    """What a store should do, in the fewest words."""

    def __init__(self):
        self.documents, self.owners, self.links, self.log = {}, {}, {}, []

    def copy(self):
        twin = Model()
        twin.documents, twin.owners = dict(self.documents), dict(self.owners)
        twin.links, twin.log = dict(self.links), list(self.log)
        return twin

    def put(self, key, n):
        self.documents[key] = {"n": n}

    def delete(self, key):
        return self.documents.pop(key, None) is not None

    def claim(self, key, owner):
        return self.owners.setdefault(key, owner)

    def release(self, key):
        self.owners.pop(key, None)

    def link(self, left, right):
        return (left, right) not in self.links and not self.links.update({(left, right): None})

    def unlink(self, left, right):
        return self.links.pop((left, right), False) is None

    def append(self, n, tags):
        self.log.append((n, tags))

    def clear(self):
        self.__init__()


class Subject:
    """The same verbs on a real store."""

    def __init__(self, store):
        self.store = store

    def put(self, key, n):
        self.store.put("user", key, {"n": n})

    def delete(self, key):
        return self.store.delete("user", key)

    def claim(self, key, owner):
        try:
            self.store.claim("userName", key, owner)
        except TakenError as error:
            return error.owner
        return owner

    def release(self, key):
        self.store.release("userName", key)

    def link(self, left, right):
        return self.store.link("member", left, right)

    def unlink(self, left, right):
        return self.store.unlink("member", left, right)

    def append(self, n, tags):
        self.store.append("trail", {"n": n}, tags)

    def clear(self):
        self.store.clear()


def assert_equal(store, model):
    assert list(store.scan("user")) == list(model.documents.items())
    assert store.count("user") == len(model.documents)
    for key in ("a", "b", "c", "é", "🧑‍🚀"):
        assert store.get("user", key) == model.documents.get(key)
        assert store.owner("userName", key) == model.owners.get(key)
        assert store.rights("member", key) == [right for left, right in model.links if left == key]
        assert store.lefts("member", key) == [left for left, right in model.links if right == key]
        tagged = [n for n, tags in model.log if key in tags]
        assert lines(store, "trail", tag=key) == tagged
        assert lines(store, "trail", tag=key, newest_first=True) == tagged[::-1]
    assert lines(store, "trail") == [n for n, _ in model.log]


@given(TRANSACTIONS)
@settings(max_examples=60)
def test_a_store_does_what_dictionaries_would(transactions):
    """Any sequence of transactions, some of them failing at the end, leaves what plain dictionaries would hold."""
    database = Database()
    store = database.tenant("contoso")
    bystander = database.tenant("fabrikam")
    bystander.put("user", "a", {"n": 0})
    model = Model()
    for operations, succeeds in transactions:
        attempt = model.copy()
        with store.transaction() if succeeds else failing(store):
            for name, *arguments in operations:
                expected = getattr(attempt, name)(*arguments)
                assert getattr(Subject(store), name)(*arguments) == expected
        if succeeds:
            model = attempt
        assert_equal(store, model)
    assert list(bystander.scan("user")) == [("a", {"n": 0})]
    database.close()
