"""Provisioning over Microsoft Graph: jobs, credentials, schema.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-overview and
https://learn.microsoft.com/en-us/graph/application-provisioning-configuration-api (read 2026-11).
"""

from __future__ import annotations

from flask import Blueprint, Response

from harness.azure_ad.enterprise_app import SECRET_KEYS
from harness.azure_ad.graph.odata import ODataError, answer, body, collection, context, empty, entity
from harness.azure_ad.provisioning.engine import CredentialsError, Engine
from harness.azure_ad.provisioning.schema import templates
from harness.azure_ad.tenant import current
from harness.base.errors import nearest
from harness.base.store import Document

synchronization = Blueprint(
    "synchronization", __name__, url_prefix="/servicePrincipals/<app>/synchronization"
)
# The portal's sentence above the details of a failed Test Connection.
# https://github.com/MicrosoftDocs/azure-docs/issues/54231
INVALID_CREDENTIALS = (
    "You appear to have entered invalid credentials. Please confirm you are using the correct information for an "
    "administrative account."
)
_RESET_ALL = {"watermark", "escrows", "quarantinestate"}


@synchronization.get("/templates")
def list_templates(app: str) -> Response:
    current().engine.apps.find(app)
    shown = [{"id": name, "factoryTag": name, "default": True, "discoverable": True} for name in templates()]
    return collection(f"servicePrincipals('{app}')/synchronization/templates", shown)


@synchronization.get("/jobs")
def list_jobs(app: str) -> Response:
    return collection(f"servicePrincipals('{app}')/synchronization/jobs", current().engine.jobs(app))


@synchronization.post("/jobs")
def create_job(app: str) -> Response:
    template = body().get("templateId")
    if not isinstance(template, str):
        raise ODataError(400, "BadRequest", 'The body must be {"templateId": "scim"}.')
    return entity(
        f"servicePrincipals('{app}')/synchronization/jobs", current().engine.create_job(app, template), 201
    )


@synchronization.get("/jobs/<job>")
def get_job(app: str, job: str) -> Response:
    return entity(f"servicePrincipals('{app}')/synchronization/jobs", _engine(app, job).job(job))


@synchronization.post("/jobs/<job>/start")
def start_job(app: str, job: str) -> Response:
    _engine(app, job).start(job)
    return empty()


@synchronization.post("/jobs/<job>/pause")
def pause_job(app: str, job: str) -> Response:
    _engine(app, job).pause(job)
    return empty()


@synchronization.post("/jobs/<job>/restart")
def restart_job(app: str, job: str) -> Response:
    """Restart as the portal does; a `resetScope` that asks for less or more than that is refused."""
    engine = _engine(app, job)
    criteria = body().get("criteria") or {}
    asked = criteria.get("resetScope", "") if isinstance(criteria, dict) else None
    if not isinstance(asked, str):
        raise ODataError(
            400,
            "BadRequest",
            'The body must be {"criteria": {"resetScope": "Watermark, Escrows, QuarantineState"}}.',
        )
    scope = {word.strip().lower() for word in asked.split(",") if word.strip()}
    if scope and scope != _RESET_ALL:
        raise ODataError(
            400,
            "BadRequest",
            f"resetScope '{asked}' is not offered; use 'Watermark, Escrows, QuarantineState' or leave it empty.",
        )
    engine.restart(job)
    return empty()


@synchronization.post("/jobs/validateCredentials")
@synchronization.post("/jobs/<job>/validateCredentials")
def validate_credentials(app: str, job: str = "") -> Response:
    """Test Connection with the credentials of the body, or with the saved ones."""
    engine = _engine(app, job) if job else current().engine
    given = body()
    secrets = {} if given.get("useSavedCredentials") is not True else engine.apps.secrets(app)
    secrets = {**secrets, **_pairs(given.get("credentials") or [])}
    try:
        engine.validate(app, secrets)
    except CredentialsError as error:
        raise ODataError(400, error.code, f"{INVALID_CREDENTIALS} {error.message}") from error
    return empty()


@synchronization.put("/secrets")
def save_secrets(app: str) -> Response:
    current().engine.save_secrets(app, _pairs(body().get("value")))
    return empty()


@synchronization.get("/jobs/<job>/schema")
def get_schema(app: str, job: str) -> Response:
    path = f"servicePrincipals('{app}')/synchronization/jobs('{job}')/schema/$entity"
    return answer({"@odata.context": context(path), **_engine(app, job).schema(job)})


@synchronization.put("/jobs/<job>/schema")
def put_schema(app: str, job: str) -> Response:
    document = {name: value for name, value in body().items() if not name.startswith("@odata.")}
    _engine(app, job).save_schema(job, document)
    return empty()


@synchronization.delete("/jobs/<job>/schema")
def restore_schema(app: str, job: str) -> Response:
    _engine(app, job).restore_schema(job)
    return empty()


def _engine(app: str, job: str) -> Engine:
    """Return the engine, once it is sure that the job is this application's."""
    engine = current().engine
    engine.apps.find(app)
    if engine.app_of(job) != app:
        raise ODataError(
            404, "Request_ResourceNotFound", f"Resource '{job}' does not exist for service principal '{app}'."
        )
    return engine


def _pairs(value: object) -> dict[str, str]:
    """Read Graph's list of key and value. Raises ODataError for another shape or a key that this engine does not read."""
    if not isinstance(value, list):
        raise ODataError(400, "BadRequest", 'A list of {"key": …, "value": …} is needed.')
    pairs: dict[str, str] = {}
    for entry in value:
        document: Document = entry if isinstance(entry, dict) else {}
        key, text = document.get("key"), document.get("value")
        if key not in SECRET_KEYS:
            raise ODataError(
                400,
                "BadRequest",
                f"Unknown secret key '{key}'{nearest(str(key), SECRET_KEYS)} Known: {', '.join(SECRET_KEYS)}.",
            )
        if not isinstance(text, str):
            raise ODataError(400, "BadRequest", f"The value of '{key}' must be text.")
        pairs[key] = text
    return pairs
