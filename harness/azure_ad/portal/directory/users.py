"""Users of the directory: the list, one user's profile, and the deleted ones.

Source: https://learn.microsoft.com/en-us/entra/fundamentals/how-to-create-delete-users, "Create a new user" and "Delete a user"
(edition of February 2024), and …/users-restore, "Restore a recently deleted user" and "Permanently delete a user" (edition of
December 2023; both read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from harness.azure_ad.directory.deleted_items import deleted_name
from harness.azure_ad.directory.directory import Directory
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.objects import audited
from harness.azure_ad.graph.objects.deleted_items import bring_back, delete_for_good
from harness.azure_ad.portal.directory.provisioned import places_of
from harness.azure_ad.portal.notices import refusal
from harness.azure_ad.portal.searching import named
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.pages.listing import after, entered, page_of, ways

# The form's properties with the portal's labels; AWS's troubleshooting guide is about phones and mail.
FIELDS = (
    ("userPrincipalName", "User principal name"),
    ("displayName", "Display name"),
    ("givenName", "First name"),
    ("surname", "Last name"),
    ("mailNickname", "Mail nickname"),
    ("mail", "Email"),
    ("jobTitle", "Job title"),
    ("department", "Department"),
    ("employeeId", "Employee ID"),
    ("businessPhones", "Business phone"),
    ("mobilePhone", "Mobile phone"),
    ("faxNumber", "Fax number"),
    ("streetAddress", "Street address"),
    ("city", "City"),
    ("state", "State or province"),
    ("postalCode", "ZIP or postal code"),
    ("country", "Country or region"),
)


def listed() -> str:
    search = entered("search")
    page = page_of(_rows(search, after()), named(search))
    return render_template("portal/users.html", page=page, ways=ways(page), search=search)


def _rows(search: str, place: str | None) -> Iterator[Document]:
    """Yield the list's users; one whose name or id equals the searched text comes first."""
    exact = _exact(search) if search and place is None else None
    if exact is not None:
        yield exact
    yield from (
        user for user in _directory().scan("User", place) if exact is None or user["id"] != exact["id"]
    )


def _exact(search: str) -> Document | None:
    try:
        return _directory().find("User", search)
    except NotFoundError:
        return None


def new() -> str:
    return _form(None, {})


def create() -> ResponseReturnValue:
    made: Document = {}
    typed = {name: value for name, value in _typed().items() if value is not None}
    problem = refusal(lambda: made.update(audited.create("User", typed)))
    if problem is not None:
        return _form(None, typed, problem), 400
    return _back(made["id"], "created")


def profile(key: str) -> str:
    user = _directory().find("User", key)
    return _form(user, _shown(user))


def save(key: str) -> ResponseReturnValue:
    user, typed = _directory().find("User", key), _typed()
    row = _shown(user)
    changed = {name: value for name, value in typed.items() if value != row[name]}
    problem = refusal(lambda: audited.update("User", user["id"], changed)) if changed else None
    if problem is not None:
        return _form(user, typed, problem), 400
    return _back(user["id"], "saved")


def enable(key: str) -> ResponseReturnValue:
    audited.update("User", key, {"accountEnabled": True})
    return _back(key, "enabled")


def disable(key: str) -> ResponseReturnValue:
    audited.update("User", key, {"accountEnabled": False})
    return _back(key, "disabled")


def delete(key: str) -> ResponseReturnValue:
    """Move a user to the deleted ones, as Microsoft Graph's DELETE does."""
    audited.delete("User", key)
    return redirect(url_for("portal.users_deleted", notice="deleted"), 303)


def deleted() -> str:
    rows = ({**user, "name": deleted_name(user)} for user in _directory().deleted.scan("User"))
    return render_template("portal/deleted_users.html", users=list(rows))


def restore(key: str) -> ResponseReturnValue:
    bring_back(key)
    return _back(key, "restored")


def purge(key: str) -> ResponseReturnValue:
    delete_for_good(key)
    return redirect(url_for("portal.users_deleted", notice="purged"), 303)


def _form(user: Document | None, typed: Document, problem: str | None = None) -> str:
    tenant = current()
    groups = (
        []
        if user is None
        else [tenant.directory.get("Group", key) for key in tenant.directory.groups_of(user["id"])]
    )
    return render_template(
        "portal/user.html",
        user=user,
        fields=FIELDS,
        typed=typed,
        problem=problem,
        groups=[group for group in groups if group is not None],
        assignments=[] if user is None else tenant.applications.assignments_held(user["id"]),
        places=[] if user is None else places_of("User", user["id"]),
    )


def _typed() -> Document:
    """Return the form's fields; an empty one is None, which removes the value."""
    return {name: entered(name) or None for name, _ in FIELDS if name in request.form}


def _shown(user: Document) -> Document:
    """Return a user's properties for the form, of several phones the first."""
    values = {name: user.get(name) for name, _ in FIELDS}
    return {
        name: next(iter(value), None) if isinstance(value, list) else value for name, value in values.items()
    }


def _back(key: str, notice: str) -> ResponseReturnValue:
    return redirect(url_for("portal.users_profile", key=key, notice=notice), 303)


def _directory() -> Directory:
    return current().directory


ROUTES = (
    ("GET", "/users", listed),
    ("GET", "/users/new", new),
    ("POST", "/users/new", create),
    ("GET", "/users/deleted", deleted),
    ("POST", "/users/deleted/<key>/restore", restore),
    ("POST", "/users/deleted/<key>/purge", purge),
    ("GET", "/users/<key>", profile),
    ("POST", "/users/<key>", save),
    ("POST", "/users/<key>/enable", enable),
    ("POST", "/users/<key>/disable", disable),
    ("POST", "/users/<key>/delete", delete),
)
