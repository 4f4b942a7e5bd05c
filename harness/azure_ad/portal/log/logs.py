"""Provisioning logs with an entry's page, and Audit logs; of one application where `app` says so.

Source: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs (read 2026-11).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

from flask import render_template

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.provisioning.log import audit_log as audit
from harness.azure_ad.provisioning.log import provisioning_log as logs
from harness.azure_ad.provisioning.log.digest import target_request
from harness.azure_ad.provisioning.why.advice import advice_on_entry
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.pages.listing import LINES_LOOKED_AT, Row, after, before, entered, page_of, ways
from harness.pages.portal import event_of

STATUSES = ("Success", "Failure", "Skipped", "Warning")
ACTIONS = ("Create", "Update", "Delete", "StagedDelete", "Disable", "Other")
TABS = {
    "steps": "Steps",
    "troubleshooting": "Troubleshooting & Recommendations",
    "modified": "Modified Properties",
    "summary": "Summary",
}


_FILTERS = ("app", "identity", "source", "status", "action")


def provisioning() -> str:
    filters = {name: entered(name) for name in _FILTERS}
    rows, passes = _rows(before()), _passes()
    page = page_of(rows, lambda row: passes(row["entry"]), looked_at=LINES_LOOKED_AT)
    return render_template(
        "portal/provisioning_logs.html",
        entries=[row["entry"] for row in page.rows],
        ways=ways(page),
        filters=filters,
        app=_application(filters["app"]),
        statuses=STATUSES,
        actions=ACTIONS,
        quarantined=_quarantined(filters["app"]),
    )


def chosen_entries() -> Iterator[Document]:
    """Return the entries that the request's filters leave, newest first."""
    return filter(_passes(), (row["entry"] for row in _rows(0)))


def _rows(place: int) -> Iterator[Row]:
    """Yield the entries before a sequence, those of the source or the failures alone where an index has them."""
    source = entered("source") or _source_of(entered("identity"))
    failed = entered("status").casefold() == "failure"
    entries = logs.numbered(current().store, source_id=source, failed=failed, before=place)
    return ({"id": str(entry.sequence), "entry": entry.body} for entry in entries)


def _source_of(identity: str) -> str | None:
    """Return the id of whoever is called exactly so, None for a part of names."""
    try:
        return str(current().directory.principal(identity)["id"]) if identity else None
    except NotFoundError:
        return None


def _passes() -> Callable[[Document], bool]:
    app, identity, _, status, action = (entered(name) for name in _FILTERS)

    def passes(entry: Document) -> bool:
        return (
            (not app or entry["servicePrincipal"]["id"] == app)
            and (not status or entry["provisioningStatusInfo"]["status"] == status.lower())
            and (not action or entry["provisioningAction"].lower() == action.lower())
            and (not identity or identity.casefold() in _names(entry))
        )

    return passes


def entry(source: str, key: str) -> str:
    """Show one entry, found among those of its source object."""
    shown = next(
        (item for item in logs.entries(current().store, source_id=source) if item["id"] == key), None
    )
    if shown is None:
        raise NotFoundError("There is no such entry in the provisioning logs.")
    tab = entered("tab") if entered("tab") in TABS else "steps"
    text = json.dumps(shown, ensure_ascii=False, indent=2)
    return render_template(
        "portal/provisioning_log.html",
        entry=shown,
        tab=tab,
        tabs=TABS,
        text=text,
        request_id=target_request(shown),
        advice=_advice(shown) if tab == "troubleshooting" else None,
    )


def _advice(item: Document) -> Document | None:
    """Return what is to be said of a failure, by the mappings of today; None where its job is gone."""
    job = item["jobId"]
    if not any(each.id == job for each in current().engine.jobs(item["servicePrincipal"]["id"])):
        return None
    words = advice_on_entry(item, current().engine.schema(job), event_of)
    return None if words is None else words.document()


def audits() -> str:
    app, activity, status, target = entered("app"), entered("activity"), entered("status"), entered("target")

    def passes(item: Document) -> bool:
        return (
            (not app or any(resource["id"] == app for resource in item["targetResources"]))
            and (not activity or item["activityDisplayName"] == activity)
            and (not status or item["result"] == status.lower())
            and (not target or target.casefold() in _targets(item).casefold())
        )

    page = page_of(_activities(), lambda row: passes(row["activity"]), looked_at=LINES_LOOKED_AT)
    filters = {"app": app, "activity": activity, "status": status, "target": target}
    return render_template(
        "portal/audit_logs.html",
        rows=[(item, _targets(item), _by(item)) for item in (row["activity"] for row in page.rows)],
        page=page,
        ways=ways(page),
        filters=filters,
        app=_application(app),
        activities=ACTIVITIES,
    )


def _activities() -> Iterator[Row]:
    """Yield the activities behind the request's place: a sequence, and how many of that one object's came before."""
    tenant = current()
    sequence, _, passed = (after() or "").partition("-")
    place = int(sequence) + 1 if sequence.isascii() and sequence.isdecimal() else 0
    entries = audit.numbered(tenant.store, reason_form=tenant.quirks["export-status-reason"], before=place)
    for line, group in itertools.groupby(entries, key=lambda entry: entry.sequence):
        for number, entry in enumerate(group):
            if f"{line}" != sequence or f"{number}".zfill(4) > passed:
                yield {"id": f"{line}-{number:04}", "activity": entry.body}


# What the audit log's activities are called here, for the filter.
# https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
ACTIVITIES = (
    "Add provisioning configuration",
    "Disable/pause provisioning configuration",
    "Enable/restart provisioning configuration",
    "Enable/start provisioning configuration",
    "Export",
    "Import",
    "Process escrow",
    "Quarantine",
    "Synchronization rule action",
    "Update attribute mappings or scope",
    "Update provisioning setting or credentials",
)


def _names(item: Document) -> str:
    source, target = item["sourceIdentity"], item["targetIdentity"]
    texts = (source["displayName"], source["id"], source["details"].get("UserPrincipalName"), target["id"])
    return "\n".join(text or "" for text in texts).casefold()


def _targets(item: Document) -> str:
    return ", ".join(resource["displayName"] or resource["id"] for resource in item["targetResources"])


def _by(item: Document) -> str:
    initiators: list[Any] = [each for each in item["initiatedBy"].values() if each]
    return initiators[0]["displayName"] if initiators else ""


def _quarantined(app: str) -> list[Document]:
    """Return the application, or all of them without one, as far as their jobs are in quarantine."""
    tenant = current()
    return [
        service
        for service in tenant.applications.scan()
        if service["id"] == (app or service["id"])
        and any(job.status.quarantine for job in tenant.engine.jobs(service["id"]))
    ]


def _application(key: str) -> Document | None:
    """Return the application whose log it is, None for everybody's. Raises NotFoundError."""
    return current().applications.find(key) if key else None


ROUTES = (
    ("GET", "/provisioning-logs", provisioning),
    ("GET", "/provisioning-logs/<source>/<key>", entry),
    ("GET", "/audit-logs", audits),
)
