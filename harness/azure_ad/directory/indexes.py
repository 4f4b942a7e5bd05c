"""Indexes over the directory's texts: by whole value, by beginning, by beginning of a word.

A property's index is built at the first query for it, and updated by later changes; unused ones cost nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from harness.azure_ad.directory.words import words_and_compounds
from harness.base.store import Document, Store

# The properties that clients mostly filter by, with few objects for each value; after a slash is a part of a complex one.
# https://learn.microsoft.com/en-us/graph/aad-advanced-queries (read 2026-11-29)
INDEXED: Mapping[str, tuple[str, ...]] = {
    "User": (
        *(
            "id",
            "displayName",
            "givenName",
            "surname",
            "userPrincipalName",
            "mail",
            "mailNickname",
            "employeeId",
        ),
        *(
            "onPremisesImmutableId",
            "otherMails",
            "proxyAddresses",
            "mobilePhone",
            "businessPhones",
            "faxNumber",
        ),
        *(
            "imAddresses",
            "identities/issuerAssignedId",
            "onPremisesSamAccountName",
            "onPremisesUserPrincipalName",
        ),
        *("onPremisesSecurityIdentifier", "securityIdentifier"),
        *(f"onPremisesExtensionAttributes/extensionAttribute{number}" for number in range(1, 16)),
    ),
    "Group": ("id", "displayName", "mail", "mailNickname", "proxyAddresses", "uniqueName"),
}
# The properties in which `$search` looks for words: https://learn.microsoft.com/en-us/graph/search-query-parameter (read 2026-11-29)
WORDED = ("displayName", "description")
_BY_WORD = " by word"
_BUILT = "directory-index"


class Wanted(NamedTuple):
    """`texts` are those, in small letters, of which a property or an element of it must be one; `beginnings` what it begins with.

    `words` are what a word of a property begins with.
    """

    texts: Mapping[str, frozenset[str]]
    beginnings: Mapping[str, str] = MappingProxyType({})
    words: Mapping[str, str] = MappingProxyType({})


class Indexes:
    """The indexes of one tenant. Texts are found without regard to case."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, kind: str, name: str, text: str) -> list[str]:
        """Return the ids of the objects whose property, or an element of it, is this text."""
        with self._store.transaction():
            self._build(kind, name)
            return self._store.rights(_relation(kind, name), text.casefold())

    def find_beginning(self, kind: str, name: str, text: str) -> list[str]:
        """Return the ids of the objects whose property begins with this text."""
        with self._store.transaction():
            self._build(kind, name)
            return self._store.rights_beginning(_relation(kind, name), text.casefold())

    def find_word(self, kind: str, name: str, beginning: str) -> list[str]:
        """Return the ids of the objects with a word in a property that begins so; `name` is one of `WORDED`."""
        return self.find_beginning(kind, f"{name}{_BY_WORD}", beginning)

    def _build(self, kind: str, name: str) -> None:
        built = self._built(kind)
        if name in built:
            return
        for key, document in self._store.scan(kind):
            for present in _texts(document, name):
                self._store.link(_relation(kind, name), present, key)
        self._store.put(_BUILT, kind, {"names": [*built, name]})

    def change(self, kind: str, key: str, after: Document | None) -> None:
        """Update the existing indexes for an object that is about to be saved (None: deleted)."""
        built = self._built(kind)
        before = self._store.get(kind, key) if built else None
        for name in built:
            old, new = _texts(before, name), _texts(after, name)
            for text in old.keys() - new.keys():
                self._store.unlink(_relation(kind, name), text, key)
            for text in new:
                if text not in old:
                    self._store.link(_relation(kind, name), text, key)

    def _built(self, kind: str) -> list[str]:
        """Return the properties that have an index already."""
        document = self._store.get(_BUILT, kind)
        return [] if document is None else document["names"]


def _relation(kind: str, name: str) -> str:
    return f"{kind}-{name}"


def _texts(document: Document | None, name: str) -> dict[str, None]:
    """Return the texts of a property or of its elements, in small letters and in their order, each once."""
    if name.endswith(_BY_WORD):
        text = (document or {}).get(name.removesuffix(_BY_WORD))
        return dict.fromkeys(words_and_compounds(text)) if isinstance(text, str) else {}
    first, _, part = name.partition("/")
    value = None if document is None else document.get(first)
    values = value if isinstance(value, list) else [value]
    texts = [item.get(part) for item in values if isinstance(item, dict)] if part else values
    return dict.fromkeys(text.casefold() for text in texts if isinstance(text, str) and text)
