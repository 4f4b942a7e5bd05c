"""Audit logs, of all applications or of one (`app`).

Filters are those of https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-customize-filter-logs, section
"Filter the audit logs" (its text of 2023 read 2026-11-29): service, category, activity, status, target, who began it, and dates.
The real page compares target and initiator with the beginning of a name, with regard to case; here any part in any case matches.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from flask import render_template

from harness.azure_ad.graph.logs.activities import Activities
from harness.azure_ad.portal.log.logs import application
from harness.azure_ad.provisioning.log import audit_log as audit
from harness.azure_ad.provisioning.log import provisioning_log
from harness.azure_ad.tenant import current
from harness.base.store import Document, Entry
from harness.pages.listing import LINES_LOOKED_AT, Row, after, entered, page_of, ways
from harness.pages.periods import PERIOD_FIELDS, entered_period

_FILTERS = ("app", "service", "category", "activity", "status", "target", "actor", *PERIOD_FIELDS)
SERVICES = ("Account Provisioning", "Core Directory")
_OF_JOBS = "ProvisioningManagement"
# What the audit log's activities are called here, for the filter, beside those of the directory.
# https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities, "Access reviews" (edition of
# November 2018, read 2026-11-30)
_ACTIVITIES_OF_JOBS = (
    "Add provisioning configuration",
    "Delete provisioning configuration",
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
ACTIVITIES = sorted({*_ACTIVITIES_OF_JOBS, *(each.value[0] for each in Activities)})
CATEGORIES = sorted({_OF_JOBS, *(each.value[1] for each in Activities)})


def listed() -> str:
    filters = {name: entered(name) for name in _FILTERS}

    def passes(row: Row) -> bool:
        item = row["activity"]
        return (
            (not filters["app"] or any(each["id"] == filters["app"] for each in item["targetResources"]))
            and filters["service"] in ("", item["loggedByService"])
            and filters["category"] in ("", item["category"])
            and filters["activity"] in ("", item["activityDisplayName"])
            and filters["status"].lower() in ("", item["result"])
            and filters["target"].casefold() in _targets(item).casefold()
            and filters["actor"].casefold() in _by(item).casefold()
        )

    page = page_of(_activities(), passes, looked_at=LINES_LOOKED_AT)
    return render_template(
        "portal/audit_logs.html",
        rows=[(item, _targets(item), _by(item)) for item in (row["activity"] for row in page.rows)],
        ways=ways(page),
        filters=filters,
        app=application(filters["app"]),
        services=SERVICES,
        categories=CATEGORIES,
        activities=ACTIVITIES,
    )


def _activities() -> Iterator[Row]:
    """Yield the period's activities after the request's place: a sequence, and the number of that object's before it."""
    tenant, period = current(), entered_period()
    sequence, _, passed = (after() or "").partition("-")
    place = int(sequence) + 1 if sequence.isascii() and sequence.isdecimal() else 0
    moments = {audit.LOG: audit.moment_of, provisioning_log.LOG: provisioning_log.moment_of}
    place = period.place(tenant.store, moments, place)
    entries = audit.numbered(tenant.store, reason_form=tenant.quirks["export-status-reason"], before=place)
    return period.rows(
        _behind(entries, sequence, passed), lambda row: str(row["activity"]["activityDateTime"])
    )


def _behind(entries: Iterator[Entry], sequence: str, passed: str) -> Iterator[Row]:
    for line, group in itertools.groupby(entries, key=lambda entry: entry.sequence):
        for number, entry in enumerate(group):
            if f"{line}" != sequence or f"{number}".zfill(4) > passed:
                yield {"id": f"{line}-{number:04}", "activity": entry.body}


def _targets(item: Document) -> str:
    return ", ".join(resource["displayName"] or resource["id"] for resource in item["targetResources"])


def _by(item: Document) -> str:
    initiators: list[Any] = [each for each in item["initiatedBy"].values() if each]
    return initiators[0]["displayName"] if initiators else ""


ROUTES = (("GET", "/audit-logs", listed),)
