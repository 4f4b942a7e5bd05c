"""Provision on demand: choose a user or a group, provision it, and read the result step by step.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/provision-on-demand, sections
How to use on-demand provisioning and Understand the provisioning steps (read 2026-11-29).
"""

from __future__ import annotations

import itertools
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from harness.azure_ad.directory.directory import kind_of
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.portal.jobs.provisioning import demand_job
from harness.azure_ad.portal.searching import principals
from harness.azure_ad.provisioning.on_demand import MOST_MEMBERS, Subject, TooOftenError
from harness.azure_ad.tenant import current
from harness.base.errors import HarnessError
from harness.base.store import Document
from harness.pages.listing import entered

_OFFERED, _MEMBERS = 25, 100
# The page's steps, each with the types of log steps in it.
_STEPS = (
    ("Import user", ("Import",)),
    ("Determine if user is in scope", ("Scoping",)),
    ("Match user between source and target system", ("Matching",)),
    ("Perform action", ("Processing", "ReferenceResolution", "Export")),
)
_CONNECTION = "TestConnection"


def choose(app: str) -> str:
    demand_job(app)
    return _choose(app, entered("subject"))


def provision(app: str) -> ResponseReturnValue:
    tenant, job = current(), demand_job(app)
    members = request.form.getlist("member")
    subject = tenant.directory.principal(entered("subject"))
    if len(members) > MOST_MEMBERS:
        return _choose(app, subject["id"], f"Select up to {MOST_MEMBERS} members of the group."), 400
    try:
        result, log_entries = tenant.engine.provision_on_demand(
            job.id, Subject(kind_of(subject), subject["id"], tuple(members))
        )
    except TooOftenError as error:
        return _choose(app, subject["id"], str(error)), 429
    except (HarnessError, NotFoundError) as error:
        return _choose(app, subject["id"], str(error)), 400
    entries = log_entries if isinstance(log_entries, list) else [log_entries] if log_entries else []
    return render_template(
        "portal/on_demand_result.html",
        app=tenant.applications.find(app),
        subject=subject,
        members=members,
        result=result,
        entries=[(entry, _steps(entry)) for entry in entries],
    )


def _choose(app: str, key: str, problem: str | None = None) -> str:
    directory, search = current().directory, entered("search")
    subject = directory.principal(key) if key else None
    matches = list(itertools.islice(principals(directory, search), _OFFERED))
    members = []
    if subject is not None and kind_of(subject) == "Group":
        members = [directory.principal(member) for member in directory.members(subject["id"])[:_MEMBERS]]
    return render_template(
        "portal/on_demand.html",
        app=current().applications.find(app),
        search=search,
        matches=matches,
        subject=subject,
        members=members,
        most=MOST_MEMBERS,
        problem=problem,
    )


def _steps(entry: Document) -> list[tuple[str, str, list[Document]]]:
    """Return name, outcome in words and log steps of each step; Test connection is one only when it failed."""
    steps: list[Document] = entry["provisioningSteps"]
    page_steps: list[tuple[str, tuple[str, ...]]] = list(_STEPS)
    connection = [step for step in steps if step["name"] == _CONNECTION]
    rest = [step for step in steps if step["name"] != _CONNECTION]
    kind = entry["sourceIdentity"]["type"].lower()
    result: list[tuple[str, str, list[Document]]] = []
    if connection:
        result.append(("Test connection", _outcome(connection), connection))
    for name, types in page_steps:
        mine = [step for step in rest if step["type"] in types]
        result.append((name.replace("user", kind), _outcome(mine), mine))
    return result


def _outcome(steps: list[Any]) -> str:
    """Return the worst status among a step's log steps."""
    statuses = {step["status"] for step in steps}
    return next(
        (word for word in ("Failure", "Warning", "Skipped", "Success") if word in statuses), "Not reached"
    )


ROUTES = (
    ("GET", "/apps/<app>/provisioning/on-demand", choose),
    ("POST", "/apps/<app>/provisioning/on-demand", provision),
)
