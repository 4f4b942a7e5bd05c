"""Why a member of a group is, or is not, a member of the target's group.

The target's members are those that were exported to it; no request is sent. Members that are equal on both sides are counted,
all others are listed with a reason.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and …/known-issues
(read 2026-11-29): nested groups bring nobody, and a member who comes into scope late is not added at once.
"""

from __future__ import annotations

from functools import partial

from harness.azure_ad.provisioning.cycle.facts import Facts
from harness.azure_ad.provisioning.cycle.records import Escrow
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.log import provisioning_log as logs
from harness.azure_ad.provisioning.log.digest import digest
from harness.azure_ad.provisioning.why.entitlement import outside
from harness.azure_ad.provisioning.why.forecast import Members, Plan
from harness.azure_ad.provisioning.why.names import identity
from harness.base.store import Document

# Codes of what is wrong with a member; each goes with a sentence for people.
_OUT_OF_SCOPE, _NESTED, FAILED, _NOT_CONNECTED = "outOfScope", "nestedGroup", "failed", "notConnected"
_NO_GROUP, _WAITS, _PASSED_BY = "groupNotInTarget", "waitsForReferences", "notLookedAt"


def members_document(session: Session, group: Facts, members: Members, plan: Plan) -> Document:
    """Return the counts of members, and in `wrong` a row for each member on one side alone, the directory's first.

    A row is `{"id", "name", "kind", "side", "reason", "says", "next"}`; `side` is `directory` or `target`, `next` is `added`,
    `removed` or None.
    """
    changing = {"added": frozenset(plan.added), "removed": frozenset(plan.removed)}
    wrong = []
    for side, change, says_why, those in (
        ("directory", "added", partial(_missing, session, members), members.missing),
        ("target", "removed", _surplus, members.surplus),
    ):
        for member in those:
            follows = member.key in changing[change]
            reason, says = says_why(group, member, "" if follows else _held_up(group, plan))
            wrong.append(
                {
                    "id": member.key,
                    "name": _name(session, member),
                    "kind": member.kind,
                    "side": side,
                    "reason": reason,
                    "says": says,
                    "next": change if follows else None,
                }
            )
    return {
        "inDirectory": len(members.present),
        "exported": len(members.exported),
        "alike": len(members.present) - members.missing_count,
        "missing": members.missing_count,
        "surplus": members.surplus_count,
        "wrong": wrong,
    }


def changes_document(session: Session, members: Members, plan: Plan) -> Document:
    """Return the members in the next PATCH: `{"added", "removed"}`, each a list of `{"id", "name"}`."""
    called = {each.key: _name(session, each) for each in (*members.missing, *members.surplus)}
    return {
        change: [{"id": key, "name": called[key]} for key in keys]
        for change, keys in (("added", plan.added), ("removed", plan.removed))
    }


def _name(session: Session, member: Facts) -> str:
    labels = identity(session, member)
    return str(labels.get("userPrincipalName") or labels["displayName"])


def _missing(
    session: Session, members: Members, group: Facts, member: Facts, held_up: str
) -> tuple[str, str]:
    """Return the code and the sentence why a member of the directory's group was not exported."""
    if member.connection is None:
        return _unconnected(session, member, members)
    if group.connection is None:
        return _NO_GROUP, "in the target, but the group is not"
    if group.escrow is not None and group.escrow.references:
        return FAILED, f"sending the members failed; {_retry(group.escrow)}"
    if held_up:
        return _PASSED_BY, f"in the target, but {held_up}"
    return _WAITS, "in the target; follows when the group's members are looked at"


def _unconnected(session: Session, member: Facts, members: Members) -> tuple[str, str]:
    if member.scope is None or not member.scope.provisioned:
        if member.kind == "Group":
            return (
                _NESTED,
                "a nested group, never expanded: its members come only if they are assigned themselves",
            )
        return _OUT_OF_SCOPE, outside(session, member)
    if member.escrow is not None:
        last = next(logs.entries(session.store, source_id=member.key), None)
        code = digest(last)["code"] if last else None
        return FAILED, f"provisioning failed{f' ({code})' if code else ''}; {_retry(member.escrow)}"
    turn, verdict = members.fate(member)
    if verdict.action == "fail":
        return FAILED, verdict.says.rstrip(".")
    if turn.because is None:
        return _NOT_CONNECTED, "in scope, but not looked at: nothing changed since the last cycle"
    return _NOT_CONNECTED, "in scope, and not connected to an account yet"


def _surplus(group: Facts, member: Facts, held_up: str) -> tuple[str, str]:
    """Return the code and the sentence why a former member is still among the exported ones."""
    if member.connection is None:
        return _NOT_CONNECTED, "no longer a member, and not connected to an account any more"
    if group.escrow is not None and group.escrow.references:
        return FAILED, f"no longer a member; sending the members failed; {_retry(group.escrow)}"
    if held_up:
        return _PASSED_BY, f"no longer a member, but {held_up}"
    return _WAITS, "no longer a member; taken out when the group's members are looked at"


def _held_up(group: Facts, plan: Plan) -> str:
    """Return what keeps the group's members from being sent, an empty text for nothing."""
    if group.mapping is None:
        return "provisioning of groups is turned off"
    if plan.action == "delete":
        return "the group itself is to be deleted"
    if group.scope is None or not group.scope.provisioned:
        return "the group is out, and left as it is"
    return "the group's members are not looked at until the group changes or provisioning is restarted"


def _retry(escrow: Escrow) -> str:
    return f"the first cycle from {escrow.next:%Y-%m-%d %H:%M:%S} tries again"
