"""Every address of Microsoft Graph that is answered here: method, rule, view; a resource's are in its own module.

A rule is the path after the version, in Werkzeug's notation; `harness.azure_ad.graph.odata.addresses` first rewrites a
client's address into the form of the rules.
"""

from __future__ import annotations

from harness.azure_ad.graph import batch, metadata
from harness.azure_ad.graph.apps import (
    app_role_assignments,
    applications,
    extension_properties,
    federated_credentials,
    key_credentials,
    permission_classifications,
    permission_grants,
    policies,
    service_principals,
    templates,
    verified_publishers,
)
from harness.azure_ad.graph.jobs import (
    credentials,
    expressions,
    filter_operators,
    object_connections,
    synchronization,
)
from harness.azure_ad.graph.logs import audit_logs
from harness.azure_ad.graph.objects import (
    actions,
    deleted_items,
    delta,
    directory,
    directory_objects,
    domains,
    dynamic_membership,
    invitations,
    members,
    organization,
    owners,
)
from harness.azure_ad.graph.segments import empty_relations, me, property_values, references
from harness.wire.routes import Route

ROUTES: tuple[Route, ...] = (
    *directory.ROUTES,
    *owners.ROUTES,
    *permission_grants.ROUTES,
    *policies.ROUTES,
    *organization.ROUTES,
    *domains.ROUTES,
    *actions.ROUTES,
    *dynamic_membership.ROUTES,
    *me.ROUTES,
    *extension_properties.ROUTES,
    *metadata.ROUTES,
    *directory_objects.ROUTES,
    *empty_relations.ROUTES,
    *references.ROUTES,
    *property_values.ROUTES,
    *invitations.ROUTES,
    *delta.ROUTES,
    *members.ROUTES,
    *deleted_items.ROUTES,
    *applications.ROUTES,
    *key_credentials.ROUTES,
    *federated_credentials.ROUTES,
    *permission_classifications.ROUTES,
    *verified_publishers.ROUTES,
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
