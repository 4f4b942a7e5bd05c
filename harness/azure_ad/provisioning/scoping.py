"""Who is in scope: the users and groups assigned to the application, and the direct members of assigned groups.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works, "Scoping" (read 2026-11):
members of nested groups get nothing; assigned groups must be security enabled.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.azure_ad.provisioning.session import Session
from harness.base.store import Document


@dataclass(frozen=True, slots=True)
class Scope:
    """`entitled` is what counts; `active` and `assigned` say why, in the log."""

    active: bool
    assigned: bool

    @property
    def entitled(self) -> bool:
        return self.assigned

    @property
    def provisioned(self) -> bool:
        """Whether the object should live in the target: in scope and not disabled."""
        return self.entitled and self.active

    def details(self) -> Document:
        return {
            "IsActive": str(self.active),
            "Assigned": str(self.assigned),
            "IsEffectivelyEntitledForProvisioning": str(self.entitled),
            "IsInProvisioningScopeDisplayName": str(self.entitled),
            "ScopeEvaluationResult": "{}",
        }


def evaluate_scope(session: Session, kind: str, document: Document) -> Scope:
    """Tell whether an object of the directory is to be provisioned."""
    key, app = document["id"], session.frame.app["id"]
    if kind == "Group":
        eligible = document.get("securityEnabled", True)
        return Scope(True, eligible and (session.sync_all or session.apps.is_assigned(app, key)))
    active = bool(document.get("accountEnabled", True))
    if session.sync_all or session.apps.is_assigned(app, key):
        return Scope(active, True)
    return Scope(
        active, any(_brings_members(session, app, group) for group in session.directory.groups_of(key))
    )


def _brings_members(session: Session, app: str, group: str) -> bool:
    if not session.apps.is_assigned(app, group):
        return False
    document = session.directory.get("Group", group)
    return document is not None and bool(document.get("securityEnabled", True))
