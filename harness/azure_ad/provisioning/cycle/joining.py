"""Joining a source object to the target's: the one that matches is taken over, where none does it is created.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and
…/customize-application-attributes, "Matching users in the source and target systems" (read 2026-11).
"""

from __future__ import annotations

from harness.azure_ad.mappings.functions import Value
from harness.azure_ad.provisioning.cycle.exporting import failing, has_references, update, values_of
from harness.azure_ad.provisioning.cycle.session import Connection, Failure
from harness.azure_ad.provisioning.cycle.turn import Keep, Turn
from harness.azure_ad.provisioning.target.dialect import create_body
from harness.azure_ad.provisioning.target.reactions import INCOMPATIBLE, SCIM
from harness.base.store import Document


def match(turn: Turn, attributes: dict[str, Value]) -> Keep:
    """Look for the object in the target by each matching attribute in turn; create it when none finds it."""
    session, mapping, trace = turn.session, turn.mapping, turn.trace
    values = values_of(turn, attributes, creating=True)
    if not any(values.get(flow.target) for flow in mapping.matching):
        wanted = mapping.matching[0].target
        missing = f"{trace.kind} '{trace.identifier}' has no value for {wanted}"
        trace.step("EntryImport", status="failure", description=missing)
        trace.fail(
            "ImportSkipped", f"The matching attribute '{wanted}' has no value in the source; give it one."
        )
        return lambda: session.settle(trace.source_id)
    for flow in mapping.matching:
        if not values.get(flow.target):
            continue
        found = session.target.find(mapping, flow.target, values[flow.target])
        if len(found) > 1:
            return _several(turn, flow.target, values[flow.target], len(found))
        if found and session.was_creating(trace.source_id):
            return _create(turn, values, made=str(found[0]["id"]))
        if found:
            return _adopt(turn, attributes, found[0])
    return _create(turn, values)


def _several(turn: Turn, attribute: str, value: str, count: int) -> Keep:
    session, trace = turn.session, turn.trace
    failure = Failure(
        f"{SCIM}MultipleEntriesInResponse",
        f"The filter '{attribute} eq \"{value}\"' returned {count} entries where at most one may be; make the matching "
        "attribute unique in the target",
    )
    several = f"Several entries matched '{value}' in the target"
    return lambda: session.fail(trace, failure, step="EntryImport", description=several)


def _create(turn: Turn, values: dict[str, str], *, made: str | None = None) -> Keep:
    """Create the object; `made` is the id of one that a process created which was killed before it could say so."""
    session, mapping, trace = turn.session, turn.mapping, turn.trace
    trace.action = "create"
    trace.step("EntrySynchronizationAdd")
    for attribute, value in mapping.logged(values).items():
        trace.modify(attribute, None, value)
    if "Add" not in mapping.allowed:
        trace.skip("ActionNotAllowed", f"Creating is turned off for {trace.kind} objects.")
        return lambda: session.settle(trace.source_id)
    lacking = mapping.required - values.keys()
    if lacking and session.quirks["required-without-value"] == "refused":
        cause = f"No value for what the target requires: {', '.join(sorted(lacking))}"
        return failing(turn, Failure("MissingValues", cause))
    if made is None:
        session.begin_create(trace.source_id)
        made, _ = session.target.create(mapping, create_body(mapping, values, session.quirks))
    key = made
    if session.source_of(key) is not None:
        cause = f"The answer to the create has the id '{key}', which belongs to another object already"
        return failing(turn, Failure(INCOMPATIBLE, cause))
    trace.target_id = key
    trace.step("EntryExportAdd")
    return lambda: _connect(turn, key)


def _adopt(turn: Turn, attributes: dict[str, Value], resource: Document) -> Keep:
    """Take over the one account that matched, from an object that left if need be, but from no other.

    That an account goes over to the newcomer when its former object was deleted or unassigned is inferred.
    """
    session, trace = turn.session, turn.trace
    key = str(resource["id"])
    holder = session.source_of(key)
    former = session.connection(holder) if holder is not None else None
    if former is not None and former.managed and session.directory.get(former.kind, str(holder)) is not None:
        return _duplicate(turn, former.identifier)
    trace.target_id = key
    keep = update(turn, values_of(turn, attributes, creating=False), resource)

    def keep_both() -> None:
        if session.source_of(key) != holder:
            return _duplicate(turn, "Another object")()  # at work at the same time
        if holder is not None and former is not None:
            session.disconnect(holder, former)
        _connect(turn, key)
        return session.hold_back(trace.source_id, trace.kind) if keep is None else keep()

    return keep_both


def _duplicate(turn: Turn, other: str) -> Keep:
    cause = f"'{other}' in the source has the same matching value and was provisioned already"
    return failing(turn, Failure("DuplicateSourceEntries", cause))


def _connect(turn: Turn, key: str) -> None:
    """Tie the object to the target's id; its own references are due, and groups that waited for who failed at first."""
    session, trace = turn.session, turn.trace
    connection = Connection(trace.kind, key, True, None, trace.identifier, trace.display_name)
    session.connect(trace.source_id, connection, new=True)
    if has_references(turn, connection):
        session.await_references(trace.source_id)
    for group in session.directory.groups_of(trace.source_id) if trace.kind == "User" else ():
        if session.connection(group) and (
            session.escrow(trace.source_id) or session.quirks["late-members"] == "added"
        ):
            session.await_references(group)
    session.settle(trace.source_id)
