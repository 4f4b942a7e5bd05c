"""The directory: users, groups, memberships and managers, and the change log that delta queries read.

Objects are kept in Microsoft Graph's shape. Every change and its line in the change log commit together, so a
provisioning cycle that reads the log behind its watermark misses nothing.

Source: https://learn.microsoft.com/en-us/graph/api/resources/user and …/resources/group (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.azure_ad.properties import PropertyError, checked, defaults
from harness.base.clock import Clock, iso
from harness.base.ids import Ids
from harness.base.store import Document, Store, TakenError

CHANGES = "directory-changes"
_PRINCIPAL_NAME = re.compile(r"[^@\s]+@[^@\s]+\Z")


class NotFoundError(LookupError):
    """No such object in the directory."""


class ConflictError(ValueError):
    """Another object already has this name, or the link exists already."""


class Directory:
    """Users (`User`) and groups (`Group`) of one tenant."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    def create(self, kind: str, properties: Document) -> Document:
        """Add an object. Raises PropertyError, or ConflictError when the userPrincipalName is taken."""
        given = {name: value for name, value in checked(kind, properties).items() if value is not None}
        self._demand(kind, given)
        document: Document = {
            "id": self._ids.uuid(),
            **defaults(kind),
            **given,
            "createdDateTime": iso(self._clock.now()),
        }
        if kind == "User":
            document.setdefault("mailNickname", document["userPrincipalName"].partition("@")[0])
        with self._store.transaction():
            self._claim(kind, document)
            self._store.put(kind, document["id"], document)
            self.note(kind, document["id"])
        return document

    def update(self, kind: str, name: str, properties: Document) -> Document:
        """Change properties; None takes a value away. Raises NotFoundError, PropertyError or ConflictError."""
        changes = checked(kind, properties)
        with self._store.transaction():
            before = self.find(kind, name)
            after = {key: value for key, value in {**before, **changes}.items() if value is not None}
            self._demand(kind, after)
            if after != before:
                self._release(kind, before)
                self._claim(kind, after)
                self._store.put(kind, after["id"], after)
                self.note(kind, after["id"])
        return after

    def delete(self, kind: str, name: str) -> None:
        """Delete a group for good, a user softly: it waits in the deleted items and its name stays free."""
        with self._store.transaction():
            document = self.find(kind, name)
            key = document["id"]
            self._release(kind, document)
            self._store.delete(kind, key)
            if kind == "User":
                self._store.put("deletedUser", key, {**document, "deletedDateTime": iso(self._clock.now())})
            for relation in ("member", "manager", "assigned"):
                for other in self._store.rights(relation, key):
                    self._store.unlink(relation, key, other)
                    if relation == "member":
                        self.note("User" if self.get("User", other) else "Group", other)
                for other in self._store.lefts(relation, key):
                    self._store.unlink(relation, other, key)
                    if relation == "member":
                        self.note("Group", other)
                    elif relation == "manager":
                        self.note("User", other)
            self.note(kind, key)

    def get(self, kind: str, key: str) -> Document | None:
        return self._store.get(kind, key)

    def find(self, kind: str, name: str) -> Document:
        """Return an object by id, by userPrincipalName or by a group's displayName. Raises NotFoundError."""
        document = self._store.get(kind, name)
        if document is None:
            owner = self._store.owner(_space(kind), name.casefold())
            document = self._store.get(kind, owner) if owner else None
        if document is None:
            raise NotFoundError(f"{kind} '{name}' does not exist")
        return document

    def scan(self, kind: str, after: str | None = None) -> Iterator[Document]:
        return (document for _, document in self._store.scan(kind, after=after))

    def add_member(self, group: str, member: str) -> None:
        """Put a user or group into a group. Raises NotFoundError, or ConflictError when it is in already."""
        with self._store.transaction():
            holder, joining = self.find("Group", group), self.principal(member)
            if not self._store.link("member", holder["id"], joining["id"]):
                raise ConflictError(
                    "One or more added object references already exist for the following modified properties: 'members'."
                )
            self._note_membership(holder, joining)

    def remove_member(self, group: str, member: str) -> None:
        """Take a member out of a group. Raises NotFoundError."""
        with self._store.transaction():
            holder, leaving = self.find("Group", group), self.principal(member)
            if not self._store.unlink("member", holder["id"], leaving["id"]):
                raise NotFoundError(f"'{member}' is not a member of '{group}'")
            self._note_membership(holder, leaving)

    def members(self, group: str) -> list[str]:
        """Return the ids of a group's direct members, in the order they joined."""
        return self._store.rights("member", group)

    def groups_of(self, member: str) -> list[str]:
        return self._store.lefts("member", member)

    def set_manager(self, user: str, manager: str | None) -> None:
        """Set or take away a user's manager. Raises NotFoundError."""
        with self._store.transaction():
            key = self.find("User", user)["id"]
            for present in self._store.rights("manager", key):
                self._store.unlink("manager", key, present)
            if manager is not None:
                self._store.link("manager", key, self.find("User", manager)["id"])
            self.note("User", key)

    def manager(self, user: str) -> str | None:
        return next(iter(self._store.rights("manager", user)), None)

    def principal(self, name: str) -> Document:
        """Return the user or group of that id or name. Raises NotFoundError."""
        try:
            return {**self.find("User", name), "@odata.type": "#microsoft.graph.user"}
        except NotFoundError:
            return {**self.find("Group", name), "@odata.type": "#microsoft.graph.group"}

    def note(self, kind: str, key: str) -> None:
        """Write down that an object changed, for delta queries and incremental cycles."""
        self._store.append(CHANGES, {"type": kind, "id": key})

    def watermark(self) -> int:
        return self._store.last_sequence(CHANGES)

    def changed_since(self, watermark: int, until: int) -> dict[str, list[str]]:
        """Return the ids that changed behind `watermark` up to `until`, each once, by type, first change first."""
        changed: dict[str, dict[str, None]] = {"User": {}, "Group": {}}
        for entry in self._store.read(CHANGES, after=watermark):
            if entry.sequence > until:
                break
            changed[entry.body["type"]][entry.body["id"]] = None
        return {kind: list(keys) for kind, keys in changed.items()}

    def _note_membership(self, group: Document, member: Document) -> None:
        """A membership changes the group, and whether the member is in some application's scope."""
        self.note("Group", group["id"])
        self.note(kind_of(member), member["id"])

    def _demand(self, kind: str, document: Document) -> None:
        if not document.get("displayName") and kind == "Group":
            raise PropertyError("a group needs a displayName")
        if kind == "User":
            name = document.get("userPrincipalName", "")
            if not _PRINCIPAL_NAME.match(name):
                raise PropertyError("a user needs a userPrincipalName of the form name@domain")

    def _claim(self, kind: str, document: Document) -> None:
        name = document["userPrincipalName" if kind == "User" else "displayName"].casefold()
        try:
            self._store.claim(_space(kind), name, document["id"])
        except TakenError as error:
            if kind == "User":
                raise ConflictError(
                    "Another object with the same value for property userPrincipalName already exists."
                ) from error

    def _release(self, kind: str, document: Document) -> None:
        name = document["userPrincipalName" if kind == "User" else "displayName"].casefold()
        if self._store.owner(_space(kind), name) == document["id"]:
            self._store.release(_space(kind), name)


def kind_of(principal: Document) -> str:
    """Tell `User` from `Group` by what `principal()` returned."""
    return "User" if principal["@odata.type"] == "#microsoft.graph.user" else "Group"


def _space(kind: str) -> str:
    return "userPrincipalName" if kind == "User" else "groupName"
