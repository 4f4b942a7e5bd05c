"""Dynamic groups: whoever fits the rule is a member, from the moment the user or the rule changes.

The directory calls `settle_user` and `settle_group` inside the transaction of the change. In Azure AD the evaluation
takes minutes to hours; here it is done at once.

Source: https://learn.microsoft.com/en-us/entra/identity/users/groups-dynamic-membership and
https://learn.microsoft.com/en-us/graph/api/resources/group (read 2026-11).
"""

from __future__ import annotations

from harness.azure_ad.directory.changes import ChangeLog
from harness.azure_ad.directory.membership_rule import compile_rule
from harness.azure_ad.directory.properties import PropertyError
from harness.base.store import Document, Store

_RELATION, _ALL = "dynamic", "groups"
_STATES = ("On", "Paused")


def is_dynamic(group: Document) -> bool:
    return "DynamicMembership" in group.get("groupTypes", ())


def check_rule(group: Document) -> Document:
    """Return the group with its processing state filled in. Raises PropertyError for a rule that cannot work."""
    rule, state = group.get("membershipRule"), group.get("membershipRuleProcessingState")
    if not is_dynamic(group):
        if rule is not None:
            raise PropertyError("a membershipRule needs 'DynamicMembership' among the groupTypes")
        return {name: value for name, value in group.items() if name != "membershipRuleProcessingState"}
    if rule is None:
        raise PropertyError("a group with 'DynamicMembership' needs a membershipRule")
    compile_rule(rule)
    if state not in (None, *_STATES):
        raise PropertyError(f"property 'membershipRuleProcessingState' must be one of {', '.join(_STATES)}")
    return {**group, "membershipRuleProcessingState": state or "On"}


class DynamicGroups:
    """The groups of one tenant that have a rule."""

    def __init__(self, store: Store, changes: ChangeLog) -> None:
        self._store = store
        self._changes = changes

    def settle_group(self, group: Document) -> None:
        """Bring the members of a group that was made or changed in line with its rule."""
        if not is_dynamic(group):
            self.forget(group["id"])
            return
        self._store.link(_RELATION, _ALL, group["id"])
        for _, user in self._store.scan("User"):
            self._settle(group, user)

    def settle_user(self, user: Document) -> None:
        """Let a user who was made or changed into the groups that fit now, and out of the others."""
        for key in self._store.rights(_RELATION, _ALL):
            group = self._store.get("Group", key)
            if group is not None:
                self._settle(group, user)

    def forget(self, group: str) -> None:
        self._store.unlink(_RELATION, _ALL, group)

    def _settle(self, group: Document, user: Document) -> None:
        if group["membershipRuleProcessingState"] != "On":
            return
        change = self._store.link if compile_rule(group["membershipRule"])(user) else self._store.unlink
        if change("member", group["id"], user["id"]):
            self._changes.note("Group", group["id"], members=[user["id"]])
            self._changes.note("User", user["id"])
