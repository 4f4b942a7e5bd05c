"""Why a user or group is, or is not, in the target: scope, match, what was sent last, what waits, and what comes next.

A look at what the store holds. No request is sent, nothing is written, no id is drawn.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and
…/application-provisioning-config-problem-no-users-provisioned (read 2026-11).
"""

from __future__ import annotations

from datetime import timedelta

from harness.azure_ad.mappings.expression import EvaluationError
from harness.azure_ad.provisioning.cycle.facts import Facts
from harness.azure_ad.provisioning.cycle.records import Escrow
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.log import provisioning_log as logs
from harness.azure_ad.provisioning.log.digest import digest, was_sent
from harness.azure_ad.provisioning.why.entitlement import entitlement, outside
from harness.azure_ad.provisioning.why.forecast import Members, foresee
from harness.azure_ad.provisioning.why.members import changes_told, members_told
from harness.azure_ad.provisioning.why.names import find, identity
from harness.azure_ad.provisioning.why.outlook import Outlook
from harness.base.clock import iso
from harness.base.store import Document

_CALLED = {"User": "account", "Group": "group"}
_REFERENCES = {"User": "its manager", "Group": "sending its members"}


def why(session: Session, record: Document, kind: str, name: str) -> Document:
    """Return what can be told of one `User` or `Group`; moments are ISO 8601 in UTC.

    `{"summary", "user" or "group", "job", "scope", "match", "last", "lastSent", "waiting", "next"}`. `last` and `lastSent` are
    digests of log entries (`digest.py`), `next` a Plan's. A user has a manager in `waiting`; a group `members`, and in `next`
    those that change (`why_members.py`). `record` is the job's, `name` whatever it is called (`naming.py`). Raises
    UnknownNameError with the nearest names.
    """
    outlook = Outlook(session, record)
    facts = outlook.facts(kind, find(session, kind, name))
    members = Members(outlook, facts.key) if kind == "Group" else None
    plan = foresee(outlook, facts, members)
    history = [digest(entry) for entry in logs.entries(session.store, source_id=facts.key)]
    told: Document = {
        kind.lower(): identity(facts),
        "job": _job(session, record),
        "scope": entitlement(session, facts),
        "match": _match(session, facts, history),
        "last": next(iter(history), None),
        "lastSent": next(filter(was_sent, history), None),
        "waiting": _waiting(outlook, facts),
        "next": plan.told(),
    }
    if members is None:
        told["waiting"]["manager"] = _manager(session, facts)
    else:
        told["next"]["members"] = changes_told(members, plan)
        told["members"] = members_told(session, facts, members, plan)
    return {"summary": f"{told[kind.lower()]['displayName']} {_summary(outlook, facts, told)}.", **told}


def retries(session: Session) -> Document:
    """Return how many objects failed and wait, and when the first of them is tried again: `{"count", "nextTry"}`."""
    due = [escrow.next for _, escrow in session.escrows()]
    return {"count": len(due), "nextTry": iso(min(due)) if due else None}


def _job(session: Session, record: Document) -> Document:
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


def _match(session: Session, facts: Facts, history: list[Document]) -> Document:
    """Tell what an object is, or would be, found by; `how` is `created` or `found`, by what the log still has."""
    linked, mapping = facts.connection, facts.mapping
    by, problem = [], None
    if facts.document is not None and mapping is not None:
        try:
            values = mapping.values(facts.attributes, creating=True)
        except EvaluationError as error:
            problem, values = str(error), {}
        by = [
            {"attribute": flow.target, "value": mapping.logged(values).get(flow.target)}
            for flow in mapping.matching
        ]
    made = [
        told["at"]
        for told in history
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


def _waiting(outlook: Outlook, facts: Facts) -> Document:
    return {
        "escrow": facts.escrow and _retry(facts.escrow, outlook.session.quirks["escrow-days"]),
        "heldBack": outlook.held_back(facts),
        "references": outlook.awaits_references(facts.key),
    }


def _retry(escrow: Escrow, most_days: int) -> Document:
    return {
        "since": iso(escrow.began),
        "attempts": escrow.attempts + 1,
        "nextTry": iso(escrow.next),
        "givenUpAfter": iso(escrow.began + timedelta(days=most_days)),
        "ofReferences": escrow.references,
    }


def _manager(session: Session, person: Facts) -> Document | None:
    manager = session.directory.manager(person.key)
    boss = session.directory.get("User", manager) if manager else None
    linked = session.connection(manager) if manager else None
    sent = person.connection.manager if person.connection else None
    return boss and {
        "userPrincipalName": boss["userPrincipalName"],
        "connected": linked is not None,
        "sent": linked is not None and sent == linked.target_id,
    }


def _summary(outlook: Outlook, facts: Facts, told: Document) -> str:
    """Say the one thing that matters most, as what follows the name."""
    session = outlook.session
    linked, there = facts.connection, told["match"]["target"]
    if linked is None:
        return f"is not in {there}: {_not_there(session, facts, told)}"
    has = f"{_CALLED[facts.kind]} '{linked.target_id}'"
    if facts.mapping is None:
        return f"has the {has} in {there}, but provisioning of groups is turned off in the mappings"
    fate = "is still managed" if linked.managed else "is no longer managed"
    if outlook.held_back(facts):
        fate = "waits to be disabled or deleted: the change is held back"
    if facts.scope is None:
        return f"was deleted from the directory; the {has} in {there} {fate}"
    if told["job"]["quarantine"]:
        return f"has the {has} in {there}, but the job is in quarantine: changes wait"
    if not facts.scope.provisioned:
        return f"is out ({outside(session, facts)}); the {has} in {there} {fate}"
    if facts.escrow is not None:
        what = _REFERENCES[facts.kind] if facts.escrow.references else "the last change"
        return f"has the {has} in {there}, but {what} failed and waits for a retry"
    return f"is in {there} with the {has}{_of_members(told['members']) if 'members' in told else ''}"


def _not_there(session: Session, facts: Facts, told: Document) -> str:
    quarantine, last = told["job"]["quarantine"], told["last"]
    if facts.document is None:
        return "deleted from the directory"
    if facts.mapping is None:
        return "provisioning of groups is turned off in the mappings"
    if facts.scope is None or not facts.scope.provisioned:
        return outside(session, facts)
    if quarantine:
        return f"the job is in quarantine ({quarantine['code']})"
    if facts.escrow is not None:
        code = last and last["code"]
        return f"provisioning failed ({code}) and waits for a retry" if code else "provisioning failed"
    if told["job"]["schedule"] != "Active":
        return "in scope, but the job's schedule is off"
    if last is not None and last["status"] != "success":
        return f"the last attempt ended with {last['code']}"
    return "in scope, and waiting for its cycle"


def _of_members(members: Document) -> str:
    wrong, count = members["wrong"], members["inDirectory"]
    all_of_them = "1 member" if count == 1 else f"{count} members"
    if not wrong:
        return f" and {all_of_them}"
    missing = sum(each["side"] == "directory" for each in wrong)
    if len(wrong) == 1:
        (one,) = wrong
        return f", but {one['name']} {'is missing there' if missing else 'is still in it'}: {one['says']}"
    surplus = len(wrong) - missing
    parts = [f"{missing} of {all_of_them} {_is(missing)} missing there"] if missing else []
    parts += [f"{surplus} who left {_is(surplus)} still in it"] if surplus else []
    return f", but {' and '.join(parts)}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
