"""Why a group, and each of its members, is or is not in the target.

The target itself is not asked: its members are those that were exported to it. Members who are as they should be are
counted, all others named with a reason.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and …/known-issues
(read 2026-11): nested groups bring nobody, and a member who comes into scope late is not added at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from harness.azure_ad.provisioning.foresight import told as foretold
from harness.azure_ad.provisioning.foresight_group import Members, Plan, foresee_group
from harness.azure_ad.provisioning.known import Known, Outlook
from harness.azure_ad.provisioning.session import Session
from harness.azure_ad.provisioning.why import outside as person_outside
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

# What is wrong with a member; `says` tells it for people.
_OUT_OF_SCOPE, _NESTED, _FAILED, _NOT_CONNECTED = "outOfScope", "nestedGroup", "failed", "notConnected"
_NO_GROUP, _WAITS, _PASSED_BY = "groupNotInTarget", "waitsForReferences", "notLookedAt"


def why_group(session: Session, record: Document, name: str) -> Document:
    """Return what can be told of one group.

    `{"summary", "group", "job", "scope", "match", "last", "lastSent", "waiting", "next", "members"}`; `next` also has
    `members`, `{"added", "removed"}`. `members` counts `inDirectory`, `exported` and `alike`, and lists in `wrong` each who
    is on one side alone: `{"id", "name", "kind", "side", "reason", "says", "next"}`, `side` being `directory` or `target`.
    `record` is the job's; `name` a displayName or an id. Raises UnknownNameError with the nearest names.
    """
    outlook = Outlook(session, record)
    key = _find(session, name)
    group, members = outlook.known("Group", key), Members(outlook, key)
    plan = foresee_group(outlook, group, members)
    entries = history(session, key)
    told = {
        "group": identity(group),
        "job": job_state(session, record),
        "scope": _scope(session, group, members),
        "match": match(session, group, entries),
        **lately(entries),
        "waiting": waiting(session, group),
        "next": _next(plan, members),
        "members": {
            "inDirectory": len(members.present),
            "exported": len(members.exported),
            "alike": len(members.present) - len(members.missing),
            "wrong": list(_wrong(session, group, members, plan)),
        },
    }
    return {"summary": _summary(group, told), **told}


def _find(session: Session, name: str) -> str:
    """Return a group's id. Groups may share a name; one that is in the directory comes before those that left it."""
    folded = name.casefold()
    found: dict[str, str] = {}
    for known, key, state in names(session, "Group"):
        if known.casefold() == folded:
            found.setdefault(key, state)
    here = [key for key, state in found.items() if state == "present"] or list(found)
    if len(here) == 1:
        return here[0]
    if here:
        raise UnknownNameError(f"{len(here)} groups are called '{name}'; name one by id: {', '.join(here)}")
    owners = {known.casefold(): known for known, key, _ in names(session, "Group") if known != key}
    close = [f"'{owners[each]}'" for each in get_close_matches(folded, owners, n=3, cutoff=0.6)]
    meant = f"; did you mean {' or '.join(close)}?" if close else ""
    raise UnknownNameError(f"there is no group '{name}'{meant}")


def _scope(session: Session, group: Known, members: Members) -> Document:
    document = group.document or group.deleted or {}
    nested = [
        inner["displayName"] for each in members.present if (inner := session.directory.get("Group", each))
    ]
    return {
        **scope_of(session, group),
        "mappingEnabled": group.mapping is not None,
        "securityEnabled": bool(document.get("securityEnabled", True)),
        "nestedInAssigned": outer_groups(session, group.key),
        "nestedGroups": nested,
    }


def _next(plan: Plan, members: Members) -> Document:
    called = {each.key: _name(each) for each in (*members.missing, *members.surplus)}
    return {
        **foretold(plan.action, plan.says, plan.turn),
        "members": {
            change: [{"id": key, "name": called[key]} for key in keys]
            for change, keys in (("added", plan.added), ("removed", plan.removed))
        },
    }


def _wrong(session: Session, group: Known, members: Members, plan: Plan) -> Iterator[Document]:
    """Yield the members of one side alone, those of the directory first."""
    for member in members.missing:
        reason, says = _missing(session, group, member, members, plan)
        yield _told(member, "directory", reason, says, "added" if member.key in plan.added else None)
    for member in members.surplus:
        reason, says = _surplus(group, member, plan)
        yield _told(member, "target", reason, says, "removed" if member.key in plan.removed else None)


def _told(member: Known, side: str, reason: str, says: str, change: str | None) -> Document:
    return {
        "id": member.key,
        "name": _name(member),
        "kind": member.kind,
        "side": side,
        "reason": reason,
        "says": says,
        "next": change,
    }


def _missing(session: Session, group: Known, member: Known, members: Members, plan: Plan) -> tuple[str, str]:
    """Say why a member of the directory's group was not exported."""
    if member.connection is None:
        return _unconnected(session, member, members)
    if group.connection is None:
        return _NO_GROUP, "in the target, but the group is not"
    if group.escrow is not None and group.escrow["references"]:
        return _FAILED, f"sending the members failed; {_retry(group.escrow)}"
    if member.key in plan.added:
        return _WAITS, "in the target; follows when the group's members are looked at"
    return _PASSED_BY, (
        "in the target, but the group's members are not looked at until the group changes or provisioning is restarted"
    )


def _unconnected(session: Session, member: Known, members: Members) -> tuple[str, str]:
    provisioned = member.scope is not None and member.scope.provisioned
    if member.kind == "Group" and not provisioned:
        return (
            _NESTED,
            "a nested group, never expanded: its members come only if they are assigned themselves",
        )
    if not provisioned:
        return _OUT_OF_SCOPE, person_outside(session, member)
    if member.escrow is not None:
        last = next(iter(history(session, member.key)), {})
        code = f" ({last['code']})" if last.get("code") else ""
        return _FAILED, f"provisioning failed{code}; {_retry(member.escrow)}"
    turn, verdict = members.fate(member)
    if verdict.action == "fail":
        return _FAILED, verdict.says.rstrip(".")
    if turn.because is None:
        return _NOT_CONNECTED, "in scope, but not looked at: nothing changed since the last cycle"
    return _NOT_CONNECTED, "in scope, and not connected to an account yet"


def _surplus(group: Known, member: Known, plan: Plan) -> tuple[str, str]:
    """Say why somebody who is no member any more is still among those that were exported."""
    if member.connection is None:
        return _NOT_CONNECTED, "no longer a member, and not connected to an account any more"
    if group.escrow is not None and group.escrow["references"]:
        return _FAILED, f"no longer a member; sending the members failed; {_retry(group.escrow)}"
    if member.key in plan.removed:
        return _WAITS, "no longer a member; taken out when the group's members are looked at"
    return _PASSED_BY, "no longer a member, but the group's members are not looked at until the group changes"


def _retry(escrow: Document) -> str:
    return f"the first cycle from {iso(from_iso(escrow['next']))} tries again"


def _name(member: Known) -> str:
    told = identity(member)
    return str(told.get("userPrincipalName") or told["displayName"])


def _summary(group: Known, told: Document) -> str:
    """Say the one thing that matters most."""
    linked, scope, job = group.connection, group.scope, told["job"]
    name, there = told["group"]["displayName"], told["match"]["target"]
    if linked is None:
        return f"{name} is not in {there}: {not_there(group, _outside(group, told), told)}."
    has = f"group '{linked.target_id}'"
    if group.mapping is None:
        return f"{name} has the {has} in {there}, but provisioning of groups is turned off in the mappings."
    if group.document is None or scope is None:
        return f"{name} was deleted from the directory; the {has} in {there} {fate(group)}."
    if job["quarantine"]:
        return f"{name} has the {has} in {there}, but the job is in quarantine: changes wait."
    if not scope.provisioned:
        return f"{name} is out ({_outside(group, told)}); the {has} in {there} {fate(group)}."
    if group.escrow is not None:
        what = "sending its members" if group.escrow["references"] else "the last change"
        return f"{name} has the {has} in {there}, but {what} failed and waits for a retry."
    wrong = told["members"]["wrong"]
    if wrong:
        return f"{name} is in {there} with the {has}, but {_of_members(wrong, told['members'])}."
    return f"{name} is in {there} with the {has} and {_counted(told['members']['inDirectory'])}."


def _of_members(wrong: list[Document], counts: Document) -> str:
    missing = [each for each in wrong if each["side"] == "directory"]
    if len(wrong) == 1:
        (one,) = wrong
        how = "is missing there" if missing else "is still in it"
        return f"{one['name']} {how}: {one['says']}"
    surplus = len(wrong) - len(missing)
    parts = [f"{len(missing)} of {_counted(counts['inDirectory'])} are missing there"] if missing else []
    parts += [f"{surplus} who left are still in it"] if surplus else []
    return " and ".join(parts)


def _counted(count: int) -> str:
    return "1 member" if count == 1 else f"{count} members"


def _outside(group: Known, told: Document) -> str:
    """Say why a group of the directory is not to be in the target; empty for one that is."""
    scope, facts = group.scope, told["scope"]
    if scope is None or scope.provisioned:
        return ""
    if scope.assigned:
        return filtered_out(group)
    if not facts["securityEnabled"] and (facts["assignedDirectly"] or facts["syncAll"]):
        return "it is not security enabled"
    if facts["nestedInAssigned"]:
        outer = facts["nestedInAssigned"][0]
        return f"not assigned; it is only nested in the assigned group '{outer}', which does not bring it"
    return "not assigned to the application"
