"""The names of objects: a user's principal name, which is unique, and a group's display name, which need not be.

Source: https://learn.microsoft.com/en-us/graph/api/resources/user, userPrincipalName (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from harness.azure_ad.directory.errors import ConflictError
from harness.base.store import Document, Reads, Store, TakenError

NAMES: Mapping[str, str] = {
    "User": "userPrincipalName",
    "Group": "displayName",
}  # the property that is the name


class Names(Struct, frozen=True):
    """The names of one tenant; case does not count."""

    store: Store

    def owner(self, kind: str, name: str) -> str | None:
        """Return the id of the object of that name; of groups of the same name, the first."""
        return self.store.owner(*key_of(kind, name))

    def claim(self, kind: str, document: Document) -> None:
        """Save an object's name. Raises ConflictError when another user has it."""
        try:
            self.store.claim(_space(kind), _name(kind, document), document["id"])
        except TakenError as error:
            if kind == "User":
                raise ConflictError(
                    "Another object with the same value for property userPrincipalName already exists.",
                    "userPrincipalName",
                ) from error

    def change(self, kind: str, before: Document, after: Document) -> None:
        """Save the name that an object has now; a user's own is its own already. Raises as `claim` does."""
        names = [key_of(kind, _name(kind, document)) for document in (before, after)]
        if kind == "User" and names[0] == names[1]:
            return
        self.store.look_ahead(Reads(owners=names))
        self.release(kind, before)
        self.claim(kind, after)

    def release(self, kind: str, document: Document) -> None:
        """Give an object's name up: a user's own, or a group's where it is the first of that name."""
        if kind == "User" or self.owner(kind, _name(kind, document)) == document["id"]:
            self.store.release(_space(kind), _name(kind, document))


def key_of(kind: str, name: str) -> tuple[str, str]:
    """Return the space and the key under which the owner of a name is stored."""
    return _space(kind), name.casefold()


def _name(kind: str, document: Document) -> str:
    name: str = document[NAMES[kind]]
    return name.casefold()


def _space(kind: str) -> str:
    return "userPrincipalName" if kind == "User" else "groupName"
