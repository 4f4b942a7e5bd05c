"""References, after all objects: a user's manager, a group's members.

A reference to an object that the target does not know yet is left out and does not fail anything.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and
…/use-scim-to-provision-users-and-groups (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.provisioning.cycle.session import Connection, Failure, Session
from harness.azure_ad.provisioning.log.provisioning_log import Trace
from harness.azure_ad.provisioning.target.dialect import manager_body, member_body
from harness.azure_ad.provisioning.target.target import TargetError
from harness.base.store import Document


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
    wanted, held = (linked.target_id if linked else None), connection.manager
    if wanted == held or (manager and linked is None):
        return
    trace = _trace(source_id, connection)
    trace.modify(mapping.reference.target, held, wanted or "")
    removal = session.quirks["manager-removal"] if wanted is None else ""
    body = manager_body(mapping.reference.target, wanted, held, removal=removal, flagged=session.flagged)
    error = _send(session, mapping, trace, body, [wanted or held or ""], adding=wanted is not None)
    with session.store.transaction():
        if error is None:
            session.connect(source_id, connection._replace(manager=wanted))
        session.log(trace)
    if error is not None and error.fatal:
        raise error


def _members(
    session: Session,
    mapping: ObjectMapping,
    source_id: str,
    connection: Connection,
    only: Collection[str] | None,
) -> Iterator[None]:
    exported = [member for member in session.exported_members(source_id) if only is None or member in only]
    held = set(exported)
    present = (member for member in session.directory.members(source_id) if only is None or member in only)
    wanted = [member for member in present if session.connection(member)]
    gone = set(exported) - set(wanted)
    leaving = []
    for member in (member for member in exported if member in gone):
        if session.connection(member):
            leaving.append(member)
        else:
            # Deleted in the target, and out of its groups with that.
            session.mark_member(source_id, member, present=False)
    for adding, members in ((True, [member for member in wanted if member not in held]), (False, leaving)):
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
    error = _send(session, mapping, trace, body, targets, adding=adding)
    with session.store.transaction():
        if error is None:
            for member in members:
                session.mark_member(source_id, member, present=adding)
        session.log(trace)
    if error is not None and error.fatal:
        raise error


def _send(
    session: Session, mapping: ObjectMapping, trace: Trace, body: Document, others: list[str], *, adding: bool
) -> TargetError | None:
    """Send a PATCH that adds or removes the `others`, unless the target says that it has been done already."""
    target = session.frame.target_name
    try:
        if session.quirks["reference-check"] and all(
            session.target.refers(mapping, trace.target_id, other) is adding for other in others
        ):
            trace.skip("RedundantExport", "The target's references are as they should be.")
            return None
        session.target.patch(mapping, trace.target_id, body)
    except TargetError as error:
        description = f"Failed to update {trace.kind} '{trace.identifier}' in {target}"
        session.fail(
            trace, Failure.of(error), step="EntryExportUpdate", description=description, references=True
        )
        return error
    trace.step("EntryExportUpdate")
    return None


def _trace(source_id: str, connection: Connection) -> Trace:
    trace = Trace(connection.kind, source_id, connection.identifier, connection.display_name, action="update")
    trace.target_id = connection.target_id
    trace.step("EntryImportUpdate")
    return trace
