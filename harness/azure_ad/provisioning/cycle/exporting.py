"""What is sent for an object that the target holds already: one PATCH with what differs, or a DELETE.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.azure_ad.mappings.functions import Value
from harness.azure_ad.provisioning.cycle.session import Connection, Failure
from harness.azure_ad.provisioning.cycle.turn import Keep, Turn
from harness.azure_ad.provisioning.log.provisioning_log import as_text
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


def update_linked(turn: Turn, connection: Connection, attributes: dict[str, Value], *, managed: bool) -> Keep:
    """Read what the target holds and bring it up to date; `managed` is whether the object stays in scope."""
    session, mapping, trace = turn.session, turn.mapping, turn.trace
    values = values_of(turn, attributes, creating=False)
    trace.target_id = connection.target_id
    keep = update(turn, values, session.target.read(mapping, connection.target_id))
    if keep is None:
        return lambda: session.hold_back(trace.source_id, trace.kind)

    def keep_connection() -> None:
        keep()
        after = connection._replace(
            managed=managed, identifier=trace.identifier, display_name=trace.display_name
        )
        session.connect(trace.source_id, after)
        session.settle_object(trace.source_id)
        if managed and has_references(turn, connection):
            session.await_references(trace.source_id)

    return keep_connection


def update(turn: Turn, values: dict[str, str], resource: Document) -> Keep | None:
    """Send what differs, in one PATCH; nothing when both sides agree; None when a disable must wait."""
    session, mapping, trace = turn.session, turn.mapping, turn.trace
    plain = {
        flow.target: as_text(value) or ""
        for flow in mapping.flows
        if (value := read(resource, flow.path)) is not None
    }
    if mapping.redacted:
        trace.secrets |= mapping.secrets({}, plain)
    held = mapping.logged(plain)
    trace.step("EntryImport", {"id": trace.target_id, **held})
    changes = differences(mapping, values, resource)
    if not changes:
        # Word by word as in the sample of synchronizationjob-provisionondemand (read 2026-11).
        alike = f"The state of the {trace.kind.lower()} in both the source and target systems already match."
        trace.skip(
            "RedundantExport",
            f"{alike} No change to the {trace.kind} '{trace.identifier}' currently needs to be made.",
            told=alike,
        )
        return lambda: None
    trace.action = "disable" if _disables(changes) else "update"
    if trace.action == "disable" and session.most_deletes is not None:
        trace.steps.clear()
        return None
    shown = mapping.logged({change.flow.target: change.value for change in changes})
    for target, value in shown.items():
        trace.modify(target, held.get(target), value)
    if "Update" not in mapping.allowed:
        trace.skip("ActionNotAllowed", f"Updating is turned off for {trace.kind} objects.")
        return lambda: None
    trace.step("EntrySynchronizationUpdate")
    session.target.patch(mapping, trace.target_id, patch_body(changes, flagged=session.flagged))
    trace.step("EntryExportUpdate")
    return lambda: None


def delete(turn: Turn, connection: Connection) -> Keep:
    """Delete the target's object, or hold that back until it is known how many there are."""
    session, mapping, trace = turn.session, turn.mapping, turn.trace
    trace.action = "delete"
    trace.target_id = connection.target_id
    if "Delete" not in mapping.allowed:
        trace.skip("ActionNotAllowed", f"Deleting is turned off for {trace.kind} objects.")
        return lambda: session.settle(trace.source_id)
    if session.most_deletes is not None:
        trace.steps.clear()
        return lambda: session.hold_back(trace.source_id, trace.kind)
    trace.step("EntrySynchronizationDelete")
    session.target.delete(mapping, connection.target_id)
    trace.step("EntryExportDelete")

    def keep() -> None:
        session.disconnect(trace.source_id, connection)
        session.settle(trace.source_id)
        session.references_done(trace.source_id)

    return keep


def values_of(turn: Turn, attributes: Mapping[str, Value], *, creating: bool) -> dict[str, str]:
    """Return what should be sent, and keep what Redact hides out of all that the log says from now on."""
    mapping, trace = turn.mapping, turn.trace
    if not mapping.redacted:
        return mapping.values(attributes, creating=creating)
    trace.secrets |= mapping.secrets(attributes, {})
    values = mapping.values(attributes, creating=creating)
    trace.secrets |= mapping.secrets({}, values)
    return values


def failing(turn: Turn, failure: Failure) -> Keep:
    """Tell of what failed in the words of what was being done, and try again later."""
    session, trace = turn.session, turn.trace
    step, words = _ATTEMPTS[trace.action]
    target = session.frame.target_name
    description = words.format(kind=trace.kind, identifier=trace.identifier, target=target)
    return lambda: session.fail(trace, failure, step=step, description=description)


def has_references(turn: Turn, connection: Connection) -> bool:
    """Most people without a manager need no second look."""
    session, trace = turn.session, turn.trace
    return (
        trace.kind == "Group"
        or connection.manager is not None
        or session.directory.manager(trace.source_id) is not None
    )


def _disables(changes: list[Change]) -> bool:
    return any(change.flow.target == "active" and change.value.casefold() == "false" for change in changes)
