"""Permission sets: the list, a new one, and what one consists of and where it is.

Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/howtocreatepermissionset.html, "To create a
permission set" (edition of June 2023, read 2026-11-29).
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from harness.aws_sso.accounts import assignments, organization, permission_sets
from harness.aws_sso.accounts.permission_sets import PermissionSet
from harness.aws_sso.console import assigning
from harness.aws_sso.console.notices import refusal
from harness.aws_sso.tenant import current
from harness.aws_sso.tokens import Declined
from harness.pages.listing import Row, after, behind, containing, entered, page_of, ways

# The predefined permission sets of howtocreatepermissionset.html, each one policy of AWS's own.
_FOLDER = "arn:aws:iam::aws:policy"
POLICIES = {
    "": "None",
    f"{_FOLDER}/AdministratorAccess": "AdministratorAccess",
    f"{_FOLDER}/PowerUserAccess": "PowerUserAccess",
    f"{_FOLDER}/job-function/ViewOnlyAccess": "ViewOnlyAccess",
    f"{_FOLDER}/ReadOnlyAccess": "ReadOnlyAccess",
    f"{_FOLDER}/job-function/Billing": "Billing",
    f"{_FOLDER}/SecurityAudit": "SecurityAudit",
}
SESSIONS = {f"PT{hours}H": f"{hours} hour{'s' if hours > 1 else ''}" for hours in (1, 2, 4, 8, 12)}


def listed() -> str:
    tenant, search = current(), entered("search")
    rows = (_row(each) for each in permission_sets.scan(tenant))
    page = page_of(behind(rows, after()), containing(search, ("name", "id", "description")))
    return render_template("console/permission_sets.html", page=page, ways=ways(page), search=search)


def new() -> str:
    return _form({"session": "PT1H"})


def create() -> ResponseReturnValue:
    typed = {name: entered(name) for name in ("name", "description", "session", "policy")}
    if typed["session"] not in SESSIONS or typed["policy"] not in POLICIES:
        return _form(typed, "Choose the session duration and the policy from the lists."), 400
    made: list[PermissionSet] = []
    problem = refusal(lambda: made.append(assigning.create_permission_set(current(), typed)))
    if problem is not None:
        return _form(typed, problem), 400
    where = url_for("console.permission_sets_overview", arn=made[0].arn, notice="set-created")
    return redirect(where, 303)


def overview() -> str:
    tenant = current()
    permission_set = _require(request.args.get("arn", ""))
    places = [
        (organization.find(tenant, each.account), each.is_latest(permission_set.revision, tenant.now()))
        for each in assignments.provisioned(tenant)
        if each.permission_set == permission_set.arn
    ]
    return render_template("console/permission_set.html", held=permission_set, places=places)


def delete() -> ResponseReturnValue:
    assigning.delete_permission_set(current(), _require(entered("arn")))
    return redirect(url_for("console.permission_sets_listed", notice="set-deleted"), 303)


def _row(permission_set: PermissionSet) -> Row:
    return {
        "id": permission_set.arn,
        "name": permission_set.name,
        "description": permission_set.description,
        "session": permission_set.session,
        "policies": [arn.rpartition("/")[2] for arn in permission_set.policies],
        "created": permission_set.created,
    }


def _require(arn: str) -> PermissionSet:
    permission_set = permission_sets.fetch(current(), arn)
    if permission_set is None:
        raise Declined(404, "There is no such permission set.")
    return permission_set


def _form(typed: dict[str, str], problem: str | None = None) -> str:
    return render_template(
        "console/new_permission_set.html", typed=typed, problem=problem, policies=POLICIES, sessions=SESSIONS
    )


ROUTES = (
    ("GET", "/permission-sets", listed),
    ("GET", "/permission-sets/new", new),
    ("POST", "/permission-sets/new", create),
    ("GET", "/permission-sets/overview", overview),
    ("POST", "/permission-sets/delete", delete),
)
