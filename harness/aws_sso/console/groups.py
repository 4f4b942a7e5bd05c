"""Groups: the list, one group with its members a page at a time, and what is done by hand.

Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/addgroups.html, "To add a group" (edition of June
2023, read 2026-11-29).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from harness.aws_sso import identity_store, tokens
from harness.aws_sso.accounts import assignments, organization, permission_sets
from harness.aws_sso.console import actions
from harness.aws_sso.console.notices import refusal
from harness.aws_sso.console.users import facts, require
from harness.aws_sso.identity_store import GROUP, USER, Record
from harness.aws_sso.tenant import Tenant, current
from harness.pages.listing import Row, after, behind, containing, entered, page_of, ways

_SEARCHED = ("displayName", "externalId", "id")


def listed() -> str:
    tenant, search = current(), entered("search")
    page = page_of(_rows(tenant, search, after()), containing(search, _SEARCHED))
    counts = {row["id"]: len(identity_store.members(tenant, row["id"])) for row in page.rows}
    return render_template(
        "console/groups.html",
        page=page,
        ways=ways(page),
        search=search,
        counts=counts,
        count=tenant.store.count(GROUP),
    )


def new() -> str:
    return _form("")


def create() -> ResponseReturnValue:
    name = entered("displayName")
    made: list[Record] = []
    problem = refusal(lambda: made.append(actions.create_group(current(), name)))
    if problem is not None:
        return _form(name, problem), 400
    return _back(made[0].id, "group-created")


def overview(key: str) -> str:
    return _overview(require(current(), GROUP, key))


def add_member(key: str) -> ResponseReturnValue:
    tenant, name = current(), entered("member")
    group = require(tenant, GROUP, key)
    problem = refusal(lambda: actions.add_member(tenant, group, name))
    if problem is not None:
        return _overview(group, problem, name), 400
    return _back(key, "member-added")


def remove_member(key: str, member: str) -> ResponseReturnValue:
    actions.remove_member(current(), require(current(), GROUP, key), member)
    return _back(key, "member-removed")


def delete(key: str) -> ResponseReturnValue:
    actions.delete_group(current(), require(current(), GROUP, key))
    return redirect(url_for("console.groups_listed", notice="group-deleted"), 303)


def _overview(group: Record, problem: str | None = None, typed: str = "") -> str:
    tenant = current()
    members = identity_store.members(tenant, group.id)
    page = page_of(behind(({"id": key} for key in members), after()))
    return render_template(
        "console/group.html",
        group=group,
        facts=list(facts(group.attributes)),
        members=[
            user for row in page.rows if (user := identity_store.fetch(tenant, USER, row["id"])) is not None
        ],
        count=len(members),
        ways=ways(page),
        held=[
            (organization.find(tenant, each.account), permission_sets.fetch(tenant, each.permission_set))
            for each in assignments.of_principal(tenant, "GROUP", group.id)
        ],
        problem=problem,
        typed=typed,
    )


def _rows(tenant: Tenant, search: str, place: str | None) -> Iterator[Row]:
    """Yield the list's rows; the group that is called exactly what was searched for comes first."""
    exact = identity_store.find(tenant, "group.displayName", search) if search and place is None else None
    first = None if exact is None else identity_store.fetch(tenant, GROUP, exact)
    present = (each for each in identity_store.scan(tenant, GROUP, after=place) if each.id != exact)
    return map(_row, itertools.chain([first] if first else (), present))


def _row(record: Record) -> Row:
    return {**record.attributes, "id": record.id, "createdBy": record.created_by}


def _form(name: str, problem: str | None = None) -> str:
    return render_template("console/new_group.html", name=name, problem=problem, on=tokens.enabled(current()))


def _back(key: str, notice: str) -> ResponseReturnValue:
    return redirect(url_for("console.groups_overview", key=key, notice=notice), 303)


ROUTES = (
    ("GET", "/groups", listed),
    ("GET", "/groups/new", new),
    ("POST", "/groups/new", create),
    ("GET", "/groups/<key>", overview),
    ("POST", "/groups/<key>/members", add_member),
    ("POST", "/groups/<key>/members/<member>/remove", remove_member),
    ("POST", "/groups/<key>/delete", delete),
)
