"""One object's turn in a cycle: import, scope, match, decide, export, and one log entry that tells all of it.

The decision table is the documented one: no match creates, a match is taken over, what left the scope is disabled
(deleted where nothing can disable it, groups always), what is alike on both sides is skipped.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.azure_ad.properties import source_attributes
from harness.azure_ad.provisioning.dialect import Change, create_body, differences, patch_body
from harness.azure_ad.provisioning.expression import EvaluationError
from harness.azure_ad.provisioning.functions import Value
from harness.azure_ad.provisioning.logs import ESCROW_RETRY, Trace, as_text
from harness.azure_ad.provisioning.mapping import ObjectMapping
from harness.azure_ad.provisioning.scoping import Scope, app_role_assignments, evaluate_scope
from harness.azure_ad.provisioning.session import Connection, Failure, Session
from harness.azure_ad.provisioning.target import INCOMPATIBLE, SCIM, TargetError, explain
from harness.base.store import Document
from harness.scim.path import read

STAGED_DELETE = "stagedDelete"
_Keep = Callable[[], None]  # writes down what a request came to, inside the object's transaction
_Write = Callable[[], _Keep]  # sends what was decided
# The step that fails, and how its failure reads, by what was being done.
_ATTEMPTS = {
    "other": ("EntryImport", "retrieve"),
    "create": ("EntryExportAdd", "create"),
    "update": ("EntryExportUpdate", "update"),
    "disable": ("EntryExportUpdate", "update"),
    "delete": ("EntryExportDelete", "delete"),
}


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
        trace, write = _gone(session, mapping, source_id, connection)
    else:
        trace, write = _present(session, mapping, document, connection)
    try:
        keep = write()
    except TargetError as error:
        fatal = error if error.fatal else None
        keep = _failing(session, trace, Failure.of(error))
    except EvaluationError as error:
        keep = _failing(session, trace, Failure("ImportSkipped", str(error)))
    with session.store.transaction():
        keep()
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
    trace = Trace(kind, source_id, connection.identifier, connection.display_name, action=STAGED_DELETE)
    trace.target_id = connection.target_id
    trace.step("EntryImportDelete")
    trace.step("EntrySynchronizationDelete")
    with session.store.transaction():
        if session.tell_held_back(source_id):
            session.log(trace)


def _present(
    session: Session, mapping: ObjectMapping, document: Document, connection: Connection | None
) -> tuple[Trace, _Write]:
    """Decide for an object that the directory holds."""
    kind = mapping.kind
    trace = _trace(kind, document)
    scope = evaluate_scope(session, kind, document)
    attributes: dict[str, Value] = source_attributes(kind, document)
    if kind == "User":
        attributes["IsSoftDeleted"] = str(not scope.provisioned)
        if mapping.reads_roles:
            attributes["appRoleAssignments"] = app_role_assignments(session, document["id"]) or None
    _log_import(session, trace, connection, mapping.logged_source(attributes))
    trace.step("EntrySynchronizationScoping", scope.details())
    if connection is None:
        if scope.provisioned:
            return trace, lambda: _match(session, mapping, trace, attributes)
        return trace, lambda: _not_entitled(session, trace, scope)
    if scope.left_alone(skip_out_of_scope_deletions=session.skip_out_of_scope_deletions):
        return trace, lambda: _not_entitled(session, trace, scope)
    disables = kind == "User" and mapping.disables
    if connection.managed and not disables and not scope.provisioned:
        return trace, lambda: _delete(session, mapping, trace, connection)
    if connection.managed or scope.entitled:
        managed = scope.entitled
        return trace, lambda: _update_linked(session, mapping, trace, connection, attributes, managed=managed)
    return trace, lambda: _not_entitled(session, trace, scope)


def _gone(
    session: Session, mapping: ObjectMapping, source_id: str, connection: Connection
) -> tuple[Trace, _Write]:
    """Decide for an object that left the directory: softly deleted users are disabled, all others deleted."""
    deleted = session.store.get("deletedUser", source_id) if mapping.kind == "User" else None
    trace = Trace(mapping.kind, source_id, connection.identifier, connection.display_name)
    if not connection.managed:
        # Unassigned earlier and no longer managed: a later deletion sends nothing.
        return trace, lambda: lambda: _forget(session, source_id, connection if deleted is None else None)
    trace.step("EntryImportDelete")
    if deleted is None or not mapping.disables:
        return trace, lambda: _delete(session, mapping, trace, connection)
    attributes: dict[str, Value] = source_attributes("User", deleted)
    attributes["IsSoftDeleted"] = "True"
    return trace, lambda: _update_linked(session, mapping, trace, connection, attributes, managed=True)


def _match(session: Session, mapping: ObjectMapping, trace: Trace, attributes: dict[str, Value]) -> _Keep:
    """Look for the object in the target by each matching attribute in turn; create it when none finds it."""
    values = _values(mapping, trace, attributes, creating=True)
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
            return _several(session, trace, flow.target, values[flow.target], len(found))
        if found:
            return _adopt(session, mapping, trace, attributes, found[0])
    return _create(session, mapping, trace, values)


def _values(
    mapping: ObjectMapping, trace: Trace, attributes: Mapping[str, Value], *, creating: bool
) -> dict[str, str]:
    """Return what should be sent, and keep what Redact hides out of all that the log says from now on."""
    if not mapping.redacted:
        return mapping.values(attributes, creating=creating)
    trace.secrets |= mapping.secrets(attributes, {})
    values = mapping.values(attributes, creating=creating)
    trace.secrets |= mapping.secrets({}, values)
    return values


def _several(session: Session, trace: Trace, attribute: str, value: str, count: int) -> _Keep:
    failure = Failure(
        f"{SCIM}MultipleEntriesInResponse",
        f"The filter '{attribute} eq \"{value}\"' returned {count} entries where at most one may be; make the matching "
        "attribute unique in the target",
    )
    several = f"Several entries matched '{value}' in the target"
    return lambda: session.fail(trace, failure, step="EntryImport", description=several)


def _create(session: Session, mapping: ObjectMapping, trace: Trace, values: dict[str, str]) -> _Keep:
    trace.action = "create"
    trace.step("EntrySynchronizationAdd")
    for attribute, value in mapping.logged(values).items():
        trace.modify(attribute, None, value)
    if "Add" not in mapping.allowed:
        trace.skip("ActionNotAllowed", f"Creating is turned off for {trace.kind} objects.")
        return lambda: session.settle(trace.source_id)
    key, _ = session.target.create(mapping, create_body(mapping, values))
    if session.source_of(key) is not None:
        cause = f"The answer to the create has the id '{key}', which belongs to another object already"
        return _failing(session, trace, Failure(INCOMPATIBLE, cause))
    trace.target_id = key
    trace.step("EntryExportAdd")
    return lambda: _connect(session, trace, key)


def _adopt(
    session: Session, mapping: ObjectMapping, trace: Trace, attributes: dict[str, Value], resource: Document
) -> _Keep:
    """Take over the one account that matched, from an object that left if need be, but from no other.

    That an account goes over to the newcomer when its former object was deleted or unassigned is inferred.
    """
    key = str(resource["id"])
    holder = session.source_of(key)
    former = session.connection(holder) if holder is not None else None
    if former is not None and former.managed and session.directory.get(former.kind, str(holder)) is not None:
        return _duplicate(session, trace, former.identifier)
    trace.target_id = key
    keep = _update(session, mapping, trace, _values(mapping, trace, attributes, creating=False), resource)

    def keep_both() -> None:
        if session.source_of(key) != holder:
            return _duplicate(session, trace, "Another object")()  # at work at the same time
        if holder is not None and former is not None:
            session.disconnect(holder, former)
        _connect(session, trace, key)
        return session.hold_back(trace.source_id, trace.kind) if keep is None else keep()

    return keep_both


def _duplicate(session: Session, trace: Trace, other: str) -> _Keep:
    cause = f"'{other}' in the source has the same matching value and was provisioned already"
    return _failing(session, trace, Failure("DuplicateSourceEntries", cause))


def _update_linked(
    session: Session,
    mapping: ObjectMapping,
    trace: Trace,
    connection: Connection,
    attributes: dict[str, Value],
    *,
    managed: bool,
) -> _Keep:
    values = _values(mapping, trace, attributes, creating=False)
    trace.target_id = connection.target_id
    keep = _update(session, mapping, trace, values, session.target.read(mapping, connection.target_id))
    if keep is None:
        return lambda: session.hold_back(trace.source_id, trace.kind)

    def keep_connection() -> None:
        keep()
        after = connection._replace(
            managed=managed, identifier=trace.identifier, display_name=trace.display_name
        )
        session.connect(trace.source_id, after)
        session.settle_object(trace.source_id)
        if managed and _has_references(session, trace, connection):
            session.await_references(trace.source_id)

    return keep_connection


def _update(
    session: Session,
    mapping: ObjectMapping,
    trace: Trace,
    values: dict[str, str],
    resource: Document,
) -> _Keep | None:
    """Send what differs, in one PATCH; nothing when both sides agree; None when a disable must wait."""
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
        trace.skip(
            "RedundantExport",
            f"The state of the {trace.kind.lower()} in both the source and target systems already match. No change to the "
            f"{trace.kind} '{trace.identifier}' currently needs to be made.",
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


def _delete(session: Session, mapping: ObjectMapping, trace: Trace, connection: Connection) -> _Keep:
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


def _forget(session: Session, source_id: str, connection: Connection | None) -> None:
    """Drop what is kept of an object that nothing is sent for any more, with the connection if it is given."""
    session.settle(source_id)
    if connection is not None:
        session.disconnect(source_id, connection)


def _not_entitled(session: Session, trace: Trace, scope: Scope) -> _Keep:
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


def _failing(session: Session, trace: Trace, failure: Failure) -> _Keep:
    step, verb = _ATTEMPTS[trace.action]
    description = f"Failed to {verb} {trace.kind} '{trace.identifier}' in {session.frame.target_name}"
    return lambda: session.fail(trace, failure, step=step, description=description)


def _connect(session: Session, trace: Trace, key: str) -> None:
    """Tie the object to the target's id; its own references, and groups that waited for this user, are due."""
    connection = Connection(trace.kind, key, True, None, trace.identifier, trace.display_name)
    session.connect(trace.source_id, connection, new=True)
    session.settle(trace.source_id)
    if _has_references(session, trace, connection):
        session.await_references(trace.source_id)
    for group in session.directory.groups_of(trace.source_id) if trace.kind == "User" else ():
        if session.connection(group):
            session.await_references(group)


def _has_references(session: Session, trace: Trace, connection: Connection) -> bool:
    """Most people without a manager need no second look."""
    return (
        trace.kind == "Group"
        or connection.manager is not None
        or session.directory.manager(trace.source_id) is not None
    )


def _log_import(
    session: Session, trace: Trace, connection: Connection | None, attributes: Mapping[str, Value]
) -> None:
    escrow = session.escrow(trace.source_id)
    if escrow is not None:
        # The details of https://help.sumologic.com/docs/integrations/microsoft-azure, event of 2026-03-24.
        trace.step(
            ESCROW_RETRY,
            {
                "CountProcessed": str(escrow["attempts"]),
                "CreationTime": escrow["began"],
                "Identifier": trace.source_id,
                "ModificationType": "Add" if connection is None else "Update",
                "NextAttempt": escrow["next"],
                "Origin": "Source",
                "TypeName": "EscrowedEntryDefault",
            },
        )
    trace.step("EntryImportAdd" if connection is None else "EntryImportUpdate", attributes)


def _disables(changes: list[Change]) -> bool:
    return any(change.flow.target == "active" and change.value.casefold() == "false" for change in changes)


def _trace(kind: str, document: Document) -> Trace:
    identifier = document["userPrincipalName" if kind == "User" else "displayName"]
    return Trace(kind, document["id"], identifier, document.get("displayName") or identifier)
