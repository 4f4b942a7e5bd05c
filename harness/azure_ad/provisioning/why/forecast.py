"""What the rest of the cycle under way, or the next cycle, will do with one object and its references.

The object's own decision is the cycle's (`cycle/decide.py`). A manager or members follow once the object itself was looked
at, was left over, or, for members, got an account late. Who of them gets or loses an account in that same cycle is foreseen
like anybody else. No request is sent.

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
    """What a cycle does with an object. `added` and `removed` are source ids of members that a PATCH will name.

    `action` is a Verdict's, and for a group also `rename` (and whatever else differs) or `update` (members alone are known
    to differ).
    """

    action: str
    says: str
    turn: Turn
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def document(self) -> Document:
        """Return `{"action", "says", "because", "at"}`.

        `because` says why the object is looked at, None when the cycle passes by; `at` is when, None while the schedule is off.
        """
        at = self.turn.at and iso(self.turn.at)
        return {"action": self.action, "says": self.says, "because": self.turn.because, "at": at}


class Members:
    """A group's members on both sides: of the directory, and of the target as far as was exported to it.

    `missing` and `surplus` are the first `most` of those on one side alone; the counts are of all.
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
        """Return when a cycle comes to a member itself, and what it does then."""
        fate = self._fates.get(member.key)
        if fate is None:
            turn = self._outlook.turn(member.key)
            fate = self._fates[member.key] = turn, judge(self._outlook.session, member, turn)
        return fate

    def late(self, *, under_way: bool) -> bool:
        """Tell whether somebody's new account brings a group that is there already back into that cycle."""
        added = self._outlook.session.quirks["late-members"] == "added"
        return any(
            self._arrives(member, under_way=under_way)
            for member in self.missing
            if member.kind == "User" and member.connection is None and (added or member.escrow is not None)
        )

    def connected(self, member: Facts, *, under_way: bool) -> bool:
        """Tell whether a member has an account once that cycle comes to the references."""
        turn, verdict = self.fate(member)
        happens = turn.because is not None and (turn.under_way or not under_way)
        if member.connection is None:
            return happens and verdict.action == "create"
        return not (happens and verdict.action == "delete")

    def _arrives(self, member: Facts, *, under_way: bool) -> bool:
        turn, verdict = self.fate(member)
        return turn.under_way is under_way and verdict.action == "create"

    def _facts(self, key: str) -> Facts:
        """Look up a user or a nested group, also one that left the directory."""
        session = self._outlook.session
        connection = session.connection(key)
        nested = session.directory.get("Group", key) is not None
        kind = "Group" if nested or (connection is not None and connection.kind == "Group") else "User"
        return self._outlook.facts(kind, key)


def foresee(outlook: Outlook, facts: Facts, members: Members | None = None) -> Plan:
    """Foretell what is left of the cycle under way, where that comes to the object, and the next cycle otherwise.

    `members` are a group's, None for a user.
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
    """Return the turn that an object in the target has for its references alone, None when it has none in that cycle."""
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
    """Tell whether another name than the last one flows to the target."""
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
