"""Failures in the form of a compiler's errors: message, file:line:column, the source line with a caret, details.

Used by the terminal report, which adds colour, and by the pytest plugin and JUnit, which do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from harness.base.errors import HarnessError
from harness.report.writing import legal
from harness.scenario.events import Failure, FileRejected, Location
from harness.scenario.shipped import file_of

# A piece of a line and what it is: error, place, source, caret, label, good, bad or plain.
Piece = tuple[str, str]
Line = list[Piece]

_LABELS = ("expected", "actual", "nearest", "whole", "curl", "answered", "live")
# In characters: a job's whole schema in one line would hide its failure.
_LONGEST_CURL = 2_000
_KINDS = {"expected": "good", "actual": "bad"}
# The marks of expected and actual lines in `nearest` and `whole`.
_MARKS = {"- ": "good", "+ ": "bad"}


def failure_lines(failure: Failure) -> Iterator[Line]:
    """Yield the lines of one broken expectation or refused step."""
    yield from _head(failure.message, failure.location, _source_line(failure.location))
    for label in _LABELS:
        text: str = getattr(failure, label)
        if text:
            first, *others = legal(_shortened(text) if label == "curl" else text).splitlines() or [""]
            yield [("label", f"  {label + ':':<10}"), (_kind(label, first), first)]
            for other in others:
                yield [(_kind(label, other), f"  {'':<10}{other}")]


def _shortened(curl: str) -> str:
    if len(curl) <= _LONGEST_CURL:
        return curl
    return f"{curl[:200]}… ({len(curl):,} characters; --html FILE and --json FILE have all of it)"


def _kind(label: str, line: str) -> str:
    marked = _MARKS.get(line.lstrip()[:2]) if label in ("nearest", "whole") else None
    return marked or _KINDS.get(label, "plain")


def rejection_lines(rejected: FileRejected) -> Iterator[Line]:
    """Yield the lines of a file that is no scenario."""
    yield from _head(rejected.message, rejected.location, rejected.snippet)


def as_text(lines: Iterable[Line]) -> str:
    """Join lines without colour."""
    return "\n".join("".join(text for _, text in line).rstrip() for line in lines)


def paragraphs(lines: Iterable[Line]) -> Iterator[tuple[bool, str]]:
    """Yield the text in pieces, each with whether it is the source with its caret, which must not be wrapped."""
    for in_source, piece in groupby(lines, lambda line: line[-1][0] in ("source", "caret")):
        yield in_source, as_text(piece)


def _head(message: str, location: Location, source: str) -> Iterator[Line]:
    first, *others = legal(message).splitlines() or [""]
    yield [("error", "error: "), ("plain", first)]
    for other in others:
        yield [("plain", f"       {other}")]
    width = len(str(location.line))
    yield [("place", f"{' ' * width}--> "), ("plain", legal(str(location)))]
    if source.strip():
        column, visible = _window(source, location.column)
        yield [("place", f"{' ' * width} |")]
        yield [("place", f"{location.line} | "), ("source", visible)]
        yield [("place", f"{' ' * width} | "), ("caret", f"{' ' * (column - 1)}^")]


def _window(source: str, column: int, width: int = 160) -> tuple[int, str]:
    """Cut a long line around the column; tabs and controls become one visible column each."""
    plain = "".join(letter if legal(letter) == letter and letter != "\t" else " " for letter in source)
    start = max(0, column - width // 2) if len(plain) > width else 0
    visible = plain[start : start + width].rstrip()
    if start:
        visible = "…" + visible[1:]
    if len(plain.rstrip()) > start + width:
        visible = visible[:-1] + "…"
    return min(column - start, len(visible) + 1), visible


def _source_line(location: Location) -> str:
    """Return the source line of a failure, an empty text if the file is gone."""
    try:
        with file_of(location.file).open(encoding="utf-8-sig", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if number == location.line:
                    return line.rstrip("\n")
    except (OSError, ValueError, HarnessError):
        pass
    return ""
