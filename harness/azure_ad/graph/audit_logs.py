"""The provisioning log and the audit log over Microsoft Graph, newest first.

Source: https://learn.microsoft.com/en-us/graph/api/provisioningobjectsummary-list and …/api/directoryaudit-list
(read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import takewhile

from flask import Response

from harness.azure_ad.graph.odata.entities import collection, query_filter
from harness.azure_ad.graph.odata.entity_types import DIRECTORY_AUDIT, PROVISIONING_ENTRY
from harness.azure_ad.provisioning.log import audit_log as audit
from harness.azure_ad.provisioning.log import provisioning_log as logs
from harness.azure_ad.tenant import current
from harness.base.clock import iso
from harness.base.store import Document


def provisioning() -> Response:
    """Answer the entries that pass; a filter that demands one source object reads that object's entries alone."""
    wanted = query_filter(PROVISIONING_ENTRY).demands.get("sourceIdentity/id")
    entries = logs.entries(current().store, source_id=wanted)
    return collection("auditLogs/provisioning", _kept(entries), PROVISIONING_ENTRY)


def directory_audits() -> Response:
    tenant = current()
    entries = audit.entries(tenant.store, reason_form=tenant.quirks["export-status-reason"])
    return collection("auditLogs/directoryAudits", _kept(entries), DIRECTORY_AUDIT)


def _kept(entries: Iterator[Document]) -> Iterator[Document]:
    """Yield the entries, newest first, that are not too old to be shown any more."""
    tenant = current()
    oldest = iso(tenant.clock.now() - timedelta(days=tenant.quirks["log-days"]))
    return takewhile(lambda entry: entry["activityDateTime"] >= oldest, entries)


ROUTES = (
    ("GET", "/auditLogs/provisioning", provisioning),
    ("GET", "/auditLogs/directoryAudits", directory_audits),
)
