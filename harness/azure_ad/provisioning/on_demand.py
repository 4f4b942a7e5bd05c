"""Provisioning one object at once, outside of cycles: no job need run, no watermark moves, always the default dialect.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/provision-on-demand, "Understand the provisioning steps"
and "Known limitations", and https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationjob-provisionondemand (five
requests in ten seconds, and example 1; both read 2026-11-30).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain, takewhile

from msgspec import Struct, field

from harness.azure_ad.provisioning.cycle.references import references_of
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.cycle.synchronize import synchronize
from harness.azure_ad.provisioning.log import provisioning_log as logs
from harness.azure_ad.provisioning.target.target import TargetError, explain
from harness.base.clock import iso
from harness.base.store import Document

MOST_MEMBERS = 5
_WINDOW = timedelta(seconds=10)


class TooOftenError(Exception):
    """More requests than ten seconds allow."""


class Limit(Struct):
    """The moments of the last requests of a tenant."""

    _moments: deque[datetime] = field(default_factory=deque)

    def count(self, now: datetime, most: int) -> None:
        """Count a request. Raises TooOftenError."""
        while self._moments and now - self._moments[0] >= _WINDOW:
            self._moments.popleft()
        if len(self._moments) >= most:
            raise TooOftenError(f"On-demand provisioning takes {most} requests in ten seconds.")
        self._moments.append(now)


class Subject(Struct, frozen=True):
    """A user, or a group and the ids of the members to bring over with it."""

    kind: str
    object_id: str
    members: Sequence[str] = ()


def provision(session: Session, subject: Subject) -> tuple[Document, Document | list[Document]]:
    """Provision a subject; return Graph's result and entry, a list of entries when members have some too."""
    _prepare(session)
    document = session.directory.get(subject.kind, subject.object_id)
    try:
        for _ in range(session.quirks["on-demand-probes"]):
            session.target.probe(session.mappings[subject.kind])
        synchronize(session, subject.kind, subject.object_id, document, lambda: None)
        for key, member in _newcomers(session, subject):
            synchronize(session, "User", key, member, lambda: None)
        for _ in references_of(session, subject.object_id, subject.members):
            pass
    except TargetError as error:
        log_entries = _entries(session, subject)
        result = {"result": "Failure", "details": {"errorCode": error.code, "errorMessage": explain(error)}}
        return result, _value(session, log_entries[0]) if log_entries else _connection_failed(
            session, subject, error
        )
    log_entries = _entries(session, subject)
    if not log_entries:
        return {"result": "Skipped", "details": {}}, {}
    values = [_value(session, entry) for entry in log_entries]
    failed = (entry for entry in log_entries if entry["provisioningStatusInfo"]["status"] == "failure")
    return _result(next(failed, log_entries[0])), values[0] if len(values) == 1 else values


def _prepare(session: Session) -> None:
    """Set the session apart from a cycle's: the default dialect, any number of deletes, no roles."""
    session.flagged, session.most_deletes = False, None
    session.target.waits = False  # somebody waits, and a cycle may hold the clock
    if not session.quirks["on-demand-roles"]:
        session.mappings = {kind: mapping.without_roles() for kind, mapping in session.mappings.items()}


def _newcomers(session: Session, subject: Subject) -> list[tuple[str, Document]]:
    """Return the chosen users in a connected group who have no account in the target."""
    if not session.quirks["on-demand-creates-members"] or session.connection(subject.object_id) is None:
        return []
    return [
        (key, document)
        for key in session.directory.members(subject.object_id)
        if key in subject.members
        and session.connection(key) is None
        and (document := session.directory.get("User", key)) is not None
    ]


def _entries(session: Session, subject: Subject) -> list[Document]:
    """Return this run's log entries: the object's own, its new members', then the references'."""
    own, *members = (
        _entries_of(session, key) for key in dict.fromkeys((subject.object_id, *subject.members))
    )
    return [*own[:1], *chain.from_iterable(members), *own[1:]]


def _entries_of(session: Session, source_id: str) -> list[Document]:
    """Return an object's entries of this run, oldest first."""
    newest_first = logs.entries(session.store, source_id=source_id)
    mine = takewhile(lambda entry: entry["cycleId"] == session.frame.cycle_id, newest_first)
    return list(mine)[::-1]


def _result(entry: Document) -> Document:
    status = entry["provisioningStatusInfo"]
    error = status["errorInformation"]
    details = {} if error is None else {"errorCode": error["errorCode"], "errorMessage": error["reason"]}
    return {"result": status["status"].capitalize(), "details": details}


def _value(session: Session, entry: Document) -> Document:
    """Return an entry in the older form that the action still answers; a skipped one has no error there."""
    status = entry["provisioningStatusInfo"]
    error = (status["errorInformation"] or {}) if status["status"] != "skipped" else {}
    kind = entry["sourceIdentity"]["identityType"]
    source, target = entry["sourceIdentity"], entry["targetIdentity"]
    return {
        "action": _pascal(entry["provisioningAction"]),
        "changeId": entry["changeId"],
        "startTime": entry["activityDateTime"],
        "endTime": entry["activityDateTime"],
        "modifiedProperties": entry["modifiedProperties"],
        "provisioningSteps": [
            {
                "name": step["name"],
                "type": _pascal(step["provisioningStepType"]),
                "status": _pascal(step["status"]),
                "description": step["description"],
                "timestamp": entry["activityDateTime"],
                "details": step["details"],
            }
            for step in entry["provisioningSteps"]
        ],
        "reportableIdentifier": source["details"].get("UserPrincipalName", source["displayName"]),
        "statusInfo": {
            "status": _pascal(status["status"]),
            "errorCode": error.get("errorCode"),
            "reason": error.get("reason"),
            "additionalDetails": None,
            "errorCategory": error.get("errorCategory"),
            "recommendedAction": error.get("recommendedAction"),
        },
        "sourceIdentity": {"id": source["id"], "type": kind, "displayName": None, "details": None},
        "sourceSystem": {"id": None, "name": entry["sourceSystem"]["displayName"], "details": None},
        "targetIdentity": {
            "id": target["id"],
            "type": session.mappings[kind].target_object,
            "displayName": None,
            "details": None,
        },
        "targetSystem": {"id": None, "name": entry["targetSystem"]["displayName"], "details": None},
    }


def _connection_failed(session: Session, subject: Subject, error: TargetError) -> Document:
    """Return the entry of a run that failed before the object's turn: only then is Test connection a step."""
    now = iso(session.clock.now())
    return {
        "action": "Other",
        "changeId": session.frame.cycle_id,
        "startTime": now,
        "endTime": now,
        "modifiedProperties": [],
        "provisioningSteps": [
            {
                "name": "TestConnection",
                "type": "Import",
                "status": "Failure",
                "description": explain(error),
                "timestamp": now,
                "details": {},
            }
        ],
        "reportableIdentifier": subject.object_id,
        "statusInfo": {
            "status": "Failure",
            "errorCode": error.code,
            "reason": explain(error),
            "additionalDetails": None,
            "errorCategory": error.category,
            "recommendedAction": None,
        },
        "sourceIdentity": {
            "id": subject.object_id,
            "type": subject.kind,
            "displayName": None,
            "details": None,
        },
        "sourceSystem": {"id": None, "name": session.frame.directory_name, "details": None},
        "targetIdentity": None,
        "targetSystem": {"id": None, "name": session.frame.target_name, "details": None},
    }


def _pascal(word: str) -> str:
    return word[:1].upper() + word[1:]
