"""The audience of a program's access token: Microsoft Graph, or an API of this tenant with an Application ID URI.

An API's `api.requestedAccessTokenVersion` is the form of its tokens. Its token is signed with the tenant's
published key, so that the API can check it, and names the app roles that the program has there.

Source: https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference, "Payload claims" (aud, iss,
appid and azp, appidacr and azpacr, oid, roles, ver), and …/v2-oauth2-client-creds-grant-flow, "Controlling tokens without
the roles claim" (read 2026-11-29).
"""

from __future__ import annotations

from harness.azure_ad.applications.first_party import GRAPH_APP_ID
from harness.azure_ad.sign_in.access_tokens import LIFE, issued, of_program
from harness.azure_ad.sign_in.clients import Client
from harness.azure_ad.sign_in.refusals import RefusedError
from harness.azure_ad.signing import signing_key
from harness.azure_ad.tenant import Tenant
from harness.base.store import Document

_SUFFIX = "/.default"
_OF_AUTOMATION = ("Directory.ReadWrite.All", "Synchronization.ReadWrite.All", "AuditLog.Read.All")


def resource_of(scope: str) -> str:
    """Return the resource of a scope `<resource>/.default`. Raises RefusedError for another scope or several."""
    if not scope.endswith(_SUFFIX) or " " in scope:
        raise RefusedError(1002012, scope)
    return scope.removesuffix(_SUFFIX)


def token_for(tenant: Tenant, client: Client, resource: str) -> str:
    """Return a program's access token for a resource, by its Application ID URI or client id. Raises RefusedError."""
    api = _api(tenant, resource)
    if resource.rstrip("/") == tenant.settings.graph_origin or (api and api["appId"] == GRAPH_APP_ID):
        roles = {"roles": granted} if (granted := _permissions(tenant, client)) else {}
        claims = of_program(client.application, resource.rstrip("/"), client.shown_by)
        return issued(tenant, {**claims, **roles})
    principal = None if api is None else tenant.applications.of_client(api["appId"])
    if api is None or principal is None:
        raise RefusedError(500011, resource, tenant.settings.domain)
    return signing_key(tenant.store, tenant.clock, tenant.ids).token(
        _claims(tenant, client, api, principal, resource)
    )


def _api(tenant: Tenant, resource: str) -> Document | None:
    """Return the API, one registered here or Microsoft's, that a name (a slash at the end apart) or a client id is of."""
    for api in (*tenant.registrations.scan(), *tenant.applications.microsofts()):
        names = api.get("identifierUris") or api.get("servicePrincipalNames") or ()
        if resource.rstrip("/") in [str(name).rstrip("/") for name in (api["appId"], *names)]:
            return api
    return None


def _claims(tenant: Tenant, client: Client, api: Document, principal: Document, resource: str) -> Document:
    now, own = int(tenant.clock.now().timestamp()), tenant.applications.of_client(client.application["appId"])
    roles = [] if own is None else _roles(tenant, principal, own)
    name, itself = client.application["displayName"], client.application["appId"]
    if principal.get("appRoleAssignmentRequired") and not roles and itself != api["appId"]:
        raise RefusedError(501051, itself, name, resource, api["displayName"])
    tenant_id = tenant.settings.tenant_id
    if (api.get("api") or {}).get("requestedAccessTokenVersion") == 2:
        issuer = f"{tenant.settings.graph_origin}/{tenant_id}/v2.0"
        who = {"aud": api["appId"], "azp": itself, "azpacr": client.shown_by, "ver": "2.0"}
    else:
        issuer = f"https://sts.windows.net/{tenant_id}/"
        who = {"aud": resource, "appid": itself, "appidacr": client.shown_by, "idp": issuer, "ver": "1.0"}
    subject = {} if own is None else {"oid": own["id"], "sub": own["id"]}
    return {
        **who,
        "iss": issuer,
        "iat": now,
        "nbf": now,
        "exp": now + int(LIFE.total_seconds()),
        **subject,
        **({"roles": roles} if roles else {}),
        "tid": tenant_id,
        "uti": tenant.ids.base64(16).rstrip("="),
    }


def _permissions(tenant: Tenant, client: Client) -> list[str]:
    """Return the Microsoft Graph permissions granted to a program; the tenant's own program has some from the start.

    Graph does not check them here: which call needs which permission is not modelled.
    """
    app_id = client.application["appId"]
    first = _OF_AUTOMATION if app_id == tenant.registrations.registration()["appId"] else ()
    own, graph = tenant.applications.of_client(app_id), tenant.applications.of_client(GRAPH_APP_ID)
    granted = _roles(tenant, graph, own) if own and graph else []
    return list(dict.fromkeys((*first, *granted)))


def _roles(tenant: Tenant, principal: Document, own: Document) -> list[str]:
    """Return the values of the app roles that a program's service principal has in an API."""
    values = {role["id"]: role.get("value") for role in principal.get("appRoles") or ()}
    if not values:
        return []
    assignments = tenant.applications.assignments_of(principal["id"], own["id"])
    return [value for each in assignments if (value := values.get(each["appRoleId"]))]
