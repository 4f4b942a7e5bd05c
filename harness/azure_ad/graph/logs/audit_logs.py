"""The provisioning log, the audit log and the sign-in log over Microsoft Graph, newest first.

Source: https://learn.microsoft.com/en-us/graph/api/provisioningobjectsummary-list, …/directoryaudit-list, …/directoryaudit-get,
…/signin-list and …/signin-get (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.logs import sign_in_log as log
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import collection, entity, query_filter, version
from harness.azure_ad.graph.odata.entity_types import (
    DIRECTORY_AUDIT,
    PROVISIONING_ENTRY,
    SIGN_IN,
    EntityType,
)
from harness.azure_ad.graph.odata.querying.terms import terms
from harness.azure_ad.provisioning.log import audit_log as audit
from harness.azure_ad.provisioning.log import provisioning_log as logs
from harness.azure_ad.tenant import current
from harness.base.clock import iso
from harness.base.store import Document
from harness.wire.message import Response


def provisioning() -> Response:
    """Answer the entries that pass the filter; one for a single source object reads only that object's entries."""
    source = query_filter(PROVISIONING_ENTRY).demands.get("sourceIdentity/id")
    return collection("auditLogs/provisioning", _summaries(source), PROVISIONING_ENTRY)


def get_provisioning(key: str) -> Response:
    return _one("provisioning", key, _summaries(None), PROVISIONING_ENTRY)


def directory_audits() -> Response:
    """Answer the audit log. A filter may not begin before the log's oldest day.

    Its sentence: https://github.com/microsoftgraph/msgraph-beta-sdk-dotnet/issues/626 (read 2026-11-29).
    """
    earliest = (current().clock.now() - timedelta(days=current().quirks["log-days"])).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    for term in terms(query_filter(DIRECTORY_AUDIT).condition):
        if (
            term.operator in ("eq", "ge", "gt")
            and isinstance(term.literal, datetime)
            and term.literal < earliest
        ):
            raise refusals.TOO_LONG_AGO.error(name=term.path, earliest=f"{earliest:%-m/%-d/%Y} 12:00:00 AM")
    return collection("auditLogs/directoryAudits", _audits(), DIRECTORY_AUDIT)


def get_directory_audit(key: str) -> Response:
    return _one("directoryAudits", key, _audits(), DIRECTORY_AUDIT)


def sign_ins() -> Response:
    return collection("auditLogs/signIns", _sign_ins(), SIGN_IN)


def get_sign_in(key: str) -> Response:
    return _one("signIns", key, _sign_ins(), SIGN_IN)


def _summaries(source: str | None) -> Iterator[Document]:
    entries = _fresh(logs.entries(current().store, source_id=source))
    return map(_with_older_names, entries) if version() == "beta" else entries


def _with_older_names(entry: Document) -> Document:
    """Add what beta still calls `action` and `statusInfo`.

    Source: https://learn.microsoft.com/en-us/graph/api/resources/provisioningobjectsummary?view=graph-rest-beta
    (read 2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs).
    """
    status = entry["provisioningStatusInfo"]
    error = status.get("errorInformation") or {}
    older = {"status": status["status"]} | (
        {"errorCode": error.get("errorCode"), "reason": error.get("reason")} if error else {}
    )
    return {**entry, "action": entry["provisioningAction"], "statusInfo": older}


def _audits() -> Iterator[Document]:
    """Yield the audit log; beta has the user's program besides, which is not noted here."""
    tenant = current()
    entries = _fresh(audit.entries(tenant.store, reason_form=tenant.quirks["export-status-reason"]))
    return ({**entry, "userAgent": None} for entry in entries) if version() == "beta" else entries


def _sign_ins() -> Iterator[Document]:
    return _fresh(log.sign_ins(current()), "createdDateTime")


def _fresh(entries: Iterator[Document], moment: str = "activityDateTime") -> Iterator[Document]:
    """Yield the entries, newest first, that the log still shows."""
    tenant = current()
    oldest = iso(tenant.clock.now() - timedelta(days=tenant.quirks["log-days"]))
    return takewhile(lambda entry: entry[moment] >= oldest, entries)


def _one(name: str, key: str, entries: Iterator[Document], kind: EntityType) -> Response:
    entry = next((entry for entry in entries if entry["id"] == key), None)
    if entry is None:
        raise NotFoundError.of(key)
    return entity(f"auditLogs/{name}", entry, 200, kind)


ROUTES = (
    ("GET", "/auditLogs/provisioning", provisioning),
    ("GET", "/auditLogs/provisioning/<key>", get_provisioning),
    ("GET", "/auditLogs/directoryAudits", directory_audits),
    ("GET", "/auditLogs/directoryAudits/<key>", get_directory_audit),
    ("GET", "/auditLogs/signIns", sign_ins),
    ("GET", "/auditLogs/signIns/<key>", get_sign_in),
)
