"""What PostgreSQL did not do, in words: whether a connection is lost, or the server refuses, and what was written.

What a server reports as an error undoes its transaction; of a connection that is lost amid a COMMIT nobody knows.
https://www.postgresql.org/docs/current/errcodes-appendix.html, table A.1, and …/protocol-flow.html, "Pipelining", read
2026-11-30.
"""

from __future__ import annotations

from typing import Any

import psycopg

from harness.base.store import StorageError

_UNDONE = "nothing of this was written; try again"
_UNKNOWN = "this may have been written, or not: look before you try again"
# A disk that is full, a standby, rights that were taken away, a schema that was dropped under us.
_REFUSALS = (
    psycopg.OperationalError,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.UndefinedTable,
)


def is_lost(connection: psycopg.Connection[Any], error: psycopg.Error) -> bool:
    """Tell whether an error ended its connection; the server's last words come before the end does."""
    return connection.closed or error.diag.severity_nonlocalized in {"FATAL", "PANIC"}


class CutOffError(StorageError):
    """A connection was lost, or none is to be had."""


def out_of_reach() -> CutOffError:
    return CutOffError(f"PostgreSQL is out of reach: {_UNDONE}", is_undone=True)


def silence(seconds: float) -> CutOffError:
    """Return the error of a server that does not answer; all connections are ended then."""
    return CutOffError(
        f"PostgreSQL has not answered for {seconds:g} seconds, and is asked anew: what was under way may have been written, or not",
        is_undone=False,
    )


def cut_off(*, is_undone: bool) -> CutOffError:
    """Return the error of a connection that was lost."""
    outcome = _UNDONE if is_undone else _UNKNOWN
    return CutOffError(f"the connection to PostgreSQL was cut off: {outcome}", is_undone=is_undone)


def refusal(error: BaseException) -> StorageError | None:
    """Return the error of a server that refuses; None for what is no matter of the server's state."""
    if not isinstance(error, _REFUSALS):
        return None
    reason = error.diag.message_primary or type(error).__name__
    return StorageError(f"PostgreSQL refuses ({reason}): {_UNDONE}", is_undone=True)
