"""Scope: the users and groups assigned to the application (all, with SyncAll) that pass the scoping filter.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works, "Scoping", and
…/skip-out-of-scope-deletions (read 2026-11-29): members of nested groups get nothing, assigned groups must be security
enabled, and filters count in addition to assignment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from msgspec import Struct

from harness.azure_ad.applications.enterprise_applications import DEFAULT_ACCESS
from harness.azure_ad.directory.properties import source_attributes
from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.mappings.functions import Value
from harness.azure_ad.mappings.scoping_filters import FilterResult
from harness.azure_ad.provisioning.cycle.session import Session
from harness.base.store import Document

# The secrets that are settings: the text `true` or `false`, in whatever case.
SWITCHES = ("SyncAll", "SkipOutOfScopeDeletions")


class ScopeSettings(Struct, frozen=True):
    """What an application's secrets say about scope: `SyncAll` and `SkipOutOfScopeDeletions`."""

    sync_all: bool
    skip_out_of_scope_deletions: bool


class Scope(Struct, frozen=True):
    """`entitled` is what counts; the other fields say why. `filters` is None where the object mapping has no filter."""

    active: bool
    assigned: bool
    filters: FilterResult | None = None

    @property
    def entitled(self) -> bool:
        return self.assigned and (self.filters is None or self.filters.passed)

    @property
    def provisioned(self) -> bool:
        """Whether the object should live in the target: in scope and not disabled."""
        return self.entitled and self.active

    def left_alone(self, *, skip_out_of_scope_deletions: bool) -> bool:
        """Return whether an object in the target gets no request at all, neither update nor disable nor delete.

        So it is outside of an input filter, and outside of the scope with SkipOutOfScopeDeletions.
        """
        if self.filters is not None and not self.filters.processed:
            return True
        return skip_out_of_scope_deletions and not self.entitled

    def details(self) -> Document:
        """Return the scoping step's details in the log."""
        filters = self.filters
        return {
            "IsActive": str(self.active),
            "Assigned": str(self.assigned),
            "IsEffectivelyEntitledForProvisioning": str(self.assigned),
            "IsInProvisioningScopeDisplayName": "True" if filters is None else str(filters.passed),
            "ScopeEvaluationResult": "{}" if filters is None else filters.as_text(),
        }


def scope_settings(secrets: Mapping[str, str]) -> ScopeSettings:
    """Read the two settings; both are off unless they say `true`."""
    return ScopeSettings(*(secrets.get(key, "").lower() == "true" for key in SWITCHES))


def look_at(session: Session, mapping: ObjectMapping, document: Document) -> tuple[Scope, dict[str, Value]]:
    """Return whether an object of the directory is in scope, and its attributes as mappings read them."""
    kind = mapping.kind
    attributes: dict[str, Value] = source_attributes(kind, document)
    scope = evaluate_scope(session, mapping, document, attributes)
    if kind == "User":
        attributes["IsSoftDeleted"] = str(not scope.provisioned)
        if mapping.from_roles:
            attributes["appRoleAssignments"] = _app_role_assignments(session, document["id"]) or None
    return scope, attributes


def evaluate_scope(
    session: Session, mapping: ObjectMapping, document: Document, attributes: Mapping[str, Value]
) -> Scope:
    """Return whether an object of the directory is in scope, by its assignment and its `attributes`."""
    key = document["id"]
    filters = None if mapping.scope is None else mapping.scope.evaluate(attributes, session.quirks)
    if mapping.kind == "Group":
        eligible = document.get("securityEnabled", True)
        assigned = eligible and (session.sync_all or has_entitling_role(session, key))
        return Scope(True, assigned, filters)
    active = bool(document.get("accountEnabled", True))
    if session.sync_all or has_entitling_role(session, key):
        return Scope(active, True, filters)
    groups = session.directory.groups_of(key)
    return Scope(active, any(_brings_members(session, group) for group in groups), filters)


def has_entitling_role(session: Session, key: str) -> bool:
    """Return whether a user or group is itself assigned, with a role for which Azure AD provisions."""
    app = session.frame.app_id
    if not session.apps.is_assigned(app, key):
        return False
    if session.quirks["default-access"] == "entitled":
        return True
    return any(entry["appRoleId"] != DEFAULT_ACCESS for entry in session.apps.assignments_of(app, key))


def _app_role_assignments(session: Session, user: str) -> list[str]:
    """Return the roles that a user has in the application, own ones first, then those of groups, each once.

    A role is the JSON text of `id`, `value` and `displayName`, as a PATCH of roles carries it
    (…/customize-application-attributes, Provisioning a role to a SCIM app). That `id` is the app role's is inferred, and
    so is that default access, which is no role of the application, goes by the portal's name for it.
    """
    app = session.frame.app_id
    groups = [group for group in session.directory.groups_of(user) if _brings_members(session, group)]
    assigned = [entry for holder in (user, *groups) for entry in session.apps.assignments_of(app, holder)]
    roles = {role["id"]: role for role in session.apps.find(app)["appRoles"]}
    default = {"value": None, "displayName": "Default Access"}
    return [
        json.dumps(
            {"id": key, **{name: roles.get(key, default)[name] for name in default}},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for key in dict.fromkeys(entry["appRoleId"] for entry in assigned)
    ]


def _brings_members(session: Session, group: str) -> bool:
    if not has_entitling_role(session, group):
        return False
    document = session.directory.get("Group", group)
    return document is not None and bool(document.get("securityEnabled", True))
