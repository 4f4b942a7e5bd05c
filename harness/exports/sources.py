"""The text of a file, unpacked and decoded, with notes on what had to be guessed.

Windows PowerShell 5.1 redirects in UTF-16, its `-Encoding utf8` begins with a byte order mark, its `Export-Csv` writes
ASCII with `?` for every other letter: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_character_encoding,
"Character encoding in Windows PowerShell" (read 2026-11-30).
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Protocol, cast

from harness.base.errors import HarnessError


class NotAnExportError(HarnessError):
    """The file is no text, or a text without rows. `why` says which; the message has the file's name too."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


_BLOCK = 1 << 20
_PIECE = 1 << 16
_MANY_OPEN = 1000
# The longest JSON string, in characters, that is unpacked in memory.
_LONGEST_STRING = 1 << 25
# Bytes that are no letter in Windows-1252.
_NO_LETTERS = frozenset(b"\x00\x81\x8d\x8f\x90\x9d")
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """One text that can be read several times: a file, or a member of a zip archive.

    `encoding` is Python's name of it; `ascii` says that no other characters occur. `notes` are for the reader. A `quoted`
    text is a JSON string that contains JSON; its content is read.
    """

    path: Path
    member: str
    encoding: str
    ascii: bool
    notes: tuple[str, ...]
    quoted: bool = False

    @property
    def name(self) -> str:
        return f"{self.path}:{self.member}" if self.member else str(self.path)

    @contextmanager
    def text(self) -> Iterator[IO[str]]:
        """Open it as text, line ends untouched."""
        with _bytes(self.path, self.member) as stream:
            yield io.StringIO(self._held(stream), newline="") if self.quoted else self._decoded(stream)

    @contextmanager
    def utf8(self) -> Iterator[Readable]:
        """Open it as bytes in UTF-8 without a mark, for readers of JSON."""
        with _bytes(self.path, self.member) as stream:
            if self.quoted:
                yield _Recoded(io.StringIO(self._held(stream), newline=""))
            elif self.encoding == "utf-8":
                yield stream
            else:
                yield _Recoded(self._decoded(stream))

    def unquoted(self) -> Source:
        """Return the text that a JSON string holds. Raises NotAnExportError for one that ends early, or is too large to unpack."""
        return replace(self, quoted=True, notes=(*self.notes, "JSON held in a JSON string: unpacked"))

    def _held(self, stream: IO[bytes]) -> str:
        with self._decoded(stream) as decoded:
            text = decoded.read(_LONGEST_STRING)
        if len(text) == _LONGEST_STRING:
            raise NotAnExportError(
                self.name, "JSON held in a JSON string too long to unpack; unpack it: jq -r ."
            )
        try:
            return cast("str", json.loads(text)).lstrip("\ufeff")
        except ValueError as error:
            why = "JSON held in a JSON string that ends early or is damaged; export it again"
            raise NotAnExportError(self.name, why) from error

    def _decoded(self, stream: IO[bytes]) -> IO[str]:
        """Decode a stream; bytes that are no letter become U+FFFD, which marks a damaged value."""
        return io.TextIOWrapper(stream, encoding=self.encoding, errors="replace", newline="")

    def edges(self, size: int = 4096) -> tuple[str, bool]:
        """Return the beginning and the end of a JSON text, which show wrappers and further pages, and whether it is suspicious.

        A suspicious text may be nested too deeply, so its depth is counted: a small one, where counting is cheap, or one with
        more brackets opened than closed.
        """
        length = opened = 0
        suspicious = False
        with self.utf8() as stream:
            head = tail = b""
            while block := stream.read(_PIECE):
                head = head or block[:size]
                tail = (tail + block)[-size:]
                length += len(block)
                opened += block.count(b"[") + block.count(b"{") - block.count(b"]") - block.count(b"}")
                suspicious = suspicious or opened > _MANY_OPEN
        return (head + b"\n" + tail).decode("utf-8", "replace"), suspicious or length <= _PIECE


class Readable(Protocol):
    """The method that a JSON reader calls."""

    def read(self, size: int = -1, /) -> bytes: ...


class _Recoded:
    """A text, read as UTF-8."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text

    def read(self, size: int = -1, /) -> bytes:
        return self._text.read(size).encode("utf-8", "surrogatepass")


# How mitmproxy's files of flows begin: a dictionary of typed netstrings whose names stand in any order.
FLOWS = re.compile(
    rb"\d{1,12}:\d{1,2}:(?:version|type|id|request|response|error|websocket|messages|metadata|mode|marked|comment|backup"
    rb"|intercepted|is_replay|timestamp_created|client_conn|server_conn)[;,]"
)
# How other files of calls begin: HAR, Postman, Runscope.
_JSON_CALLS = re.compile(
    r'\s*\{.{0,60000}?(?:"log"\s*:\s*\{|/collection\.json"|collection/v2|"step_type"|"trigger_url")',
    re.DOTALL,
)
_CALLS = (
    "recorded calls (HAR, Postman, Runscope or mitmproxy), not an export; "
    "a scenario is made of them by: harness reproduce {name} -o case.yaml"
)


def traffic_of(path: Path) -> str:
    """Return advice for a file of recorded calls, an empty text for any other file."""
    try:
        with unpacked(path) as stream:
            start = stream.read(_PIECE)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile):
        return ""
    text = start.decode(json.detect_encoding(start), "replace")
    return _CALLS.format(name=path.name) if FLOWS.match(start) or _JSON_CALLS.match(text) else ""


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, the first one of an archive. Raises OSError, EOFError, zlib.error or BadZipFile for a damaged one."""
    member = ""
    with path.open("rb") as stream:
        if stream.read(4) == _ZIP:
            with zipfile.ZipFile(stream) as archive:
                member = next((each.filename for each in archive.infolist() if not each.is_dir()), "")
    with _bytes(path, member) as stream:
        yield stream


def sources(path: Path) -> list[Source]:
    """Return a file's texts: itself, or the members of a zip archive. Raises HarnessError for what cannot be read."""
    if not path.exists():
        raise HarnessError(f"{path}: there is no such file")
    if not path.is_file():
        raise HarnessError(f"{path}: not a regular file; save it to one first")
    try:
        with path.open("rb") as stream:
            packed = stream.read(4) == _ZIP
        if not packed:
            return [_source(path, "")]
        with zipfile.ZipFile(path) as archive:
            names = [member.filename for member in archive.infolist() if not member.is_dir()]
        if "[Content_Types].xml" in names:
            raise NotAnExportError(
                str(path), "a workbook of Excel; give the file that was downloaded, or save it as CSV UTF-8"
            )
        return [_source(path, name) for name in names]
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise HarnessError(f"{path}: cannot be read ({error}); export it again") from error


@contextmanager
def _bytes(path: Path, member: str) -> Iterator[IO[bytes]]:
    if member:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            yield stream
        return
    with path.open("rb") as probe:
        packed = probe.read(2) == _GZIP
    with gzip.open(path, "rb") if packed else path.open("rb") as stream:
        yield cast("IO[bytes]", stream)


def _source(path: Path, member: str) -> Source:
    with _bytes(path, member) as stream:
        head = stream.read(_BLOCK)
        marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
        if marked is None and head[1:2] == b"\0":
            marked = "utf-16-le"
        if marked is not None:
            notes = () if marked == "utf-8-sig" else ("UTF-16, as Windows PowerShell writes it",)
            return Source(path, member, marked, ascii=False, notes=notes)
        decoder, plain = codecs.getincrementaldecoder("utf-8")(), True
        try:
            while head:
                plain = plain and head.isascii()
                decoder.decode(head)
                head = stream.read(_BLOCK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            if not _NO_LETTERS.isdisjoint(head):
                name = f"{path}:{member}" if member else str(path)
                raise NotAnExportError(name, "not a text; export it as JSON or CSV") from error
            note = "not UTF-8: read as Windows-1252; letters may be wrong, export it as UTF-8 to be sure"
            return Source(path, member, "cp1252", ascii=False, notes=(note,))
    return Source(path, member, "utf-8", ascii=plain, notes=())
