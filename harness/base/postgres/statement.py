"""What needs no answer, put together into few statements, each of which holds its tenant's row before it does anything.

All parts of a statement see the database as it was before they waited for the row. To an INSERT that is no matter: it meets
whatever others committed meanwhile; neither is it to a demand, whose document is locked, for which its newest state is looked
at. A DELETE takes only what it sees, so the row is held before its statement begins. Parts run in any order: each takes what
it writes FROM `line`, none sees what another writes, and a table is written to once.
https://www.postgresql.org/docs/current/transaction-iso.html, "13.2.1. Read Committed Isolation Level", and
…/queries-with.html, "7.8.4. Data-Modifying Statements in WITH", read 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any

_LOCK = "SELECT last_line FROM tenant WHERE number = %s FOR UPDATE"
_DRAW = "UPDATE tenant SET last_line = last_line + 1 WHERE number = %s RETURNING last_line"  # locks, too


class Kind(Enum):
    """What a part does. `LINE` adds a line to a log, under the number that is drawn as the row is locked."""

    INSERT = "insert"
    LINE = "line"
    DELETE = "delete"
    DEMAND = (
        "demand"  # one row of a SELECT FROM `place`; where it is none, dividing by zero ends the transaction
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A query FROM `line`, which is the tenant's row with the `last_line` of its logs; `table` is what it writes to."""

    kind: Kind
    tenant: int
    table: str
    query: str
    values: tuple[Any, ...]


@dataclass(slots=True)
class Statement:
    """Parts of one tenant that go together; without any it only locks the row."""

    tenant: int
    parts: list[Part] = field(default_factory=list)

    def takes(self, part: Part) -> bool:
        if part.tenant != self.tenant:
            return False
        if part.kind is Kind.DEMAND:
            return all(each.kind is Kind.DEMAND for each in self.parts)
        return part.table not in {each.table for each in self.parts if each.kind is not Kind.DEMAND}

    def text(self) -> str:
        return _text(tuple((part.kind, part.query) for part in self.parts))

    def values(self) -> list[Any]:
        return [self.tenant, *(value for part in self.parts for value in part.values)]


def statements(parts: Iterable[Part], due: Sequence[int]) -> Iterator[Statement]:
    """Yield what carries parts out in their order and locks the rows of the tenants that are `due`, in theirs."""
    unlocked = set(due)
    if len(due) > 1:
        yield from map(Statement, due)
        unlocked.clear()
    statement: Statement | None = None
    for part in parts:
        if part.kind is Kind.DELETE and part.tenant in unlocked:
            if statement is not None:
                yield statement
            if statement is None or statement.tenant != part.tenant:
                yield Statement(part.tenant)
            unlocked.clear()
            statement = None
        if statement is None:
            statement = Statement(part.tenant)
        elif not statement.takes(part):
            yield statement
            unlocked.discard(statement.tenant)
            statement = Statement(part.tenant)
        statement.parts.append(part)
    if statement is not None:
        yield statement
        unlocked.discard(statement.tenant)
    yield from map(Statement, unlocked)


@lru_cache(maxsize=256)
def _text(parts: tuple[tuple[Kind, str], ...]) -> str:
    place = _DRAW if any(kind is Kind.LINE for kind, _ in parts) else _LOCK
    demands = [query for kind, query in parts if kind is Kind.DEMAND]
    writes = [query for kind, query in parts if kind is not Kind.DEMAND] or ["SELECT FROM line"]
    views = (f"demand{number}" for number in range(len(demands)))
    tests = " AND ".join(f"1 / (SELECT count(*) FROM {view}) = 1" for view in views)  # noqa: S608
    before = [
        ("place", place),
        *((f"demand{number}", query) for number, query in enumerate(demands)),
        ("line", f"SELECT last_line FROM place{' WHERE ' + tests if tests else ''}"),  # noqa: S608
        *((f"part{number}", query) for number, query in enumerate(writes[:-1])),
    ]
    return f"WITH {', '.join(f'{name} AS ({query})' for name, query in before)} {writes[-1]}"
