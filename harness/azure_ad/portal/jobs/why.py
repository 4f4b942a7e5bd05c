"""Why a user or a group is, or is not, in an application's target, and what the next cycle will do."""

from __future__ import annotations

from flask import render_template

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.portal.directory.provisioned import PAGES
from harness.azure_ad.portal.jobs.provisioning import demand_job
from harness.azure_ad.provisioning.why.advice import why_with_advice
from harness.azure_ad.tenant import current
from harness.pages.portal import event_of


def shown(app: str, kind: str, key: str) -> str:
    """Show what the engine says of an object, part by part. Raises NotFoundError."""
    if kind not in PAGES:
        raise NotFoundError(f"There are users and groups, and no '{kind}'.")
    tenant = current()
    job, session = tenant.engine.inspect(demand_job(app).id)
    schema = tenant.engine.schema(job.id)
    answer = why_with_advice(session, job, kind, key, schema=schema, event_of=event_of)
    subject = answer["user" if kind == "User" else "group"]
    return render_template(
        "portal/why.html",
        app=tenant.applications.find(app),
        kind=kind,
        subject=subject,
        back=PAGES[kind],
        answer=answer,
        parts=_PARTS,
    )


# The parts of the answer in the order in which they are asked for, and what each is about.
_PARTS = (
    ("next", "What the next cycle does"),
    ("scope", "Is it in scope?"),
    ("match", "What is it matched with?"),
    ("members", "Its members"),
    ("waiting", "Does anything wait?"),
    ("last", "The last log entry"),
    ("lastSent", "What was sent last"),
    ("job", "The job"),
)
ROUTES = (("GET", "/apps/<app>/provisioning/why/<kind>/<key>", shown),)
