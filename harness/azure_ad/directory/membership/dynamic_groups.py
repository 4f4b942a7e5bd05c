"""Dynamic groups: users who match the rule become members, some time after the user or the rule changed.

Changed users and groups wait in a queue, each with the moment when it is due. The directory calls `settle_due` before it reads
members, so no timer is needed; the call is cheap, for the next due moment is remembered.

Sources: https://learn.microsoft.com/en-us/entra/identity/users/groups-dynamic-membership,
https://learn.microsoft.com/en-us/entra/identity/users/groups-troubleshooting (evaluation is a periodic background process;
a changed rule removes the members it does not find) and
https://learn.microsoft.com/en-us/entra/identity/users/groups-dynamic-rule-member-of, Preview limitations (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from harness.azure_ad.directory.changes import ChangeLog
from harness.azure_ad.directory.properties import PropertyError
from harness.base.clock import Clock, from_iso, iso
from harness.base.store import Document, Store

if TYPE_CHECKING:
    from harness.azure_ad.directory.membership.conditions import Candidate
    from harness.azure_ad.directory.membership.rule import Rule

_RELATION, _ALL = "dynamic", "groups"
_QUEUE = "dynamicDue"
_UPDATED = "dynamicUpdated"
_STATES = ("On", "Paused")
_SOONEST = datetime(1, 1, 1, tzinfo=UTC)
MOST_GROUPS = 15_000
MOST_MEMBER_OF_GROUPS = 500


def is_dynamic(group: Document) -> bool:
    return "DynamicMembership" in group.get("groupTypes", ())


def check_rule(group: Document) -> Document:
    """Return the group with its processing state filled in. Raises PropertyError for a rule that cannot work."""
    text, state = group.get("membershipRule"), group.get("membershipRuleProcessingState")
    if not is_dynamic(group):
        if text is not None:
            raise PropertyError("a membershipRule needs 'DynamicMembership' among the groupTypes")
        return {name: value for name, value in group.items() if name != "membershipRuleProcessingState"}
    if text is None:
        raise PropertyError("a group with 'DynamicMembership' needs a membershipRule")
    if _compiled(text).holder == "device" and "Unified" in group["groupTypes"]:
        raise PropertyError("a Microsoft 365 group has users alone, its membershipRule is for devices")
    if state not in (None, *_STATES):
        raise PropertyError(f"property 'membershipRuleProcessingState' must be one of {', '.join(_STATES)}")
    return {**group, "membershipRuleProcessingState": state or "On"}


def _compiled(text: str) -> Rule:
    """Compile a rule. The compiler is imported for the first one, since most directories have none. Raises PropertyError."""
    from harness.azure_ad.directory.membership.rule import compile_rule

    return compile_rule(text)


class DynamicGroups:
    """The groups of one tenant that have a rule; `delay` is how long a change waits to be looked at."""

    def __init__(self, store: Store, clock: Clock, changes: ChangeLog, delay: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._changes = changes
        self._delay = delay
        self._next_look = _SOONEST

    def enter(self, group: Document, before: Document | None) -> None:
        """Add a new or changed group. Raises PropertyError for one too many, or for rules that refer to each other."""
        if not is_dynamic(group):
            self.forget(group["id"])
            return
        names = ("membershipRule", "membershipRuleProcessingState", "groupTypes")
        if before is not None and all(before.get(name) == group.get(name) for name in names):
            return
        self._admit(group)
        self._store.link(_RELATION, _ALL, group["id"])
        self.wait("Group", group["id"])

    def forget(self, group: str) -> None:
        if self._store.unlink(_RELATION, _ALL, group):
            self._store.delete(_UPDATED, group)

    def updated(self, group: str) -> str | None:
        """Return the moment at which a rule last added or removed a member, None before that."""
        entry = self._store.get(_UPDATED, group)
        return None if entry is None else str(entry["moment"])

    def wait(self, kind: str, key: str) -> None:
        """Put a changed user or group into the queue; without a delay, evaluate it at once."""
        if kind == "User" and not self._store.rights(_RELATION, _ALL):
            return
        if not self._delay:
            self._settle(kind, key)
            return
        place = f"{kind}/{key}"
        if self._store.get(_QUEUE, place) is None:
            self._enqueue(place, self._clock.now() + self._delay)

    def settle_due(self) -> None:
        """Evaluate the users and groups that are due."""
        now = self._clock.now()
        if now < self._next_look:
            return
        # Every later entry of the queue is due a delay from now, in every process.
        self._next_look = now + max(self._delay, timedelta(minutes=1))
        while (first := next(self._store.scan(_QUEUE, limit=1), None)) is not None:
            due = from_iso(first[1]["due"])
            if due > now:
                self._next_look = min(self._next_look, due)
                break
            self._take(first[0])

    def waits(self, group: str) -> bool:
        """Return whether a new or changed rule of a group has not been evaluated yet."""
        return self._store.get(_QUEUE, f"Group/{group}") is not None

    def would_hold(self, text: str, user: Document) -> bool:
        """Return whether a rule holds for a user now. Raises PropertyError for a bad rule."""
        return _compiled(text).holds(self._candidate(user))

    def settle_all(self) -> None:
        """Evaluate the whole queue, due or not: a directory from a document begins with its final memberships."""
        for place in [place for place, _ in self._store.scan(_QUEUE)]:
            self._take(place)

    def _enqueue(self, place: str, due: datetime) -> None:
        self._store.put(_QUEUE, place, {"due": iso(due, 6)})
        self._next_look = min(self._next_look, due)

    def _take(self, place: str) -> None:
        with self._store.transaction():
            self._store.delete(_QUEUE, place)
            kind, _, key = place.partition("/")
            self._settle(kind, key)

    def _settle(self, kind: str, key: str) -> None:
        document = self._store.get(kind, key)
        if document is None:
            return
        if kind == "Group":
            self._settle_group(document)
        else:
            self._settle_user(document)

    def _settle_group(self, group: Document) -> None:
        """Add and remove members by the rule. A group whose rule reads the clock goes into the queue again."""
        if not is_dynamic(group) or group["membershipRuleProcessingState"] != "On":
            return
        rule = _compiled(group["membershipRule"])
        members = dict.fromkeys(
            user["id"] for user in self._candidates(rule) if rule.holds(self._candidate(user))
        )
        for member in self._store.rights("member", group["id"]):
            if member not in members and self._store.unlink("member", group["id"], member):
                self._note(group["id"], member)
        for user in members:
            self._bring(group["id"], user)
        if rule.by_clock:
            self._enqueue(f"Group/{group['id']}", self._clock.now() + max(self._delay, timedelta(minutes=1)))

    def _candidates(self, rule: Rule) -> Iterable[Document]:
        """Return the users that a rule may hold for: all users, unless it names groups or a manager."""
        if rule.manager is not None:
            keys = self._store.lefts("manager", rule.manager)
        elif rule.groups:
            keys = [key for group in rule.groups for key in self._store.rights("member", group)]
        else:
            return (user for _, user in self._store.scan("User"))
        return (user for key in keys if (user := self._store.get("User", key)) is not None)

    def _settle_user(self, user: Document) -> None:
        """Add a user to the groups whose rules match, and remove the user from the others; memberOf removes nobody."""
        for group, rule in self._rules():
            if rule.holds(self._candidate(user)):
                self._bring(group, user["id"])
            elif not rule.groups and self._store.unlink("member", group, user["id"]):
                self._note(group, user["id"])

    def _bring(self, group: str, user: str) -> None:
        """Add a member, also to the groups that take members of this one."""
        if not self._store.link("member", group, user):
            return
        self._note(group, user)
        for other, rule in self._rules():
            if group in rule.groups:
                self._bring(other, user)

    def _rules(self) -> list[tuple[str, Rule]]:
        """Return the groups whose rule is in force."""
        groups = [self._store.get("Group", key) for key in self._store.rights(_RELATION, _ALL)]
        return [
            (group["id"], _compiled(group["membershipRule"]))
            for group in groups
            if group is not None and group["membershipRuleProcessingState"] == "On"
        ]

    def _candidate(self, user: Document) -> Candidate:
        from harness.azure_ad.directory.membership.conditions import Candidate

        key = user["id"]
        return Candidate(
            user,
            self._clock.now(),
            lambda: self._store.lefts("member", key),
            lambda: next(iter(self._store.rights("manager", key)), None),
        )

    def _note(self, group: str, member: str) -> None:
        self._store.put(_UPDATED, group, {"moment": iso(self._clock.now())})
        self._changes.note("Group", group, members=[member])
        self._changes.note("User" if self._store.get("User", member) else "Group", member)

    def _admit(self, group: Document) -> None:
        others = [key for key in self._store.rights(_RELATION, _ALL) if key != group["id"]]
        if len(others) >= MOST_GROUPS:
            raise PropertyError("Dynamic group policies max allowed groups count reached.")
        groups = _compiled(group["membershipRule"]).groups
        if not groups:
            return
        documents = [document for key in others if (document := self._store.get("Group", key)) is not None]
        rules = {document["id"]: _compiled(document["membershipRule"]).groups for document in documents}
        if sum(bool(each) for each in rules.values()) >= MOST_MEMBER_OF_GROUPS:
            raise PropertyError(f"{MOST_MEMBER_OF_GROUPS} groups of a tenant may use memberOf")
        chained = [key for key in groups if rules.get(key)]
        chained += [key for key, sources in rules.items() if group["id"] in sources]
        if chained or group["id"] in groups:
            raise PropertyError(
                f"memberOf cannot read a group that uses memberOf itself: {', '.join(chained or [group['id']])}"
            )
