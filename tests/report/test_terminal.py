"""The terminal report: golden without a terminal, and well behaved with one."""

import io
import re
from pathlib import Path

import pytest

from harness.report.terminal import TerminalReport
from harness.scenario.events import Event, RunStarted
from tests.report.stories import sample, story

ANSI = re.compile(r"\x1b\[")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def printed(events: list[Event], out: io.StringIO, err: io.StringIO) -> str:
    report = TerminalReport(out, err)
    for event in events:
        report.consume(event)
    report.finish()
    return out.getvalue()


def test_the_report_in_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table, the rejected file, the failure and a summary, in plain text, with nothing on stderr."""
    monkeypatch.chdir(tmp_path)
    err = io.StringIO()
    text = printed(sample(Path()), io.StringIO(), err)
    assert err.getvalue() == ""
    assert [line.rstrip() for line in text.splitlines()] == [
        "scenario            profile       steps  outcome  seconds",
        "users.yaml          aws-sso-2020      1  passed      0.50",
        "users.yaml[second]  aws-sso-2020      1  failed      0.50",
        "",
        "error: unknown key 'stepps'; did you mean 'steps'?",
        " --> bad.yaml:2:1",
        "  |",
        "2 | stepps:",
        "  | ^",
        "",
        "error: expected another aws users",
        " --> users.yaml:3:5",
        "  |",
        "3 |   - turn provisioning on: {}",
        "  |     ^",
        '  expected: {"userName": "ana"}',
        "  actual:   nothing",
        '            Ünï <script>alert("x")</script> & [red]x[/red] \\x1b[31m \\ud800 ]]>',
        '  nearest:  {"userName": "eva"}',
        "  curl:     curl -i -X POST https://scim.example.com/Users",
        "",
        "1 passed, 1 failed, 1 rejected in 1.0 s (seed 1)",
    ]


def test_a_terminal_gets_colour_and_a_bar(tmp_path: Path) -> None:
    """Colour on stdout, progress on stderr."""
    err = Terminal()
    assert ANSI.search(printed(sample(tmp_path), Terminal(), err))
    assert "2/2" in err.getvalue()


def test_one_scenario_needs_no_bar() -> None:
    """There is nothing to count, and what draws a bar takes its time to be loaded."""
    err = Terminal()
    printed([RunStarted(1, "1", "0.1.0"), *story("a.yaml", [])], Terminal(), err)
    assert err.getvalue() == ""


def test_no_color_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR takes the colours away, on a terminal too."""
    monkeypatch.setenv("NO_COLOR", "1")
    text = printed(sample(tmp_path), Terminal(), io.StringIO())
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", text)


def test_a_pipe_gets_colour_where_it_is_forced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build server shows colours, though it is no terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert ANSI.search(printed(sample(tmp_path), io.StringIO(), io.StringIO()))


def test_a_long_name_goes_on_below_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters that take two places count as two and marks on them as none, so that the columns behind them stay in line."""
    monkeypatch.setenv("COLUMNS", "30")
    events = [
        RunStarted(1, "1", "0.1.0"),
        *story("手順.yaml", []),
        *story("กัน.yaml", []),
        *story("a-rather-long-name-of-a-file.yaml", []),
    ]
    lines = printed(events, io.StringIO(), io.StringIO()).splitlines()
    assert lines[:5] == [
        "scenario               outcome",
        "手順.yaml              passed ",
        "กัน.yaml                passed ",
        "a-rather-long-name-of  passed ",
        "-a-file.yaml",
    ]


def test_a_narrow_terminal_keeps_what_matters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 40 columns the scenario and its outcome are still in the table, and a curl line is not broken."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.chdir(tmp_path)
    text = printed(sample(Path()), io.StringIO(), io.StringIO())
    table = text.split("\n\n")[0].splitlines()
    assert max(len(line) for line in table) <= 40
    assert "profile" not in table[0]
    assert "outcome" in table[0]
    assert "  curl:     curl -i -X POST https://scim.example.com/Users\n" in text


def test_an_interrupted_run_says_what_it_knows() -> None:
    """A scenario without its end is called interrupted, and no total time is claimed."""
    events = [RunStarted(5, "1", "0.1.0"), *story("a.yaml", []), *story("b.yaml", [], finished=False)]
    text = printed(events, io.StringIO(), io.StringIO())
    assert text.rstrip().endswith("\n1 passed, 1 interrupted")


def test_nothing_ran() -> None:
    """An empty run says so."""
    assert printed([], io.StringIO(), io.StringIO()).strip() == "nothing ran"
