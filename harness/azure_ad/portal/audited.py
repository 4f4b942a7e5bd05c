"""What an administrator does at the portal: each change with its line in the audit log, in one transaction.

Whoever is at the portal is one administrator, as the log names him (`graph.logs.activities`). Raises what the directory and the
applications raise. Source: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities, "Core
Directory" (read 2026-11-29).
"""

from __future__ import annotations

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.apps.app_role_assignments import ASSIGNED, note_assignment
from harness.azure_ad.graph.logs.activities import DEEDS, Activities, Target, note
from harness.azure_ad.tenant import current
from harness.base.store import Document


def create(kind: str, properties: Document) -> Document:
    tenant = current()
    with tenant.store.transaction():
        made = tenant.directory.create(kind, properties)
        note(DEEDS[kind].add, Target(kind, made), after=properties)
    return made


def update(kind: str, key: str, changes: Document) -> Document:
    tenant = current()
    with tenant.store.transaction():
        before = tenant.directory.find(kind, key)
        after = tenant.directory.update(kind, key, changes)
        note(DEEDS[kind].update, Target(kind, after), before=before, after=changes)
    return after


def delete(kind: str, key: str) -> None:
    """Delete as Microsoft Graph's DELETE does: a user waits among the deleted ones."""
    tenant = current()
    renamed = kind == "User" and tenant.quirks["deleted-user-name-exported"]
    with tenant.store.transaction():
        document = tenant.directory.find(kind, key)
        tenant.directory.delete(kind, key, renamed=renamed)
        note(DEEDS[kind].delete, Target(kind, document))


def restore(key: str) -> None:
    tenant = current()
    with tenant.store.transaction():
        restored = tenant.directory.restore(key)
        kind = "User" if "userPrincipalName" in restored else "Group"
        note(DEEDS[kind].restore, Target(kind, restored))


def purge(key: str) -> None:
    tenant = current()
    with tenant.store.transaction():
        item = tenant.directory.deleted.find(key)
        if item is None:
            raise NotFoundError.of(key)
        kind, document = item
        tenant.directory.purge(key)
        note(DEEDS[kind].purge, Target(kind, document))


def assign(app: str, principal: str, role: str | None) -> None:
    tenant = current()
    with tenant.store.transaction():
        note_assignment(tenant.applications.assign(app, principal, role), ASSIGNED)


def instantiate(name: str, template: str) -> Document:
    """Make an application of a template, and its registration."""
    tenant = current()
    with tenant.store.transaction():
        principal = tenant.applications.instantiate(name, template)
        note(Activities.ADD_APPLICATION, Target("Application", tenant.registrations.behind(principal)))
        note(Activities.ADD_PRINCIPAL, Target("ServicePrincipal", principal))
    return principal
