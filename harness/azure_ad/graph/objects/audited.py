"""Creates, changes and deletes users and groups, each in one transaction with its entry in the audit log.

Used by Graph's requests and the portal's forms. Raises what the directory raises. Source:
https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities, "Core Directory" (read 2026-11-29).
"""

from __future__ import annotations

from harness.azure_ad.graph.logs.activities import DEEDS, Target, note
from harness.azure_ad.tenant import current
from harness.base.store import Document


def create(kind: str, properties: Document) -> Document:
    tenant = current()
    with tenant.store.transaction():
        made = tenant.directory.create(kind, properties)
        note(DEEDS[kind].add, Target(kind, made), after=properties)
    return made


def update(kind: str, name: str, changes: Document) -> Document:
    """Change an object by its id or user principal name; without changes nothing is logged."""
    tenant = current()
    with tenant.store.transaction():
        before = tenant.directory.find(kind, name)
        after = tenant.directory.update(kind, name, changes)
        if changes:
            note(DEEDS[kind].update, Target(kind, after), before=before, after=changes)
    return after


def delete(kind: str, name: str) -> None:
    """Delete an object by its id or user principal name; if its type can be restored it is among the deleted items."""
    tenant = current()
    renamed = kind == "User" and tenant.quirks["deleted-user-name-exported"]
    with tenant.store.transaction():
        document = tenant.directory.find(kind, name)
        tenant.directory.delete(kind, name, renamed=renamed)
        note(DEEDS[kind].delete, Target(kind, document))
