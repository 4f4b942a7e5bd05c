"""Users and groups over Microsoft Graph.

Source: https://learn.microsoft.com/en-us/graph/api/resources/user and …/resources/group (read 2026-11).
"""

from __future__ import annotations

from flask import Blueprint, Response

from harness.azure_ad.directory import kind_of
from harness.azure_ad.graph.odata import ODataError, answer, body, collection, context, empty, entity
from harness.azure_ad.tenant import current
from harness.base.store import Document

directory = Blueprint("directory", __name__)
_KINDS = {"users": "User", "groups": "Group"}


@directory.get("/<any(users, groups):which>")
def list_objects(which: str) -> Response:
    return collection(which, current().engine.directory.scan(_KINDS[which]))


@directory.post("/<any(users, groups):which>")
def create_object(which: str) -> Response:
    given = {
        name: value
        for name, value in body().items()
        if not name.startswith("@odata.") and "@odata.bind" not in name
    }
    return entity(which, current().engine.directory.create(_KINDS[which], given), 201)


@directory.get("/<any(users, groups):which>/<name>")
def get_object(which: str, name: str) -> Response:
    return entity(which, current().engine.directory.find(_KINDS[which], name))


@directory.patch("/<any(users, groups):which>/<name>")
def update_object(which: str, name: str) -> Response:
    current().engine.directory.update(_KINDS[which], name, body())
    return empty()


@directory.delete("/<any(users, groups):which>/<name>")
def delete_object(which: str, name: str) -> Response:
    current().engine.directory.delete(_KINDS[which], name)
    return empty()


@directory.get("/groups/<name>/members")
def list_members(name: str) -> Response:
    holder = current().engine.directory
    group = holder.find("Group", name)
    return collection(
        "directoryObjects", [holder.principal(member) for member in holder.members(group["id"])]
    )


@directory.post("/groups/<name>/members/$ref")
def add_member(name: str) -> Response:
    current().engine.directory.add_member(name, _reference(body()))
    return empty()


@directory.delete("/groups/<name>/members/<member>/$ref")
def remove_member(name: str, member: str) -> Response:
    current().engine.directory.remove_member(name, member)
    return empty()


@directory.get("/users/<name>/memberOf")
def list_groups_of(name: str) -> Response:
    holder = current().engine.directory
    user = holder.find("User", name)
    return collection("directoryObjects", [holder.principal(group) for group in holder.groups_of(user["id"])])


@directory.get("/users/<name>/manager")
def get_manager(name: str) -> Response:
    holder = current().engine.directory
    manager = holder.manager(holder.find("User", name)["id"])
    if manager is None:
        raise ODataError(
            404,
            "Request_ResourceNotFound",
            "Resource 'manager' does not exist or one of its queried reference-property objects are not present.",
        )
    found = holder.principal(manager)
    return answer(
        {
            "@odata.context": context("directoryObjects/$entity"),
            "@odata.type": f"#microsoft.graph.{kind_of(found).lower()}",
            **found,
        }
    )


@directory.put("/users/<name>/manager/$ref")
def set_manager(name: str) -> Response:
    current().engine.directory.set_manager(name, _reference(body()))
    return empty()


@directory.delete("/users/<name>/manager/$ref")
def remove_manager(name: str) -> Response:
    current().engine.directory.set_manager(name, None)
    return empty()


def _reference(document: Document) -> str:
    link = document.get("@odata.id")
    if not isinstance(link, str) or "/" not in link:
        raise ODataError(400, "BadRequest", 'The body must be {"@odata.id": "…/directoryObjects/{id}"}.')
    return link.rpartition("/")[2]
