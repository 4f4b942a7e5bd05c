"""What the next cycle will do with one person, told without asking the target anything.

Mirrors `cycle.py` (who is looked at) and `synchronize.py` (what is decided then). Whether the target's account differs
already is known to the target alone, so an update is announced as a comparison.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from harness.azure_ad.deleted_items import KEPT
from harness.azure_ad.provisioning.cycle import PHASES
from harness.azure_ad.provisioning.expression import EvaluationError
from harness.azure_ad.provisioning.mapping import ObjectMapping
from harness.azure_ad.provisioning.scoping import Scope
from harness.azure_ad.provisioning.session import Connection, Session
from harness.base.clock import from_iso
from harness.base.store import Document

NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Person:
    """What the store says of one person. `document` None: not in the directory; `deleted`: waits in the deleted items.

    `attributes` are what mappings read; `scope` None where there is no document.
    """

    key: str
    document: Document | None
    deleted: Document | None
    attributes: Document
    connection: Connection | None
    mapping: ObjectMapping
    scope: Scope | None
    escrow: Document | None
    held_back: bool
    awaits_references: bool


def foresee(session: Session, person: Person, record: Document, now: datetime) -> Document:
    """Return `{"action", "says", "because", "at"}` of the next cycle, or of what is left of the one under way.

    `action` is `create`, `compare`, `disable`, `delete`, `fail` or `nothing`; `because` says why the person is looked at,
    None when the cycle passes by; `at` is when, None while the schedule is off.
    """
    progress = session.store.get("progress", session.frame.job_id)
    on = record["job"]["schedule"]["state"] == "Active"
    to_come = progress is not None and _to_come(session, progress, person.key)
    at = now if to_come else from_iso(record["next"]) if on and record["next"] else None
    because = "the cycle under way has not come to it yet" if to_come else None
    if not to_come:
        since = progress["until"] if progress is not None else record["watermark"]
        because = _reason(session, person, since, at or now)
    if because is None:
        action, says = (
            NOTHING,
            "Not looked at: nothing changed since the last cycle, and nothing waits.",
        )
    else:
        action, says = _verdict(session, person, at or now)
    return {
        "action": action,
        "says": says,
        "because": because,
        "at": at and at.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def _to_come(session: Session, progress: Document, key: str) -> bool:
    """Tell whether the cycle under way will still walk past a user."""
    if progress["phase"] != PHASES[0]:
        return False
    after, directory = progress["after"], session.directory
    if progress["kind"] == "initial":
        return any(document["id"] == key for document in directory.scan("User", after))
    changed = directory.changed_since(progress["since"], progress["until"])["User"]
    return key in (changed[changed.index(after) + 1 :] if after in changed else changed)


def _reason(session: Session, person: Person, since: int | None, at: datetime) -> str | None:
    if since is None:
        known = person.document is not None or person.connection is not None
        return "the next cycle is an initial one and looks at everybody" if known else None
    changes = session.directory.changes
    if person.key in changes.changed(since, changes.last())["User"]:
        return "something about the person changed since the last cycle"
    if _purged(person, at):
        return "thirty days in the deleted items are over by then"
    if person.held_back:
        return "its disable or delete is held back"
    if person.escrow is not None and from_iso(person.escrow["next"]) <= at:
        return "its retry is due"
    return "its manager is still to be sent" if person.awaits_references else None


def _verdict(session: Session, person: Person, at: datetime) -> tuple[str, str]:
    """Decide as `synchronize` does."""
    mapping, connection, target = person.mapping, person.connection, session.frame.target_name
    if person.document is None or person.scope is None:
        return _departed(session, person, mapping, at)
    scope = person.scope
    if connection is None:
        if not scope.provisioned:
            return NOTHING, "Nothing is sent: not entitled."
        return _joining(person, mapping, target)
    if scope.left_alone(skip_out_of_scope_deletions=session.skip_out_of_scope_deletions):
        return NOTHING, "Nothing is sent: outside of the scope, and what is there is left alone."
    if not (connection.managed or scope.entitled):
        return NOTHING, "Nothing is sent: it left the scope earlier and is no longer managed."
    if scope.provisioned:
        return _allowed(
            mapping,
            "Update",
            "compare",
            f"The account '{connection.target_id}' is read from {target}; what differs is sent.",
        )
    return _leaving(session, mapping, connection)


def _departed(session: Session, person: Person, mapping: ObjectMapping, at: datetime) -> tuple[str, str]:
    connection = person.connection
    if connection is None or not connection.managed:
        return NOTHING, "Nothing is sent: it is not connected to an account, or no longer managed."
    if person.deleted is not None and not _purged(person, at):
        return _leaving(session, mapping, connection)
    return _removal(session, mapping, connection)


def _joining(person: Person, mapping: ObjectMapping, target: str) -> tuple[str, str]:
    try:
        values = mapping.values(person.attributes, creating=True)
    except EvaluationError as error:
        return "fail", f"It fails before anything is sent: {error}."
    names = [flow.target for flow in mapping.matching if values.get(flow.target)]
    if not names:
        return (
            "fail",
            f"It fails before anything is sent: no value for the matching attribute '{mapping.matching[0].target}'.",
        )
    search = f"{target} is searched by {', then by '.join(names)}; an account that matches is taken over"
    if "Add" not in mapping.allowed:
        return NOTHING, f"{search}. Creating is turned off, so without a match nothing is sent."
    return "create", f"{search}, without one an account is created."


def _leaving(session: Session, mapping: ObjectMapping, connection: Connection) -> tuple[str, str]:
    if not mapping.disables:
        return _removal(session, mapping, connection)
    account = f"The account '{connection.target_id}' is disabled, unless it is already"
    return _allowed(mapping, "Update", "disable", _counted(session, account))


def _removal(session: Session, mapping: ObjectMapping, connection: Connection) -> tuple[str, str]:
    return _allowed(
        mapping, "Delete", "delete", _counted(session, f"The account '{connection.target_id}' is deleted")
    )


def _allowed(mapping: ObjectMapping, kind: str, action: str, says: str) -> tuple[str, str]:
    if kind in mapping.allowed:
        return action, says
    return NOTHING, f"Nothing is sent: the action {kind} is turned off for users."


def _counted(session: Session, says: str) -> str:
    if session.most_deletes is None:
        return f"{says}."
    return f"{says}; not if the cycle would disable or delete more than {session.most_deletes} objects."


def _purged(person: Person, at: datetime) -> bool:
    return person.deleted is not None and from_iso(person.deleted["deletedDateTime"]) + KEPT <= at
