"""SQLite keeps the store's law, in memory and in a file, and a file outlives the process that wrote it."""

import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings

from harness.base.errors import HarnessError
from harness.base.sqlite import Database, is_full
from harness.base.store import TakenError
from tests.base.store_contract import StoreContract, appended, lines
from tests.base.store_model import TRANSACTIONS, assert_store_does_what_dictionaries_would

ROOT = Path(__file__).parents[3]


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


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (lambda store: store.put("job", "1", {"n": 2}), {"n": 2}),
        (lambda store: store.delete("job", "1"), None),
    ],
    ids=["put", "delete"],
)
def test_what_is_recalled_in_the_midst_of_a_change_is_not_known_by_heart_afterwards(change, after):
    """Another thread may ask at whichever line: here all lines of the change are tried, one after another."""
    store = Database().tenant("contoso")
    store.put("job", "1", {"n": 1})
    recalled = []

    def at_each_line(frame, event, _):
        if "harness/base/sqlite" not in frame.f_code.co_filename.replace(os.sep, "/"):
            return None
        if event == "line":
            recalled.append(store.recall("job", "1"))
        return at_each_line

    before = sys.gettrace()
    sys.settrace(at_each_line)
    try:
        change(store)
    finally:
        sys.settrace(before)
    assert recalled[0] == {"n": 1}
    assert store.recall("job", "1") == store.get("job", "1") == after


def test_reopening_a_file_keeps_everything(tmp_path):
    """Documents in order, keys, links, logs and tags are there after a restart, and sequences go on growing."""
    path = tmp_path / "harness.db"
    database = Database(path)
    store = database.tenant("contoso")
    for key in ("b", "a"):
        store.put("user", key, {"name": "山田 🧑‍🚀"})
    store.claim("userName", "ana", "a")
    store.link("member", "g", "a")
    last = appended(store, "trail", {"n": 1}, ["t"])
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
    assert appended(database.tenant("contoso"), "trail", {}) > last
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

    def test_a_newer_version_of_ours(self, tmp_path):
        """A file of a later layout is refused by that reason, with what to do; nobody is told to remove it."""
        path = tmp_path / "harness.db"
        database = Database(path)
        database.connection.execute("PRAGMA user_version = 99")
        database.close()
        before = path.read_bytes()
        message = self.refuse(path)
        assert "by a newer version of the harness (layout 99, this one has" in message
        assert "update the harness" in message
        assert "remove" not in message
        assert path.read_bytes() == before

    @pytest.mark.slow
    def test_a_file_that_another_program_writes(self, tmp_path):
        """Nobody is told to remove what somebody else has open, or what a file system cannot lock."""
        path = tmp_path / "harness.db"
        Database(path).close()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            message = self.refuse(path)
        assert "another program has it open, or its file system cannot lock files" in message
        assert "remove" not in message

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


def test_only_a_file_lasts(tmp_path):
    with closing(Database(tmp_path / "data.sqlite")) as database:
        assert database.tenant("a").lasting
    assert not Database().tenant("a").lasting


@given(TRANSACTIONS)
@settings(max_examples=60)
@pytest.mark.slow
def test_a_store_does_what_dictionaries_would(transactions):
    """Any sequence of transactions, some of them failing at the end, leaves what plain dictionaries would hold."""
    database = Database()
    stores = database.tenant("contoso"), database.tenant("fabrikam")
    assert_store_does_what_dictionaries_would(*stores, transactions)
    database.close()


def test_a_full_disk_is_told_once_and_reads_go_on(tmp_path):
    """Whatever found no room is undone, what was there is read, and once there is room again a second time is told, too."""
    database = Database(tmp_path / "harness.db")
    store, complaints = database.tenant("contoso"), []
    database.on_full = complaints.append
    store.put("user", "1", {"name": "Ana"})

    def fill() -> None:
        with pytest.raises(sqlite3.OperationalError, match="full"), store.transaction():
            store.put("user", "2", {"name": "x" * 100_000})

    pages = database.connection.execute("PRAGMA page_count").fetchone()[0]
    for times in (1, 2):
        database.connection.execute(f"PRAGMA max_page_count = {pages}")
        fill()
        fill()
        assert complaints == ["the disk is full"] * times
        assert [key for key, _ in store.scan("user")] == ["1"]
        database.connection.execute("PRAGMA max_page_count = 100000")
        with store.transaction():
            store.put("user", "1", {"name": f"Ana {times}"})
    database.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit on file sizes")
def test_a_limit_on_file_sizes_is_as_a_full_disk(tmp_path):
    """It is an error of input and output to SQLite; what was committed before stays, in this process and the next."""
    import resource  # not for Windows

    path = tmp_path / "harness.db"
    database = Database(path)
    store, complaints, written = database.tenant("contoso"), list[str](), list[str]()
    database.on_full = complaints.append

    def write() -> None:
        for number in range(1000):
            with store.transaction():
                store.put("user", f"{number}", {"name": "x" * 1000})
                store.append("trail", {"number": number})
            written.append(f"{number}")

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(sqlite3.OperationalError) as failure:
            write()
        assert is_full(failure.value)
        assert [key for key, _ in store.scan("user")] == written
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(written) > 10
    assert len(complaints) == 1
    assert "ulimit -f" in complaints[0]
    shutil.copytree(tmp_path, tmp_path / "killed")  # as a kill would leave it
    database.close()
    for place in (path, tmp_path / "killed" / path.name):
        again = Database(place)
        assert [key for key, _ in again.tenant("contoso").scan("user")] == written
        again.close()
