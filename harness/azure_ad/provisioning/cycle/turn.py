"""One object's turn: its facts, its log entry so far, and how a failure or an action that is off is logged.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11-29).
"""

from __future__ import annotations

from msgspec import Struct

from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.provisioning.cycle.decide import Decision
from harness.azure_ad.provisioning.cycle.effects import Fail, Outcome, Settle, failing
from harness.azure_ad.provisioning.cycle.facts import Facts
from harness.azure_ad.provisioning.cycle.records import Connection, Failure
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.log.trace import Trace


class Turn(Struct, frozen=True):
    """One object's turn; `trace` collects its log entry."""

    session: Session
    mapping: ObjectMapping
    facts: Facts
    decision: Decision
    trace: Trace

    @property
    def connection(self) -> Connection:
        """The object's connection, for decisions that need one."""
        assert self.facts.connection is not None
        return self.facts.connection

    def failing(self, failure: Failure) -> Fail:
        """Return the effect of a failure (`effects.failing`)."""
        return failing(self.session, self.trace, failure)


def turned_off(turn: Turn, doing: str) -> Outcome:
    turn.trace.skip("ActionNotAllowed", f"{doing} is turned off for {turn.trace.kind} objects.")
    return Outcome((Settle(),))


def has_references(turn: Turn, manager: str | None) -> bool:
    """Whether manager or members are looked at again; most users never had a manager."""
    directory = turn.session.directory
    return (
        turn.mapping.kind == "Group"
        or manager is not None
        or directory.manager(turn.trace.source_id) is not None
    )
