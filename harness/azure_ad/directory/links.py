"""Links between objects of the directory, cut when an object is deleted and tied again when it is restored.

There are three relations: a group's `member`, a user's `manager`, a service principal's `assigned`. The owner is on the left, so
`rights("member", group)` are a group's members.

Source: https://learn.microsoft.com/en-us/graph/api/directory-deleteditems-restore (read 2026-11-29).
"""

from __future__ import annotations

from msgspec import Struct

from harness.azure_ad.directory.changes import ChangeLog
from harness.base.store import Document, Store

# The type on the left of each relation, and those possible on its right.
_LEFTS = {"member": "Group", "manager": "User", "assigned": "servicePrincipal"}
_RIGHTS = {"member": ("User", "Group"), "manager": ("User",), "assigned": ()}


class Links(Struct, frozen=True):
    """The links of one tenant; cutting and tying log the change of the objects at the other end."""

    store: Store
    changes: ChangeLog

    def cut(self, key: str) -> dict[str, list[tuple[str, str]]]:
        """Cut all links of an object; return them as pairs of relation and id, by side."""
        lefts = [(relation, other) for relation in _LEFTS for other in self.store.lefts(relation, key)]
        rights = [(relation, other) for relation in _RIGHTS for other in self.store.rights(relation, key)]
        for relation, other in lefts:
            self.store.unlink(relation, other, key)
            if relation == "member":
                self.changes.note("Group", other, members=[key])
            elif relation == "manager":
                self.changes.note("User", other, properties=["manager"])
        for relation, other in rights:
            self.store.unlink(relation, key, other)
            if relation == "member":
                self.changes.note("User" if self.store.get("User", other) else "Group", other)
        return {"lefts": lefts, "rights": rights}

    def tie(self, key: str, links: Document) -> None:
        """Tie a restored object's links again, to objects that still exist.

        The groups' changes are not logged for the engine, which does not restore memberships of a restored user.
        Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11-29).
        """
        for relation, other in links["lefts"]:
            taken = relation == "manager" and bool(self.store.rights("manager", other))
            if not taken and self.store.get(_LEFTS[relation], other) is not None:
                self.store.link(relation, other, key)
                if relation == "member":
                    self.changes.note("Group", other, members=[key], quiet=True)
                elif relation == "manager":
                    self.changes.note("User", other, properties=["manager"])
        for relation, other in links["rights"]:
            for kind in _RIGHTS[relation]:
                if self.store.get(kind, other) is not None:
                    self.store.link(relation, key, other)
                    if relation == "member":
                        self.changes.note(kind, other)
