"""One object at work: what is known of it, how its failure reads, and bringing the target's copy of it up to date.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11-29).
"""

from __future__ import annotations

from msgspec import Struct

from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.provisioning.cycle.decide import Decision
from harness.azure_ad.provisioning.cycle.effects import Fail, Outcome, Settle
from harness.azure_ad.provisioning.cycle.facts import Facts
from harness.azure_ad.provisioning.cycle.records import Connection, Failure
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.log.trace import Trace, as_text
from harness.azure_ad.provisioning.target.dialect import Change, differences, patch_body
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


class Turn(Struct, frozen=True):
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


def bring_up_to_date(turn: Turn, resource: Document) -> bool:
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
        turned_off(turn, "Updating")
        return True
    if decision.waits and trace.action == "disable":
        return False
    trace.step("EntrySynchronizationUpdate")
    booleans = session.quirks["active-in-patch"] == "boolean"
    body = patch_body(changes, flagged=session.flagged, booleans=booleans)
    session.target.patch(mapping, trace.target_id, body)
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


def turned_off(turn: Turn, doing: str) -> Outcome:
    turn.trace.skip("ActionNotAllowed", f"{doing} is turned off for {turn.trace.kind} objects.")
    return Outcome((Settle(),))


def has_references(turn: Turn, manager: str | None) -> bool:
    """Most people without a manager, now or before, need no second look."""
    directory = turn.session.directory
    return (
        turn.mapping.kind == "Group"
        or manager is not None
        or directory.manager(turn.trace.source_id) is not None
    )


def _disables(changes: list[Change]) -> bool:
    return any(change.flow.target == "active" and change.value.casefold() == "false" for change in changes)
