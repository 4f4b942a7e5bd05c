"""What both services keep things in: documents, unique keys, links and append-only logs.

`Store` is the seam; `tests/base/store_contract.py` holds the contract that every engine passes. Documents are JSON
objects, written whole. Everything inside `transaction()` is kept or nothing is: a change and its log entry
commit together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from msgspec import Struct

Document = dict[str, Any]
T = TypeVar("T")


BEHIND = "\U0010ffff"  # comes behind every text, in the order of code points and of bytes alike


class TakenError(Exception):
    """A unique key already belongs to somebody else."""

    def __init__(self, space: str, key: str, owner: str) -> None:
        super().__init__(f"{space} is taken")
        self.space, self.key, self.owner = space, key, owner


class StaleError(Exception):
    """What a transaction required is so no longer: another process was quicker."""


class Entry(Struct, frozen=True):
    """One line of a log: `sequence` grows without bound and is never used twice."""

    sequence: int
    body: Document


class Store(Protocol):
    """One tenant's data. `lasting` says whether it outlives the process, `shared` whether other processes write it, too."""

    @property
    def lasting(self) -> bool: ...

    @property
    def shared(self) -> bool: ...

    def transaction(self) -> AbstractContextManager[None]:
        """Commit on leaving, roll back on an exception; an inner transaction joins the outer one."""
        ...

    def carry_out(self, work: Callable[[], T], *, only_reads: bool = False) -> T:
        """Return what `work` does in a transaction of its own, for requests that seldom find a key taken.

        It may be called twice, of which the first call leaves nothing behind: where processes share the store, keys are
        first presumed to be free, so that who only writes waits for no answer. With `only_reads` it writes nothing on
        account of what it reads but lines that say so, and others may write before those lines come to the logs.
        """
        ...

    def put(self, kind: str, key: str, body: Document) -> None: ...

    def get(self, kind: str, key: str) -> Document | None: ...

    def recall(self, kind: str, key: str) -> Document | None:
        """Return what `get` does, for what every request asks for again: by heart where no other process writes it.

        Whoever is given it leaves it as it is.
        """
        ...

    def require(self, kind: str, key: str, body: Document) -> None:
        """See, inside a transaction, that a document is as told: what was read earlier may have changed.

        Raises StaleError, at the latest when the transaction is left; nothing of it stays then.
        """
        ...

    def delete(self, kind: str, key: str) -> bool: ...

    def scan(
        self, kind: str, *, after: str | None = None, limit: int | None = None
    ) -> Iterator[tuple[str, Document]]:
        """Yield documents in the order they were first put, starting behind the key `after`."""
        ...

    def count(self, kind: str) -> int: ...

    def claim(self, space: str, key: str, owner: str) -> None:
        """Make `key` the owner's. Raises TakenError when it is somebody else's; claiming one's own again is fine."""
        ...

    def claim_all(self, keys: Sequence[tuple[str, str]], owner: str) -> None:
        """Claim pairs of space and key, waiting once; raises TakenError for the first that is somebody else's."""
        ...

    def release(self, space: str, key: str) -> None: ...

    def owner(self, space: str, key: str) -> str | None: ...

    def link(self, relation: str, left: str, right: str) -> bool:
        """Join two ids; False when they were joined already."""
        ...

    def unlink(self, relation: str, left: str, right: str) -> bool: ...

    def linked(self, relation: str, left: str, right: str) -> bool: ...

    def rights(self, relation: str, left: str) -> list[str]:
        """Return what `left` is joined to, oldest first."""
        ...

    def rights_beginning(self, relation: str, beginning: str) -> list[str]:
        """Return what all those are joined to whose id begins with this text, oldest first, each once."""
        ...

    def lefts(self, relation: str, right: str) -> list[str]: ...

    def append(self, log: str, body: Document, tags: Iterable[str] = ()) -> None:
        """Add a line to a log, under a sequence greater than all before; a tag (`eventName=CreateUser`) makes it quick to find."""
        ...

    def tag(self, log: str, sequence: int, tags: Iterable[str]) -> None:
        """Make a line that is there quick to find by further tags; those that it has stay."""
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
        """Yield the lines behind sequence `after`; with `newest_first`, those before it (0: from the end)."""
        ...

    def last_sequence(self, log: str) -> int:
        """Return the newest line's sequence, 0 for an empty log."""
        ...

    def clear(self) -> None:
        """Forget everything of this tenant."""
        ...


def constants(store: Store, make: Callable[[], Document]) -> Document:
    """Return what never changes of a tenant, such as its id: made once, and kept with its data."""
    with store.transaction():
        document = store.get("account", "settings")
        if document is None:
            document = make()
            store.put("account", "settings", document)
    return document
