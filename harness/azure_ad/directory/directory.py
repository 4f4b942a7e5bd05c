"""The directory: users, groups, memberships and managers, and the change log that delta queries read.

Objects are kept in Microsoft Graph's shape. Every change and its line in the change log commit together, so a
provisioning cycle that reads the log behind its watermark misses nothing.

Source: https://learn.microsoft.com/en-us/graph/api/resources/user and …/resources/group (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from harness.azure_ad.directory.changes import ALL, REMOVED, ChangeLog
from harness.azure_ad.directory.deleted_items import DeletedItems, forget_assignments
from harness.azure_ad.directory.dynamic_groups import DynamicGroups, check_rule, is_dynamic
from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.azure_ad.directory.indexes import INDEXED, Indexes
from harness.azure_ad.directory.links import Links
from harness.azure_ad.directory.properties import PropertyError, checked, defaults, merged
from harness.base.clock import Clock, iso
from harness.base.ids import Ids
from harness.base.store import Document, Store, TakenError

_PRINCIPAL_NAME = re.compile(r"[^@\s]+@[^@\s]+\Z")


class Directory:
    """Users (`User`) and groups (`Group`) of one tenant; `changes` is their log, `deleted` where they wait."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self.changes = ChangeLog(store)
        self.deleted = DeletedItems(store, clock, self.changes)
        self._indexes = Indexes(store)
        self._links = Links(store, self.changes)
        self._dynamic = DynamicGroups(store, self.changes)

    def create(self, kind: str, properties: Document) -> Document:
        """Add an object. Raises PropertyError, or ConflictError when the userPrincipalName is taken."""
        given = {name: value for name, value in checked(kind, properties).items() if value is not None}
        document: Document = {
            "id": self._ids.uuid(),
            **defaults(kind),
            **self._demand(kind, given),
            "createdDateTime": iso(self._clock.now()),
        }
        if kind == "User":
            document.setdefault("mailNickname", document["userPrincipalName"].partition("@")[0])
        with self._store.transaction():
            self._claim(kind, document)
            self._keep(kind, document, [ALL])
        return document

    def update(self, kind: str, name: str, properties: Document) -> Document:
        """Change properties; None takes a value away. Raises NotFoundError, PropertyError or ConflictError."""
        changes = checked(kind, properties)
        with self._store.transaction():
            before = self.find(kind, name)
            after = self._demand(kind, merged(before, changes))
            if after != before:
                self._release(kind, before)
                self._claim(kind, after)
                names = {**before, **after}
                self._keep(kind, after, [name for name in names if before.get(name) != after.get(name)])
        return after

    def delete(self, kind: str, name: str, *, renamed: bool = False) -> None:
        """Delete a security group for good; a user or a Microsoft 365 group waits in the deleted items.

        The name is free at once. `renamed` lets the engine see the name that a deleted user bears (`deleted_name`).
        """
        with self._store.transaction():
            document = self.find(kind, name)
            key = document["id"]
            self._release(kind, document)
            self._indexes.change(kind, key, None)
            self._store.delete(kind, key)
            links = self._links.cut(key)
            if kind == "Group":
                self._dynamic.forget(key)
            if kind == "User" or "Unified" in document.get("groupTypes", ()):
                if renamed and kind == "User":
                    document["userPrincipalName"] = deleted_name(document)
                self.deleted.keep(kind, document, links)
            else:
                forget_assignments(self._store, [left for _, left in links["lefts"]], key)
            self.changes.note(kind, key, properties=[REMOVED])

    def restore(self, key: str, new_name: str | None = None) -> Document:
        """Bring a deleted object back with what joined it to others; `new_name` is a userPrincipalName.

        Raises NotFoundError, PropertyError, or ConflictError when the name is somebody else's by now.
        """
        with self._store.transaction():
            kind, deleted = self._find_deleted(key)
            document = {name: value for name, value in deleted.items() if name != "deletedDateTime"}
            if kind == "User":
                name = new_name or document["userPrincipalName"].removeprefix(_prefix(key))
                document = self._demand(kind, {**document, "userPrincipalName": name})
            self._claim(kind, document)
            links = self.deleted.take(kind, key)
            self._keep(kind, document, [ALL])
            self._links.tie(key, links)
        return document

    def purge(self, key: str) -> None:
        """Delete a deleted object for good. Raises NotFoundError."""
        with self._store.transaction():
            kind, _ = self._find_deleted(key)
            self.deleted.purge(kind, key)

    def get(self, kind: str, key: str) -> Document | None:
        return self._store.get(kind, key)

    def find(self, kind: str, name: str) -> Document:
        """Return an object by id, by userPrincipalName or by a group's displayName. Raises NotFoundError."""
        document = self._store.get(kind, name)
        if document is None:
            owner = self._store.owner(_space(kind), name.casefold())
            document = self._store.get(kind, owner) if owner else None
        if document is None:
            raise NotFoundError.of(name)
        return document

    def scan(self, kind: str, after: str | None = None) -> Iterator[Document]:
        return (document for _, document in self._store.scan(kind, after=after))

    def matching(self, kind: str, demands: Mapping[str, str]) -> list[Document] | None:
        """Return the objects that may have these texts, in small letters, by property; None: only a scan can tell."""
        for name, text in demands.items():
            if name == "id" or (kind == "User" and name == "userPrincipalName"):
                owner = text if name == "id" else self._store.owner(_space(kind), text)
                document = self._store.get(kind, owner) if owner else None
                return [] if document is None else [document]
        for name, text in demands.items():
            if name in INDEXED[kind] and text:
                keys = self._indexes.find(kind, name, text)
                return [document for key in keys if (document := self._store.get(kind, key))]
        return None

    def add_member(self, group: str, member: str) -> None:
        """Put a user or group into a group. Raises NotFoundError, PropertyError, or ConflictError when it is in already."""
        self.add_members(group, (member,))

    def add_members(self, group: str, members: Iterable[str]) -> None:
        """Put users and groups, by id or name, into a group, all or none. Raises as `add_member` does."""
        with self._store.transaction():
            holder = self._static_group(group)
            for member in members:
                self._join(holder, *self._kind_and_key(member))

    def _join(self, holder: Document, kind: str, key: str) -> None:
        if holder["id"] == key:
            raise PropertyError("a group cannot be a member of itself")
        if not self._store.link("member", holder["id"], key):
            raise ConflictError(
                "One or more added object references already exist for the following modified properties: 'members'."
            )
        self._note_membership(holder["id"], kind, key)

    def _kind_and_key(self, name: str) -> tuple[str, str]:
        """Return which object an id or name stands for, without reading it where the name says enough. Raises NotFoundError."""
        owner = self._store.owner(_space("User"), name.casefold()) if "@" in name else None
        if owner is not None:
            return "User", owner
        principal = self.principal(name)
        return kind_of(principal), principal["id"]

    def remove_member(self, group: str, member: str) -> None:
        """Take a member out of a group. Raises NotFoundError or PropertyError."""
        with self._store.transaction():
            holder, leaving = self._static_group(group), self.principal(member)
            if not self._store.unlink("member", holder["id"], leaving["id"]):
                raise NotFoundError(f"'{member}' is not a member of '{group}'")
            self._note_membership(holder["id"], kind_of(leaving), leaving["id"])

    def members(self, group: str) -> list[str]:
        """Return the ids of a group's direct members, in the order they joined."""
        return self._store.rights("member", group)

    def groups_of(self, member: str) -> list[str]:
        return self._store.lefts("member", member)

    def set_manager(self, user: str, manager: str | None) -> None:
        """Set or take away a user's manager; that managers go round is allowed, as there. Raises NotFoundError."""
        with self._store.transaction():
            key = self.find("User", user)["id"]
            for present in self._store.rights("manager", key):
                self._store.unlink("manager", key, present)
            if manager is not None:
                self._store.link("manager", key, self.find("User", manager)["id"])
            self.changes.note("User", key, properties=["manager"])

    def manager(self, user: str) -> str | None:
        return next(iter(self._store.rights("manager", user)), None)

    def reports(self, user: str) -> list[str]:
        return self._store.lefts("manager", user)

    def principal(self, name: str) -> Document:
        """Return the user or group of that id or name. Raises NotFoundError."""
        try:
            return {"@odata.type": "#microsoft.graph.user", **self.find("User", name)}
        except NotFoundError:
            return {"@odata.type": "#microsoft.graph.group", **self.find("Group", name)}

    def note(self, kind: str, key: str) -> None:
        """Write down that an object's place in some application's scope changed."""
        self.changes.note(kind, key)

    def watermark(self) -> int:
        """Return where the change log ends, once everything that is due by now is in it."""
        self.deleted.purge_due()
        return self.changes.last()

    def changed_since(self, watermark: int, until: int) -> dict[str, list[str]]:
        """Return the ids that changed behind `watermark` up to `until`, each once, by type, first change first."""
        return self.changes.changed(watermark, until)

    def _keep(self, kind: str, document: Document, changed: Iterable[str]) -> None:
        self._indexes.change(kind, document["id"], document)
        self._store.put(kind, document["id"], document)
        self.changes.note(kind, document["id"], properties=changed)
        settle = self._dynamic.settle_user if kind == "User" else self._dynamic.settle_group
        settle(document)

    def _static_group(self, name: str) -> Document:
        group = self.find("Group", name)
        if is_dynamic(group):
            raise PropertyError(
                "the members of a group with dynamic membership follow its rule and cannot be edited"
            )
        return group

    def _find_deleted(self, key: str) -> tuple[str, Document]:
        item = self.deleted.find(key)
        if item is None:
            raise NotFoundError.of(key)
        return item

    def _note_membership(self, group: str, kind: str, member: str) -> None:
        """A membership changes the group, and whether the member is in some application's scope."""
        self.changes.note("Group", group, members=[member])
        self.note(kind, member)

    def _demand(self, kind: str, document: Document) -> Document:
        """Return the document as it may be kept. Raises PropertyError."""
        if kind == "User":
            if not _PRINCIPAL_NAME.match(document.get("userPrincipalName", "")):
                raise PropertyError("a user needs a userPrincipalName of the form name@domain")
            return document
        if not document.get("displayName"):
            raise PropertyError("a group needs a displayName")
        return check_rule(document)

    def _claim(self, kind: str, document: Document) -> None:
        name = document["userPrincipalName" if kind == "User" else "displayName"].casefold()
        try:
            self._store.claim(_space(kind), name, document["id"])
        except TakenError as error:
            if kind == "User":
                raise ConflictError(
                    "Another object with the same value for property userPrincipalName already exists.",
                    "userPrincipalName",
                ) from error

    def _release(self, kind: str, document: Document) -> None:
        name = document["userPrincipalName" if kind == "User" else "displayName"].casefold()
        if self._store.owner(_space(kind), name) == document["id"]:
            self._store.release(_space(kind), name)


def deleted_name(user: Document) -> str:
    """Return the userPrincipalName that a user bears among the deleted items: the id without dashes comes first.

    Source: https://woshub.com/restore-deleted-user-azure-ad/ (read 2026-11).
    """
    name: str = user["userPrincipalName"]
    prefix = _prefix(user["id"])
    return name if name.startswith(prefix) else prefix + name


def kind_of(principal: Document) -> str:
    """Tell `User` from `Group` by what `principal()` returned."""
    return "User" if principal["@odata.type"] == "#microsoft.graph.user" else "Group"


def _prefix(key: str) -> str:
    return key.replace("-", "")


def _space(kind: str) -> str:
    return "userPrincipalName" if kind == "User" else "groupName"
