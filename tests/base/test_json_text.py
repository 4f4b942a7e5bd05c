"""JSON files that a person names."""

import pytest

from harness.base.errors import HarnessError
from harness.base.json_text import read_file


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
def test_a_file_is_read(tmp_path, mark):
    """PowerShell of old puts a mark in front of what it writes."""
    path = tmp_path / "schema.json"
    path.write_text(f'{mark}{{"id": "é"}}', encoding="utf-8")
    assert read_file(path) == {"id": "é"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file"),
        (b"{", "is not JSON: "),
        (b"\xff", "is not JSON: "),
        (b"[" * 5000, "is not JSON"),
    ],
    ids=["none there", "cut off", "no UTF-8", "too deep"],
)
def test_what_is_no_json_is_refused_by_its_name(tmp_path, content, words):
    """Which file it was, and why."""
    path = tmp_path / "schema.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(HarnessError, match=rf"schema\.json'? {words}"):
        read_file(path)
