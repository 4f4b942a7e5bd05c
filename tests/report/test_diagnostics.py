"""Failures in compiler style: the exact lines, and what happens to lines that are awkward."""

from pathlib import Path

import pytest

from harness.report.diagnostics import as_text, failure_lines, rejection_lines
from harness.scenario.events import Failure, FileRejected, Location


def test_a_failure_shows_everything_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Message, place, source line with a caret, then expected, actual, nearest and curl, aligned."""
    monkeypatch.chdir(tmp_path)
    Path("users.yaml").write_text("scenario: x\nsteps:\n  - assign: {users: [ana]}\n", encoding="utf-8")
    failure = Failure(
        Location("users.yaml", 3, 13),
        "no such user\nin this directory",
        "one\ntwo",
        "none",
        "eva",
        curl="curl -i x",
    )
    assert as_text(failure_lines(failure)) == (
        "error: no such user\n"
        "       in this directory\n"
        " --> users.yaml:3:13\n"
        "  |\n"
        "3 |   - assign: {users: [ana]}\n"
        "  |             ^\n"
        "  expected: one\n"
        "            two\n"
        "  actual:   none\n"
        "  nearest:  eva\n"
        "  curl:     curl -i x"
    )


def test_what_is_expected_and_what_there_is_have_their_colours_in_the_whole() -> None:
    """Marked lines are coloured as the labels are; text that only looks like that is not."""
    failure = Failure(
        Location("gone.yaml", 1, 1), "no", actual="- 1", whole="[0]\n  - active: true\n  + active: false"
    )
    kinds = {text: kind for line in failure_lines(failure) for kind, text in line}
    assert kinds["- 1"] == "bad"
    assert (kinds["              - active: true"], kinds["              + active: false"]) == ("good", "bad")


def test_a_curl_line_of_a_whole_schema_does_not_hide_the_failure() -> None:
    """What is cut says how long it was and which reports have it."""
    (line,) = [
        line
        for line in as_text(
            failure_lines(Failure(Location("gone.yaml", 1, 1), "no", curl="c" * 2_001))
        ).splitlines()
        if "curl" in line
    ]
    assert line == f"  curl:     {'c' * 200}… (2,001 characters; --html FILE and --json FILE have all of it)"


def test_a_failure_without_its_file_does_without_the_line() -> None:
    """A file that has gone since costs the source line, nothing else."""
    assert (
        as_text(failure_lines(Failure(Location("gone.yaml", 3, 13), "no")))
        == "error: no\n --> gone.yaml:3:13"
    )


@pytest.mark.parametrize(
    ("snippet", "column", "shown", "caret"),
    [
        ("\tkey: x", 2, " key: x", 2),
        ("a\x1b[31m: x", 3, "a [31m: x", 3),
        ("x" * 300 + "HERE", 301, "…" + "x" * 78 + "HERE", 80),
        ("x" * 300, 2, "x" * 159 + "…", 2),
        ("short", 50, "short", 6),
    ],
)
def test_the_caret_stands_under_its_column(snippet: str, column: int, shown: str, caret: int) -> None:
    """Tabs, control characters and very long lines do not move the caret off its place."""
    lines = as_text(rejection_lines(FileRejected(Location("x.yaml", 7, column), "no", snippet))).splitlines()
    assert lines[3:] == [f"7 | {shown}", "  | " + " " * (caret - 1) + "^"]


def test_no_escape_sequence_reaches_the_terminal() -> None:
    """What a file says cannot paint the terminal."""
    text = as_text(
        failure_lines(Failure(Location("\x1b.yaml", 1, 1), "\x1b[31m", "\x07", "\x9b", "\x00", "\x7f"))
    )
    assert [letter for letter in text if ord(letter) < 32 and letter != "\n"] == []
    assert "\x9b" not in text
