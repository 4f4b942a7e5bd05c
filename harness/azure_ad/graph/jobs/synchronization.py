"""Provisioning over Microsoft Graph: jobs, credentials, schema.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-overview (read 2026-11-29 at db3ad72 of
microsoftgraph/microsoft-graph-docs) and https://learn.microsoft.com/en-us/graph/application-provisioning-configure-api,
steps 2 to 5 (read 2026-11-30 at 2c14f9a of microsoftgraph/microsoft-graph-docs-contrib).
"""

from __future__ import annotations

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.apps.templates import demand_offered, demand_template
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import (
    answer,
    body,
    collection,
    context,
    empty,
    entity,
    optional_body,
)
from harness.azure_ad.graph.odata.entity_types import SYNCHRONIZATION_JOB
from harness.azure_ad.provisioning.engine import Engine
from harness.azure_ad.provisioning.job.document import graph_form
from harness.azure_ad.provisioning.job.moves import SettingError
from harness.azure_ad.provisioning.log import on_demand_answer
from harness.azure_ad.provisioning.on_demand import MOST_MEMBERS, Subject, TooOftenError
from harness.azure_ad.provisioning.resets import PORTAL_RESTART, RESET_SCOPES
from harness.azure_ad.tenant import current
from harness.base.errors import nearest
from harness.base.store import Document
from harness.wire.message import Response
from harness.wire.present import present

_ON_DEMAND_FORM = (
    '{"parameters": [{"ruleId": …, "subjects": [{"objectId": …, "objectTypeName": "User"}]}]}, '
    'for a group with {"links": {"members": [{"objectId": …, "objectTypeName": "User"}]}}'
)


def list_jobs(app: str) -> Response:
    jobs = [graph_form(job) for job in current().engine.jobs(app)]
    return collection(f"servicePrincipals('{app}')/synchronization/jobs", jobs, SYNCHRONIZATION_JOB)


def create_job(app: str) -> Response:
    template = body().get("templateId")
    if not isinstance(template, str):
        raise refusals.BODY_FORM.error(form='{"templateId": "scim"}')
    demand_offered(app, template)
    tenant = current()
    with tenant.store.transaction():
        made = tenant.engine.create_job(app, template)
        path = f"servicePrincipals('{app}')/synchronization/jobs"
        return entity(path, graph_form(made), 201, SYNCHRONIZATION_JOB)


def get_job(app: str, job: str) -> Response:
    document = graph_form(engine_of(app, job).job(job))
    path = f"servicePrincipals('{app}')/synchronization/jobs"
    return entity(path, document, 200, SYNCHRONIZATION_JOB)


def delete_job(app: str, job: str) -> Response:
    engine_of(app, job).delete_job(job)
    return empty()


def start_job(app: str, job: str) -> Response:
    engine_of(app, job).start(job)
    return empty()


def pause_job(app: str, job: str) -> Response:
    engine_of(app, job).pause(job)
    return empty()


def restart_job(app: str, job: str) -> Response:
    """Restart a job and forget what `resetScope` names, words separated by commas; without any, what the portal does."""
    engine = engine_of(app, job)
    criteria = optional_body().get("criteria") or {}
    scopes = criteria.get("resetScope", "") if isinstance(criteria, dict) else None
    if not isinstance(scopes, str):
        raise refusals.BODY_FORM.error(
            form='{"criteria": {"resetScope": "Watermark, Escrows, QuarantineState"}}'
        )
    spellings = {name.lower(): name for name in RESET_SCOPES}
    words = [word.strip() for word in scopes.split(",") if word.strip()]
    for word in words:
        if word.lower() not in spellings:
            hint = nearest(word, RESET_SCOPES)
            raise refusals.RESET_SCOPE_UNKNOWN.error(word=word, hint=hint, names=", ".join(RESET_SCOPES))
    engine.restart(job, frozenset(spellings[word.lower()] for word in words) or PORTAL_RESTART)
    return empty()


def patch_job(app: str, job: str) -> Response:
    """Change `synchronizationJobSettings`, a list of name and value, if the quirk `job-takes-patch` allows it."""
    if not current().quirks["job-takes-patch"]:
        raise refusals.SYNCHRONIZATION_UNKNOWN.error(url=present().url)
    document = body()
    settings = document.pop("synchronizationJobSettings", None)
    if document or not isinstance(settings, list):
        raise refusals.BODY_FORM.error(form='{"synchronizationJobSettings": [{"name", "value"}]}')
    pairs = {}
    for entry in settings:
        name, value = (entry.get("name"), entry.get("value")) if isinstance(entry, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(value, str):
            raise refusals.PART_FORM.error(part="Each setting", form='{"name": text, "value": text}')
        pairs[name] = value
    try:
        engine_of(app, job).save_settings(job, pairs)
    except SettingError as error:
        raise refusals.BAD_REQUEST.error(reason=error) from error
    return empty()


def provision_on_demand(app: str, job: str) -> Response:
    """Provision one user, or one group with up to five of its members, at once."""
    engine = engine_of(app, job)
    subject = _subject(job, engine.schema(job)["synchronizationRules"])
    try:
        result, report = engine.provision_on_demand(job, subject)
    except TooOftenError as error:
        raise refusals.TOO_OFTEN.error(reason=error) from error
    return answer(
        {
            "@odata.context": context("microsoft.graph.stringKeyStringValuePair"),
            **on_demand_answer.written(current().quirks, result, report),
        }
    )


def _subject(job: str, rules: list[Document]) -> Subject:
    """Read the one subject of an on-demand request. Raises ODataError with the shape it must have."""
    try:
        (parameters,) = body()["parameters"]
        (subject,) = parameters["subjects"]
        kind, object_id, rule = subject["objectTypeName"], subject["objectId"], parameters["ruleId"]
        members = [member["objectId"] for member in (subject.get("links") or {}).get("members") or []]
        ",".join((kind, object_id, rule, *members))  # raises TypeError unless all are texts
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise refusals.BODY_FORM.error(form=_ON_DEMAND_FORM) from error
    if rule not in [present["id"] for present in rules]:
        raise refusals.RULE_UNKNOWN.error(job=job, rule=rule)
    kind = kind.capitalize()
    if kind not in ("User", "Group"):
        raise refusals.OBJECT_TYPE_REFUSED.error(kind=kind)
    if len(members) > MOST_MEMBERS:
        raise refusals.TOO_MANY_MEMBERS.error(limit=MOST_MEMBERS)
    return Subject(kind, object_id, tuple(members))


def get_schema(app: str, job: str) -> Response:
    path = f"servicePrincipals('{app}')/synchronization/jobs('{job}')/schema/$entity"
    return answer({"@odata.context": context(path), **engine_of(app, job).schema(job)})


def put_schema(app: str, job: str) -> Response:
    """Replace the schema; its directories, which v1.0 leaves out of answers, stay as they are when they are not sent."""
    engine = engine_of(app, job)
    document = {name: value for name, value in body().items() if not name.startswith("@odata.")}
    engine.save_schema(job, {"directories": engine.schema(job)["directories"], **document})
    return empty()


def restore_schema(app: str, job: str) -> Response:
    engine_of(app, job).restore_schema(job)
    return empty()


def list_directories(app: str, job: str) -> Response:
    """Answer the two directories of a schema, source and target, with the attributes of their objects."""
    path = f"servicePrincipals('{app}')/synchronization/jobs('{job}')/schema/directories"
    return collection(path, engine_of(app, job).schema(job)["directories"])


def get_directory(app: str, job: str, key: str) -> Response:
    """Answer one directory of a schema; `discover` answers the same, for it finds no new attributes."""
    directories = engine_of(app, job).schema(job)["directories"]
    directory = next((item for item in directories if item.get("id") == key), None)
    if directory is None:
        raise NotFoundError.of(key)
    path = f"servicePrincipals('{app}')/synchronization/jobs('{job}')/schema/directories"
    return entity(path, directory)


def engine_of(app: str, job: str) -> Engine:
    """Return the engine. Raises ODataError for a job of another application."""
    tenant = current()
    tenant.applications.find(app)
    if tenant.engine.app_of(job) != app:
        raise refusals.JOB_OF_ANOTHER_APP.error(job=job, app=app)
    return tenant.engine


def demand_schema_owner(app: str, job: str, template: str) -> None:
    """Raise for a job, or a template, that is not the application's; one of the two texts is empty."""
    if job:
        engine_of(app, job)
    else:
        demand_template(app, template)


ROUTES = (
    ("GET", "/servicePrincipals/<app>/synchronization/jobs", list_jobs),
    ("POST", "/servicePrincipals/<app>/synchronization/jobs", create_job),
    ("GET", "/servicePrincipals/<app>/synchronization/jobs/<job>", get_job),
    ("DELETE", "/servicePrincipals/<app>/synchronization/jobs/<job>", delete_job),
    ("POST", "/servicePrincipals/<app>/synchronization/jobs/<job>/start", start_job),
    ("POST", "/servicePrincipals/<app>/synchronization/jobs/<job>/pause", pause_job),
    ("POST", "/servicePrincipals/<app>/synchronization/jobs/<job>/restart", restart_job),
    ("PATCH", "/servicePrincipals/<app>/synchronization/jobs/<job>", patch_job),
    ("POST", "/servicePrincipals/<app>/synchronization/jobs/<job>/provisionOnDemand", provision_on_demand),
    ("GET", "/servicePrincipals/<app>/synchronization/jobs/<job>/schema", get_schema),
    ("PUT", "/servicePrincipals/<app>/synchronization/jobs/<job>/schema", put_schema),
    ("DELETE", "/servicePrincipals/<app>/synchronization/jobs/<job>/schema", restore_schema),
    ("GET", "/servicePrincipals/<app>/synchronization/jobs/<job>/schema/directories", list_directories),
    ("GET", "/servicePrincipals/<app>/synchronization/jobs/<job>/schema/directories/<key>", get_directory),
    (
        "POST",
        "/servicePrincipals/<app>/synchronization/jobs/<job>/schema/directories/<key>/discover",
        get_directory,
    ),
)
