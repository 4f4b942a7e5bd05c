"""Carrying a decision out: requests to the target, steps for the log, and the effects, which `effects.py` writes.

`matching.py` searches and creates, `updating.py` updates.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from harness.azure_ad.provisioning.cycle.decide import Act, Because, decide
from harness.azure_ad.provisioning.cycle.effects import (
    AwaitReferences,
    Connect,
    Disconnect,
    Effect,
    ForgetReferences,
    HoldBack,
    Outcome,
    Settle,
)
from harness.azure_ad.provisioning.cycle.matching import join
from harness.azure_ad.provisioning.cycle.records import Failure
from harness.azure_ad.provisioning.cycle.turn import Turn, has_references, turned_off
from harness.azure_ad.provisioning.cycle.updating import bring_up_to_date
from harness.azure_ad.provisioning.target.target import TargetError


def carry_out(turn: Turn) -> Outcome:
    """Send the requests of a decision; return the outcome, which may be a refusal."""
    turn.trace.secrets |= turn.decision.secrets
    code = turn.session.quirks["failing-objects"].get(turn.trace.identifier)
    if code is not None and turn.decision.act in _EXPORTS:
        return _failing_by_quirk(turn, code)
    try:
        return _ACTS[turn.decision.act](turn)
    except TargetError as error:
        if _matches_again(turn, error):
            return _matched_again(turn)
        return Outcome((turn.failing(Failure.of(error)),), fatal=error if error.fatal else None)


def _matches_again(turn: Turn, error: TargetError) -> bool:
    """Return whether an object whose connection leads to nothing is searched again."""
    gone = error.code == "InvalidAnchor" and turn.decision.act is Act.UPDATE
    return gone and turn.session.quirks["missing-anchor"] == "match again"


def _matched_again(turn: Turn) -> Outcome:
    facts = replace(turn.facts, connection=None)
    turn.trace.target_id = ""
    outcome = carry_out(replace(turn, facts=facts, decision=decide(facts)))
    return replace(outcome, effects=(Disconnect(turn.connection), *outcome.effects))


def _failing_by_quirk(turn: Turn, code: str) -> Outcome:
    turn.trace.action = "create" if turn.facts.connection is None else _EXPORTS[turn.decision.act]
    return Outcome((turn.failing(Failure(code, f"The application reports {code}")),))


def _not_listed(_: Turn) -> Outcome:
    return Outcome((Settle(),), logged=False)


def _forget(turn: Turn) -> Outcome:
    return Outcome((Settle(), Disconnect(turn.connection)), logged=False)


def _leave_alone(turn: Turn) -> Outcome:
    trace, scope = turn.trace, turn.facts.scope
    assert scope is not None
    trace.skip(
        "NotEffectivelyEntitled",
        f"The {trace.kind} '{trace.identifier}' is not assigned to the application or not active in the source; "
        "nothing is sent for it.",
        scope.details(),
    )
    return Outcome((Settle(),), logged=turn.session.quirks["log-unassigned-users"])


def _fail(turn: Turn) -> Outcome:
    failure, trace = turn.decision.failure, turn.trace
    assert failure is not None
    if turn.decision.because is not Because.NOTHING_TO_MATCH_BY:
        return Outcome((turn.failing(failure),))
    # Another attempt would fail in the same way, so there is no escrow.
    attribute = turn.mapping.matching[0].target
    missing = f"{trace.kind} '{trace.identifier}' has no value for {attribute}"
    trace.step("EntryImport", status="failure", description=missing)
    advice = f"The matching attribute '{attribute}' has no value in the source; give it one."
    trace.fail(failure.code, advice)
    return Outcome((Settle(),))


def _delete(turn: Turn) -> Outcome:
    session, mapping, trace, decision = turn.session, turn.mapping, turn.trace, turn.decision
    trace.action, trace.target_id = "delete", turn.connection.target_id
    if decision.off:
        return turned_off(turn, "Deleting")
    if decision.waits:
        return Outcome((HoldBack(),), logged=False)
    trace.step("EntrySynchronizationDelete")
    session.target.delete(mapping, trace.target_id)
    trace.step("EntryExportDelete")
    return Outcome((Disconnect(turn.connection), Settle(), ForgetReferences()))


def _update(turn: Turn) -> Outcome:
    """Read what the target holds and bring it up to date."""
    trace, decision = turn.trace, turn.decision
    trace.target_id = turn.connection.target_id
    if not bring_up_to_date(turn, turn.session.target.read(turn.mapping, trace.target_id)):
        return Outcome((HoldBack(),), logged=False)
    after = replace(
        turn.connection,
        managed=decision.managed,
        identifier=trace.identifier,
        display_name=trace.display_name,
    )
    references = decision.managed and has_references(turn, turn.connection.manager)
    waits: tuple[Effect, ...] = (AwaitReferences(),) if references else ()
    return Outcome((Connect(after), Settle(references_due=True), *waits))


# What fails when an object is among the `failing-objects`.
_EXPORTS: Mapping[Act, str] = {
    Act.JOIN: "create",
    Act.UPDATE: "update",
    Act.DISABLE: "disable",
    Act.DELETE: "delete",
}
_ACTS: Mapping[Act, Callable[[Turn], Outcome]] = {
    Act.NOT_LISTED: _not_listed,
    Act.FORGET: _forget,
    Act.LEAVE_ALONE: _leave_alone,
    Act.JOIN: join,
    Act.UPDATE: _update,
    Act.DISABLE: _update,
    Act.DELETE: _delete,
    Act.FAIL: _fail,
}
