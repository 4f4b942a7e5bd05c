"""Tables that come with the package: read from YAML once, then from beside the compiled modules."""

import os
import sys

import pytest

from harness.base import tables

NAME = "rows.yaml"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with one table, and a folder for what Python compiles."""
    folder = tmp_path / "package_with_a_table"
    folder.mkdir()
    (folder / "__init__.py").touch()
    write(folder, "rows: [{count: 1, read: 2026-11-29}]\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "compiled"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    yield folder
    sys.modules.pop(folder.name, None)


def write(folder, text, changed=1):
    """Write the table; a file that changes at once may bear the same moment, so say when it did."""
    (folder / NAME).write_text(text, encoding="utf-8")
    os.utime(folder / NAME, ns=(changed, changed))


def compiled(folder):
    return [path for path in folder.parent.joinpath("compiled").rglob("*") if path.is_file()]


def read(folder):
    return tables.read_table(folder.name, NAME)


def no_yaml(text):
    raise AssertionError(f"read as YAML again: {text}")


def test_the_second_reading_takes_no_yaml(package, monkeypatch):
    first = read(package)
    monkeypatch.setattr(tables, "_parse", no_yaml)
    assert read(package) == first == {"rows": [{"count": 1, "read": "2026-11-29"}]}


def test_nobody_changes_what_the_next_one_reads(package):
    for _ in range(2):
        read(package)["rows"].clear()
    assert read(package)["rows"]


def test_a_table_that_changed_is_read_anew(package):
    read(package)
    write(package, "rows: []\n", changed=2)
    assert read(package) == {"rows": []}
    write(package, "rows: 3\n", changed=2)
    assert read(package) == {"rows": 3}, "the same moment, another length"


@pytest.mark.parametrize("damage", [b"", b"half", b"i\x01\x00\x00\x00"])
def test_what_was_cut_short_is_read_anew(package, damage):
    first = read(package)
    compiled(package)[0].write_bytes(damage)
    assert read(package) == first


def test_nothing_is_written_where_python_may_not_compile(package, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert read(package)["rows"]
    assert not compiled(package)


def test_a_folder_that_takes_no_files_is_no_trouble(package, monkeypatch):
    package.parent.joinpath("compiled").touch()
    assert read(package)["rows"]
