"""Why somebody is, or is not, in the target: scope, match, what was sent last, what waits, and what comes next.

Groups are in `why_group.py`, what both tell in `why_common.py`.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and
…/application-provisioning-config-problem-no-users-provisioned (read 2026-11).
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from harness.azure_ad.directory import NotFoundError
from harness.azure_ad.provisioning.foresight import foresee
from harness.azure_ad.provisioning.known import Known, Outlook
from harness.azure_ad.provisioning.session import Session, escrow_shelf
from harness.azure_ad.provisioning.why_common import (
    UnknownNameError,
    fate,
    filtered_out,
    history,
    identity,
    job_state,
    lately,
    match,
    names,
    not_there,
    outer_groups,
    scope_of,
    waiting,
)
from harness.base.clock import from_iso, iso
from harness.base.store import Document

_WORD = re.compile(r"[^\W_]{3,}")


def why(session: Session, record: Document, name: str) -> Document:
    """Return what can be told of one person: `{"summary", "user", "job", "scope", "match", "last", "waiting", "next"}`.

    `record` is the job's; `name` an id, userPrincipalName, its part before the @, or a displayName. Moments are ISO 8601 in
    UTC. `last` and `match.sent` are digests of log entries (`digest.py`). Raises UnknownNameError with the nearest names.
    """
    outlook = Outlook(session, record)
    key = _find(outlook, name)
    person = outlook.known("User", key)
    entries = history(session, key)
    told = {
        "user": identity(person),
        "job": job_state(session, record),
        "scope": _scope(session, person),
        "match": match(session, person, entries),
        **lately(entries),
        "waiting": {**waiting(session, person), "manager": _manager(session, person)},
        "next": foresee(outlook, person),
    }
    return {"summary": _summary(session, person, told), **told}


def retries(session: Session) -> Document:
    """Return how many objects failed and wait, and when the first of them is tried again: `{"count", "nextTry"}`."""
    due = [escrow["next"] for _, escrow in session.store.scan(escrow_shelf(session.frame.job_id))]
    return {"count": len(due), "nextTry": iso(from_iso(min(due))) if due else None}


def outside(session: Session, person: Known) -> str:
    """Say why somebody of the directory is not to be in the target; empty for who is."""
    scope = person.scope
    if scope is None or scope.provisioned:
        return ""
    if scope.entitled:
        return "the account is disabled"
    if scope.assigned:
        return filtered_out(person)
    groups = [_group(session, key) for key in session.directory.groups_of(person.key)]
    plain = [group for group in groups if group["assigned"]]
    if plain:
        return f"the assigned group '{plain[0]['displayName']}' is not security enabled"
    nested = [group for group in groups if group["nestedInAssigned"]]
    if nested:
        inner, outer = nested[0]["displayName"], nested[0]["nestedInAssigned"][0]
        return f"not assigned; '{inner}' is only nested in the assigned group '{outer}', which brings nobody"
    return "not assigned to the application"


def _find(outlook: Outlook, name: str) -> str:
    session, folded = outlook.session, name.casefold()
    try:
        return str(session.directory.find("User", name)["id"])
    except NotFoundError:
        pass
    found = list(dict.fromkeys(key for known, key, _ in names(session, "User") if known.casefold() == folded))
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownNameError(
            f"{len(found)} people are called '{name}'; name one by userPrincipalName or id"
        )
    if any(known.casefold() == folded for known, _, _ in names(session, "Group")):
        raise UnknownNameError(
            f"there is no user '{name}', but a group: 'harness why --group', or why?group="
        )
    raise UnknownNameError(f"there is no user '{name}'{_nearest(outlook, folded)}")


def _nearest(outlook: Outlook, folded: str) -> str:
    """Suggest up to three people with a name, or a part of one, that is close; everybody shares the domain."""
    owners: dict[str, str] = {}
    for known, key, _ in names(outlook.session, "User"):
        for part in (known, *_WORD.findall(known)) if known != key and "@" not in known else ():
            owners.setdefault(part.casefold(), key)
    wanted = folded.partition("@")[0]
    keys = dict.fromkeys(owners[each] for each in get_close_matches(wanted, owners, n=3, cutoff=0.6))
    close = [f"'{identity(outlook.known('User', key))['userPrincipalName']}'" for key in keys]
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _scope(session: Session, person: Known) -> Document:
    return {
        **scope_of(session, person),
        "accountEnabled": person.scope.active if person.scope else None,
        "groups": [_group(session, group) for group in session.directory.groups_of(person.key)],
    }


def _group(session: Session, key: str) -> Document:
    """Tell whether a group brings its members into scope, and which assigned groups it is nested in, which bring nobody."""
    document = session.directory.get("Group", key) or {}
    assigned = session.apps.is_assigned(session.frame.app_id, key)
    secure = bool(document.get("securityEnabled", True))
    return {
        "id": key,
        "displayName": document.get("displayName", key),
        "assigned": assigned,
        "securityEnabled": secure,
        "bringsMembers": assigned and secure,
        "nestedInAssigned": outer_groups(session, key),
    }


def _manager(session: Session, person: Known) -> Document | None:
    manager = session.directory.manager(person.key)
    boss = session.directory.get("User", manager) if manager else None
    linked = session.connection(manager) if manager else None
    sent = person.connection.manager if person.connection else None
    return boss and {
        "userPrincipalName": boss["userPrincipalName"],
        "connected": linked is not None,
        "sent": linked is not None and sent == linked.target_id,
    }


def _summary(session: Session, person: Known, told: Document) -> str:
    """Say the one thing that matters most."""
    linked, scope, job = person.connection, person.scope, told["job"]
    who, there = told["user"]["displayName"], told["match"]["target"]
    account = f"account '{linked.target_id}'" if linked else ""
    if linked is None:
        return f"{who} is not in {there}: {not_there(person, outside(session, person), told)}."
    if scope is None:
        return f"{who} was deleted from the directory; the {account} in {there} {fate(person)}."
    if job["quarantine"]:
        return f"{who} has the {account} in {there}, but the job is in quarantine: changes wait."
    if not scope.provisioned:
        return f"{who} is out ({outside(session, person)}); the {account} in {there} {fate(person)}."
    if person.escrow is not None:
        what = "its manager" if person.escrow["references"] else "the last change"
        return f"{who} has the {account} in {there}, but {what} failed and waits for a retry."
    return f"{who} is in {there} with the {account}."
