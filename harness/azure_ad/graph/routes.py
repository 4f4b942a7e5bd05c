"""Every address of Microsoft Graph that is answered here: method, rule, view; a resource's are in its own module.

Rules begin behind the version and are Werkzeug's; `harness.azure_ad.graph.odata.addresses` brings what callers write to
their form first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from flask import Response

from harness.azure_ad.graph import (
    app_role_assignments,
    applications,
    audit_logs,
    batch,
    credentials,
    deleted_items,
    delta,
    directory,
    directory_objects,
    expressions,
    filter_operators,
    members,
    metadata,
    object_connections,
    organization,
    owners,
    permission_grants,
    service_principals,
    synchronization,
    templates,
)

View: TypeAlias = Callable[..., Response]
VERSIONS = ("v1.0", "beta")
ROUTES: tuple[tuple[str, str, View], ...] = (
    *directory.ROUTES,
    *owners.ROUTES,
    *permission_grants.ROUTES,
    *organization.ROUTES,
    *metadata.ROUTES,
    *directory_objects.ROUTES,
    *delta.ROUTES,
    *members.ROUTES,
    *deleted_items.ROUTES,
    *applications.ROUTES,
    *service_principals.ROUTES,
    *app_role_assignments.ROUTES,
    *templates.ROUTES,
    *synchronization.ROUTES,
    *credentials.ROUTES,
    *object_connections.ROUTES,
    *filter_operators.ROUTES,
    *expressions.ROUTES,
    *audit_logs.ROUTES,
    *batch.ROUTES,
)
