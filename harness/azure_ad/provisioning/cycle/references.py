"""Sends references after all objects: a user's manager, a group's members.

A reference to an object that is not in the target yet is left out, which is no failure.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works, "Provisioning cycles: Initial and
incremental", and …/use-scim-to-provision-users-and-groups, "SCIM protocol requests and responses" (both read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct
from msgspec.structs import replace

from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.provisioning.cycle.effects import (
    Connect,
    Effect,
    Fail,
    MarkMembers,
    apply,
)
from harness.azure_ad.provisioning.cycle.records import Connection, Failure
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.log.trace import Trace
from harness.azure_ad.provisioning.target.dialect import manager_body, member_body
from harness.azure_ad.provisioning.target.target import TargetError
from harness.base.store import Document


class _Change(Struct, frozen=True):
    """One PATCH that adds or removes references to the target ids `others`; `sent` is the record to save if it succeeds."""

    mapping: ObjectMapping
    trace: Trace
    body: Document
    others: tuple[str, ...]
    adding: bool
    sent: Effect


def synchronize_references(session: Session) -> Iterator[None]:
    """Bring the references of every waiting object up to date, yielding after each request.

    Raises TargetError when the connection itself is bad; the object then goes on waiting.
    """
    for source_id in session.pending_references():
        yield from references_of(session, source_id)
        with session.store.transaction():
            session.settle_references(source_id)
            session.references_done(source_id)
        yield


def references_of(session: Session, source_id: str, only: Collection[str] | None = None) -> Iterator[None]:
    """Bring one object's references up to date, yielding between requests; of a group's members `only` these.

    Raises TargetError when the connection itself is bad.
    """
    connection = session.connection(source_id)
    mapping = session.mappings.get(connection.kind) if connection else None
    if connection is None or mapping is None or mapping.reference is None:
        return
    if mapping.kind == "User":
        _manager(session, mapping, source_id, connection)
    else:
        yield from _members(session, mapping, source_id, connection, only)


def _manager(session: Session, mapping: ObjectMapping, source_id: str, connection: Connection) -> None:
    assert mapping.reference is not None
    manager = session.directory.manager(source_id)
    linked = session.connection(manager) if manager else None
    after, before = (linked.target_id if linked else None), connection.manager
    if after == before or (manager and linked is None):
        return
    trace = _trace(source_id, connection)
    trace.modify(mapping.reference.target, before, after or "")
    removal = session.quirks["manager-removal"] if after is None else ""
    body = manager_body(mapping.reference.target, after, before, removal=removal, flagged=session.flagged)
    sent = Connect(replace(connection, manager=after))
    others = (after or before or "",)
    _send(session, _Change(mapping, trace, body, others, adding=after is not None, sent=sent))


def _members(
    session: Session,
    mapping: ObjectMapping,
    source_id: str,
    connection: Connection,
    only: Collection[str] | None,
) -> Iterator[None]:
    exported = [member for member in session.exported_members(source_id) if only is None or member in only]
    before = set(exported)
    present = (member for member in session.directory.members(source_id) if only is None or member in only)
    after = [member for member in present if session.connection(member)]
    gone = set(exported) - set(after)
    leaving = []
    for member in (member for member in exported if member in gone):
        if session.connection(member):
            leaving.append(member)
        else:
            # Deleted in the target, and out of its groups with that.
            session.mark_member(source_id, member, present=False)
    for adding, members in ((True, [member for member in after if member not in before]), (False, leaving)):
        size = session.quirks["members-per-patch"]
        for start in range(0, len(members), size):
            _patch_members(
                session, mapping, source_id, connection, members[start : start + size], adding=adding
            )
            yield


def _patch_members(
    session: Session,
    mapping: ObjectMapping,
    source_id: str,
    connection: Connection,
    members: list[str],
    *,
    adding: bool,
) -> None:
    assert mapping.reference is not None
    targets = [linked.target_id for member in members if (linked := session.connection(member))]
    trace = _trace(source_id, connection)
    for target in targets:
        trace.modify(mapping.reference.target, None if adding else target, target if adding else None)
    body = member_body(targets, adding=adding, flagged=session.flagged)
    sent = MarkMembers(tuple(members), adding)
    _send(session, _Change(mapping, trace, body, tuple(targets), adding=adding, sent=sent))


def _send(session: Session, change: _Change) -> None:
    """Send a PATCH, and save that it was sent, or why not. Raises TargetError when the connection itself is bad."""
    trace, effect, fatal = change.trace, change.sent, None
    try:
        _patch(session, change)
    except TargetError as error:
        description = f"Failed to update {trace.kind} '{trace.identifier}' in {session.frame.target_name}"
        effect = Fail(Failure.of(error), "EntryExportUpdate", description, references=True)
        fatal = error if error.fatal else None
    with session.store.transaction():
        apply(session, trace, (effect,))
        session.log(trace)
    if fatal is not None:
        raise fatal


def _patch(session: Session, change: _Change) -> None:
    """Send a PATCH, unless the check of the quirk `reference-check` finds it done. Raises TargetError."""
    mapping, trace = change.mapping, change.trace
    if session.quirks["reference-check"] and all(
        session.target.refers(mapping, trace.target_id, other) is change.adding for other in change.others
    ):
        trace.skip("RedundantExport", "The target's references are as they should be.")
        return
    session.target.patch(mapping, trace.target_id, change.body)
    trace.step("EntryExportUpdate")


def _trace(source_id: str, connection: Connection) -> Trace:
    trace = Trace(connection.kind, source_id, connection.identifier, connection.display_name, action="update")
    trace.target_id = connection.target_id
    trace.step("EntryImportUpdate")
    return trace
