"""Sign-in logs, of all applications or of one (`app`): who signed in, and who was refused.

Filters are those of https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-customize-filter-logs, section
"Filter the sign-in logs" (its text of 2023 read 2026-11-29), for which the log has something: user, status and application; the
page does not describe the others; here they are dates and the error code. No sign-in is Interrupted, for none has a second step.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import render_template

from harness.azure_ad.graph.logs import sign_in_log
from harness.azure_ad.portal.log.logs import application
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.pages.listing import LINES_LOOKED_AT, Row, before, entered, page_of, ways
from harness.pages.periods import PERIOD_FIELDS, entered_period

_FILTERS = ("app", "user", "status", "error", *PERIOD_FIELDS)


def listed() -> str:
    filters = {name: entered(name) for name in _FILTERS}
    app = application(filters["app"])

    def passes(row: Row) -> bool:
        item = row["sign-in"]
        return (
            (app is None or item["appId"] == app["appId"])
            and filters["user"].casefold() in _names(item)
            and filters["status"] in ("", status(item))
            and filters["error"].upper().removeprefix("AADSTS") in ("", str(item["status"]["errorCode"]))
        )

    page = page_of(_rows(), passes, looked_at=LINES_LOOKED_AT)
    return render_template(
        "portal/sign_in_logs.html",
        rows=[(item, status(item)) for item in (row["sign-in"] for row in page.rows)],
        ways=ways(page),
        filters=filters,
        app=app,
    )


def status(item: Document) -> str:
    return "Failure" if item["status"]["errorCode"] else "Success"


def _rows() -> Iterator[Row]:
    store, period = current().store, entered_period()
    place = period.place(store, {sign_in_log.LOG: sign_in_log.moment_of}, before())
    entries = sign_in_log.numbered(store, before=place)
    rows = ({"id": str(entry.sequence), "sign-in": entry.body} for entry in entries)
    return period.rows(rows, lambda row: sign_in_log.moment_of(row["sign-in"]))


def _names(item: Document) -> str:
    texts = (item["userDisplayName"], item["userPrincipalName"], item["userId"])
    return "\n".join(text or "" for text in texts).casefold()


ROUTES = (("GET", "/sign-in-logs", listed),)
