"""Indexes over the directory: who has this display name, this mail address, this mail nickname.

The first question about a property builds its index, later changes keep it; what nobody filters by costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.base.store import Document, Store

# The properties that Microsoft Graph's directory is mostly filtered by, and that name few objects.
# https://learn.microsoft.com/en-us/graph/aad-advanced-queries (read 2026-11-29)
INDEXED: Mapping[str, tuple[str, ...]] = {
    "User": ("displayName", "mail", "mailNickname", "employeeId", "onPremisesImmutableId"),
    "Group": ("displayName", "mail", "mailNickname"),
}
_BUILT = "directory-index"


class Indexes:
    """The indexes of one tenant. Texts are found without regard to case."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, kind: str, name: str, text: str) -> list[str]:
        """Return the ids of the objects whose property has this text."""
        with self._store.transaction():
            built = self._built(kind)
            if name not in built:
                for key, document in self._store.scan(kind):
                    present = _text(document, name)
                    if present is not None:
                        self._store.link(_relation(kind, name), present, key)
                self._store.put(_BUILT, kind, {"names": [*built, name]})
            return self._store.rights(_relation(kind, name), text.casefold())

    def change(self, kind: str, key: str, after: Document | None) -> None:
        """Keep the indexes there are in step with an object that is about to be written or, None, deleted."""
        built = self._built(kind)
        before = self._store.get(kind, key) if built else None
        for name in built:
            old, new = _text(before, name), _text(after, name)
            if old != new:
                if old is not None:
                    self._store.unlink(_relation(kind, name), old, key)
                if new is not None:
                    self._store.link(_relation(kind, name), new, key)

    def _built(self, kind: str) -> list[str]:
        """Return the properties that have an index already."""
        document = self._store.get(_BUILT, kind)
        return [] if document is None else document["names"]


def _relation(kind: str, name: str) -> str:
    return f"{kind}-{name}"


def _text(document: Document | None, name: str) -> str | None:
    value = None if document is None else document.get(name)
    return value.casefold() if isinstance(value, str) and value else None
