"""Snapshots as files in the folder of a served world's data.

Both taking and restoring are done wholly or not at all, whenever the process dies. A snapshot is taken under another name and
renamed at the end. While one is restored, a mark beside them names it; a start that finds the mark restores it again.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.base import json_text
from harness.base.errors import HarnessError
from harness.base.sqlite.copies import Copy
from harness.base.store import Document
from harness.snapshots.in_memory import Contents, Databases, close, copied, put_back, size

# No snapshot has a name that begins with a dot.
_NOTE, _MARK, _PARTIAL = "snapshot.json", ".restoring", ".partial"


@dataclass(frozen=True, slots=True)
class Folder:
    """Copies as files: `<folder>/<name>/` with one database a side and the note. Only the owner can read them."""

    folder: Path
    databases: Databases

    def take(self, name: str, note: Document) -> None:
        partial = self.folder / _PARTIAL
        with _worded("take the snapshot", name):
            shutil.rmtree(partial, ignore_errors=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
            partial.mkdir(mode=0o700)
            for side, database in self.databases.items():
                (partial / f"{side}.sqlite").touch(mode=0o600)
                Copy.of(database, partial / f"{side}.sqlite").close()
            (partial / _NOTE).touch(mode=0o600)
            (partial / _NOTE).write_bytes(json_text.encode(note))
            partial.rename(self.folder / name)

    def notes(self) -> dict[str, Document]:
        return {
            path.parent.name: _read(path)
            for path in sorted(self.folder.glob(f"*/{_NOTE}"))
            if path.parent.name != _PARTIAL
        }

    def size(self) -> int | None:
        return size(self.databases)

    def put_back(self, name: str, then: Callable[[], None]) -> None:
        with self._opened(name) as copies, _worded("restore the snapshot", name):
            self._mark.touch(mode=0o600)
            self._mark.write_text(json.dumps({"name": name}), encoding="utf-8")
            try:
                put_back(copies, self.databases, then)
            finally:
                self._mark.unlink()

    def unfinished(self) -> str | None:
        """Return the name of a snapshot that was being restored when the process died."""
        return str(_read(self._mark)["name"]) if self._mark.exists() else None

    def delete(self, name: str) -> None:
        with _worded("delete the snapshot", name):
            shutil.rmtree(self.folder / name)

    @contextmanager
    def contents(self, name: str | None) -> Iterator[Mapping[str, Contents]]:
        if name is None:
            copies = copied(self.databases)
            try:
                yield copies
            finally:
                close(copies)
        else:
            with self._opened(name) as opened:
                yield opened

    @property
    def _mark(self) -> Path:
        return self.folder / _MARK

    @contextmanager
    def _opened(self, name: str) -> Iterator[dict[str, Copy]]:
        with ExitStack() as stack:
            copies = {}
            for side in self.databases:
                path = self.folder / name / f"{side}.sqlite"
                copies[side] = Copy(path)
                stack.callback(copies[side].close)
                copies[side].check(path)
            yield copies


def _read(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json_text.decode(path.read_bytes())
    except (OSError, ValueError) as error:
        raise HarnessError(f"{path} is damaged; delete the folder {path.parent}") from error
    return document


@contextmanager
def _worded(act: str, name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise HarnessError(f"cannot {act} '{name}': {error.strerror} ({error.filename})") from error
    except sqlite3.Error as error:
        raise HarnessError(f"cannot {act} '{name}': {error}") from error
