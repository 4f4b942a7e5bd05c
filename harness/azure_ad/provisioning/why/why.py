"""Why a user or group is, or is not, in the target: scope, match, last requests, what waits, and what comes next.

It only reads the store. No request is sent, nothing is written, no id is drawn.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and
…/application-provisioning-config-problem-no-users-provisioned (read 2026-11-29).
"""

from __future__ import annotations

from datetime import timedelta

from harness.azure_ad.mappings.expression import EvaluationError
from harness.azure_ad.provisioning.cycle.facts import Facts
from harness.azure_ad.provisioning.cycle.records import Escrow
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.cycle.shelves import progress
from harness.azure_ad.provisioning.job.records import Job
from harness.azure_ad.provisioning.log import provisioning_log as logs
from harness.azure_ad.provisioning.log.digest import digest, was_sent
from harness.azure_ad.provisioning.why.entitlement import entitlement
from harness.azure_ad.provisioning.why.forecast import Members, foresee
from harness.azure_ad.provisioning.why.foreign import AccountOf, foreign, no_account
from harness.azure_ad.provisioning.why.members import changes_document, members_document
from harness.azure_ad.provisioning.why.names import find, identity
from harness.azure_ad.provisioning.why.outlook import Outlook
from harness.azure_ad.provisioning.why.summary import summary
from harness.base.clock import iso
from harness.base.store import Document


def why(
    session: Session,
    job: Job,
    kind: str,
    name: str,
    *,
    most_members: int | None = None,
    account_of: AccountOf = no_account,
) -> Document:
    """Return the explanation of one `User` or `Group` as a document; moments are ISO 8601 in UTC.

    `{"summary", "user" or "group", "job", "scope", "match", "last", "lastSent", "waiting", "next"}`. `last` and `lastSent` are
    digests of log entries (`digest.py`), `next` a Plan's. A user has a manager in `waiting`; a group `members`, and in `next`
    those that change (`members.py`); of those on one side alone only the first `most_members` are looked at. `name` is any of its
    names (`names.py`); `account_of` returns the target's accounts. Raises UnknownNameError with the nearest names.
    """
    outlook = Outlook(session, job)
    facts = outlook.facts(kind, find(session, kind, name))
    members = Members(outlook, facts.key, most_members) if kind == "Group" else None
    plan = foresee(outlook, facts, members)
    history = [digest(entry) for entry in logs.entries(session.store, source_id=facts.key)]
    name_and_state, last = identity(session, facts), next(iter(history), None)
    match = _match(session, facts, history, account_of)
    account: Document = {
        kind.lower(): name_and_state,
        "job": _job(session, job),
        "scope": entitlement(session, facts),
        "match": match,
        "last": last,
        "lastSent": next(filter(was_sent, history), None),
        "waiting": _waiting(outlook, facts),
        "next": plan.document(),
    }
    if members is None:
        account["waiting"]["manager"] = _manager(session, facts)
    else:
        account["next"]["members"] = changes_document(session, members, plan)
        account["members"] = members_document(session, facts, members, plan)
    says = summary(outlook, job, facts, last, account.get("members"), match["foreign"])
    return {"summary": f"{name_and_state['displayName']} {says}.", **account}


def retries(session: Session) -> Document:
    """Return the number of failed objects that wait, and when the first is tried again: `{"count", "nextTry"}`."""
    due = [escrow.next for _, escrow in session.escrows()]
    return {"count": len(due), "nextTry": iso(min(due)) if due else None}


def _job(session: Session, job: Job) -> Document:
    quarantine = job.status.quarantine
    return {
        "state": job.status.code,
        "schedule": "Active" if job.is_on else "Disabled",
        "cycleUnderWay": progress(session.store).get(job.id) is not None,
        "next": iso(job.next, 6) if job.is_on and job.next else None,
        "quarantine": quarantine
        and {
            "since": iso(quarantine.began, 7),
            "reason": quarantine.reason,
            "code": quarantine.problem.code,
            "message": quarantine.problem.message,
            "nextAttempt": iso(quarantine.next_attempt, 7) if job.is_on else None,
        },
    }


def _match(session: Session, facts: Facts, history: list[Document], account_of: AccountOf) -> Document:
    """Return the attributes by which an object is, or would be, matched; `how` is `created` or `found`, if the log still has it."""
    linked, mapping = facts.connection, facts.mapping
    by, problem, foreigner = [], None, None
    if facts.document is not None and mapping is not None:
        try:
            values = mapping.values(facts.attributes, creating=True)
        except EvaluationError as error:
            problem, values = str(error), {}
        by = [
            {"attribute": flow.target, "value": mapping.logged(values).get(flow.target)}
            for flow in mapping.matching
        ]
        foreigner = foreign(facts, mapping.logged(values), account_of)
    made = [
        entry["at"]
        for entry in history
        if linked and entry["action"] == "create" and entry["targetId"] == linked.target_id
    ]
    return {
        "by": by,
        "problem": problem,
        "target": session.frame.app_name,
        "targetId": linked.target_id if linked else None,
        "how": None if linked is None else "created" if made else "found",
        "createdAt": made[-1] if made else None,
        "managed": linked.managed if linked else None,
        "foreign": foreigner,
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
