"""Carrying a decision out against the target: requests go out, log steps come in, and what it leads to is handed back.

Nothing is written down here (`effects.py` does that) but the mark of a create under way, which must be there before the
request is.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and
…/customize-application-attributes, "Matching users in the source and target systems" (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.provisioning.cycle.decide import Act, Because, Decision
from harness.azure_ad.provisioning.cycle.effects import (
    AwaitReferences,
    Connect,
    Disconnect,
    Effect,
    Fail,
    ForgetReferences,
    HoldBack,
    Join,
    Outcome,
    Settle,
)
from harness.azure_ad.provisioning.cycle.facts import Facts
from harness.azure_ad.provisioning.cycle.records import Connection, Failure
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.log.provisioning_log import Trace, as_text
from harness.azure_ad.provisioning.target.dialect import Change, create_body, differences, patch_body
from harness.azure_ad.provisioning.target.reactions import INCOMPATIBLE, SCIM
from harness.azure_ad.provisioning.target.target import TargetError
from harness.base.store import Document
from harness.scim.path import read

# The step that fails, and how its failure reads, by what was being done.
_ATTEMPTS = {
    # https://github.com/Budibase/budibase/issues/15369
    "other": (
        "EntryImport",
        "Failed to match an entry in the source and target systems {kind} '{identifier}'",
    ),
    "create": ("EntryExportAdd", "Failed to create {kind} '{identifier}' in {target}"),
    "update": ("EntryExportUpdate", "Failed to update {kind} '{identifier}' in {target}"),
    "disable": ("EntryExportUpdate", "Failed to update {kind} '{identifier}' in {target}"),
    "delete": ("EntryExportDelete", "Failed to delete {kind} '{identifier}' in {target}"),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One object at work; `trace` collects what the log will say of it."""

    session: Session
    mapping: ObjectMapping
    facts: Facts
    decision: Decision
    trace: Trace

    @property
    def connection(self) -> Connection:
        """What the object is tied to, where the decision says that there is something."""
        assert self.facts.connection is not None
        return self.facts.connection

    def failing(self, failure: Failure) -> Fail:
        """Word what failed by what was being done; it is tried again later."""
        trace = self.trace
        step, words = _ATTEMPTS[trace.action]
        target = self.session.frame.target_name
        return Fail(failure, step, words.format(kind=trace.kind, identifier=trace.identifier, target=target))


def carry_out(turn: Turn) -> Outcome:
    """Send what was decided and return what came of it; a refusal is an outcome like any other."""
    turn.trace.secrets |= turn.decision.secrets
    code = turn.session.quirks["failing-objects"].get(turn.trace.identifier)
    if code is not None and turn.decision.act in _EXPORTS:
        return _failing_as_told(turn, code)
    try:
        return _ACTS[turn.decision.act](turn)
    except TargetError as error:
        return Outcome((turn.failing(Failure.of(error)),), fatal=error if error.fatal else None)


def _failing_as_told(turn: Turn, code: str) -> Outcome:
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
    # Another attempt would come to the same, so it is not put into escrow.
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
        return _turned_off(turn, "Deleting")
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
    if not _bring_up_to_date(turn, turn.session.target.read(turn.mapping, trace.target_id)):
        return Outcome((HoldBack(),), logged=False)
    after = replace(
        turn.connection,
        managed=decision.managed,
        identifier=trace.identifier,
        display_name=trace.display_name,
    )
    references = decision.managed and _has_references(turn, turn.connection.manager)
    waits: tuple[Effect, ...] = (AwaitReferences(),) if references else ()
    return Outcome((Connect(after), Settle(references_due=True), *waits))


def _join(turn: Turn) -> Outcome:
    """Look for the object in the target by each matching attribute in turn; create it when none finds it."""
    session, values = turn.session, turn.decision.values.new
    for flow in turn.mapping.matching:
        value = values.get(flow.target)
        if not value:
            continue
        matches = session.target.find(turn.mapping, flow.target, value)
        if len(matches) > 1:
            return _several(flow.target, value, len(matches))
        if matches and session.was_creating(turn.trace.source_id):
            return _create(turn, created=str(matches[0]["id"]))
        if matches:
            return _take_over(turn, matches[0])
    return _create(turn)


def _several(attribute: str, value: str, count: int) -> Outcome:
    failure = Failure(
        f"{SCIM}MultipleEntriesInResponse",
        f"The filter '{attribute} eq \"{value}\"' returned {count} entries where at most one may be; make the matching "
        "attribute unique in the target",
    )
    return Outcome((Fail(failure, "EntryImport", f"Several entries matched '{value}' in the target"),))


def _create(turn: Turn, *, created: str | None = None) -> Outcome:
    """Create the object; `created` is the id of one that a process created which was killed before it could say so."""
    session, mapping, trace, decision = turn.session, turn.mapping, turn.trace, turn.decision
    values = decision.values.new
    trace.action = "create"
    trace.step("EntrySynchronizationAdd")
    for attribute, value in mapping.logged(values).items():
        trace.modify(attribute, None, value)
    if decision.off:
        return _turned_off(turn, "Creating")
    if decision.failure is not None:
        return Outcome((turn.failing(decision.failure),))
    if created is None:
        session.begin_create(trace.source_id)
        created, _ = session.target.create(mapping, create_body(mapping, values, session.quirks))
    cause = f"The answer to the create has the id '{created}', which belongs to another object already"
    taken = turn.failing(Failure(INCOMPATIBLE, cause))
    if session.source_of(created) is not None:
        return Outcome((taken,))
    trace.target_id = created
    trace.step("EntryExportAdd")
    return Outcome((_joined(turn, taken),))


def _take_over(turn: Turn, resource: Document) -> Outcome:
    """Take over the one account that matched, from an object that left if need be, but from no other.

    That an account goes over to the newcomer when its former object was deleted or unassigned is inferred.
    """
    session, trace = turn.session, turn.trace
    trace.target_id = str(resource["id"])
    holder = session.source_of(trace.target_id)
    former = session.connection(holder) if holder is not None else None
    if former is not None and former.managed and session.directory.get(former.kind, str(holder)) is not None:
        trace.target_id = ""
        return Outcome((_duplicate(turn, f"'{former.identifier}'"),))
    sent = _bring_up_to_date(turn, resource)
    taken = _duplicate(turn, "'Another object'")
    joined = replace(_joined(turn, taken), holder=holder, former=former)
    return Outcome((joined,)) if sent else Outcome((joined, HoldBack()), logged=False)


def _duplicate(turn: Turn, other: str) -> Fail:
    cause = f"{other} in the source has the same matching value and was provisioned already"
    return turn.failing(Failure("DuplicateSourceEntries", cause))


def _joined(turn: Turn, taken: Fail) -> Join:
    trace = turn.trace
    connection = Connection(trace.kind, trace.target_id, True, None, trace.identifier, trace.display_name)
    return Join(connection, taken, references=_has_references(turn, None))


def _bring_up_to_date(turn: Turn, resource: Document) -> bool:
    """Send what differs, in one PATCH; nothing when both sides agree. False when a disable must wait."""
    session, mapping, trace, decision = turn.session, turn.mapping, turn.trace, turn.decision
    plain = {
        flow.target: as_text(value) or ""
        for flow in mapping.flows
        if (value := read(resource, flow.path)) is not None
    }
    trace.secrets |= mapping.secrets({}, plain)
    before = mapping.logged(plain)
    trace.step("EntryImport", {"id": trace.target_id, **before})
    changes = differences(mapping, decision.values.present, resource)
    if not changes:
        _redundant(trace)
        return True
    trace.action = "disable" if _disables(changes) else "update"
    after = mapping.logged({change.flow.target: change.value for change in changes})
    for attribute, value in after.items():
        trace.modify(attribute, before.get(attribute), value)
    if "Update" not in mapping.allowed:
        _turned_off(turn, "Updating")
        return True
    if decision.waits and trace.action == "disable":
        return False
    trace.step("EntrySynchronizationUpdate")
    session.target.patch(mapping, trace.target_id, patch_body(changes, flagged=session.flagged))
    trace.step("EntryExportUpdate")
    return True


def _redundant(trace: Trace) -> None:
    # Word by word as in the sample of synchronizationjob-provisionondemand (read 2026-11).
    alike = f"The state of the {trace.kind.lower()} in both the source and target systems already match."
    trace.skip(
        "RedundantExport",
        f"{alike} No change to the {trace.kind} '{trace.identifier}' currently needs to be made.",
        brief=alike,
    )


def _turned_off(turn: Turn, doing: str) -> Outcome:
    turn.trace.skip("ActionNotAllowed", f"{doing} is turned off for {turn.trace.kind} objects.")
    return Outcome((Settle(),))


def _has_references(turn: Turn, manager: str | None) -> bool:
    """Most people without a manager, now or before, need no second look."""
    directory = turn.session.directory
    return (
        turn.mapping.kind == "Group"
        or manager is not None
        or directory.manager(turn.trace.source_id) is not None
    )


def _disables(changes: list[Change]) -> bool:
    return any(change.flow.target == "active" and change.value.casefold() == "false" for change in changes)


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
    Act.JOIN: _join,
    Act.UPDATE: _update,
    Act.DISABLE: _update,
    Act.DELETE: _delete,
    Act.FAIL: _fail,
}
