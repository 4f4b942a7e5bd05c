"""The provisioning log and the audit log over Microsoft Graph, newest first.

Source: https://learn.microsoft.com/en-us/graph/api/provisioningobjectsummary-list and …/api/directoryaudit-list
(read 2026-11).
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, request

from harness.azure_ad.graph.odata import collection
from harness.azure_ad.provisioning.logs import PROVISIONING, audit_entries
from harness.azure_ad.tenant import current

audit_logs = Blueprint("audit_logs", __name__, url_prefix="/auditLogs")
_BY_SOURCE = re.compile(r"sourceIdentity/id eq '([^']+)'")


@audit_logs.get("/provisioning")
def provisioning() -> Response:
    store = current().store
    wanted = _BY_SOURCE.search(request.args.get("$filter", ""))
    tag = f"sourceIdentity={wanted[1]}" if wanted else None
    entries = store.read(PROVISIONING, tag=tag, newest_first=True)
    return collection("auditLogs/provisioning", (entry.body for entry in entries))


@audit_logs.get("/directoryAudits")
def directory_audits() -> Response:
    tenant = current()
    entries = audit_entries(tenant.store, reason_form=tenant.quirks["export-status-reason"])
    return collection("auditLogs/directoryAudits", entries)
