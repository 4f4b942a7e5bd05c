"""Review your schema: the job's synchronization schema, downloaded as a file or replaced by an uploaded one.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/export-import-provisioning-configuration, "Disaster
recovery - roll back to a known good state" (read 2026-11-30): a downloaded schema may be brought back whole, and the next cycle
is an initial one. A file of Graph's, of a job or a template, is taken as well.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from harness.azure_ad.mappings.importing import imported
from harness.azure_ad.portal.files import attached, uploaded
from harness.azure_ad.portal.jobs.provisioning import demand_job
from harness.azure_ad.portal.notices import refusal
from harness.azure_ad.tenant import current
from harness.base.errors import HarnessError
from harness.base.store import Document


def shown(app: str) -> str:
    return _page(app)


def download(app: str) -> Response:
    schema = current().engine.schema(demand_job(app).id)
    return attached([json.dumps(schema, ensure_ascii=False, indent=2)], "schema.json", "application/json")


def upload(app: str) -> ResponseReturnValue:
    job = demand_job(app).id
    problem = refusal(lambda: _replace(job))
    if problem is not None:
        return _page(app, problem), 400
    return redirect(url_for("portal.schema_file_shown", app=app, notice="schema"), 303)


def _replace(job: str) -> None:
    """Save the uploaded schema. Raises HarnessError in words for a file that is none."""
    name, text = uploaded()
    try:
        exported = _schema_in(json.loads(text))
    except ValueError as error:
        raise HarnessError(f"{name} is no JSON, or was cut off ({error}): download it again.") from error
    if exported is None:
        raise HarnessError(
            f"{name} holds no synchronization schema: download it from Attribute mappings > Show advanced options > Review your "
            "schema, or from Microsoft Graph."
        )
    engine = current().engine
    engine.save_schema(job, imported(exported, engine.schema(job)))


def _schema_in(document: Any) -> Document | None:
    """Return the schema in Graph's answer for a schema, a job, a template or a list of those; None where it has none."""
    if isinstance(document, list):
        return next((schema for each in document if (schema := _schema_in(each)) is not None), None)
    if not isinstance(document, dict):
        return None
    if "synchronizationRules" in document:
        return document
    return _schema_in(document.get("schema")) or _schema_in(document.get("value"))


def _page(app: str, problem: str | None = None) -> str:
    schema = current().engine.schema(demand_job(app).id)
    text = json.dumps(schema["synchronizationRules"], ensure_ascii=False, indent=2)
    return render_template(
        "portal/schema.html", app=current().applications.find(app), text=text, problem=problem
    )


ROUTES = (
    ("GET", "/apps/<app>/provisioning/schema", shown),
    ("GET", "/apps/<app>/provisioning/schema/download/json", download),
    ("POST", "/apps/<app>/provisioning/schema", upload),
)
