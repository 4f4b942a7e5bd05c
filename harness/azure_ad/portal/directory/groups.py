"""Groups of the directory: the list, one group and its members.

Source: https://learn.microsoft.com/en-us/entra/fundamentals/how-to-manage-groups, "Create a basic group and add members", "Add
members or owners of a group", "Remove members or owners of a group" and "Delete a group" (edition of November 2024, read
2026-11-30).
"""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from harness.azure_ad.directory.directory import Directory
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.directory.membership.dynamic_groups import is_dynamic
from harness.azure_ad.graph.objects import audited
from harness.azure_ad.graph.objects.members import admit, dismiss
from harness.azure_ad.portal.directory.provisioned import places_of
from harness.azure_ad.portal.notices import refusal
from harness.azure_ad.portal.searching import named
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.pages.listing import after, behind, entered, page_of, ways


def listed() -> str:
    search = entered("search")
    page = page_of(_directory().scan("Group", after()), named(search))
    return render_template("portal/groups.html", page=page, ways=ways(page), search=search)


def new() -> str:
    return render_template("portal/new_group.html", typed={})


def create() -> ResponseReturnValue:
    made: Document = {}
    typed = {"displayName": entered("displayName"), "description": entered("description") or None}
    problem = refusal(lambda: made.update(audited.create("Group", typed)))
    if problem is not None:
        return render_template("portal/new_group.html", typed=typed, problem=problem), 400
    return _back(made["id"], "created")


def overview(key: str) -> str:
    return _overview(_directory().find("Group", key))


def add_member(key: str) -> ResponseReturnValue:
    group, member = _directory().find("Group", key), entered("member")
    problem = refusal(lambda: admit(group["id"], member))
    if problem is not None:
        return _overview(group, problem, member), 400
    return _back(group["id"], "member-added")


def remove_member(key: str, member: str) -> ResponseReturnValue:
    dismiss(key, member)
    return _back(key, "member-removed")


def delete(key: str) -> ResponseReturnValue:
    audited.delete("Group", key)
    return redirect(url_for("portal.groups_listed", notice="deleted"), 303)


def _overview(group: Document, problem: str | None = None, typed: str = "") -> str:
    present = ({"id": key} for key in _directory().members(group["id"]))
    page = page_of(behind(present, after()))
    return render_template(
        "portal/group.html",
        group=group,
        dynamic=is_dynamic(group),
        members=[_shown(row["id"]) for row in page.rows],
        page=page,
        ways=ways(page),
        problem=problem,
        typed=typed,
        assignments=current().applications.assignments_held(group["id"]),
        places=places_of("Group", group["id"]),
    )


def _shown(key: str) -> Document:
    try:
        return _directory().principal(key)
    except NotFoundError:
        return {"id": key, "displayName": key}


def _back(key: str, notice: str) -> ResponseReturnValue:
    return redirect(url_for("portal.groups_overview", key=key, notice=notice), 303)


def _directory() -> Directory:
    return current().directory


ROUTES = (
    ("GET", "/groups", listed),
    ("GET", "/groups/new", new),
    ("POST", "/groups/new", create),
    ("GET", "/groups/<key>", overview),
    ("POST", "/groups/<key>/members", add_member),
    ("POST", "/groups/<key>/members/<member>/remove", remove_member),
    ("POST", "/groups/<key>/delete", delete),
)
