"""The Provisioning page of an application: its job's status, and the buttons to start, stop and restart it.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-when-will-provisioning-finish-specific-user,
"View the provisioning progress bar" (read 2026-11-29), and …/application-provisioning-quarantine-status, "How do I get my
application out of quarantine?" (read 2026-11-30).
"""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.provisioning.job.document import graph_form
from harness.azure_ad.provisioning.job.records import Execution, Job
from harness.azure_ad.provisioning.resets import PORTAL_RESTART
from harness.azure_ad.tenant import current
from harness.base.clock import iso

_FORCE = frozenset({"ForceDeletes"})
_NEVER = "0001-01-01T00:00:00Z"


def job_of(app: str) -> Job | None:
    """Return the application's job, None before provisioning was configured. Raises NotFoundError."""
    return next(iter(current().engine.jobs(app)), None)


def demand_job(app: str) -> Job:
    """Return the application's job. Raises NotFoundError."""
    job = job_of(app)
    if job is None:
        raise NotFoundError(
            "Provisioning is not configured for this application. Choose Get started on its Provisioning page."
        )
    return job


def overview(app: str) -> str:
    tenant = current()
    service, job = tenant.applications.find(app), job_of(app)
    if job is None:
        return render_template("portal/get_started.html", app=service)
    _, session = tenant.engine.inspect(job.id)
    status = graph_form(job)["status"]
    return render_template(
        "portal/provisioning.html",
        app=service,
        job=job,
        status=status,
        on=job.is_on,
        cycle=_cycle(job),
        progress=next(iter(status["progress"]), None),
        next_cycle=job.next and iso(job.next, 6),
        minutes=job.interval_minutes,
        seconds=_seconds(job.status.last),
        never=_NEVER,
        target=session.frame.target_name,
    )


def start(app: str) -> ResponseReturnValue:
    current().engine.start(demand_job(app).id)
    return _back(app, "started")


def stop(app: str) -> ResponseReturnValue:
    current().engine.pause(demand_job(app).id)
    return _back(app, "stopped")


def restart(app: str) -> ResponseReturnValue:
    current().engine.restart(demand_job(app).id, PORTAL_RESTART)
    return _back(app, "restarted")


def allow_deletes(app: str) -> ResponseReturnValue:
    """Let the next cycle make the deletions that accidental deletion prevention held back."""
    current().engine.restart(demand_job(app).id, _FORCE)
    return _back(app, "allowed")


def _cycle(job: Job) -> str:
    """Return the job's state in words; one that Graph's status calls paused may still be finishing a cycle."""
    initial = job.watermark is None
    kind = "Initial" if initial else "Incremental"
    if job.status.pages is not None:
        return f"{kind} cycle in progress"
    if job.status.quarantine is not None:
        return "In quarantine"
    if not job.is_on:
        return "Stopped"
    return "Initial cycle not run" if initial else "Cycle completed, the next one is incremental"


def _seconds(execution: Execution | None) -> float | None:
    return None if execution is None else (execution.ended - execution.began).total_seconds()


def _back(app: str, notice: str) -> ResponseReturnValue:
    return redirect(url_for("portal.provisioning_overview", app=app, notice=notice), 303)


ROUTES = (
    ("GET", "/apps/<app>/provisioning", overview),
    ("POST", "/apps/<app>/provisioning/start", start),
    ("POST", "/apps/<app>/provisioning/stop", stop),
    ("POST", "/apps/<app>/provisioning/restart", restart),
    ("POST", "/apps/<app>/provisioning/allow-deletes", allow_deletes),
)
