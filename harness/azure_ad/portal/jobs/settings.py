"""Edit provisioning: Admin Credentials, Test Connection, Notification Email, Mappings, Scope and Provisioning Status.

A secret token that was typed for Test Connection is stored apart, for no page may contain it; the answered page has a mark by
which Save finds it. Without token and mark the saved token stays.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/configure-automatic-user-provisioning-portal,
Configuring automatic user account provisioning, and …/accidental-deletions, Configure accidental deletion prevention (read
2026-11-29).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from harness.azure_ad.graph.jobs.credentials import INVALID_CREDENTIALS
from harness.azure_ad.mappings.schema import object_mappings
from harness.azure_ad.mappings.templates import offered_to
from harness.azure_ad.portal.jobs.provisioning import job_of
from harness.azure_ad.portal.notices import refusal
from harness.azure_ad.provisioning.connection_test import CredentialsError
from harness.azure_ad.provisioning.cycle.scoping import scope_settings
from harness.azure_ad.provisioning.job.records import DELETES_THRESHOLD
from harness.azure_ad.tenant import current
from harness.base.errors import HarnessError
from harness.base.store import Document
from harness.pages.listing import entered

AUTHORIZED = "The supplied credentials are authorized to enable provisioning"
_ADDRESS, _TOKEN, _NOTIFICATION = "BaseAddress", "SecretToken", "SyncNotificationSettings"
# The setting of a job without notifications:
# https://learn.microsoft.com/en-us/graph/api/synchronization-serviceprincipal-put-synchronization, "Example" (read 2026-11-30)
_NOTIFY_NOBODY = {
    "Enabled": False,
    "DeleteThresholdEnabled": False,
    "HumanResourcesLookaheadQueryEnabled": False,
}
_TESTED = "portalTestedToken"
_Form = Mapping[str, Any]


def edit(app: str) -> str:
    current().applications.find(app)
    return _page(app, _saved(app))


def submit(app: str) -> ResponseReturnValue:
    """Test the connection or save, whichever button it was."""
    current().applications.find(app)
    typed = _typed(job_of(app) is not None)
    return _test(app, typed) if entered("do") == "test" else _save(app, typed)


def _test(app: str, typed: _Form) -> ResponseReturnValue:
    tenant = current()
    if entered("token"):
        typed = {**typed, "tested": tenant.ids.uuid()}
        tenant.store.put(_TESTED, app, {"mark": typed["tested"], "token": entered("token")})
    try:
        tenant.engine.validate(
            app, tenant.applications.secrets_with(app, _credentials(app, typed)), _template(app)
        )
    except CredentialsError as error:
        problem = f"{INVALID_CREDENTIALS}\nError code: {error.code}\nDetails: {error.message}"
        return _page(app, typed, problem=problem), 400
    except HarnessError as error:
        return _page(app, typed, problem=str(error)), 400
    return _page(app, typed, good=AUTHORIZED)


def _save(app: str, typed: _Form) -> ResponseReturnValue:
    problem = _mistake(typed) or refusal(lambda: _carry_out(app, typed))
    if problem is not None:
        return _page(app, typed, problem=problem), 400
    current().store.delete(_TESTED, app)
    return redirect(url_for("portal.settings_edit", app=app, notice="settings"), 303)


def _carry_out(app: str, typed: _Form) -> None:
    """Pass the changed settings to the engine; each call writes an entry to the audit log."""
    tenant = current()
    engine = tenant.engine
    with tenant.store.transaction():
        job = job_of(app)
        if job is None:
            job = engine.create_job(app, _template(app))
        secrets = tenant.applications.secrets(app)
        changes = _credentials(app, typed) | (_preferences(secrets, typed) if "scope" in typed else {})
        if any(secrets.get(key, "") != value for key, value in changes.items()):
            engine.save_secrets(app, changes)
        if typed.get("threshold") and typed["threshold"] != job.settings.get(DELETES_THRESHOLD):
            engine.save_settings(job.id, {DELETES_THRESHOLD: typed["threshold"]})
    if "status" not in typed:
        return
    if typed["restore"]:
        engine.restore_schema(job.id)
    if job.is_on != (typed["status"] == "On"):
        (engine.pause if job.is_on else engine.start)(job.id)


def _mistake(typed: _Form) -> str | None:
    if "@" not in typed.get("email", "@") and typed["email"]:
        return f"'{typed['email']}' is no e-mail address."
    if typed["mode"] != "Automatic":
        return "Select Automatic next to Provisioning Mode first."
    return None


def _template(app: str) -> str:
    """Return the job template that this kind of application is offered first. Raises HarnessError."""
    offered = offered_to(current().applications.find(app)["applicationTemplateId"])
    if not offered:
        raise HarnessError("Automatic provisioning is not offered for this application.")
    return offered[0]


def _credentials(app: str, typed: _Form) -> dict[str, str]:
    tested = _tested(app, typed)
    token = entered("token") or (tested["token"] if tested else "")
    return {_ADDRESS: typed["url"]} | ({_TOKEN: token} if token else {})


def _tested(app: str, typed: _Form) -> Document | None:
    """Return the token that was tested on the page with this mark, unless it has been saved."""
    tested = current().store.get(_TESTED, app)
    return tested if tested and tested["mark"] == typed.get("tested") else None


def _preferences(secrets: Mapping[str, str], typed: _Form) -> dict[str, str]:
    """Return the secrets that are settings: notification, accidental deletions, scope."""
    notification = _notification(secrets) | {
        "Enabled": typed["notify"],
        "DeleteThresholdEnabled": typed["prevent"],
    }
    if typed["email"] or "Recipients" in notification:
        notification["Recipients"] = typed["email"]
    chosen = {"SyncAll": "true" if typed["scope"] == "all" else "false"}
    if notification != _notification(secrets):
        chosen[_NOTIFICATION] = json.dumps(notification, separators=(",", ":"))
    if chosen["SyncAll"] == str(scope_settings(secrets).sync_all).lower():
        del chosen["SyncAll"]
    return chosen


def _notification(secrets: Mapping[str, str]) -> Document:
    try:
        present = json.loads(secrets.get(_NOTIFICATION, "{}"))
    except ValueError:
        present = {}
    return _NOTIFY_NOBODY | (present if isinstance(present, dict) else {})


def _typed(configured: bool) -> dict[str, Any]:
    """Return the form's fields; settings are among them once there is a job."""
    mode = "Automatic" if configured else entered("mode")
    credentials = {"mode": mode, "url": entered("url"), "tested": entered("tested")}
    if not configured:
        return credentials
    switches = {name: name in request.form for name in ("notify", "prevent", "restore")}
    texts = {name: entered(name) for name in ("email", "threshold", "scope", "status")}
    return {**credentials, **switches, **texts}


def _saved(app: str) -> dict[str, Any]:
    apps, job = current().applications, job_of(app)
    secrets = apps.secrets(app)
    email, notify, prevents_deletions = apps.notification(app)
    return {
        "mode": "Manual" if job is None else "Automatic",
        "url": secrets.get(_ADDRESS, ""),
        "email": email,
        "notify": notify,
        "prevent": prevents_deletions,
        "threshold": (job.settings.get(DELETES_THRESHOLD, "") if job else ""),
        "scope": "all" if scope_settings(secrets).sync_all else "assigned",
        "status": "On" if job and job.is_on else "Off",
        "restore": False,
    }


def _page(app: str, typed: _Form, *, problem: str | None = None, good: str | None = None) -> str:
    tenant, job = current(), job_of(app)
    return render_template(
        "portal/settings.html",
        app=tenant.applications.find(app),
        job=job,
        typed=typed,
        problem=problem,
        good=good,
        tested=_tested(app, typed) is not None,
        has_token=_TOKEN in tenant.applications.secrets(app),
        usual_threshold=tenant.quirks["deletes-threshold"],
        mappings=[] if job is None else object_mappings(tenant.engine.schema(job.id)),
    )


ROUTES = (
    ("GET", "/apps/<app>/provisioning/edit", edit),
    ("POST", "/apps/<app>/provisioning/edit", submit),
)
