"""Searching the directory's objects by name, address or id."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from harness.azure_ad.directory.directory import Directory
from harness.azure_ad.directory.errors import NotFoundError
from harness.base.store import Document
from harness.pages.listing import Test, containing

_NAMES = ("displayName", "userPrincipalName", "mail", "id")
_LOOKED_AT = 20_000  # of each kind; whoever is further back is found by a whole name or id


def named(text: str) -> Test | None:
    """Return a test for objects with a text in their name, address or id, in any case; None for an empty text."""
    return containing(text, _NAMES)


def principals(directory: Directory, text: str) -> Iterator[Document]:
    """Yield the users and groups with a text in their name, equal ones first; nobody for an empty text."""
    test = named(text)
    if test is None:
        return
    exact = _exact(directory, text)
    if exact is not None:
        yield exact
    for kind in ("User", "Group"):
        for item in filter(test, itertools.islice(directory.scan(kind), _LOOKED_AT)):
            if exact is None or item["id"] != exact["id"]:
                yield item


def _exact(directory: Directory, text: str) -> Document | None:
    try:
        return directory.principal(text.strip())
    except NotFoundError:
        return None
