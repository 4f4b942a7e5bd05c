"""What delta queries follow: users, groups, applications, service principals and permission grants.

Source: https://learn.microsoft.com/en-us/graph/api/user-delta, …/group-delta, …/application-delta, …/serviceprincipal-delta and
…/oauth2permissiongrant-delta (read 2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from harness.azure_ad.applications.enterprise_applications import APPLICATION as PRINCIPAL
from harness.azure_ad.applications.registrations import shown as shown_application
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.apps import permission_grants
from harness.azure_ad.graph.apps.applications import all_applications, cover
from harness.azure_ad.graph.apps.key_credentials import without_keys
from harness.azure_ad.graph.apps.service_principals import shown_principal
from harness.azure_ad.graph.odata import entity_types as types
from harness.azure_ad.graph.odata.entity_types import EntityType
from harness.azure_ad.tenant import Tenant
from harness.base.store import Document


class Tracked(Struct, frozen=True):
    """`kind` is the name in the change log; `waits` returns whether an object is among the deleted items.

    `link` is the relation whose changes a delta query answers too, empty for none; `prepare` is called first.
    """

    kind: str
    type: EntityType
    everything: Callable[[Tenant], Iterable[Document]]
    one: Callable[[Tenant, str], Document | None]
    waits: Callable[[Tenant, str], bool]
    link: str = ""
    prepare: Callable[[], None] = lambda: None


def _of_directory(kind: str, link: str) -> Tracked:
    return Tracked(
        kind,
        types.KINDS[kind],
        lambda tenant: tenant.directory.scan(kind),
        lambda tenant, key: tenant.directory.get(kind, key),
        lambda tenant, key: bool(tenant.directory.deleted.find(key)),
        link,
    )


def _application(tenant: Tenant, key: str) -> Document | None:
    try:
        return without_keys(shown_application(tenant.registrations.find(key)))
    except NotFoundError:
        return None


def _principal(tenant: Tenant, key: str) -> Document | None:
    principal = tenant.applications.get(key)
    return None if principal is None else shown_principal(principal)


TRACKED: Mapping[str, Tracked] = {
    "users": _of_directory("User", "manager"),
    "groups": _of_directory("Group", "members"),
    "applications": Tracked(
        "Application",
        types.APPLICATION,
        lambda _: all_applications(),
        _application,
        lambda tenant, key: any(item["id"] == key for item in tenant.registrations.deleted()),
        prepare=cover,
    ),
    "servicePrincipals": Tracked(
        PRINCIPAL,
        types.SERVICE_PRINCIPAL,
        lambda tenant: map(shown_principal, tenant.applications.everything()),
        _principal,
        lambda tenant, key: any(item["id"] == key for item in tenant.applications.deleted()),
    ),
    "oauth2PermissionGrants": Tracked(
        permission_grants.CHANGED,
        types.PERMISSION_GRANT,
        permission_grants.all_grants,
        permission_grants.grant,
        lambda _, __: False,
    ),
}
