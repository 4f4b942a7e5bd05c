"""What PostgreSQL did not do, in words: whether a connection is lost, or the server refuses, and what was written.

What a server reports as an error undoes its transaction; of a connection that is lost amid a COMMIT nobody knows.
https://www.postgresql.org/docs/current/errcodes-appendix.html, table A.1, and …/protocol-flow.html, "Pipelining", read
2026-11-30.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg

from harness.base.errors import HarnessError
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


# What to do about what keeps us from starting, by what the server reports; and about all else.
_REMEDIES: Mapping[type[psycopg.Error], str] = {
    psycopg.errors.InsufficientPrivilege: "let the role make a schema there (GRANT CREATE ON DATABASE), or name one that owns all of the "
    "schema 'harness'",
    psycopg.errors.ReadOnlySqlTransaction: "name a server and a role that may write: this is a standby, or its "
    "default_transaction_read_only is on",
    psycopg.errors.ProgrammingError: "the schema 'harness' there is not ours: name another database",
}
_TOO_MANY = "raise max_connections or the limit of the role, or end other processes: each of ours needs four connections, and takes up to 27"
_REMEDY = "see that the server runs and that the address, role and password are right (with %40 for @ in a password)"


def unusable(place: str, error: psycopg.Error) -> HarnessError:
    """Return what to tell of a database that a process cannot start on."""
    # Lines that are set in are the driver's questions, whether the server runs; the last of the others is the reason.
    reasons = [line for line in str(error).splitlines() if line and not line[0].isspace()]
    text = error.diag.message_primary or (reasons[-1] if reasons else type(error).__name__)
    remedy = next((words for kind, words in _REMEDIES.items() if isinstance(error, kind)), _REMEDY)
    if "too many connections" in text or "connection slots" in text:  # while connecting there is no code
        remedy = _TOO_MANY
    return HarnessError(f"{place} cannot be used: {text}; {remedy}")


def is_lost(connection: psycopg.Connection[Any], error: psycopg.Error) -> bool:
    """Tell whether an error ended its connection; the server's last words come before the end does.

    What bears no code comes from libpq, which can do nothing more with the connection: leaving a pipeline amid the
    server's last words is a matter of "cannot exit pipeline mode while busy".
    https://www.postgresql.org/docs/current/libpq-pipeline-mode.html, "PQexitPipelineMode", read 2026-11-30.
    """
    is_of_libpq = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    return connection.closed or is_of_libpq or error.diag.severity_nonlocalized in {"FATAL", "PANIC"}


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
