"""One object's turn in a cycle: import, scope, match, decide, export, and one log entry that tells all of it.

The decision table is the documented one: no match creates, a match is taken over, what left the scope is disabled
(deleted where nothing can disable it, groups always), what is alike on both sides is skipped.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable

from harness.azure_ad.properties import source_attributes
from harness.azure_ad.provisioning.dialect import Change, create_body, differences, patch_body
from harness.azure_ad.provisioning.functions import Value
from harness.azure_ad.provisioning.logs import Trace
from harness.azure_ad.provisioning.mapping import ObjectMapping
from harness.azure_ad.provisioning.scoping import evaluate_scope
from harness.azure_ad.provisioning.session import Session, conflict_code
from harness.azure_ad.provisioning.target import SCIM, TargetError, as_text
from harness.base.store import Document
from harness.scim.path import read


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
        keep = _failed(session, trace, error)
    with session.store.transaction():
        keep()
        if trace.steps:
            session.log(trace)
        finish()
    if fatal is not None:
        raise fatal


_Keep = Callable[[], None]
_Write = Callable[[], _Keep]


def _present(
    session: Session, mapping: ObjectMapping, document: Document, connection: Document | None
) -> tuple[Trace, _Write]:
    """Decide for an object that the directory holds."""
    kind = mapping.kind
    trace = _trace(kind, document)
    scope = evaluate_scope(session, kind, document)
    attributes: dict[str, Value] = source_attributes(kind, document)
    if kind == "User":
        attributes["IsSoftDeleted"] = str(not scope.provisioned)
    _log_import(session, trace, connection, attributes)
    trace.step(
        "EntrySynchronizationScoping",
        "scoping",
        f"Determine if {kind} in scope by evaluating against each scoping filter",
        scope.details(),
    )
    disables = kind == "User" and mapping.disables
    if connection is not None and connection["managed"] and not disables and not scope.provisioned:
        return trace, lambda: _delete(session, mapping, trace, connection)
    if connection is not None and (connection["managed"] or scope.entitled):
        values = mapping.values(attributes, creating=False)
        managed = scope.entitled
        return trace, lambda: _update_linked(session, mapping, trace, connection, values, managed=managed)
    if not scope.provisioned:
        return trace, lambda: _not_entitled(session, trace, scope.details())
    return trace, lambda: _match(session, mapping, trace, attributes)


def _gone(
    session: Session, mapping: ObjectMapping, source_id: str, connection: Document
) -> tuple[Trace, _Write]:
    """Decide for an object that left the directory: softly deleted users are disabled, all others deleted."""
    deleted = session.store.get("deletedUser", source_id) if mapping.kind == "User" else None
    trace = _trace(mapping.kind, deleted or connection["identity"])
    if not connection["managed"]:
        # Unassigned earlier and no longer managed: a later deletion sends nothing.
        return trace, lambda: lambda: session.disconnect(source_id, mapping.kind) if deleted is None else None
    trace.step("EntryImportDelete", "import", _received(session, trace, "Delete"))
    if deleted is None or not mapping.disables:
        return trace, lambda: _delete(session, mapping, trace, connection)
    attributes: dict[str, Value] = source_attributes("User", deleted)
    attributes["IsSoftDeleted"] = "True"
    values = mapping.values(attributes, creating=False)
    return trace, lambda: _update_linked(session, mapping, trace, connection, values, managed=True)


def _match(session: Session, mapping: ObjectMapping, trace: Trace, attributes: dict[str, Value]) -> _Keep:
    """Look for the object in the target by each matching attribute in turn; create it when none finds it."""
    values = mapping.values(attributes, creating=True)
    if not any(values.get(flow.target) for flow in mapping.matching):
        wanted = mapping.matching[0].target
        trace.step(
            "EntryImport",
            "matching",
            f"{trace.kind} '{trace.identifier}' has no value for {wanted}",
            {},
            "failure",
        )
        trace.fail(
            "ImportSkipped", f"The matching attribute '{wanted}' has no value in the source; give it one."
        )
        return lambda: None
    for flow in mapping.matching:
        if not values.get(flow.target):
            continue
        found = session.target.find(mapping, flow.target, values[flow.target])
        if len(found) > 1:
            return _several(trace, flow.target, values[flow.target], len(found))
        if found:
            return _adopt(session, mapping, trace, attributes, found[0])
    return _create(session, mapping, trace, values)


def _several(trace: Trace, attribute: str, value: str, count: int) -> _Keep:
    trace.step("EntryImport", "matching", f"Several entries matched '{value}' in the target", {}, "failure")
    trace.fail(
        f"{SCIM}MultipleEntriesInResponse",
        f"The filter '{attribute} eq \"{value}\"' returned {count} entries where at most one may be; "
        "make the matching attribute unique in the target.",
    )
    return lambda: None


def _create(session: Session, mapping: ObjectMapping, trace: Trace, values: dict[str, str]) -> _Keep:
    trace.action = "create"
    name, target = session.frame.directory_name, session.frame.target_name
    trace.step(
        "EntrySynchronizationAdd",
        "matching",
        f"{trace.kind} '{trace.identifier}' will be created in {target} ({trace.kind} is active and assigned in {name}, "
        f"but no matching {trace.kind} was found in {target})",
    )
    for attribute, value in values.items():
        trace.modify(attribute, None, value)
    if "Add" not in mapping.allowed:
        trace.skip("ActionNotAllowed", f"Creating is turned off for {trace.kind} objects.")
        return lambda: None
    key, _ = session.target.create(mapping, create_body(mapping, values))
    trace.target_id = key
    description = f"{trace.kind} '{trace.identifier}' was created in {target}"
    trace.step("EntryExportAdd", "export", description, {"ReportableIdentifier": trace.identifier, **values})

    return lambda: _connect(session, trace, key)


def _adopt(
    session: Session, mapping: ObjectMapping, trace: Trace, attributes: dict[str, Value], resource: Document
) -> _Keep:
    """Take over the one account that matched: it is updated, never refused as a duplicate."""
    key = str(resource.get("id", ""))
    trace.target_id = key
    values = mapping.values(attributes, creating=False)
    keep = _update(session, mapping, trace, values, resource)

    def keep_both() -> None:
        keep()
        _connect(session, trace, key)

    return keep_both


def _update_linked(
    session: Session,
    mapping: ObjectMapping,
    trace: Trace,
    connection: Document,
    values: dict[str, str],
    *,
    managed: bool,
) -> _Keep:
    key = connection["targetId"]
    trace.target_id = key
    keep = _update(session, mapping, trace, values, session.target.read(mapping, key))

    def keep_connection() -> None:
        keep()
        session.connect(trace.source_id, {**connection, "managed": managed, "identity": _identity(trace)})
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
) -> _Keep:
    """Send what differs, in one PATCH; nothing when both sides agree."""
    key, target = trace.target_id, session.frame.target_name
    held = {
        flow.target: as_text(value)
        for flow in mapping.flows
        if (value := read(resource, flow.path)) is not None
    }
    trace.step(
        "EntryImport",
        "matching",
        f"Retrieved {trace.kind} '{trace.identifier}' from {target}",
        {"id": key, **held},
    )
    changes = differences(mapping, values, resource)
    if not changes:
        trace.skip(
            "RedundantExport",
            f"The state of the {trace.kind.lower()} in both the source and target systems already match. No change to the "
            f"{trace.kind} '{trace.identifier}' currently needs to be made.",
        )
        return lambda: None
    trace.action = "disable" if _disables(changes) else "update"
    for change in changes:
        trace.modify(change.flow.target, held.get(change.flow.target), change.value)
    if "Update" not in mapping.allowed:
        trace.skip("ActionNotAllowed", f"Updating is turned off for {trace.kind} objects.")
        return lambda: None
    will = f"{trace.kind} '{trace.identifier}' will be updated in {target}"
    trace.step("EntrySynchronizationUpdate", "matching", will)
    session.target.patch(mapping, key, patch_body(changes, flagged=session.flagged))
    sent = {change.flow.target: change.value for change in changes}
    done = f"{trace.kind} '{trace.identifier}' was updated in {target}"
    trace.step("EntryExportUpdate", "export", done, {"ReportableIdentifier": trace.identifier, **sent})
    return lambda: None


def _delete(session: Session, mapping: ObjectMapping, trace: Trace, connection: Document) -> _Keep:
    trace.action = "delete"
    trace.target_id = connection["targetId"]
    target = session.frame.target_name
    if "Delete" not in mapping.allowed:
        trace.skip("ActionNotAllowed", f"Deleting is turned off for {trace.kind} objects.")
        return lambda: None
    will = f"{trace.kind} '{trace.identifier}' will be deleted in {target}"
    trace.step("EntrySynchronizationDelete", "matching", will)
    session.target.delete(mapping, connection["targetId"])
    done = f"{trace.kind} '{trace.identifier}' was deleted in {target}"
    trace.step("EntryExportDelete", "export", done, {"ReportableIdentifier": trace.identifier})

    def keep() -> None:
        session.disconnect(trace.source_id, trace.kind)
        session.settle(trace.source_id)
        session.references_done(trace.source_id)

    return keep


def _not_entitled(session: Session, trace: Trace, details: Document) -> _Keep:
    if session.quirks["log-unassigned-users"]:
        trace.skip(
            "NotEffectivelyEntitled",
            f"The {trace.kind} '{trace.identifier}' is not assigned to the application or not active in the source; "
            "nothing is sent for it.",
            details,
        )
    else:
        trace.steps.clear()
    return lambda: session.settle(trace.source_id)


def _failed(session: Session, trace: Trace, error: TargetError) -> _Keep:
    step = {"create": "EntryExportAdd", "delete": "EntryExportDelete", "other": "EntryImport"}.get(
        trace.action, "EntryExportUpdate"
    )
    verb = {"create": "create", "delete": "delete", "disable": "update", "update": "update"}.get(
        trace.action, "retrieve"
    )
    description = f"Failed to {verb} {trace.kind} '{trace.identifier}' in {session.frame.target_name}"
    code = conflict_code(error) if trace.action == "create" else None
    return lambda: session.fail(trace, error, step=step, description=description, code=code)


def _connect(session: Session, trace: Trace, key: str) -> None:
    """Tie the object to the target's id; its own references, and groups that waited for this user, are due."""
    connection = {
        "type": trace.kind,
        "targetId": key,
        "managed": True,
        "manager": None,
        "identity": _identity(trace),
    }
    session.connect(trace.source_id, connection, new=True)
    session.settle(trace.source_id)
    if _has_references(session, trace, connection):
        session.await_references(trace.source_id)
    for group in session.directory.groups_of(trace.source_id) if trace.kind == "User" else ():
        if session.connection(group):
            session.await_references(group)


def _has_references(session: Session, trace: Trace, connection: Document) -> bool:
    """Most people without a manager need no second look."""
    return (
        trace.kind == "Group"
        or connection["manager"] is not None
        or session.directory.manager(trace.source_id) is not None
    )


def _log_import(
    session: Session, trace: Trace, connection: Document | None, attributes: dict[str, Value]
) -> None:
    escrow = session.escrow(trace.source_id)
    if escrow is not None:
        trace.step(
            "EntryEscrowRetry",
            "import",
            f"We are retrying an operation that previously failed.\r\nIdentifier: {trace.identifier}\r\nObject type: "
            f"{trace.kind}\r\nDirectory: {session.frame.directory_name}",
            {
                "CountProcessed": str(escrow["attempts"]),
                "Identifier": trace.source_id,
                "NextAttempt": escrow["next"],
            },
        )
    change = "Add" if connection is None else "Update"
    details = {name: as_text(value) for name, value in attributes.items()}
    trace.step(f"EntryImport{change}", "import", _received(session, trace, change), details)


def _received(session: Session, trace: Trace, change: str) -> str:
    return f"Received {trace.kind} '{trace.identifier}' change of type ({change}) from {session.frame.directory_name}"


def _disables(changes: list[Change]) -> bool:
    return any(change.flow.target == "active" and change.value.casefold() == "false" for change in changes)


def _trace(kind: str, document: Document) -> Trace:
    identifier = document["userPrincipalName" if kind == "User" else "displayName"]
    return Trace(kind, document["id"], identifier, document.get("displayName") or identifier)


def _identity(trace: Trace) -> Document:
    """What a log entry needs to name an object that has left the directory."""
    name = {"userPrincipalName": trace.identifier} if trace.kind == "User" else {}
    return {"id": trace.source_id, "displayName": trace.display_name, **name}
