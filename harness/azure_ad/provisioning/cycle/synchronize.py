"""One object's turn in a cycle: facts, decision, requests, effects, and one log entry.

    gather (facts.py) ─► decide (decide.py) ─► carry_out (send.py) ─► write_down (effects.py)

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Callable

from harness.azure_ad.mappings.functions.dates import write_date
from harness.azure_ad.provisioning.cycle.decide import Act, decide
from harness.azure_ad.provisioning.cycle.effects import Outcome, Settle, write_down
from harness.azure_ad.provisioning.cycle.facts import Facts, gather
from harness.azure_ad.provisioning.cycle.send import carry_out
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.cycle.turn import Turn
from harness.azure_ad.provisioning.log.steps import ESCROW_RETRY
from harness.azure_ad.provisioning.log.trace import Trace
from harness.azure_ad.provisioning.target.target import explain
from harness.base.clock import iso
from harness.base.store import Document

_SILENT = (Act.NOT_LISTED, Act.FORGET)


def synchronize(
    session: Session, kind: str, source_id: str, document: Document | None, finish: Callable[[], None]
) -> None:
    """Bring one object of the directory (None when it left) and its copy in the target together.

    Requests go out first; then connection, escrow and log entry are written in one transaction, in which `finish`
    takes part. Raises TargetError when the connection itself is bad (after logging the object's failure).
    """
    facts = gather(session, kind, source_id, document, session.clock.now())
    decision, trace = decide(facts), _trace(facts)
    if facts.mapping is None:
        outcome = Outcome((Settle(),), logged=False)
    else:
        if decision.act not in _SILENT:
            _log_import(facts, trace)
        outcome = carry_out(Turn(session, facts.mapping, facts, decision, trace))
    write_down(session, trace, outcome, finish)
    if outcome.fatal is not None:
        if trace.secrets:
            outcome.fatal.message = trace.shown(explain(outcome.fatal))
        raise outcome.fatal


def _log_import(facts: Facts, trace: Trace) -> None:
    """Log the object's import, and whether it is in scope."""
    if facts.scope is None or facts.mapping is None:
        trace.step("EntryImportDelete")
        return
    new, escrow = facts.connection is None, facts.escrow
    if escrow is not None:
        # The details of https://help.sumologic.com/docs/integrations/microsoft-azure, event of 2026-03-24.
        trace.step(
            ESCROW_RETRY,
            {
                "CountProcessed": str(escrow.attempts),
                "CreationTime": iso(escrow.began, 7),
                "Identifier": trace.source_id,
                "ModificationType": "Add" if new else "Update",
                "NextAttempt": write_date(escrow.next),
                "Origin": "Source",
                "TypeName": "EscrowedEntryDefault",
            },
        )
    attributes = facts.mapping.logged_source(facts.attributes)
    trace.step("EntryImportAdd" if new else "EntryImportUpdate", attributes)
    trace.step("EntrySynchronizationScoping", facts.scope.details())


def _trace(facts: Facts) -> Trace:
    kind, document = facts.kind, facts.document
    if document is not None:
        identifier = document["userPrincipalName" if kind == "User" else "displayName"]
        return Trace(kind, facts.key, identifier, document.get("displayName") or identifier)
    if facts.connection is not None:
        return Trace(kind, facts.key, facts.connection.identifier, facts.connection.display_name)
    return Trace(kind, facts.key, facts.key, facts.key)
