"""Policies of sign-in and their assignments. A kind's name is that of its collection in Graph."""

from __future__ import annotations

from collections.abc import Iterator

from harness.azure_ad.directory.errors import NotFoundError
from harness.base.store import Document, Store

CLAIMS_MAPPING = "claimsMappingPolicies"


def scan(store: Store, kind: str) -> Iterator[Document]:
    return (item for _, item in store.scan(kind))


def find(store: Store, kind: str, key: str) -> Document:
    """Return a policy. Raises NotFoundError."""
    item = store.get(kind, key)
    if item is None:
        raise NotFoundError.of(key)
    return item


def put(store: Store, kind: str, policy: Document) -> None:
    store.put(kind, policy["id"], policy)


def delete(store: Store, kind: str, key: str) -> None:
    """Delete a policy and its assignments. Raises NotFoundError."""
    find(store, kind, key)
    for holder in holders(store, kind, key):
        store.unlink(kind, holder, key)
    store.delete(kind, key)


def assign(store: Store, kind: str, holder: str, key: str) -> bool:
    """Assign a policy; return False if it was assigned already."""
    return store.link(kind, holder, key)


def withdraw(store: Store, kind: str, holder: str, key: str) -> bool:
    """Delete an assignment of a policy; return False if there was none."""
    return store.unlink(kind, holder, key)


def held(store: Store, kind: str, holder: str) -> list[Document]:
    """Return the policies of a kind that an object has, oldest first."""
    return [policy for key in store.rights(kind, holder) if (policy := store.get(kind, key))]


def holders(store: Store, kind: str, key: str) -> list[str]:
    """Return the ids of the objects that a policy is assigned to."""
    return store.lefts(kind, key)
