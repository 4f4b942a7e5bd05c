"""What keeps snapshots: the interface, and the keeper in memory, whose snapshots end with the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from harness.base.sqlite import Database
from harness.base.sqlite.copies import Copy
from harness.base.store import Document

Databases = Mapping[str, Database]  # by the name of the file that a copy has


class Contents(Protocol):
    """What a copy has: documents as (tenant, kind, key, body), links as (tenant, relation, left, right)."""

    def documents(self) -> Iterator[tuple[str, str, str, Document]]: ...

    def links(self) -> Iterator[tuple[str, str, str, str]]: ...


class Keeper(Protocol):
    """What keeps copies of both sides by name. Notes are JSON; an unknown name is a HarnessError of `Snapshots`."""

    def take(self, name: str, note: Document) -> None: ...

    def notes(self) -> dict[str, Document]: ...

    def size(self) -> int | None:
        """Return how many octets a copy takes; None where copying costs more than that."""
        ...

    def put_back(self, name: str, then: Callable[[], None]) -> None:
        """Make both sides what they were and do what comes `then`, or on an error leave both as they are.

        Raises HarnessError for another version's data.
        """
        ...

    def delete(self, name: str) -> None: ...

    def contents(self, name: str | None) -> AbstractContextManager[Mapping[str, Contents]]:
        """A context with the copies of a snapshot, or of how it is now, by the names of the databases."""
        ...


@dataclass(slots=True)
class Memory:
    """Copies that end with the process."""

    databases: Databases
    _copies: dict[str, dict[str, Copy]] = field(default_factory=dict)
    _notes: dict[str, Document] = field(default_factory=dict)

    def take(self, name: str, note: Document) -> None:
        self._copies[name] = copied(self.databases)
        self._notes[name] = note

    def notes(self) -> dict[str, Document]:
        return dict(self._notes)

    def size(self) -> int | None:
        return size(self.databases)

    def put_back(self, name: str, then: Callable[[], None]) -> None:
        put_back(self._copies[name], self.databases, then)

    def delete(self, name: str) -> None:
        close(self._copies.pop(name))
        del self._notes[name]

    @contextmanager
    def contents(self, name: str | None) -> Iterator[Mapping[str, Contents]]:
        copies = copied(self.databases) if name is None else self._copies[name]
        try:
            yield copies
        finally:
            if name is None:
                close(copies)


def copied(databases: Databases) -> dict[str, Copy]:
    return {side: Copy.of(database) for side, database in databases.items()}


def size(databases: Databases) -> int:
    return sum(database.size() for database in databases.values())


def put_back(copies: Mapping[str, Copy], databases: Databases, then: Callable[[], None]) -> None:
    """Make all databases what their copies are, and do what comes then; on an error all become again what they are now."""
    before = copied(databases)
    try:
        for side, database in databases.items():
            copies[side].put_back(database)
        then()
    except BaseException:
        for side, database in databases.items():
            before[side].put_back(database)
        raise
    finally:
        close(before)


def close(copies: Mapping[str, Copy]) -> None:
    for copy in copies.values():
        copy.close()
