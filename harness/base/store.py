"""The store of both services: documents, unique keys, links and append-only logs.

`Store` is the interface; `tests/base/store_contract.py` has the contract of every engine. Documents are JSON objects, written
whole. Everything inside `transaction()` is saved or nothing is: a change and its log entry commit together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from msgspec import Struct

Document = dict[str, Any]
T = TypeVar("T")


BEHIND = "\U0010ffff"  # sorts after every text, by code points and by bytes


class TakenError(Exception):
    """A unique key belongs to another owner."""

    def __init__(self, space: str, key: str, owner: str) -> None:
        super().__init__(f"{space} is taken")
        self.space, self.key, self.owner = space, key, owner


class StaleError(Exception):
    """A document that a transaction required has been changed by another process."""


class StorageError(Exception):
    """The database was out of reach, was cut off or refused; the text says so, without data, and what of a change was written.

    `is_undone` says that nothing was; else it may have been, or not.
    """

    def __init__(self, text: str, *, is_undone: bool) -> None:
        super().__init__(text)
        self.is_undone = is_undone


class Entry(Struct, frozen=True):
    """One line of a log: `sequence` grows without bound and is never used twice."""

    sequence: int
    body: Document


class Store(Protocol):
    """One tenant's data. `lasting`: it outlives the process; `shared`: other processes write it too."""

    @property
    def lasting(self) -> bool: ...

    @property
    def shared(self) -> bool: ...

    def transaction(self) -> AbstractContextManager[None]:
        """Commit on leaving, roll back on an exception; an inner transaction joins the outer one."""
        ...

    def carry_out(self, work: Callable[[], T], *, only_reads: bool = False) -> T:
        """Return the result of `work` in a transaction of its own, for requests that seldom find a key taken.

        `work` may be called again; the calls before are rolled back. In a shared store keys are first presumed to be free, so
        that a work that only writes waits for no answer, and a connection may be cut off. A work with `only_reads` writes log
        lines at most, and other processes may write between what it reads and those lines; where its connection is cut off
        as it ends, the lines may be there twice.
        """
        ...

    def put(self, kind: str, key: str, body: Document) -> None: ...

    def get(self, kind: str, key: str) -> Document | None: ...

    def recall(self, kind: str, key: str) -> Document | None:
        """Return the same as `get`, from memory where no other process writes: for documents that every request reads.

        The caller must not change it.
        """
        ...

    def require(self, kind: str, key: str, body: Document) -> None:
        """Require, inside a transaction, that a document that was read before is still the same.

        Raises StaleError, at the latest when the transaction ends; then all of it is rolled back.
        """
        ...

    def delete(self, kind: str, key: str) -> bool: ...

    def scan(
        self, kind: str, *, after: str | None = None, limit: int | None = None
    ) -> Iterator[tuple[str, Document]]:
        """Yield keys and documents in the order of their first put, starting after the key `after`."""
        ...

    def count(self, kind: str) -> int: ...

    def claim(self, space: str, key: str, owner: str) -> None:
        """Make `key` the owner's. Raises TakenError if another owner has it; one's own key may be claimed again."""
        ...

    def claim_all(self, keys: Sequence[tuple[str, str]], owner: str) -> None:
        """Claim pairs of space and key, with one wait. Raises TakenError for the first that another owner has."""
        ...

    def release(self, space: str, key: str) -> None: ...

    def owner(self, space: str, key: str) -> str | None: ...

    def link(self, relation: str, left: str, right: str) -> bool:
        """Link two ids; return False if they were linked already."""
        ...

    def unlink(self, relation: str, left: str, right: str) -> bool: ...

    def linked(self, relation: str, left: str, right: str) -> bool: ...

    def rights(self, relation: str, left: str) -> list[str]:
        """Return the right ids of `left`, oldest first."""
        ...

    def rights_beginning(self, relation: str, beginning: str) -> list[str]:
        """Return the right ids of all left ids that begin with this text, oldest first, each once."""
        ...

    def lefts(self, relation: str, right: str) -> list[str]: ...

    def append(self, log: str, body: Document, tags: Iterable[str] = ()) -> None:
        """Add a line to a log, with a sequence greater than all before; tags (`eventName=CreateUser`) are indexed."""
        ...

    def tag(self, log: str, sequence: int, tags: Iterable[str]) -> None:
        """Add tags to an existing line."""
        ...

    def read(
        self,
        log: str,
        *,
        after: int = 0,
        tag: str | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> Iterator[Entry]:
        """Yield the lines after sequence `after`; with `newest_first`, those before it (0: from the end)."""
        ...

    def last_sequence(self, log: str) -> int:
        """Return the newest line's sequence, 0 for an empty log."""
        ...

    def clear(self) -> None:
        """Delete everything of this tenant."""
        ...


def constants(store: Store, make: Callable[[], Document]) -> Document:
    """Return a tenant's constants, such as its id, which are made once and saved with its data."""
    with store.transaction():
        document = store.get("account", "settings")
        if document is None:
            document = make()
            store.put("account", "settings", document)
    return document
