"""AWS accounts: the organization's accounts, who has which permission set in one, and the way to assign more.

Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/useraccess.html, "Assign user access to AWS
accounts" (edition of June 2023, read 2026-11-29).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from harness.aws_sso import identity_store
from harness.aws_sso.accounts import assignments, organization, permission_sets
from harness.aws_sso.accounts.assignments import Target
from harness.aws_sso.accounts.organization import Account
from harness.aws_sso.console import assigning
from harness.aws_sso.console.notices import refusal
from harness.aws_sso.identity_store import GROUP, USER, Record
from harness.aws_sso.tenant import Tenant, current
from harness.aws_sso.tokens import Declined
from harness.pages.listing import Row, after, behind, containing, entered, page_of, ways

_OFFERED, _LOOKED_AT = 25, 2_000
_NAMES = {USER: "userName", GROUP: "displayName"}
_SEARCHED = ("userName", "displayName", "id")


def listed() -> str:
    tenant, search = current(), entered("search")
    rows: Iterator[Row] = (
        {"id": each.id, "name": each.name, "email": each.email, "status": each.status}
        for each in organization.accounts(tenant)
    )
    page = page_of(behind(rows, after()), containing(search, ("id", "name", "email")))
    return render_template("console/accounts.html", page=page, ways=ways(page), search=search)


def overview(account: str) -> str:
    tenant = current()
    entry = _require(tenant, account)
    present: Iterator[Row] = (
        {"id": each.key, "target": each} for each in assignments.assigned(tenant) if each.account == account
    )
    page = page_of(behind(present, after()))
    rows = [(row["id"], *_described(tenant, row["target"])) for row in page.rows]
    return render_template("console/account.html", account=entry, rows=rows, ways=ways(page))


def choose(account: str) -> str:
    return _choose(account)


def assign(account: str) -> ResponseReturnValue:
    """Give everybody chosen every permission set chosen, or nobody anything."""
    tenant = current()
    _require(tenant, account)
    principals, sets = request.form.getlist("selected"), request.form.getlist("set")
    if not principals or not sets:
        return _choose(account, "Select at least one user or group, and at least one permission set."), 400
    chosen = [each for mark in principals if (each := _principal(tenant, mark)) is not None]
    if len(chosen) < len(principals):
        return _choose(account, "Somebody who was selected is not there any more."), 400
    targets = [Target(account, arn, kind.upper(), record.id) for kind, record in chosen for arn in sets]
    problem = refusal(lambda: assigning.assign(tenant, targets))
    if problem is not None:
        return _choose(account, problem), 400
    return redirect(url_for("console.accounts_overview", account=account, notice="assigned"), 303)


def remove(account: str) -> ResponseReturnValue:
    tenant = current()
    key = entered("assignment")
    target = next((each for each in assignments.assigned(tenant) if each.key == key), None)
    if target is None or target.account != account:
        raise Declined(404, "This assignment is not there any more.")
    assigning.unassign(tenant, target)
    return redirect(url_for("console.accounts_overview", account=account, notice="unassigned"), 303)


def _choose(account: str, problem: str | None = None) -> str:
    """Show the form; those selected before stay so while somebody searches on."""
    tenant, search = current(), entered("search")
    selected = dict.fromkeys(request.values.getlist("selected"))
    chosen = [each for mark in selected if (each := _principal(tenant, mark)) is not None]
    test = containing(search, _SEARCHED)
    rows = (
        (kind, record)
        for kind in (GROUP, USER)
        for record in itertools.islice(identity_store.scan(tenant, kind), _LOOKED_AT)
        if test and test({**record.attributes, "id": record.id})
    )
    offered = list(itertools.islice(rows, _OFFERED))
    return render_template(
        "console/assign.html",
        account=_require(tenant, account),
        search=search,
        names=_NAMES,
        chosen=chosen,
        offered=[(kind, record) for kind, record in offered if f"{kind}|{record.id}" not in selected],
        more=len(offered) == _OFFERED,
        sets=list(permission_sets.scan(tenant)),
        chosen_sets=request.values.getlist("set"),
        problem=problem,
    )


def _principal(tenant: Tenant, mark: str) -> tuple[str, Record] | None:
    """Return whom a mark of the form, `user|<id>` or `group|<id>`, stands for."""
    kind, _, key = mark.partition("|")
    record = identity_store.fetch(tenant, kind, key) if kind in _NAMES else None
    return None if record is None else (kind, record)


def _described(tenant: Tenant, target: Target) -> tuple[str, str, Record | None, str]:
    """Return kind, name and record of who holds an assignment, and the permission set's name."""
    kind = target.principal_type.lower()
    record = identity_store.fetch(tenant, kind, target.principal_id)
    name = target.principal_id if record is None else str(record.attributes[_NAMES[kind]])
    permission_set = permission_sets.fetch(tenant, target.permission_set)
    return kind, name, record, target.permission_set if permission_set is None else permission_set.name


def _require(tenant: Tenant, account: str) -> Account:
    entry = organization.find(tenant, account)
    if entry is None:
        raise Declined(404, f"The organization has no account {account}.")
    return entry


ROUTES = (
    ("GET", "/accounts", listed),
    ("GET", "/accounts/<account>", overview),
    ("GET", "/accounts/<account>/assign", choose),
    ("POST", "/accounts/<account>/assign", assign),
    ("POST", "/accounts/<account>/remove", remove),
)
