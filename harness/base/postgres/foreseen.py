"""What a transaction on PostgreSQL read in advance, in one round trip, and keeps in step with what it writes itself.

Only inside a transaction that has its tenant's row locked, where nobody else writes, or that sees one moment alone.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from harness.base.postgres.queries import DOCUMENT, LEFTS, OWNER, PAGE, RIGHTS
from harness.base.store import Reads

Question: TypeAlias = tuple[Any, ...]  # a query and its values
Rows: TypeAlias = list[tuple[Any, ...]]


class Foreseen:
    """Questions with their answers; what was not read in advance is not remembered either."""

    def __init__(self) -> None:
        self._rows: dict[Question, Rows] = {}

    def add(self, question: Question, rows: Rows) -> None:
        self._rows[question] = rows

    def rows(self, question: Question) -> Rows | None:
        return self._rows.get(question)

    def has(self, query: str, shelf: int, key: bytes) -> bool | None:
        """Tell whether there is a row at all; None where nobody asked."""
        rows = self._rows.get((query, shelf, key))
        return None if rows is None else bool(rows)

    def write(self, query: str, shelf: int, key: bytes, value: bytes | None) -> None:
        """Note that a document or an owner is another from now on; None is none."""
        if not self._rows:
            return
        if (query, shelf, key) in self._rows:
            self._rows[query, shelf, key] = [] if value is None else [(value,)]
        if query is DOCUMENT:
            for question in [each for each in self._rows if each[:2] == (PAGE, shelf)]:
                del self._rows[question]

    def are_linked(self, shelf: int, left: bytes, right: bytes) -> bool | None:
        """Tell whether two ids are linked; None where nobody asked for either's links."""
        for question, other in (((RIGHTS, shelf, left), right), ((LEFTS, shelf, right), left)):
            if (rows := self._rows.get(question)) is not None:
                return (other,) in rows
        return None

    def write_link(self, shelf: int, left: bytes, right: bytes, *, is_there: bool) -> None:
        for question, other in (((RIGHTS, shelf, left), right), ((LEFTS, shelf, right), left)):
            if (rows := self._rows.get(question)) is not None:
                rest = [row for row in rows if row != (other,)]
                if not is_there:
                    self._rows[question] = rest
                elif rest == rows:
                    self._rows[question] = [*rows, (other,)]

    def discard(self, question: Question) -> None:
        self._rows.pop(question, None)

    def forget(self) -> None:
        self._rows.clear()


def foreseen_reads(reads: Reads) -> list[tuple[str, str, str]]:
    """Return query, shelf's name and key of each read."""
    sides = (
        (DOCUMENT, reads.documents),
        (OWNER, reads.owners),
        (RIGHTS, reads.rights),
        (LEFTS, reads.lefts),
    )
    return [(query, shelf, key) for query, pairs in sides for shelf, key in pairs]
