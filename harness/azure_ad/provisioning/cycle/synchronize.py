"""One object's turn in a cycle: import, scope, match, decide, export, and one log entry that tells all of it.

The decision table is the documented one: no match creates, a match is taken over, what left the scope is disabled
(deleted where nothing can disable it, groups always), what is alike on both sides is skipped.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.azure_ad.directory.properties import source_attributes
from harness.azure_ad.mappings.expression import EvaluationError
from harness.azure_ad.mappings.functions import Value
from harness.azure_ad.mappings.functions.dates import write_date
from harness.azure_ad.provisioning.cycle.exporting import delete, failing, update_linked
from harness.azure_ad.provisioning.cycle.joining import match
from harness.azure_ad.provisioning.cycle.scoping import Scope, look_at
from harness.azure_ad.provisioning.cycle.session import Connection, Failure, Session
from harness.azure_ad.provisioning.cycle.turn import Keep, Turn, Write
from harness.azure_ad.provisioning.log.provisioning_log import ESCROW_RETRY, Trace
from harness.azure_ad.provisioning.target.target import TargetError, explain
from harness.base.clock import from_iso, iso
from harness.base.store import Document

STAGED_DELETE = "stagedDelete"


def synchronize(
    session: Session, kind: str, source_id: str, document: Document | None, finish: Callable[[], None]
) -> None:
    """Bring one object of the directory (None when it left) and its copy in the target together.

    Requests go out first; then connection, escrow and log entry are written in one transaction, in which `finish`
    takes part. Raises TargetError when the connection itself is bad (after logging the object's failure).
    """
    mapping = session.mappings.get(kind)
    connection = session.connection(source_id)
    if mapping is None or (document is None and connection is None):
        with session.store.transaction():
            session.settle(source_id)
            finish()
        return
    fatal: TargetError | None = None
    if document is None:
        assert connection is not None
        turn = Turn(session, mapping, _trace_of_connected(mapping.kind, source_id, connection))
        write = _gone(turn, connection)
    else:
        turn = Turn(session, mapping, _trace(kind, document))
        write = _present(turn, document, connection)
    trace = turn.trace
    try:
        keep = write()
    except TargetError as error:
        fatal = error if error.fatal else None
        keep = failing(turn, Failure.of(error))
    except EvaluationError as error:
        keep = failing(turn, Failure("ImportSkipped", str(error)))
    with session.store.transaction():
        keep()
        session.create_over(source_id)
        if trace.steps:
            session.log(trace)
        finish()
    if fatal is not None:
        if trace.secrets:
            fatal.message = trace.shown(explain(fatal))
        raise fatal


def log_staged(session: Session, kind: str, source_id: str) -> None:
    """Log, once a cycle, that an object's disable or delete waits for an administrator."""
    connection = session.connection(source_id)
    if connection is None:
        return
    trace = _trace_of_connected(kind, source_id, connection)
    trace.action, trace.target_id = STAGED_DELETE, connection.target_id
    trace.step("EntryImportDelete")
    trace.step("EntrySynchronizationDelete")
    with session.store.transaction():
        if session.tell_held_back(source_id):
            session.log(trace)


def _present(turn: Turn, document: Document, connection: Connection | None) -> Write:
    """Decide for an object that the directory holds."""
    session, mapping, trace = turn.session, turn.mapping, turn.trace
    scope, attributes = look_at(session, mapping, document)
    _log_import(turn, connection, mapping.logged_source(attributes))
    trace.step("EntrySynchronizationScoping", scope.details())
    if connection is None:
        if scope.provisioned:
            return lambda: match(turn, attributes)
        return lambda: _not_entitled(turn, scope)
    if scope.left_alone(skip_out_of_scope_deletions=session.skip_out_of_scope_deletions):
        return lambda: _not_entitled(turn, scope)
    disables = mapping.kind == "User" and mapping.disables
    if connection.managed and not disables and not scope.provisioned:
        return lambda: delete(turn, connection)
    if connection.managed or scope.entitled:
        managed = scope.entitled
        return lambda: update_linked(turn, connection, attributes, managed=managed)
    return lambda: _not_entitled(turn, scope)


def _gone(turn: Turn, connection: Connection) -> Write:
    """Decide for an object that left the directory: softly deleted users are disabled, all others deleted."""
    session, mapping, trace = turn.session, turn.mapping, turn.trace
    deleted = session.store.get("deletedUser", trace.source_id) if mapping.kind == "User" else None
    if not connection.managed:
        # Unassigned earlier and no longer managed: a later deletion sends nothing.
        lost = connection if deleted is None else None
        return lambda: lambda: _forget(session, trace.source_id, lost)
    trace.step("EntryImportDelete")
    if deleted is None or not mapping.disables:
        return lambda: delete(turn, connection)
    attributes: dict[str, Value] = source_attributes("User", deleted)
    attributes["IsSoftDeleted"] = "True"
    return lambda: update_linked(turn, connection, attributes, managed=True)


def _not_entitled(turn: Turn, scope: Scope) -> Keep:
    session, trace = turn.session, turn.trace
    if session.quirks["log-unassigned-users"]:
        trace.skip(
            "NotEffectivelyEntitled",
            f"The {trace.kind} '{trace.identifier}' is not assigned to the application or not active in the source; "
            "nothing is sent for it.",
            scope.details(),
        )
    else:
        trace.steps.clear()
    return lambda: session.settle(trace.source_id)


def _log_import(turn: Turn, connection: Connection | None, attributes: Mapping[str, Value]) -> None:
    trace = turn.trace
    escrow = turn.session.escrow(trace.source_id)
    if escrow is not None:
        # The details of https://help.sumologic.com/docs/integrations/microsoft-azure, event of 2026-03-24.
        trace.step(
            ESCROW_RETRY,
            {
                "CountProcessed": str(escrow["attempts"]),
                "CreationTime": iso(from_iso(escrow["began"]), 7),
                "Identifier": trace.source_id,
                "ModificationType": "Add" if connection is None else "Update",
                "NextAttempt": write_date(from_iso(escrow["next"])),
                "Origin": "Source",
                "TypeName": "EscrowedEntryDefault",
            },
        )
    trace.step("EntryImportAdd" if connection is None else "EntryImportUpdate", attributes)


def _forget(session: Session, source_id: str, connection: Connection | None) -> None:
    """Drop what is kept of an object that nothing is sent for any more, with the connection if it is given."""
    session.settle(source_id)
    if connection is not None:
        session.disconnect(source_id, connection)


def _trace_of_connected(kind: str, source_id: str, connection: Connection) -> Trace:
    return Trace(kind, source_id, connection.identifier, connection.display_name)


def _trace(kind: str, document: Document) -> Trace:
    identifier = document["userPrincipalName" if kind == "User" else "displayName"]
    return Trace(kind, document["id"], identifier, document.get("displayName") or identifier)
