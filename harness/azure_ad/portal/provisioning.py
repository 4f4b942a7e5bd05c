"""The Provisioning page of an application: how its job does, and the buttons that start, stop and restart it.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-when-will-provisioning-finish-specific-user
and …/application-provisioning-quarantine-status (read 2026-11).
"""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from harness.azure_ad.directory.directory import NotFoundError
from harness.azure_ad.provisioning.engine import PORTAL_RESTART
from harness.azure_ad.tenant import current
from harness.base.clock import from_iso
from harness.base.store import Document

_FORCE = frozenset({"ForceDeletes"})
_NEVER = "0001-01-01T00:00:00Z"


def job_of(app: str) -> Document | None:
    """Return the application's job, None before provisioning was configured. Raises NotFoundError."""
    return next(iter(current().engine.jobs(app)), None)


def demand_job(app: str) -> Document:
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
    record, session = tenant.engine.inspect(job["id"])
    status = job["status"]
    return render_template(
        "portal/provisioning.html",
        app=service,
        job=job,
        status=status,
        on=job["schedule"]["state"] == "Active",
        cycle=_cycle(job, initial=record["watermark"] is None),
        progress=next(iter(status["progress"]), None),
        next_cycle=record["next"],
        minutes=job["schedule"]["interval"].removeprefix("PT").removesuffix("M"),
        seconds=_seconds(status["lastExecution"]),
        never=_NEVER,
        target=session.frame.target_name,
    )


def start(app: str) -> ResponseReturnValue:
    current().engine.start(demand_job(app)["id"])
    return _back(app, "started")


def stop(app: str) -> ResponseReturnValue:
    current().engine.pause(demand_job(app)["id"])
    return _back(app, "stopped")


def restart(app: str) -> ResponseReturnValue:
    current().engine.restart(demand_job(app)["id"], PORTAL_RESTART)
    return _back(app, "restarted")


def allow_deletes(app: str) -> ResponseReturnValue:
    """Let the next cycle make the deletions that accidental deletion prevention held back."""
    current().engine.restart(demand_job(app)["id"], _FORCE)
    return _back(app, "allowed")


def _cycle(job: Document, *, initial: bool) -> str:
    """Say where the job is; what Graph's status calls paused may still be finishing a cycle."""
    kind = "Initial" if initial else "Incremental"
    if job["status"]["progress"]:
        return f"{kind} cycle in progress"
    if job["status"]["quarantine"] is not None:
        return "In quarantine"
    if job["schedule"]["state"] != "Active":
        return "Stopped"
    return "Initial cycle not run" if initial else "Cycle completed, the next one is incremental"


def _seconds(execution: Document | None) -> float | None:
    if execution is None:
        return None
    return (from_iso(execution["timeEnded"]) - from_iso(execution["timeBegan"])).total_seconds()


def _back(app: str, notice: str) -> ResponseReturnValue:
    return redirect(url_for("portal.provisioning_overview", app=app, notice=notice), 303)


ROUTES = (
    ("GET", "/apps/<app>/provisioning", overview),
    ("POST", "/apps/<app>/provisioning/start", start),
    ("POST", "/apps/<app>/provisioning/stop", stop),
    ("POST", "/apps/<app>/provisioning/restart", restart),
    ("POST", "/apps/<app>/provisioning/allow-deletes", allow_deletes),
)
