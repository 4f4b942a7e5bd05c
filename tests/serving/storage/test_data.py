"""The data folder: damage is told before anything is written, and nobody but its owner reads it."""

import errno
import shutil
import signal
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.base.clock import OffsetClock
from harness.base.errors import HarnessError
from harness.base.ids import Ids
from harness.cli import main
from harness.serving.options import Options
from harness.serving.served import Served
from harness.serving.storage.data import SIDES, Data
from harness.wire.message import json_request
from harness.wire.sockets.network import Network
from tests.serving.storage.older_folders import older_folder
from tests.serving.test_serve import harness

PEOPLE = {
    "azure_ad": {
        "users": [{"userPrincipalName": f"p{n}@contoso.com", "displayName": f"Person {n}"} for n in range(40)]
    }
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder that a server has left in order."""
    folder = tmp_path_factory.mktemp("served") / "data"
    served = Served(Options(data=folder))
    served.populate(PEOPLE)
    served.stop()
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "data")


def files(folder):
    return {side: (folder / f"{side}.sqlite").read_bytes() for side in SIDES}


def test_the_folder_is_private_from_the_first_byte(tmp_path):
    """Folder 700, files 600, whatever the process's mask is."""
    data = Data(tmp_path / "data")
    data.stores["aws_sso"].put("kind", "key", {})
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    data.close()
    assert (stat.S_IMODE((tmp_path / "data").stat().st_mode), modes) == (0o700, {0o600})


def test_a_file_system_without_locks_is_told(tmp_path, monkeypatch):
    """Some network folders have none: two servers would write there at once, so it is none for data."""
    fcntl = pytest.importorskip("fcntl", reason="Windows has no flock")

    def none(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with pytest.raises(
        HarnessError, match=r"its file system has no locks, .*; name a folder on a local disk"
    ):
        Data(tmp_path / "data")


def test_an_empty_name_is_no_folder(tmp_path, monkeypatch):
    """It comes from a shell's variable that was never set; nothing is written where one happens to be."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["serve", "--data", ""])
    assert (result.exit_code, "--data names no folder" in result.output) == (2, True)
    assert not list(tmp_path.iterdir())


def test_files_of_one_side_alone_are_damage(folder):
    """An emptied file is not the beginning of an empty world."""
    before = files(folder)["azure_ad"]
    (folder / "aws_sso.sqlite").write_bytes(b"")
    with pytest.raises(HarnessError, match=r"aws_sso.sqlite is damaged: it is empty or missing"):
        Data(folder)
    assert files(folder) == {"aws_sso": b"", "azure_ad": before}


def test_files_that_changed_places_are_damage(folder):
    first, second = (folder / f"{side}.sqlite" for side in SIDES)
    first.rename(folder / "third")
    second.rename(first)
    (folder / "third").rename(second)
    with pytest.raises(HarnessError, match=r"aws_sso.sqlite is damaged: it holds the other side's data"):
        Data(folder)


def test_files_of_two_worlds_do_not_belong_together(folder, tmp_path):
    other = Served(Options(data=tmp_path / "other"))
    other.stop()
    shutil.copy(tmp_path / "other" / "azure_ad.sqlite", folder)
    with pytest.raises(HarnessError, match="two different worlds"):
        Data(folder)


@pytest.mark.parametrize("seed", range(25))
def test_a_damaged_file_starts_right_or_is_told_in_one_line(folder, seed):
    """Bytes changed or cut anywhere: one sentence without people's data, or a start; never a traceback."""
    chance = Ids(str(seed))
    path = folder / f"{SIDES[chance.number(2)]}.sqlite"
    content = bytearray(path.read_bytes())
    if seed % 3:
        for _ in range((1, 20, 2000)[chance.number(3)]):
            content[chance.number(len(content))] = chance.number(256)
    else:
        del content[chance.number(len(content)) :]
    path.write_bytes(content)
    told = ""
    try:
        Served(Options(data=folder)).stop()
    except HarnessError as error:
        told = str(error)
    assert "\n" not in told
    assert "contoso" not in told


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"secret": ', r"azure_ad.sqlite is damaged; restore it"),
        ("7", r"the data in .* is damaged: .* restore it"),
    ],
)
def test_contents_that_are_no_documents_are_damage(folder, body, message):
    """A file that SQLite likes may hold nonsense; where it was met is told, what it was is not."""
    with closing(sqlite3.connect(folder / "azure_ad.sqlite")) as connection, connection:
        connection.execute("UPDATE document SET body = ?", (body,))
    (folder / "checksums").unlink(missing_ok=True)
    with pytest.raises(HarnessError, match=message) as caught:
        Served(Options(data=folder))
    assert "secret" not in str(caught.value)


def test_text_that_is_no_utf_8_is_damage_and_not_quoted(folder):
    """Python's sqlite3 names what it cannot decode: that would be a person's data."""
    path = folder / "azure_ad.sqlite"
    path.write_bytes(path.read_bytes().replace(b"Person 7", b"Person \xff"))
    (folder / "checksums").unlink()
    with pytest.raises(HarnessError, match=r"azure_ad.sqlite is damaged; restore it") as caught:
        Served(Options(data=folder))
    assert "contoso" not in str(caught.value)


def test_a_byte_that_no_structure_notices_is_damage_after_a_clean_stop(folder):
    """The checksums know what the server left; they are gone while one is at work, and may be removed by hand."""
    path = folder / "azure_ad.sqlite"
    path.write_bytes(path.read_bytes().replace(b"Person 7", b"Person 8"))
    with pytest.raises(
        HarnessError, match=r"azure_ad.sqlite is damaged: it is not what it was .* or remove .*checksums"
    ):
        Data(folder)
    (folder / "checksums").unlink()
    data = Data(folder)
    assert not (folder / "checksums").exists()
    data.close()
    assert len((folder / "checksums").read_text().splitlines()) == len(SIDES)


def test_a_log_line_that_was_damaged_under_a_killed_server_is_found_before_anything_is_written(folder):
    (folder / "checksums").unlink()
    with closing(sqlite3.connect(folder / "azure_ad.sqlite")) as connection, connection:
        connection.execute(
            "UPDATE log SET body = substr(body, 1, 20) WHERE number = (SELECT max(number) FROM log)"
        )
    before = files(folder)
    with pytest.raises(HarnessError, match=r"azure_ad.sqlite is damaged; restore it"):
        Data(folder)
    assert files(folder) == before


def test_a_folder_that_was_removed_under_a_server_is_told_when_it_stops(folder):
    """Writes go on, into files that have no name any more; nobody is to believe that they were kept."""
    data = Data(folder)
    shutil.rmtree(folder)
    data.stores["aws_sso"].put("kind", "key", {})
    with pytest.raises(
        HarnessError, match=r"aws_sso.sqlite was moved, removed or replaced while it was served"
    ):
        data.close()


def test_a_folder_that_was_moved_under_a_server_has_what_was_written_and_the_message_says_so(folder):
    data = Data(folder)
    away = folder.rename(folder.with_name("away"))
    data.stores["aws_sso"].put("kind", "key", {"by": "first"})
    with pytest.raises(HarnessError, match="what was written is in the moved folder, else lost"):
        data.close()
    moved = Data(away)
    assert moved.stores["aws_sso"].get("kind", "key") == {"by": "first"}
    moved.close()


def test_a_folder_that_is_moved_is_told_once_while_it_is_served_and_again_the_next_time(folder, capsys):
    """Whoever looks at the terminal at night hears of it before the stop, and may move it back."""
    data = Data(folder)
    data.presence.report()
    assert capsys.readouterr().err == ""
    for _ in range(2):
        away = folder.rename(folder.with_name("away"))
        data.presence.report()
        data.presence.report()
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(
            f"error: {folder / 'aws_sso.sqlite'} was moved, removed or replaced while it is served"
        )
        away.rename(folder)
        data.presence.report()
    data.close()
    assert capsys.readouterr().err == ""


def test_damage_met_as_the_time_is_noted_ends_no_server(folder, monkeypatch):
    """What is still whole can be read, and the next request that meets the damage says so."""

    def put(*_):
        raise sqlite3.DatabaseError("database disk image is malformed")

    data = Data(folder)
    monkeypatch.setattr(data.stores["azure_ad"], "put", put)
    data.look(OffsetClock())
    data.close()


def test_whoever_begins_anew_in_its_place_is_left_in_peace(folder):
    """A first server's last note is about files that are another server's by now."""
    first = Data(folder)
    folder.rename(folder.with_name("away"))
    second = Data(folder)
    with pytest.raises(HarnessError, match="removed or replaced"):
        first.close()
    second.stores["aws_sso"].put("kind", "key", {"by": "second"})
    second.close()
    again = Data(folder)
    assert again.stores["aws_sso"].get("kind", "key") == {"by": "second"}
    again.close()


def test_a_clock_that_is_killed_on_the_way_keeps_the_steps_it_took(tmp_path):
    """The offset is with the data before what falls due runs, so time never goes back."""
    data = Data(tmp_path / "data")
    clock = OffsetClock(data.offset())
    clock.on_step = lambda offset: data.save_offset(offset, clock.now())
    offsets = []

    def killed():
        offsets.append(data.offset())
        raise KeyboardInterrupt

    clock.call_at(clock.now() + timedelta(hours=5), killed)
    with pytest.raises(KeyboardInterrupt):
        clock.advance(timedelta(days=2))
    data.close()
    again = Data(tmp_path / "data")
    assert again.offset() == offsets[0] > timedelta(hours=4)
    again.close()


def test_a_machine_that_was_set_back_between_two_starts_takes_no_time_back(tmp_path, monkeypatch):
    """The world goes on from the moment at which it stopped."""
    first = Served(Options(data=tmp_path / "data"))
    stopped = first.clock.now()
    first.stop()

    monkeypatch.setattr("harness.base.clock.datetime", Earlier)
    again = Served(Options(data=tmp_path / "data"))
    now = again.clock.now()
    again.stop()
    assert stopped <= now < stopped + timedelta(hours=1)


def test_a_machine_that_is_set_back_after_a_kill_takes_back_no_more_than_since_the_last_look(
    tmp_path, monkeypatch
):
    first = Served(Options(data=tmp_path / "data"))
    looked = first.clock.now()
    first.look()
    killed = shutil.copytree(tmp_path / "data", tmp_path / "killed")
    first.stop()
    monkeypatch.setattr("harness.base.clock.datetime", Earlier)
    again = Served(Options(data=killed))
    now = again.clock.now()
    again.stop()
    assert looked <= now < looked + timedelta(hours=1)


def test_a_look_while_the_clock_is_moved_saves_nothing(tmp_path):
    """Of two who save, the one who read the time first might be the last."""
    data, clock = Data(tmp_path / "data"), OffsetClock(timedelta(hours=1))
    with ThreadPoolExecutor() as pool:
        with clock.turn:
            pool.submit(data.look, clock).result()
            assert data.last_moment() is None
        pool.submit(data.look, clock).result()
    assert data.offset() == timedelta(hours=1)
    data.close()


class Earlier(datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) - timedelta(days=3)


def test_a_reset_keeps_the_time_and_the_count_of_starts(tmp_path):
    """The next start neither falls back in time nor draws the ids of the first again."""
    first = Served(Options(data=tmp_path / "data", seed="1"))
    first.advance(timedelta(days=3))
    first.reset()
    first.stop()
    data = Data(tmp_path / "data")
    assert data.offset() >= timedelta(days=2)
    assert data.boot_seed("1") == "1/2"
    data.close()


def test_populate_is_for_both_sides_or_none(tmp_path):
    """A mistake on the AWS side leaves the directory empty, too."""
    served = Served(Options())
    with pytest.raises(HarnessError):
        served.populate({**PEOPLE, "aws_sso": {"users": [{"nonsense": 1}]}})
    empty = served.is_empty
    served.stop()
    assert empty


@pytest.mark.slow
def test_with_a_key_no_token_can_be_read_from_the_files(serve, tmp_path):
    """Neither from the databases nor from what lies beside them; without the key they are not opened."""
    folder, key = tmp_path / "data", tmp_path / "key"
    key.write_text("correct horse battery staple\n", encoding="utf-8")
    key.chmod(0o640)
    world = serve("--data", str(folder), "--key-file", str(key))
    assert f"warning: other accounts can read the key in {key}; 'chmod 600 {key}' ends that\n" in world.said
    key.chmod(0o600)
    tokens = world.ready["azure_ad"]["graph_token"], world.ready["aws_sso"]["access_token"]
    assert world.graph("GET", "/users").status == 200
    world.stop(signal.SIGKILL)
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    assert not [token for token in tokens if token.encode() in content]
    refused = harness("serve", "--data", str(folder), "--aws-port", "0", "--azure-port", "0")
    assert (refused.returncode, "HARNESS_KEY" in refused.stderr, len(refused.stderr.splitlines())) == (
        2,
        True,
        1,
    )
    again = serve("--data", str(folder), "--key-file", str(key))
    assert again.ready["azure_ad"]["graph_token"] == tokens[0]
    assert "warning" not in "".join(again.said)


def test_copies_that_are_older_than_the_key_are_named(tmp_path, capsys):
    """Secrets in plain text stay in them: in a file of an older version, and in a snapshot of before."""
    folder = older_folder(tmp_path / "data", 2)
    data = Data(folder)
    data.keeper.take("before", {})
    data.close()
    capsys.readouterr()
    data = Data(folder, "correct horse battery staple")
    data.keeper.take("after", {})
    data.close()
    older, snapshot = folder / "azure_ad.sqlite.layout-2", folder / "snapshots" / "before" / "azure_ad.sqlite"
    warning = "warning: older than the key, so with secrets in plain text:"
    assert capsys.readouterr().err.startswith(f"{warning} {older}, {snapshot}; delete")
    plain = {path for path in folder.rglob("azure_ad.sqlite*") if b'"graph_token":"' in path.read_bytes()}
    assert plain == {older, snapshot}
    older.unlink()
    data.keeper.delete("before")
    Data(folder, "correct horse battery staple").close()
    assert capsys.readouterr().err == ""


def test_a_start_that_is_refused_leaves_encrypted_data_as_they_were(tmp_path):
    """With a copy in the place of the damaged file all is right again: the other one agrees with its checksum still."""
    folder, key = tmp_path / "data", "correct horse battery staple"
    data = Data(folder, key)
    data.stores["azure_ad"].put("secrets", "app", {"SecretToken": "s3cret"})
    data.close()
    whole, file = (folder / "aws_sso.sqlite").read_bytes(), folder / "aws_sso.sqlite"
    file.write_bytes(whole[:-1] + b"x")
    with pytest.raises(HarnessError, match="it is not what it was when its server stopped"):
        Data(folder, key)
    file.write_bytes(whole)
    Data(folder, key).close()


def test_a_changed_key_opens_what_was_kept_before_snapshots_included(tmp_path):
    """The old one opens nothing any more; a snapshot of before can be restored."""
    old, new = "correct horse battery staple", "wrong donkey battery staple"
    data = Data(tmp_path / "data", old)
    data.stores["azure_ad"].put("secrets", "app", {"SecretToken": "s3cret"})
    data.keeper.take("before", {})
    data.close()
    Data(tmp_path / "data", new, old_key=old).close()
    with pytest.raises(HarnessError, match="is not the one"):
        Data(tmp_path / "data", old)
    data = Data(tmp_path / "data", new)
    data.stores["azure_ad"].delete("secrets", "app")
    data.keeper.put_back("before", lambda: None)
    assert data.stores["azure_ad"].get("secrets", "app") == {"SecretToken": "s3cret"}
    data.close()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]


def test_what_is_no_folder_is_said_to_be_none(tmp_path):
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(HarnessError, match="link is a link to nowhere, which is not there"):
        Data(tmp_path / "link")
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", Path("/dev/null")):
        with pytest.raises(HarnessError, match=f"--data {place} is no folder"):
            Data(place)


def test_want_of_files_or_memory_is_no_damage(folder, monkeypatch):
    """A process that may open no more files says so; nobody restores a folder from a copy for that."""

    def none(*_, **__):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("harness.serving.served.listen", none)
    with pytest.raises(HarnessError, match="cannot start: Too many open files"):
        Served(Options(data=folder))


def test_want_of_threads_is_said_as_want_of_memory(monkeypatch):
    """`ulimit -v` shows there first, for each thread has a stack of its own."""

    def none(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("harness.wire.sockets.workers.Workers.start", none)
    with pytest.raises(HarnessError, match="cannot start: there is not enough memory"):
        Served(Options())


def test_a_quota_is_not_said_to_be_a_want_of_locks(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr("os.pwrite", full)
    with pytest.raises(HarnessError, match=r"as data folder: Disk quota exceeded$"):
        Data(tmp_path / "data")


@pytest.mark.parametrize(
    ("kind", "is_refused"), [("fuse.sshfs", True), ("fuse.rclone", True), ("nfs4", False), ("ext4", False)]
)
def test_where_locks_stay_on_a_machine_another_one_is_told_by_name(tmp_path, monkeypatch, kind, is_refused):
    """It has the folder, or was killed; where locks tell the two apart they alone are asked."""
    pytest.importorskip("fcntl", reason="Windows has no flock")
    (tmp_path / "mounts").write_text(
        f"22 1 254:0 / / rw - xfs /dev/vda rw\n36 22 0:31 / {tmp_path} rw,nosuid - {kind} far: rw\n"
    )
    (tmp_path / "machine").write_text("here\n")
    monkeypatch.setattr("harness.serving.storage.folder_lock._MOUNTS", tmp_path / "mounts")
    monkeypatch.setattr("harness.serving.storage.folder_lock._MACHINE", tmp_path / "machine")
    folder = tmp_path / "data"
    folder.mkdir()
    for clean in ("4711\nhere\n", "4711", ""):
        (folder / "server.lock").write_text(clean)
        Data(folder).close()
        assert (folder / "server.lock").read_text() == "", "nobody has it after a clean stop"
    (folder / "server.lock").write_text("4711\nthere\n")
    if is_refused:
        with pytest.raises(
            HarnessError, match=f"pid 4711 of another machine, .*: {kind} does not tell; .*server.lock"
        ):
            Data(folder)
        (folder / "server.lock").unlink()
    Data(folder).close()


def test_a_network_folder_that_is_gone_at_the_end_is_no_failure(tmp_path, monkeypatch):
    def gone(*_):
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    data = Data(tmp_path / "data")
    monkeypatch.setattr("os.ftruncate", gone)
    data.close()


def test_a_file_that_cannot_be_read_any_more_is_answered_in_a_sentence(whole, monkeypatch, tmp_path):
    def gone(*_):
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
        raise error

    served, network = Served(Options(data=shutil.copytree(whole, tmp_path / "data"))), Network()
    monkeypatch.setattr(Served, "populate", gone)
    try:
        answer = network(json_request("POST", f"{served.urls[0]}/_harness/populate", {}))
    finally:
        network.close()
        served.stop()
    assert (answer.status, answer.json()) == (500, {"message": "the data cannot be read: disk I/O error"})
