"""Users: the list, one user with everything that is known of them, and what is done by hand.

Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/addusers.html, "To add a user", and disableuser.html,
"To disable user access" (edition of June 2023, read 2026-11-29).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from harness.aws_sso import identity_store, tokens
from harness.aws_sso.accounts import assignments, organization, permission_sets
from harness.aws_sso.console import actions
from harness.aws_sso.console.notices import refusal
from harness.aws_sso.identity_store import GROUP, USER, Record
from harness.aws_sso.tenant import Tenant, current
from harness.aws_sso.tokens import Declined
from harness.pages.listing import Row, after, containing, entered, page_of, ways

FIELDS = (
    ("userName", "Username"),
    ("email", "Email address"),
    ("givenName", "First name"),
    ("familyName", "Last name"),
    ("displayName", "Display name"),
)
_SEARCHED = ("userName", "displayName", "email", "externalId", "id")


def listed() -> str:
    tenant, search = current(), entered("search")
    page = page_of(_rows(tenant, search, after()), containing(search, _SEARCHED))
    return render_template(
        "console/users.html", page=page, ways=ways(page), search=search, count=tenant.store.count(USER)
    )


def new() -> str:
    return _form({})


def add() -> ResponseReturnValue:
    typed = {name: entered(name) for name, _ in FIELDS}
    made: list[Record] = []
    problem = refusal(lambda: made.append(actions.add_user(current(), typed)))
    if problem is not None:
        return _form(typed, problem), 400
    return _back(made[0].id, "user-added")


def profile(key: str) -> str:
    tenant = current()
    user = require(tenant, USER, key)
    groups = [
        group
        for each in identity_store.groups_of(tenant, key)
        if (group := identity_store.fetch(tenant, GROUP, each)) is not None
    ]
    return render_template(
        "console/user.html",
        user=user,
        facts=list(facts(user.attributes)),
        groups=groups,
        held=_held(tenant, user, groups),
    )


def enable(key: str) -> ResponseReturnValue:
    actions.set_active(current(), require(current(), USER, key), active=True)
    return _back(key, "user-enabled")


def disable(key: str) -> ResponseReturnValue:
    actions.set_active(current(), require(current(), USER, key), active=False)
    return _back(key, "user-disabled")


def delete(key: str) -> ResponseReturnValue:
    actions.delete_user(current(), require(current(), USER, key))
    return redirect(url_for("console.users_listed", notice="user-deleted"), 303)


def require(tenant: Tenant, kind: str, key: str) -> Record:
    """Return a user or group. Raises Declined."""
    record = identity_store.fetch(tenant, kind, key)
    if record is None:
        raise Declined(404, f"There is no {kind} with the ID {key}.")
    return record


def facts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every attribute by its SCIM path, `emails[0].value` say, with its value as text."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from facts(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from facts(item, f"{path}[{number}]")
    else:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)


def _rows(tenant: Tenant, search: str, place: str | None) -> Iterator[Row]:
    """Yield the list's rows; whoever has exactly the user name that was searched for comes first."""
    exact = identity_store.find(tenant, "user.userName", search) if search and place is None else None
    first = None if exact is None else identity_store.fetch(tenant, USER, exact)
    present = (each for each in identity_store.scan(tenant, USER, after=place) if each.id != exact)
    return map(_row, itertools.chain([first] if first else (), present))


def _row(record: Record) -> Row:
    emails = record.attributes.get("emails") or [{}]
    return {
        **record.attributes,
        "id": record.id,
        "email": emails[0].get("value", ""),
        "createdBy": record.created_by,
    }


def _held(tenant: Tenant, user: Record, groups: list[Record]) -> list[dict[str, Any]]:
    """Return what a user has in which account, and through whom: `{"account", "set", "group"}`, group None for directly."""
    holders: list[tuple[str, str, Record | None]] = [("USER", user.id, None)]
    holders += [("GROUP", group.id, group) for group in groups]
    return [
        {
            "account": organization.find(tenant, target.account),
            "set": permission_sets.fetch(tenant, target.permission_set),
            "group": group,
        }
        for kind, key, group in holders
        for target in assignments.of_principal(tenant, kind, key)
    ]


def _form(typed: dict[str, str], problem: str | None = None) -> str:
    return render_template(
        "console/new_user.html", fields=FIELDS, typed=typed, problem=problem, on=tokens.enabled(current())
    )


def _back(key: str, notice: str) -> ResponseReturnValue:
    return redirect(url_for("console.users_profile", key=key, notice=notice), 303)


ROUTES = (
    ("GET", "/users", listed),
    ("GET", "/users/new", new),
    ("POST", "/users/new", add),
    ("GET", "/users/<key>", profile),
    ("POST", "/users/<key>/enable", enable),
    ("POST", "/users/<key>/disable", disable),
    ("POST", "/users/<key>/delete", delete),
)
