"""The error codes of the provisioning log, as its page lists them, each with when it occurs, or why it does not.

Source: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs, Error codes
(read 2026-11-29).
"""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from harness.base.quirks import Quirks
from harness.base.tables import read_table


class ErrorCode(Struct, frozen=True):
    """`comes` says when, or why never by itself; `quirk` makes it come, `proof` is a scenario in which it does."""

    code: str
    comes: str
    proof: str
    quirk: str | None = None


@cache
def error_codes() -> tuple[ErrorCode, ...]:
    """Return the codes in the page's order."""
    return tuple(ErrorCode(**row) for row in read_table(__package__, "codes.yaml"))


def failure_code(quirks: Quirks, code: str) -> str:
    """Return the name of a code in force, where the page has two for the same thing."""
    match code:
        case "EntryConflict":
            name = quirks["conflict-code"]
        case "InsufficientRights":
            name = quirks["forbidden-code"]
        case "MissingValues":
            name = quirks["missing-values-code"]
        case "SystemForCrossDomainIdentityManagementMultipleEntriesInResponse":
            name = quirks["several-matches-code"]
        case _:
            name = code
    return str(name)


def skipped_code(quirks: Quirks, reason: str) -> str:
    """Return the code of a skipped object, whose reason is one word."""
    name = quirks["skipped-code"]
    return reason if name == "reason" else str(name)
