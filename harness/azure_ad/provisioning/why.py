"""Why somebody is, or is not, in the target: scope, match, what was sent last, what waits, and what comes next.

A look at what the store holds. No request is sent, nothing is written, no id is drawn.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and
…/application-provisioning-config-problem-no-users-provisioned (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from difflib import get_close_matches

from harness.azure_ad.deleted_items import KEPT
from harness.azure_ad.directory import NotFoundError
from harness.azure_ad.provisioning import logs
from harness.azure_ad.provisioning.digest import digest, was_sent
from harness.azure_ad.provisioning.expression import EvaluationError
from harness.azure_ad.provisioning.foresight import Person, foresee
from harness.azure_ad.provisioning.scoping import look_at
from harness.azure_ad.provisioning.session import Session, escrow_shelf
from harness.base.clock import from_iso, iso
from harness.base.errors import HarnessError
from harness.base.store import Document

_WORD = re.compile(r"[^\W_]{3,}")


class UnknownUserError(HarnessError):
    """Nobody of that name is or was there."""


def why(session: Session, record: Document, name: str) -> Document:
    """Return what can be told of one person: `{"summary", "user", "job", "scope", "match", "last", "waiting", "next"}`.

    `record` is the job's; `name` an id, userPrincipalName, its part before the @, or a displayName. Moments are ISO 8601 in
    UTC. `last` and `match.sent` are digests of log entries (`digest.py`). Raises UnknownUserError with the nearest names.
    """
    key = _find(session, name)
    person = _person(session, key)
    entries = [digest(entry) for entry in logs.entries(session.store, source_id=key)]
    told = {
        "user": _user(person),
        "job": _job(session, record),
        "scope": _scope(session, person),
        "match": _match(session, person, entries),
        "last": next(iter(entries), None),
        "lastSent": next(filter(was_sent, entries), None),
        "waiting": _waiting(session, person),
        "next": foresee(session, person, record, session.clock.now()),
    }
    return {"summary": _summary(person, told), **told}


def retries(session: Session) -> Document:
    """Return how many objects failed and wait, and when the first of them is tried again: `{"count", "nextTry"}`."""
    due = [escrow["next"] for _, escrow in session.store.scan(escrow_shelf(session.frame.job_id))]
    return {"count": len(due), "nextTry": iso(from_iso(min(due))) if due else None}


def _find(session: Session, name: str) -> str:
    directory, folded = session.directory, name.casefold()
    try:
        return str(directory.find("User", name)["id"])
    except NotFoundError:
        pass
    names: dict[str, list[str]] = {}
    for known, key in _names(session):
        names.setdefault(known.casefold(), []).append(key)
    found = list(dict.fromkeys(names.get(folded, ())))
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownUserError(
            f"{len(found)} people are called '{name}'; name one by userPrincipalName or id"
        )
    raise UnknownUserError(f"there is no user '{name}'{_nearest(session, folded)}")


def _nearest(session: Session, folded: str) -> str:
    """Suggest up to three people with a name, or a part of one, that is close; everybody shares the domain."""
    owners: dict[str, str] = {}
    for known, key in _names(session):
        for part in (known, *_WORD.findall(known)) if known != key and "@" not in known else ():
            owners.setdefault(part.casefold(), key)
    wanted = folded.partition("@")[0]
    keys = dict.fromkeys(owners[each] for each in get_close_matches(wanted, owners, n=3, cutoff=0.6))
    close = [f"'{_user(_person(session, key))['userPrincipalName']}'" for key in keys]
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _names(session: Session) -> Iterator[tuple[str, str]]:
    """Yield what people are called, with their ids: those of the directory, of the deleted items, and those long gone."""
    for shelf in ("User", "deletedUser"):
        for key, document in session.store.scan(shelf):
            name = document["userPrincipalName"].removeprefix(key.replace("-", ""))
            yield from ((each, key) for each in (name, name.partition("@")[0], key))
            if document.get("displayName"):
                yield document["displayName"], key
    for key, connection in session.connections():
        if connection.kind == "User":
            yield from ((each, key) for each in (connection.identifier, connection.display_name, key))


def _person(session: Session, key: str) -> Person:
    document = session.directory.get("User", key)
    deleted = None if document else session.store.get("deletedUser", key)
    scope, attributes = (
        (None, {}) if document is None else look_at(session, session.mappings["User"], document)
    )
    return Person(
        key=key,
        document=document,
        deleted=deleted,
        attributes=attributes,
        connection=session.connection(key),
        mapping=session.mappings["User"],
        scope=scope,
        escrow=session.escrow(key),
        held_back=("User", key) in session.held_back(),
        awaits_references=key in session.pending_references(),
    )


def _user(person: Person) -> Document:
    document = person.document or person.deleted or {}
    linked = person.connection
    name = document.get("userPrincipalName") or (linked.identifier if linked else person.key)
    gone = person.deleted["deletedDateTime"] if person.deleted else None
    return {
        "id": person.key,
        "userPrincipalName": name.removeprefix(person.key.replace("-", "")),
        "displayName": document.get("displayName") or (linked.display_name if linked else name),
        "state": "present" if person.document else "deleted" if person.deleted else "gone",
        "deletedAt": gone,
        "purgedAt": gone and iso(from_iso(gone) + KEPT),
    }


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


def _scope(session: Session, person: Person) -> Document:
    scope = person.scope
    return {
        "inScope": scope is not None and scope.entitled,
        "provisioned": scope is not None and scope.provisioned,
        "syncAll": session.sync_all,
        "accountEnabled": scope.active if scope else None,
        "assignedDirectly": session.apps.is_assigned(session.frame.app_id, person.key),
        "groups": [_group(session, group) for group in session.directory.groups_of(person.key)],
        "filters": _filters(person),
        "skipOutOfScopeDeletions": session.skip_out_of_scope_deletions,
    }


def _group(session: Session, key: str) -> Document:
    """Tell whether a group brings its members into scope, and which assigned groups it is nested in, which bring nobody."""
    document = session.directory.get("Group", key) or {}
    assigned = session.apps.is_assigned(session.frame.app_id, key)
    secure = bool(document.get("securityEnabled", True))
    outer = [
        (session.directory.get("Group", each) or {}).get("displayName", each)
        for each in _around(session, key)
        if session.apps.is_assigned(session.frame.app_id, each)
    ]
    return {
        "id": key,
        "displayName": document.get("displayName", key),
        "assigned": assigned,
        "securityEnabled": secure,
        "bringsMembers": assigned and secure,
        "nestedInAssigned": outer,
    }


def _around(session: Session, group: str) -> list[str]:
    """Return the groups that hold a group, directly or not."""
    found: dict[str, None] = {}
    waiting = [group]
    while waiting:
        fresh = [key for key in session.directory.groups_of(waiting.pop()) if key not in found]
        found |= dict.fromkeys(fresh)
        waiting += fresh
    return [key for key in found if key != group]


def _filters(person: Person) -> list[Document]:
    filters = person.scope.filters if person.scope else None
    shown = person.mapping.logged_source(person.attributes)
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
        for name, groups in (filters.results.items() if filters else ())
        for group in groups
    ]


def _match(session: Session, person: Person, entries: list[Document]) -> Document:
    """Tell what the person is, or would be, found by; `how` is `created` or `found`, by what the log still has."""
    linked, mapping = person.connection, person.mapping
    by, problem = [], None
    if person.document is not None:
        try:
            values = mapping.values(person.attributes, creating=True)
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


def _waiting(session: Session, person: Person) -> Document:
    escrow, manager = person.escrow, session.directory.manager(person.key)
    boss = session.directory.get("User", manager) if manager else None
    linked = session.connection(manager) if manager else None
    sent = person.connection.manager if person.connection else None
    return {
        "escrow": escrow
        and {
            "since": iso(from_iso(escrow["began"])),
            "attempts": escrow["attempts"] + 1,
            "nextTry": iso(from_iso(escrow["next"])),
            "givenUpAfter": iso(from_iso(escrow["began"]) + timedelta(days=session.quirks["escrow-days"])),
            "ofReferences": escrow["references"],
        },
        "heldBack": person.held_back,
        "references": person.awaits_references,
        "manager": boss
        and {
            "userPrincipalName": boss["userPrincipalName"],
            "connected": linked is not None,
            "sent": linked is not None and sent == linked.target_id,
        },
    }


def _summary(person: Person, told: Document) -> str:
    """Say the one thing that matters most."""
    linked, scope, job = person.connection, person.scope, told["job"]
    who, there = told["user"]["displayName"], told["match"]["target"]
    account = f"account '{linked.target_id}'" if linked else ""
    if linked is None:
        reason = _absent(person, told)
        return f"{who} is not in {there}: {reason}."
    if scope is None:
        return f"{who} was deleted from the directory; the {account} in {there} {_fate(person)}."
    if job["quarantine"]:
        return f"{who} has the {account} in {there}, but the job is in quarantine: changes wait."
    if not scope.provisioned:
        return f"{who} is out ({_outside(person, told)}); the {account} in {there} {_fate(person)}."
    if person.escrow is not None:
        what = "its manager" if person.escrow["references"] else "the last change"
        return f"{who} has the {account} in {there}, but {what} failed and waits for a retry."
    return f"{who} is in {there} with the {account}."


def _absent(person: Person, told: Document) -> str:
    quarantine = told["job"]["quarantine"]
    if person.scope is None:
        return "deleted from the directory"
    if not person.scope.provisioned:
        return _outside(person, told)
    if quarantine:
        return f"the job is in quarantine ({quarantine['code']})"
    if person.escrow is not None:
        code = (told["last"] or {}).get("code")
        return f"provisioning failed ({code}) and waits for a retry" if code else "provisioning failed"
    if told["job"]["schedule"] != "Active":
        return "in scope, but the job's schedule is off"
    last = told["last"]
    if last is not None and last["status"] != "success":
        return f"the last attempt ended with {last['code']}"
    return "in scope, and waiting for its cycle"


def _outside(person: Person, told: Document) -> str:
    scope = person.scope
    assert scope is not None
    if not scope.assigned:
        nested = [group for group in told["scope"]["groups"] if group["nestedInAssigned"]]
        plain = [group for group in told["scope"]["groups"] if group["assigned"]]
        if plain:
            return f"the assigned group '{plain[0]['displayName']}' is not security enabled"
        if nested:
            inner, outer = nested[0]["displayName"], nested[0]["nestedInAssigned"][0]
            return (
                f"not assigned; '{inner}' is only nested in the assigned group '{outer}', which brings nobody"
            )
        return "not assigned to the application"
    if not scope.entitled:
        assert scope.filters is not None
        failed = [f"{result.clause.text}" for result in scope.filters.decisive]
        return f"a scoping filter keeps it out: {'; '.join(failed)}"
    return "the account is disabled"


def _fate(person: Person) -> str:
    linked = person.connection
    assert linked is not None
    if person.held_back:
        return "waits to be disabled or deleted: the change is held back"
    return "is still managed" if linked.managed else "is no longer managed"
