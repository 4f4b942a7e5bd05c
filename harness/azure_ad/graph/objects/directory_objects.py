"""Objects of the directory of any type, and the queries for the groups of a user, group or service principal.

Source: https://learn.microsoft.com/en-us/graph/api/directoryobject-get, …/directoryobject-getbyids,
…/directoryobject-checkmembergroups, …/directoryobject-getmembergroups and …/directoryobject-getmemberobjects
(read 2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs): a thousand ids, twenty groups. That getMemberObjects is
for users with `securityEnabledOnly` alone is left out: there are no directory roles here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from harness.azure_ad.directory.directory import kind_of
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.apps.applications import find_application
from harness.azure_ad.graph.apps.service_principals import delete_principal
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import answer, body, collection, context, empty, entity
from harness.azure_ad.graph.odata.entity_types import DIRECTORY_OBJECT
from harness.azure_ad.graph.odata.values import as_boolean
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

_Test: TypeAlias = Callable[[Document], bool]
_MOST_IDS = 1000
_MOST_CHECKED = 20
_KINDS = {"users": "User", "groups": "Group"}
_ONE = "/directoryObjects/<name>"
_PRINCIPALS = "/<any(users, groups, servicePrincipals, directoryObjects):which>/<name>"


def get_object(name: str) -> Response:
    return entity("directoryObjects", principal_or_application(name), 200, DIRECTORY_OBJECT)


def delete_object(name: str) -> Response:
    """Delete a user, group or service principal, as its own address does."""
    tenant, item = current(), principal_or_application(name)
    with tenant.store.transaction():
        if item["@odata.type"].endswith(".servicePrincipal"):
            delete_principal(item["id"])
        else:
            kind = kind_of(item)
            tenant.directory.delete(kind, item["id"])
            activity = Activities.DELETE_USER if kind == "User" else Activities.DELETE_GROUP
            note(activity, Target(kind, item))
    return empty()


def get_by_ids() -> Response:
    """Answer the objects with these ids, a thousand at most, of the requested types."""
    document = body()
    ids = _texts(document, "ids", _MOST_IDS)
    types = {text.lower() for text in _texts({"types": [], **document}, "types", _MOST_IDS)} or {
        "directoryobject"
    }
    return collection("directoryObjects", _of_types(ids, types), DIRECTORY_OBJECT)


def check_member_groups(which: str, name: str) -> Response:
    """Answer which of up to twenty groups the object is in, directly or through others."""
    ids = _texts(body(), "groupIds", _MOST_CHECKED)
    return _ids(which, name, lambda group: group["id"] in ids)


def check_member_objects(which: str, name: str) -> Response:
    ids = _texts(body(), "ids", _MOST_CHECKED)
    return _ids(which, name, lambda group: group["id"] in ids)


def get_member_groups(which: str, name: str) -> Response:
    """Answer the ids of all groups that the object is in, or only of security groups."""
    secure = as_boolean(body().get("securityEnabledOnly"))
    if not isinstance(secure, bool | None):
        raise refusals.VALUE_FORM.error(name="securityEnabledOnly", form="true or false")
    return _ids(which, name, lambda group: not secure or bool(group.get("securityEnabled")))


def principal_or_application(name: str) -> Document:
    """Return a user, group or service principal, marked with its type. Raises NotFoundError."""
    tenant = current()
    try:
        return tenant.directory.principal(name)
    except NotFoundError:
        return {"@odata.type": "#microsoft.graph.servicePrincipal", **tenant.applications.find(name)}


def object_of(which: str, name: str) -> Document:
    """Return the object that an address such as `/users/{name}` means. Raises NotFoundError."""
    tenant = current()
    if which in _KINDS:
        return tenant.directory.find(_KINDS[which], name)
    if which == "directoryObjects":
        return principal_or_application(name)
    return find_application(name) if which == "applications" else tenant.applications.find(name)


def groups_above(key: str) -> Iterable[Document]:
    """Yield every group that an object is in, directly or through others, each once."""
    holder = current().directory
    seen = dict.fromkeys(holder.groups_of(key))
    rest = list(seen)
    while rest:
        group = holder.get("Group", rest.pop(0))
        if group is not None:
            yield group
            further = [each for each in holder.groups_of(group["id"]) if each not in seen]
            seen |= dict.fromkeys(further)
            rest += further


def _ids(which: str, name: str, passes: _Test) -> Response:
    key = object_of(which, name)["id"]
    ids = [group["id"] for group in groups_above(key) if passes(group)]
    return answer({"@odata.context": context("Collection(Edm.String)"), "value": ids})


def _of_types(ids: list[str], types: set[str]) -> Iterable[Document]:
    for key in dict.fromkeys(ids):
        try:
            item = principal_or_application(key)
        except NotFoundError:
            continue
        if item["id"] == key and not types.isdisjoint(
            {"directoryobject", item["@odata.type"].rpartition(".")[2].lower()}
        ):
            yield item


def _texts(document: Document, name: str, limit: int) -> list[str]:
    values = document.get(name)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise refusals.VALUE_FORM.error(name=name, form="a list of texts")
    if len(values) > limit:
        raise refusals.TOO_MANY_VALUES.error(name=name, limit=limit)
    return values


ROUTES = (
    ("POST", "/directoryObjects/getByIds", get_by_ids),
    ("GET", _ONE, get_object),
    ("DELETE", _ONE, delete_object),
    ("POST", f"{_PRINCIPALS}/checkMemberGroups", check_member_groups),
    ("POST", f"{_PRINCIPALS}/checkMemberObjects", check_member_objects),
    ("POST", f"{_PRINCIPALS}/getMemberGroups", get_member_groups),
    ("POST", f"{_PRINCIPALS}/getMemberObjects", get_member_groups),
)
