"""Output files: plain ones whole or absent, everything else written through."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from harness.base import output
from harness.base.errors import HarnessError
from harness.base.output import OutputFile, check_writable, remove, write, write_all


def test_a_file_is_whole_or_absent(tmp_path, monkeypatch):
    """A failed write leaves the old file and no scraps."""
    path = tmp_path / "o.txt"
    write(path, "old")

    def refuse(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(HarnessError, match="No space left"):
        write(path, "new")
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["o.txt"]


def test_ctrl_c_in_the_midst_leaves_the_old_file(tmp_path):
    """And no scraps, neither between two pieces nor in the writing of one."""
    path = tmp_path / "o.txt"
    write(path, "old")

    def pieces():
        yield "half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_all(path, pieces())
    assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [("o.txt", "old")]


def test_what_is_abandoned_leaves_the_old_file(tmp_path):
    """A report that is streamed is seen when it is complete, not before."""
    path = tmp_path / "o.txt"
    write(path, "old")
    file = OutputFile(path)
    file.write("half")
    assert path.read_text() == "old"
    file.abandon()
    assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [("o.txt", "old")]


@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_an_existing_file_keeps_its_mode(tmp_path, mode):
    """Who could read the last report can read the next."""
    path = tmp_path / "o.txt"
    path.touch()
    path.chmod(mode)
    write(path, "new")
    assert (stat.S_IMODE(path.stat().st_mode), path.read_text()) == (mode, "new")


def test_a_private_file_is_private_whatever_stood_there(tmp_path):
    """Tokens go where only the owner reads."""
    path = tmp_path / "o.txt"
    path.touch(0o666)
    write(path, "secret", private=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_leads_on_and_stays(tmp_path):
    """The target is written, in its own folder, whether it is there yet or not."""
    (tmp_path / "far").mkdir()
    link = tmp_path / "o.txt"
    link.symlink_to("far/real.txt")
    for text in ("first", "second"):
        write(link, text)
        assert link.is_symlink()
        assert (tmp_path / "far" / "real.txt").read_text() == text


def test_both_names_of_a_file_have_the_new_text(tmp_path):
    """A hard link is one file under two names."""
    path, other = tmp_path / "o.txt", tmp_path / "other.txt"
    path.write_text("a longer old text")
    other.hardlink_to(path)
    write(path, "new")
    assert other.read_text() == "new"


def test_a_pipe_is_written_through(tmp_path):
    """Whoever reads a named pipe gets the report, and the pipe stays one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    check_writable(tmp_path / "pipe")
    write(pipe, "through")
    reader.join()
    assert read == ["through"]
    remove(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_pipe_that_nobody_reads_is_answered_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(output, "PATIENCE", 0.01)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(HarnessError, match="a pipe that nobody reads"):
        write(tmp_path / "pipe", "into nothing")


def test_a_device_is_written_through():
    """/dev/null takes everything and is /dev/null afterwards; a full one is answered in words."""
    write(Path(os.devnull), "nothing")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    with pytest.raises(HarnessError, match=r"'/dev/full' cannot be written: No space left on device"):
        write(Path("/dev/full"), "x")


def test_a_loop_of_links_is_answered_in_words(tmp_path):
    """Before anything runs."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(HarnessError, match=r"'.*/a' cannot be written: Too many levels of symbolic links"):
        check_writable(tmp_path / "a")


def test_our_own_output_is_not_cut_off(tmp_path):
    """`--json /dev/stdout > file` comes between what else is printed."""
    program = (
        "from pathlib import Path; from harness.base.output import write\n"
        "print('before'); write(Path('/dev/stdout'), 'report\\n'); print('after')"
    )
    with (tmp_path / "out").open("w") as out:
        subprocess.run([sys.executable, "-c", program], stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "before\nreport\nafter\n"
