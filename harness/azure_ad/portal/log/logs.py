"""Provisioning logs and the page of an entry, of all applications or of one (`app`).

Filters are Identity, Date, Status and Action, then those for the optional columns. Source:
https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs (read 2026-11-29).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from flask import render_template

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.provisioning.log import provisioning_log as logs
from harness.azure_ad.provisioning.log.digest import target_request
from harness.azure_ad.provisioning.why.advice import advice_on_entry
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.pages.listing import LINES_LOOKED_AT, Row, before, entered, page_of, ways
from harness.pages.periods import PERIOD_FIELDS, entered_period
from harness.pages.surroundings import event_of

STATUSES = ("Success", "Failure", "Skipped", "Warning")
ACTIONS = ("Create", "Update", "Delete", "StagedDelete", "Disable", "Other")
TABS = {
    "steps": "Steps",
    "troubleshooting": "Troubleshooting & Recommendations",
    "modified": "Modified Properties",
    "summary": "Summary",
}


# Filters that are compared with a whole member of the entry, in any case.
_WHOLE: Mapping[str, Callable[[Document], str | None]] = {
    "app": lambda entry: entry["servicePrincipal"]["id"],
    "status": lambda entry: entry["provisioningStatusInfo"]["status"],
    "action": lambda entry: entry["provisioningAction"],
    "error": lambda entry: (entry["provisioningStatusInfo"]["errorInformation"] or {}).get("errorCode"),
    "target": lambda entry: entry["targetIdentity"]["id"],
    "job": lambda entry: entry["jobId"],
    "cycle": lambda entry: entry["cycleId"],
    "change": lambda entry: entry["changeId"],
}
FILTERS = ("identity", "source", *_WHOLE, *PERIOD_FIELDS)


def provisioning() -> str:
    filters = {name: entered(name) for name in FILTERS}
    rows, passes = _rows(before()), _passes()
    page = page_of(rows, lambda row: passes(row["entry"]), looked_at=LINES_LOOKED_AT)
    return render_template(
        "portal/provisioning_logs.html",
        entries=[row["entry"] for row in page.rows],
        ways=ways(page),
        filters=filters,
        chosen={name: value for name, value in filters.items() if value},
        app=application(filters["app"]),
        statuses=STATUSES,
        actions=ACTIONS,
        quarantined=_quarantined(filters["app"]),
    )


def chosen_entries() -> Iterator[Document]:
    """Return the entries that pass the request's filters, newest first."""
    return filter(_passes(), (row["entry"] for row in _rows(0)))


def _rows(place: int) -> Iterator[Row]:
    """Yield the period's entries before a sequence; only the source's, or only failures, where the filter is one of these."""
    source = entered("source") or _source_of(entered("identity"))
    failed = entered("status").casefold() == "failure" or bool(entered("error"))
    store, period = current().store, entered_period()
    place = period.place(store, {logs.LOG: logs.moment_of}, place)
    entries = logs.numbered(store, source_id=source, failed=failed, before=place)
    rows = ({"id": str(entry.sequence), "entry": entry.body} for entry in entries)
    return period.rows(rows, lambda row: str(row["entry"]["activityDateTime"]))


def _source_of(identity: str) -> str | None:
    """Return the id of the object with exactly this name, None for a part of names."""
    try:
        return str(current().directory.principal(identity)["id"]) if identity else None
    except NotFoundError:
        return None


def _passes() -> Callable[[Document], bool]:
    identity = entered("identity").casefold()
    filters = {name: entered(name).casefold() for name in _WHOLE if entered(name)}

    def passes(entry: Document) -> bool:
        return identity in _names(entry) and all(
            (_WHOLE[name](entry) or "").casefold() == value for name, value in filters.items()
        )

    return passes


def entry(source: str, key: str) -> str:
    """Show one entry, which is looked for among those of its source object."""
    document = next(
        (item for item in logs.entries(current().store, source_id=source) if item["id"] == key), None
    )
    if document is None:
        raise NotFoundError("There is no such entry in the provisioning logs.")
    tab = entered("tab") if entered("tab") in TABS else "steps"
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return render_template(
        "portal/provisioning_log.html",
        entry=document,
        tab=tab,
        tabs=TABS,
        text=text,
        request_id=target_request(document),
        advice=_advice(document) if tab == "troubleshooting" else None,
    )


def _advice(item: Document) -> Document | None:
    """Return the advice on a failure, by the present mappings; None where its job was deleted."""
    job = item["jobId"]
    if not any(each.id == job for each in current().engine.jobs(item["servicePrincipal"]["id"])):
        return None
    words = advice_on_entry(item, current().engine.schema(job), event_of)
    return None if words is None else words.document()


def _names(item: Document) -> str:
    source, target = item["sourceIdentity"], item["targetIdentity"]
    texts = (source["displayName"], source["id"], source["details"].get("UserPrincipalName"), target["id"])
    return "\n".join(text or "" for text in texts).casefold()


def _quarantined(app: str) -> list[Document]:
    """Return the applications whose jobs are in quarantine, of all or of the one given."""
    tenant = current()
    return [
        service
        for service in tenant.applications.scan()
        if service["id"] == (app or service["id"])
        and any(job.status.quarantine for job in tenant.engine.jobs(service["id"]))
    ]


def application(key: str) -> Document | None:
    """Return the application of the log, None for all applications. Raises NotFoundError."""
    return current().applications.find(key) if key else None


ROUTES = (
    ("GET", "/provisioning-logs", provisioning),
    ("GET", "/provisioning-logs/<source>/<key>", entry),
)
