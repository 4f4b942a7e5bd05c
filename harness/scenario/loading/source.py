"""The text of a scenario file, its mistakes, and errors that point into it."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from harness.base.errors import HarnessError
from harness.scenario.events import FileRejected, Location

LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class ScenarioError(HarnessError):
    """The file cannot be used; `rejection` is the place and the reason, as reports print them."""

    def __init__(self, rejection: FileRejected) -> None:
        super().__init__(f"{rejection.location}: {rejection.message}")
        self.rejection = rejection


class Source(Struct, frozen=True):
    """The text of a file and the name it goes by in messages; `included` are the files that count as part of it."""

    name: str
    text: str
    included: tuple[Source, ...] = ()

    def refusal(self, location: Location, message: str) -> ScenarioError:
        """Return the error for a place in this file, or in one that it includes, with the line there."""
        text = next((each.text for each in self.included if each.name == location.file), self.text)
        lines = LINE_BREAK.split(text)
        snippet = lines[location.line - 1] if location.line <= len(lines) else ""
        return ScenarioError(FileRejected(location, message, snippet))

    def location(self, offset: int) -> Location:
        """Return line and column of a position in the text."""
        before = LINE_BREAK.split(self.text[:offset])
        return Location(self.name, len(before), len(before[-1]) + 1)


class Mistake(NamedTuple):
    location: Location
    message: str


def refuse(source: Source, mistakes: Iterable[Mistake], case: str | None = None) -> None:
    """Raise the mistake that comes first in the file, with the number of the others."""
    ordered = sorted(
        dict.fromkeys(mistakes), key=lambda mistake: (mistake.location.line, mistake.location.column)
    )
    if not ordered:
        return
    message = ordered[0].message + ("" if case is None else f" (in case '{case}')")
    others = len({mistake.location for mistake in ordered}) - 1
    if others:
        message += f" ({others} more mistake{'s' if others > 1 else ''} in this file)"
    raise source.refusal(ordered[0].location, message)


def written(path: Path) -> str:
    """Return a file's path as seen from the working folder."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def read(path: Path, name: str = "") -> Source:
    """Read a file as UTF-8 text. Raises ScenarioError for what is not; messages call it `name`, or as people would."""
    name = name or written(path)
    start = Location(name, 1, 1)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            # Reading a pipe that nobody writes to would never end.
            raise ScenarioError(
                FileRejected(start, "only a plain file can be read here; write it to one first")
            )
        octets = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ScenarioError(FileRejected(start, f"the file cannot be read: {reason}")) from error
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = Source(name, octets[: error.start].decode("utf-8-sig", "replace"))
        message = f"byte 0x{octets[error.start]:02X} is not UTF-8; save the file as UTF-8 text"
        raise good.refusal(good.location(len(good.text)), message) from error
    source = Source(name, text)
    if odd := _UNPRINTABLE.search(text):
        message = f"the control character U+{ord(odd.group()):04X} has no place in YAML; remove it"
        raise source.refusal(source.location(odd.start()), message)
    return source
