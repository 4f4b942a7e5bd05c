"""What the next cycle will do with one group and its members, told without asking the target anything.

Mirrors `references.py`: members follow once the group itself was looked at, were left over, or got an account late. Who
gets or loses an account in that same cycle is foreseen like anybody else.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and
…/known-issues, on members who come into scope late (read 2026-11).
"""

from __future__ import annotations

from typing import NamedTuple

from harness.azure_ad.provisioning.foresight import NOT_LOOKED_AT, NOTHING, Verdict, judge
from harness.azure_ad.provisioning.known import Known, Outlook, Turn

_MEMBERS_ALONE = "The group itself is not looked at, its members are."


class Plan(NamedTuple):
    """What a cycle does with a group. `added` and `removed` are source ids of members that a PATCH will name.

    `action` is `create`, `rename` (and whatever else differs), `update` (members alone are known to differ), `compare`,
    `delete`, `fail` or `nothing`.
    """

    action: str
    says: str
    turn: Turn
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Members:
    """A group's members on both sides: of the directory, and of the target as far as was exported to it."""

    def __init__(self, outlook: Outlook, group: str) -> None:
        self._outlook = outlook
        self.present = outlook.session.directory.members(group)
        self.exported = outlook.session.exported_members(group)
        here, there = set(self.present), set(self.exported)
        self.missing = [self._known(key) for key in self.present if key not in there]
        self.surplus = [self._known(key) for key in self.exported if key not in here]
        self._fates: dict[str, tuple[Turn, Verdict]] = {}

    def fate(self, member: Known) -> tuple[Turn, Verdict]:
        """Return when a cycle comes to a member itself, and what it does then."""
        fate = self._fates.get(member.key)
        if fate is None:
            turn = self._outlook.turn(member)
            fate = self._fates[member.key] = turn, judge(self._outlook, member, turn)
        return fate

    def late(self, *, under_way: bool) -> bool:
        """Tell whether somebody's new account brings a group that is there already back into that cycle."""
        added = self._outlook.session.quirks["late-members"] == "added"
        return any(
            self._arrives(member, under_way=under_way)
            for member in self.missing
            if member.kind == "User" and member.connection is None and (added or member.escrow is not None)
        )

    def connected(self, member: Known, *, under_way: bool) -> bool:
        """Tell whether a member has an account once that cycle comes to the references."""
        turn, verdict = self.fate(member)
        happens = turn.because is not None and (turn.under_way or not under_way)
        if member.connection is None:
            return happens and verdict.action == "create"
        return not (happens and verdict.action == "delete")

    def _arrives(self, member: Known, *, under_way: bool) -> bool:
        turn, verdict = self.fate(member)
        return turn.under_way is under_way and verdict.action == "create"

    def _known(self, key: str) -> Known:
        """Look up a user or a nested group, also one that left the directory."""
        session = self._outlook.session
        connection = session.connection(key)
        nested = session.directory.get("Group", key) is not None
        kind = "Group" if nested or (connection is not None and connection.kind == "Group") else "User"
        return self._outlook.known(kind, key)


def foresee_group(outlook: Outlook, group: Known, members: Members) -> Plan:
    """Foretell what is left of the cycle under way, where that comes to the group, and the next cycle otherwise."""
    own = outlook.turn(group)
    verdict = judge(outlook, group, own)
    for under_way in (True, False) if outlook.progress is not None else (False,):
        mine = own.because is not None and own.under_way is under_way
        turn = own if mine else _of_members(outlook, group, members, under_way=under_way)
        if turn is None or turn.because is None:
            continue
        if not mine:
            return _with_members(Verdict(NOTHING, _MEMBERS_ALONE, references=True), turn, members)
        waiting = _of_members(outlook, group, members, under_way=under_way)
        follows = verdict.references or (verdict.action != "delete" and waiting is not None)
        if verdict.action == "compare" and _renamed(group):
            verdict = verdict._replace(action="rename")
        return _with_members(verdict._replace(references=follows), own, members)
    return Plan(NOTHING, NOT_LOOKED_AT, outlook.turn(group)._replace(because=None))


def _of_members(outlook: Outlook, group: Known, members: Members, *, under_way: bool) -> Turn | None:
    """Return the turn that a group in the target has for its members alone, None when it has none in that cycle."""
    if group.connection is None or group.mapping is None or group.mapping.reference is None:
        return None
    at = outlook.moment(under_way=under_way)
    if group.awaits_references and under_way is (outlook.progress is not None):
        return Turn("its members are still to be sent", at, under_way)
    if members.late(under_way=under_way):
        return Turn("a member gets an account in that cycle", at, under_way)
    return None


def _with_members(verdict: Verdict, turn: Turn, members: Members) -> Plan:
    if not verdict.references:
        return Plan(verdict.action, verdict.says, turn)
    under_way = turn.under_way
    added = tuple(each.key for each in members.missing if members.connected(each, under_way=under_way))
    removed = tuple(each.key for each in members.surplus if members.connected(each, under_way=under_way))
    action, says = verdict.action, verdict.says
    if (added or removed) and action in (NOTHING, "compare"):
        if action == NOTHING and says != _MEMBERS_ALONE:
            says = f"{says} That is of the group itself; its members are sent."
        action = "update"
    return Plan(action, says, turn, added, removed)


def _renamed(group: Known) -> bool:
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
