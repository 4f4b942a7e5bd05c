"""The names of objects: a user's principal name, which is unique, and a group's display name, which need not be.

Source: https://learn.microsoft.com/en-us/graph/api/resources/user, userPrincipalName (read 2026-11-29).
"""

from __future__ import annotations

from msgspec import Struct

from harness.azure_ad.directory.errors import ConflictError
from harness.base.store import Document, Store, TakenError


class Names(Struct, frozen=True):
    """The names of one tenant; case does not count."""

    store: Store

    def owner(self, kind: str, name: str) -> str | None:
        """Return the id of the object of that name; of groups of the same name, the first."""
        return self.store.owner(_space(kind), name.casefold())

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

    def release(self, kind: str, document: Document) -> None:
        if self.owner(kind, _name(kind, document)) == document["id"]:
            self.store.release(_space(kind), _name(kind, document))


def _name(kind: str, document: Document) -> str:
    name: str = document["userPrincipalName" if kind == "User" else "displayName"]
    return name.casefold()


def _space(kind: str) -> str:
    return "userPrincipalName" if kind == "User" else "groupName"
