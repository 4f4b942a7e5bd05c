"""The file that a client reads its people from, written by the harness before each run: whole, changed, cut off, gone, empty.

A JSON object: `users` with userName, givenName, familyName, displayName, email and active, and `groups` with displayName and
the members' user names.
"""

from __future__ import annotations

from pathlib import Path

from harness.base.errors import HarnessError
from harness.base.json_text import encode_text
from harness.certification.client.sources.people import POPULATION, People, changed, people


class FileSource:
    """Such a file; it must not be there yet, for whatever it held would be lost. Raises HarnessError if it is."""

    token = ""

    def __init__(self, path: Path, size: int = POPULATION) -> None:
        if path.exists():
            raise HarnessError(f"{path} is there already; --source names a file that the harness writes")
        self.path, self.address = path, str(path)
        self.before = people(size)
        self.after = changed(self.before)

    def write(self, there: People) -> None:
        self._write(encode_text(there.document()))

    def cut_off(self) -> None:
        """Leave half of the file, as after a broken download."""
        text = encode_text(self.after.document())
        self._write(text[: len(text) // 2])

    def fail(self) -> None:
        """Take the file away."""
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Leave the file as it is, for whoever wants to look at it."""

    def _write(self, text: str) -> None:
        try:
            self.path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise HarnessError(f"'{self.path}' cannot be written: {error.strerror or error}") from error
