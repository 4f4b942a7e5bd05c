"""Deleted items: users and Microsoft 365 groups can be restored for thirty days, then they are deleted for good.

Their links (memberships, manager, assignments) are stored with them and come back when they are restored. The provisioning
engine looks for a deleted user under `deletedUser`: it disables a user who is there, and deletes one who is not.

Source: https://learn.microsoft.com/en-us/graph/api/directory-deleteditems-restore, introduction, and, on memberships,
https://woshub.com/restore-deleted-user-azure-ad/, "Soft delete" (edition of March 2023; both read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from harness.azure_ad.directory.changes import REMOVED, ChangeLog
from harness.base.clock import Clock, from_iso, iso
from harness.base.store import Document, Store

RETENTION = timedelta(days=30)
_SHELVES = {"User": "deletedUser", "Group": "deletedGroup"}
_LINKS = "deletedLinks"


class DeletedItems:
    """The softly deleted objects of one tenant, in the order of their deletion."""

    def __init__(self, store: Store, clock: Clock, changes: ChangeLog) -> None:
        self._store = store
        self._clock = clock
        self._changes = changes

    def keep(self, kind: str, document: Document, links: Document) -> None:
        """Add an object with its `links`, which `take` returns."""
        deleted = {**document, "deletedDateTime": iso(self._clock.now())}
        self._store.put(_SHELVES[kind], document["id"], deleted)
        self._store.put(_LINKS, document["id"], links)

    def scan(self, kind: str) -> Iterator[Document]:
        self.purge_due()
        return (document for _, document in self._store.scan(_SHELVES[kind]))

    def find(self, key: str) -> tuple[str, Document] | None:
        """Return the type and the document of a deleted object."""
        self.purge_due()
        for kind, shelf in _SHELVES.items():
            document = self._store.get(shelf, key)
            if document is not None:
                return kind, document
        return None

    def take(self, kind: str, key: str) -> Document:
        """Remove an object, and return its links."""
        links = self._store.get(_LINKS, key)
        self._store.delete(_SHELVES[kind], key)
        self._store.delete(_LINKS, key)
        return links or {}

    def purge(self, kind: str, key: str) -> None:
        """Delete an object for good; the change log says so, for the engine has a DELETE to send."""
        with self._store.transaction():
            apps = [
                left for relation, left in self.take(kind, key).get("lefts", ()) if relation == "assigned"
            ]
            forget_assignments(self._store, apps, key)
            self._changes.note(kind, key, properties=[REMOVED])

    def purge_due(self) -> None:
        """Delete for good the objects that were deleted thirty days ago."""
        for kind, shelf in _SHELVES.items():
            while (oldest := next(self._store.scan(shelf, limit=1), None)) is not None:
                key, document = oldest
                if from_iso(document["deletedDateTime"]) + RETENTION > self._clock.now():
                    break
                self.purge(kind, key)


def forget_assignments(store: Store, apps: list[str], principal: str) -> None:
    """Delete the role assignments of a principal that is deleted for good."""
    for app in apps:
        left = f"{app}/{principal}"
        for assignment in store.rights("assignment-of", left):
            store.delete("assignment", assignment)
            store.unlink("assignment-of", left, assignment)


def deleted_name(user: Document) -> str:
    """Return a deleted user's userPrincipalName: the id without dashes, then the former name.

    Source: https://woshub.com/restore-deleted-user-azure-ad/, the note on restoring in the portal (edition of March 2023, read
    2026-11-30).
    """
    name: str = user["userPrincipalName"]
    prefix = _prefix(user)
    return name if name.startswith(prefix) else prefix + name


def name_before(user: Document) -> str:
    """Return the userPrincipalName that a deleted user had before."""
    name: str = user["userPrincipalName"]
    return name.removeprefix(_prefix(user))


def _prefix(user: Document) -> str:
    key: str = user["id"]
    return key.replace("-", "")
