"""Connecting an object to one in the target: search by each matching attribute, then take over or create.

`effects.py` writes the result. Only the mark of a create under way is written here, before the request.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes, "Matching users in
the source and target systems" (read 2026-11-29).
"""

from __future__ import annotations

from msgspec.structs import replace

from harness.azure_ad.provisioning.cycle.effects import ComeAgain, Effect, Fail, HoldBack, Join, Outcome
from harness.azure_ad.provisioning.cycle.records import Connection, Failure
from harness.azure_ad.provisioning.cycle.turn import Turn, has_references, turned_off
from harness.azure_ad.provisioning.cycle.updating import bring_up_to_date
from harness.azure_ad.provisioning.target.dialect import create_body
from harness.azure_ad.provisioning.target.reactions import INCOMPATIBLE, SCIM
from harness.base.store import Document

# https://documentation.immuta.com/knowledge-base/, "Attributes are not updated during initial create user payload via SCIM on
# Azure AD", "Resolution" (read 2026-11-30)
_NOT_EXPORTED = (
    "A property of an entry was not exported, because exporting the property is not supported for this operation: Add. The "
    "entry is {}. The property is {}."
)


def join(turn: Turn) -> Outcome:
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
    """Create the object; `created` is the id of one that a process created before it was killed."""
    session, mapping, trace, decision = turn.session, turn.mapping, turn.trace, turn.decision
    left_out = _left_out(turn)
    values = decision.values.new
    if left_out:
        values = {name: value for name, value in values.items() if name not in left_out}
    trace.action = "create"
    trace.step("EntrySynchronizationAdd")
    trace.modified += [(attribute, None, value) for attribute, value in mapping.logged(values).items()]
    if decision.off:
        return turned_off(turn, "Creating")
    if decision.failure is not None:
        return Outcome((turn.failing(decision.failure),))
    if created is None:
        session.begin_create(trace.source_id)
        created, _ = session.target.create(mapping, create_body(mapping, values, session.quirks))
    cause = f"The answer to the create has the id '{created}', which belongs to another object already"
    taken = Failure(INCOMPATIBLE, cause)
    again: tuple[Effect, ...] = (ComeAgain(),) if left_out else ()
    return Outcome((_joined(turn, created, taken, step="EntryExportAdd"), *again))


def _left_out(turn: Turn) -> frozenset[str]:
    """Return the custom attributes that are left out of a POST, and log each."""
    late = turn.mapping.late
    if turn.session.quirks["custom-attributes-on-create"] == "sent" or not late:
        return frozenset()
    names = [name for name in late if name in turn.decision.values.new]
    for name in names:
        turn.trace.step(
            "EntryExportAdd", {"Property": name}, "warning", _NOT_EXPORTED.format(turn.trace.identifier, name)
        )
    return frozenset(names)


def _take_over(turn: Turn, resource: Document) -> Outcome:
    """Take over the one account that matched, from an object that left if need be, but from no other.

    It is inferred that the new object gets the account of one that was deleted or unassigned.
    """
    session, trace = turn.session, turn.trace
    trace.target_id = str(resource["id"])
    holder = session.source_of(trace.target_id)
    former = session.connection(holder) if holder is not None else None
    if former is not None and former.managed and session.directory.get(former.kind, str(holder)) is not None:
        trace.target_id = ""
        return Outcome((turn.failing(_duplicate(f"'{former.identifier}'")),))
    sent = bring_up_to_date(turn, resource)
    taken = _duplicate("'Another object'")
    joined = replace(_joined(turn, trace.target_id, taken), holder=holder, former=former)
    return Outcome((joined,)) if sent else Outcome((joined, HoldBack()), logged=False)


def _duplicate(other: str) -> Failure:
    cause = f"{other} in the source has the same matching value and was provisioned already"
    return Failure("DuplicateSourceEntries", cause)


def _joined(turn: Turn, target_id: str, taken: Failure, *, step: str = "") -> Join:
    trace = turn.trace
    connection = Connection(trace.kind, target_id, True, None, trace.identifier, trace.display_name)
    return Join(connection, taken, references=has_references(turn, None), step=step)
