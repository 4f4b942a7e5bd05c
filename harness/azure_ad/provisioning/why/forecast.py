"""What the rest of the cycle under way, or the next cycle, will do with one object and its references.

The object's own decision is that of `cycle/decide.py`. Its references (a manager, members) are sent after the object itself was
looked at, when they are left over from before, or when a member gets an account late. Whether a member gets or loses its account
in the same cycle is forecast in the same way. No request is sent.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and
…/known-issues, on members who come into scope late (read 2026-11-29).
"""

from __future__ import annotations

from typing import NamedTuple

from harness.azure_ad.provisioning.cycle.facts import Facts
from harness.azure_ad.provisioning.why.outlook import Outlook, Turn
from harness.azure_ad.provisioning.why.words import NOTHING, Verdict, judge
from harness.base.clock import iso
from harness.base.store import Document

_MEMBERS_ALONE = "The group itself is not looked at, its members are."
_ALONE = {
    "User": Verdict("compare", "Its manager alone is looked at, and sent if it has an account."),
    "Group": Verdict(NOTHING, _MEMBERS_ALONE, references=True),
}
_STILL = {"User": "its manager is still to be sent", "Group": "its members are still to be sent"}


class Plan(NamedTuple):
    """What a cycle will do with an object. `added` and `removed` are the source ids of members in the PATCH to come.

    `action` is a Verdict's, or for a group `rename` (its name differs, perhaps more) or `update` (only its members are known to
    differ).
    """

    action: str
    says: str
    turn: Turn
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def document(self) -> Document:
        """Return `{"action", "says", "because", "at"}`.

        `because` is why the object is looked at, None if it is not; `at` is when, None while the schedule is off.
        """
        at = self.turn.at and iso(self.turn.at)
        return {"action": self.action, "says": self.says, "because": self.turn.because, "at": at}


class Members:
    """A group's members in the directory, and in the target by what was exported to it.

    `missing` are members in the directory alone, `surplus` in the target alone: the first `most` of each; the counts are of all.
    """

    def __init__(self, outlook: Outlook, group: str, most: int | None = None) -> None:
        self._outlook = outlook
        self.present = outlook.session.directory.members(group)
        self.exported = outlook.session.exported_members(group)
        here, there = set(self.present), set(self.exported)
        missing = [key for key in self.present if key not in there]
        surplus = [key for key in self.exported if key not in here]
        self.missing_count, self.surplus_count = len(missing), len(surplus)
        self.missing = [self._facts(key) for key in missing[:most]]
        self.surplus = [self._facts(key) for key in surplus[:most]]
        self._fates: dict[str, tuple[Turn, Verdict]] = {}

    def fate(self, member: Facts) -> tuple[Turn, Verdict]:
        """Return when a cycle looks at a member itself, and its decision."""
        fate = self._fates.get(member.key)
        if fate is None:
            turn = self._outlook.turn(member.key)
            fate = self._fates[member.key] = turn, judge(self._outlook.session, member, turn)
        return fate

    def late(self, *, under_way: bool) -> bool:
        """Return whether a member's new account makes that cycle look at an existing group again."""
        added = self._outlook.session.quirks["late-members"] == "added"
        return any(
            self._arrives(member, under_way=under_way)
            for member in self.missing
            if member.kind == "User" and member.connection is None and (added or member.escrow is not None)
        )

    def connected(self, member: Facts, *, under_way: bool) -> bool:
        """Return whether a member has an account when that cycle sends references."""
        turn, verdict = self.fate(member)
        happens = turn.because is not None and (turn.under_way or not under_way)
        if member.connection is None:
            return happens and verdict.action == "create"
        return not (happens and verdict.action == "delete")

    def _arrives(self, member: Facts, *, under_way: bool) -> bool:
        turn, verdict = self.fate(member)
        return turn.under_way is under_way and verdict.action == "create"

    def _facts(self, key: str) -> Facts:
        """Return the facts of a user or nested group, also of one that has left the directory."""
        session = self._outlook.session
        connection = session.connection(key)
        nested = session.directory.get("Group", key) is not None
        kind = "Group" if nested or (connection is not None and connection.kind == "Group") else "User"
        return self._outlook.facts(kind, key)


def foresee(outlook: Outlook, facts: Facts, members: Members | None = None) -> Plan:
    """Forecast the cycle under way, if it still looks at the object, else the next cycle.

    `members` are those of a group, None for a user.
    """
    own = outlook.turn(facts.key)
    verdict = judge(outlook.session, facts, own)
    for under_way in (True, False) if outlook.progress is not None else (False,):
        after = _of_references(outlook, facts, members, under_way=under_way)
        if own.because is not None and own.under_way is under_way:
            follows = verdict.references or (verdict.action != "delete" and after is not None)
            if members is not None and verdict.action == "compare" and _renamed(facts):
                verdict = verdict._replace(action="rename")
            return _with_members(verdict._replace(references=follows), own, members)
        if after is not None:
            return _with_members(_ALONE[facts.kind], after, members)
    return Plan(NOTHING, verdict.says, own)


def _of_references(
    outlook: Outlook, facts: Facts, members: Members | None, *, under_way: bool
) -> Turn | None:
    """Return the turn of an object in the target for its references alone; None if it has none in that cycle."""
    if facts.connection is None or facts.mapping is None or facts.mapping.reference is None:
        return None
    at = outlook.moment(under_way=under_way)
    if outlook.awaits_references(facts.key) and under_way is (outlook.progress is not None):
        return Turn(_STILL[facts.kind], at, under_way)
    if members is not None and members.late(under_way=under_way):
        return Turn("a member gets an account in that cycle", at, under_way)
    return None


def _with_members(verdict: Verdict, turn: Turn, members: Members | None) -> Plan:
    action, says, references = verdict
    if members is None or not references:
        return Plan(action, says, turn)
    added, removed = (
        tuple(each.key for each in side if members.connected(each, under_way=turn.under_way))
        for side in (members.missing, members.surplus)
    )
    if (added or removed) and action in (NOTHING, "compare"):
        if action == NOTHING and says != _MEMBERS_ALONE:
            says = f"{says} That is of the group itself; its members are sent."
        action = "update"
    return Plan(action, says, turn, added, removed)


def _renamed(group: Facts) -> bool:
    """Return whether the name that flows to the target is another than the last one."""
    assert group.connection is not None
    assert group.mapping is not None
    before = {**group.attributes, "displayName": group.connection.identifier}
    old, new = (group.mapping.values(each, creating=False) for each in (before, group.attributes))
    return any(
        old.get(flow.target) != value
        and (flow.case_exact or old.get(flow.target, "").casefold() != value.casefold())
        for flow in group.mapping.flows
        if (value := new.get(flow.target)) is not None
    )
