"""What `why` tells of users and groups alike: who is meant, the job, scope, match, the log and what waits.

A look at what the store holds. No request is sent, nothing is written, no id is drawn.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from harness.azure_ad.deleted_items import KEPT
from harness.azure_ad.provisioning import logs
from harness.azure_ad.provisioning.digest import digest, was_sent
from harness.azure_ad.provisioning.expression import EvaluationError
from harness.azure_ad.provisioning.known import Known
from harness.azure_ad.provisioning.session import Session
from harness.base.clock import from_iso, iso
from harness.base.errors import HarnessError
from harness.base.store import Document

NAMES = {"User": "userPrincipalName", "Group": "displayName"}
_SHELVES = {"User": "deletedUser", "Group": "deletedGroup"}


class UnknownNameError(HarnessError):
    """Nobody of that name is or was there, or more than one."""


def names(session: Session, kind: str) -> Iterator[tuple[str, str, str]]:
    """Yield what objects are called, with their ids and their state: `present`, `deleted` or `gone`."""
    for shelf, state in ((kind, "present"), (_SHELVES[kind], "deleted")):
        for key, document in session.store.scan(shelf):
            name = document[NAMES[kind]].removeprefix(key.replace("-", ""))
            for each in (name, name.partition("@")[0], key) if kind == "User" else (name, key):
                yield each, key, state
            if kind == "User" and document.get("displayName"):
                yield document["displayName"], key, state
    for key, linked in session.connections():
        if linked.kind == kind:
            for each in (linked.identifier, linked.display_name, key):
                yield each, key, "gone"


def identity(known: Known) -> Document:
    """Return `{"id", "displayName", "state", "deletedAt", "purgedAt"}`, for a user also `userPrincipalName`."""
    document = known.document or known.deleted or {}
    linked = known.connection
    name = (document.get(NAMES[known.kind]) or (linked.identifier if linked else known.key)).removeprefix(
        known.key.replace("-", "")
    )
    gone = known.deleted["deletedDateTime"] if known.deleted else None
    return {
        "id": known.key,
        **({"userPrincipalName": name} if known.kind == "User" else {}),
        "displayName": document.get("displayName") or (linked.display_name if linked else name),
        "state": "present" if known.document else "deleted" if known.deleted else "gone",
        "deletedAt": gone,
        "purgedAt": gone and iso(from_iso(gone) + KEPT),
    }


def job_state(session: Session, record: Document) -> Document:
    status = record["job"]["status"]
    quarantine = status["quarantine"]
    on = record["job"]["schedule"]["state"] == "Active"
    return {
        "state": status["code"],
        "schedule": record["job"]["schedule"]["state"],
        "cycleUnderWay": session.store.get("progress", session.frame.job_id) is not None,
        "next": record["next"] if on else None,
        "quarantine": quarantine
        and {
            "since": quarantine["currentBegan"],
            "reason": quarantine["reason"],
            "code": quarantine["error"]["code"],
            "message": quarantine["error"]["message"],
            "nextAttempt": quarantine["nextAttempt"] if on else None,
        },
    }


def scope_of(session: Session, known: Known) -> Document:
    """Return the part of an object's scope that users and groups share."""
    scope = known.scope
    return {
        "inScope": scope is not None and scope.entitled,
        "provisioned": scope is not None and scope.provisioned,
        "syncAll": session.sync_all,
        "assignedDirectly": session.apps.is_assigned(session.frame.app_id, known.key),
        "filters": _filters(known),
        "skipOutOfScopeDeletions": session.skip_out_of_scope_deletions,
    }


def outer_groups(session: Session, key: str) -> list[str]:
    """Return the names of the assigned groups that hold a group, directly or not; they bring neither it nor its members."""
    found: dict[str, None] = {}
    waiting = [key]
    while waiting:
        fresh = [each for each in session.directory.groups_of(waiting.pop()) if each not in found]
        found |= dict.fromkeys(fresh)
        waiting += fresh
    assigned = [
        each for each in found if each != key and session.apps.is_assigned(session.frame.app_id, each)
    ]
    return [(session.directory.get("Group", each) or {}).get("displayName", each) for each in assigned]


def filtered_out(known: Known) -> str:
    """Name the clauses that keep an assigned object out."""
    assert known.scope is not None
    assert known.scope.filters is not None
    failed = [result.clause.text for result in known.scope.filters.decisive]
    return f"a scoping filter keeps it out: {'; '.join(failed)}"


def history(session: Session, key: str) -> list[Document]:
    """Return digests of all that the log tells of an object, newest first."""
    return [digest(entry) for entry in logs.entries(session.store, source_id=key)]


def lately(entries: list[Document]) -> Document:
    return {"last": next(iter(entries), None), "lastSent": next(filter(was_sent, entries), None)}


def match(session: Session, known: Known, entries: list[Document]) -> Document:
    """Tell what an object is, or would be, found by; `how` is `created` or `found`, by what the log still has."""
    linked, mapping = known.connection, known.mapping
    by, problem = [], None
    if known.document is not None and mapping is not None:
        try:
            values = mapping.values(known.attributes, creating=True)
        except EvaluationError as error:
            problem, values = str(error), {}
        by = [
            {"attribute": flow.target, "value": mapping.logged(values).get(flow.target)}
            for flow in mapping.matching
        ]
    made = [
        told["at"]
        for told in entries
        if linked and told["action"] == "create" and told["targetId"] == linked.target_id
    ]
    return {
        "by": by,
        "problem": problem,
        "target": session.frame.target_name,
        "targetId": linked.target_id if linked else None,
        "how": None if linked is None else "created" if made else "found",
        "createdAt": made[-1] if made else None,
        "managed": linked.managed if linked else None,
    }


def waiting(session: Session, known: Known) -> Document:
    escrow = known.escrow
    return {
        "escrow": escrow
        and {
            "since": iso(from_iso(escrow["began"])),
            "attempts": escrow["attempts"] + 1,
            "nextTry": iso(from_iso(escrow["next"])),
            "givenUpAfter": iso(from_iso(escrow["began"]) + timedelta(days=session.quirks["escrow-days"])),
            "ofReferences": escrow["references"],
        },
        "heldBack": known.held_back,
        "references": known.awaits_references,
    }


def not_there(known: Known, outside: str, told: Document) -> str:
    """Say why an object is not in the target; `outside` is why it is out of scope, if it is."""
    quarantine, last = told["job"]["quarantine"], told["last"]
    if known.document is None:
        return "deleted from the directory"
    if known.mapping is None:
        return "provisioning of groups is turned off in the mappings"
    if known.scope is None or not known.scope.provisioned:
        return outside
    if quarantine:
        return f"the job is in quarantine ({quarantine['code']})"
    if known.escrow is not None:
        code = (last or {}).get("code")
        return f"provisioning failed ({code}) and waits for a retry" if code else "provisioning failed"
    if told["job"]["schedule"] != "Active":
        return "in scope, but the job's schedule is off"
    if last is not None and last["status"] != "success":
        return f"the last attempt ended with {last['code']}"
    return "in scope, and waiting for its cycle"


def fate(known: Known) -> str:
    """Say what has become of the target's object of somebody who left."""
    linked = known.connection
    assert linked is not None
    if known.held_back:
        return "waits to be disabled or deleted: the change is held back"
    return "is still managed" if linked.managed else "is no longer managed"


def _filters(known: Known) -> list[Document]:
    if known.mapping is None or known.scope is None or known.scope.filters is None:
        return []
    shown = known.mapping.logged_source(known.attributes)
    return [
        {
            "set": name,
            "group": group[0].group,
            "passed": all(result.passed for result in group),
            "clauses": [
                {
                    "clause": result.clause.text,
                    "value": shown.get(result.clause.attribute),
                    "passed": result.passed,
                }
                for result in group
            ],
        }
        for name, groups in known.scope.filters.results.items()
        for group in groups
    ]
