"""Users and groups over Microsoft Graph: making, reading, changing and deleting them, and a user's manager.

Source: https://learn.microsoft.com/en-us/graph/api/resources/user and …/resources/group (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.directory.indexes import Wanted
from harness.azure_ad.graph.apps.extension_properties import with_extensions
from harness.azure_ad.graph.apps.owners_expanded import owners_of, with_owners
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.objects import audited
from harness.azure_ad.graph.objects.demands import completed, demand_mail_setting, demand_verified_domain
from harness.azure_ad.graph.objects.directory_objects import principal_or_application
from harness.azure_ad.graph.objects.dynamic_membership import STATUS, with_status
from harness.azure_ad.graph.objects.owners import bind_owner
from harness.azure_ad.graph.odata.entities import (
    Scan,
    answer,
    body,
    collection,
    context,
    count,
    empty,
    entity,
    version,
)
from harness.azure_ad.graph.odata.entity_types import DIRECTORY_OBJECT, KINDS, Expander
from harness.azure_ad.graph.odata.querying.filters import Filter
from harness.azure_ad.graph.odata.querying.options import text_of
from harness.azure_ad.graph.odata.references import reference, split
from harness.azure_ad.graph.odata.upserts import name_to_make
from harness.azure_ad.graph.odata.values import typed
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

_KINDS = {"users": "User", "groups": "Group"}
_MOST_EXPANDED = 20


def _principals(keys: list[str]) -> list[Document]:
    """Return related objects for an expanded answer; Graph expands the first twenty."""
    holder = current().directory
    items = [holder.principal(key) for key in keys[:_MOST_EXPANDED]]
    return [
        {"@odata.type": item["@odata.type"], **(kind := KINDS[_kind(item)]).show(item, kind.shown)}
        for item in items
    ]


def _kind(item: Document) -> str:
    return "User" if item["@odata.type"].endswith(".user") else "Group"


def _expand_manager(user: Document) -> Document | None:
    manager = current().directory.manager(user["id"])
    return None if manager is None else _principals([manager])[0]


_EXPANDERS: Mapping[str, Mapping[str, Expander]] = {
    "User": {
        "manager": _expand_manager,
        "directReports": lambda user: _principals(current().directory.reports(user["id"])),
        "memberOf": lambda user: _principals(current().directory.groups_of(user["id"])),
    },
    "Group": {
        "owners": owners_of,
        "members": lambda group: _principals(current().directory.members(group["id"])),
        "memberOf": lambda group: _principals(current().directory.groups_of(group["id"])),
    },
}


def list_objects(which: str) -> Response:
    kind = _KINDS[which]
    return collection(which, _scan(kind), KINDS[kind], _EXPANDERS[kind])


def _scan(kind: str) -> Scan:
    """Read the objects that may pass a filter: by index where it, or each part of its `or`, names a unique value."""
    holder = current().directory

    def scan(condition: Filter, after: str | None) -> Iterable[Document]:
        items = holder.matching(kind, _wanted(condition), *map(_wanted, condition.branches))
        if items is None:
            everything: Iterable[Document] = holder.scan(kind, after)
            if STATUS.lower() in text_of("$select").lower():
                everything = map(with_status, everything)
            return with_owners(everything) if kind == "Group" else everything
        keys = [item["id"] for item in items]
        return with_owners(items[keys.index(after) + 1 :] if after in keys else items)

    return scan


def _wanted(condition: Filter) -> Wanted:
    return Wanted(condition.choices, condition.beginnings, condition.words)


def count_objects(which: str) -> Response:
    """Answer the bare number of objects. The request needs the header of advanced queries, but no `$count=true`."""
    kind = _KINDS[which]
    return count(_scan(kind), KINDS[kind])


def create_object(which: str) -> Response:
    """Make an object with its members, owners or manager, all or nothing."""
    return _create(which, {})


def _create(which: str, fixed: Document) -> Response:
    kind, tenant = _KINDS[which], current()
    fields, bound = split({**body(), **fixed}, ("manager",) if kind == "User" else ("members", "owners"))
    properties = completed(kind, with_extensions(kind, typed(KINDS[kind], fields, creating=True)))
    with tenant.store.transaction():
        made = audited.create(kind, properties)
        _bind(made["id"], bound)
        return entity(which, made, 201, KINDS[kind])


def get_object(which: str, name: str) -> Response:
    kind = _KINDS[which]
    document = current().directory.find(kind, name)
    return entity(which, with_status(document), 200, KINDS[kind], _EXPANDERS[kind])


def update_object(which: str, name: str) -> Response:
    """Change an object, or make a group where the address names it by a unique name that is free."""
    if (unique := name_to_make(name)) is not None:
        return _create(which, {"uniqueName": unique})
    kind, tenant = _KINDS[which], current()
    fields, bound = split(body(), () if kind == "User" else ("members", "owners"))
    properties = typed(KINDS[kind], fields, creating=False)
    demand_verified_domain(properties)
    with tenant.store.transaction():
        before = tenant.directory.find(kind, name)
        properties = with_extensions(kind, properties, before)
        if kind == "Group":
            demand_mail_setting(before, properties)
        _bind(audited.update(kind, name, properties)["id"], bound)
    return empty()


def delete_object(which: str, name: str) -> Response:
    audited.delete(_KINDS[which], name)
    return empty()


def get_manager(name: str) -> Response:
    holder = current().directory
    manager = holder.manager(holder.find("User", name)["id"])
    if manager is None:
        raise NotFoundError.of("manager")
    return entity("directoryObjects", holder.principal(manager), 200, DIRECTORY_OBJECT)


def get_manager_reference(name: str) -> Response:
    """Answer the address of the manager."""
    tenant = current()
    manager = tenant.directory.manager(tenant.directory.find("User", name)["id"])
    if manager is None:
        raise NotFoundError.of("manager")
    address = f"{tenant.settings.graph_origin}/{version()}/directoryObjects/{manager}/Microsoft.DirectoryServices.User"
    return answer({"@odata.context": context("$ref"), "@odata.id": address})


def list_reports(name: str) -> Response:
    holder = current().directory
    reports = holder.reports(holder.find("User", name)["id"])
    return collection("directoryObjects", [holder.principal(key) for key in reports], DIRECTORY_OBJECT)


def set_manager(name: str) -> Response:
    tenant = current()
    with tenant.store.transaction():
        tenant.directory.set_manager(name, reference(body()))
        note(Activities.SET_MANAGER, Target("User", tenant.directory.find("User", name)))
    return empty()


def remove_manager(name: str) -> Response:
    tenant = current()
    with tenant.store.transaction():
        tenant.directory.set_manager(name, None)
        note(Activities.REMOVE_MANAGER, Target("User", tenant.directory.find("User", name)))
    return empty()


def _bind(key: str, bound: Mapping[str, list[str]]) -> None:
    holder = current().directory
    for manager in bound.get("manager", ()):
        holder.set_manager(key, manager)
    for member in bound.get("members", ()):
        holder.add_member(key, member)
    for owner in bound.get("owners", ()):
        bind_owner(key, principal_or_application(owner)["id"])


ROUTES = (
    ("GET", "/<any(users, groups):which>", list_objects),
    ("GET", "/<any(users, groups):which>/$count", count_objects),
    ("POST", "/<any(users, groups):which>", create_object),
    ("GET", "/<any(users, groups):which>/<name>", get_object),
    ("PATCH", "/<any(users, groups):which>/<name>", update_object),
    ("DELETE", "/<any(users, groups):which>/<name>", delete_object),
    ("GET", "/users/<name>/manager", get_manager),
    ("GET", "/users/<name>/directReports", list_reports),
    ("GET", "/users/<name>/manager/$ref", get_manager_reference),
    ("PUT", "/users/<name>/manager/$ref", set_manager),
    ("DELETE", "/users/<name>/manager/$ref", remove_manager),
)
