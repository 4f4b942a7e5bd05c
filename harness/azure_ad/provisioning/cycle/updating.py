"""Bringing the target's copy of an object up to date: what differs goes out in one PATCH.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works,
Incremental cycles, steps 5, 7 and 8 (read 2026-11-29).
"""

from __future__ import annotations

from harness.azure_ad.provisioning.cycle.turn import Turn, turned_off
from harness.azure_ad.provisioning.log.trace import Trace, as_text
from harness.azure_ad.provisioning.target.dialect import Change, differences, patch_body
from harness.base.store import Document
from harness.scim.path import read


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
    # Word by word as in the sample of synchronizationjob-provisionondemand, Example 1 (read 2026-11-29).
    alike = f"The state of the {trace.kind.lower()} in both the source and target systems already match."
    trace.skip(
        "RedundantExport",
        f"{alike} No change to the {trace.kind} '{trace.identifier}' currently needs to be made.",
        brief=alike,
    )


def _disables(changes: list[Change]) -> bool:
    return any(change.flow.target == "active" and change.value.casefold() == "false" for change in changes)
