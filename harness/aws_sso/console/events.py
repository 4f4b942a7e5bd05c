"""Event history: what CloudTrail keeps, newest first, by name, source, user, request, error and time; and its download.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events-console.html, "Filtering CloudTrail
events" and "Downloading events" (edition of June 2023, read 2026-11-30): events can be downloaded as CSV or JSON, and filters
and time ranges make the file smaller.
"""

from __future__ import annotations

import json

from flask import Response, abort, render_template

from harness.aws_sso import cloudtrail
from harness.aws_sso.cloudtrail.carriers import carried
from harness.aws_sso.console import event_filters
from harness.aws_sso.console.downloads import attached
from harness.aws_sso.tenant import current
from harness.pages.listing import LINES_LOOKED_AT, before, page_of, ways

_DOWNLOADS = ("csv", "json")
SOURCES = (
    "identitystore-scim.amazonaws.com",
    "identitystore.amazonaws.com",
    "sso-directory.amazonaws.com",
    "sso.amazonaws.com",
    "signin.amazonaws.com",
    "sts.amazonaws.com",
)


def listed() -> str:
    tenant, filters = current(), event_filters.typed()
    criteria = event_filters.wanted(tenant, filters)
    page = page_of(criteria.rows(tenant, before()), criteria.passes, looked_at=LINES_LOOKED_AT)
    texts = [(row["event"], json.dumps(row["event"], indent=2, ensure_ascii=False)) for row in page.rows]
    chosen = {name: value for name, value in filters.items() if value}
    return render_template(
        "console/events.html",
        rows=texts,
        ways=ways(page),
        filters=filters,
        chosen=chosen,
        sources=SOURCES,
        failed=cloudtrail.failed,
    )


def download(form: str) -> Response:
    """Answer with the events that the page's filters leave, as a file."""
    if form not in _DOWNLOADS:
        abort(404)
    tenant = current()
    criteria = event_filters.wanted(tenant, event_filters.typed())
    events = (row["event"] for row in criteria.rows(tenant) if criteria.passes(row))
    return attached(carried(tenant, form, events))


ROUTES = (
    ("GET", "/events", listed),
    ("GET", "/events/download/<form>", download),
)
