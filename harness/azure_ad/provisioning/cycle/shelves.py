"""A job's records in the store: one shelf for each kind of record, read and written only through it.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationjobrestartcriteria (read
2026-11-29), whose `resetScope` names what a job remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from msgspec import Struct

from harness.azure_ad.provisioning.cycle.records import Connection, Escrow, Held, Progress
from harness.base.store import Document, Store

_R = TypeVar("_R")


class Shelf(Struct, Generic[_R], frozen=True):
    """The records of one kind, each under its key.

    `by_heart`: few records that are read again and again (`Store.recall`); `read` leaves a document as it is.
    """

    store: Store
    kind: str
    read: Callable[[Document], _R]
    write: Callable[[_R], Document]
    by_heart: bool = False

    def get(self, key: str) -> _R | None:
        document = (self.store.recall if self.by_heart else self.store.get)(self.kind, key)
        return None if document is None else self.read(document)

    def put(self, key: str, record: _R) -> None:
        self.store.put(self.kind, key, self.write(record))

    def delete(self, key: str) -> None:
        self.store.delete(self.kind, key)

    def scan(self) -> Iterator[tuple[str, _R]]:
        """Yield keys and records in the order they were first put."""
        return ((key, self.read(document)) for key, document in self.store.scan(self.kind))

    def count(self) -> int:
        return self.store.count(self.kind)

    def is_empty(self) -> bool:
        return next(self.store.scan(self.kind, limit=1), None) is None

    def clear(self) -> None:
        """Delete every record."""
        for key, _ in list(self.store.scan(self.kind)):
            self.store.delete(self.kind, key)


def connections(store: Store, job_id: str) -> Shelf[Connection]:
    """Return a job's connections, by source id."""
    return Shelf(store, f"connection:{job_id}", Connection.of, Connection.document)


def escrows(store: Store, job_id: str) -> Shelf[Escrow]:
    """Return a job's failed objects by source id."""
    return Shelf(store, f"escrow:{job_id}", Escrow.of, Escrow.document)


def held_back(store: Store, job_id: str) -> Shelf[Held]:
    """Return a job's disables and deletes that wait, by source id."""
    return Shelf(store, f"staged:{job_id}", Held.of, Held.document)


def progress(store: Store) -> Shelf[Progress]:
    """Return the cycles under way, by the job's id."""
    return Shelf(store, "progress", Progress.of, Progress.document)
