"""The directory's change log, which incremental cycles read from their watermark on, and delta queries from their token on.

A line is `{"type": "User", "Group" or the name of a type that no cycle looks at, "id"}` with, where the object itself
changed, `properties` (names; `*` for all of a new or restored one) or `members` (ids that joined or left). A line without
either says that the object's place in some application's scope changed. `quiet` lines are for delta queries alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.base.store import Document, Store

_LOG = "directory-changes"
ALL = "*"
REMOVED = "@removed"


class ChangeLog:
    """The lines of one tenant, oldest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(
        self,
        kind: str,
        key: str,
        *,
        properties: Iterable[str] = (),
        members: Iterable[str] = (),
        quiet: bool = False,
    ) -> None:
        line: Document = {"type": kind, "id": key}
        for name, values in (("properties", list(properties)), ("members", list(members))):
            if values:
                line[name] = values
        if quiet:
            line["quiet"] = True
        self._store.append(_LOG, line)

    def last(self) -> int:
        return self._store.last_sequence(_LOG)

    def between(self, after: int, until: int) -> Iterator[Document]:
        """Yield the lines after `after`, up to and including `until`."""
        if after >= until:
            return
        for entry in self._store.read(_LOG, after=after):
            if entry.sequence > until:
                return
            yield entry.body

    def changed(self, after: int, until: int) -> dict[str, list[str]]:
        """Return the ids of the lines that are not quiet, each once, by type, first change first."""
        keys_by_type: dict[str, dict[str, None]] = {"User": {}, "Group": {}}
        for line in self.between(after, until):
            if "quiet" not in line:
                keys_by_type[line["type"]][line["id"]] = None
        return {kind: list(keys) for kind, keys in keys_by_type.items()}
