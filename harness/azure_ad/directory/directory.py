"""The directory: users, groups, memberships and managers, and the change log that delta queries read.

Objects are stored in Microsoft Graph's shape. Every change and its line in the change log commit together, so a provisioning
cycle that reads the log from its watermark on misses nothing.

Source: https://learn.microsoft.com/en-us/graph/api/resources/user and …/resources/group, "Properties" (read 2026-11-29).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from harness.azure_ad.directory.changes import ALL, REMOVED, ChangeLog
from harness.azure_ad.directory.deleted_items import (
    DeletedItems,
    deleted_name,
    forget_assignments,
    name_before,
)
from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.azure_ad.directory.indexes import INDEXED, Indexes, Wanted
from harness.azure_ad.directory.links import Links
from harness.azure_ad.directory.membership.dynamic_groups import DynamicGroups, check_rule, is_dynamic
from harness.azure_ad.directory.names import Names
from harness.azure_ad.directory.properties import PropertyError, checked, defaults, merged
from harness.base.clock import Clock, iso
from harness.base.ids import Ids
from harness.base.store import Document, Store

_PRINCIPAL_NAME = re.compile(r"[^@\s]+@[^@\s]+\Z")


class Directory:
    """Users (`User`) and groups (`Group`) of one tenant; `changes` is their log, `deleted` the deleted items.

    `delay` is the time after a change until dynamic groups follow it.
    """

    def __init__(self, store: Store, clock: Clock, ids: Ids, delay: timedelta = timedelta()) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self.changes = ChangeLog(store)
        self.deleted = DeletedItems(store, clock, self.changes)
        self._indexes = Indexes(store)
        self._names = Names(store)
        self._links = Links(store, self.changes)
        self.dynamic = DynamicGroups(store, clock, self.changes, delay)

    def create(self, kind: str, properties: Document) -> Document:
        """Add an object. Raises PropertyError, or ConflictError when the userPrincipalName is taken."""
        values = {name: value for name, value in checked(kind, properties).items() if value is not None}
        document: Document = {
            "id": self._ids.uuid(),
            **defaults(kind),
            **self._demand(kind, values),
            "createdDateTime": iso(self._clock.now()),
        }
        if kind == "User":
            document.setdefault("mailNickname", document["userPrincipalName"].partition("@")[0])
        with self._store.transaction():
            self._names.claim(kind, document)
            self._keep(kind, document, [ALL], None)
        return document

    def update(self, kind: str, name: str, properties: Document) -> Document:
        """Change properties; None removes a value. Raises NotFoundError, PropertyError or ConflictError."""
        changes = checked(kind, properties)
        with self._store.transaction():
            before = self.find(kind, name)
            after = self._demand(kind, merged(before, changes))
            if after != before:
                self._names.release(kind, before)
                self._names.claim(kind, after)
                names = {**before, **after}
                changed = [name for name in names if before.get(name) != after.get(name)]
                self._keep(kind, after, changed, before)
        return after

    def delete(self, kind: str, name: str, *, renamed: bool = False) -> None:
        """Delete a security group for good; move a user or a Microsoft 365 group to the deleted items.

        The name is free at once. With `renamed` the engine sees the deleted user's new name (`deleted_name`).
        """
        with self._store.transaction():
            self.dynamic.settle_due()
            document = self.find(kind, name)
            key = document["id"]
            self._names.release(kind, document)
            self._indexes.change(kind, key, None)
            self._store.delete(kind, key)
            links = self._links.cut(key)
            if kind == "Group":
                self.dynamic.forget(key)
            for relation, report in links["lefts"]:
                if relation == "manager":
                    self.dynamic.wait("User", report)
            if kind == "User" or "Unified" in document.get("groupTypes", ()):
                if renamed and kind == "User":
                    document["userPrincipalName"] = deleted_name(document)
                self.deleted.keep(kind, document, links)
            else:
                forget_assignments(self._store, [left for _, left in links["lefts"]], key)
            self.changes.note(kind, key, properties=[REMOVED])

    def restore(self, key: str, new_name: str | None = None) -> Document:
        """Restore a deleted object with its links; `new_name` is a userPrincipalName.

        Raises NotFoundError, PropertyError, or ConflictError when another object has the name now.
        """
        with self._store.transaction():
            kind, deleted = self._find_deleted(key)
            document = {name: value for name, value in deleted.items() if name != "deletedDateTime"}
            if kind == "User":
                name = new_name or name_before(document)
                document = self._demand(kind, {**document, "userPrincipalName": name})
            self._names.claim(kind, document)
            links = self.deleted.take(kind, key)
            self._keep(kind, document, [ALL], None)
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
            owner = self._names.owner(kind, name)
            document = self._store.get(kind, owner) if owner else None
        if document is None:
            raise NotFoundError.of(name)
        return document

    def scan(self, kind: str, after: str | None = None) -> Iterator[Document]:
        return (document for _, document in self._store.scan(kind, after=after))

    def matching(self, kind: str, demand: Wanted, *branches: Wanted) -> list[Document] | None:
        """Return the objects that may match a filter, or one of its branches, in a stable order; None: a scan is needed."""
        keys = self._keys(kind, demand)
        if keys is None:
            sets = [self._keys(kind, branch) for branch in branches]
            if not sets or any(some is None for some in sets):
                return None
            keys = [key for some in sets for key in some or ()]
        return [document for key in dict.fromkeys(keys) if (document := self._store.get(kind, key))]

    def _keys(self, kind: str, demand: Wanted) -> list[str] | None:
        for name, texts in demand.texts.items():
            if name == "id":
                return sorted(texts)
            if kind == "User" and name == "userPrincipalName":
                owners = (self._names.owner(kind, text) for text in sorted(texts))
                return [owner for owner in owners if owner]
        for name, texts in demand.texts.items():
            if name in INDEXED[kind] and all(texts):
                return [key for text in sorted(texts) for key in self._indexes.find(kind, name, text)]
        for name, text in demand.beginnings.items():
            if name in INDEXED[kind] and text:
                return self._indexes.find_beginning(kind, name, text)
        return next((self._indexes.find_word(kind, *word) for word in demand.words.items()), None)

    def add_member(self, group: str, member: str) -> None:
        """Add a user or group to a group. Raises NotFoundError, PropertyError, or ConflictError when it is a member already."""
        self.add_members(group, (member,))

    def add_members(self, group: str, members: Iterable[str]) -> None:
        """Add users and groups, by id or name, to a group, all or none. Raises what `add_member` raises."""
        with self._store.transaction():
            holder = self._static_group(group)
            for member in members:
                self._join(holder, *self._kind_and_key(member))

    def _join(self, holder: Document, kind: str, key: str) -> None:
        if holder["id"] == key:
            raise PropertyError("a group cannot be a member of itself")
        if not self._store.link("member", holder["id"], key):
            raise ConflictError.of_reference("members")
        self._note_membership(holder["id"], kind, key)

    def _kind_and_key(self, name: str) -> tuple[str, str]:
        """Return type and id of the object with an id or name; read it only where the name is not enough. Raises NotFoundError."""
        owner = self._names.owner("User", name) if "@" in name else None
        if owner is not None:
            return "User", owner
        principal = self.principal(name)
        return kind_of(principal), principal["id"]

    def remove_member(self, group: str, member: str) -> None:
        """Remove a member from a group. Raises NotFoundError or PropertyError."""
        with self._store.transaction():
            holder, leaving = self._static_group(group), self.principal(member)
            if not self._store.unlink("member", holder["id"], leaving["id"]):
                raise NotFoundError(f"'{member}' is not a member of '{group}'")
            self._note_membership(holder["id"], kind_of(leaving), leaving["id"])

    def members(self, group: str) -> list[str]:
        """Return the ids of a group's direct members, in the order they joined."""
        self.dynamic.settle_due()
        return self._store.rights("member", group)

    def groups_of(self, member: str) -> list[str]:
        self.dynamic.settle_due()
        return self._store.lefts("member", member)

    def set_manager(self, user: str, manager: str | None) -> None:
        """Set or remove a user's manager; a circle of managers is allowed, as in Entra ID. Raises NotFoundError."""
        with self._store.transaction():
            self.dynamic.settle_due()
            key = self.find("User", user)["id"]
            for present in self._store.rights("manager", key):
                self._store.unlink("manager", key, present)
            if manager is not None:
                self._store.link("manager", key, self.find("User", manager)["id"])
            self.changes.note("User", key, properties=["manager"])
            self.dynamic.wait("User", key)

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
        """Log that an application's scope may have changed for an object."""
        self.changes.note(kind, key)

    def watermark(self) -> int:
        """Return the end of the change log, after adding every change of dynamic groups that is due."""
        self.deleted.purge_due()
        self.dynamic.settle_due()
        return self.changes.last()

    def changed_since(self, watermark: int, until: int) -> dict[str, list[str]]:
        """Return the ids that changed after `watermark` up to `until`, each once, by type, first change first."""
        return self.changes.changed(watermark, until)

    def _keep(self, kind: str, document: Document, changed: Iterable[str], before: Document | None) -> None:
        self.dynamic.settle_due()
        self._indexes.change(kind, document["id"], document)
        self._store.put(kind, document["id"], document)
        self.changes.note(kind, document["id"], properties=changed)
        if kind == "Group":
            self.dynamic.enter(document, before)
        else:
            self.dynamic.wait(kind, document["id"])

    def _static_group(self, name: str) -> Document:
        self.dynamic.settle_due()
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
        """Log that a membership changed the group, and perhaps an application's scope for the member."""
        self.changes.note("Group", group, members=[member])
        self.note(kind, member)
        if kind == "User":
            self.dynamic.wait(kind, member)

    def _demand(self, kind: str, document: Document) -> Document:
        """Return the document if it may be saved. Raises PropertyError."""
        if kind == "User":
            if not _PRINCIPAL_NAME.match(document.get("userPrincipalName", "")):
                raise PropertyError("a user needs a userPrincipalName of the form name@domain")
            return document
        if not document.get("displayName"):
            raise PropertyError("a group needs a displayName")
        return check_rule(document)


def kind_of(principal: Document) -> str:
    """Return `User` or `Group` for a document that `principal()` returned."""
    return "User" if principal["@odata.type"] == "#microsoft.graph.user" else "Group"
